#!/bin/bash
# check/tdxsim.sh vectors | names
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# The answers of Intel's own module code, against tdxsim's model of it.
test_vectors() {
	local file

	make_scratch
	gcc -O2 -Wall -Itools/testing/tdxsim -I$linux/tools/include -I$linux/tools/arch/x86/include \
		-o "$scratch/test" conformance/vectors_test.c conformance/vectors_model.c tools/testing/tdxsim/tdx_*.c
	for file in conformance/vectors/*.vec.xz; do
		xz -dc "$file" > "$scratch/$(basename "$file" .xz)"
	done
	"$scratch/test" conformance/rows.vec "$scratch"/*.vec
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
