# shellcheck shell=bash
# Sourced, in place of lib.sh, by the tests that compile kernel code: trees of other revisions than
# that of build/linux, and what is built from them.
#
# build/worktrees/NAME/linux is a worktree of build/linux, and so it is below build/7.3.
# Beside it, where the compiler cache finds what the other trees have compiled, are the
# directories of the objects.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Debian's clang that can build Linux 7.3.
# shellcheck disable=SC2034 # used by the scripts that source this
clang='clang-19'

# lock FILE: until the test ends.
lock() {
	local lock

	mkdir -p "$(dirname "$1")"
	exec {lock}> "$1"
	flock "$lock"
}

# check_out NAME REVISION: in build/worktrees/NAME, which is locked.
check_out() {
	patches/worktree --base "$base" "$1" "$2"
}

# use_tree base|series: build/worktrees/REVISION/linux has that revision, until the test
# ends.  Tests share it.
use_tree() {
	local dir=build/worktrees/$1 lock found=''

	mkdir -p "$dir"
	exec {lock}> "$dir/lock"
	flock -s "$lock"
	[ ! -e "$dir/linux/.git" ] || found=$(git -C "$dir/linux" rev-parse -q --verify HEAD || true)
	[ "$found" = "$(git -C $linux rev-parse "$1")" ] || {
		flock -x "$lock"
		check_out "$1" "$1"
		flock -s "$lock"
	}
}

# kmake TREE OBJDIR ARGUMENT...
kmake() {
	make -C "$1" O="$PWD/$2" CC="ccache ${CC:-gcc}" HOSTCC='ccache gcc' "${@:3}"
}

# configure_main TREE OBJDIR: as the kernel of the whole series, without what TREE does not have
# with it: TDX and kexec exclude each other before a patch of the series for Linux 6.12.
configure_main() {
	mkdir -p "$2"
	machine/kernels/mkconfig "$main" $linux "$2-main"
	{
		cat "$2-main/.config"
		git -C "$1" ls-files -s -- '*Kconfig*'
	} > "$2/wanted"
	if ! cmp -s "$2/wanted" "$2/configured"; then
		cp "$2-main/.config" "$2/"
		kmake "$1" "$2" olddefconfig
		mv "$2/wanted" "$2/configured"
	fi
}

# not_included REVISION: the C files on stdin, without those that another one includes.
not_included() {
	local file

	while read -r file; do
		git -C $linux grep -q "^#include \"${file##*/}\"" "$1" -- "${file%/*}/*.c" || echo "$file"
	done
}

# touched REVISION PATH...: the C files below PATH that the series touches, and that are
# compiled as of REVISION.
touched() {
	local files

	mapfile -t files < <(git -C $linux diff --name-only base series -- "${@:2}" | sed -n '/\.c$/p')
	[ ${#files[@]} -gt 0 ] || fail "the series touches no C file in ${*:2}"
	git -C $linux ls-tree -r --name-only "$1" -- "${files[@]}" | not_included "$1"
}

# build_objects TREE OBJDIR W=1|C=2 FILE.c...
build_objects() {
	local file usual=() kvm=()

	[ $# -gt 3 ] || fail 'no C files'
	for file in "${@:4}"; do
		case $file in
		virt/kvm/*) kvm+=("arch/x86/kvm/../../../${file%c}o") ;;
		*) usual+=("${file%c}o") ;;
		esac
	done
	kmake "$1" "$2" "$3" prepare "${usual[@]}"
	# An architecture's Makefile has these, where "make FILE.o" does not look.  run-command
	# alone, without another goal, is without the configuration in Linux 7.3.
	# shellcheck disable=SC2016 # make's variables
	[ ${#kvm[@]} = 0 ] || kmake "$1" "$2" "$3" prepare run-command \
		KBUILD_RUN_COMMAND='+$(MAKE) -f $(srctree)/scripts/Makefile.build obj=arch/x86/kvm need-modorder=1 '"${kvm[*]}"
}

# remove_objects OBJDIR FILE.c...: what is compiled already does not warn again.
remove_objects() {
	[ $# -gt 1 ] || fail 'no C files'
	cd "$1"
	shift
	rm -f "${@/%.c/.o}"
	cd "$top"
}

# warnings LOG: its lines, without what an edit elsewhere changes.
warnings() {
	sed -nE '/: (warning|error):/{s/^(.*\/build\/.*|\.\.)\/linux\///; s/:[0-9]+(:[0-9]+)?:/:/; p}' "$1" | sort -u
}

# no_new_warnings BEFORE AFTER: logs of the same files.
no_new_warnings() {
	comm -13 <(warnings "$1") <(warnings "$2") > "$2.new"
	expect 'new warnings' '' "$(cat "$2.new")"
}
