# shellcheck shell=dash disable=SC2034,SC2086,SC2154 # variables of the other files

not_ok()
{
	failed=$((failed + 1))
	say "not ok - $*"
	if [ -n "$first_failure" ]; then
		finish
		exit
	fi
}

# try VERB COMMAND...: the verb's result is that of the command.
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

# repeat N VERB [ARGUMENT]...: up to the first failure.
repeat()
{
	local times=$1 before=$failed i=0

	shift
	repeating=yes
	while [ $i -lt "$times" ] && [ $failed = $before ]; do
		i=$((i + 1))
		"$@"
	done
	repeating=
	if [ $failed = $before ]; then
		ok "repeat $times $*"
	else
		not_ok "repeat $times $*: failed at number $i"
	fi
}
