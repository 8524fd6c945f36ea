# shellcheck shell=dash disable=SC2034,SC2086,SC2154 # variables of machine/verbs
# Verbs for the points of the fault matrix, on top of machine/verbs. Needs the modules
# tdxsim, faults and wbinvd, and a kernel with fault injection.
#
# A point is one load of kvm_intel tdx=1 with one fault on its way. Another kernel could
# start after each: no CPU owes a WBINVD. The outcome
# is Y or N, what the parameter reads, or "none" if the module did not load.
# What must hold then is the same for all points.

faults=/sys/kernel/debug/faults
skip_sweep=

unload_vendor()
{
	modprobe -r $vendor >/tmp/try.log 2>&1
	[ ! -e /sys/module/$vendor ] || not_ok "unload: $(tail -n 1 /tmp/try.log)"
}

# A TDX module that was just loaded by the firmware, and a host core that did
# not talk to it yet.
fresh_module()
{
	modprobe -r tdxsim
	modprobe tdxsim || not_ok "cannot load tdxsim"
	echo 1 >$faults/rearm || not_ok "cannot rearm the host core"
}

# ---- what goes wrong

inject()
{
	echo "$1" >$tdxsim_dir/inject || not_ok "inject $1"
}

# Faults at calls that are not made.
inject_nothing()
{
	inject "$1"
}

# failnth N slab|pages setup|all: the N-th allocation of the kind. PAMT is not
# among the pages, and the single ones that go out of its way are not either.
failnth()
{
	phase=$3
	case $2 in
	slab)
		echo N >/sys/kernel/debug/failslab/cache-filter
		echo 99 >/sys/kernel/debug/fail_page_alloc/min-order
		;;
	pages)
		# No cache is marked.
		echo Y >/sys/kernel/debug/failslab/cache-filter
		echo 1 >/sys/kernel/debug/fail_page_alloc/min-order
		;;
	esac
	echo "$1" >$faults/failnth || not_ok "failnth $1"
}

# vmxe CPU: it looks as if another hypervisor used VMX there.
vmxe()
{
	echo "$1 1" >$faults/vmxe || not_ok "vmxe $1"
}

# vmxe_once CPU: the same during the bring-up only.
vmxe_once()
{
	echo "$1 once" >$faults/vmxe || not_ok "vmxe_once $1"
}

# Takes the fault back. Says "unreached" if it did not come about, and "reached"
# if it must not have.
disarm()
{
	local fired=

	case $1 in
	inject)
		awk -v leaf="${2%%:*}" '$2 == leaf { n += $4 } END { exit !n }' \
			$tdxsim_dir/counts || fired=unreached
		echo >$tdxsim_dir/inject
		;;
	inject_nothing)
		awk '{ n += $4 } END { exit n > 0 }' $tdxsim_dir/counts || fired=reached
		echo >$tdxsim_dir/inject
		;;
	override)
		[ "$(cut -d ' ' -f 2 $faults/override)" = 1 ] || fired=unreached
		echo >$faults/override
		;;
	failnth)
		case $phase:$(cat $faults/failnth) in
		*:'fired setup' | all:'fired later') ;;
		*) fired=unreached ;;
		esac
		echo 0 >$faults/failnth
		;;
	vmxe_once)
		kernel_log | grep -q "VMXON failed on CPU $2 (-16)" || fired=unreached
		;;
	vmxe)
		kernel_log | grep -q "VMXON failed on CPU $2 (-16)" || fired=unreached
		echo "$2 0" >$faults/vmxe
		;;
	esac
	echo "$fired"
}

# ---- what must hold

# No line above info level from KVM, and one that says that TDX is on.
holds_y()
{
	tdx_is Y
	no_warnings
	log_count 1 'virt/tdx: module initialized$'
	vmx_is ON
	guest
}

holds_n()
{
	tdx_is N
	warnings 1 'TDX not enabled(, ordinary VMs are not affected)?: '
	warnings 1 .
	log_count 0 'virt/tdx: module initialized'
	vmx_is ON
	as_reference
	guest
	wbinvds_due
}

holds_none()
{
	[ ! -e /sys/module/$vendor ] || not_ok "$vendor is there"
	[ ! -e /dev/kvm ] || not_ok "/dev/kvm is there"
	vmx_is OFF
}

holds_unloaded()
{
	unload_vendor
	vmx_is OFF
	tdxsim_saw_no_violation
	diff /tmp/unloaded/cpuhp /sys/devices/system/cpu/hotplug/states >/tmp/difference || {
		not_ok "CPU hotplug states are left"
		explain </tmp/difference
	}
}

# The TDX module owns PAMT, while it does.
tdxsim_saw_no_violation()
{
	grep -q '^violations 0$' $tdxsim_dir/state || not_ok "tdxsim: $(grep violations $tdxsim_dir/state)"
}

# point ID WANTED VERB...: WANTED is the outcome, or ? if N and none are right,
# and Y where the fault does not hurt. VERB is what goes wrong.
point()
{
	local id=$1 wanted=$2 got fired kept=0 before=$failed

	shift 2
	case " $skip_sweep " in
	*" $1-$3 "*) return 0 ;;
	esac
	repeating=yes
	fresh_module
	dmesg -c >/dev/null
	"$@"
	if finit /lib/modules/*/kernel/arch/x86/kvm/kvm-intel.ko tdx=1 >/tmp/try.log 2>&1; then
		got=$(cat /sys/module/$vendor/parameters/tdx)
	else
		got=none
	fi
	fired=$(disarm "$1" "$2")
	case $wanted:$got in
	'?':* | "$got:$got") ;;
	*) not_ok "the outcome is $got instead of $wanted" ;;
	esac
	[ "$wanted" = '?' ] || [ -z "$fired" ] || not_ok "the fault is $fired"
	case $got in
	Y) holds_y ;;
	N) holds_n ;;
	none) holds_none ;;
	esac
	# A module that is initialized keeps its PAMT. The host core is going to forget
	# both, see fresh_module.
	if [ "$(kernel_log | grep -c 'virt/tdx: module initialized$')" != 0 ]; then
		kept=$(pamt_pages | cut -d ' ' -f 1)
	fi
	holds_unloaded
	same_memory $((4 * kept))
	[ "$kept" = 0 ] || note_memory
	repeating=
	[ -z "$fired" ] || [ "$1" != failnth ] || skip_sweep="$skip_sweep $1-$3"
	if [ "$failed" = "$before" ]; then
		say "point $id ok $got $fired"
	else
		say "point $id violation $got $fired"
	fi
}

# What a load with tdx=0 gives.
points_begin()
{
	local attr

	mkdir -p /tmp/unloaded
	try "load wbinvd" modprobe wbinvd
	try "load tdxsim" modprobe tdxsim
	try "load faults" modprobe faults
	for attr in failslab fail_page_alloc; do
		echo N >/sys/kernel/debug/$attr/ignore-gfp-wait
		# A stack for each of them would be a report of a bug to others.
		echo 0 >/sys/kernel/debug/$attr/verbose
	done
	cp /sys/devices/system/cpu/hotplug/states /tmp/unloaded/cpuhp
	load tdx=0
	tdx_is N
	try reference state_of_kvm /tmp/reference
	guest
	unload_vendor
	cp /sys/devices/system/cpu/hotplug/states /tmp/unloaded/cpuhp
	note_memory
}

points_end()
{
	load tdx=0
	guest
	unload_vendor
	finish
}
