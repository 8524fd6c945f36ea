# make help lists the commands.  Everything that is built lies in build/.

MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: help run run-built conformance quick check nightly affected list tree export series deb bench shell shell-built clean packages FORCE

SHELL := /bin/bash
B := build
# With "+" it hands over the jobs of this make.
STEP := +machine/progress
# patches/bases has the kernels that there are patches for. The first one is the default.
BASES := $(shell sed '/^\#/d; s/ .*//' patches/bases)
BASE := $(firstword $(BASES))
ifneq ($(words $(filter $(BASES),$(BASE))),1)
$(error no base '$(BASE)', there are: $(BASES))
endif
# Where everything of it is built, the kernel of the whole series, and what turns a built-in tdxsim on.
BASE_DIR := $(shell awk '$$1 == "$(BASE)" { print $$5 }' patches/bases)
BASE_KERNEL := $(shell awk '$$1 == "$(BASE)" { sub(/.*,/, "", $$6); print $$6 }' patches/bases)
BASE_APPEND := $(shell awk '$$1 == "$(BASE)" && $$7 != "-" { print $$7 }' patches/bases)
LINUX := $(B)/linux/.git/laid-out
BOCHS := $(B)/bochs/bochs
VERBS := machine/verbs.sh $(wildcard machine/verbs/*.sh)
KERNELS := $(filter-out kernel debian,$(basename $(notdir $(wildcard machine/kernels/*.config))))
# Of make deb: small or debian.
CONFIG := small
JOBS := $(shell nproc)

help:
	@echo 'make run             boot the emulated TDX host, once with a working TDX module, once with'
	@echo '                     a failing one: modprobe kvm_intel tdx=1, and a guest in both'
	@echo 'make run SCENARIO=s  the same for one scenario ("scenarios/scenario --list" names them)'
	@echo 'make shell           a shell on the emulated TDX host'
	@echo 'make shell SCENARIO=s  a shell on the machine of a scenario, after its steps'
	@echo 'make quick           a verdict in minutes: style, series, TDX module, a part of the scenarios'
	@echo 'make affected        the tests that the uncommitted changes can break'
	@echo 'make check           what a change must pass, quick included'
	@echo 'make nightly         everything else; can be interrupted and continued'
	@echo 'make nightly SHARD=2/4  the second of four parts of it'
	@echo 'make check ONLY=p    the tests p, e.g. ONLY=scenario/reload, of any tier ("make list")'
	@echo 'make conformance     the records of the TDX module, on tdxsim in user space'
	@echo 'make conformance VECTORS=dir  the same with your records, dir/RELEASE/*.vec or .vec.xz'
	@echo 'make list            all tests with their tiers'
	@echo 'make bench           what the series costs, against the unpatched kernel and other ways'
	@echo 'make tree            the patched kernel in build/linux, a git tree with one commit a patch'
	@echo 'make export          bring the commits in build/linux back to patches/ and our files'
	@echo 'make series          the mail-ready series in build/series, a directory a group'
	@echo 'make deb             Debian packages of a small kernel with the series, in build/deb'
	@echo "make deb CONFIG=debian  the same with Debian's configuration, which takes hours"
	@echo 'make clean           remove build/'
	@echo 'BASE=7.3             of run, shell, check, bench, tree, export, series: the series for 7.3'
	@echo '                     (default: $(firstword $(BASES)))'
	@echo 'JOBS=N               how much runs side by side (default: as many as there are CPUs)'

# Of the scenarios that are run. An error is for scenarios/scenario to say, once.
RUN_6.12 := success/two-cpus refused/tdmr-init-100
RUN_7.3 := 7.3/success/two-cpus 7.3/refused/lp-init-last-cpu
# Those of a base begin with it.
of_base = $(if $(filter $(BASE:6.12=)/% mainline/%,$(1)),,$(addsuffix /,$(BASE:6.12=)))$(1)
SCENARIOS := $(or $(foreach scenario,$(SCENARIO),$(call of_base,$(scenario))),$(RUN_$(BASE)))
ifneq ($(filter %-built,$(MAKECMDGOALS)),)
RUN_KERNELS := $(shell scenarios/scenario --list-kernels $(SCENARIOS) 2>/dev/null)
endif

# Which kernels that are, a fresh machine can say once it has the packages.
run shell: packages
	@$(MAKE) $@-built

run-built: $(RUN_KERNELS:%=$(B)/initramfs-%.cpio)
	@scenarios/scenario --follow --logs $(B)/logs/run $(SCENARIOS)

ifdef SCENARIO
shell-built: $(RUN_KERNELS:%=$(B)/initramfs-%.cpio)
	@scenarios/scenario --shell --logs $(B)/logs/shell '$(SCENARIOS)'
else
shell-built: $(B)/initramfs-$(BASE_KERNEL).cpio
	@machine/boot --kernel $(B)/obj-$(BASE_KERNEL) --initrd $< --log $(B)/logs/shell --memory 1024 --shell --append '$(BASE_APPEND)'
endif

quick nightly affected: packages
	@check/run --jobs $(JOBS) $(if $(filter affected,$@),--affected,--tier $@) $(SHARD:%=--shard %)

# Of the default base: the tier.
CHECK_7.3 := 7.3 scenario/7.3 scenario/mainline
check: packages
	@check/run --jobs $(JOBS) $(SHARD:%=--shard %) $(or $(ONLY),$(CHECK_$(BASE)))

list: packages
	@check/run --list

conformance: $(LINUX)
	@conformance/run $(VECTORS)

bench: $(BASE_DIR)/linux/.git/laid-out $(BOCHS)
	@$(STEP) 'Building the kernels to measure' bench-build-$(BASE) bench/build --base $(BASE)
	@bench/measure --base $(BASE)

tree: $(BASE_DIR)/linux/.git/laid-out
	@git -C $(BASE_DIR)/linux log --oneline base..series

export:
	@patches/export --base $(BASE)
	@git status --short -- $$(git ls-files -m -o --exclude-standard)

series: $(BASE_DIR)/series/.written
	@[ -z '$(GROUP)' ] || [ -d '$(BASE_DIR)/series/$(GROUP)' ] || \
		{ echo "error: no group '$(GROUP)', there are:" $$(uniq <(cut -d / -f 1 $(BASE_DIR)/series/series)) >&2; exit 1; }
	@ls $(BASE_DIR)/series/$(or $(GROUP),*)/*.patch

deb:
	@machine/kernels/mkdeb --check '$(CONFIG)'
	@$(MAKE) $(B)/deb/.built-$(CONFIG)
	@ls -sh $(B)/deb/*.deb

clean:
	@for base in $(BASES); do patches/tree --base $$base --check; done
	rm -rf $(B)

packages:
	@machine/install-packages

# It looks itself for what is to do.
$(BOCHS): packages $(wildcard machine/emulator/*)
	@$(STEP) 'Building the emulator' emulator machine/emulator/build $(@D)
	@touch $@

# Files that the series, or somebody who works in build/linux, changed.
edited = $(addprefix $(1)/,$(shell git -C $(1) diff --name-only --diff-filter=d base 2>/dev/null))
EDITED = $(call edited,$(B)/linux)

# patches/tree looks itself for what is to do, and leaves the file alone if
# there is nothing.
define base
$(2)/linux/.git/laid-out: packages
	@$(STEP) 'Preparing $(2)/linux' tree$(3) patches/tree --base $(1)

$(2)/series/.written: $(2)/linux/.git/laid-out
	@patches/mail --base $(1)
	@touch $$@
endef
$(eval $(call base,6.12,$(B)))
$(eval $(call base,7.3,$(B)/7.3,-7.3))

# The kernels of the groups for KVM alone.  The compiler cache finds what the other trees have
# compiled if the objects are beside the tree.
ALONE := $(B)/worktrees/kvm-tdx
ALONE_KERNELS := kvm kvm-builtin
$(ALONE)/commit: $(LINUX) FORCE
	@patches/worktree kvm-tdx group/kvm-tdx

$(ALONE_KERNELS:%=$(B)/obj-%/arch/x86/boot/bzImage): $(B)/obj-%/arch/x86/boot/bzImage: \
		$(ALONE)/commit machine/kernels/kernel.config machine/kernels/%.config machine/kernels/mkconfig machine/kernels/mkkernel
	@ln -sfn $(ALONE:$(B)/%=%)/obj-$* $(B)/obj-$*
	@$(STEP) 'Building the kernel, $*' kernel-$* machine/kernels/mkkernel $* $(ALONE)/linux $(ALONE)/obj-$* $(LIKE)
	@touch $@

# The kernels of Linux 7.3: the series in its tree, and the base with tdxsim alone.
TREE_7.3 := $(B)/7.3/linux
MAINLINE := $(B)/7.3/worktrees/mainline
$(MAINLINE)/commit: $(TREE_7.3)/.git/laid-out FORCE
	@patches/worktree --base 7.3 mainline group/tdxsim

# With "+lockdep" and "+builtin" they have those configurations, too.
OTHERS_7.3 := lockdep builtin programs
KERNELS_7.3 := mainline main-7.3 $(OTHERS_7.3:%=mainline+%) $(OTHERS_7.3:%=main-7.3+%)
CONFIG_7.3 := $(patsubst %,machine/kernels/%,mkconfig mkkernel kernel.config mainline.config main-7.3.config $(OTHERS_7.3:%=%.config))
$(patsubst %,$(B)/obj-%/arch/x86/boot/bzImage,$(filter mainline%,$(KERNELS_7.3))): $(B)/obj-%/arch/x86/boot/bzImage: $(MAINLINE)/commit $(CONFIG_7.3)
	@ln -sfn $(MAINLINE:$(B)/%=%)/obj-$* $(B)/obj-$*
	@$(STEP) 'Building the kernel, $*' kernel-$* machine/kernels/mkkernel $* $(MAINLINE)/linux $(MAINLINE)/obj-$* $(LIKE)
	@touch $@

$(patsubst %,$(B)/obj-%/arch/x86/boot/bzImage,$(filter main-7.3%,$(KERNELS_7.3))): $(B)/obj-%/arch/x86/boot/bzImage: \
		$(TREE_7.3)/.git/laid-out $(call edited,$(TREE_7.3)) $(CONFIG_7.3)
	@ln -sfn 7.3/obj-$* $(B)/obj-$*
	@$(STEP) 'Building the kernel, $*' kernel-$* machine/kernels/mkkernel $* $(TREE_7.3) $(B)/7.3/obj-$* $(LIKE)
	@touch $@

$(B)/obj-mainline+builtin/arch/x86/boot/bzImage: private LIKE := $(MAINLINE)/obj-mainline
$(B)/obj-mainline+builtin/arch/x86/boot/bzImage: | $(B)/obj-mainline/arch/x86/boot/bzImage
LIKE_7.3 := $(patsubst %,$(B)/obj-main-7.3+%/arch/x86/boot/bzImage,builtin programs)
$(LIKE_7.3): private LIKE := $(B)/7.3/obj-main-7.3
$(LIKE_7.3): | $(B)/obj-main-7.3/arch/x86/boot/bzImage

$(patsubst %,$(B)/obj-%/arch/x86/boot/bzImage,$(filter-out $(ALONE_KERNELS) $(KERNELS_7.3),$(KERNELS))): $(B)/obj-%/arch/x86/boot/bzImage: \
		$(LINUX) $(EDITED) machine/kernels/kernel.config machine/kernels/%.config machine/kernels/mkconfig machine/kernels/mkkernel
	@$(STEP) 'Building the kernel, $*' kernel-$* machine/kernels/mkkernel $* $(B)/linux $(B)/obj-$* $(LIKE)
	@touch $@

# It exports what its own modules use, and these symbols.
$(B)/obj-rt/arch/x86/boot/bzImage: machine/kernels/rt.symbols

# Those whose options differ little from the ones of main start as a copy of that, make deb
# only if it is there.
LIKE_MAIN := $(patsubst %,$(B)/obj-%/arch/x86/boot/bzImage,builtin notdx programs)
$(LIKE_MAIN) $(B)/deb/.built-small: private LIKE := $(B)/obj-main
$(LIKE_MAIN): | $(B)/obj-main/arch/x86/boot/bzImage
$(B)/obj-kvm-builtin/arch/x86/boot/bzImage: private LIKE := $(ALONE)/obj-kvm
$(B)/obj-kvm-builtin/arch/x86/boot/bzImage: | $(B)/obj-kvm/arch/x86/boot/bzImage

$(B)/obj-%/tdxsim.ko: $(B)/obj-%/arch/x86/boot/bzImage $(wildcard tools/testing/tdxsim/*) machine/modules/mkmodule
	@$(STEP) 'Building tdxsim, $*' tdxsim-$* machine/modules/mkmodule $(B)/obj-$* tools/testing/tdxsim

# Test modules of the machine.
define test_module
$(B)/obj-%/$(1).ko: $(B)/obj-%/arch/x86/boot/bzImage $(wildcard machine/modules/$(1)/*) $(wildcard machine/modules/*.h) machine/modules/mkmodule
	@$(STEP) 'Building $(1), $$*' $(1)-$$* machine/modules/mkmodule $(B)/obj-$$* machine/modules/$(1)
endef
$(foreach module,hooktest seamcall faults bugs wbinvd atreboot irqsoff,$(eval $(call test_module,$(module))))

$(B)/tests/.built: $(LINUX) $(filter $(B)/linux/tools/testing/selftests/%,$(EDITED)) machine/image/mktests machine/image/selftests.list
	@$(STEP) 'Building the KVM selftests' tests machine/image/mktests $(B)/linux $(B)/tests
	@touch $@

# tdxsim is built into these.
$(B)/7.3/tests/.built: $(TREE_7.3)/.git/laid-out machine/image/mktests machine/image/selftests-7.3.list
	@$(STEP) 'Building the KVM selftests, 7.3' tests-7.3 machine/image/mktests $(TREE_7.3) $(@D) $(lastword $^)
	@touch $@

$(KERNELS_7.3:%=$(B)/initramfs-%.cpio): $(B)/initramfs-%.cpio: $(B)/obj-%/arch/x86/boot/bzImage $(B)/7.3/tests/.built \
		machine/image/mkinitramfs machine/image/init $(VERBS) matrix/points.sh $(wildcard machine/image/*.c) \
		tools/testing/tdxsim/tdxsim_test.sh conformance/vectors_test.c conformance/vectors_test.h conformance/vectors_seamcall.c | $(BOCHS)
	@$(STEP) 'Packing the initramfs, $*' initramfs-$* machine/image/mkinitramfs $(B)/obj-$* $@ --tests $(B)/7.3/tests

$(B)/initramfs-%.cpio: $(B)/obj-%/tdxsim.ko $(B)/obj-%/hooktest.ko $(B)/obj-%/seamcall.ko $(B)/tests/.built \
		machine/image/mkinitramfs machine/image/init $(VERBS) matrix/points.sh $(wildcard machine/image/*.c) \
		tools/testing/tdxsim/tdxsim_test.sh $(wildcard conformance/*.[ch]) | $(BOCHS)
	@$(STEP) 'Packing the initramfs, $*' initramfs-$* machine/image/mkinitramfs $(B)/obj-$* $@ \
		--tests $(B)/tests $(patsubst %,--module %,$(filter %.ko,$^))

# Programs of administrators, for the kernels with what these need.
$(B)/programs.cpio: machine/image/mkprograms machine/own-apt.sh | packages
	@$(STEP) 'Packing the Debian programs' programs machine/image/mkprograms $(B)/programs $@
$(patsubst %,$(B)/initramfs-%.cpio,programs $(filter %+programs,$(KERNELS_7.3))): | $(B)/programs.cpio

# What the fault matrix, a bring-up that is had again, kexec, and times with interrupts off take.
$(B)/initramfs-main.cpio: $(B)/obj-main/faults.ko $(B)/obj-main/wbinvd.ko $(B)/obj-main/atreboot.ko $(B)/obj-main/irqsoff.ko
$(B)/initramfs-field.cpio: $(B)/obj-field/irqsoff.ko
$(B)/initramfs-kvm.cpio: $(B)/obj-kvm/faults.ko
$(B)/initramfs-kasan.cpio: $(B)/obj-kasan/faults.ko $(B)/obj-kasan/wbinvd.ko $(B)/obj-kasan/bugs.ko
$(B)/initramfs-kcsan.cpio: $(B)/obj-kcsan/faults.ko $(B)/obj-kcsan/bugs.ko
$(B)/initramfs-leaks.cpio: $(B)/obj-leaks/bugs.ko
$(B)/initramfs-lockdep.cpio: $(B)/obj-lockdep/faults.ko $(B)/obj-lockdep/bugs.ko
$(B)/initramfs-rt.cpio: $(B)/obj-rt/faults.ko $(B)/obj-rt/irqsoff.ko
$(B)/initramfs-programs.cpio: $(B)/obj-programs/wbinvd.ko

# What the packages have from the environment.
$(B)/deb/.environment: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' "$$KDEB_PKGVERSION" "$$DEBFULLNAME" "$$DEBEMAIL" | cmp -s - $@ || \
		printf '%s\n' "$$KDEB_PKGVERSION" "$$DEBFULLNAME" "$$DEBEMAIL" > $@

FORCE:

$(B)/deb/.built-%: $(LINUX) $(EDITED) machine/kernels/kernel.config machine/kernels/%.config machine/kernels/modprobe.conf machine/kernels/mkconfig machine/kernels/mkdeb \
		$(B)/deb/.environment
	@$(STEP) 'Building the Debian packages, $*' deb-$* machine/kernels/mkdeb $* $(B)/linux $(B)/obj-deb-$* $(B)/deb $(LIKE)
	@touch $@

# The small packages as they are once installed, and the test module built against their
# headers. The machine boots that.
PACKAGE := $(B)/obj-package
$(PACKAGE)/arch/x86/boot/bzImage: $(B)/deb/.built-small machine/kernels/unpack-deb
	@$(STEP) 'Unpacking the Debian packages' unpack-deb machine/kernels/unpack-deb $(B)/deb tdx-small $(PACKAGE)

$(PACKAGE)/tdxsim.ko: $(PACKAGE)/arch/x86/boot/bzImage $(wildcard tools/testing/tdxsim/*) machine/modules/mkmodule
	@$(STEP) 'Building tdxsim, package' tdxsim-package machine/modules/mkmodule $(PACKAGE)/headers tools/testing/tdxsim
	@cp $(PACKAGE)/headers/tdxsim.ko $@

$(B)/initramfs-package.cpio: $(PACKAGE)/tdxsim.ko $(B)/tests/.built machine/image/mkinitramfs machine/image/init $(VERBS) \
		matrix/points.sh $(wildcard machine/image/*.c) $(wildcard conformance/*.[ch]) | $(BOCHS)
	@$(STEP) 'Packing the initramfs, package' initramfs-package machine/image/mkinitramfs $(PACKAGE) $@ \
		--tests $(B)/tests --module $(PACKAGE)/tdxsim.ko
