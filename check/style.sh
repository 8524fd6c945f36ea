#!/bin/bash
# check/style.sh [--base BASE] shellcheck | checkpatch PATCH | checkpatch-file FILE
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
linux=$build/linux

test_shellcheck() {
	local files

	mapfile -t files < <(git ls-files -z --cached --others --exclude-standard ':!patches/*.patch' |
		xargs -0 grep -lsE '^#!.*\b(ba)?sh\b|^# shellcheck shell=')
	[ ${#files[@]} -gt 0 ] || fail 'no scripts'
	shellcheck "${files[@]}"
	echo "${#files[@]} scripts"
}

# The commits that Fixes: names are not in build/linux, which has no history. MAINTAINERS of
# Linux 7.3 has all files with tdx in their names, which checkpatch does not look for.
checkpatch() {
	local ignore=UNKNOWN_COMMIT_ID

	[ "$base" != 7.3 ] || ignore+=,FILE_PATH_CHANGES
	"$linux/scripts/checkpatch.pl" "--root=$linux" --strict --ignore $ignore "$@" 2>&1 | tee "$scratch/output" || true
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
