# shellcheck shell=bash
# The tests of check/run, cheap ones first.  A test is a function that fails, and
# prints why.

linux=build/linux
step=build/step

# touched_objects REVISION PATH...: what is made from the C files of the kernel that the
# series touches below PATH, as of REVISION.
touched_objects() {
	local revision=$1 file

	shift
	git -C $linux diff --name-only --diff-filter=d base series -- "$@" | grep '\.c$' |
	while read -r file; do
		! git -C $linux cat-file -e "$revision:$file" 2>/dev/null || echo "${file%.c}.o"
	done
}

# new_warnings OLD NEW: lines about warnings that are in NEW, but not in OLD.
new_warnings() {
	local strip='s/^.*build\/[a-z0-9/-]*linux\///; s/:[0-9]+(:[0-9]+)?:/:/g'

	! grep -E ': (warning|error):' "$2" | sed -E "$strip" | sort -u |
		grep -vxFf <(grep -E ': (warning|error):' "$1" | sed -E "$strip" | sort -u)
}

# kmake OBJDIR ARGUMENT...: in the worktree for single patches.
kmake() {
	local objdir=$1

	shift
	make -C $step/linux O="$PWD/$objdir" CC="ccache ${CC:-gcc}" HOSTCC='ccache gcc' -j"${jobs:?}" "$@"
}

# A worktree that can be any patch of the series, beside build/linux.
checkout() {
	mkdir -p $step
	if ! git -C $step/linux rev-parse -q --verify "$1" > /dev/null; then
		rm -rf $step/linux
		git -C $linux worktree prune
		git -C $linux worktree add -f --detach "$PWD/$step/linux" "$1"
	fi
	git -C $step/linux checkout -q -f --detach "$1"
	git -C $step/linux clean -q -f -d -x -e .config
}

shellcheck_scripts() {
	git ls-files -z | xargs -0 grep -lE '^#!.*\b(ba)?sh\b|^# shellcheck shell=' |
		grep -v '^patches/.*\.patch$' | xargs shellcheck
}

checkpatch() {
	local output

	output=$($linux/scripts/checkpatch.pl --root=$linux --strict "$@" 2>&1) || true
	echo "$output"
	grep -q '^total: 0 errors, 0 warnings, 0 checks' <<< "$output"
}

# The series as it is mailed gives the tree that was tested.
series_applies() {
	checkout base
	git -C $step/linux -c user.name=check -c user.email=check@localhost \
		am -q "$PWD"/build/series/0*[1-9]*.patch
	git -C $step/linux diff --exit-code --stat HEAD series
}

# What is in the tree and what is in patches/ and the root is the same.
series_exports() {
	local files

	rm -rf build/export
	patches/export "$PWD/build/export"
	diff -r patches/6.12 build/export/patches/6.12
	mapfile -t files < <(sed -n 's/^[^#]*# *//p' patches/6.12/series | tr ' ' '\n')
	for file in "${files[@]}"; do
		cmp "$file" "build/export/$file"
	done
	echo "${#files[@]} files of ours are the same"
}

