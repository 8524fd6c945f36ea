# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# Loading KVM

# busybox's shell takes its own modprobe, whatever is installed.
if [ -e /bin/kmod ]; then
	modprobe()
	{
		/bin/modprobe "$@"
	}

	rmmod()
	{
		/bin/rmmod "$@"
	}
fi

# options MODULE PARAMETER...
# Sets parameters for each load of the module from here on.
options()
{
	mkdir -p /etc/modprobe.d
	echo "options $*" >>/etc/modprobe.d/steps.conf
}

# modprobe_d FILE [WORD]...
# Writes a file of one line into /etc/modprobe.d, as an administrator does.
modprobe_d()
{
	local file=/etc/modprobe.d/$1

	shift
	mkdir -p /etc/modprobe.d
	echo "$*" >"$file"
}

# load [PARAMETER]...
# Loads the vendor module, which is kvm_intel, or kvm_amd with emulator = qemu.
load()
{
	echo "steps: # load $vendor $*" >/dev/kmsg
	try "load $vendor $*" modprobe "$vendor" "$@"
}

# load_fails [PARAMETER]...
# Checks that the vendor module does not load.
load_fails()
{
	echo "steps: # load $vendor $*" >/dev/kmsg
	if modprobe "$vendor" "$@" 2>/dev/null; then
		not_ok "load_fails $*: it loaded"
	else
		ok "load_fails $vendor $*"
	fi
}

# no_kvm
# Checks that there is no /dev/kvm.
no_kvm()
{
	try no_kvm test ! -e /dev/kvm
}

# unload
# Unloads the vendor module and KVM. KVM stays while the module faults needs it.
unload()
{
	local gone=kvm

	# faults keeps kvm.
	[ ! -e /sys/module/faults ] || gone=$vendor
	modprobe -r "$vendor" >/tmp/try.log 2>&1
	[ "$gone" = "$vendor" ] || modprobe -r kvm >>/tmp/try.log 2>&1
	if [ -e "/sys/module/$vendor" ] || [ -e "/sys/module/$gone" ]; then
		not_ok "unload: $(tail -n 1 /tmp/try.log)"
	else
		ok unload
	fi
}

# unload_faults
# Unloads the module faults, if it is loaded, and then KVM.
unload_faults()
{
	if [ -e /sys/module/faults ]; then
		try unload_faults modprobe -r faults
		unload
	fi
}

# hooktest
# Loads a vendor module without hardware, which tests hardware_post_setup() by itself.
hooktest()
{
	try hooktest modprobe hooktest
	kernel_log | grep "hooktest: not ok" | explain
	modprobe -r hooktest 2>/dev/null
}

# tdx_is Y|N
# Checks what /sys/module/kvm_intel/parameters/tdx reads.
tdx_is()
{
	expect tdx_is "$1" "$(cat /sys/module/kvm_intel/parameters/tdx 2>&1)"
}

# reload Y|N [PARAMETER]...
# Unloads and loads the vendor module, and checks what parameters/tdx reads then.
reload()
{
	local tdx=$1

	shift
	unload
	load "$@"
	tdx_is "$tdx"
}

# debugfs_kvm_is present|absent
# Checks whether /sys/kernel/debug/kvm is there.
debugfs_kvm_is()
{
	local found=absent

	[ ! -d /sys/kernel/debug/kvm ] || found=present
	expect debugfs_kvm_is "$1" "$found"
}

# tdx_sysfs initialized|available|failed|unusable|unavailable|absent REASON
# Checks what status and reason in /sys/devices/system/cpu/tdx_host read. "absent absent"
# is a host without TDX KeyIDs, or a kernel without TDX.
tdx_sysfs()
{
	local dir=/sys/devices/system/cpu/tdx_host

	expect tdx_sysfs "$1 $2" "$(cat $dir/status 2>/dev/null || echo absent) $(
		cat $dir/reason 2>/dev/null || echo absent)"
}

# tdx_host FILE VALUE
# Checks what /sys/devices/system/cpu/tdx_host/FILE reads.
tdx_host()
{
	expect "tdx_host $1" "$2" "$(cat "/sys/devices/system/cpu/tdx_host/$1")"
}
