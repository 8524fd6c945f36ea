#!/bin/bash
# check/patch.sh [--base BASE] builds N | clang N | kernel N | boots N: the Nth patch of the series, on those before it.
# shellcheck source=trees.sh
. "$(dirname "$0")/trees.sh"
linux=$build/linux

tree='patch'
dir=$build/worktrees/$tree
kept=$build/patches
# What each patch is compiled as, and the one of these that it boots.
IFS=, read -r -a kernels <<< "$kernels"
boots=${kernels[0]}
configs=("${kernels[@]/#/machine/kernels/}")
configs=("${configs[@]/%/.config}")
kernel_files=(. ':!Documentation' ':!MAINTAINERS' ':!tools')

# choose N: $commit is that patch.
choose() {
	[[ $1 =~ ^[1-9][0-9]*$ ]] || fail "not a number: '$1'"
	commit=$(git -C "$linux" rev-list --reverse base..series | sed -n "$1p")
	[ -n "$commit" ] || fail "the series has no patch $1"
	git -C "$linux" log -1 --format=%s "$commit"
	! git -C "$linux" diff --quiet "$commit^" "$commit" -- "${kernel_files[@]}" ||
		skip 'no file of the kernel is changed'
	mkdir -p "$kept"
}

# inputs_of REVISION: what its objects are made from, and what compiles them.
inputs_of() {
	git -C "$linux" rev-parse 'base^{tree}'
	git -C "$linux" diff --raw --no-abbrev base "$1" -- "${kernel_files[@]}"
	sha256sum check/{patch,trees}.sh machine/build-env machine/kernels/{mkconfig,kernel.config} \
		"${configs[@]}"
	"${CC:-gcc}" --version
}

# key REVISION [REVISION]: of what their objects are made from.
key() {
	local revision

	for revision; do
		inputs_of "$revision"
	done | sha256sum | cut -c 1-16
}

# objects_of REVISION KERNEL: the C files whose objects have its configuration.  Up to the
# patch of the series for Linux 6.12 that lifts that, TDX and kexec exclude each other.
objects_of() {
	local paths=(arch/x86/kvm arch/x86/virt kernel/power virt)

	if [ "$2" = "$main" ]; then
		paths=(arch/x86/kernel kernel)
		! grep -q '^CONFIG_INTEL_TDX_HOST=y' "$dir/obj-$2/.config" || paths+=(arch/x86/kvm arch/x86/virt virt)
	fi
	touched "$1" "${paths[@]}"
}

# configure KERNEL: for what is checked out.
configure() {
	if [ "$1" = "$main" ]; then
		configure_main "$dir/linux" "$dir/obj-$1"
	else
		machine/kernels/mkconfig "$1" "$dir/linux" "$dir/obj-$1"
	fi
}

