# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# Races

kills=0
killed=0
suspends=0
suspended_loading=0

# storm NAME...
# Takes CPUs and blocks of memory offline and online, each in a loop of its own, until
# storm_ends. NAME is the number of a CPU, or memoryN.
storm()
{
	local name file

	touch /tmp/storm
	for name; do
		file=$(online_file "$name")
		: >/tmp/storm."$name"
		while [ -e /tmp/storm ]; do
			echo 0 >"$file" && echo 1 >"$file" && echo cycle >>/tmp/storm."$name"
		done 2>/dev/null &
	done
	storm="$*"
}

# storm_ends [NAME]...
# Ends storm, and checks that each of its CPUs and blocks has come and gone, and is online
# now. Those named may be offline.
storm_ends()
{
	local name file

	rm /tmp/storm
	wait
	for name in $storm; do
		file=$(online_file "$name")
		echo 1 >"$file" 2>/dev/null
		case " $* " in
		*" $name "*) continue ;;
		*) expect "storm_ends: $name, online reads" 1 "$(cat "$file")" ;;
		esac
		if [ -s /tmp/storm."$name" ]; then
			ok "storm_ends: $(wc -l </tmp/storm."$name") cycles of $name"
		else
			not_ok "storm_ends: $name never went offline and online"
		fi
	done
}

# The host core and the TDX module forget what they did. Needs the module faults.
_again()
{
	modprobe faults || not_ok "cannot load faults"
	echo 1 >/sys/kernel/debug/faults/rearm || not_ok "cannot rearm the host core"
	modprobe -r tdxsim
	# shellcheck disable=SC2086 # one word a parameter
	modprobe tdxsim $tdxsim_parameters || not_ok "cannot load tdxsim"
}

# bring_up_again
# Repeats a whole bring-up, which fails at its end.
bring_up_again()
{
	unload
	_again
	load tdx=1
	tdx_is N
	warnings 1 'TDX not enabled'
}

# reload_either
# Reloads kvm_intel while a CPU that cannot be initialized comes and goes. Checks that
# the log has a warning exactly if parameters/tdx reads N.
reload_either()
{
	local tdx

	unload
	load tdx=1
	tdx=$(cat "/sys/module/$vendor/parameters/tdx")
	case $tdx in
	Y) warnings 0 'TDX not enabled' ;;
	N) warnings 1 'TDX not enabled' ;;
	*) not_ok "reload_either: parameters/tdx reads '$tdx'" ;;
	esac
}

# bring_up_twice_at_once
# Runs two modprobes of kvm_intel at once, in a bring-up that fails at its end. Checks
# that both succeed.
bring_up_twice_at_once()
{
	unload
	_again
	echo "steps: # load $vendor tdx=1, twice" >/dev/kmsg
	modprobe "$vendor" tdx=1 2>/tmp/first.log &
	modprobe "$vendor" tdx=1 2>/tmp/second.log ||
		not_ok "bring_up_twice_at_once: $(cat /tmp/second.log)"
	wait $! || not_ok "bring_up_twice_at_once: $(cat /tmp/first.log)"
	tdx_is N
	warnings 1 'TDX not enabled'
}

# bring_up_killed
# Kills modprobe during a bring-up that fails at its end, a bit later each time.
bring_up_killed()
{
	local delay=$((kills * 7 % 20)) status

	kills=$((kills + 1))
	unload
	_again
	modprobe "$vendor" tdx=1 2>/dev/null &
	usleep $((delay * 100000))
	kill -9 $! 2>/dev/null
	wait $!
	status=$?
	[ $status != 137 ] || killed=$((killed + 1))
	# What the kernel does goes on to its end.
	while is_loading; do
		sleep 1
	done
	if [ -e "/sys/module/$vendor" ]; then
		tdx_is N
	fi
}

# some_were_killed
# Checks that bring_up_killed has found modprobe running at least once.
some_were_killed()
{
	if [ $killed -gt 0 ]; then
		ok "some_were_killed: $killed of $kills"
	else
		not_ok "some_were_killed: none of $kills"
	fi
}

# suspend_while_loading Y|N
# Suspends the machine to idle during a load, a bit later each time, and checks what
# parameters/tdx reads then. With N the load is a whole bring-up.
suspend_while_loading()
{
	local delay=$((suspends * 7 % 25))

	suspends=$((suspends + 1))
	unload
	[ "$1" = Y ] || _again
	echo "steps: # load $vendor tdx=1, and suspend" >/dev/kmsg
	modprobe "$vendor" tdx=1 2>/tmp/load.log &
	while ! is_loading && kill -0 $! 2>/dev/null; do
		usleep 10000
	done
	usleep $((delay * 100000))
	! is_loading || suspended_loading=$((suspended_loading + 1))
	sleep_state freeze platform
	wait $! || not_ok "suspend_while_loading: $(cat /tmp/load.log)"
	tdx_is "$1"
}

# some_were_loading
# Checks that suspend_while_loading came during a load at least once.
some_were_loading()
{
	if [ $suspended_loading -gt 0 ]; then
		ok "some_were_loading: $suspended_loading of $suspends"
	else
		not_ok "some_were_loading: none of $suspends"
	fi
}

# go_down poweroff|reboot Y|N I
# Powers off or restarts during a load, a bit later for each I, and ends the steps. If
# the load has ended, parameters/tdx must read Y or N.
go_down()
{
	local delay=$((($3 * 7 + 5) % 25))

	echo "steps: # load $vendor tdx=1, and $1" >/dev/kmsg
	modprobe "$vendor" tdx=1 2>/tmp/load.log &
	usleep $((delay * 100000))
	if is_loading; then
		say "# loading"
	elif [ -e "/sys/module/$vendor" ]; then
		tdx_is "$2"
	fi
	finish
	# As init ends.
	echo "# end of steps" >/dev/ttyS1
	"$1" -f
}
