#!/bin/bash
# check/commands.sh [--base BASE] TEST: the commands of this repository, in a copy of the checkout wherever
# they write to it.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

test_bad_input() {
	copy_checkout
	cd "$copy"
	mkdir -p build/bad/kernel/arch/x86/boot
	touch build/bad/steps build/bad/x.cpio build/bad/kernel/arch/x86/boot/bzImage
	echo 'selftests quick' > build/bad/selftests
	echo 'programs off' > build/bad/programs

	says "no base '7.4', there are: 6.12 7.3" patches/tree --base 7.4
	says '--base wants a base' patches/export --base
	says "no base '7.4', there are: 6.12 7.3" make tree BASE=7.4
	says "no scenario like 'nosuch'" scenarios/scenario nosuch
	says "no scenario like '7.3/alone'" scenarios/scenario 7.3/alone
	says 'there is no build/7.3/linux yet' patches/export --base 7.3
	says 'unrecognized arguments: --nosuch' scenarios/scenario --nosuch
	says '--timeout wants a number' scenarios/scenario --timeout 0
	says 'no test matches' check/run 'nosuch/*'
	says "--shard wants K/N" check/run --shard 3/2
	says "no mutant 'nosuch'" mutants/mutate nosuch
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
	says 'no disk build/bad/nosuch' machine/boot --kernel build/bad/kernel --initrd build/bad/x.cpio --log build/bad/log --disk build/bad/nosuch
	says "--msrs wants 0xMSR=0xVALUE with commas between, not '0xa0'" machine/boot --kernel build/bad/kernel --initrd build/bad/x.cpio --log build/bad/log --steps build/bad/steps --msrs 0xa0
	says 'build/bad/programs.cpio' machine/boot --kernel build/bad/kernel --initrd build/bad/x.cpio --log build/bad/log --steps build/bad/programs
	says '--steps, --disk or --shell is missing' machine/boot --kernel build/bad/kernel --initrd build/bad/x.cpio --log build/bad/log
	says "--mips wants a number, not 'x'" machine/boot --kernel build/bad/kernel --initrd build/bad/x.cpio --log build/bad/log --mips x
	says 'no source package in build/bad' machine/debian-13/packages build/bad build/bad/out
	says 'no linux-image-' machine/debian-13/install build/bad build/bad/steps build/bad/out
	says 'no kernel configuration' machine/kernels/mkkernel nosuch $linux build/bad/obj
	says "CONFIG is small or debian, not 'nosuch'" make deb CONFIG=nosuch
	says "CONFIG is small or debian, not ''" make deb CONFIG=
	says "CONFIG is small or debian, not 'a b'" make deb CONFIG='a b'
	says '0 packages linux-image-' machine/kernels/unpack-deb build/bad tdx-small build/bad/out
	says 'no built kernel' machine/image/mkinitramfs build/bad build/bad/out.cpio
}

# says_of WANTED LINE...: of a scenario with these lines in $directory, before anything boots.
says_of() {
	printf '%s\n' '[wrong]' 'summary = for this test' "${@:2}" > "$directory/wrong.cfg"
	says "$1" scenarios/scenario --list
	rm "$directory/wrong.cfg"
}

