# shellcheck shell=dash disable=SC2034
# Verbs for the steps of an emulated machine, and for its shell.
#
# A verb prints one result line, "ok - what" or "not ok - what: why", perhaps
# followed by lines that start with "#". A verb that fails does not end the
# steps, unless $first_failure is set. The lines are written to the kernel log
# too, so that the console shows them where they belong.

vendor=kvm_intel
tdxsim_dir=/sys/kernel/debug/tdxsim
passed=0
failed=0
kills=0
killed=0
suspends=0
suspended_loading=0
either=
tdxsim_parameters=
times=${times:-1}
first_failure=${first_failure-}

# busybox's shell takes its own modprobe, whatever is installed.
if [ -e /bin/kmod ]; then
	modprobe()
	{
		/bin/modprobe "$@"
	}

	rmmod()
	{
		/bin/rmmod "$@"
	}
fi

say()
{
	echo "$*"
	# In the shell, standard output is the console already.
	[ -t 0 ] || echo "steps: $*" >/dev/kmsg
}

ok()
{
	passed=$((passed + 1))
	# Inside of repeat only what fails is worth a line.
	[ -n "$repeating" ] || say "ok - $*"
}

not_ok()
{
	failed=$((failed + 1))
	say "not ok - $*"
	if [ -n "$first_failure" ]; then
		finish
		exit
	fi
}

# explain < text: the lines that go with a result.
explain()
{
	head -n 40 | sed 's/^/# /'
}

# expect VERB WANTED FOUND
expect()
{
	if [ "$2" = "$3" ]; then
		ok "$1 $2"
	else
		not_ok "$1: expected $2, reads $3"
	fi
}

# try VERB COMMAND...: the verb's result is that of the command.
try()
{
	local verb=$1

	shift
	if "$@" >/tmp/try.log 2>&1; then
		ok "$verb"
	else
		not_ok "$verb: $(tail -n 1 /tmp/try.log)"
	fi
}

# What the kernel logged, without what the steps did, as "<level>text".
kernel_log()
{
	dmesg -r | sed -n '/^<[0-7]>/{ s/\[[^]]*\] //; p; }'
}

# Of these lines, warnings and worse since the last load.
warnings_since_load()
{
	dmesg -r | sed -n '
		/^<[0-4]>/{ s/\[[^]]*\] //; H; }
		/^<12>.*steps: # load /{ s/.*//; x; }
		${ x; p; }'
}

# refused VERB ERROR COMMAND...: the command fails, with this as its last words.
refused()
{
	local verb=$1 error=$2

	shift 2
	if "$@" >/tmp/try.log 2>&1; then
		not_ok "$verb: it succeeded"
	else
		expect "$verb," "$error" "$(tail -n 1 /tmp/try.log | sed 's/.*: //')"
	fi
}

# options MODULE PARAMETER...: for each load of the module from here on.
options()
{
	mkdir -p /etc/modprobe.d
	echo "options $*" >>/etc/modprobe.d/steps.conf
}

# modprobe_d FILE [WORD]...: what the administrator has in /etc/modprobe.d.
modprobe_d()
{
	local file=/etc/modprobe.d/$1

	shift
	mkdir -p /etc/modprobe.d
	echo "$*" >"$file"
}

# load [PARAMETER]...
load()
{
	echo "steps: # load $vendor $*" >/dev/kmsg
	try "load $vendor $*" modprobe $vendor "$@"
}

load_fails()
{
	echo "steps: # load $vendor $*" >/dev/kmsg
	if modprobe $vendor "$@" 2>/dev/null; then
		not_ok "load_fails $*: it loaded"
	else
		ok "load_fails $vendor $*"
	fi
}

# override FUNCTION VALUE [NTH [MS]]: this call of it, the first one if not said, returns the
# value instead of doing its work, after so many milliseconds. On a kernel with faults.
override()
{
	modprobe faults || not_ok "cannot load faults"
	try "override $*" sh -c "echo $* >/sys/kernel/debug/faults/override"
}

