# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# Static calls

# _calls_in_load FUNCTION [PARAMETER]...: prints how often loading KVM calls the function.
_calls_in_load()
{
	local override=/sys/kernel/debug/faults/override function=$1 calls

	shift
	unload >/dev/null
	modprobe faults
	# The call that is to be replaced never comes, but those before it count.
	echo "$function 0 1000000" >$override
	modprobe "$vendor" "$@"
	calls=$(cut -d ' ' -f 1 $override)
	echo >$override
	unload >/dev/null
	modprobe -r faults
	modprobe -r kvm
	echo "$calls"
}

# _patched_by [PARAMETER]...: prints how often loading KVM patches a static call.
_patched_by()
{
	_calls_in_load arch_static_call_transform "$@"
}

# ops_applied N [PARAMETER]...
# Checks how often a load of KVM applies the vendor's ops. Loads kvm_intel tdx=1 at the
# end. Needs the module faults, like the other verbs about patching.
ops_applied()
{
	local wanted=$1

	shift
	expect "ops_applied, $*:" "$wanted" "$(_calls_in_load kvm_pmu_ops_update "$@")"
	load tdx=1
}

# revert_patches OP...
# Checks that a load that falls back patches no more than one with tdx=0 and, a second
# time, the static calls of these kvm_x86_ops.
revert_patches()
{
	local without with ops=$1 op differ

	shift
	for op; do
		ops="$ops|$op"
	done
	without=$(_patched_by tdx=0)
	with=$(_patched_by tdx=1)
	load tdx=1
	tdx_is N
	differ=$(opsdump | grep -v '^__SCK__' | grep -c -E "__SC[KT]__kvm_x86_($ops) ")
	if [ "$differ" -gt 0 ]; then
		expect "revert_patches $ops:" "$differ" $((with - without))
	else
		not_ok "revert_patches $ops: none at all"
	fi
}

# same_patching
# Checks that a load with tdx=1 patches as many static calls as one with tdx=0.
same_patching()
{
	local without

	without=$(_patched_by tdx=0)
	if [ "$without" -gt 0 ]; then
		expect same_patching "$without" "$(_patched_by tdx=1)"
	else
		not_ok "same_patching: none at all"
	fi
	load tdx=1
}