test_bad_scenarios() {
	local directory=scenarios

	copy_checkout
	cd "$copy"
	says_of "unknown key 'tdxsym'" 'tdx = Y' 'tdxsym = none'
	says_of "'maybe' is no value for tdx" 'tdx = maybe'
	says_of "no kernel 'nosuch'" 'tdx = Y' 'kernel = nosuch'
	says_of "has no word 'finished'" 'tdx = Y' 'state = finished none'
	says_of "unknown verb 'lod'" 'tdx = Y' 'steps = lod tdx=1'
	says_of "'log_has' with 0 arguments" 'tdx = Y' 'steps = log_has'
	says_of "'cpu_cycle' with 2 arguments" 'tdx = Y' 'steps = repeat 5 cpu_cycle 1 2'
	says_of "'M' is not one of Y|N" 'tdx = Y' 'steps = tdx_is M'
	says_of "unknown leaf 'TDH.SYS.CONFIGURE'" 'tdx = N' 'tdxsim = inject=TDH.SYS.CONFIGURE:*:1=gp'
	says_of "unknown completion code 'TDX_NOSUCH'" 'tdx = N' 'tdxsim = inject=TDH.SYS.CONFIG:*:1=TDX_NOSUCH'
	says_of "unknown leaf 'TDH.SYS.CONFIGURE'" 'tdx = N' 'steps = seamcalls TDH.SYS.CONFIGURE 1'
	says_of 'No closing quotation' 'tdx = Y' 'steps = log_has "x'
	says_of 'is no regular expression' 'tdx = Y' 'log = (x'
	says_of 'no tdx' 'cpus = 1:1:1'
	says_of 'tdx cannot be read before the steps load kvm_intel' 'kvm_intel = none' 'tdx = N'
	says_of 'kvm_amd has no tdx parameter' 'emulator = qemu' 'tdx = N'
	says_of "'tdx' is there twice" 'tdx = Y' 'tdx = N'
	says_of "neither '[name]' nor 'key = value'" 'tdx: Y'
	says_of "'load' is not for scenarios of this base" 'load = fails'
	says_of "'reports' is not for scenarios of this base" 'reports = BUG'
	says_of "unknown key 'mainline_tdx'" 'tdx = N' 'mainline_tdx = Y'
	says_of "the kernel 'mainline' is for scenarios of Linux 7.3" 'tdx = N' 'kernel = mainline'
	directory=scenarios/7.3
	says_of "patches/bases has no kernel 'main-7.3+main'" 'tdx = N' 'log = x' 'kernel = main'
	says_of "'state' is not for scenarios of Linux 7.3" 'tdx = N' 'log = x' 'state = failed memory'
	says_of "'mainline_cpus': only" 'tdx = N' 'log = x' 'mainline_cpus = 1:1:1'
	says_of "'maybe' is no value for tdx" 'tdx = N' 'log = x' 'mainline_tdx = maybe'
	says_of "the verb 'tdx_sysfs' is not for scenarios of Linux 7.3" 'tdx = N' 'log = x' 'steps = tdx_sysfs failed memory'
	says_of "tdxsim is built in, and takes NAME=VALUE" 'tdx = N' 'log = x' 'tdxsim = fault'
	says_of "unknown leaf 'TDH.SYS.CONFIGURE'" 'tdx = N' 'log = x' 'tdxsim = inject=TDH.SYS.CONFIGURE:*:1=gp'
	says_of 'no tdx' 'log = x'
	says_of 'no log' 'tdx = N'
	says_of 'log = none, and other lines' 'tdx = N' 'log = none' 'log = x'
	says_of 'tdx cannot be read where kvm_intel does not load' 'tdx = N' 'log = x' 'load = fails'
	printf '# bad A=B\n# Does nothing.\nbad()\n{\n}\n' >> machine/verbs/log.sh
	says "'A=B' is not of the form" check/run --list
}

# The runner's report is KTAP. A test whose kernel cannot be built has failed, the others run, and
# no second run comes between.
# shellcheck disable=SC2094 # the lock is no output
test_runner() {
	local status=0

	copy_checkout
	cd "$copy"
	# Nothing that takes long is built.
	printf '%s\n' '#!/bin/sh' 'exit 1' | tee machine/kernels/mkkernel machine/image/mktests > machine/emulator/build
	cat > check/plan <<-END
		a/needs   quick    notdx  true
		a/passes  quick    -      true
		a/fails   check    -      ls /nosuch
		a/skips   check    -      sh -c 'echo no such machine; exit 4'
		a/other   nightly  -      true
	END
	check/run > said || status=$?
	cat said
	expect 'exit status' 1 $status
	expect 'the last line' '1 passed, 2 failed, 1 skipped' "$(tail -n 1 said)"
	grep -q '^not ok [0-9] a/needs # ' said
	grep -q '^#   needs notdx, which could not be made$' said
	grep -q "^#   ls: cannot access '/nosuch'" said
	grep -q '^ok [0-9] a/skips # SKIP no such machine$' said
	grep -qx "# not run: 1 of the tier nightly: 'make nightly' runs them, 'check/run --list' names them" said
	refuses "$top/$linux/tools/testing/kunit/kunit.py" parse "$PWD/build/results.ktap" > parsed
	cat parsed
	grep -q 'Ran 4 tests: passed: 1, failed: 2, skipped: 1$' parsed
	says 'another run' flock build/check.lock check/run a/passes
	check/run a/passes
}

