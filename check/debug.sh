#!/bin/bash
# check/debug.sh reports KERNEL: the kernels that look for bugs.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# Bugs of machine/modules/bugs, and what a kernel reports about them.  Some of them end what
# finds others, these come last.
declare -A reports=(
	[lockdep]='sleep-with-spinlock=BUG: sleeping function called from invalid context
		cpu-id-with-preemption=BUG: using smp_processor_id() in preemptible
		lock-order=WARNING: possible circular locking dependency
		list-del-twice=__list_del_entry_valid'
	[leaks]='free-active-timer=ODEBUG: free active
		write-past-end=BUG kmalloc-64
		leak=kmemleak: 1 new suspected
		free-page-twice=include/linux/mm.h'
	[kasan]='use-after-free=BUG: KASAN: slab-use-after-free
		write-past-end=BUG: KASAN: slab-out-of-bounds
		read-past-vmalloc=BUG: KASAN: vmalloc-out-of-bounds
		shift-too-far=UBSAN: shift-out-of-bounds
		index-past-array=UBSAN: array-index-out-of-bounds'
	[kcsan]='data-race=BUG: KCSAN: data-race in'
)

# report_of BUG: what the kernel reported between its load and the next one.
report_of() {
	awk -v bug="$1" '/steps: # bug / { found = $NF == bug } found' "$dir/console.log" > "$dir/bug.log"
	machine/reported "$dir/bug.log" || true
}

# A machine with these bugs is one that failed, and each of them alone would have been enough.
test_reports() {
	local kernel=$1 dir=build/logs/reports/$1 bug wanted report status=0

	[ -n "${reports[$kernel]-}" ] || fail "no bugs for the kernel '$kernel'"
	rm -rf "$dir"
	mkdir -p "$dir"
	echo "${reports[$kernel]//$'\t'/}" > "$dir/bugs"
	{
		echo '. /verbs.sh'
		while IFS='=' read -r bug _; do
			echo "bug $bug"
			[ "$bug" != leak ] || echo no_leaks
		done < "$dir/bugs"
	} > "$dir/steps"
	machine/boot --kernel "build/obj-$kernel" --initrd "build/initramfs-$kernel.cpio" \
		--steps "$dir/steps" --log "$dir" --append kasan_multi_shot || status=$?
	expect 'exit status of machine/boot' 3 $status
	while IFS='=' read -r bug wanted; do
		report=$(report_of "$bug")
		echo "$bug: $report"
		[[ $report = *"$wanted"* ]] || fail "$bug: expected '$wanted', found '${report:-no report}'"
		[ "$bug" != leak ] ||
			grep -x 'not ok - no_leaks, unreferenced objects: expected 0, reads 1' "$dir/results.log"
	done < "$dir/bugs"
}

run_test "$@"
