# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# Free memory

# note_memory
# Notes how much memory is free.
note_memory()
{
	free_memory >/tmp/memory
	ok "note_memory: $(cat /tmp/memory) KiB free"
}

# same_memory [KIB]
# Checks that no more than 1 MiB of the noted free memory is gone, besides KIB.
same_memory()
{
	local noted free tries=5

	noted=$(($(cat /tmp/memory) - ${1:-0}))
	# Some memory of modules is freed late.
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

# huge_pages KIB PAGES [NODE]
# Sets how many huge pages of this size there are, on one NUMA node or on all, and checks
# that there are so many then. PAGES all: as many as the kernel can make, less one that is
# left for programs; at least one must remain.
huge_pages()
{
	local dir=/sys/kernel/mm/hugepages wanted=$2 found

	[ -z "${3-}" ] || dir=/sys/devices/system/node/node$3/hugepages
	dir=$dir/hugepages-$1kB
	[ "$2" != all ] || wanted=1000000
	echo "$wanted" >"$dir/nr_hugepages"
	found=$(cat "$dir/nr_hugepages")
	if [ "$2" != all ]; then
		expect "huge_pages $1${3:+ on node $3}" "$2" "$found"
	elif [ "$found" -gt 1 ]; then
		echo $((found - 1)) >"$dir/nr_hugepages"
		ok "huge_pages $*: $(cat "$dir/nr_hugepages")"
	else
		not_ok "huge_pages $*: $found"
	fi
}
