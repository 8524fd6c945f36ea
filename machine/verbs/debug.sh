# shellcheck shell=dash disable=SC2034,SC2086,SC2154 # variables of the other files

# no_leaks: kmemleak finds no memory that nothing points to. It looks at what is
# older than 5 s, and reports what has not changed since the scan before.
no_leaks()
{
	local file=/sys/kernel/debug/kmemleak

	sleep 6
	if echo scan >$file && echo scan >$file; then
		expect "no_leaks, unreferenced objects" 0 "$(grep -c '^unreferenced' $file)"
		explain <$file
	else
		not_ok "no_leaks: kmemleak is off"
	fi
}

# bug NAME: one of those of machine/modules/bugs, which the kernel has to report.
bug()
{
	echo "steps: # bug $1" >/dev/kmsg
	modprobe bugs "bug=$1" && rmmod bugs
}

# It turns itself off after a report.
lockdep_is_on()
{
	expect "lockdep_is_on, debug_locks" 1 "$(awk '/^ *debug_locks:/ { print $2 }' /proc/lockdep_stats)"
}
