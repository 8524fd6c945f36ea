#!/bin/bash
# check/style.sh shellcheck | checkpatch PATCH | checkpatch-file FILE
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

test_shellcheck() {
	local files

	mapfile -t files < <(git ls-files -z --cached --others --exclude-standard ':!patches/*.patch' |
		xargs -0 grep -lsE '^#!.*\b(ba)?sh\b|^# shellcheck shell=')
	[ ${#files[@]} -gt 0 ] || fail 'no scripts'
	shellcheck "${files[@]}"
	echo "${#files[@]} scripts"
}

# The commits that Fixes: names are not in build/linux, which has no history.
checkpatch() {
	$linux/scripts/checkpatch.pl --root=$linux --strict --ignore UNKNOWN_COMMIT_ID "$@" 2>&1 | tee "$scratch/output" || true
	grep -q '^total: 0 errors, 0 warnings, 0 checks' "$scratch/output"
}

test_checkpatch() {
	make_scratch
	checkpatch "$1"
}

test_checkpatch_file() {
	make_scratch
	checkpatch --no-tree -f "$1"
}

run_test "$@"
