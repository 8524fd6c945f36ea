# shellcheck shell=dash disable=SC2034,SC2086,SC2154 # variables of the other files

# selftest NAME [ARGUMENT]...: one of the KVM selftests. They read their own file,
# by the path they were started with.
selftest()
{
	local what="selftest $*" name=$1 status

	shift
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

# selftest_skips WHY COMMAND...: it ends as skipped, says why, and has let kvm_intel
# be, which has another inode in sysfs after it was loaded again.
selftest_skips()
{
	local what="selftest_skips $*" why=$1 status inode

	shift
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

as_nobody()
{
	mkdir -p /etc
	echo "nobody:x:65534:65534::/:/bin/sh" >/etc/passwd
	chmod 666 /dev/kvm
	su -s /bin/sh nobody -c "$*"
}

# An open file of it keeps kvm_intel.
while_kvm_is_open()
{
	"$@" 9</dev/kvm
}

while_no_modules_are_installed()
{
	local status

	mv /lib/modules /lib/modules.away
	"$@"
	status=$?
	mv /lib/modules.away /lib/modules
	return $status
}

# A virtual machine with a vCPU.
guest()
{
	try guest /tests/set_sregs_test
}

# selftests quick|slow: those of the list, of which some are for VMX only.
selftests()
{
	local wanted=$1 name class

	while read -r name class; do
		case $vendor:$class in
		*:"$wanted" | kvm_intel:"$wanted-vmx") selftest "$name" ;;
		esac
	done </tests/selftests.list
}
