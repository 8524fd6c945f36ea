# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# Results and wrappers

# not_ok WHY...
# Fails, and says why.
not_ok()
{
	failed=$((failed + 1))
	say "not ok - $*"
	if [ -n "$first_failure" ]; then
		finish
		exit
	fi
}

# try NAME COMMAND...
# Checks that a shell command succeeds. NAME is what the result line calls it.
try()
{
	local verb=$1

	shift
	if "$@" >/tmp/try.log 2>&1; then
		ok "$verb"
	else
		not_ok "$verb: $(tail -n 1 /tmp/try.log)"
	fi
}

# repeat N VERB...
# Runs another verb N times, or up to its first failure. $times is the number that
# scenarios/scenario --times has.
repeat()
{
	local times=$1 before=$failed i=0

	shift
	repeating=yes
	while [ $i -lt "$times" ] && [ "$failed" = "$before" ]; do
		i=$((i + 1))
		"$@"
	done
	repeating=
	if [ "$failed" = "$before" ]; then
		ok "repeat $times $*"
	else
		not_ok "repeat $times $*: failed at number $i"
	fi
}
