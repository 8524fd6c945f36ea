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

# kexec_does load|file-load|crash-load|crash-file-load|returning-load|start
# Checks that an action of kexec succeeds.
kexec_does()
{
	try "kexec_does $1" _run_kexec "$1"
}

# kexec_refused load|file-load|crash-load|crash-file-load|returning-load|start ERROR
# Checks that an action of kexec fails with this error message.
kexec_refused()
{
	refused "kexec_refused $1" "$2" _run_kexec "$1"
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
	[ ! -d "$wbinvd_dir" ] || mark "$1"
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
	if [ -d "$wbinvd_dir" ]; then
		taskset 1 sh -c "echo 1 >$wbinvd_dir/panic"
	else
		taskset 1 sh -c "echo c >/proc/sysrq-trigger"
	fi
	not_ok "crash: it returned"
}
