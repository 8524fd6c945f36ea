# shellcheck shell=dash disable=SC2034,SC2086,SC2154 # variables of the other files

kills=0
killed=0
suspends=0
suspended_loading=0
either=

# storm N|memoryN...: each CPU and block of memory goes offline and online until
# storm_ends.
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

# storm_ends [NAME]...: all come online, but those given do not have to.
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

# The host core and the TDX module forget what they did. On kernel main.
again()
{
	modprobe faults || not_ok "cannot load faults"
	echo 1 >/sys/kernel/debug/faults/rearm || not_ok "cannot rearm the host core"
	modprobe -r tdxsim
	# shellcheck disable=SC2086 # one word a parameter
	modprobe tdxsim $tdxsim_parameters || not_ok "cannot load tdxsim"
}

# bring_up_again: a whole bring-up, which fails at its end so that it can be had
# again.
bring_up_again()
{
	unload
	again
	load tdx=1
	tdx_is N
	warnings 1 'TDX not enabled'
}

# reload_either: one CPU cannot be initialized, and comes and goes. The parameter
# reads Y or N, and the log says which.
reload_either()
{
	local tdx

	unload
	load tdx=1
	tdx=$(cat /sys/module/$vendor/parameters/tdx)
	case $tdx in
	Y) warnings 0 'TDX not enabled' ;;
	N) warnings 1 'TDX not enabled' ;;
	*) not_ok "reload_either: parameters/tdx reads '$tdx'" ;;
	esac
	either="$either$tdx"
}

# bring_up_twice_at_once: one of them loads it, the other one finds it there.
bring_up_twice_at_once()
{
	unload
	again
	echo "steps: # load $vendor tdx=1, twice" >/dev/kmsg
	modprobe $vendor tdx=1 2>/tmp/first.log &
	modprobe $vendor tdx=1 2>/tmp/second.log ||
		not_ok "bring_up_twice_at_once: $(cat /tmp/second.log)"
	wait $! || not_ok "bring_up_twice_at_once: $(cat /tmp/first.log)"
	tdx_is N
	warnings 1 'TDX not enabled'
}

# bring_up_killed: modprobe gets a signal, a bit later each time.
bring_up_killed()
{
	local delay=$((kills * 7 % 20)) status

	kills=$((kills + 1))
	unload
	again
	modprobe $vendor tdx=1 2>/dev/null &
	usleep $((delay * 100000))
	kill -9 $! 2>/dev/null
	wait $!
	status=$?
	[ $status != 137 ] || killed=$((killed + 1))
	# What the kernel does goes on to its end.
	while is_loading; do
		sleep 1
	done
	if [ -e /sys/module/$vendor ]; then
		tdx_is N
	fi
}

# some_were_killed: the signal found modprobe, at least once.
some_were_killed()
{
	if [ $killed -gt 0 ]; then
		ok "some_were_killed: $killed of $kills"
	else
		not_ok "some_were_killed: none of $kills"
	fi
}

# suspend_while_loading Y|N: to idle, a bit later in the load each time. With N it
# is a whole bring-up, on kernel main.
suspend_while_loading()
{
	local delay=$((suspends * 7 % 25))

	suspends=$((suspends + 1))
	unload
	[ "$1" = Y ] || again
	echo "steps: # load $vendor tdx=1, and suspend" >/dev/kmsg
	modprobe $vendor tdx=1 2>/tmp/load.log &
	while ! is_loading && kill -0 $! 2>/dev/null; do
		usleep 10000
	done
	usleep $((delay * 100000))
	! is_loading || suspended_loading=$((suspended_loading + 1))
	sleep_state freeze platform
	wait $! || not_ok "suspend_while_loading: $(cat /tmp/load.log)"
	tdx_is "$1"
}

# some_were_loading: the suspend came during a load, at least once.
some_were_loading()
{
	if [ $suspended_loading -gt 0 ]; then
		ok "some_were_loading: $suspended_loading of $suspends"
	else
		not_ok "some_were_loading: none of $suspends"
	fi
}

# go_down poweroff|reboot Y|N I: during a load, a bit later for each I. Ends the steps.
go_down()
{
	local delay=$((($3 * 7 + 5) % 25))

	echo "steps: # load $vendor tdx=1, and $1" >/dev/kmsg
	modprobe $vendor tdx=1 2>/tmp/load.log &
	usleep $((delay * 100000))
	if is_loading; then
		say "# loading"
	elif [ -e /sys/module/$vendor ]; then
		tdx_is "$2"
	fi
	finish
	# As init ends.
	echo "# end of steps" >/dev/ttyS1
	"$1" -f
}
