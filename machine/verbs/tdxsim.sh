# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# tdxsim and its SEAMCALLs

tdxsim_parameters=

# tdxsim [PARAMETER]...
# Loads the software TDX module.
tdxsim()
{
	tdxsim_parameters="$*"
	try "tdxsim $*" modprobe tdxsim "$@"
}

# tdxsim_refuses
# Checks that tdxsim does not load where a real TDX module may answer.
tdxsim_refuses()
{
	if modprobe tdxsim 2>/dev/null; then
		not_ok "tdxsim_refuses: it loaded"
	else
		log_has 'tdxsim: this machine has TDX, a real module may answer'
	fi
}

# tdxsim_refuses_parameter PARAMETER...
# Checks that tdxsim does not load with the parameters, and says that the last one is bad.
tdxsim_refuses_parameter()
{
	local last

	for last; do :; done
	if modprobe tdxsim "$@" 2>/dev/null; then
		modprobe -r tdxsim
		not_ok "tdxsim_refuses_parameter $*: it loaded"
	else
		log_has "tdxsim: bad ${last%%=*}=\"${last#*=}\", want"
	fi
}

# tainted_as_test
# Checks that the kernel is tainted as one with a test module (TAINT_TEST).
tainted_as_test()
{
	expect tainted_as_test 262144 $(($(cat /proc/sys/kernel/tainted) & 262144))
}

# tainted_as_test_only
# Checks that test modules which are not of the kernel's tree have tainted the kernel
# (TAINT_TEST, TAINT_OOT_MODULE), and nothing else has.
tainted_as_test_only()
{
	expect tainted_as_test_only 266240 "$(cat /proc/sys/kernel/tainted)"
}

# vmx_is ON|OFF
# Checks that each online CPU is in VMX operation, or that none is.
vmx_is()
{
	local cpu state on=0 online=0 all

	while read -r cpu state; do
		case $(cat "/sys/devices/system/cpu/$cpu/online" 2>/dev/null) in
		0) continue ;;
		esac
		online=$((online + 1))
		on=$((on + state))
	done <"$tdxsim_dir/vmx"
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

# tdmrs N...
# Checks how many TDMRs have their PAMT on each NUMA node that has any, node 0 first.
tdmrs()
{
	expect tdmrs "$*" "$(awk '$1 == "tdmr" { n[$5]++ }
		END { for (i = 0; i < 64; i++) if (i in n) printf "%s%d", sep++ ? " " : "", n[i] }' "$tdxsim_dir/state")"
}

# seamcall RAX
# Makes a SEAMCALL with this leaf and version, with 0 in all other registers.
seamcall()
{
	try "seamcall $1" modprobe seamcall "rax=$1" calls=1
	rmmod seamcall
}

# seamcalls LEAF N
# Checks that a SEAMCALL was made exactly N times since tdxsim was loaded.
seamcalls()
{
	expect "seamcalls $1" "$2" "$(calls_of "$1" | cut -d ' ' -f 1)"
}

# seamcalls_at_most LEAF N
# Checks that a SEAMCALL was made no more than N times.
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

# seamcalls_failed LEAF N
# Checks that exactly N of the calls of a SEAMCALL failed.
seamcalls_failed()
{
	expect "seamcalls_failed $1" "$2" "$(calls_of "$1" | cut -d ' ' -f 2)"
}

# seamcall_cpus LEAF N
# Checks that a SEAMCALL was made on exactly N CPUs.
seamcall_cpus()
{
	expect "seamcall_cpus $1" "$2" "$(calls_of "$1" | cut -d ' ' -f 3)"
}

# seamcalls_on LEAF CPU...
# Checks that a SEAMCALL was made on exactly these CPUs.
seamcalls_on()
{
	local leaf=$1

	shift
	expect "seamcalls_on $leaf" "$*" "$(awk -v leaf="$leaf" '
		$2 == leaf && $3 > 0 { printf "%s%d", sep++ ? " " : "", $1 }' "$tdxsim_dir/counts")"
}

# vectors FILE [RELEASE]
# Makes the calls of a file of conformance vectors with the SEAMCALL instruction, and
# checks the answers of tdxsim. Rows run on each release that they hold for, or on RELEASE.
vectors()
{
	vectors_test ${2:+--rows-of "$2"} "$1" >/tmp/vectors.log 2>&1
	case $(tail -n 1 /tmp/vectors.log) in
	*' 0 failed, 0 skipped') ok "vectors $(tail -n 1 /tmp/vectors.log)" ;;
	*)
		not_ok "vectors $*: $(tail -n 1 /tmp/vectors.log)"
		explain </tmp/vectors.log
		;;
	esac
}
