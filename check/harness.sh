#!/bin/bash
# check/harness.sh TEST: what the tests have in common, and which of them run.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# ends STATUS SAYING COMMAND: how a test of this command does.
ends() {
	local status=0

	printf '%s\n' ". $top/check/trees.sh" 'test_it() {' "$3" 'echo passed' '}' 'run_test it' > "$scratch/it.sh"
	bash "$scratch/it.sh" > "$scratch/output" 2>&1 || status=$?
	echo "$3: $status, $(head -n 1 "$scratch/output")"
	expect 'exit status' "$1" $status
	grep -qF -e "$2" "$scratch/output"
}

# What fails says so, also in what bash would go on after.
# shellcheck disable=SC2016 # no expansions
test_assertions() {
	make_scratch
	ends 0 'passed' '[ a = a ]'
	ends 1 'it.sh:3: failed with status 1: [ a = b ]' '[ a = b ]'
	ends 1 'failed with status 4' '(exit 4)'
	ends 1 'it.sh:3: failed' 'false | true'
	ends 1 'it.sh:3: failed' 'local x; x=$(false; echo)'
	ends 1 "x: expected 'a', found 'b'" 'expect x a b'
	ends 0 'passed' "no_line -x nosuch $scratch/it.sh"
	ends 1 'expected no such line' "no_line passed $scratch/it.sh"
	ends 1 'expected no such line' 'no_line passed /nosuch'
	ends 0 'passed' 'refuses /bin/false'
	ends 1 'succeeded: /bin/true' 'refuses /bin/true'
	ends 1 'failed' 'refuses expect x a b'
	ends 1 'no C files' 'build_objects tree objdir W=1'
	ends 1 'no C files' 'remove_objects objdir'
	ends 1 'touches no C file in nosuch' 'touched series nosuch'
	ends 4 'no such machine' 'skip no such machine'
}

# status: of the copy and its kernel tree.
status() {
	git status --porcelain
	git -C $linux status --porcelain
	sha256sum README.md patches/6.12/kvm-tdx/cover-letter $linux/arch/x86/kvm/vmx/tdx.c
}

# What is not committed is as it was after tests of commands that write.
test_checkout_kept() {
	local before

	copy_checkout
	cd "$copy"
	echo edited >> README.md
	echo edited >> patches/6.12/kvm-tdx/cover-letter
	echo '/* edited */' >> $linux/arch/x86/kvm/vmx/tdx.c
	before=$(status)
	check/commands.sh bad-input
	check/commands.sh edits-kept
	check/commands.sh mutants-apply
	expect 'the checkout' "$before" "$(status)"
}

# hold NAME: a test that uses the series until there is a file NAME.end.  NAME.commit is what
# it finds then.
hold() {
	cat > "$1.sh" <<-END
		. check/trees.sh
		test_hold() {
			use_tree series
			echo has it > $1.has
			until [ -e $1.end ]; do
				sleep 0.1
			done
			git -C build/worktrees/series/linux rev-parse HEAD > $1.commit
		}
		run_test hold
	END
	bash "$1.sh" &
}

# A tree stays as it is while a test uses it, and then becomes what the next test wants.
test_trees() {
	local old new

	copy_checkout
	cd "$copy"
	old=$(git -C $linux rev-parse series)
	hold first
	wait_for first.has
	hold second
	wait_for second.has
	git -C $linux -c user.name=check -c user.email=check@localhost commit -q --allow-empty -m new
	new=$(git -C $linux rev-parse series)
	hold third
	sleep 2
	[ ! -e third.has ]
	touch {first,second,third}.end
	wait
	expect 'of the first test' "$old" "$(cat first.commit)"
	expect 'of the second test' "$old" "$(cat second.commit)"
	expect 'of the third test' "$new" "$(cat third.commit)"
}

# What prints a list ends without a word when nobody reads on.
test_lists() {
	local list status

	make_scratch
	mkfifo "$scratch/pipe"
	for list in check/run scenarios/scenario mutants/mutate; do
		exec 3<> "$scratch/pipe"
		exec 4> "$scratch/pipe"
		exec 3>&-
		status=0
		$list --list >&4 2> "$scratch/said" || status=$?
		cat "$scratch/said"
		expect "exit status of $list" $((128 + $(kill -l PIPE))) $status
		[ ! -s "$scratch/said" ]
	done
}

# affects FILE NAME...: an edit to the file can break these tests, among others.
affects() {
	local file=$1 name

	shift
	echo >> "$file"
	check/run --affected --list > build/affected
	for name; do
		grep -qE "^[a-z]+ +$name$" build/affected || fail "an edit to $file: no $name"
	done
	git -C "$(dirname "$file")" checkout -q "$(basename "$file")"
}

# affects_only WHAT NAME...: what is changed now can break these tests, and no others.
affects_only() {
	expect "$1" "$(printf '%s\n' "${@:2}")" "$(check/run --affected --list | awk '!/^#/ { print $2 }')"
}

