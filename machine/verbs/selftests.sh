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

# selftest_skips WHY COMMAND...
# Checks that a selftest ends as skipped, says why, and does not reload kvm_intel.
# COMMAND is the path of the test, perhaps after as_nobody or one of the while_ commands.
selftest_skips()
{
	local what="selftest_skips $*" why=$1 status inode

	shift
	# It is another one after kvm_intel was loaded again.
	inode=$(stat -c %i /sys/module/kvm_intel)
	"$@" >/tmp/selftest.log 2>&1
	status=$?
	if [ $status != 4 ]; then
		not_ok "$what: exit status $status"
	elif [ "$(stat -c %i /sys/module/kvm_intel)" != "$inode" ]; then
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
