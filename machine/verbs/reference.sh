# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# What a load with tdx=0 gives

# reference [PARAMETER]...
# Loads the vendor module with tdx=0, notes the state of KVM and the free memory, and
# unloads it.
reference()
{
	load tdx=0 "$@"
	tdx_is N
	no_warnings
	try reference state_of_kvm /tmp/reference
	unload
	note_memory
}

# show_reference
# Prints the state of KVM, for given_reference on another machine. This is for a
# kvm_intel that is built in, which can be loaded only once.
show_reference()
{
	tdx_is N
	no_warnings
	try show_reference state_of_kvm /tmp/reference
	sed "s/^/state: ops /" /tmp/reference/ops
	sed "s/^/state: cpuhp /" /tmp/reference/cpuhp
}

# given_reference
# Reads from standard input what show_reference has printed.
given_reference()
{
	mkdir -p /tmp/reference
	cat >/tmp/given
	sed -n "s/^state: ops //p" /tmp/given >/tmp/reference/ops
	sed -n "s/^state: cpuhp //p" /tmp/given >/tmp/reference/cpuhp
}

# as_reference
# Checks that kvm_x86_ops, all static calls and CPU hotplug states equal the reference.
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
