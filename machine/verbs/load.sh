# shellcheck shell=dash disable=SC2034,SC2086,SC2154 # variables of the other files

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

# options MODULE PARAMETER...: for each load of the module from here on.
options()
{
	mkdir -p /etc/modprobe.d
	echo "options $*" >>/etc/modprobe.d/steps.conf
}

# modprobe_d FILE [WORD]...: what the administrator has in /etc/modprobe.d.
modprobe_d()
{
	local file=/etc/modprobe.d/$1

	shift
	mkdir -p /etc/modprobe.d
	echo "$*" >"$file"
}

# load [PARAMETER]...
load()
{
	echo "steps: # load $vendor $*" >/dev/kmsg
	try "load $vendor $*" modprobe $vendor "$@"
}

load_fails()
{
	echo "steps: # load $vendor $*" >/dev/kmsg
	if modprobe $vendor "$@" 2>/dev/null; then
		not_ok "load_fails $*: it loaded"
	else
		ok "load_fails $vendor $*"
	fi
}

unload()
{
	local gone=kvm

	# faults keeps kvm.
	[ ! -e /sys/module/faults ] || gone=$vendor
	modprobe -r $vendor >/tmp/try.log 2>&1
	[ $gone = $vendor ] || modprobe -r kvm >>/tmp/try.log 2>&1
	if [ -e /sys/module/$vendor ] || [ -e /sys/module/$gone ]; then
		not_ok "unload: $(tail -n 1 /tmp/try.log)"
	else
		ok unload
	fi
}

unload_faults()
{
	if [ -e /sys/module/faults ]; then
		try unload_faults modprobe -r faults
		unload
	fi
}

# The test module of the hook reports by itself, and loads if all is well.
hooktest()
{
	try hooktest modprobe hooktest
	kernel_log | grep "hooktest: not ok" | explain
	modprobe -r hooktest 2>/dev/null
}

# tdx_is Y|N
tdx_is()
{
	expect tdx_is "$1" "$(cat /sys/module/kvm_intel/parameters/tdx 2>&1)"
}

# reload Y|N [PARAMETER]...: unload, load, and what parameters/tdx reads then.
reload()
{
	local tdx=$1

	shift
	unload
	load "$@"
	tdx_is "$tdx"
}

# tdx_sysfs STATUS REASON: what /sys/firmware/tdx has, "absent" without it.
tdx_sysfs()
{
	local dir=/sys/firmware/tdx

	expect tdx_sysfs "$1 $2" "$(cat $dir/status 2>/dev/null || echo absent) $(
		cat $dir/reason 2>/dev/null || echo absent)"
}

version_is()
{
	expect version_is "$1" "$(cat /sys/firmware/tdx/module_version)"
}
