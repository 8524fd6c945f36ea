#!/bin/bash
# check/tdxsim.sh vectors | sections | names
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# The rules, and the answers of Intel's own module code, against tdxsim's model of it.
test_vectors() {
	conformance/run
}

# Each row names a section of the rules.
test_sections() {
	local section

	make_scratch
	sed -n 's/^row [^ ]* \([0-9.]*\) .*/\1/p' conformance/rows.vec | sort -u > "$scratch/cited"
	[ -s "$scratch/cited" ]
	while read -r section; do
		grep -q "^### ${section//./\\.} " conformance/facts.md || fail "no section $section in facts.md"
	done < "$scratch/cited"
	echo "$(wc -l < "$scratch/cited") sections"
}

# The names and numbers of tdxsim are those of the kernel. So that this can fail, it is tried
# with one number that is another one.
test_names() {
	local header=arch/x86/virt/vmx/tdx/tdx.h file

	check/names $linux
	make_scratch
	for file in $header arch/x86/virt/vmx/tdx/errors.c arch/x86/include/asm/tdx.h; do
		install -D -m 644 "$linux/$file" "$scratch/$file"
	done
	sed -i 's/^#define TDH_SYS_RD\t.*/#define TDH_SYS_RD\t\t43/' "$scratch/$header"
	refuses check/names "$scratch"
}

run_test "$@"
