#!/bin/bash
# check/harness.sh assertions | checkout-kept | trees | lists: what the tests have in common.
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

run_test "$@"
