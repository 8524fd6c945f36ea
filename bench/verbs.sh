# shellcheck shell=dash disable=SC2034,SC2086,SC2154 # variables of machine/verbs
# Verbs that measure, on top of machine/verbs. A figure is one line,
# "figure NAME STATE VALUE"; ticks are those of the TSC.
#
# STATE is how kvm_intel was loaded: tdx0, fallback, on, or, where there is no such
# parameter, unpatched. timed is on with a TDX module that takes the same time for each
# TDH.SYS.TDMR.INIT.

probe=/sys/kernel/debug/loadprobe
runs=${runs:-5}
repeating=yes
parameters_of_tdxsim=

figure()
{
	echo "figure $1 $2 $3"
}

# figures STATE: lines "NAME VALUE" from stdin.
figures()
{
	local name value

	while read -r name value; do
		figure "$name" "$1" "$value"
	done
}

# fresh_module STATE: the TDX module and the host core as after a boot. Also for loads
# that do not use them, as memory that tdxsim leaves behind becomes free sometime. It
# does not look at PAMTs meanwhile, for it would do so only while no other CPU is inside.
# Where tdxsim is built in, a load does nothing to them.
fresh_module()
{
	[ -e /bench/tdxsim.ko ] || return 0
	[ ! -e /sys/module/tdxsim ] || rmmod tdxsim
	insmod /bench/tdxsim.ko watch=N $parameters_of_tdxsim || not_ok "cannot load tdxsim"
	[ "$1" = unpatched ] || echo 1 >$probe/forget || not_ok "cannot make the host core forget"
}

unload_all()
{
	modprobe -r kvm_intel
	modprobe -r kvm
	[ ! -e /sys/module/kvm ] || not_ok "cannot unload kvm"
}

# load_as STATE: prints the ticks of the system call.
load_as()
{
	local parameters='' wanted=N

	case $1 in
	tdx0) parameters=tdx=0 ;;
	fallback) parameters=tdx=1 ;;
	on | timed)
		parameters=tdx=1
		wanted=Y
		;;
	unpatched) wanted= ;;
	esac
	/bench/loadticks /lib/modules/*/kernel/arch/x86/kvm/kvm-intel.ko "$parameters" ||
		not_ok "cannot load kvm_intel $parameters" >&2
	[ "$(cat /sys/module/kvm_intel/parameters/tdx 2>/dev/null)" = "$wanted" ] ||
		not_ok "$1: kvm_intel does not read '$wanted' for tdx" >&2
}

# From the places that the load came to, how long it took from one to the next.
ticks_of_load()
{
	awk -v state="$1" '
		{ at[$1] = $2 }
		function step(name, from, to) {
			if (at[from] && at[to])
				print name, at[to] - at[from]
		}
		END {
			step("init", "coming", "live")
			if (state == "on" || state == "timed") {
				step("step-setup", "coming", "first-33")
				step("step-cpus", "first-33", "first-34")
				step("step-pamt", "first-34", "first-45")
				step("step-config", "first-45", "first-36")
				step("step-tdmrs", "first-36", "enabled")
				step("step-rest", "enabled", "live")
			}
			if (state == "fallback") {
				step("fallback", "last-call", "live")
				step("fallback-host", "last-call", "enabled")
				step("fallback-kvm", "enabled", "live")
			}
		}' $probe/load
}

# What it did in all, and since the SEAMCALL that failed.
counts_of_load()
{
	awk -v state="$1" '
		{ for (i = 3; i <= 8; i++) n[$1, i] = $i }
		function all(prefix, from) {
			print prefix "sites", n["live", 3] - n[from, 3]
			print prefix "trampolines", n["live", 4] - n[from, 4]
			print prefix "pokes", n["live", 5] - n[from, 5]
			print prefix "rcu", n["live", 6] - n[from, 6]
			print prefix "ipis", n["live", 7] - n[from, 7]
			print prefix "reschedules", n["live", 8] - n[from, 8]
		}
		END {
			all("load-", "coming")
			if (state == "fallback")
				all("since-", "last-call")
		}' $probe/load
}

# prepare_load STATE: nothing is loaded but KVM without a vendor.
prepare_load()
{
	[ ! -e /sys/module/kvm ] || unload_all
	fresh_module "$1"
	# Without this a vCPU that is halted spins for a while.
	modprobe kvm halt_poll_ns=0
}

# one_load STATE: KVM stays loaded.
one_load()
{
	prepare_load "$1"
	load_as "$1" >/tmp/ticks
}

# Free memory in KiB, once nothing more becomes free.
settled_memory()
{
	local before=0 now tries=10

	while now=$(free_memory); [ "$now" -gt $before ] && [ $tries -gt 0 ]; do
		before=$now
		tries=$((tries - 1))
		usleep 200000
	done
	echo $before
}

# loads STATE [N]: the ticks of each load, the memory in KiB that it took, and PAMT of
# that, if the load allocates it; N times as many as usual. The first one warms up, and does not count.
loads()
{
	local i=0 n=$((runs * ${2-1})) before

	while [ $i -le $n ]; do
		prepare_load "$1"
		before=$(settled_memory)
		load_as "$1" >/tmp/ticks
		if [ $i -gt 0 ]; then
			figure load "$1" "$(cat /tmp/ticks)"
			ticks_of_load "$1" | figures "$1"
			figure held "$1" $((before - $(settled_memory)))
		fi
		[ "$1" != on ] || [ $i = 0 ] || [ ! -e /bench/tdxsim.ko ] || awk '{ pages += $5 } END { print "pamt", 4 * pages }' \
			$tdxsim_dir/pamt | figures "$1"
		i=$((i + 1))
	done
}

# counts STATE: of each load, which takes longer then.
counts()
{
	local i=0

	echo 1 >$probe/counting || not_ok "cannot count"
	while [ $i -lt "$runs" ]; do
		one_load "$1"
		counts_of_load "$1" | figures "$1"
		i=$((i + 1))
	done
	echo 0 >$probe/counting
}

# exit_costs STATE: as it is loaded.
exit_costs()
{
	/bench/exits "$runs" >/tmp/exits || not_ok "$1: exits failed"
	sed 's/^/exit-/' /tmp/exits | figures "$1"
}

# differing STATE: targets of static calls that are others than with tdx=0, as
# trampolines and sites, which is what has to be patched to go back.
differing()
{
	one_load tdx0
	opsdump | grep -v '^__SCK__' >/tmp/ops-tdx0
	one_load "$1"
	opsdump | grep -v '^__SCK__' >/tmp/ops-now
	diff -U 0 /tmp/ops-tdx0 /tmp/ops-now | awk '
		/^\+__SCT__/ { trampolines++ }
		/^\+kvm(_intel)? / { sites++ }
		END {
			print "differing-sites", sites + 0
			print "differing-trampolines", trampolines + 0
		}' | figures "$1"
}

measure_begin()
{
	insmod /bench/loadprobe.ko || not_ok "cannot load loadprobe"
	dmesg -n 1
}
