#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Load kvm_intel with tdxsim in place of the TDX module, once for each case of
# the table below, and check the parameter "tdx", the kernel log and the
# SEAMCALLs that were made.
#
# usage: tdxsim_test.sh [CASE]...	(default: all cases)
#
# For an emulated machine, with kvm_intel and tdxsim not loaded. Reboot before
# TDX is used for anything else: the kernel repeats no step that has succeeded,
# and none from TDH.SYS.KEY.CONFIG on. Hence the stages of the cases:
#
#   new    tdxsim is loaded anew. At most TDH.SYS.INIT is called, and fails.
#   same   tdxsim stays loaded, with another rule for a later step. The kernel
#          tries a step up to TDH.SYS.CONFIG again in the next case.
#   last   One of these for each boot: the first one that is named, or the first
#          one of the table. The stage "same" has its parameters of tdxsim, too.
#   after  The outcome is known. "=" is the one of the last case.
#
# A case that expects SEAMCALLs is skipped if the kernel makes none any more.

table()
{
	# NAME, stage, parameter or rule of tdxsim, parameters of kvm_intel, what the
	# parameter tdx reads then, basic regular expression for a line of the kernel log
	cat <<'END'
not-asked-for       new   -                                                 tdx=0 N -
not-asked-for-fault new   presence=fault                                    tdx=0 N -
no-ept              new   -                                           tdx=1,ept=0 N requires EPT
absent              new   presence=absent                                   tdx=1 N CPU . (-19)
fault               new   presence=fault                                    tdx=1 N CPU . (-95)
sys-init-ud         new   TDH.SYS.INIT:*:1=ud                               tdx=1 N CPU . (-13)
sys-init            new   TDH.SYS.INIT:*:1=TDX_INCORRECT_CPUID_VALUE        tdx=1 N CPU . (-5)
sys-init-used       new   TDH.SYS.INIT:*:1=TDX_SYS_INIT_NOT_PENDING         tdx=1 N CPU . (-5)
lp-init             same  TDH.SYS.LP.INIT:*:1=TDX_INCONSISTENT_CPUID_FIELD  tdx=1 N CPU 0 (-5)
lp-init-busy        same  TDH.SYS.LP.INIT:*:1=TDX_SYS_BUSY                  tdx=1 N CPU 0 (-
lp-init-absent      same  TDH.SYS.LP.INIT:*:1=vmfailinvalid                 tdx=1 N CPU 0 (-19)
lp-init-gp          same  TDH.SYS.LP.INIT:*:1=gp                            tdx=1 N CPU 0 (-95)
lp-init-ud          same  TDH.SYS.LP.INIT:*:1=ud                            tdx=1 N CPU 0 (-13)
lp-init-second-cpu  same  TDH.SYS.LP.INIT:*:2=TDX_INCONSISTENT_MSR:0x982    tdx=1 N CPU 1 (-5)
sys-rd              same  TDH.SYS.RD:*:1=TDX_METADATA_FIELD_NOT_READABLE    tdx=1 N failed (-
sys-rd-old          same  TDH.SYS.RD:*:1=TDX_SYS_NOT_READY                  tdx=1 N failed (-
config              same  TDH.SYS.CONFIG:*:1=TDX_TDMR_OUTSIDE_CMRS          tdx=1 N failed (-5)
config-lps          same  TDH.SYS.CONFIG:*:1=TDX_SYS_CONFIG_NOT_PENDING     tdx=1 N failed (-
success             last  -                                                 tdx=1 Y initialized$
success-1.5.01      last  version=1.5.01                                    tdx=1 Y initialized$
success-2.0.08      last  version=2.0.08                                    tdx=1 Y initialized$
success-1.5.25      last  version=1.5.25                                    tdx=1 Y initialized$
success-2.0.18      last  version=2.0.18                                    tdx=1 Y initialized$
success-nested-off  last  -                                        tdx=1,nested=0 Y initialized$
version-1.0         last  version=1.0                                       tdx=1 N failed (-
lps                 last  lps=4096                                          tdx=1 N failed (-
key-config          last  TDH.SYS.KEY.CONFIG:*:1=TDX_KEY_GENERATION_FAILED  tdx=1 N failed (-
tdmr-init           last  TDH.SYS.TDMR.INIT:*:2=TDX_OPERAND_BUSY:RCX        tdx=1 N failed (-
off-afterwards      after -                                                 tdx=0 N -
again               after -                                                 tdx=1 = -
again-no-ept        after -                                           tdx=1,ept=0 N requires EPT
again-after-no-ept  after -                                                 tdx=1 = -
END
}

MODULE=/sys/module/kvm_intel
FILES=/sys/kernel/debug/tdxsim

skip()
{
	echo "1..0 # SKIP $*"
	exit 4
}

unload()
{
	for module in "$@"; do
		[ ! -e "/sys/module/$module" ] || rmmod "$module" || return 1
	done
}

# seamcalls FIELD [LEAF]: field 3 of the counts has calls, field 4 failures
seamcalls()
{
	awk -v field="$1" -v leaf="$2" 'leaf == "" || $2 == leaf { sum += $field }
		END { print sum + 0 }' $FILES/counts
}

# A word with ":" is a rule, "-" is nothing.
load_tdxsim()
{
	case $1 in
	- | *:*) set -- ;;
	esac
	unload tdxsim && modprobe tdxsim "$@"
}

prepare_tdxsim()
{
	unload kvm_intel || return 1
	case $stage in
	new) load_tdxsim "$tdxsim" || return 1 ;;
	same | last)
		[ "$shared" ] || load_tdxsim "$last" || return 1
		shared=yes
		;;
	esac
	case $tdxsim in
	*:*) echo "$tdxsim" >$FILES/inject ;;
	*) echo >$FILES/inject ;;
	esac
}

# expect WHAT WANTED FOUND
expect()
{
	[ "$2" = "$3" ] && return
	echo "# $name: $1: wanted $2, got $3"
	result='not ok'
}

log()
{
	dmesg | sed "1,/tdxsim_test.sh $$: $name\$/d"
}

# The SEAMCALL that has to fail is the one of the rule.
check_seamcalls()
{
	case $stage:$kvm_intel:$tdx:$tdxsim in
	*:tdx=0:* | *:*ept=0:*) expect SEAMCALLs "$calls" "$(seamcalls 3)" ;;
	*:Y:*) expect 'failed SEAMCALLs' "$failures" "$(seamcalls 4)" ;;
	*:TDH*)
		[ "$(seamcalls 4 "${tdxsim%%:*}")" != 0 ] ||
			expect "failed ${tdxsim%%:*}" 'one or more' 0
		;;
	esac
}

