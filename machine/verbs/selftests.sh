# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# Guests and KVM selftests

# selftest NAME [ARGUMENT]...
# Runs one KVM selftest, which must not skip.
selftest()
{
	local what="selftest $*" name=$1 status

	shift
	# They read their own file, by the path they were started with.
	"/tests/$name" "$@" >/tmp/selftest.log 2>&1
	status=$?
	case $status in
	0) ok "$what" ;;
	# Whoever asks for a test wants it to run.
	4) not_ok "$what: skipped, $(grep -i -m 1 skip /tmp/selftest.log)" ;;
	*)
		not_ok "$what: exit status $status"
		{ grep -B 3 "^not ok" /tmp/selftest.log; tail -n 12 /tmp/selftest.log; } | explain
		;;
	esac
}

# selftest_fails WHY NAME
# Checks that a selftest fails, and says why in these words.
selftest_fails()
{
	local status

	"/tests/$2" >/tmp/selftest.log 2>&1
	status=$?
	if [ $status = 0 ] || [ $status = 4 ]; then
		not_ok "selftest_fails $2: exit status $status"
		tail -n 12 /tmp/selftest.log | explain
	elif ! grep -qF -e "$1" /tmp/selftest.log; then
		not_ok "selftest_fails $2: it does not say '$1'"
		tail -n 12 /tmp/selftest.log | explain
	else
		ok "selftest_fails $2: $1"
	fi
}

# tdx_init_test
# Runs this selftest. It must fail with status and reason if TDX was requested and failed,
# and pass if not.
tdx_init_test()
{
	local dir=/sys/devices/system/cpu/tdx_host status

	status=$(cat $dir/status 2>/dev/null)
	case $status in
	failed | unusable)
		selftest_fails "TDX was requested and failed: tdx reads N, status \"$status\", reason \"$(
			cat $dir/reason)\"" tdx_init_test
		;;
	*) selftest tdx_init_test ;;
	esac
}

# with_tdx_host STATUS REASON VERB...
# Runs another verb while the files of these names in /sys/devices/system/cpu/tdx_host read
# so. No CPU can come or go meanwhile.
with_tdx_host()
{
	local cpu=/sys/devices/system/cpu

	mount -t tmpfs tmp $cpu
	mkdir $cpu/tdx_host
	echo "$1" >$cpu/tdx_host/status
	echo "$2" >$cpu/tdx_host/reason
	shift 2
	"$@"
	umount $cpu
}

# kselftest NAME...
# Runs KVM selftests with the runner that kselftest installs. They must pass.
kselftest()
{
	local name tests=

	for name in "$@"; do
		tests="$tests -t kvm:$name"
	done
	# shellcheck disable=SC2086 # two words for each test
	/kselftest/run_kselftest.sh $tests >/tmp/kselftest.log 2>&1
	expect "kselftest $*" $# "$(grep -c '^ok [0-9]* selftests: kvm: [a-z_.]*$' /tmp/kselftest.log)"
	grep '^not ok\|SKIP\|^# [^ ]*FAIL' /tmp/kselftest.log | explain
}

# selftest_skips WHY COMMAND...
# Checks that a selftest ends as skipped, says why, and does not reload kvm_intel.
# COMMAND is the path of the test, perhaps after as_nobody or one of the while_ commands.
selftest_skips()
{
	local what="selftest_skips $*" why=$1 status inode

	shift
	# It is another one after kvm_intel was loaded again.
	inode=$(stat -c %i /sys/module/kvm_intel 2>/dev/null)
	"$@" >/tmp/selftest.log 2>&1
	status=$?
	if [ $status != 4 ]; then
		not_ok "$what: exit status $status"
	elif [ "$(stat -c %i /sys/module/kvm_intel 2>/dev/null)" != "$inode" ]; then
		not_ok "$what: kvm_intel was loaded again"
	elif ! grep -q "# SKIP .*$why" /tmp/selftest.log; then
		not_ok "$what: it does not say so"
		tail -n 12 /tmp/selftest.log | explain
	else
		ok "$what"
	fi
}

# as_nobody COMMAND...
# Runs a shell command as the user nobody.
as_nobody()
{
	mkdir -p /etc
	echo "nobody:x:65534:65534::/:/bin/sh" >/etc/passwd
	chmod 666 /dev/kvm
	su -s /bin/sh nobody -c "$*"
}

# while_kvm_is_open COMMAND...
# Runs a command with /dev/kvm open, which keeps kvm_intel loaded.
while_kvm_is_open()
{
	"$@" 9</dev/kvm
}

# while_no_modules_are_installed COMMAND...
# Runs a command while /lib/modules is away.
while_no_modules_are_installed()
{
	local status

	mv /lib/modules /lib/modules.away
	"$@"
	status=$?
	mv /lib/modules.away /lib/modules
	return $status
}

# guest
# Runs a virtual machine with a vCPU.
guest()
{
	try guest /tests/set_sregs_test
}

# selftests quick|slow
# Runs the KVM selftests of this class in machine/image/selftests.list.
selftests()
{
	local wanted=$1 name class

	while read -r name class; do
		case $vendor:$class in
		*:"$wanted" | kvm_intel:"$wanted-vmx") selftest "$name" ;;
		esac
	done </tests/selftests.list
}
