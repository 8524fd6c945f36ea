#!/bin/bash
# check/docs.sh html | messages | kexec-table | scenarios | rules | table-7-3
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

test_html() {
	local page

	make -C $linux O="$PWD/build/obj-docs" PYTHONDONTWRITEBYTECODE=1 htmldocs \
		SPHINXDIRS='virt/kvm arch/x86' 2>&1 | tee build/obj-docs.log
	no_line -iE '(tdx|locking|x86/index)\.rst.*(warning|error)' build/obj-docs.log
	page=$(find build/obj-docs -name intel-tdx.html)
	grep -q 'parameters/tdx' "$page"
	echo "$page"
}

# leave_out EXPRESSION FILE: what check/messages has to miss.
leave_out() {
	sed -i "$1" "$scratch/$2"
	refuses cmp -s "$linux/$2" "$scratch/$2"
	refuses check/messages "$scratch"
	cp "$linux/$2" "$scratch/$2"
}

# The administrator's tables have each message, and no others, and the ABI each word.
# So that this can fail, it is tried with one of them left out on either side.
test_messages() {
	local doc=Documentation/virt/kvm/x86/intel-tdx.rst abi=Documentation/ABI/testing/sysfs-devices-system-cpu-tdx_host file

	check/messages $linux
	make_scratch
	for file in $doc $abi arch/x86/virt/vmx/tdx/{tdx.c,tdx.h,errors.c,status.c} \
		kernel/power/hibernate.c virt/kvm/kvm_main.c arch/x86/kvm/vmx/{tdx.c,tdx.h}; do
		install -D -m 644 "$linux/$file" "$scratch/$file"
	done
	leave_out '/virt\/tdx: module not loaded`/d' $doc
	leave_out '/| ``no TDX module is loaded/d' $doc
	leave_out 's/| ``no TDX module is loaded/&, or is/' $doc
	leave_out '/pr_err("module not loaded/d' arch/x86/virt/vmx/tdx/tdx.c
	leave_out '/^\t\tbusy\t/d' $abi
	check/messages "$scratch"
}

# scenarios/README.md has each key and each verb.
# shellcheck disable=SC2016 # no expansions
test_scenarios() {
	local key keys

	scenarios/verbs.py --check
	keys=$(cd scenarios && /usr/bin/python3 -c 'import scenarios; print(*scenarios.VALUES, *scenarios.VERBS)')
	for key in $keys; do
		grep -q "^| \`$key\` |" scenarios/README.md
	done
	expect 'keys in README.md' "$(wc -w <<< "$keys")" "$(sed '/^## What every/q' scenarios/README.md | grep -c '^| `[a-z_]*` |')"
}

# The table names scenarios that there are, and lines that the documentation has.
# shellcheck disable=SC2016 # no expansions
test_kexec_table() {
	local table=scenarios/kexec.md lines words

	make_scratch
	scenarios/scenario --list | cut -d ' ' -f 1 > "$scratch/scenarios"
	grep '^|' $table | grep -oE '\b[a-z]+/[a-z-]+\b' | sort -u > "$scratch/named"
	[ "$(wc -l < "$scratch/named")" -gt 20 ]
	no_line -vxFf "$scratch/scenarios" "$scratch/named"
	# Each one of the file, too.
	grep '^kexec/' "$scratch/scenarios" > "$scratch/kexec"
	no_line -vxFf "$scratch/named" "$scratch/kexec"
	# And something shows each cell.
	no_line -E '^\|([^|]*\|){3} *\||^\|([^|]*\|){5} *\|' $table
	lines=$(sed -n 's/^- \*\*[A-Z]\*\* `\(.*\)`$/\1/p' $table)
	expect 'lines with a letter' "$(grep -c '^- ' $table)" "$(wc -l <<< "$lines")"
	while read -r words; do
		echo "$words"
		grep -qF "\`\`$words\`\`" Documentation/virt/kvm/x86/intel-tdx.rst
	done <<< "$lines"
}

# Each rule names tests that there are, and mutants.
# shellcheck disable=SC2016 # no expansions
test_rules() {
	local rules=check/rules.md number names

	expect 'rules' "$(seq 15)" "$(sed -nE 's/^([0-9]+)\. .*/\1/p' $rules)"
	for number in {1..15}; do
		# From its lines of tests.
		mapfile -t names < <(awk -v number="$number." '
			/^[^ ]/ { mine = $1 == number; tests = 0 }
			/^ +- / { tests = 1 }
			mine && tests' $rules | grep -oE '`[a-z0-9]+/[^`]*`' | tr -d '`')
		[[ " ${names[*]}" = *" mutant/"* ]]
		[ "$(printf "%s\n" "${names[@]}" | grep -cv ^mutant/)" -gt 0 ]
		check/run --list "${names[@]}" | awk -v number="$number" '{ n++; tier[$1]++ } END {
			printf "rule %d: %d tests, %d in make check\n", number, n, tier["quick"] + tier["check"] }'
	done
}

# The table of Linux 7.3 has a row for each scenario, with its summary, and no other.
test_table_7_3() {
	make_scratch
	scenarios/scenario --list 7.3/ | sed -E 's|^7\.3/([^ ]+) +|\1 |' | sort > "$scratch/scenarios"
	sed -nE 's/^\| ([a-z0-9-]+\/[a-z0-9-]+) \| ([^|]*) \|.*/\1 \2/p' scenarios/7.3.md | sort > "$scratch/rows"
	[ -s "$scratch/rows" ]
	diff "$scratch/scenarios" "$scratch/rows"
	diff scenarios/7.3/introduction.md <(head -n "$(wc -l < scenarios/7.3/introduction.md)" scenarios/7.3.md)
	expect 'scenarios, VMX lost without and with the series' \
		"$(awk -F' \\| ' '/^\| [a-z0-9-]+\// { n++; without += $4 ~ /lost/; series += $8 ~ /lost/ }
			END { printf "Of %d scenarios, VMX is lost in %d without the series and in %d with it.", n, without, series }' scenarios/7.3.md)" \
		"$(grep -o '^Of .* with it\.' scenarios/7.3.md | sed 's/ with it\. In .*/ with it./')"
}

run_test "$@"
