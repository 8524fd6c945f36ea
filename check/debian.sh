#!/bin/bash
# check/debian.sh config | builds | oldest | newest | package: Debian's configuration of the
# kernel, on the base and on the oldest and the newest source that apt has; and our packages.
# shellcheck source=trees.sh
. "$(dirname "$0")/trees.sh"

# A source is base, oldest or newest, in $dir/linux.

# use_source SOURCE
use_source() {
	dir=build/worktrees/debian-$1
	lock "$dir/lock"
	[ "$1" = base ] || unpack "$1"
}

# version_of oldest|newest: of linux-source-6.12, as apt offers it.
version_of() {
	local versions

	versions=$(apt-cache madison linux-source-6.12 | awk '{ print $3 }' |
		while read -r version; do
			dpkg --compare-versions "$version" lt "$oldest" || echo "$version"
		done | sort -u -V)
	[ -n "$versions" ] || fail "apt offers no linux-source-6.12: run 'apt-get update'"
	case $1 in
	oldest) head -n 1 <<< "$versions" ;;
	newest) tail -n 1 <<< "$versions" ;;
	esac
}

# unpack oldest|newest: the source of that version, without the series.
unpack() {
	local version

	version=$(version_of "$1")
	[ "$(cat "$dir/version" 2>/dev/null)" != "$version" ] || return 0
	rm -rf "$dir"/{linux,pc,version}
	mkdir -p "$dir/linux"
	(cd "$dir" && apt-get -q download "linux-source-6.12=$version")
	dpkg-deb --fsys-tarfile "$dir"/*.deb | tar -xO ./usr/src/linux-source-6.12.tar.xz |
		tar -xJ -C "$dir/linux" --strip-components=1
	rm "$dir"/*.deb
	echo "$version" > "$dir/version"
}

# in_quilt ARGUMENT...: quilt with the series in $dir, as a Debian source package has it.
in_quilt() {
	(cd "$dir/linux" && QUILT_PATCHES=$top/$dir/patches QUILT_PC=$top/$dir/pc quilt --quiltrc=- "$@")
}

# set_revision SOURCE base|series: without the series, or with it.
set_revision() {
	if [ "$1" = base ]; then
		check_out debian-base "$2"
		return
	fi
	[ ! -s "$dir/pc/applied-patches" ] || in_quilt pop -f -q -a
	[ "$2" = series ] || return 0
	rm -rf "$dir/patches"
	cp -r build/series "$dir/patches"
	in_quilt push -q -a --fuzz=0
}

# options_of OBJDIR
options_of() {
	sed -n 's/^# \(CONFIG_.*\) is not set$/\1=n/; /^CONFIG_/p' "$1/.config" | sort
}

# Debian's configuration takes TDX, and nothing else in it changes. machine/kernels/mkconfig
# makes it, as make deb CONFIG=debian has it.
check_config() {
	local option differ

	set_revision "$1" base
	rm -rf "$dir"/{before,after}
	mkdir -p "$dir/before"
	xz -dc /usr/src/linux-config-6.12/config.amd64_none_amd64.xz > "$dir/before/.config"
	kmake "$dir/linux" "$dir/before" olddefconfig
	set_revision "$1" series
	machine/kernels/mkconfig debian "$dir/linux" "$dir/after"
	# Also where a tool that is missing here switched them off in both.
	for option in INTEL_TDX_HOST KEXEC_CORE MODULE_SIG DEBUG_INFO_BTF DEBUG_INFO_BTF_MODULES; do
		grep -x "CONFIG_$option=y" "$dir/after/.config"
	done
	differ=$(comm -3 <(options_of "$dir/before") <(options_of "$dir/after") |
		sed 's/^\t*\(CONFIG_[^=]*\)=.*/\1/' | sort -u | paste -sd ' ')
	expect 'options that differ' 'CONFIG_ARCH_KEEP_MEMBLOCK CONFIG_INTEL_TDX_HOST CONFIG_LOCALVERSION' "$differ"
}

# What the series touches, with Debian's configuration, has no warning that was not there
# before, of gcc or clang. These work side by side, as each has a minute in which there is
# one thing to do.
check_builds() {
	local compiler revision builds pid

	for revision in base series; do
		set_revision "$1" $revision
		builds=()
		for compiler in gcc "$clang"; do
			build_with $compiler $revision > "$dir/$compiler-$revision.log" 2>&1 &
			builds+=($!)
		done
		for pid in "${builds[@]}"; do
			wait "$pid" || {
				wait
				tail -n 40 "$dir/"{gcc,"$clang"}-$revision.log
				fail "$revision does not build"
			}
		done
	done
	for compiler in gcc "$clang"; do
		no_new_warnings "$dir/$compiler-"{base,series}.log
	done
}

# build_with COMPILER base|series: of what is in $dir/linux. Before, Debian's configuration
# has no arch/x86/virt/vmx/tdx.
build_with() {
	local objdir=$dir/obj-$1 file there=() files

	export CC=$1
	mkdir -p "$objdir"
	{
		xz -dc /usr/src/linux-config-6.12/config.amd64_none_amd64.xz
		echo CONFIG_INTEL_TDX_HOST=y
	} > "$objdir/.config"
	mapfile -t files < <(touched series . ':!tools')
	for file in "${files[@]}"; do
		[ ! -f "$dir/linux/$file" ] || [[ $2:$file = base:arch/x86/virt/* ]] || there+=("$file")
	done
	remove_objects "$objdir" "${there[@]}"
	kmake "$dir/linux" "$objdir" olddefconfig
	build_objects "$dir/linux" "$objdir" W=1 "${there[@]}"
	(cd "$objdir" && ls -- "${there[@]/%.c/.o}")
}

test_config() {
	use_source base
	check_config base
}

test_builds() {
	use_source base
	check_builds base
}

# check_version oldest|newest: if it is not the base, whose tests are config and builds.
check_version() {
	local version

	version=$(version_of "$1")
	[ "linux-source-6.12 $version" != "$(git -C $linux log -1 --format=%s base)" ] ||
		skip "the $1 source that apt has, $version, is the base"
	use_source "$1"
	check_config "$1"
	check_builds "$1"
}

test_oldest() {
	check_version oldest
}

test_newest() {
	check_version newest
}

# Packages with the version of what is in build/linux, which a second make deb leaves
# alone.
test_package() {
	local version date package packages before

	version=$(git -C $linux log -1 --format=%s base)
	date=$(git -C $linux log --date=format:%Y%m%d --format=%ad base..series | sort | tail -n 1)
	version=${version##* }+tdx$(git -C $linux rev-list --count base..series).$date.$(git -C $linux rev-parse --short=8 'series^{tree}')
	before=$(stat -c '%n %Y' build/deb/*.deb)
	make deb
	expect 'the packages' "$before" "$(stat -c '%n %Y' build/deb/*.deb)"
	packages=(build/deb/linux-image-*-tdx-small_*.deb build/deb/linux-headers-*-tdx-small_*.deb build/deb/kvm-intel-tdx_*.deb)
	expect 'number of packages' 3 ${#packages[@]}
	for package in "${packages[@]}"; do
		expect "version of $package" "$version" "$(dpkg-deb -f "$package" Version)"
	done
	# They can be installed, together.
	apt-get -q install --simulate "${packages[@]/#/./}"
	expect 'options for modprobe' 'options kvm_intel tdx=1' "$(grep -v '^#' build/obj-package/root/lib/modprobe.d/*)"
	grep -x 'CONFIG_INTEL_TDX_HOST=y' build/obj-package/root/boot/config-*-tdx-small
}

run_test "$@"
