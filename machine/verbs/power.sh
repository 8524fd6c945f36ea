# shellcheck shell=dash disable=SC2034,SC2086,SC2154 # variables of the other files

# sleep_state STATE TEST: as far as the TEST of /sys/power/pm_test goes, and back. The
# emulated machine would not wake.
sleep_state()
{
	echo 0 >/sys/module/suspend/parameters/pm_test_delay
	echo "$2" >/sys/power/pm_test
	try "sleep_state $*" sh -c "echo $1 >/sys/power/state"
	echo none >/sys/power/pm_test
}

# sleep_refused STATE ERROR: of /sys/power/state
sleep_refused()
{
	refused "sleep_refused $1" "$2" sh -c "echo $1 >/sys/power/state"
}

# The other ways to hibernate: by user space, and the choice of how.
snapshot_refused()
{
	refused snapshot_refused 'Operation not permitted' sh -c ': </dev/snapshot'
}

hibernation_mode_refused()
{
	refused hibernation_mode_refused 'Operation not permitted' sh -c 'echo shutdown >/sys/power/disk'
}

# acpi_s3: up to the firmware, from where the emulated machine would not come back. On a
# kernel with faults.
acpi_s3()
{
	override x86_acpi_suspend_lowlevel 0
	sleep_state mem none
	overridden 1
}

# mem_sleep WHAT: what "mem" in /sys/power/state is from here on
mem_sleep()
{
	try "mem_sleep $1" sh -c "echo $1 >/sys/power/mem_sleep"
}
