#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Load kvm_intel with tdx=1, tdx=0 and tdx=1 again, run tdx_init_test each time,
# and load kvm_intel as it was found. No VM can be started meanwhile. Where
# tdx=1 works, the TDX module keeps the memory that it gets until reboot.

MODULE=/sys/module/kvm_intel
TEST=$(dirname "$0")/tdx_init_test

skip()
{
	echo "1..0 # SKIP $*"
	exit 4
}

fail()
{
	echo "FAIL: $*"
	ret=1
}

# The parameters as modprobe takes them. One that does not read as a single
# word, e.g. "not required" of vmentry_l1d_flush, cannot be set to what it reads.
read_params()
{
	for file in "$MODULE"/parameters/*; do
		value=$(cat "$file")
		case $value in
		'' | *' '* | '(null)') ;;
		*) printf '%s=%s ' "${file##*/}" "$value" ;;
		esac
	done
}

# Not modprobe -r, which would also unload kvm and lose its parameters.
reload()
{
	if [ -e "$MODULE" ] && ! rmmod kvm_intel; then
		return 1
	fi
	# shellcheck disable=SC2086 # one argument for each parameter
	modprobe kvm_intel $found "$@"
}

put_back()
{
	trap '' HUP INT PIPE TERM
	reload || fail "kvm_intel does not load with $found"
	now=$(read_params)
	[ "$now" = "$found" ] || fail "parameters of kvm_intel: wanted $found, got $now"
	exit $ret
}

# test_load VALUE: $tdx is what the parameter reads then
test_load()
{
	tdx='not loaded'
	echo "# kvm_intel tdx=$1"
	if ! reload "tdx=$1"; then
		fail "kvm_intel does not load with tdx=$1"
		return
	fi

	tdx=$(cat "$MODULE/parameters/tdx")
	echo "# tdx reads $tdx"
	"$TEST" "$1" || fail "tdx=$1: tdx_init_test: wanted exit status 0, got $?"
}

expect_tdx()
{
	[ "$tdx" = "$1" ] || fail "parameter tdx: wanted $1, got $tdx"
}

[ "$(id -u)" = 0 ] || skip "not root"
[ -e "$MODULE/parameters/tdx" ] || skip "kvm_intel is not loaded, or has no parameter tdx"
[ -e "$MODULE/initstate" ] || skip "kvm_intel is built in"
[ "$(cat "$MODULE/refcnt" 2>/dev/null)" = 0 ] || skip "kvm_intel is in use, or cannot be unloaded"
modprobe -D kvm_intel >/dev/null 2>&1 || skip "modprobe does not find kvm_intel"

ret=0
found=$(read_params)
trap put_back EXIT
trap 'ret=1; exit' HUP INT PIPE TERM

test_load 1
first=$tdx
test_load 0
expect_tdx N
test_load 1
# What has failed may work now, but not the other way round.
[ "$first" != Y ] || expect_tdx Y
