# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# kexec and crashes

# _run_kexec ACTION: as machine/image/kexec.c has it. Only the first CPU of a machine can
# start the others, so that a crash kernel has one CPU.
_run_kexec()
{
	local cmdline

	case $1 in
	crash-load | crash-file-load) cmdline="$(cat /second/cmdline) nr_cpus=1" ;;
	load | file-load) cmdline=$(cat /second/cmdline) ;;
	*)
		kexec "$1"
		return
		;;
	esac
	kexec "$1" /second/kernel /second/initrd "$cmdline"
}

# kexec_does load|file-load|crash-load|crash-file-load|returning-load|unload|crash-unload|start
# Checks that an action of kexec succeeds.
kexec_does()
{
	try "kexec_does $1" _run_kexec "$1"
}

# kexec_refused load|file-load|crash-load|crash-file-load|returning-load|unload|crash-unload|start ERROR
# Checks that an action of kexec fails with this error message.
kexec_refused()
{
	refused "kexec_refused $1" "$2" _run_kexec "$1"
}

# kexec_begins load|file-load|crash-load|crash-file-load|returning-load|unload|crash-unload|start FUNCTION VALUE MS
# Begins an action of kexec in the background. FUNCTION takes MS milliseconds in it, and
# returns VALUE.
kexec_begins()
{
	override "$2" "$3" 1 "$4"
	_run_kexec "$1" 2>/tmp/kexec.log &
	kexec=$!
	while [ "$(cat /sys/kernel/debug/faults/override)" != '1 1' ] && kill -0 "$kexec" 2>/dev/null; do
		usleep 10000
	done
}

# kexec_goes_on
# Checks that what kexec_begins began has not ended.
kexec_goes_on()
{
	try kexec_goes_on kill -0 "$kexec"
}

_end_kexec()
{
	wait "$kexec" && return
	cat /tmp/kexec.log
	return 1
}

# kexec_ends_refused ERROR
# Waits for the end of what kexec_begins began, and checks that it fails with this error
# message.
kexec_ends_refused()
{
	refused kexec_ends_refused "$1" _end_kexec
}

# crash_memory_goes_back
# Checks that the memory reserved for a crash kernel can be used like any other.
crash_memory_goes_back()
{
	# The next allocation gets first what was freed last.
	try crash_memory_goes_back sh -c 'echo 0 >/sys/kernel/kexec_crash_size && dd if=/dev/zero of=/tmp/memory bs=1M count=64'
	rm -f /tmp/memory
}

# kexec_loaded 0|1 0|1
# Checks what kexec_loaded and kexec_crash_loaded in /sys/kernel read.
kexec_loaded()
{
	expect kexec_loaded "$*" "$(cat /sys/kernel/kexec_loaded) $(cat /sys/kernel/kexec_crash_loaded)"
}

# at_reboot VERB...
# Notes a verb that runs when the kernel goes down for kexec_start.
at_reboot()
{
	[ -e /tmp/at-reboot ] ||
		printf '%s\n' 'exec >/dev/ttyS1 2>&1' "log_on_host=$log_on_host" '. /verbs.sh' >/tmp/at-reboot
	echo "$*" >>/tmp/at-reboot
}

# _finish_kernel MARK: the results so far, and all of them through the serial port. From
# here on the console has all that the kernel says, which nobody can read any more.
_finish_kernel()
{
	finish
	echo 8 >/proc/sys/kernel/printk
	stty -F /dev/ttyS1 115200 raw -echo
	mark "$1"
}

# kexec_start
# Starts the kernel that was loaded with kexec, and ends the steps.
kexec_start()
{
	if [ -e /tmp/at-reboot ]; then
		echo _finish_kernel at-reboot >>/tmp/at-reboot
		try "at_reboot" modprobe atreboot
	fi
	_finish_kernel kexec
	_run_kexec start
	not_ok "kexec_start: it returned"
}

# crash
# Panics on the first CPU, which starts the crash kernel, and ends the steps.
crash()
{
	_finish_kernel crash
	taskset 1 sh -c "echo 1 >$wbinvd_dir/panic"
	not_ok "crash: it returned"
}

# crash_alone
# Panics on the first CPU where no crash kernel must start, and ends the steps.
crash_alone()
{
	_finish_kernel crash
	# As init ends.
	echo "# end of steps" >/dev/ttyS1
	stty -F /dev/ttyS1 115200 raw -echo
	taskset 1 sh -c "echo 1 >$wbinvd_dir/panic"
}
