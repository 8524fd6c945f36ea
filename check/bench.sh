#!/bin/bash
# check/bench.sh verdicts | report | machines | peers: what "make bench" says, runs and builds.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

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
test_verdicts() {
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
		<1.000|1000.4|1000 1000 1000|1 targets met, 0 missed
		<1.000|1001|1000 1000 1000|0 targets met, 1 missed
		<1.000|990|1000 1000 1000|1 targets met, 0 missed
		<1.000~|990|1002 1000 999|1 targets met, 0 missed
		<1.000~|1001|1002 1000 999|1 targets met, 0 missed
		<1.000~|1003|1002 1000 999|0 targets met, 1 missed
		-|2000|1000 1000 1000|0 targets met, 0 missed
	END
}

# measured TICKS: of a CPUID, and of a load, which rows allows to be missed. Without the series
# it is 1000 of both.
measured() {
	printf '%s\n' "exit-cpuid series tdx0 1 512 $1" 'exit-cpuid base unpatched 1 512 1000' \
		'load series tdx0 1 512 2000' 'load base unpatched 1 512 1000' > build/logs/bench/series/figures
}

# A target that is missed is a failure where the rows do not say why it is.
test_report() {
	copy_checkout
	cd "$copy"
	mkdir -p build/bench build/logs/bench/series
	measured 1000
	bench/report > said
	grep -qx '1 targets met, 1 missed' said
	measured 1001
	says 'a target is missed, and the reason is not known' bench/report
}

# stub_bench: in the copy, with a machine/boot that takes a second and notes what it does.
stub_bench() {
	local dir

	for dir in build/bench build/7.3/bench; do
		mkdir -p $dir/{base,series,files/bench}
		touch $dir/{base,series}/inputs $dir/files/bench/loadprobe.ko
	done
	printf '%s\n' '#!/bin/sh' 'find build/logs -name figures -exec cat {} +' > bench/report
	cat > machine/boot <<-'END'
		#!/bin/bash
		dir=${8%/}
		echo 1 >> build/events
		[ ! -e build/waits ] || { echo $$ > build/pid; exec sleep 300; }
		sleep 1
		echo -1 >> build/events
		[[ $dir != */series-1-cpu ]] || { echo 'boot: it died' >&2; exit 1; }
		echo "figure boot tdx0 $(IFS=,; echo "${*// /+}")" > "$dir/results.log"
		[[ $dir != */series-2-cpus ]] || { echo 'not ok - a verb' >> "$dir/results.log"; exit 0; }
		echo '# 2 passed, 0 failed' >> "$dir/results.log"
	END
}

# booted NAME KERNEL CPUS [APPEND [BUILD]]: the figure that machine/boot gave for it, with "+"
# for a space.
booted() {
	local of=${5-}bench
	local arguments=(--kernel "build/$of/$2" --initrd "build/$of/$2/initramfs.cpio" --files "build/$of/files"
		--log "build/logs/$of/$1" --steps "build/logs/$of/$1/steps" --timeout 20
		--cpus "1:$3:1" --memory 512 --append "${4-}")

	grep -qFx -e "boot $2 tdx0 $3 512 $(IFS=,; echo "${arguments[*]}")" said
}

# The machines of make bench run side by side. One that fails does not end the others.
test_machines() {
	local status=0

	copy_checkout
	cd "$copy"
	stub_bench
	bench/measure --jobs 2 --timeout 20 base-1-cpu series-{1-cpu,2-cpus,4-cpus,8-cpus} > said 2>&1 || status=$?
	cat said
	expect 'exit status' 1 $status
	expect 'the last line' 'bench: 2 of 5 machines failed, their figures are missing' "$(tail -n 1 said)"
	grep -qx 'bench: series-1-cpu: boot: it died' said
	grep -qx 'bench: series-2-cpus: not ok - a verb' said
	grep -qxE '# series-8-cpus: [1-9][0-9]* s' said
	booted base-1-cpu base 1
	booted series-8-cpus series 8
	expect 'figures' 3 "$(grep -c '^boot ' said)"
	expect 'at once' 2 "$(awk '{ n += $1; if (n > most) most = n } END { print most }' build/events)"
	grep -qx 'exit_costs unpatched' build/logs/bench/base-1-cpu/steps
	# Where tdxsim is built in, the kernel command line turns it on.
	bench/measure --base 7.3 --timeout 20 base-{tdx0,on} > said
	cat said
	booted base-tdx0 base 1 '' 7.3/
	booted base-on base 1 tdxsim.presence=present 7.3/
	touch build/waits
	interrupt bench/measure base-1-cpu
	grep -qx 'bench: interrupted, the figures of the machines that had ended are in build/logs/bench' build/said
}

# Each peer of make bench is a patch on top of the series, and has its column.
test_peers() {
	local peer

	# The base has a column, too, with another base.
	expect 'the peers in bench/kernels' "$(basename -s .patch -a bench/peers/*.patch)" \
		"$(awk -v base="$base" '$1 == base && $3 == "column" { print $2 }' bench/kernels)"
	make_scratch
	export GIT_INDEX_FILE=$scratch/index
	git -C $linux read-tree series
	for peer in bench/peers/*.patch; do
		echo "$peer"
		git -C $linux apply --check --cached "$PWD/$peer"
	done
}

run_test "$@"
