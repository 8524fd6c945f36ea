# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# Calls that fail

# override FUNCTION VALUE [NTH] [MS]
# Makes one call of a kernel function, the first one or the NTH, return VALUE after MS
# milliseconds instead of doing its work. Needs a kernel that has the module faults.
override()
{
	modprobe faults || not_ok "cannot load faults"
	try "override $*" sh -c "echo $* >/sys/kernel/debug/faults/override"
}

# overridden CALLS
# Checks how often the function of override was called since, and that exactly one call
# did no work.
overridden()
{
	expect overridden "$1 1" "$(cat /sys/kernel/debug/faults/override)"
}

# vmx_in_use_once CPU
# Makes it look to the next VMXON on the CPU as if another hypervisor used VMX there. Needs a
# kernel that has the module faults.
vmx_in_use_once()
{
	modprobe faults || not_ok "cannot load faults"
	try "vmx_in_use_once $1" sh -c "echo $1 once >/sys/kernel/debug/faults/vmxe"
}

# load_without FUNCTION VALUE [PARAMETER]...
# Checks that kvm_intel does not load when the first call of the function returns VALUE
# instead of doing its work. KVM stays loaded. Needs the module faults.
load_without()
{
	local function=$1 value=$2

	shift 2
	override "$function" "$value"
	# modprobe would try it a second time.
	if finit /lib/modules/*/kernel/arch/x86/kvm/kvm-intel.ko "$@" >/tmp/try.log 2>&1; then
		not_ok "load_without $function: it loaded"
	else
		ok "load_without $function: $(tail -n 1 /tmp/try.log)"
	fi
	expect "load_without $function, calls of it:" 1 "$(cut -d ' ' -f 2 /sys/kernel/debug/faults/override)"
	modprobe -r faults
}

# enable_tdx_on_each_cpu succeeds|fails
# Calls tdx_cpu_enable() on all CPUs at once, by IPI, and checks how that ends. KVM calls
# it on one CPU after the other. Needs the module faults.
enable_tdx_on_each_cpu()
{
	local ended=fails

	modprobe faults || not_ok "cannot load faults"
	! sh -c 'echo 1 >/sys/kernel/debug/faults/enable' 2>/dev/null || ended=succeeds
	expect enable_tdx_on_each_cpu "$1" "$ended"
}
