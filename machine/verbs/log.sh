# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# The kernel log

# _later VERB [ARGUMENT]...: with log_on_host=yes scenarios/log_checks.py gives the result, from
# the log up to here, once the machine has ended. repeat needs it at once.
_later()
{
	if [ -z "$log_on_host" ] || [ -n "$repeating" ]; then
		return 1
	fi
	log_checks=yes
	say "check - $*"
}

# warnings N REGEX
# Checks how many lines of level warning or worse from the vendor module match since the
# last load.
warnings()
{
	local found

	_later warnings "$vendor" "$@" && return
	found=$(warnings_since_load | grep "^<.>$vendor: ")
	expect "warnings /$2/" "$1" "$(echo "$found" | grep -c -E "$2")"
	[ -z "$found" ] || echo "$found" | explain
}

# no_warnings
# Checks that neither KVM nor the TDX host core logged a warning or worse since the last
# load.
no_warnings()
{
	local found

	_later no_warnings && return
	found=$(warnings_since_load | grep -E '^<.>(kvm[a-z_]*|virt/tdx): ')
	if [ -z "$found" ]; then
		ok no_warnings
	else
		not_ok "no_warnings: $(echo "$found" | head -n 1)"
	fi
}

# log_count N REGEX
# Checks how many lines of the kernel log match since the machine started.
log_count()
{
	_later log_count "$@" && return
	expect "log_count /$2/" "$1" "$(kernel_log | grep -c -E "$2")"
}

# log_has REGEX
# Checks that a line of the kernel log matches.
log_has()
{
	_later log_has "$1" && return
	if kernel_log | grep -q -E "$1"; then
		ok "log_has /$1/"
	else
		not_ok "log_has /$1/: no such line"
	fi
}

# log_lacks REGEX
# Checks that no line of the kernel log matches.
log_lacks()
{
	local line

	_later log_lacks "$1" && return
	line=$(kernel_log | grep -m 1 -E "$1")
	if [ -z "$line" ]; then
		ok "log_lacks /$1/"
	else
		not_ok "log_lacks /$1/: $line"
	fi
}

# tdx_lines
# Prints what the kernel has logged about TDX so far.
tdx_lines()
{
	local line

	kernel_log | sed -n 's/^<.>\(virt\/tdx: .*\)/# \1/p' | while read -r line; do
		say "$line"
	done
}
