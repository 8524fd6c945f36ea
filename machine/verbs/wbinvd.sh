# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# WBINVD and memory errors

# cpu_has_erratum
# Checks that the CPU has the TDX partial write erratum, without which the other steps
# would mean nothing.
cpu_has_erratum()
{
	try cpu_has_erratum has_erratum
}

# wbinvds_due [CPU]...
# Checks that exactly these CPUs need a WBINVD before another kernel starts, according to the
# kernel. Also checks that the kernel had recorded this for the CPU of each SEAMCALL if there
# was a key, and only then.
wbinvds_due()
{
	expect wbinvds_due "${*:-none}" "$(awk '$2 { printf "%s%s", s, $1; s = " " }
		END { if (!s) print "none" }' "$wbinvd_dir/due")"
	expect "wbinvds_due, wrong" 0 "$(cat "$wbinvd_dir/wrong")"
}

# private_lines none|some
# Checks that no line of the PAMTs is private, or that some are.
private_lines()
{
	local lines

	lines=$(sed -n 's/^private //p' "$tdxsim_dir/state")
	case $1:$lines in
	none:0) ok "private_lines none" ;;
	some:[1-9]*) ok "private_lines some: $lines" ;;
	*) not_ok "private_lines $1: $lines" ;;
	esac
}

# mark NAME
# Writes a mark into the output of Bochs. WBINVDs are counted from here, up to the next one.
mark()
{
	echo "$1" >"$wbinvd_dir/mark" || not_ok "mark $1"
}

# memory_error CPU ADDRESS WHAT
# Makes the CPU report a memory error at the address, and checks what the host core says
# of it.
memory_error()
{
	try "memory_error $1 $2" taskset $((1 << $1)) sh -c "echo $2 >$wbinvd_dir/mce"
	expect "memory_error $1 $2," "$3" "$(kernel_log | sed -n 's/.*wbinvd: memory error: //p' | tail -n 1)"
}
