# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# CPUs and memory that come and go

# _set_online VERB FILE ACTION: the action is one of those of cpu.
_set_online()
{
	case $3 in
	offline) try "$1" sh -c "echo 0 >$2" ;;
	online) try "$1" sh -c "echo 1 >$2" ;;
	fails_online)
		if (echo 1 >"$2") 2>/dev/null; then
			not_ok "$1: it came online"
		else
			expect "$1, online reads" 0 "$(cat "$2")"
		fi
		;;
	*) not_ok "$1: no such action" ;;
	esac
}

# cpu N offline|online|fails_online
# Takes a CPU offline or online, or checks that it cannot come online.
cpu()
{
	_set_online "cpu $*" "$(online_file "$1")" "$2"
}

# memory N offline|online|fails_online
# Takes a block of memory offline or online, or checks that it cannot come online.
memory()
{
	_set_online "memory $*" "$(online_file "memory$1")" "$2"
}

# memory_add ADDRESS...
# Adds blocks of memory that the kernel did not know of. They are offline then.
memory_add()
{
	local address

	for address; do
		try "memory_add $address" sh -c "echo $address >/sys/devices/system/memory/probe"
	done
}

# cpu_cycle N
# Takes a CPU offline and online.
cpu_cycle()
{
	cpu "$1" offline
	cpu "$1" online
}
