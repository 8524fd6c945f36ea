#!/bin/bash
# check/series.sh [--base BASE] applies | exports | groups | quilt | tdxsim: what "make series" and "make export" write.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
linux=$build/linux

# The series as it is mailed gives the tree that was tested.
test_applies() {
	local mails

	make_scratch
	clone_linux base "$scratch/linux"
	mapfile -t mails < <(sed "s|^|$PWD/$build/series/|" "$build/series/series")
	git -C "$scratch/linux" -c user.name=check -c user.email=check@localhost \
		am -q "${mails[@]}"
	expect 'the tree' "$(git -C "$linux" rev-parse 'series^{tree}')" \
		"$(git -C "$scratch/linux" rev-parse 'HEAD^{tree}')"
}

# What is in the tree and what is in patches/ and the root is the same.
test_exports() {
	local files file

	make_scratch
	patches/export --base "$base" "$scratch"
	# On another version of the source, line numbers and hashes are others.
	diff -r -I '^index ' -I '^@@ ' "$patches" "$scratch/$patches"
	mapfile -t files < <(sed -n 's/^[^#]*# *//p' "$patches/series" | tr ' ' '\n')
	[ ${#files[@]} -gt 0 ] || fail "no file of ours in $patches/series"
	for file in "${files[@]}"; do
		cmp "$file" "$scratch/$file"
	done
	echo "${#files[@]} files of ours are the same"
}

# A group stays within its maintainer's tree.
test_groups() {
	local group before=base count=0

	while read -r group; do
		make_scratch
		git -C "$linux" diff --name-only "$before" "group/$group" > "$scratch/files"
		[ -s "$scratch/files" ]
		case $group in
		kvm-*) no_line -E '^(arch/x86/(virt|kernel)/|arch/x86/include/asm/tdx|kernel/|drivers/)' "$scratch/files" ;;
		x86-* | pm) no_line -E '^(arch/x86/kvm|virt)/' "$scratch/files" ;;
		# Built into a kernel, it has an option.
		tdxsim) no_line -vE '^(tools/testing/tdxsim/|MAINTAINERS$|Kbuild$|arch/x86/Kconfig.debug$)' "$scratch/files" ;;
		*) fail "no rule for the group $group" ;;
		esac
		echo "$group: $(wc -l < "$scratch/files") files, $(git -C "$linux" rev-list --count "$before..group/$group") patches"
		before=group/$group
		count=$((count + 1))
	done < <(sed 's|/.*||' "$patches/series" | uniq)
	[ "$count" -gt 0 ]
	[ "$(grep -c '^kvm-tdx/' "$patches/series" || true)" -le 8 ]
}

# unpack REVISION DIR: of the files that the series touches, those that are there.
unpack() {
	local files

	mkdir "$2"
	mapfile -t files < <(git -C "$linux" diff --name-only base series)
	mapfile -t files < <(git -C "$linux" ls-tree --name-only "$1" -- "${files[@]}")
	[ ${#files[@]} -gt 0 ] || fail "no files in $1"
	git -C "$linux" archive "$1" -- "${files[@]}" | tar -x -C "$2"
}

# A Debian source package carries patches with quilt.
test_quilt() {
	make_scratch
	unpack base "$scratch/linux"
	unpack series "$scratch/wanted"
	(cd "$scratch/linux" && QUILT_PATCHES=$top/$build/series QUILT_PC=$scratch/pc quilt --quiltrc=- push -q -a --fuzz=0)
	diff -r "$scratch/wanted" "$scratch/linux"
}

# Both bases have the same tdxsim, but for the script that loads it as a module.
test_tdxsim() {
	local list

	make_scratch
	for list in 6.12 7.3; do
		sed -n 's/^tdxsim\/.* # //p' "patches/$list/series" | tr ' ' '\n' | sed '/tdxsim_test\.sh$/d' | sort > "$scratch/$list"
		[ -s "$scratch/$list" ]
	done
	diff "$scratch/6.12" "$scratch/7.3"
}

run_test "$@"
