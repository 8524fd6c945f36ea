# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# Kernels that look for bugs

# no_leaks
# Checks that kmemleak finds no memory that nothing points to.
no_leaks()
{
	local file=/sys/kernel/debug/kmemleak

	# It looks at what is older than 5 s, and reports what has not changed since the scan
	# before.
	sleep 6
	if echo scan >$file && echo scan >$file; then
		expect "no_leaks, unreferenced objects" 0 "$(grep -c '^unreferenced' $file)"
		explain <$file
	else
		not_ok "no_leaks: kmemleak is off"
	fi
}

# bug NAME
# Causes one of the bugs of machine/modules/bugs, which the kernel has to report.
bug()
{
	echo "steps: # bug $1" >/dev/kmsg
	modprobe bugs "bug=$1" && rmmod bugs
}

# lockdep_is_on
# Checks that lockdep is on. It turns itself off after a report.
lockdep_is_on()
{
	expect "lockdep_is_on, debug_locks" 1 "$(awk '/^ *debug_locks:/ { print $2 }' /proc/lockdep_stats)"
}
