#!/bin/bash
# check/conformance.sh rows RELEASE | vectors RELEASE | platform: the rules of the TDX module and the
# answers of Intel's own code, from SEAMCALL on an emulated machine.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# machine DIR CPUS VECTORS [VERB]: with the files in DIR/files, VECTORS are the lines that
# make their calls.
machine() {
	local dir=$1 cpus=$2 vectors=$3

	printf '%s\n' '. /verbs.sh' 'options kvm enable_virt_at_load=0' 'tdxsim testbed=Y' \
		'load tdx=0' 'try seamcall modprobe seamcall' "$vectors" "${@:4}" \
		'try seamcall rmmod seamcall' unload finish > "$dir/steps"
	machine/boot --kernel build/obj-main --initrd build/initramfs-main.cpio \
		--steps "$dir/steps" --files "$dir/files" --log "$dir" --cpus "$cpus"
	cat "$dir/results.log"
	grep -q '^# [0-9]* passed, 0 failed$' "$dir/results.log"
}

# make_directory TEST: $dir is where its machine has its files and its logs.
make_directory() {
	dir=build/logs/conformance/$1
	rm -rf "$dir"
	mkdir -p "$dir/files"
}

# A rule needs two CPUs.
test_rows() {
	make_directory "rows-$1"
	cp conformance/rows.vec "$dir/files/"
	machine "$dir" 1:2:1 "vectors /rows.vec $1" \
		"log_has 'tdxsim: test bed: bad line \"lps 2x\"'" \
		"log_has 'tdxsim: bad inject rule \"TDH.SYS.INT:[*]:1=gp\": unknown leaf$'"
}

# One CPU is faster for the others.
test_vectors() {
	local file name lines=()

	make_directory "vectors-$1"
	mkdir -p "$dir/files/vectors/$1"
	for file in "conformance/vectors/$1"/*.vec.xz; do
		name=$(basename "$file" .xz)
		xz -dc "$file" > "$dir/files/vectors/$1/$name"
		lines+=("vectors /vectors/$1/$name")
	done
	machine "$dir" 1:1:1 "$(printf '%s\n' "${lines[@]}")"
}

# What each release of the module would accept of the emulated CPU is as in platform.txt, and
# the same as what tdxsim reads from it with platform=cpu.
test_platform() {
	local include=(-Itools/testing/tdxsim "-I$linux/tools/include" "-I$linux/tools/arch/x86/include")

	make_directory platform
	# It includes tdx_platform.c.
	gcc -O2 -Wall -static -s "${include[@]}" -o "$dir/files/platform_test" \
		conformance/platform_test.c tools/testing/tdxsim/{tdx_[!p]*,tdx_pa*}.c
	printf '%s\n' '. /verbs.sh' "/platform_test 2>&1 | sed 's/^/# /'" 'ok platform_test' finish > "$dir/steps"
	machine/boot --kernel build/obj-main --initrd build/initramfs-main.cpio \
		--steps "$dir/steps" --files "$dir/files" --log "$dir" --cpus 1:1:1
	sed -n 's/^# \(cpuid\|msr\|platform=cpu\) /\1 /p' "$dir/results.log" > "$dir/platform.txt"
	diff conformance/platform.txt "$dir/platform.txt"
}

run_test "$@"
