#!/bin/bash
# check/commands.sh TEST: the commands of this repository, in a copy of the checkout wherever
# they write to it.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# says WANTED PROGRAM [ARGUMENT]...: it fails with one line that has WANTED in it.
says() {
	local wanted=$1

	shift
	refuses "$@" 2> "$scratch/said" > /dev/null
	cat "$scratch/said"
	no_line -E '^make(\[[0-9]+\])?: warning' "$scratch/said"
	sed -i -E '/^make(\[[0-9]+\])?: [*]{3}/d' "$scratch/said"
	expect 'lines' 1 "$(wc -l < "$scratch/said")"
	grep -qF "$wanted" "$scratch/said"
}

test_bad_input() {
	copy_checkout
	cd "$copy"
	mkdir -p build/bad/kernel/arch/x86/boot
	touch build/bad/steps build/bad/x.cpio build/bad/kernel/arch/x86/boot/bzImage
	echo 'selftests quick' > build/bad/selftests

	says "no scenario like 'nosuch'" scenarios/run nosuch
	says 'unknown option' scenarios/run --nosuch
	cp scenarios/kexec.cfg build/bad/
	sed -i '0,/^kvm_intel = none$/s//&\ntdx = N/' scenarios/kexec.cfg
	says 'tdx cannot be read before the steps load kvm_intel' scenarios/run --list
	cp build/bad/kexec.cfg scenarios/
	says 'no test matches' check/run 'nosuch/*'
	says 'no mutant like' mutants/mutate nosuch
	says "wants a worktree of build/linux, not 'build/bad'" mutants/mutate --put-in build/bad
	says 'unknown option' matrix/matrix --nosuch
	says 'no machine like' bench/measure nosuch
	says '5 or more' bench/measure --runs 4
	says 'wants a number' bench/measure --jobs
	says 'unknown option' bench/measure --nosuch
	says "no kernel 'nosuch'" bench/build nosuch
	says 'no kernel' machine/boot --kernel build/bad --initrd build/bad/x.cpio --log build/bad/log --steps build/bad/steps
	says 'unknown option' machine/boot --nosuch
	says 'no initramfs' machine/boot --kernel build/bad/kernel --initrd build/bad/x.cpio --log build/bad/log --steps build/bad/selftests
	says 'no kernel configuration' machine/kernels/mkkernel nosuch $linux build/bad/obj
	says "CONFIG is small or debian, not 'nosuch'" make deb CONFIG=nosuch
	says "CONFIG is small or debian, not ''" make deb CONFIG=
	says "CONFIG is small or debian, not 'a b'" make deb CONFIG='a b'
	says '0 packages linux-image-' machine/kernels/unpack-deb build/bad tdx-small build/bad/out
	says 'no built kernel' machine/image/mkinitramfs build/bad build/bad/out.cpio
}

# Neither patches/tree nor patches/export loses what only the other side has.
test_edits_kept() {
	copy_checkout
	cd "$copy"
	echo '/* edited */' >> $linux/arch/x86/kvm/vmx/tdx.c
	says 'build/linux has changes' patches/tree --check
	says 'uncommitted changes' patches/export
	patches/tree
	echo edited >> patches/6.12/cover-letter
	says 'build/linux has changes' patches/tree
	expect 'the last line of build/linux' '/* edited */' "$(tail -n 1 $linux/arch/x86/kvm/vmx/tdx.c)"
	expect 'the last line of patches/' edited "$(tail -n 1 patches/6.12/cover-letter)"
	git -C $linux checkout -q arch/x86/kvm/vmx/tdx.c
	patches/tree
	expect 'the cover letter' edited "$(git -C $linux config branch.series.description | tail -n 1)"
}

# A copy of a kernel's directory has its own name in it, and is no kernel yet.
test_copy_objdir() {
	make_scratch
	cd "$scratch"
	mkdir -p like/arch/x86/boot
	touch like/{.config,tdxsim.ko,arch/x86/boot/{bzImage,setup.bin},arch/x86/kvm.ko}
	echo "cmd := gcc -o $scratch/like/tools/x.o" > like/.x.o.cmd
	echo "cmd := gcc -c $scratch/tree/y.c" > like/.y.o.cmd
	says 'does not say what its source is' "$top/machine/kernels/copy-objdir" like moved other
	mkdir tree other
	ln -s "$scratch/tree" like/source
	"$top/machine/kernels/copy-objdir" like copy
	grep -x "cmd := gcc -c $scratch/tree/y.c" copy/.y.o.cmd
	grep -x "cmd := gcc -o $scratch/copy/tools/x.o" copy/.x.o.cmd
	[ -f copy/.config ]
	[ -f copy/arch/x86/boot/setup.bin ]
	[ ! -e copy/arch/x86/boot/bzImage ]
	[ -z "$(find copy -name '*.ko')" ]
	says 'no kernel was built' "$top/machine/kernels/copy-objdir" other copy
	"$top/machine/kernels/copy-objdir" like moved other
	grep -x "cmd := gcc -o $scratch/moved/tools/x.o" moved/.x.o.cmd
	grep -x "cmd := gcc -c $scratch/other/y.c" moved/.y.o.cmd
}