# The tests of an edit are those that look at the file.
test_affected() {
	copy_checkout
	cd "$copy"
	git add -A
	git -c user.name=check -c user.email=check@localhost commit -q --allow-empty -m edited
	expect 'without an edit' 'no test: nothing is changed that a test depends on' "$(check/run --affected --list)"
	affects Documentation/virt/kvm/x86/intel-tdx.rst docs/{messages,html} series/exports
	affects tools/testing/tdxsim/tdx_script.c style/shellcheck tdxsim/vectors kernel/module-tdxsim \
		scenario/success/two-cpus scenario/refused/{config,tdmr-init-100} scenario/reload/by-tdxsim-test
	affects tools/testing/selftests/kvm/x86_64/tdx_init_test.sh style/shellcheck scenario/alone/selftest-status \
		scenario/reload/by-selftest
	affects arch/x86/virt/vmx/tdx/status.c docs/messages series/tdmrs scenario/success/two-cpus \
		scenario/refused/tdmr-init-100
	affects $linux/arch/x86/kvm/x86.c docs/messages scenario/{success/two-cpus,options/tdx-off,kernels/hook}
	affects $linux/kernel/power/hibernate.c scenario/{success/two-cpus,kexec/sleep}
	affects $linux/virt/kvm/kvm_main.c scenario/{success/two-cpus,options/kvm-init-fails}
	# Of Linux 7.3 with a tree of this file only.
	git init -q build/7.3/linux
	install -D /dev/null build/7.3/linux/arch/x86/kvm/vmx/main.c
	git -C build/7.3/linux add .
	git -C build/7.3/linux -c user.name=check -c user.email=check@localhost commit -q -m base
	git -C build/7.3/linux rev-parse HEAD > build/7.3/linux/.git/laid-out
	affects build/7.3/linux/arch/x86/kvm/vmx/main.c scenario/7.3/{success/two-cpus,ops/no-preemption-timer}
	rm -rf build/7.3
	affects patches/6.12/series series/quilt style/patch-kvm-tdx/.\* scenario/success/two-cpus
	affects conformance/vectors_model.c tdxsim/vectors conformance/rows style/conformance/vectors_model.c
	affects machine/modules/faults/faults.c kernel/module-{faults,tdxsim} style/machine/modules/faults/faults.c
	affects machine/kernels/mkconfig commands/runner scenario/success/two-cpus
	affects machine/boot style/shellcheck docs/scenarios machine/{not-started,restart-or-crash} \
		scenario/{success/two-cpus,refused/tdmr-init-100,kernels/amd}
	affects check/tdmrs.sh style/shellcheck series/tdmrs
	affects check/runner.py style/shellcheck docs/rules commands/runner harness/running
	# Of a file with many mutants, not so many that it takes longer than the quick tier.
	echo '/* edited */' >> $linux/arch/x86/virt/vmx/tdx/tdx.c
	check/run --affected --list > build/affected
	expect 'scenarios of tdx.c' yes "$(awk '/ scenario\// { n++ } END { print (n > 12 && n <= 26) ? "yes" : n }' build/affected)"
	git -C $linux checkout -q .
	# Its mutants have scenarios of another kernel, too, which would be built first.
	affects arch/x86/kvm/vmx/tdx.c scenario/options/ept-off
	no_line 'scenario/kernels/lockdep' build/affected
	echo edited >> README.md
	affects_only README.md docs/{kexec-table,scenarios,rules}
	git add README.md
	affects_only 'README.md, staged' docs/{kexec-table,scenarios,rules}
	git reset -q --hard
	echo >> bench/stats.awk
	affects_only bench/stats.awk style/shellcheck commands/bench-{verdicts,report,machines,peers}
	git checkout -q bench
	echo >> mutants/mutants.cfg
	affects_only mutants/mutants.cfg docs/rules commands/mutants-apply
	git checkout -q mutants
	sed -i '/^\[sys-init\]$/,/^$/s/^summary = /&An edited /' scenarios/refused.cfg
	printf '%s\n' '' '[new]' 'summary = A new scenario' 'tdx = N' >> scenarios/refused.cfg
	affects_only 'two scenarios' scenario/refused/{sys-init,new}
	git checkout -q scenarios
	touch check/new
	check/run --affected --list | grep '^# check/new: [0-9]* tests$'
}

# Who waits sees what is running, once in a while, if nothing else is said.
test_running() {
	copy_checkout
	cd "$copy"
	sed -i 's/^SILENCE = 60$/SILENCE = 1/' check/runner.py
	grep -qx 'SILENCE = 1' check/runner.py
	cat > check/plan <<-END
		a/ends    quick    -      true
		a/first   quick    -      sleep 4
		a/second  quick    -      sleep 4
	END
	check/run --jobs 2 > said
	cat said
	grep -qxE '# running: a/(first|second) [0-9]+ s, a/(first|second) [0-9]+ s' said
	no_line 'running: .*a/ends' said
	expect 'lines in 4 s' yes "$(awk '/^# running/ { n++ } END { print (n <= 6) ? "yes" : n }' said)"
	no_line 'running' build/results.ktap
}

run_test "$@"