# What passed in a nightly run is not run again, and its end is what README quotes.
test_nightly() {
	copy_checkout
	cd "$copy"
	cat > check/plan <<-END
		a/first   nightly  -      sh -c 'echo >> $PWD/build/first'
		a/second  nightly  -      sh -c 'echo >> $PWD/build/second; test -e $PWD/build/works'
		matrix/x  nightly  -      sh -c 'echo >> $PWD/build/third'
		rpm/x     nightly  -      sh -c 'echo >> $PWD/build/fourth'
		a/other   check    -      true
	END
	check/run a/first a/other matrix/x rpm/x
	check/run --tier nightly --shard 1/2
	[ ! -e check/nightly.last ] || [ -z "$(git diff --name-only -- check/nightly.last)" ]
	refuses check/run --tier nightly
	grep -q ': 3 passed, 1 failed, 0 skipped$' check/nightly.last
	touch build/works
	check/run --tier nightly
	grep -q ': 4 passed, 0 failed, 0 skipped$' check/nightly.last
	check/run --tier nightly | grep -qx '4 passed, 0 failed, 0 skipped'
	# No test of the tier reads pages but PACKAGING.md, those of the matrix alone read matrix/,
	# all read the rest.
	echo >> README.md
	check/run --tier nightly
	expect 'runs of rpm/x' 1 "$(wc -l < build/fourth)"
	echo >> PACKAGING.md
	check/run --tier nightly
	expect 'runs of rpm/x' 2 "$(wc -l < build/fourth)"
	expect 'runs of matrix/x' 1 "$(wc -l < build/third)"
	echo >> matrix/points.sh
	check/run --tier nightly
	expect 'runs of matrix/x' 2 "$(wc -l < build/third)"
	expect 'runs of a/first' 1 "$(wc -l < build/first)"
	expect 'runs of a/second' 2 "$(wc -l < build/second)"
	echo >> scenarios/absent.cfg
	check/run --tier nightly
	expect 'runs of a/first' 2 "$(wc -l < build/first)"
}

# Neither patches/tree nor patches/export loses what only the other side has.
test_edits_kept() {
	copy_checkout
	cd "$copy"
	patches/tree
	echo '/* edited */' >> $linux/arch/x86/kvm/vmx/tdx.c
	says 'build/linux has changes' patches/tree --check
	says 'uncommitted changes' patches/export
	patches/tree
	echo edited >> patches/6.12/kvm-tdx/cover-letter
	says 'build/linux has changes' patches/tree
	expect 'the last line of build/linux' '/* edited */' "$(tail -n 1 $linux/arch/x86/kvm/vmx/tdx.c)"
	expect 'the last line of patches/' edited "$(tail -n 1 patches/6.12/kvm-tdx/cover-letter)"
	git -C $linux checkout -q arch/x86/kvm/vmx/tdx.c
	patches/tree
	expect 'the cover letter' edited "$(git -C $linux config branch.group/kvm-tdx.description | tail -n 1)"
}

# patches/export wants each commit in a group, and each group in the series.
test_groups() {
	copy_checkout
	cd "$copy"
	patches/tree
	git -C $linux branch group/other base
	says 'group/other is not part of the series' patches/export
	git -C $linux branch -f group/other series
	says 'at one commit are the branches of the groups' patches/export
	git -C $linux branch -D group/other
	git -C $linux branch -D "$(git -C $linux branch --format '%(refname:short)' --points-at series --list 'group/*')"
	says "no group has '" patches/export
	git -C $linux branch group/other series
	says 'the group other has no cover letter' patches/export
	git -C $linux config branch.group/other.description words
	patches/export
	expect 'the last group' other "$(tail -n 1 patches/6.12/series | cut -d / -f 1)"
	expect 'its cover letter' words "$(cat patches/6.12/other/cover-letter)"
	patches/tree
	says "no group 'nosuch'" make series GROUP=nosuch
	says 'no rule for the group other' check/series.sh groups
	git -C $linux branch -m group/other group/tdxsim
	patches/export
	check/series.sh groups
	echo '/* edited */' >> $linux/arch/x86/kvm/vmx/tdx.c
	git -C $linux -c user.name=check -c user.email=check@localhost commit -q -a -m 'Edit a file of another group'
	git -C $linux branch -f group/tdxsim series
	patches/export
	refuses check/series.sh groups
	git -C $linux reset -q --hard series^
	echo '/* edited */' >> $linux/tools/testing/tdxsim/main.c
	git -C $linux -c user.name=check -c user.email=check@localhost commit -q -a -m 'Edit a file of this group'
	git -C $linux branch -f group/tdxsim series
	says 'changed by two commits of the group tdxsim' patches/export
}