# in_quilt TREE ARGUMENT...: quilt with the series, as a Debian source package has it.
in_quilt() {
	local tree=$1

	shift
	mkdir -p build/quilt
	rm -f build/quilt/*
	cp build/series/0*[1-9]*.patch build/quilt/
	(cd build/quilt && ls -- *.patch > series)
	(cd "$tree" && QUILT_PATCHES=${top:?}/build/quilt QUILT_PC=$top/$tree.pc quilt --quiltrc=- "$@")
}

# quilt is how a Debian source package carries patches.
series_quilt() {
	checkout base
	rm -rf $step/linux.pc
	in_quilt $step/linux push -q -a --fuzz=0
	git -C $step/linux add -A -f
	git -C $step/linux diff --cached --exit-code --stat series
}

# starts_as OBJDIR LIKE [TREE]: a new OBJDIR starts as a copy of LIKE, from the same tree or for
# TREE, if that is there.
starts_as() {
	[ -d "$1" ] || [ ! -f "$2/.config" ] || machine/kernels/copy-objdir "$2" "$1" "${@:3}"
}

# configure KERNEL OBJDIR [LIKE]: as a kernel that was built, for the tree that is checked
# out.
configure() {
	[ $# = 2 ] || starts_as "$2" "$3"
	mkdir -p "$2"
	# Of the same options comes the same, which takes make seconds to find out.
	if [ "$(configuration_of "$1")" != "$(cat "$2/configured" 2>/dev/null)" ]; then
		cp build/obj-"$1"/.config "$2/"
		kmake "$2" olddefconfig
		configuration_of "$1" > "$2/configured"
	fi
}

# configuration_of KERNEL: what configure makes one of: options, and what Kconfig knows.
configuration_of() {
	cat build/obj-"$1"/.config
	git -C $step/linux ls-files -s -- '*Kconfig*'
	echo "${CC:-gcc}"
}

# with_warnings REVISION SINCE LOG: the kernel that boots, and what it lacks, as TDX host
# support and kexec exclude each other up to the patch that lifts that. The comments of all
# files would take minutes; they are those that differ from SINCE.
# shellcheck disable=SC2046 # one argument an object
with_warnings() {
	local with=(arch/x86/kernel kernel)

	{
		git -C $step/linux diff -z --name-only --diff-filter=d "$2" "$1" -- '*.[ch]' ':!tools' |
			(cd $step/linux && xargs -0 -r scripts/kernel-doc -none)
		KBUILD_EXTRA_WARN=1 MAKEFLAGS=cmd_checkdoc= machine/kernels/mkkernel nokexec $step/linux $step/obj-nokexec || return
		configure main $step/obj-w1-kexec $step/obj-nokexec
		! grep -q '^CONFIG_INTEL_TDX_HOST=y' $step/obj-w1-kexec/.config ||
			with+=(arch/x86/kvm arch/x86/virt)
		kmake $step/obj-w1-kexec W=1 kernel/kexec.o kernel/kexec_file.o \
			arch/x86/kernel/crash.o $(touched_objects "$1" "${with[@]}")
	} > "$3" 2>&1
}

# main_as_nokexec: W=1 has everything compiled anew, but what shell scripts make, which takes
# them a minute, comes from the kernel that boots, unless the series has a part in it.
main_as_nokexec() {
	starts_as $step/obj-nokexec build/obj-main $step/linux
	git -C $step/linux diff -z --name-only --diff-filter=M base series | (cd $step/linux && xargs -0 touch)
}

# What is compiled already does not warn again. So $step/base-of-warnings is there only
# while all of that was found to be good.
base_warnings() {
	local warnings=$step/base-warnings base

	base=$(git -C $linux rev-parse base)
	if [ "$(cat $step/base-of-warnings 2>/dev/null)" != "$base" ]; then
		rm -rf $step/base-of-warnings $step/obj-nokexec $step/obj-w1-kexec
		checkout base
		main_as_nokexec
		with_warnings base series $warnings || {
			cat $warnings
			return 1
		}
		echo "$base" > $step/base-of-warnings
	fi
}

# same_kernel COMMIT DIR: is the kernel in DIR that of the commit before, and is it also
# that of this one, which is of tools or documentation only?
same_kernel() {
	git -C $linux diff --quiet "$1^" "$1" -- . ':!tools' ':!Documentation' ':!MAINTAINERS' &&
		[ "$(cat "$2/commit" 2>/dev/null)" = "$(git -C $linux rev-parse "$1^")" ]
}

# patch_builds COMMIT NUMBER
patch_builds() {
	local commit=$1 number=$2 log=$step/w1-$2.log objdir=$step/obj-nokexec

	rm -rf "$step/patch-$number"
	if same_kernel "$commit" "$step/patch-$((number - 1))"; then
		echo "no file of the kernel is changed, it is that of patch $((number - 1))"
		mkdir "$step/patch-$number"
		cp -r "$step/patch-$((number - 1))"/{.config,arch,files} "$step/patch-$number/"
		echo "$commit" > "$step/patch-$number/commit"
		return
	fi
	base_warnings
	checkout "$commit"
	mv $step/base-of-warnings $step/base-of-warnings.new
	with_warnings "$commit" "$commit^" "$log" || {
		cat "$log"
		return 1
	}
	new_warnings $step/base-warnings "$log"
	mv $step/base-of-warnings.new $step/base-of-warnings
	mkdir -p "$step/patch-$number/arch/x86/boot"
	cp $objdir/arch/x86/boot/bzImage "$step/patch-$number/arch/x86/boot/"
	cp $objdir/.config "$step/patch-$number/"
	# Over those of main, in the initramfs of that.
	[ "$(cat $objdir/include/config/kernel.release)" = "$(cat build/obj-main/include/config/kernel.release)" ]
	make -s -C $objdir modules_install INSTALL_MOD_STRIP=1 \
		INSTALL_MOD_PATH="$PWD/$step/patch-$number/files"
	echo "$commit" > "$step/patch-$number/commit"
}

# patch_boots NUMBER
patch_boots() {
	local dir=$step/patch-$1

	printf '%s\n' '. /verbs.sh' load no_warnings guest unload finish > "$dir/steps"
	rm -rf "${dir:?}/boot"
	machine/boot --kernel "$dir" --initrd build/initramfs-main.cpio --files "$dir/files" \
		--steps "$dir/steps" --log "$dir/boot"
	cat "$dir/boot/results.log"
	grep -q '^# [0-9]* passed, 0 failed$' "$dir/boot/results.log"
}

# start_patch NUMBER: boots it while the next one is built, which often has one thing to do.
start_patch() {
	[ -d "$step/patch-$1" ] || return
	[ -z "$booting" ] || wait "$booting"
	rm -f "$step/patch-$1/status"
	{
		(set -e; patch_boots "$1") > "$step/patch-$1/boot.log" 2>&1
		echo $? > "$step/patch-$1/status"
	} &
	booting=$!
}

# patch_booted NUMBER
patch_booted() {
	cat "$step/patch-$1/boot.log"
	return "$(cat "$step/patch-$1/status")"
}

# In a kernel with TDX, and in one with kexec, which the unpatched one cannot both be.
# shellcheck disable=SC2046 # one argument an object
sparse_adds_nothing() {
	local revision

	for revision in base series; do
		checkout $revision
		starts_as $step/obj-sparse $step/obj-nokexec
		machine/kernels/mkconfig nokexec $step/linux $step/obj-sparse
		configure main $step/obj-sparse-kexec $step/obj-sparse
		{
			kmake $step/obj-sparse C=2 $(touched_objects $revision arch/x86/kvm arch/x86/virt kernel/power) &&
				kmake $step/obj-sparse-kexec C=2 $(touched_objects $revision arch/x86/kernel kernel) &&
				{ [ $revision = base ] || kmake $step/obj-sparse-kexec C=2 $(touched_objects $revision arch/x86/virt); }
		} 2>&1 | tee $step/sparse-$revision.log
		grep -q 'CHECK .*/kernel/kexec_core.c' $step/sparse-$revision.log
		grep -q 'CHECK .*/tdx/tdx.c' $step/sparse-$revision.log
		[ $revision = base ] || grep -q 'CHECK .*/tdx/kexec.c' $step/sparse-$revision.log
	done
	new_warnings $step/sparse-base.log $step/sparse-series.log
}

# What the series adds to the way to another kernel, on a host that does not use TDX.
# shellcheck disable=SC2046 # one argument an object
kexec_path() {
	local revision

	for revision in base series; do
		checkout $revision
		configure main $step/obj-path-$revision $step/obj-sparse-kexec
		kmake $step/obj-path-$revision $(touched_objects $revision arch/x86/kernel kernel) \
			kernel/kexec.o kernel/kexec_file.o
	done
	check/kexec-path $step/obj-path-{base,series}
}

