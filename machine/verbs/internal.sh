# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# Helpers of several verbs, of the fault matrix and of bench. None of them is a verb.

vendor=kvm_intel
tdxsim_dir=/sys/kernel/debug/tdxsim
wbinvd_dir=/sys/kernel/debug/wbinvd
passed=0
failed=0
times=${times:-1}
first_failure=${first_failure-}
log_on_host=${log_on_host-}
log_checks=

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

# explain < text: the lines that go with a result.
explain()
{
	head -n 40 | sed 's/^/# /'
}

# expect VERB WANTED FOUND: the result is ok if both are the same.
expect()
{
	if [ "$2" = "$3" ]; then
		ok "$1 $2"
	else
		not_ok "$1: expected $2, reads $3"
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

# online_file N|memoryN: of a CPU, or of a block of memory
online_file()
{
	case $1 in
	memory*) echo "/sys/devices/system/memory/$1/online" ;;
	*) echo "/sys/devices/system/cpu/cpu$1/online" ;;
	esac
}

is_loading()
{
	grep -q "^$vendor .* Loading" /proc/modules
}

has_erratum()
{
	grep -q '^bugs.* tdx_pw_mce' /proc/cpuinfo
}

# calls_of LEAF: how many, how many of them failed, and on how many CPUs, since tdxsim
# was loaded.
calls_of()
{
	awk -v leaf="$1" '$2 == leaf { known = 1; calls += $3; failed += $4; cpus += $3 > 0 }
		END { print known ? calls " " failed " " cpus : "no-such-leaf" }' $tdxsim_dir/counts
}

# The pages of PAMTs that are as the TDX module wrote them, that the kernel wrote
# to, and that it freed.
pamt_pages()
{
	awk '{ owned += $5; written += $7; freed += $9 }
		END { print owned + 0, written + 0, freed + 0 }' $tdxsim_dir/pamt
}

# The first page of the first PAMT.
pamt_address()
{
	awk 'NR == 1 { print $3 }' $tdxsim_dir/pamt
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

# state_of_kvm DIR: what has to be the same after every kind of load that ends
# with VMX only.
state_of_kvm()
{
	mkdir -p "$1"
	opsdump >"$1/ops" && cp /sys/devices/system/cpu/hotplug/states "$1/cpuhp"
}

finish()
{
	if [ -n "$log_checks" ]; then
		echo "# kernel log"
		dmesg -r
		echo "# end of kernel log"
	fi
	say "# $passed passed, $failed failed"
}
