# shellcheck shell=dash disable=SC2034,SC2086,SC2154 # variables of the other files

# run_kexec ACTION: as machine/image/kexec.c has it. A CPU that is not the first one of the
# machine cannot start the first one: a crash kernel has one CPU.
run_kexec()
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

# kexec_does ACTION
kexec_does()
{
	try "kexec_does $1" run_kexec "$1"
}

# kexec_refused ACTION ERROR
kexec_refused()
{
	refused "kexec_refused $1" "$2" run_kexec "$1"
}

# kexec_begins ACTION FUNCTION VALUE MS: it goes on in the background, where the function
# takes that long to return the value, up to kexec_ends_refused.
kexec_begins()
{
	override "$2" "$3" 1 "$4"
	run_kexec "$1" 2>/tmp/kexec.log &
	kexec=$!
	while [ "$(cat /sys/kernel/debug/faults/override)" != '1 1' ] && kill -0 "$kexec" 2>/dev/null; do
		usleep 10000
	done
}

# kexec_goes_on: what was begun has not ended.
kexec_goes_on()
{
	try kexec_goes_on kill -0 "$kexec"
}

end_kexec()
{
	wait "$kexec" && return
	cat /tmp/kexec.log
	return 1
}

# kexec_ends_refused ERROR
kexec_ends_refused()
{
	refused kexec_ends_refused "$1" end_kexec
}

# crash_memory_goes_back: what was reserved for a crash kernel becomes memory like any
# other. Who allocates gets first what was freed last.
crash_memory_goes_back()
{
	try crash_memory_goes_back sh -c 'echo 0 >/sys/kernel/kexec_crash_size && dd if=/dev/zero of=/tmp/memory bs=1M count=64'
	rm -f /tmp/memory
}

# kexec_loaded N CRASH: what /sys/kernel has, 0 or 1 each.
kexec_loaded()
{
	expect kexec_loaded "$*" "$(cat /sys/kernel/kexec_loaded) $(cat /sys/kernel/kexec_crash_loaded)"
}

# at_reboot VERB...: one more verb to run when the kernel goes down.
at_reboot()
{
	[ -e /tmp/at-reboot ] ||
		printf '%s\n' 'exec >/dev/ttyS1 2>&1' '. /verbs.sh' >/tmp/at-reboot
	echo "$*" >>/tmp/at-reboot
}

# The results so far, and all of them through the serial port. From here on the console has
# all that the kernel says, which nobody can read any more.
finish_kernel()
{
	finish
	echo 8 >/proc/sys/kernel/printk
	stty -F /dev/ttyS1 115200 raw -echo
	mark "$1"
}

# kexec_start: ends the steps, what was loaded goes on.
kexec_start()
{
	if [ -e /tmp/at-reboot ]; then
		echo finish_kernel at-reboot >>/tmp/at-reboot
		try "at_reboot" modprobe atreboot
	fi
	finish_kernel kexec
	run_kexec start
	not_ok "kexec_start: it returned"
}

# crash: a panic, on the first CPU. Ends the steps, what was loaded for it goes on.
crash()
{
	finish_kernel crash
	taskset 1 sh -c "echo 1 >$wbinvd_dir/panic"
	not_ok "crash: it returned"
}

# crash_alone: the same where no other kernel must start.
crash_alone()
{
	finish_kernel crash
	# As init ends.
	echo "# end of steps" >/dev/ttyS1
	stty -F /dev/ttyS1 115200 raw -echo
	taskset 1 sh -c "echo 1 >$wbinvd_dir/panic"
}
