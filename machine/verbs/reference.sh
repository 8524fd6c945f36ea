# shellcheck shell=dash disable=SC2034,SC2086,SC2154 # variables of the other files

# reference [PARAMETER]...: notes what a load with tdx=0 gives, and unloads.
reference()
{
	load tdx=0 "$@"
	tdx_is N
	no_warnings
	try reference state_of_kvm /tmp/reference
	unload
	note_memory
}

# What reference notes, for a machine where kvm_intel can be loaded once only:
# printed on one, read on stdin by given_reference on another.
show_reference()
{
	tdx_is N
	no_warnings
	try show_reference state_of_kvm /tmp/reference
	sed "s/^/state: ops /" /tmp/reference/ops
	sed "s/^/state: cpuhp /" /tmp/reference/cpuhp
}

given_reference()
{
	mkdir -p /tmp/reference
	cat >/tmp/given
	sed -n "s/^state: ops //p" /tmp/given >/tmp/reference/ops
	sed -n "s/^state: cpuhp //p" /tmp/given >/tmp/reference/cpuhp
}

as_reference()
{
	if ! state_of_kvm /tmp/now 2>/tmp/try.log; then
		not_ok "as_reference: $(cat /tmp/try.log)"
	elif diff -r -U 0 /tmp/reference /tmp/now >/tmp/difference; then
		ok "as_reference: $(wc -l </tmp/now/ops) lines"
	else
		not_ok "as_reference: $(grep -c '^[-+][^-+]' /tmp/difference) lines differ"
		explain </tmp/difference
	fi
}