# In a new worktree, what is as it was compiled is older than the objects, and stays so.
test_mutant_files() {
	make_scratch
	git init -q "$scratch/linux"
	cd "$scratch/linux"
	echo 1 | tee same > edited
	git add .
	git -c user.name=check -c user.email=check@localhost commit -q -m series
	git branch series
	git worktree add -q --detach ../tree series
	echo 2 > edited
	python3 -B -c 'import importlib.machinery, sys
importlib.machinery.SourceFileLoader("mutate", sys.argv[1]).load_module().make_old(".", "../tree")' "$top/mutants/mutate"
	git -C ../tree checkout -q -f --detach series
	expect 'mtime of a file as it was compiled' 0 "$(stat -c %Y ../tree/same)"
	[ "$(stat -c %Y ../tree/edited)" -gt 0 ]
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

# What is interrupted ends all that it runs, and not the shell that runs it.
# shellcheck disable=SC2016 # no expansions
test_interrupted() {
	copy_checkout
	cd "$copy"
	printf '%s\n' '#!/bin/sh' 'echo $$ > build/pid' 'exec sleep 300' > waits
	chmod +x waits
	echo "a/waits  quick  -  $copy/waits" > check/plan
	interrupt machine/progress Waiting wait make -f <(echo 'all:; ./waits') all
	grep -qx 'error: Waiting was interrupted, the same command goes on from there' build/said
	interrupt check/run a/waits
}

# The makes of a step take their jobs from the make that runs it, and none of its variables.
test_jobserver() {
	local making='machine/progress Making jobserver'

	make_scratch
	cat > "$scratch/Makefile" <<-END
		.RECIPEPREFIX := >
		step:
		>+@echo '\$(MAKEFLAGS)' > $scratch/above; $making \$(MAKE) -f $scratch/Makefile below
		below:
		>@echo '\$(MAKEFLAGS)' > $scratch/below; echo '\$(origin JOB)' > $scratch/origin
	END
	MAKEFLAGS='' make -f "$scratch/Makefile" -j3 JOB=x step
	cat "$scratch/above" "$scratch/below" build/logs/jobserver.log
	grep -oE -- '--jobserver-[^ ]*' "$scratch/above" > "$scratch/jobserver"
	grep -qFf "$scratch/jobserver" "$scratch/below"
	expect 'a variable of the command line' environment "$(cat "$scratch/origin")"
	no_line warning build/logs/jobserver.log
	# One that is not there any more is not used.
	MAKEFLAGS='-j3 --jobserver-auth=100,101' $making make -f "$scratch/Makefile" below
	no_line warning build/logs/jobserver.log
	grep -q -- "-j$(nproc)\b" "$scratch/below"
}

# installs_not SAYING LINE...: where /etc/os-release has these lines, and a package is missing.
installs_not() {
	printf '%s\n' "${@:2}" > "$scratch/os-release"
	says "$1" make --no-print-directory packages
}

# A system that has none of the packages says in one line what to do.
test_other_systems() {
	local advice='run make in a chroot (debootstrap trixie DIR) or a container of one'

	copy_checkout
	cd "$copy"
	sed -i "s|/etc/os-release|$scratch/os-release|" machine/install-packages
	echo no-such-package > machine/packages
	installs_not "this is fedora 41, not Debian 12 or 13: $advice" 'NAME="Fedora Linux"' ID=fedora VERSION_ID=41
	installs_not "this is debian 11, not Debian 12 or 13: $advice" ID=debian 'VERSION_ID="11"'
	installs_not "this is arch, not Debian 12 or 13: $advice" ID=arch
	rm "$scratch/os-release"
	says "this is unknown, not Debian 12 or 13: $advice" machine/install-packages
	# What is there already is enough on any system.
	echo dpkg > machine/packages
	machine/install-packages
}

# A disk that is too small is said to be before anything is fetched.
test_small_disk() {
	make_scratch
	mkdir "$scratch/out"
	mount -t tmpfs -o size=99m emulator "$scratch/out" || skip 'a small disk cannot be mounted'
	trap 'umount "$scratch/out"; rm -rf "$scratch"' EXIT
	says "$scratch/out has 99 free" machine/emulator/build "$scratch/out"
	expect 'files there' '' "$(ls -A "$scratch/out")"
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

# To try all mutants takes hours.  That what they edit is still there takes seconds.
test_mutants_apply() {
	linux=$build/linux
	make_scratch
	clone_linux series "$scratch/linux"
	mutants/mutate --base "$base" --put-in "$scratch/linux"
}

run_test "$@"
