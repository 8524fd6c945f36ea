# shellcheck shell=dash disable=SC2034,SC2086,SC2154 # variables of the other files

# What follows would mean nothing on another one.
cpu_has_erratum()
{
	try cpu_has_erratum has_erratum
}

# wbinvds N...: how many on each CPU since the last mark.
wbinvds()
{
	expect wbinvds "$*" "$(awk '{ printf "%s%s", s, $2; s = " " }' $wbinvd_dir/counts)"
}

# wbinvds_due [CPU]...: on these, which made SEAMCALLs since the last one.
wbinvds_due()
{
	expect wbinvds_due "${*:-none}" "$(awk '$3 { printf "%s%s", s, $1; s = " " }
		END { if (!s) print "none" }' $wbinvd_dir/counts)"
}

# mark NAME: in what Bochs prints, and the WBINVDs count from here.
mark()
{
	echo "$1" >$wbinvd_dir/mark || not_ok "mark $1"
}

# memory_error CPU ADDRESS WHAT: what the host core says of one that the CPU reports.
memory_error()
{
	try "memory_error $1 $2" taskset $((1 << $1)) sh -c "echo $2 >$wbinvd_dir/mce"
	expect "memory_error $1 $2," "$3" "$(kernel_log | sed -n 's/.*wbinvd: memory error: //p' | tail -n 1)"
}

# interrupted_seamcall CPU: each time that the CPU is to write its cache back in the middle
# of a SEAMCALL, it does, and is due again afterwards.
interrupted_seamcall()
{
	mark interrupted
	echo Y >$wbinvd_dir/amid
	memory_error "$1" 0x1000000 'not of TDX'
	expect "interrupted_seamcall $1" "2 $1" \
		"$(awk -v cpu="$1" '$1 == cpu { printf "%s ", $2 } $3 { printf "%s", $1 }' $wbinvd_dir/counts)"
}