# overridden CALLS: how often it was called since then. One call did no work.
overridden()
{
	expect overridden "$1 1" "$(cat /sys/kernel/debug/faults/override)"
}

# load_without FUNCTION VALUE [PARAMETER]...: the function returns that instead of doing
# its work the first time, for which the load fails. On a kernel with faults; kvm stays.
load_without()
{
	local function=$1 value=$2

	shift 2
	override "$function" "$value"
	# modprobe would try it a second time.
	if finit /lib/modules/*/kernel/arch/x86/kvm/kvm-intel.ko "$@" >/tmp/try.log 2>&1; then
		not_ok "load_without $function: it loaded"
	else
		ok "load_without $function: $(tail -n 1 /tmp/try.log)"
	fi
	expect "load_without $function, calls of it:" 1 "$(cut -d ' ' -f 2 /sys/kernel/debug/faults/override)"
	modprobe -r faults
}

unload()
{
	local gone=kvm

	# faults keeps kvm.
	[ ! -e /sys/module/faults ] || gone=$vendor
	modprobe -r $vendor >/tmp/try.log 2>&1
	[ $gone = $vendor ] || modprobe -r kvm >>/tmp/try.log 2>&1
	if [ -e /sys/module/$vendor ] || [ -e /sys/module/$gone ]; then
		not_ok "unload: $(tail -n 1 /tmp/try.log)"
	else
		ok unload
	fi
}

unload_faults()
{
	if [ -e /sys/module/faults ]; then
		try unload_faults modprobe -r faults
		unload
	fi
}

tdxsim()
{
	tdxsim_parameters="$*"
	try "tdxsim $*" modprobe tdxsim "$@"
}

# Where it could come between the kernel and a real TDX module.
tdxsim_refuses()
{
	if modprobe tdxsim 2>/dev/null; then
		not_ok "tdxsim_refuses: it loaded"
	else
		log_has 'tdxsim: this machine has TDX, a real module may answer'
	fi
}

# TAINT_TEST, bit 18
tainted_as_test()
{
	expect tainted_as_test 262144 $(($(cat /proc/sys/kernel/tainted) & 262144))
}

# The test module of the hook reports by itself, and loads if all is well.
hooktest()
{
	try hooktest modprobe hooktest
	kernel_log | grep "hooktest: not ok" | explain
	modprobe -r hooktest 2>/dev/null
}

# tdx_is Y|N
tdx_is()
{
	expect tdx_is "$1" "$(cat /sys/module/kvm_intel/parameters/tdx 2>&1)"
}

# reload Y|N [PARAMETER]...: unload, load, and what parameters/tdx reads then.
reload()
{
	local tdx=$1

	shift
	unload
	load "$@"
	tdx_is "$tdx"
}

# repeat N VERB [ARGUMENT]...: up to the first failure.
repeat()
{
	local times=$1 before=$failed i=0

	shift
	repeating=yes
	while [ $i -lt "$times" ] && [ $failed = $before ]; do
		i=$((i + 1))
		"$@"
	done
	repeating=
	if [ $failed = $before ]; then
		ok "repeat $times $*"
	else
		not_ok "repeat $times $*: failed at number $i"
	fi
}

# selftest NAME [ARGUMENT]...: one of the KVM selftests. They read their own file,
# by the path they were started with.
selftest()
{
	local what="selftest $*" name=$1 status

	shift
	"/tests/$name" "$@" >/tmp/selftest.log 2>&1
	status=$?
	case $status in
	0) ok "$what" ;;
	# Whoever asks for a test wants it to run.
	4) not_ok "$what: skipped, $(grep -i -m 1 skip /tmp/selftest.log)" ;;
	*)
		not_ok "$what: exit status $status"
		{ grep -B 3 "^not ok" /tmp/selftest.log; tail -n 12 /tmp/selftest.log; } | explain
		;;
	esac
}

# selftest_skips WHY COMMAND...: it ends as skipped, says why, and has let kvm_intel
# be, which has another inode in sysfs after it was loaded again.
selftest_skips()
{
	local what="selftest_skips $*" why=$1 status inode

	shift
	inode=$(stat -c %i /sys/module/kvm_intel)
	"$@" >/tmp/selftest.log 2>&1
	status=$?
	if [ $status != 4 ]; then
		not_ok "$what: exit status $status"
	elif [ "$(stat -c %i /sys/module/kvm_intel)" != "$inode" ]; then
		not_ok "$what: kvm_intel was loaded again"
	elif ! grep -q "# SKIP .*$why" /tmp/selftest.log; then
		not_ok "$what: it does not say so"
		tail -n 12 /tmp/selftest.log | explain
	else
		ok "$what"
	fi
}

as_nobody()
{
	mkdir -p /etc
	echo "nobody:x:65534:65534::/:/bin/sh" >/etc/passwd
	chmod 666 /dev/kvm
	su -s /bin/sh nobody -c "$*"
}

# An open file of it keeps kvm_intel.
while_kvm_is_open()
{
	"$@" 9</dev/kvm
}

while_no_modules_are_installed()
{
	local status

	mv /lib/modules /lib/modules.away
	"$@"
	status=$?
	mv /lib/modules.away /lib/modules
	return $status
}

# A virtual machine with a vCPU.
guest()
{
	try guest /tests/set_sregs_test
}

# selftests quick|slow: those of the list, of which some are for VMX only.
selftests()
{
	local wanted=$1 name class

	while read -r name class; do
		case $vendor:$class in
		*:"$wanted" | kvm_intel:"$wanted-vmx") selftest "$name" ;;
		esac
	done </tests/selftests.list
}

# online_file N|memoryN: of a CPU, or of a block of memory
online_file()
{
	case $1 in
	memory*) echo "/sys/devices/system/memory/$1/online" ;;
	*) echo "/sys/devices/system/cpu/cpu$1/online" ;;
	esac
}

# set_online VERB FILE offline|online|fails_online
set_online()
{
	case $3 in
	offline) try "$1" sh -c "echo 0 >$2" ;;
	online) try "$1" sh -c "echo 1 >$2" ;;
	fails_online)
		if (echo 1 >"$2") 2>/dev/null; then
			not_ok "$1: it came online"
		else
			expect "$1, online reads" 0 "$(cat "$2")"
		fi
		;;
	*) not_ok "$1: no such action" ;;
	esac
}

# cpu N offline|online|fails_online
cpu()
{
	set_online "cpu $*" "$(online_file "$1")" "$2"
}

# memory N offline|online|fails_online: a block of memory
memory()
{
	set_online "memory $*" "$(online_file "memory$1")" "$2"
}

# memory_add ADDRESS...: blocks of memory that the kernel did not know of. They are
# offline then.
memory_add()
{
	local address

	for address; do
		try "memory_add $address" sh -c "echo $address >/sys/devices/system/memory/probe"
	done
}

cpu_cycle()
{
	cpu "$1" offline
	cpu "$1" online
}

# ---- races; $times comes from scenarios/run --times

# storm N|memoryN...: each CPU and block of memory goes offline and online until
# storm_ends.
storm()
{
	local name file

	touch /tmp/storm
	for name; do
		file=$(online_file "$name")
		: >/tmp/storm."$name"
		while [ -e /tmp/storm ]; do
			echo 0 >"$file" && echo 1 >"$file" && echo cycle >>/tmp/storm."$name"
		done 2>/dev/null &
	done
	storm="$*"
}

# storm_ends [NAME]...: all come online, but those given do not have to.
storm_ends()
{
	local name file

	rm /tmp/storm
	wait
	for name in $storm; do
		file=$(online_file "$name")
		echo 1 >"$file" 2>/dev/null
		case " $* " in
		*" $name "*) continue ;;
		*) expect "storm_ends: $name, online reads" 1 "$(cat "$file")" ;;
		esac
		if [ -s /tmp/storm."$name" ]; then
			ok "storm_ends: $(wc -l </tmp/storm."$name") cycles of $name"
		else
			not_ok "storm_ends: $name never went offline and online"
		fi
	done
}

# bring_up_again: a whole bring-up, which fails at its end so that it can be had
# again.
bring_up_again()
{
	unload
	again
	load tdx=1
	tdx_is N
	warnings 1 'TDX not enabled'
}

# calls_in_load FUNCTION [PARAMETER]...: how often loading KVM calls the function. On
# kernel main.
calls_in_load()
{
	local override=/sys/kernel/debug/faults/override function=$1 calls

	shift
	unload >/dev/null
	modprobe faults
	# The call that is to be replaced never comes, but those before it count.
	echo "$function 0 1000000" >$override
	modprobe $vendor "$@"
	calls=$(cut -d ' ' -f 1 $override)
	echo >$override
	unload >/dev/null
	modprobe -r faults
	modprobe -r kvm
	echo "$calls"
}

# patched_by [PARAMETER]...: how often loading KVM patches a static call.
patched_by()
{
	calls_in_load arch_static_call_transform "$@"
}

# ops_applied N [PARAMETER]...: how often loading KVM applies the vendor's ops.
ops_applied()
{
	local wanted=$1

	shift
	expect "ops_applied, $*:" "$wanted" "$(calls_in_load kvm_pmu_ops_update "$@")"
	load tdx=1
}

# revert_patches OP...: a load that falls back patches no more than one with tdx=0 and,
# a second time, the trampolines and sites of these.
revert_patches()
{
	local without with ops=$1 op differ

	shift
	for op; do
		ops="$ops|$op"
	done
	without=$(patched_by tdx=0)
	with=$(patched_by tdx=1)
	load tdx=1
	tdx_is N
	differ=$(opsdump | grep -v '^__SCK__' | grep -c -E "__SC[KT]__kvm_x86_($ops) ")
	if [ "$differ" -gt 0 ]; then
		expect "revert_patches $ops:" "$differ" $((with - without))
	else
		not_ok "revert_patches $ops: none at all"
	fi
}

# same_patching: TDX costs no more of it than tdx=0. What the hook did not edit is
# not patched again.
same_patching()
{
	local without

	without=$(patched_by tdx=0)
	if [ "$without" -gt 0 ]; then
		expect same_patching "$without" "$(patched_by tdx=1)"
	else
		not_ok "same_patching: none at all"
	fi
	load tdx=1
}

# The host core and the TDX module forget what they did. On kernel main.
again()
{
	modprobe faults || not_ok "cannot load faults"
	echo 1 >/sys/kernel/debug/faults/rearm || not_ok "cannot rearm the host core"
	modprobe -r tdxsim
	# shellcheck disable=SC2086 # one word a parameter
	modprobe tdxsim $tdxsim_parameters || not_ok "cannot load tdxsim"
}

# reload_either: one CPU cannot be initialized, and comes and goes. The parameter
# reads Y or N, and the log says which.
reload_either()
{
	local tdx

	unload
	load tdx=1
	tdx=$(cat /sys/module/$vendor/parameters/tdx)
	case $tdx in
	Y) warnings 0 'TDX not enabled' ;;
	N) warnings 1 'TDX not enabled' ;;
	*) not_ok "reload_either: parameters/tdx reads '$tdx'" ;;
	esac
	either="$either$tdx"
}

# bring_up_twice_at_once: one of them loads it, the other one finds it there.
bring_up_twice_at_once()
{
	unload
	again
	echo "steps: # load $vendor tdx=1, twice" >/dev/kmsg
	modprobe $vendor tdx=1 2>/tmp/first.log &
	modprobe $vendor tdx=1 2>/tmp/second.log ||
		not_ok "bring_up_twice_at_once: $(cat /tmp/second.log)"
	wait $! || not_ok "bring_up_twice_at_once: $(cat /tmp/first.log)"
	tdx_is N
	warnings 1 'TDX not enabled'
}

# bring_up_killed: modprobe gets a signal, a bit later each time.
bring_up_killed()
{
	local delay=$((kills * 7 % 20)) status

	kills=$((kills + 1))
	unload
	again
	modprobe $vendor tdx=1 2>/dev/null &
	usleep $((delay * 100000))
	kill -9 $! 2>/dev/null
	wait $!
	status=$?
	[ $status != 137 ] || killed=$((killed + 1))
	# What the kernel does goes on to its end.
	while is_loading; do
		sleep 1
	done
	if [ -e /sys/module/$vendor ]; then
		tdx_is N
	fi
}

# some_were_killed: the signal found modprobe, at least once.
some_were_killed()
{
	if [ $killed -gt 0 ]; then
		ok "some_were_killed: $killed of $kills"
	else
		not_ok "some_were_killed: none of $kills"
	fi
}

is_loading()
{
	grep -q "^$vendor .* Loading" /proc/modules
}

# sleep_state STATE TEST: as far as the TEST of /sys/power/pm_test goes, and back. The
# emulated machine would not wake.
sleep_state()
{
	echo 0 >/sys/module/suspend/parameters/pm_test_delay
	echo "$2" >/sys/power/pm_test
	try "sleep_state $*" sh -c "echo $1 >/sys/power/state"
	echo none >/sys/power/pm_test
}

# suspend_while_loading Y|N: to idle, a bit later in the load each time. With N it
# is a whole bring-up, on kernel main.
suspend_while_loading()
{
	local delay=$((suspends * 7 % 25))

	suspends=$((suspends + 1))
	unload
	[ "$1" = Y ] || again
	echo "steps: # load $vendor tdx=1, and suspend" >/dev/kmsg
	modprobe $vendor tdx=1 2>/tmp/load.log &
	while ! is_loading && kill -0 $! 2>/dev/null; do
		usleep 10000
	done
	usleep $((delay * 100000))
	! is_loading || suspended_loading=$((suspended_loading + 1))
	sleep_state freeze platform
	wait $! || not_ok "suspend_while_loading: $(cat /tmp/load.log)"
	tdx_is "$1"
}

# some_were_loading: the suspend came during a load, at least once.
some_were_loading()
{
	if [ $suspended_loading -gt 0 ]; then
		ok "some_were_loading: $suspended_loading of $suspends"
	else
		not_ok "some_were_loading: none of $suspends"
	fi
}

# go_down poweroff|reboot Y|N I: during a load, a bit later for each I. Ends the steps.
go_down()
{
	local delay=$((($3 * 7 + 5) % 25))

	echo "steps: # load $vendor tdx=1, and $1" >/dev/kmsg
	modprobe $vendor tdx=1 2>/tmp/load.log &
	usleep $((delay * 100000))
	if is_loading; then
		say "# loading"
	elif [ -e /sys/module/$vendor ]; then
		tdx_is "$2"
	fi
	finish
	# As init ends.
	echo "# end of steps" >/dev/ttyS1
	"$1" -f
}

# ---- another kernel; machine/boot --second makes /second

wbinvd_dir=/sys/kernel/debug/wbinvd

has_erratum()
{
	grep -q '^bugs.* tdx_pw_mce' /proc/cpuinfo
}

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

# run_kexec ACTION: as machine/image/kexec.c has it. A CPU that is not the first one of the
# machine cannot start the first one: a crash kernel has one CPU.
run_kexec()
{
	local cmdline

	case $1 in
	crash-load | crash-file-load) cmdline="$(cat /second/cmdline) nr_cpus=1" ;;
	load | file-load) cmdline=$(cat /second/cmdline) ;;
	*)
		kexec "$1"
		return
		;;
	esac
	kexec "$1" /second/kernel /second/initrd "$cmdline"
}

# kexec_does ACTION
kexec_does()
{
	try "kexec_does $1" run_kexec "$1"
}

# kexec_refused ACTION ERROR
kexec_refused()
{
	refused "kexec_refused $1" "$2" run_kexec "$1"
}

# kexec_begins ACTION FUNCTION VALUE MS: it goes on in the background, where the function
# takes that long to return the value, up to kexec_ends_refused.
kexec_begins()
{
	override "$2" "$3" 1 "$4"
	run_kexec "$1" 2>/tmp/kexec.log &
	kexec=$!
	while [ "$(cat /sys/kernel/debug/faults/override)" != '1 1' ] && kill -0 "$kexec" 2>/dev/null; do
		usleep 10000
	done
}

# kexec_goes_on: what was begun has not ended.
kexec_goes_on()
{
	try kexec_goes_on kill -0 "$kexec"
}

end_kexec()
{
	wait "$kexec" && return
	cat /tmp/kexec.log
	return 1
}

# kexec_ends_refused ERROR
kexec_ends_refused()
{
	refused kexec_ends_refused "$1" end_kexec
}

# crash_memory_goes_back: what was reserved for a crash kernel becomes memory like any
# other. Who allocates gets first what was freed last.
crash_memory_goes_back()
{
	try crash_memory_goes_back sh -c 'echo 0 >/sys/kernel/kexec_crash_size && dd if=/dev/zero of=/tmp/memory bs=1M count=64'
	rm -f /tmp/memory
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

# kexec_loaded N CRASH: what /sys/kernel has, 0 or 1 each.
kexec_loaded()
{
	expect kexec_loaded "$*" "$(cat /sys/kernel/kexec_loaded) $(cat /sys/kernel/kexec_crash_loaded)"
}

# at_reboot VERB...: one more verb to run when the kernel goes down.
at_reboot()
{
	[ -e /tmp/at-reboot ] ||
		printf '%s\n' 'exec >/dev/ttyS1 2>&1' '. /steps.sh' >/tmp/at-reboot
	echo "$*" >>/tmp/at-reboot
}

# The results so far, and all of them through the serial port. From here on the console has
# all that the kernel says, which nobody can read any more.
finish_kernel()
{
	finish
	echo 8 >/proc/sys/kernel/printk
	stty -F /dev/ttyS1 115200 raw -echo
	mark "$1"
}

# kexec_start: ends the steps, what was loaded goes on.
kexec_start()
{
	if [ -e /tmp/at-reboot ]; then
		echo finish_kernel at-reboot >>/tmp/at-reboot
		try "at_reboot" modprobe atreboot
	fi
	finish_kernel kexec
	run_kexec start
	not_ok "kexec_start: it returned"
}

# crash: a panic, on the first CPU. Ends the steps, what was loaded for it goes on.
crash()
{
	finish_kernel crash
	taskset 1 sh -c "echo 1 >$wbinvd_dir/panic"
	not_ok "crash: it returned"
}

# crash_alone: the same where no other kernel must start.
crash_alone()
{
	finish_kernel crash
	# As init ends.
	echo "# end of steps" >/dev/ttyS1
	stty -F /dev/ttyS1 115200 raw -echo
	taskset 1 sh -c "echo 1 >$wbinvd_dir/panic"
}

# bring_up_starts: returns when the TDX module has its memory, but is not ready yet, and
# each CPU makes SEAMCALLs.
bring_up_starts()
{
	echo "steps: # load $vendor tdx=1" >/dev/kmsg
	modprobe $vendor tdx=1 2>/tmp/load.log &
	bring_up=$!
	while [ "$(calls_of 36 | cut -d ' ' -f 3)" != "$(nproc)" ] && kill -0 "$bring_up" 2>/dev/null; do
		usleep 10000
	done
}

bring_up_goes_on()
{
	if is_loading; then
		ok bring_up_goes_on
	else
		not_ok "bring_up_goes_on: it has ended"
	fi
}

# bring_up_ends Y|N
bring_up_ends()
{
	wait "$bring_up" || not_ok "bring_up_ends: $(cat /tmp/load.log)"
	tdx_is "$1"
}

# sleep_refused STATE ERROR: of /sys/power/state
sleep_refused()
{
	refused "sleep_refused $1" "$2" sh -c "echo $1 >/sys/power/state"
}

# The other ways to hibernate: by user space, and the choice of how.
snapshot_refused()
{
	refused snapshot_refused 'Operation not permitted' sh -c ': </dev/snapshot'
}

hibernation_mode_refused()
{
	refused hibernation_mode_refused 'Operation not permitted' sh -c 'echo shutdown >/sys/power/disk'
}

# acpi_s3: up to the firmware, from where the emulated machine would not come back. On a
# kernel with faults.
acpi_s3()
{
	override x86_acpi_suspend_lowlevel 0
	sleep_state mem none
	overridden 1
}

# mem_sleep WHAT: what "mem" in /sys/power/state is from here on
mem_sleep()
{
	try "mem_sleep $1" sh -c "echo $1 >/sys/power/mem_sleep"
}

# vmx_is ON|OFF: each online CPU is in VMX operation, or none is.
vmx_is()
{
	local cpu state on=0 online=0 all

	while read -r cpu state; do
		case $(cat "/sys/devices/system/cpu/$cpu/online" 2>/dev/null) in
		0) continue ;;
		esac
		online=$((online + 1))
		on=$((on + state))
	done <$tdxsim_dir/vmx
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

# calls_of LEAF: how many, how many of them failed, and on how many CPUs, since tdxsim
# was loaded.
calls_of()
{
	awk -v leaf="$1" '$2 == leaf { calls += $3; failed += $4; cpus++ }
		END { print calls + 0, failed + 0, cpus + 0 }' $tdxsim_dir/counts
}

# seamcalls LEAF N: exactly so many calls.
seamcalls()
{
	expect "seamcalls $1" "$2" "$(calls_of "$1" | cut -d ' ' -f 1)"
}

# seamcalls_at_most LEAF N
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

# seamcalls_failed LEAF N: exactly so many of them failed.
seamcalls_failed()
{
	expect "seamcalls_failed $1" "$2" "$(calls_of "$1" | cut -d ' ' -f 2)"
}

# seamcall_cpus LEAF N: on exactly so many CPUs.
seamcall_cpus()
{
	expect "seamcall_cpus $1" "$2" "$(calls_of "$1" | cut -d ' ' -f 3)"
}

# vectors FILE: the calls of conformance/vectors_test.c, with the SEAMCALL instruction.
vectors()
{
	vectors_test "$1" >/tmp/vectors.log 2>&1
	case $(tail -n 1 /tmp/vectors.log) in
	*' 0 failed, 0 skipped') ok "vectors $(tail -n 1 /tmp/vectors.log)" ;;
	*)
		not_ok "vectors $1: $(tail -n 1 /tmp/vectors.log)"
		explain </tmp/vectors.log
		;;
	esac
}

# The pages of PAMTs that are as the TDX module wrote them, that the kernel wrote
# to, and that it freed.
pamt_pages()
{
	awk '{ owned += $5; written += $7; freed += $9 }
		END { print owned + 0, written + 0, freed + 0 }' $tdxsim_dir/pamt
}

# The kernel kept its hands off the PAMTs.
pamt_untouched()
{
	case $(pamt_pages) in
	0\ *) not_ok "pamt_untouched: the TDX module owns none" ;;
	*\ 0\ 0) ok pamt_untouched ;;
	*) not_ok "pamt_untouched: pages owned, written, freed: $(pamt_pages)" ;;
	esac
}

# The first page of the first PAMT.
pamt_address()
{
	awk 'NR == 1 { print $3 }' $tdxsim_dir/pamt
}

# pamt_watched yes|no: tdxsim sees in a SEAMCALL, of which there are more than pages,
# that the kernel has written to one.
pamt_watched()
{
	local address pages violations

	address=$(pamt_address)
	pages=$(pamt_pages | cut -d ' ' -f 1)
	try "pamt_watched $1, SEAMCALLs" modprobe seamcall "write=$address" calls=$((2 * pages))
	rmmod seamcall
	violations=$(sed -n 's/^violations //p' $tdxsim_dir/state)
	case $1:$violations in
	yes:[1-9]* | no:0) ok "pamt_watched $1" ;;
	*) not_ok "pamt_watched $1: violations $violations" ;;
	esac
}

# pamt_misuse write|free: what the kernel must not do is seen.
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

# tdx_sysfs STATUS REASON: what /sys/firmware/tdx has, "absent" without it.
tdx_sysfs()
{
	local dir=/sys/firmware/tdx

	expect tdx_sysfs "$1 $2" "$(cat $dir/status 2>/dev/null || echo absent) $(
		cat $dir/reason 2>/dev/null || echo absent)"
}

version_is()
{
	expect version_is "$1" "$(cat /sys/firmware/tdx/module_version)"
}

# warnings N REGEX: exactly so many lines of level warning or worse from the
# vendor module since the last load.
warnings()
{
	local found

	found=$(warnings_since_load | grep "^<.>$vendor: ")
	expect "warnings /$2/" "$1" "$(echo "$found" | grep -c -E "$2")"
	[ -z "$found" ] || echo "$found" | explain
}

# No line above level notice from KVM or the TDX host core since the last load.
no_warnings()
{
	local found

	found=$(warnings_since_load | grep -E '^<.>(kvm[a-z_]*|virt/tdx): ')
	if [ -z "$found" ]; then
		ok no_warnings
	else
		not_ok "no_warnings: $(echo "$found" | head -n 1)"
	fi
}

# log_count N REGEX: lines since the machine started.
log_count()
{
	expect "log_count /$2/" "$1" "$(kernel_log | grep -c -E "$2")"
}

log_has()
{
	if kernel_log | grep -q -E "$1"; then
		ok "log_has /$1/"
	else
		not_ok "log_has /$1/: no such line"
	fi
}

log_lacks()
{
	local line

	line=$(kernel_log | grep -m 1 -E "$1")
	if [ -z "$line" ]; then
		ok "log_lacks /$1/"
	else
		not_ok "log_lacks /$1/: $line"
	fi
}

# Free memory in KiB, once what can be dropped is dropped: MemFree, what lies in
# the free lists of the CPUs, and the files of the root file system, which the
# steps write to.
free_memory()
{
	local file

	# KASAN keeps what was freed for a while.
	for file in /sys/kernel/slab/*/shrink; do
		[ ! -e "$file" ] || echo 1 >"$file"
	done
	echo 3 >/proc/sys/vm/drop_caches
	cat /proc/sys/vm/stat_refresh
	awk '
		/^(MemFree|Cached):/ { free += $2 }
		$1 == "count:" { free += 4 * $2 }
		END { print free }' /proc/meminfo /proc/zoneinfo
}

