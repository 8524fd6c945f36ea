# shellcheck shell=bash
# Sourced by check/GROUP.sh [--base BASE] TEST [ARGUMENT]..., which ends with run_test "$@".
# Exit status: 0 passed, 1 failed, 2 no such test, 4 skipped, and the last line says why.
#
# set -e is off in a function that is called in a condition.  So no function of the tests
# is: ShellCheck's check-set-e-suppressed sees to it.
set -eEuo pipefail
shopt -s inherit_errexit
trap 'echo "${BASH_SOURCE[0]}:$LINENO: failed with status $?: $BASH_COMMAND" >&2; exit 1' ERR

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=../machine/build-env
. machine/build-env
# shellcheck source=../patches/base.sh
. patches/base.sh
build=${build#"$top/"}
# The tests that can have another base set it to that one's.
linux=build/linux

# run_test TEST [ARGUMENT]...: a test NAME is the function test_NAME.
run_test() {
	local tests name=${1-}

	if ! declare -F "test_${name//-/_}" > /dev/null; then
		tests=$(compgen -A function test_ | sed 's/test_//; y/_/-/' | paste -sd ' ')
		echo "error: no test '$name', there are: $tests" >&2
		exit 2
	fi
	shift
	"test_${name//-/_}" "$@"
}

fail() {
	echo "$*" >&2
	exit 1
}

skip() {
	echo "$*"
	exit 4
}

# expect WHAT WANTED FOUND
expect() {
	[ "$2" = "$3" ] || fail "$1: expected '$2', found '$3'"
}

# no_line GREP-ARGUMENT...: fails if grep finds a line, prints it, and fails if grep cannot
# read a file.
no_line() {
	local status=0

	grep "$@" || status=$?
	[ $status = 1 ] || fail "grep $*: status $status, expected no such line"
}

# refuses PROGRAM [ARGUMENT]...: it has to fail.
refuses() {
	[ "$(type -t "$1")" = file ]
	if "$@"; then
		fail "succeeded: $*"
	fi
}

# the_file GLOB: the only file like that.
the_file() {
	local matches

	mapfile -t matches < <(compgen -G "$1")
	expect "number of files $1" 1 ${#matches[@]}
	echo "${matches[0]}"
}

# make_scratch: $scratch is an empty directory, which goes when the test ends.
make_scratch() {
	mkdir -p build/tmp
	scratch=$(mktemp -d "$PWD/build/tmp/check.XXXXXX")
	trap 'rm -rf "$scratch"' EXIT
}

# says WANTED PROGRAM [ARGUMENT]...: it fails with one line that has WANTED in it.
says() {
	local wanted=$1

	shift
	refuses "$@" 2> "$scratch/said" > /dev/null
	cat "$scratch/said"
	no_line -E '^make(\[[0-9]+\])?: warning' "$scratch/said"
	sed -i -E '/^make(\[[0-9]+\])?: [*]{3}/d' "$scratch/said"
	expect 'lines' 1 "$(wc -l < "$scratch/said")"
	grep -qF -e "$wanted" "$scratch/said"
}

# wait_for FILE: that something writes.
wait_for() {
	local _

	for _ in {1..200}; do
		[ ! -s "$1" ] || return 0
		sleep 0.1
	done
	fail "no $1 after 20 s"
}

# interrupt PROGRAM [ARGUMENT]...: when the copy's ./waits runs.
# shellcheck disable=SC2016 # no expansions
interrupt() {
	local caller

	rm -f build/pid
	setsid env --default-signal=INT bash -c '"$@"; echo "status $?"' bash "$@" > build/said 2>&1 &
	caller=$!
	wait_for build/pid
	[ -d "/proc/$(cat build/pid)" ]
	kill -INT "$(pgrep -P $caller)"
	wait $caller || fail "what runs $1 ended with status $?"
	cat build/said
	grep -qx 'status 130' build/said
	# Where nobody waits for it, it stays as a zombie.
	[ ! -d "/proc/$(cat build/pid)" ] || grep '^State:.Z' "/proc/$(cat build/pid)/status"
}

# clone_linux COMMIT DIR: of build/linux, with only the files that the series touches.
clone_linux() {
	git clone -q --shared --no-checkout $linux "$2"
	git -C $linux diff --name-only base series > "$2.files"
	[ -s "$2.files" ] || fail "$linux has no series"
	# What it says of C files is in patches.
	echo /.gitattributes >> "$2.files"
	git -C "$2" sparse-checkout set --no-cone --stdin < "$2.files"
	git -C "$2" checkout -q -B series "$1"
	rm "$2.files"
}

# copy_checkout: $copy is this checkout, with what is not committed, and with a build/linux
# as "make tree" left it.
copy_checkout() {
	local laid_out=$linux/.git/laid-out group

	make_scratch
	copy=$scratch/checkout
	git clone -q --shared --no-checkout . "$copy"
	git -C "$copy" reset -q
	git ls-files -z --cached --others --exclude-standard --deduplicate |
		while IFS= read -r -d '' file; do
			[ ! -e "$file" ] || printf '%s\0' "$file"
		done | xargs -0 cp -d --parents -t "$copy"
	mkdir "$copy/build"
	clone_linux "$(sed -n 1p $laid_out)" "$copy/$linux"
	git -C "$copy/$linux" fetch -q origin 'refs/heads/group/*:refs/heads/group/*'
	git -C $linux for-each-ref --format='%(refname:short)' refs/heads/group | while read -r group; do
		git -C "$copy/$linux" config "branch.$group.description" "$(git -C $linux config "branch.$group.description")"
	done
	cp $laid_out "$copy/$laid_out"
}
