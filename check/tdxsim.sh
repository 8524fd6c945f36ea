#!/bin/bash
# check/tdxsim.sh vectors
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# The answers of Intel's own module code, against tdxsim's model of it.
test_vectors() {
	local file

	make_scratch
	gcc -O2 -Wall -Itools/testing/tdxsim -I$linux/tools/include -I$linux/tools/arch/x86/include \
		-o "$scratch/test" conformance/vectors_test.c conformance/vectors_model.c
	for file in conformance/vectors/*.vec.xz; do
		xz -dc "$file" > "$scratch/$(basename "$file" .xz)"
	done
	"$scratch/test" conformance/rows.vec "$scratch"/*.vec
}

run_test "$@"
