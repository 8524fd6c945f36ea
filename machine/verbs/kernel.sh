# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# Kernels as hosts have them

# preempt_rt_is_on
# Checks that the kernel is a real-time kernel (PREEMPT_RT).
preempt_rt_is_on()
{
	expect preempt_rt_is_on PREEMPT_RT "$(uname -v | grep -o PREEMPT_RT)"
}

# lockdown_is none|integrity|confidentiality
# Checks what the kernel locks down.
lockdown_is()
{
	local dir=/sys/kernel/security

	[ -e $dir/lockdown ] || mount -t securityfs security $dir
	expect lockdown_is "$1" "$(sed 's/.*\[\(.*\)\].*/\1/' $dir/lockdown 2>&1)"
}

# isolated_cpus CPU...
# Checks that exactly these CPUs are isolated and without a timer tick.
isolated_cpus()
{
	expect isolated_cpus "$*" "$(tr , ' ' </sys/devices/system/cpu/isolated)"
	expect 'isolated_cpus, nohz_full' "$*" "$(tr , ' ' </sys/devices/system/cpu/nohz_full)"
}

# traces FUNCTION VERB...
# Runs another verb while ftrace is called at the start of these kernel functions, and checks
# that it was. FUNCTION may have shell wildcards.
traces()
{
	local dir=/sys/kernel/debug/tracing pattern=$1

	shift
	try "traces $pattern" sh -c "echo '$pattern' >$dir/set_ftrace_filter && echo function >$dir/current_tracer"
	"$@"
	expect "traces $pattern, any" yes "$(grep -q -m 1 '^ ' $dir/trace && echo yes)"
	echo nop >$dir/current_tracer
}

# irqs_off FUNCTION TICKS VERB...
# Runs another verb, and checks that this kernel function is called meanwhile with interrupts
# off, and that no such call takes more ticks. Says how many the longest one took. Needs the
# module irqsoff.
irqs_off()
{
	local dir=/sys/module/irqsoff/parameters calls function=$1 longest most=$2

	shift 2
	try "irqs_off $function, the probe" modprobe irqsoff "function=$function"
	"$@"
	calls=$(cat $dir/calls)
	longest=$(cat $dir/longest)
	modprobe -r irqsoff
	if [ "$calls" -gt 0 ] && [ "$longest" -le "$most" ]; then
		ok "irqs_off $function $most: $calls calls, the longest took $longest ticks"
	else
		not_ok "irqs_off $function $most: $calls calls, the longest took $longest ticks"
	fi
}

# dax_memory online|offline|device|devdax [MEMMAP]
# Makes RAM of the memory that the firmware has reserved for a purpose, and takes it online
# or leaves it offline; or leaves it a DAX device. devdax: the RAM becomes a DAX device again, as with
# daxctl reconfigure-device --mode=devdax --force. MEMMAP own: the memory has its struct
# pages in itself, as that of CXL devices (memory_hotplug.memmap_on_memory=1).
dax_memory()
{
	local block

	if [ "$1" = devdax ]; then
		block=$(($(cat /sys/bus/dax/devices/dax0.0/resource) /
			0x$(cat /sys/devices/system/memory/block_size_bytes)))
		echo offline >/sys/devices/system/memory/memory$block/state 2>/dev/null
		try 'dax_memory devdax' sh -c 'echo dax0.0 >/sys/bus/dax/drivers/kmem/unbind &&
			modprobe device_dax && cd /sys/bus/dax/drivers/device_dax &&
			echo dax0.0 >new_id && ls dax0.0'
		return
	fi
	try "dax_memory $1, the device" sh -c 'modprobe dax_hmem && ls /sys/bus/dax/devices/dax0.0'
	[ "$1" != device ] || return 0
	[ -z "${2-}" ] || echo 1 >/sys/bus/dax/devices/dax0.0/memmap_on_memory
	echo offline >/sys/devices/system/memory/auto_online_blocks
	try "dax_memory $1, RAM" sh -c 'modprobe kmem && ls /sys/bus/dax/drivers/kmem/dax0.0'
	[ "$1" = online ] || return 0
	for block in /sys/devices/system/memory/memory*/state; do
		[ "$(cat "$block")" = online ] || echo online_movable >"$block"
	done
}