# The kernel has its outcome from earlier, perhaps from before this tdxsim.
is_settled()
{
	case $stage:$kvm_intel in
	after:* | *:tdx=0 | *:*ept=0) return 1 ;;
	esac
	[ "$(seamcalls 3)" = "$calls" ] || [ "$(seamcalls 3 TDH.SYS.INIT)" = 0 ]
}

run_case()
{
	result=ok
	why=
	if [ "$stage" = last ] && [ "$name" != "$last_name" ]; then
		why="the last case of this boot is $last_name"
		return
	elif [ "$name" = lp-init-second-cpu ] && [ "$(nproc)" = 1 ]; then
		why='there is only one CPU'
		return
	elif [ "$tdx$outcome" = = ]; then
		why='no last case was run in this boot'
		return
	fi

	prepare_tdxsim || expect 'exit status of loading tdxsim' 0 $?
	calls=$(seamcalls 3)
	failures=$(seamcalls 4)
	echo "tdxsim_test.sh $$: $name" >/dev/kmsg
	# shellcheck disable=SC2046 # one argument for each parameter
	modprobe kvm_intel $(echo "$kvm_intel" | tr , ' ') ||
		expect 'exit status of modprobe kvm_intel' 0 $?
	found=$(cat $MODULE/parameters/tdx)
	case $kvm_intel:$found in
	tdx=1*:N) warnings=1 ;;
	*) warnings=0 ;;
	esac
	expect 'warnings of kvm_intel' $warnings "$(log | grep -c 'kvm_intel: TDX not enabled')"
	if [ "$result" = ok ] && is_settled; then
		why='no SEAMCALL is made again in this boot'
		return
	fi

	case $stage:$tdx in
	last:*) outcome=$tdx ;;
	*:=) tdx=$outcome ;;
	esac
	expect 'parameter tdx' "$tdx" "$found"
	[ "$line" = - ] || log | grep -q -e "$line" || expect 'line of the log' "$line" none
	check_seamcalls
}

why_not()
{
	if [ "$(id -u)" != 0 ]; then
		echo "not root"
	elif [ -e $MODULE ] || [ -e /sys/module/tdxsim ]; then
		echo "kvm_intel or tdxsim is loaded or built in"
	elif ! modprobe -D kvm_intel >/dev/null 2>&1 || ! modprobe -D tdxsim >/dev/null 2>&1; then
		echo "modprobe does not find kvm_intel and tdxsim"
	elif ! grep -qw tdx_host_platform /proc/cpuinfo; then
		echo "no tdx_host_platform in /proc/cpuinfo, no SEAMCALL would be made"
	elif ! cmp -s /sys/devices/system/cpu/online /sys/devices/system/cpu/present; then
		echo "a CPU is offline, the TDX module needs all of them"
	fi
}

run_cases()
{
	number=0
	failed=0
	outcome=
	shared=
	# The columns are separated by blanks, but for those in the last one.
	while read -r name stage tdxsim kvm_intel tdx line; do
		number=$((number + 1))
		run_case
		if [ -n "$why" ]; then
			echo "ok $number $name # SKIP $why"
		else
			echo "$result $number $name"
			[ "$result" = ok ] || failed=$((failed + 1))
		fi
	done
	[ $failed = 0 ]
}

names=" $* "
for name in "$@"; do
	if ! table | grep -q "^$name "; then
		echo "no case $name, there are:" >&2
		table | cut -d ' ' -f 1 >&2
		exit 1
	fi
done
selected=$(table | awk -v names="$names" 'names == "  " || index(names, " " $1 " ")')
last=$(echo "$selected" | awk '$2 == "last" { print $3; exit }')
last_name=$(echo "$selected" | awk '$2 == "last" { print $1; exit }')


why=$(why_not)
[ -z "$why" ] || skip "$why"
trap 'unload kvm_intel tdxsim' EXIT
trap 'exit 1' HUP INT PIPE TERM
modprobe tdxsim || skip "tdxsim does not load, see the kernel log; never where there is TDX"
[ -e $FILES/counts ] || skip "no files in $FILES"

echo "KTAP version 1"
echo "1..$(echo "$selected" | wc -l)"
run_cases <<END
$selected
END
