# shellcheck shell=dash disable=SC2034,SC2086,SC2154 # variables of the other files

# set_online VERB FILE offline|online|fails_online
set_online()
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
cpu()
{
	set_online "cpu $*" "$(online_file "$1")" "$2"
}

# memory N offline|online|fails_online: a block of memory
memory()
{
	set_online "memory $*" "$(online_file "memory$1")" "$2"
}

# memory_add ADDRESS...: blocks of memory that the kernel did not know of. They are
# offline then.
memory_add()
{
	local address

	for address; do
		try "memory_add $address" sh -c "echo $address >/sys/devices/system/memory/probe"
	done
}

cpu_cycle()
{
	cpu "$1" offline
	cpu "$1" online
}
