#!/bin/bash
# check/debian-13.sh source-package | boots: Debian 13's source package linux with the series, which
# Debian 13 builds with its own rules; and a Debian 13 with that kernel on the emulated host.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

dir=build/debian-13
# Of the build, in minutes.
limit=120

# inputs: what the packages are made of.
inputs() {
	sha256sum build/series/series build/series/*/*.patch machine/chroot.sh machine/debian-13/{source,packages,build-system.sh,small.config} \
		tools/testing/tdxsim/*
}

# build_packages: in $dir/packages, unless they are there.
build_packages() {
	[ "$(id -u)" = 0 ] || skip 'debootstrap needs root'
	mkdir -p $dir
	inputs > $dir/inputs
	! cmp -s $dir/inputs $dir/packages/inputs || return 0
	machine/progress "Debian's source package with the series" debian-13-source \
		machine/debian-13/source $dir/build-system build/series
	machine/progress 'Building it' debian-13-packages \
		timeout $((limit * 60)) machine/debian-13/packages $dir/build-system $dir/packages
	mv $dir/inputs $dir/packages/
}

# the_package NAME: the file.
the_package() {
	the_file "$dir/packages/$1_*.deb"
}

test_source_package() {
	local image root=$dir/content modules

	build_packages
	ls -sh $dir/packages
	image=$(the_package 'linux-image-*-cloud-amd64-unsigned')
	dpkg-deb -f "$image" Version | grep -x '6\.12\.[0-9]*-.*+tdx1'
	the_package 'linux-headers-*-cloud-amd64'
	rm -rf $root
	dpkg-deb -x "$image" $root
	grep -x 'CONFIG_INTEL_TDX_HOST=y' $root/boot/config-*
	modules=$(echo $root/usr/lib/modules/*)
	modinfo -p "$modules/kernel/arch/x86/kvm/kvm-intel.ko.xz" | grep '^tdx:'
	tar -xOJf $dir/packages/linux_*+tdx1.debian.tar.xz debian/patches/series | grep '^tdx/' > $dir/patches
	expect 'patches in the source package' "$(sed 's|^|tdx/|' build/series/series)" "$(cat $dir/patches)"
}

# boot NAME WORD...: with these on the kernel's command line. $report is what it reported.
boot() {
	local log=$dir/logs/$1

	report=$log/results.log
	mkdir -p $dir/logs
	machine/progress "Booting, $1" "debian-13-boot-$1" machine/boot --kernel $dir/system/kernel --initrd $dir/system/initrd \
		--disk $dir/system/disk.img --memory 1024 --mips 500 --timeout 1800 --hibernation \
		--log "$log" --append "$(cat $dir/system/cmdline) ${*:2}"
	cat "$report"
	expect 'the kernel' "$(the_package 'linux-image-*-cloud-amd64-unsigned' | sed 's/.*linux-image-//; s/-unsigned.*//')" \
		"$(reported kernel)"
	expect 'failed units' '' "$(reported 'failed units')"
	expect 'a VM' runs "$(reported guest)"
	expect 'kdump' 'current state   : ready to kdump' "$(reported kdump)"
	expect 'hibernation' '[disabled]' "$(reported hibernation)"
}

# reported NAME
reported() {
	sed -n "s/^$1: //p" "$report"
}

# kvm_intel is loaded by udev alone: neither the initramfs nor modules-load.d has it.
by_udev() {
	cat $dir/system/root/etc/modules $dir/system/root/{etc,usr/lib}/modules-load.d/*.conf > $dir/modules 2>/dev/null || true
	[ -s $dir/modules ]
	no_line kvm $dir/modules
	grep ata_piix $dir/system/initrd.files
	no_line 'kvm.*\.ko' $dir/system/initrd.files
}

test_boots() {
	build_packages
	machine/progress 'Installing Debian 13' debian-13-install \
		machine/debian-13/install $dir/packages "$(set_sregs_test)" $dir/system
	by_udev
	boot working
	expect 'parameters/tdx' Y "$(reported tdx)"
	grep 'virt/tdx: module initialized' "$report"
	no_line 'TDX not enabled' "$report"
	boot failing tdxsim.inject=TDH.SYS.CONFIG:*:1+1=TDX_TDMR_OUTSIDE_CMRS
	expect 'parameters/tdx' N "$(reported tdx)"
	expect 'number of warnings of KVM' 1 "$(grep -c 'kvm_intel: TDX not enabled' "$report")"
}

# set_sregs_test: that program, as the initramfs of the kernel main has it.
set_sregs_test() {
	(cd $dir && cpio --quiet -i -d -u tests/set_sregs_test < ../initramfs-main.cpio)
	echo $dir/tests/set_sregs_test
}

run_test "$@"
