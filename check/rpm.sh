#!/bin/bash
# check/rpm.sh binrpm-pkg | spec: RPMs of the machine's small kernel, of the kernel's own "make
# binrpm-pkg", and of a spec that takes the series as PACKAGING.md says.
# shellcheck source=trees.sh
. "$(dirname "$0")/trees.sh"

# holds_series RPM: the kernel in it has what the series adds, and what it needs.
holds_series() {
	rm -rf "$dir/root"
	mkdir "$dir/root"
	(cd "$dir/root" && rpm2cpio "$1" | cpio --quiet -i -d)
	grep -x 'CONFIG_INTEL_TDX_HOST=y' "$dir"/root/lib/modules/*/config
	[ -s "$(ls "$dir"/root/lib/modules/*/vmlinuz)" ]
	modinfo -p "$dir"/root/lib/modules/*/kernel/arch/x86/kvm/kvm-intel.ko | tee "$dir/parameters"
	grep -q '^tdx:' "$dir/parameters"
	ls -sh "$1"
}

test_binrpm_pkg() {
	local rpm

	dir=build/rpm-kernel
	lock "$dir.lock"
	[ -d "$dir" ] || machine/kernels/copy-objdir build/obj-main "$dir"
	machine/kernels/mkconfig small $linux "$dir"
	rm -rf "$dir/rpmbuild"
	kmake $linux "$dir" binrpm-pkg
	rpm=$(the_file "$dir/rpmbuild/RPMS/x86_64/kernel-6*.rpm")
	holds_series "$PWD/$rpm"
	rpm -qlp "$(the_file "$dir/rpmbuild/RPMS/x86_64/kernel-devel-6*.rpm")" > "$dir/devel"
	grep -q '/scripts/mod/modpost$' "$dir/devel"
}

# The lines of PACKAGING.md, with the machine's configuration and the source that Debian has.
test_spec() {
	local source=/usr/src/linux-source-6.12.tar.xz n=1000 p patches=''

	dir=$PWD/build/rpm-spec
	lock "$dir.lock"
	rm -rf "$dir"
	mkdir -p "$dir"/{SOURCES,SPECS}
	cp "$source" "$dir/SOURCES/"
	machine/kernels/mkconfig small $linux build/rpm-config
	cp build/rpm-config/.config "$dir/SOURCES/config"
	while read -r p; do
		cp "build/series/$p" "$dir/SOURCES/${p//\//-}"
		patches+="Patch$((n++)): ${p//\//-}"$'\n'
	done < build/series/series
	awk -v version="$(make -s -C $linux kernelversion)" -v source="${source##*/}" -v patches="$patches" '
		$0 == "@PATCHES@" { printf "%s", patches; next }
		{ sub(/@VERSION@/, version); sub(/@SOURCE@/, source); print }' \
		machine/kernels/kernel-tdx.spec.in > "$dir/SPECS/kernel-tdx.spec"
	rpmbuild -bb --nodeps --define "_topdir $dir" --define "_smp_mflags $MAKEFLAGS" "$dir/SPECS/kernel-tdx.spec"
	# Without fuzz or an offset.
	holds_series "$(the_file "$dir/RPMS/x86_64/kernel-tdx-6*.rpm")"
	rm -rf "$dir"/{BUILD,BUILDROOT}
}

run_test "$@"
