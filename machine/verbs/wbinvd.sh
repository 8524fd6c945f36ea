# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# WBINVD and memory errors

# cpu_has_erratum
# Checks that the CPU has the TDX partial write erratum, without which the other steps
# would mean nothing.
cpu_has_erratum()
{
	try cpu_has_erratum has_erratum
}

# wbinvds N...
# Checks how many WBINVDs each CPU has executed since the last mark, CPU 0 first.
wbinvds()
{
	expect wbinvds "$*" "$(awk '{ printf "%s%s", s, $2; s = " " }' "$wbinvd_dir/counts")"
}

# wbinvds_due [CPU]...
# Checks which CPUs have made SEAMCALLs since their last WBINVD: exactly these.
wbinvds_due()
{
	expect wbinvds_due "${*:-none}" "$(awk '$3 { printf "%s%s", s, $1; s = " " }
		END { if (!s) print "none" }' "$wbinvd_dir/counts")"
}

# mark NAME
# Writes a mark into the output of Bochs. WBINVDs are counted from here.
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

# interrupted_seamcall CPU
# Makes the CPU write back its cache in the middle of a SEAMCALL, and checks that it has
# to do it again afterwards.
interrupted_seamcall()
{
	mark interrupted
	echo Y >"$wbinvd_dir/amid"
	memory_error "$1" 0x1000000 'not of TDX'
	expect "interrupted_seamcall $1" "2 $1" \
		"$(awk -v cpu="$1" '$1 == cpu { printf "%s ", $2 } $3 { printf "%s", $1 }' "$wbinvd_dir/counts")"
}