# clang_builds KERNEL
# shellcheck disable=SC2046 # one argument an object
clang_builds() {
	local objdir=$step/obj-clang-$1

	checkout series
	CC=clang configure "$1" "$objdir" $step/obj-clang-main
	{
		CC=clang kmake "$objdir" W=1 arch/x86/kvm/ arch/x86/virt/ virt/ &&
			CC=clang kmake "$objdir" W=1 $(touched_objects series arch/x86/kernel kernel)
	} > "$objdir.log" 2>&1 || {
		cat "$objdir.log"
		return 1
	}
	tail -n 3 "$objdir.log"
	# Upstream's own warnings are not ours to judge.
	! grep -E "($(git -C $linux diff --name-only base series -- 'arch/*.[ch]' 'kernel/*.[ch]' 'include/*.h' | paste -sd '|')):.*(warning|error):" "$objdir.log"
}

# Packages with the version of what is in build/linux, which a second make deb leaves
# alone.
deb_packages() {
	local version date package packages before

	version=$(git -C $linux log -1 --format=%s base)
	date=$(git -C $linux log --date=format:%Y%m%d --format=%ad base..series | sort | tail -n 1)
	version=${version##* }+tdx$(git -C $linux rev-list --count base..series).$date.$(git -C $linux rev-parse --short=8 'series^{tree}')
	before=$(stat -c '%n %Y' build/deb/*.deb)
	make deb
	[ "$(stat -c '%n %Y' build/deb/*.deb)" = "$before" ]
	packages=(build/deb/linux-image-*-tdx-small_*.deb build/deb/linux-headers-*-tdx-small_*.deb build/deb/kvm-intel-tdx_*.deb)
	[ ${#packages[@]} = 3 ]
	for package in "${packages[@]}"; do
		dpkg-deb -f "$package" Package Version
		[ "$(dpkg-deb -f "$package" Version)" = "$version" ]
	done
	# They can be installed, together.
	apt-get -q install --simulate "${packages[@]/#/./}"
	[ "$(grep -v '^#' build/obj-package/root/lib/modprobe.d/*)" = 'options kvm_intel tdx=1' ]
	grep -x 'CONFIG_INTEL_TDX_HOST=y' build/obj-package/root/boot/config-*-tdx-small
}

# debian_source oldest|newest: the version of linux-source-6.12 that apt offers.
debian_source() {
	local versions

	versions=$(apt-cache madison linux-source-6.12 | awk '{ print $3 }' |
		while read -r version; do
			dpkg --compare-versions "$version" lt "$(sed -n 's/^oldest=//p' patches/tree)" ||
				echo "$version"
		done | sort -u -V)
	case $1 in
	oldest) head -n 1 <<< "$versions" ;;
	newest) tail -n 1 <<< "$versions" ;;
	esac
}

# debian_unpack oldest|newest: the source of that version, without the series.
debian_unpack() {
	local dir=build/debian/$1 version

	version=$(debian_source "$1")
	[ "$(cat "$dir/version" 2>/dev/null)" != "$version" ] || return 0
	rm -rf "$dir"
	mkdir -p "$dir/linux"
	(cd "$dir" && apt-get -q download "linux-source-6.12=$version")
	dpkg-deb --fsys-tarfile "$dir"/*.deb | tar -xO ./usr/src/linux-source-6.12.tar.xz |
		tar -xJ -C "$dir/linux" --strip-components=1
	rm "$dir"/*.deb
	echo "$version" > "$dir/version"
}

# debian_unpack_early: for debian_version, while the tests before it leave a CPU idle. What
# fails is tried again there.
debian_unpack_early() {
	is_base oldest || (set -e; debian_unpack oldest) > build/logs/debian-unpack.log 2>&1 &
}

# is_base oldest|newest: has the base that version?
is_base() {
	[ "linux-source-6.12 $(debian_source "$1")" = "$(git -C $linux log -1 --format=%s base)" ]
}

# debian_tree base|oldest|newest base|series: $tree is Debian's source, without the series
# or with it. oldest and newest get it from quilt, as a source package does.
debian_tree() {
	if [ "$1" = base ]; then
		tree=$step/linux
		checkout "$2"
		return
	fi
	debian_unpack "$1"
	tree=build/debian/$1/linux
	in_quilt "$tree" pop -f -q -a || [ ! -s "$tree.pc/applied-patches" ]
	[ "$2" = base ] || in_quilt "$tree" push -q -a --fuzz=0
}

# config_differs BEFORE AFTER: the options that are not the same, by their names.
config_differs() {
	{ diff <(options_of "$1") <(options_of "$2") || true; } | sed -n 's/^[<>] \(CONFIG_[A-Z0-9_a-z]*\)=.*/\1/p' | sort -u
}

options_of() {
	sed -n 's/^# \(CONFIG_.*\) is not set$/\1=n/; /^CONFIG_/p' "$1" | sort
}

# debian_config base|oldest|newest: Debian's configuration takes TDX, and nothing else in
# it changes. machine/kernels/mkconfig makes it, as make deb CONFIG=debian has it.
debian_config() {
	local before=build/debian/$1/before after=build/debian/$1/after tree option differ

	debian_tree "$1" base
	rm -rf "$before" "$after"
	mkdir -p "$before"
	xz -dc /usr/src/linux-config-6.12/config.amd64_none_amd64.xz > "$before/.config"
	make -C "$tree" O="$PWD/$before" CC='ccache gcc' HOSTCC='ccache gcc' olddefconfig
	debian_tree "$1" series
	machine/kernels/mkconfig debian "$tree" "$after"
	# Also where a tool that is missing here switched them off in both.
	for option in INTEL_TDX_HOST KEXEC_CORE MODULE_SIG DEBUG_INFO_BTF DEBUG_INFO_BTF_MODULES; do
		grep -qx "CONFIG_$option=y" "$after/.config" || {
			echo "CONFIG_$option is off"
			return 1
		}
	done
	differ=$(config_differs "$before/.config" "$after/.config")
	echo "$differ"
	[ "$differ" = "$(printf '%s\n' CONFIG_ARCH_KEEP_MEMBLOCK CONFIG_INTEL_TDX_HOST CONFIG_LOCALVERSION)" ]
}

# debian_builds base|oldest|newest: what the series touches, with Debian's configuration,
# has no warning that was not there before, of gcc or clang. These work side by side, as
# each has a minute in which there is one thing to do.
debian_builds() {
	local compiler revision tree builds pid

	mkdir -p "build/debian/$1"
	for revision in base series; do
		debian_tree "$1" $revision
		builds=()
		for compiler in gcc clang; do
			debian_revision "$1" $revision $compiler > "build/debian/$1/$compiler-$revision.log" 2>&1 &
			builds+=($!)
		done
		for pid in "${builds[@]}"; do
			wait "$pid" || {
				wait
				tail -n 40 "build/debian/$1/"{gcc,clang}-$revision.log
				return 1
			}
		done
	done
	for compiler in gcc clang; do
		new_warnings "build/debian/$1/obj-$compiler-"{base,series}.log
	done
}

# debian_revision base|oldest|newest base|series COMPILER: of what is in $tree. Before,
# Debian's configuration has no arch/x86/virt/vmx/tdx.
debian_revision() {
	local objdir=build/debian/$1/obj-$3 revision=$2 objects

	mkdir -p "$objdir"
	{
		xz -dc /usr/src/linux-config-6.12/config.amd64_none_amd64.xz
		echo CONFIG_INTEL_TDX_HOST=y
	} > "$objdir/.config"
	mapfile -t objects < <(git -C $linux diff --name-only --diff-filter=d base series -- '*.c' ':!tools' |
		sed 's/c$/o/' | while read -r object; do
			[ ! -f "$tree/${object%o}c" ] || [[ $revision:$object = base:arch/x86/virt/* ]] ||
				echo "$object"
		done)
	# What is there already would not warn again.
	(cd "$objdir" && rm -f "${objects[@]}")
	CC=$3 debian_make "$tree" "$objdir" olddefconfig
	debian_objects "$3" "$tree" "$objdir" "${objects[@]}" > "$objdir-$revision.log" 2>&1 || {
		cat "$objdir-$revision.log"
		return 1
	}
	(cd "$objdir" && ls -- "${objects[@]}")
}

# debian_objects COMPILER TREE OBJDIR OBJECT...
debian_objects() {
	local CC=$1 tree=$2 objdir=$3 object usual=() kvm=()

	shift 3
	for object; do
		case $object in
		virt/kvm/*) kvm+=("arch/x86/kvm/../../../$object") ;;
		*) usual+=("$object") ;;
		esac
	done
	debian_make "$tree" "$objdir" W=1 "${usual[@]}"
	# An architecture's Makefile has these, where "make FILE.o" does not look.
	# shellcheck disable=SC2016 # make's variables
	debian_make "$tree" "$objdir" W=1 run-command \
		KBUILD_RUN_COMMAND='+$(MAKE) -f $(srctree)/scripts/Makefile.build obj=arch/x86/kvm need-modorder=1 '"${kvm[*]}"
}

debian_make() {
	make -C "$1" O="$PWD/$2" CC="ccache ${CC:?}" HOSTCC='ccache gcc' -j"${jobs:?}" "${@:3}"
}

# debian_version oldest|newest: a version that is the base has the tests of that.
debian_version() {
	local version

	version=$(debian_source "$1")
	[ -n "$version" ] || {
		echo "apt offers no linux-source-6.12: run 'apt-get update'"
		return 1
	}
	echo "linux-source-6.12 $version"
	! is_base "$1" || return 0
	debian_config "$1"
	debian_builds "$1"
}

# builds_without_warnings LOG: of its last build.
builds_without_warnings() {
	[ -s "build/logs/$1.log" ]
	! grep -E ': warning:' "build/logs/$1.log"
}

# module_builds DIR/NAME [KERNEL]: with all warnings of gcc and sparse.
module_builds() {
	local log=$step/module.log objdir=build/obj-${2-main}

	mkdir -p $step
	rm -rf "${objdir:?}/$(basename "$1")"
	machine/modules/mkmodule "$objdir" "$1" W=1 C=2 > $log 2>&1 || { cat $log; return 1; }
	cat $log
	grep -q CHECK $log
	! grep -E ': (warning|error):' $log
}

# make mutants has no time to be a part of make check. That what its faults edit is still
# there is one.
faults_of_mutants() {
	checkout series
	mutants/mutate --put-in $step/linux
}

# The answers of Intel's own module code, against tdxsim's model of it.
tdxsim_vectors() {
	local file

	mkdir -p build/vectors
	gcc -O2 -Wall -Itools/testing/tdxsim -I$linux/tools/include -I$linux/tools/arch/x86/include \
		-o build/vectors/test conformance/vectors_test.c conformance/vectors_model.c
	for file in conformance/vectors/*.vec.xz; do
		xz -dc "$file" > "build/vectors/$(basename "$file" .xz)"
	done
	build/vectors/test conformance/rows.vec build/vectors/*.vec
}

# The same answers, from SEAMCALL on emulated machines: a rule needs two CPUs, and one is
# faster for the others.
conformance_of_seamcall() {
	local dir=build/logs/conformance file rows status=0

	rm -rf $dir
	mkdir -p $dir/{rows,vectors}/files/vectors
	cp conformance/rows.vec $dir/rows/files/vectors/
	for file in conformance/vectors/*.vec.xz; do
		xz -dc "$file" > "$dir/vectors/files/vectors/$(basename "$file" .xz)"
	done
	conformance_machine $dir/rows 1:2:1 "log_has 'tdxsim: test bed: bad line \"lps 2x\"'" &
	rows=$!
	conformance_machine $dir/vectors 1:1:1 &
	wait $! || status=1
	wait $rows || status=1
	return $status
}

# conformance_machine DIR CPUS [VERB]: with the vectors in DIR/files.
conformance_machine() {
	local dir=$1 cpus=$2 file

	{
		printf '%s\n' '. /verbs.sh' 'options kvm enable_virt_at_load=0' 'tdxsim testbed=Y' \
			'load tdx=0' 'try seamcall modprobe seamcall'
		for file in "$dir"/files/vectors/*; do
			echo "vectors /vectors/$(basename "$file")"
		done
		printf '%s\n' "${@:3}" 'try seamcall rmmod seamcall' unload finish
	} > "$dir/steps"
	machine/boot --kernel build/obj-main --initrd build/initramfs-main.cpio \
		--steps "$dir/steps" --files "$dir/files" --log "$dir" --cpus "$cpus"
	cat "$dir/results.log"
	grep -q '^# [0-9]* passed, 0 failed$' "$dir/results.log"
}

# Printed as comments, with the number of calls that were as they have to be.
conformance_figures() {
	! selected conformance/seamcall ||
		sed -nE 's/^(not )?ok - vectors .vectors./# /p' build/logs/conformance/{rows,vectors}/results.log
}

# kernel_reports KERNEL BUG=REPORT...: a machine with these bugs of machine/modules/bugs is
# one that failed, and each of them alone would have been enough.
kernel_reports() {
	local kernel=$1 dir=build/logs/reports/$1 bug report status=0 missing=0

	shift
	rm -rf "$dir"
	mkdir -p "$dir"
	{
		echo '. /verbs.sh'
		for bug; do
			echo "bug ${bug%%=*}"
			[ "${bug%%=*}" != leak ] || echo no_leaks
		done
	} > "$dir/steps"
	machine/boot --kernel "build/obj-$kernel" --initrd "build/initramfs-$kernel.cpio" \
		--steps "$dir/steps" --log "$dir" --append kasan_multi_shot || status=$?
	for bug; do
		[ "${bug%%=*}" != leak ] ||
			grep -q '^not ok - no_leaks, unreferenced objects: expected 0, reads 1$' "$dir/results.log" ||
			missing=1
		awk -v bug="${bug%%=*}" '/steps: # bug / { found = $NF == bug } found' \
			"$dir/console.log" > "$dir/bug.log"
		report=$(machine/reported "$dir/bug.log") || true
		echo "${bug%%=*}: ${report:-no report}"
		[[ $report = *"${bug#*=}"* ]] || missing=1
	done
	[ "$status$missing" = 30 ]
}

documentation() {
	local page

	make -C $linux O="$PWD/build/obj-docs" htmldocs \
		SPHINXDIRS='virt/kvm arch/x86' 2>&1 | tee build/obj-docs.log
	! grep -iE '(tdx|locking|x86/index)\.rst.*(warning|error)' build/obj-docs.log || return
	page=$(find build/obj-docs -name intel-tdx.html)
	grep -q 'parameters/tdx' "$page"
	echo "$page"
}

# The administrator's tables have each message, and no others, and the ABI each word.
# So that this can fail, it is tried with one of them left out on either side.
documented_messages() {
	local doc=Documentation/virt/kvm/x86/intel-tdx.rst source=arch/x86/virt/vmx/tdx/errors.c file
	local abi=Documentation/ABI/testing/sysfs-firmware-tdx

	check/messages $linux || return
	rm -rf build/messages
	for file in $doc $abi arch/x86/virt/vmx/tdx/{tdx.c,tdx.h,errors.c,kexec.c,status.c} \
		kernel/power/hibernate.c \
		arch/x86/kvm/vmx/{main.c,tdx.c,tdx.h}; do
		install -D -m 644 "$linux/$file" "build/messages/$file"
	done
	sed -i '/virt\/tdx: module not loaded by/d' build/messages/$doc
	! check/messages build/messages || return
	cp $linux/$doc build/messages/$doc
	sed -i '/pr_err("module not loaded/d' build/messages/$source
	! check/messages build/messages || return
	cp $linux/$source build/messages/$source
	check/messages build/messages || return
	sed -i '/^\t\tbusy\t/d' build/messages/$abi
	! check/messages build/messages
}

# The table names scenarios that there are, and lines that the documentation has.
# shellcheck disable=SC2016 # no expansions
kexec_table() {
	local table=scenarios/kexec.md lines words

	scenarios/run --list | cut -d ' ' -f 1 > build/scenarios
	grep -oE '\b[a-z]+/[a-z-]+\b' <(grep '^|' $table) | sort -u > build/scenarios.named
	[ "$(wc -l < build/scenarios.named)" -gt 20 ]
	! grep -vxFf build/scenarios build/scenarios.named || return
	# Each one of the file, too.
	! grep '^kexec/' build/scenarios | grep -vxFf build/scenarios.named || return
	# And something shows each cell.
	! grep -E '^\|([^|]*\|){4} (-|) *\||\| (-|) *\|$' $table || return
	lines=$(sed -n 's/^- \*\*[A-Z]\*\* `\(.*\)`$/\1/p' $table)
	[ "$(wc -l <<< "$lines")" = "$(grep -c '^- ' $table)" ]
	while read -r words; do
		echo "$words"
		grep -qF "\`\`$words\`\`" Documentation/virt/kvm/x86/intel-tdx.rst
	done <<< "$lines"
}

# says WANTED COMMAND...: the command fails with one line that has WANTED in it.
says() {
	local wanted=$1 output

	shift
	if output=$("$@" 2>&1 > /dev/null); then
		echo "'$*' succeeded"
		return 1
	fi
	echo "$output"
	[ "$(grep -vcE '^make(\[[0-9]+\])?: [*]{3}' <<< "$output")" = 1 ] && grep -qF "$wanted" <<< "$output"
}

bad_input() {
	local dir=build/bad

	rm -rf $dir
	mkdir -p $dir
	touch $dir/steps $dir/x.cpio
	says "no scenario like 'nosuch'" scenarios/run nosuch
	says 'unknown option' scenarios/run --nosuch
	mkdir -p $dir/machine
	cp -r scenarios $dir/
	cp -r machine/verbs $dir/machine/
	sed -i '0,/^kvm_intel = none$/s//&\ntdx = N/' $dir/scenarios/kexec.cfg
	says 'tdx cannot be read before the steps load kvm_intel' $dir/scenarios/run --list
	says 'no test matches' check/run 'nosuch/*'
	says 'no mutant like' mutants/mutate nosuch
	says "wants a worktree of build/linux, not '$dir'" mutants/mutate --put-in $dir
	says 'unknown option' matrix/matrix --nosuch
	says 'no machine like' bench/measure nosuch
	says '5 or more' bench/measure --runs 4
	says 'wants a number' bench/measure --jobs
	says 'unknown option' bench/measure --nosuch
	says "no kernel 'nosuch'" bench/build nosuch
	says 'no kernel' machine/boot --kernel $dir --initrd $dir/x.cpio --log $dir/log --steps $dir/steps
	says 'unknown option' machine/boot --nosuch
	mkdir -p $dir/kernel/arch/x86/boot
	touch $dir/kernel/arch/x86/boot/bzImage
	echo 'selftests quick' > $dir/selftests
	says 'no initramfs' machine/boot --kernel $dir/kernel --initrd $dir/x.cpio --log $dir/log --steps $dir/selftests
	says 'no kernel configuration' machine/kernels/mkkernel nosuch $linux $dir/obj
	says "CONFIG is small or debian, not 'nosuch'" make deb CONFIG=nosuch
	says "CONFIG is small or debian, not ''" make deb CONFIG=
	says "CONFIG is small or debian, not 'a b'" make deb CONFIG='a b'
	says '0 packages linux-image-' machine/kernels/unpack-deb $dir tdx-small $dir/out
	says 'no built kernel' machine/image/mkinitramfs $dir $dir/out.cpio
	# Work in build/linux is not lost.
	cp patches/6.12/cover-letter $dir/
	# Also when it is interrupted, or fails.
	trap 'cp build/bad/cover-letter patches/; git -C $linux checkout -q arch/x86/kvm/vmx/tdx.c' EXIT
	echo >> $linux/arch/x86/kvm/vmx/tdx.c
	echo >> patches/6.12/cover-letter
	says 'build/linux has changes' patches/tree
	says 'build/linux has changes' patches/tree --check
	says 'uncommitted changes' patches/export
	cp $dir/cover-letter patches/6.12/cover-letter
	git -C $linux checkout -q arch/x86/kvm/vmx/tdx.c
	patches/tree
}

# A copy of a kernel's directory has its own name in it, and is no kernel yet.
objdir_copied() {
	local dir=$PWD/build/copy

	rm -rf "$dir"
	mkdir -p "$dir/like/arch/x86/boot"
	touch "$dir"/like/{.config,tdxsim.ko,arch/x86/boot/{bzImage,setup.bin},arch/x86/kvm.ko}
	echo "cmd := gcc -o $dir/like/tools/x.o" > "$dir/like/.x.o.cmd"
	echo "cmd := gcc -c $dir/tree/y.c" > "$dir/like/.y.o.cmd"
	says 'does not say what its source is' machine/kernels/copy-objdir "$dir/like" "$dir/moved" "$dir/other"
	mkdir -p "$dir"/{tree,other}
	ln -s "$dir/tree" "$dir/like/source"
	machine/kernels/copy-objdir "$dir/like" "$dir/copy"
	grep -x "cmd := gcc -c $dir/tree/y.c" "$dir/copy/.y.o.cmd"
	grep -x "cmd := gcc -o $dir/copy/tools/x.o" "$dir/copy/.x.o.cmd"
	[ -f "$dir/copy/.config" ]
	[ -f "$dir/copy/arch/x86/boot/setup.bin" ]
	[ ! -e "$dir/copy/arch/x86/boot/bzImage" ]
	[ -z "$(find "$dir/copy" -name '*.ko')" ]
	says 'no kernel was built' machine/kernels/copy-objdir "$dir" "$dir/other"
	machine/kernels/copy-objdir "$dir/like" "$dir/moved" "$dir/other"
	grep -x "cmd := gcc -o $dir/moved/tools/x.o" "$dir/moved/.x.o.cmd"
	grep -x "cmd := gcc -c $dir/other/y.c" "$dir/moved/.y.o.cmd"
}

# Nothing of a step that is interrupted goes on.
step_interrupted() {
	local dir=build/step-interrupted status=0 i

	rm -rf $dir
	mkdir -p $dir
	printf 'all:\n\t@echo $$$$ > %s/pid.new && mv %s/pid.new %s/pid && exec sleep 300\n' \
		$dir $dir $dir > $dir/Makefile
	setsid env --default-signal=INT machine/progress Sleeping step-interrupted \
		make -f $dir/Makefile 2> $dir/said &
	for i in {1..100}; do
		[ ! -f $dir/pid ] || break
		sleep 0.1
	done
	[ -d "/proc/$(cat $dir/pid)" ]
	kill -INT $!
	wait $! || status=$?
	cat $dir/said
	[ $status = 130 ]
	[ ! -d "/proc/$(cat $dir/pid)" ]
	grep -qx 'error: Sleeping was interrupted, the same command goes on from there' $dir/said
}

# Machines of several runs, which are started in the same moment, and take their time
# between the port that they found and listen().
many_at_once() {
	local dir=build/many-at-once i

	rm -rf $dir
	mkdir -p $dir
	touch $dir/steps
	gcc -shared -fPIC -o $dir/listen.so -x c - <<-END
		#include <sys/syscall.h>
		#include <unistd.h>

		int listen(int fd, int backlog)
		{
			usleep(300000);
			return syscall(SYS_listen, fd, backlog);
		}
	END
	for i in {1..4}; do
		LD_PRELOAD=$PWD/$dir/listen.so machine/boot --kernel build/obj-main \
			--initrd build/initramfs-main.cpio --timeout 3 --steps $dir/steps \
			--log "$dir/$i" 2> "$dir/$i.log" &
	done
	wait
	cat $dir/*.log
	[ "$(cat $dir/*.log | grep -c 'still running after 3 s')" = 4 ]
}

# restart_judged CONSOLE EMULATOR: what machine/boot --restarts makes of a Bochs that was
# reset and left these lines.
restart_judged() {
	local dir=build/restart

	rm -rf $dir
	mkdir -p $dir
	touch $dir/steps
	cat > $dir/bochs <<-END
		#!/bin/sh
		echo '$1' > console.log
		echo '$2' > emulator.log
		echo '# end of steps' > results.log
		echo 'Next at t=4358268084'
	END
	chmod +x $dir/bochs
	PATH=$PWD/$dir:$PATH machine/boot --kernel build/obj-main --initrd build/initramfs-main.cpio \
		--restarts --steps $dir/steps --log $dir/log 2>&1
}

# The kernel's own reset, whose line the console may lack, is no crash.
restart_or_crash() {
	local crash='^boot: reset, not restarted, ' idt='e[CPU0  ] interrupt(): vector must be within IDT table limits'

	[ -z "$(restart_judged 'reboot: Restarting system' '')" ]
	[ -z "$(restart_judged 'virt/tdx: SEAMCALL' "$idt, IDT.limit = 0x0")" ]
	grep "$crash" <<< "$(restart_judged 'virt/tdx: SEAMCALL' '')"
	grep "$crash" <<< "$(restart_judged 'virt/tdx: SEAMCALL' "$idt, IDT.limit = 0xfff")"
	grep "$crash" <<< "$(restart_judged 'virt/tdx: SEAMCALL' "${idt/CPU0/CPU1}, IDT.limit = 0x0")"
}

# An emulator that does not start says why.
why_not_started() {
	local dir=build/not-started

	rm -rf $dir
	mkdir -p $dir
	touch $dir/steps
	gcc -shared -fPIC -o $dir/listen.so -x c - <<-END
		int listen(int fd, int backlog)
		{
			return -1;
		}
	END
	! LD_PRELOAD=$PWD/$dir/listen.so machine/boot --kernel build/obj-main \
		--initrd build/initramfs-main.cpio --timeout 10 --steps $dir/steps \
		--log "$dir/log" 2> $dir/boot.log || return
	cat $dir/boot.log
	grep -q '^boot: bochs did not start: RFB could not bind any port .*, see .*/emulator.log$' $dir/boot.log
}

# verdict TARGET FIGURE REFERENCE...: what the table of make bench says of a median of
# FIGURE, where the runs of the reference gave these.
verdict() {
	local target=$1 figure=$2 dir=build/verdicts value

	shift 2
	echo "[rows]
x|tdx0|1|512|base unpatched|$target|text|" > $dir/rows
	{
		echo "x series tdx0 1 512 $figure"
		for value; do
			echo "x base unpatched 1 512 $value"
		done
	} | awk -f bench/stats.awk > $dir/stats
	awk -v csv=$dir/csv -v peers= -f bench/table.awk $dir/stats $dir/rows > $dir/table
	tail -n 1 $dir/table
}

# A target that is missed is said to be.
bench_verdicts() {
	local case

	mkdir -p build/verdicts
	while IFS='|' read -r -a case; do
		printf '%s: ' "${case[*]}"
		# shellcheck disable=SC2086 # one word a run
		verdict "${case[0]}" "${case[1]}" ${case[2]} | tee build/verdicts/is
		[ "$(cat build/verdicts/is)" = "${case[3]}" ]
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
		-|2000|1000 1000 1000|0 targets met, 0 missed
	END
}

# make bench has the unpatched kernel with its options, and the series with each peer on top.
bench_peers() {
	local peer

	checkout base
	machine/kernels/mkconfig bench $step/linux build/config-base
	checkout series
	for peer in bench/peers/*.patch; do
		echo "$peer"
		git -C $step/linux apply --check "$PWD/$peer"
	done
}

# says_nothing COMMAND...
says_nothing() {
	local output

	output=$("$@" 2>&1) || true
	echo "$output"
	[ -z "$output" ]
}

# A bug that the kernel reports is found, and the trace of an allocation that was made
# to fail is none, but hides no other one.
reported_bugs() {
	local log=build/bad/console.log trace='[ 1.0] CPU: 1 UID: 0 PID: 1\n[ 1.0] Hardware name: Bochs\n[ 1.0] Call Trace:\n[ 1.0]  <TASK>'
	local failure='[ 1.0] modprobe: page allocation failure: order:0'

	mkdir -p build/bad
	printf '%b\n' '[ 1.0] steps: not ok - WARNING: ' "$failure" "$trace" > $log
	says_nothing machine/reported --no-memory $log
	machine/reported $log | grep -F 'Call Trace:'
	printf '%b\n' "$trace" >> $log
	machine/reported --no-memory $log | grep -F 'Call Trace:'
	printf '%b\n' "$failure" "$trace" '[ 1.0] WARNING: x' "$trace" > $log
	machine/reported --no-memory $log | grep -F 'WARNING: x'
	# A panic on purpose has one.
	printf '%b\n' '[ 1.0] Kernel panic - not syncing: wbinvd: as it was asked for' "$trace" > $log
	says_nothing machine/reported --crash $log
	machine/reported $log | grep -F 'Call Trace:'
	printf '%b\n' "$trace" >> $log
	machine/reported --crash $log | grep -F 'Call Trace:'
	# The failure has no trace of its own.
	printf '%b\n' "$failure" '[ 1.0] '{1..6} "$trace" > $log
	machine/reported --no-memory $log | grep -F 'Call Trace:'
}

# Each scenario is a test, its own runner prints them as they end. Left in $races are those
# that may have one CPU, and take it.
scenario_tests() {
	local names=() name

	scenarios/run --list > build/scenarios || {
		failed=$((failed + 1))
		number=$((number + 1))
		echo "not ok $number scenario/list"
		return
	}
	while read -r name _; do
		case $name in
		# Those take many minutes each, and are for make debug.
		debug/*) ;;
		races/*) ! selected "scenario/$name" || races+=("$name") ;;
		*) ! selected "scenario/$name" || names+=("$name") ;;
		esac
	done < build/scenarios
	scenario_results "${#names[@]}" < <(run_scenarios "${jobs:?}" "${names[@]}")
}

# run_scenarios JOBS NAME...: without a name none, where scenarios/run would take all.
run_scenarios() {
	[ $# = 1 ] ||
		scenarios/run --jobs "$1" --kernels build --logs build/logs/scenarios "${@:2}" 2>&1 < /dev/null
}

start_races() {
	run_scenarios 1 "${races[@]}" > "${logs:?}/races.ktap" &
}

# end_races PID
end_races() {
	wait "$1"
	scenario_results "${#races[@]}" < "$logs/races.ktap"
}

# scenario_results COUNT: so many in what scenarios/run prints.
scenario_results() {
	local line before=$number pattern='^(ok|not ok) [0-9]+ - (.*)$'

	while IFS= read -r line; do
		if [[ $line =~ $pattern ]]; then
			number=$((number + 1))
			case $line in
			not*) failed=$((failed + 1)) ;;
			*'# SKIP'*) skipped=$((skipped + 1)) ;;
			*) passed=$((passed + 1)) ;;
			esac
			echo "${BASH_REMATCH[1]} $number scenario/${BASH_REMATCH[2]}"
		elif [[ $line = '#'* || $line = run:* ]]; then
			echo "$line"
		fi
	done
	if [ $((number - before)) != "$1" ]; then
		failed=$((failed + 1))
		number=$((number + 1))
		echo "not ok $number scenario/all-have-a-result"
	fi
}

# What make check has no time for.
debug_tests() {
	local kernel

	need build/initramfs-{lockdep,leaks,kasan,kcsan}.cpio || return
	for kernel in leaks kasan kcsan; do
		run debug/$kernel-without-warnings builds_without_warnings kernel-$kernel
	done
	# Some of them end what finds others, these come last.
	run debug/reports-lockdep kernel_reports lockdep \
		sleep-with-spinlock='BUG: sleeping function called from invalid context' \
		cpu-id-with-preemption='BUG: using smp_processor_id() in preemptible' \
		lock-order='WARNING: possible circular locking dependency' \
		list-del-twice='__list_del_entry_valid'
	run debug/reports-leaks kernel_reports leaks \
		free-active-timer='ODEBUG: free active' write-past-end='BUG kmalloc-64 ' \
		leak='kmemleak: 1 new suspected' free-page-twice='include/linux/mm.h'
	run debug/reports-kasan kernel_reports kasan \
		use-after-free='BUG: KASAN: slab-use-after-free' \
		write-past-end='BUG: KASAN: slab-out-of-bounds' \
		read-past-vmalloc='BUG: KASAN: vmalloc-out-of-bounds' \
		shift-too-far='UBSAN: shift-out-of-bounds' \
		index-past-array='UBSAN: array-index-out-of-bounds'
	run debug/reports-kcsan kernel_reports kcsan data-race='BUG: KCSAN: data-race in '
}

all_tests() {
	local commits commit nth=0 patch file kernel booting='' races=() races_pid unpacking=

	if [[ ${only:?} = debug/* ]]; then
		debug_tests
		return
	fi
	need series > /dev/null || return
	if selected debian/oldest; then
		debian_unpack_early
		unpacking=$!
	fi
	early style/shellcheck shellcheck_scripts
	early docs/html documentation
	for patch in build/series/0*[1-9]*.patch; do
		early "style/checkpatch-$(basename "$patch" .patch)" checkpatch "$patch"
	done
	for file in conformance/*.c machine/image/*.c machine/modules/*.h machine/modules/*/*.c bench/*.[ch] bench/*/*.c; do
		early "style/checkpatch-$(basename "$file" .c)" checkpatch --no-tree -f "$file"
	done
	run series/applies series_applies
	run series/exports series_exports
	run series/quilt series_quilt
	run tdxsim/vectors tdxsim_vectors
	run docs/messages documented_messages
	run docs/kexec kexec_table
	run commands/bad-input bad_input
	run commands/copy-objdir objdir_copied
	run commands/step-interrupted step_interrupted
	run commands/reported-bugs reported_bugs
	run commands/bench-verdicts bench_verdicts
	run commands/bench-peers bench_peers
	run commands/mutants faults_of_mutants
	join_early

	if group build || group scenario || group matrix || group patch; then
		need kernels || return
	elif group conformance || group machine; then
		need build/initramfs-main.cpio > /dev/null || return
	elif group deb; then
		need build/initramfs-package.cpio > /dev/null || return
	fi
	for kernel in main builtin notdx lockdep; do
		run "build/$kernel-without-warnings" builds_without_warnings kernel-$kernel
	done
	run build/package-without-warnings builds_without_warnings deb-small
	early build/tdxsim module_builds tools/testing/tdxsim
	early build/hooktest module_builds machine/modules/hooktest
	early build/faults module_builds machine/modules/faults
	early build/seamcall module_builds machine/modules/seamcall
	early build/bugs module_builds machine/modules/bugs lockdep
	early build/wbinvd module_builds machine/modules/wbinvd
	early build/atreboot module_builds machine/modules/atreboot
	early build/loadprobe module_builds bench/loadprobe
	run deb/packages deb_packages
	run machine/many-at-once many_at_once
	run machine/why-not-started why_not_started
	run machine/restart-or-crash restart_or_crash
	run conformance/seamcall conformance_of_seamcall
	conformance_figures
	join_early
	scenario_tests

	# The machines of the matrix, and of the patches, while the compiler leaves a CPU idle.
	early matrix/part matrix/matrix --part --jobs 1
	mapfile -t commits < <(git -C $linux rev-list --reverse base..series)
	for commit in "${commits[@]}"; do
		nth=$((nth + 1))
		run "patch/$nth-builds" patch_builds "$commit" $nth
		! selected "patch/$nth-boots" || start_patch $nth
	done
	[ -z "$booting" ] || wait "$booting"
	for nth in $(seq "${#commits[@]}"); do
		run "patch/$nth-boots" patch_booted "$nth"
	done
	join_early
	# The table of the matrix, as diagnostics.
	! selected matrix/part || cat build/matrix/table
	start_races
	races_pid=$!
	run build/sparse sparse_adds_nothing
	run build/kexec-path kexec_path
	run build/clang-main clang_builds main
	run build/clang-notdx clang_builds notdx
	run debian/config debian_config base
	run debian/builds debian_builds base
	# Its source.
	[ -z "$unpacking" ] || wait "$unpacking"
	run debian/oldest debian_version oldest
	run debian/newest debian_version newest
	end_races "$races_pid"
}
