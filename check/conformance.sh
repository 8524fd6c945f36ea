#!/bin/bash
# check/conformance.sh rows | vectors: the rules of the TDX module and the answers of Intel's
# own code, from SEAMCALL on an emulated machine.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# machine DIR CPUS [VERB]: with the vectors in DIR/files/vectors.
machine() {
	local dir=$1 cpus=$2 file

	{
		printf '%s\n' '. /verbs.sh' 'options kvm enable_virt_at_load=0' 'tdxsim testbed=Y' \
			'load tdx=0' 'try seamcall modprobe seamcall'
		for file in "$dir"/files/vectors/*; do
			echo "vectors /vectors/$(basename "$file")"
		done
		printf '%s\n' "${@:3}" 'try seamcall rmmod seamcall' unload finish
	} > "$dir/steps"
	machine/boot --kernel build/obj-main --initrd build/initramfs-main.cpio \
		--steps "$dir/steps" --files "$dir/files" --log "$dir" --cpus "$cpus"
	cat "$dir/results.log"
	grep -q '^# [0-9]* passed, 0 failed$' "$dir/results.log"
}

# make_directory TEST: $dir is where its machine has its files and its logs.
make_directory() {
	dir=build/logs/conformance/$1
	rm -rf "$dir"
	mkdir -p "$dir/files/vectors"
}

# A rule needs two CPUs.
test_rows() {
	make_directory rows
	cp conformance/rows.vec "$dir/files/vectors/"
	machine "$dir" 1:2:1 "log_has 'tdxsim: test bed: bad line \"lps 2x\"'" \
		"log_has 'tdxsim: bad inject rule \"TDH.SYS.INT:[*]:1=gp\": unknown leaf$'"
}

# One CPU is faster for the others.
test_vectors() {
	local file

	make_directory vectors
	for file in conformance/vectors/*.vec.xz; do
		xz -dc "$file" > "$dir/files/vectors/$(basename "$file" .xz)"
	done
	machine "$dir" 1:1:1
}

run_test "$@"
