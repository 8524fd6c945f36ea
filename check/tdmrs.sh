#!/bin/bash
# check/tdmrs.sh table: how many TDMRs the series splits memory into.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# What splits memory, and what that calls.
functions=(tdmr_entry tdmr_end fill_out_tdmrs tdmr_get_nid max_split_tdmrs count_split_tdmrs split_tdmrs)

# extract DIR: the functions of the series to DIR/split.c, and its header.
extract() {
	local source=$linux/arch/x86/virt/vmx/tdx/tdx.c name

	cp $linux/arch/x86/virt/vmx/tdx/tdx.h "$1/"
	grep '^#define TDMR_ALIGN' $source > "$1/split.c"
	for name in "${functions[@]}"; do
		sed -n -E "/^static .*\<$name\(/,/^}/p" $source >> "$1/split.c"
	done
}

# compile DIR
compile() {
	gcc -O2 -Wall -Werror -I"$1" -I$linux/tools/include -I$linux/tools/arch/x86/include \
		-o "$1/tdmrs" check/tdmrs.c
}

# finds FILE EDIT: the test fails with this fault in the functions.
finds() {
	cp -r "$scratch/good" "$scratch/bad"
	sed -i -E "$2" "$scratch/bad/$1"
	refuses cmp -s "$scratch/good/$1" "$scratch/bad/$1"
	compile "$scratch/bad"
	refuses "$scratch/bad/tdmrs" > "$scratch/said"
	tail -n 1 "$scratch/said"
	rm -r "$scratch/bad"
}

# The table in the message of the patch is what the functions make of these hosts. No random
# host gets too many TDMRs.
test_table() {
	make_scratch
	mkdir "$scratch/good"
	extract "$scratch/good"
	compile "$scratch/good"
	"$scratch/good/tdmrs" > "$scratch/table"
	cat "$scratch/table"
	sed -n '/^    TDMRs .* nodes$/,/^$/p; /^    Largest .* nodes$/,/^$/p' \
		patches/6.12/x86-tdx-speed/0001-*.patch | sed '$d' > "$scratch/message"
	diff -u "$scratch/message" "$scratch/table"

	finds tdx.h 's/(TDMRS_SPLIT_PER_NODE) 4/\1 5/'
	finds tdx.h 's/(TDMRS_SPLIT_MAX) 16/\1 17/'
	finds split.c 's/max_reserved_per_tdmr - max_holes/max_reserved_per_tdmr/'
	finds split.c 's/, tdmr_list->max_tdmrs,/, 64,/'
	finds split.c 's/tdmr->size = min\(size, /tdmr->size = max(size, /'
}

run_test "$@"