note_memory()
{
	free_memory >/tmp/memory
	ok "note_memory: $(cat /tmp/memory) KiB free"
}

# same_memory [KIB]: within 1 MiB of what was noted, and without what may be gone. Some
# of what modules had is freed late.
same_memory()
{
	local noted free tries=5

	noted=$(($(cat /tmp/memory) - ${1:-0}))
	while free=$(free_memory); [ $((noted - free)) -gt 1024 ] && [ $tries -gt 0 ]; do
		tries=$((tries - 1))
		sleep 1
	done
	if [ $((noted - free)) -le 1024 ]; then
		ok "same_memory: $((noted - free)) KiB less"
	else
		not_ok "same_memory: $free KiB free, $noted KiB before"
	fi
}

# state_of_kvm DIR: what has to be the same after every kind of load that ends
# with VMX only.
state_of_kvm()
{
	mkdir -p "$1"
	opsdump >"$1/ops" && cp /sys/devices/system/cpu/hotplug/states "$1/cpuhp"
}

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

# no_leaks: kmemleak finds no memory that nothing points to. It looks at what is
# older than 5 s, and reports what has not changed since the scan before.
no_leaks()
{
	local file=/sys/kernel/debug/kmemleak

	sleep 6
	if echo scan >$file && echo scan >$file; then
		expect "no_leaks, unreferenced objects" 0 "$(grep -c '^unreferenced' $file)"
		explain <$file
	else
		not_ok "no_leaks: kmemleak is off"
	fi
}

# bug NAME: one of those of machine/modules/bugs, which the kernel has to report.
bug()
{
	echo "steps: # bug $1" >/dev/kmsg
	modprobe bugs "bug=$1" && rmmod bugs
}

# It turns itself off after a report.
lockdep_is_on()
{
	expect "lockdep_is_on, debug_locks" 1 "$(awk '/^ *debug_locks:/ { print $2 }' /proc/lockdep_stats)"
}

finish()
{
	say "# $passed passed, $failed failed"
}
