# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# Suspend and hibernation

# sleep_state freeze|mem|disk none|core|platform
# Suspends or hibernates, as far as this test of /sys/power/pm_test goes, and comes back.
# The emulated machine would not wake by itself.
sleep_state()
{
	echo 0 >/sys/module/suspend/parameters/pm_test_delay
	echo "$2" >/sys/power/pm_test
	try "sleep_state $*" sh -c "echo $1 >/sys/power/state"
	echo none >/sys/power/pm_test
}

# sleep_refused mem|disk ERROR
# Checks that writing to /sys/power/state fails with this error message.
sleep_refused()
{
	refused "sleep_refused $1" "$2" sh -c "echo $1 >/sys/power/state"
}

# snapshot_refused hibernate|resume
# Checks that user space cannot open /dev/snapshot for this.
snapshot_refused()
{
	local open='<'

	[ "$1" = hibernate ] || open='>'
	refused "snapshot_refused $1" 'Operation not permitted' sh -c ": $open/dev/snapshot"
}

# hibernation_mode_refused
# Checks that the way to hibernate cannot be chosen in /sys/power/disk.
hibernation_mode_refused()
{
	refused hibernation_mode_refused 'Operation not permitted' sh -c 'echo shutdown >/sys/power/disk'
}

# restart
# Restarts the machine, and ends the steps.
restart()
{
	finish
	# As init ends. This waits until all of it has gone through the serial port.
	echo "# end of steps" >/dev/ttyS1
	stty -F /dev/ttyS1 115200 raw -echo
	reboot -f
}

# acpi_s3
# Suspends up to the call of the firmware, from where the emulated machine would not come
# back. tdxsim does not have a TDX module afterwards. Needs the module faults.
acpi_s3()
{
	override x86_acpi_suspend_lowlevel 0
	sleep_state mem none
	overridden 1
}

# mem_sleep s2idle|deep
# Chooses what "mem" in /sys/power/state does.
mem_sleep()
{
	try "mem_sleep $1" sh -c "echo $1 >/sys/power/mem_sleep"
}