# wait_for FILE: that something writes.
wait_for() {
	local _

	for _ in {1..200}; do
		[ ! -s "$1" ] || return 0
		sleep 0.1
	done
	fail "no $1 after 20 s"
}

# Nothing of a step that is interrupted goes on.
test_progress_interrupted() {
	local status=0 pid

	make_scratch
	printf 'all:\n\t@echo $$$$ > %s/pid.new && mv %s/pid.new %s/pid && exec sleep 300\n' \
		"$scratch" "$scratch" "$scratch" > "$scratch/Makefile"
	setsid env --default-signal=INT machine/progress Sleeping progress-interrupted \
		make -f "$scratch/Makefile" 2> "$scratch/said" &
	wait_for "$scratch/pid"
	pid=$(cat "$scratch/pid")
	[ -d "/proc/$pid" ]
	kill -INT $!
	wait $! || status=$?
	cat "$scratch/said"
	expect 'exit status' 130 $status
	[ ! -d "/proc/$pid" ]
	grep -qx 'error: Sleeping was interrupted, the same command goes on from there' "$scratch/said"
}

# A bug that the kernel reports is found, and the trace of an allocation that was made
# to fail is none, but hides no other one.
test_reported_bugs() {
	local trace='[ 1.0] CPU: 1 UID: 0 PID: 1\n[ 1.0] Hardware name: Bochs\n[ 1.0] Call Trace:\n[ 1.0]  <TASK>'
	local failure='[ 1.0] modprobe: page allocation failure: order:0'

	make_scratch
	log=$scratch/console.log
	printf '%b\n' '[ 1.0] steps: not ok - WARNING: ' "$failure" "$trace" > "$log"
	reports_nothing --no-memory
	reports 'Call Trace:'
	printf '%b\n' "$trace" >> "$log"
	reports 'Call Trace:' --no-memory
	printf '%b\n' "$failure" "$trace" '[ 1.0] WARNING: x' "$trace" > "$log"
	reports 'WARNING: x' --no-memory
	# A panic on purpose has one.
	printf '%b\n' '[ 1.0] Kernel panic - not syncing: wbinvd: as it was asked for' "$trace" > "$log"
	reports_nothing --crash
	reports 'Call Trace:'
	printf '%b\n' "$trace" >> "$log"
	reports 'Call Trace:' --crash
	# The failure has no trace of its own.
	printf '%b\n' "$failure" '[ 1.0] '{1..6} "$trace" > "$log"
	reports 'Call Trace:' --no-memory
}

# reports_nothing [OPTION]: of what is in $log.
reports_nothing() {
	refuses machine/reported "$@" "$log" > "$scratch/report" 2>&1
	expect 'the report' '' "$(cat "$scratch/report")"
}

# reports WANTED [OPTION]
reports() {
	machine/reported "${@:2}" "$log" > "$scratch/report"
	grep -F "$1" "$scratch/report"
}

# verdict TARGET FIGURE REFERENCE...: what the table of make bench says of a median of
# FIGURE, where the runs of the reference gave these.
verdict() {
	local target=$1 figure=$2 value

	shift 2
	printf '%s\n' '[rows]' "x|tdx0|1|512|base unpatched|$target|text|" > "$scratch/rows"
	{
		echo "x series tdx0 1 512 $figure"
		for value; do
			echo "x base unpatched 1 512 $value"
		done
	} | awk -f bench/stats.awk > "$scratch/stats"
	awk -v csv="$scratch/csv" -v peers= -f bench/table.awk "$scratch/stats" "$scratch/rows" | tail -n 1
}

# A target that is missed is said to be.
test_bench_verdicts() {
	local case found

	make_scratch
	while IFS='|' read -r -a case; do
		# shellcheck disable=SC2086 # one word a run
		found=$(verdict "${case[0]}" "${case[1]}" ${case[2]})
		expect "${case[*]::3}" "${case[3]}" "$found"
	done <<-END
		1.000|1000|1000 1000 1000|1 targets met, 0 missed
		1.000|1000.4|1000 1000 1000|1 targets met, 0 missed
		1.000|1001|1000 1000 1000|0 targets met, 1 missed
		1.000|999|1000 1000 1000|0 targets met, 1 missed
		1.000|1001|1002 1000 999|0 targets met, 1 missed
		1.000~|1001|1002 1000 999|1 targets met, 0 missed
		1.000~|1003|1002 1000 999|0 targets met, 1 missed
		<0.286|286|1000 1000 1000|1 targets met, 0 missed
		<0.286|287|1000 1000 1000|0 targets met, 1 missed
		-|2000|1000 1000 1000|0 targets met, 0 missed
	END
}

# Each peer of make bench is a patch on top of the series.
test_bench_peers() {
	local peer

	make_scratch
	export GIT_INDEX_FILE=$scratch/index
	git -C $linux read-tree series
	for peer in bench/peers/*.patch; do
		echo "$peer"
		git -C $linux apply --check --cached "$PWD/$peer"
	done
}

# "make mutants" takes hours.  That what its faults edit is still there takes seconds.
test_mutants_apply() {
	make_scratch
	clone_linux series "$scratch/linux"
	mutants/mutate --put-in "$scratch/linux"
}

run_test "$@"
