# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# PAMT

# pamt_untouched
# Checks that the kernel neither wrote to the PAMTs nor freed a page of them.
pamt_untouched()
{
	case $(pamt_pages) in
	0\ *) not_ok "pamt_untouched: the TDX module owns none" ;;
	*\ 0\ 0) ok pamt_untouched ;;
	*) not_ok "pamt_untouched: pages owned, written, freed: $(pamt_pages)" ;;
	esac
}

# pamt_owned yes|no
# Checks whether tdxsim takes the PAMTs for the TDX module's.
pamt_owned()
{
	case $1:$(pamt_pages) in
	yes:[1-9]* | no:0\ 0\ 0) ok "pamt_owned $1" ;;
	*) not_ok "pamt_owned $1: pages owned, written, freed: $(pamt_pages)" ;;
	esac
}

# pamt_watched yes|no
# Writes to a page of PAMT, and checks whether tdxsim sees that in the next SEAMCALLs.
pamt_watched()
{
	local address pages violations

	address=$(pamt_address)
	pages=$(pamt_pages | cut -d ' ' -f 1)
	# There are more SEAMCALLs than pages: tdxsim looks at one page in each.
	try "pamt_watched $1, SEAMCALLs" modprobe seamcall "write=$address" calls=$((2 * pages))
	rmmod seamcall
	violations=$(sed -n 's/^violations //p' "$tdxsim_dir/state")
	case $1:$violations in
	yes:[1-9]* | no:0) ok "pamt_watched $1" ;;
	*) not_ok "pamt_watched $1: violations $violations" ;;
	esac
}

# pamt_misuse write|free
# Writes to a page of PAMT or frees it, and checks that tdxsim reports that on request.
pamt_misuse()
{
	local address

	address=$(pamt_address)
	modprobe seamcall "$1=$address"
	rmmod seamcall
	case $1:$(pamt_pages) in
	write:*\ 1\ 0 | free:*\ *\ [1-9]*) ok "pamt_misuse $1" ;;
	*) not_ok "pamt_misuse $1: pages owned, written, freed: $(pamt_pages)" ;;
	esac
}

# pamts_cleared yes|no
# Checks whether the kernel cleared the PAMTs that it took back from the TDX module.
pamts_cleared()
{
	local clear pages

	read -r _ clear _ pages <"$tdxsim_dir/clear"
	case $1:$((clear * 10 / pages)) in
	yes:9 | yes:10 | no:0) ok "pamts_cleared $1" ;;
	*) not_ok "pamts_cleared $1: $clear of $pages pages" ;;
	esac
}
