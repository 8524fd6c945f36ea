#!/bin/bash
# check/kernel.sh warnings LOG | module DIR/NAME KERNEL | sparse | kexec-path | clang KERNEL |
# bench-config
# shellcheck source=trees.sh
. "$(dirname "$0")/trees.sh"

# Of the last build, in build/logs.
test_warnings() {
	[ -s "build/logs/$1.log" ] || fail "nothing in build/logs/$1.log"
	no_line -E ': warning:' "build/logs/$1.log"
}

# With all warnings of gcc and sparse.
test_module() {
	make_scratch
	cp -r "$1" "$scratch/"
	cp machine/modules/*.h "$scratch/$(basename "$1")/"
	make -C "build/obj-$2" M="$scratch/$(basename "$1")" CC='ccache gcc' W=1 C=2 modules 2>&1 |
		tee "$scratch/log"
	grep -q CHECK "$scratch/log"
	no_line -E ': (warning|error):' "$scratch/log"
}

# In a kernel with TDX, and in one with kexec, which the unpatched one cannot both be.
test_sparse() {
	local revision dir files log

	for revision in base series; do
		use_tree $revision
		dir=build/worktrees/$revision
		log=$dir/sparse.log
		lock $dir/obj-kexec.lock
		machine/kernels/mkconfig nokexec $dir/linux $dir/obj-sparse
		configure_main $dir/linux $dir/obj-kexec
		mapfile -t files < <(touched $revision arch/x86/kvm arch/x86/virt kernel/power virt)
		build_objects $dir/linux $dir/obj-sparse C=2 "${files[@]}" 2>&1 | tee $log
		mapfile -t files < <(touched $revision arch/x86/kernel kernel)
		[ $revision = base ] || mapfile -t -O ${#files[@]} files < <(touched series arch/x86/virt)
		build_objects $dir/linux $dir/obj-kexec C=2 "${files[@]}" 2>&1 | tee -a $log
		grep -q 'CHECK .*/kernel/machine_kexec_64.c' $log
		grep -q 'CHECK .*/tdx/tdx.c' $log
	done
	no_new_warnings build/worktrees/{base,series}/sparse.log
}

# What the series adds to the way to another kernel, on a host that does not use TDX. The
# kernel has SME, as those of distributions have.
test_kexec_path() {
	local revision dir files

	for revision in base series; do
		use_tree $revision
		dir=build/worktrees/$revision
		lock $dir/obj-sme.lock
		configure_main $dir/linux $dir/obj-sme
		$dir/linux/scripts/config --file $dir/obj-sme/.config --enable EFI --enable EFI_STUB --enable AMD_MEM_ENCRYPT
		kmake $dir/linux $dir/obj-sme olddefconfig
		grep -q '^CONFIG_AMD_MEM_ENCRYPT=y' $dir/obj-sme/.config
		mapfile -t files < <(touched $revision arch/x86/kernel kernel)
		kmake $dir/linux $dir/obj-sme "${files[@]/%.c/.o}" arch/x86/kernel/relocate_kernel_64.o
	done
	check/kexec-path build/worktrees/{base,series}/obj-sme
}

# Upstream's own warnings are not ours to judge.
test_clang() {
	local tree=build/worktrees/series/linux objdir=build/worktrees/series/obj-clang-$1 files ours

	export CC=$clang
	use_tree series
	machine/kernels/mkconfig "$1" $tree "$objdir"
	mapfile -t files < <(touched series arch/x86/kernel kernel)
	mapfile -t ours < <(touched series arch kernel virt)
	remove_objects "$objdir" "${ours[@]}"
	kmake $tree "$objdir" W=1 arch/x86/kvm/ arch/x86/virt/ virt/ "${files[@]/%.c/.o}" 2>&1 |
		tee "$objdir.log"
	mapfile -t ours < <(git -C $linux diff --name-only base series -- 'arch/*.[ch]' 'kernel/*.[ch]' 'include/*.h' 'virt/*.[ch]')
	grep -q "CC .*arch/x86/kvm/x86.o" "$objdir.log"
	no_line -E "($(IFS='|'; echo "${ours[*]}")):.*(warning|error):" "$objdir.log"
}

# "make bench" builds the unpatched kernel, too, with all of its options.
test_bench_config() {
	use_tree base
	rm -rf build/worktrees/base/obj-bench
	machine/kernels/mkconfig bench build/worktrees/base/linux build/worktrees/base/obj-bench
}

run_test "$@"