# check_comments HEADER...: kbuild has those of C files checked.
check_comments() {
	[ $# = 0 ] || (cd "$dir/linux" && scripts/kernel-doc -none "$@")
}

# build_base: $before is the log of all objects that the series changes, before it does.
build_base() {
	local kernel files headers

	before=$kept/base-$(key base)-$(touched series . | sha256sum | cut -c 1-16).log
	[ ! -e "$before" ] || return 0
	rm -rf "${kernels[@]/#/$dir/obj-}" "$kept"/base-*
	check_out $tree base
	for kernel in "${kernels[@]}"; do
		configure "$kernel"
		objects_of base "$kernel" > "$dir/objects"
		mapfile -t files < "$dir/objects"
		build_objects "$dir/linux" "$dir/obj-$kernel" W=1 "${files[@]}" 2>&1 | tee -a "$before.new"
	done
	mapfile -t headers < <(git -C "$linux" diff --name-only --diff-filter=M base series -- '*.h' ':!tools')
	check_comments "${headers[@]}" 2>&1 | tee -a "$before.new"
	mv "$before.new" "$before"
}

# affected KERNEL: of the files in $dir/objects, those that the patch changes, and those that
# include a file which it changes.  A patch that changes another kind of file affects all.
affected() {
	local files file cmd

	sed -n '/\.c$/p' "$dir/changed" | not_included "$commit" > "$dir/alone"
	if grep -qv '\.[ch]$' "$dir/changed"; then
		cat "$dir/objects"
	elif cmp -s "$dir/alone" "$dir/changed"; then
		grep -xFf "$dir/changed" "$dir/objects" || true
	else
		# The compiler lists what an object was made from.
		mapfile -t files < "$dir/objects"
		build_objects "$dir/linux" "$dir/obj-$1" W=1 "${files[@]}" >&2
		sed 's|^|/|' "$dir/changed" > "$dir/patterns"
		for file in "${files[@]}"; do
			cmd=$dir/obj-$1/$(dirname "$file")/.$(basename "$file" .c).o.cmd
			[ -s "$cmd" ] || fail "no $cmd"
			! grep -qFf "$dir/patterns" "$cmd" || echo "$file"
		done
	fi
}

# The objects that the patch affects have no warning that the unpatched kernel does not have.
test_builds() {
	local passed kernel files headers number=0 log=$dir/patch.log

	choose "$1"
	passed=$kept/$(key "$commit^" "$commit").passed
	if [ -e "$passed" ]; then
		cat "$passed"
		return
	fi
	lock "$dir/lock"
	build_base
	check_out $tree "$commit"
	git -C "$linux" diff --name-only "$commit^" "$commit" -- "${kernel_files[@]}" > "$dir/changed"
	mapfile -t headers < <(git -C "$linux" diff --name-only --diff-filter=d "$commit^" "$commit" -- '*.h' ':!tools')
	check_comments "${headers[@]}" 2>&1 | tee "$log"
	for kernel in "${kernels[@]}"; do
		configure "$kernel"
		objects_of "$commit" "$kernel" > "$dir/objects"
		affected "$kernel" > "$dir/affected"
		mapfile -t files < "$dir/affected"
		[ ${#files[@]} -gt 0 ] || continue
		remove_objects "$dir/obj-$kernel" "${files[@]}"
		build_objects "$dir/linux" "$dir/obj-$kernel" W=1 "${files[@]}" 2>&1 | tee -a "$log"
		number=$((number + ${#files[@]}))
	done
	[ $number -gt 0 ] || fail 'no object has anything of this patch in it'
	no_new_warnings "$before" "$log"
	echo "$number objects and ${#headers[@]} headers, without new warnings" > "$passed.new"
	mv "$passed.new" "$passed"
	cat "$passed"
}

# test_builds, compiled with clang.
test_clang() {
	export CC=$clang
	tree=patch-clang
	dir=$build/worktrees/$tree
	kept=$build/patches-clang
	test_builds "$1"
}

# The kernel and its modules, with TDX: $kept/kernel-N.
test_kernel() {
	local objdir=$dir/obj-boot out=$kept/kernel-$1 key

	choose "$1"
	key=$(key "$commit")
	[ "$(cat "$out/key" 2>/dev/null)" != "$key" ] || return 0
	lock "$dir/lock"
	check_out $tree "$commit"
	machine/kernels/mkkernel "$boots" "$dir/linux" "$objdir"
	# Its modules come over those of the whole series, in the initramfs of that.
	expect release "$(cat "build/obj-$main/include/config/kernel.release")" "$(cat "$objdir"/include/config/kernel.release)"
	rm -rf "$out"
	mkdir -p "$out/arch/x86/boot"
	cp "$objdir"/arch/x86/boot/bzImage "$out/arch/x86/boot/"
	cp "$objdir"/.config "$out/"
	make -s -C "$objdir" modules_install INSTALL_MOD_STRIP=1 INSTALL_MOD_PATH="$PWD/$out/files"
	echo "$key" > "$out/key"
}

# With tdxsim built in, the kernel initializes the TDX module.
test_boots() {
	local kernel=$kept/kernel-$1 log=build/logs/patch/$base-$1 load=(load)

	choose "$1"
	"$0" --base "$base" kernel "$1"
	rm -rf "$log"
	mkdir -p "$log"
	[ "$append" = - ] || load=('load tdx=1' 'tdx_is Y')
	printf '%s\n' '. /verbs.sh' "${load[@]}" no_warnings guest unload finish > "$log/steps"
	machine/boot --kernel "$kernel" --initrd "build/initramfs-$main.cpio" --files "$kernel/files" \
		--steps "$log/steps" --log "$log" --append "${append#-}"
	cat "$log/results.log"
	grep -q '^# [0-9]* passed, 0 failed$' "$log/results.log"
}

run_test "$@"
