# shellcheck shell=dash disable=SC2034,SC2086,SC2154 # variables of the other files

tdxsim_parameters=

tdxsim()
{
	tdxsim_parameters="$*"
	try "tdxsim $*" modprobe tdxsim "$@"
}

# Where it could come between the kernel and a real TDX module.
tdxsim_refuses()
{
	if modprobe tdxsim 2>/dev/null; then
		not_ok "tdxsim_refuses: it loaded"
	else
		log_has 'tdxsim: this machine has TDX, a real module may answer'
	fi
}

# TAINT_TEST, bit 18
tainted_as_test()
{
	expect tainted_as_test 262144 $(($(cat /proc/sys/kernel/tainted) & 262144))
}

# vmx_is ON|OFF: each online CPU is in VMX operation, or none is.
vmx_is()
{
	local cpu state on=0 online=0 all

	while read -r cpu state; do
		case $(cat "/sys/devices/system/cpu/$cpu/online" 2>/dev/null) in
		0) continue ;;
		esac
		online=$((online + 1))
		on=$((on + state))
	done <$tdxsim_dir/vmx
	case $on in
	0)
		all=OFF
		[ $online -gt 0 ] || all="nowhere to be read"
		;;
	"$online") all=ON ;;
	*) all="ON on $on of $online CPUs" ;;
	esac
	expect vmx_is "$1" "$all"
}

# seamcalls LEAF N: exactly so many calls.
seamcalls()
{
	expect "seamcalls $1" "$2" "$(calls_of "$1" | cut -d ' ' -f 1)"
}

# seamcalls_at_most LEAF N
seamcalls_at_most()
{
	local calls

	calls=$(calls_of "$1" | cut -d ' ' -f 1)
	if [ "$calls" -le "$2" ]; then
		ok "seamcalls_at_most $1 $2: $calls"
	else
		not_ok "seamcalls_at_most $1 $2: $calls"
	fi
}

# seamcalls_failed LEAF N: exactly so many of them failed.
seamcalls_failed()
{
	expect "seamcalls_failed $1" "$2" "$(calls_of "$1" | cut -d ' ' -f 2)"
}

# seamcall_cpus LEAF N: on exactly so many CPUs.
seamcall_cpus()
{
	expect "seamcall_cpus $1" "$2" "$(calls_of "$1" | cut -d ' ' -f 3)"
}

# vectors FILE: the calls of conformance/vectors_test.c, with the SEAMCALL instruction.
vectors()
{
	vectors_test "$1" >/tmp/vectors.log 2>&1
	case $(tail -n 1 /tmp/vectors.log) in
	*' 0 failed, 0 skipped') ok "vectors $(tail -n 1 /tmp/vectors.log)" ;;
	*)
		not_ok "vectors $1: $(tail -n 1 /tmp/vectors.log)"
		explain </tmp/vectors.log
		;;
	esac
}
