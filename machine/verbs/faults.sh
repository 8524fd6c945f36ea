# shellcheck shell=dash disable=SC2034,SC2086,SC2154 # variables of the other files

# override FUNCTION VALUE [NTH [MS]]: this call of it, the first one if not said, returns the
# value instead of doing its work, after so many milliseconds. On a kernel with faults.
override()
{
	modprobe faults || not_ok "cannot load faults"
	try "override $*" sh -c "echo $* >/sys/kernel/debug/faults/override"
}

# overridden CALLS: how often it was called since then. One call did no work.
overridden()
{
	expect overridden "$1 1" "$(cat /sys/kernel/debug/faults/override)"
}

# load_without FUNCTION VALUE [PARAMETER]...: the function returns that instead of doing
# its work the first time, for which the load fails. On a kernel with faults; kvm stays.
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
