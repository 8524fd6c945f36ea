# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# What programs of a host say, from Debian packages

# programs AS [PROGRAM]...
# Runs Debian programs of administrators, all but kdump-config, or those named, and keeps what
# they say as AS.
programs()
{
	local as=$1 program begin

	shift
	# shellcheck disable=SC2086 # several words
	[ $# != 0 ] || set -- $all_programs
	_enter_debian
	mkdir -p "/tmp/said/$as"
	for program in "$@"; do
		begin=$(cut -d . -f 1 /proc/uptime)
		_run_program "$program" >"/tmp/said/$as/$program" 2>&1 </dev/null
		echo "exit status $?" >>"/tmp/said/$as/$program"
		say "# $as, $program: $(($(cut -d . -f 1 /proc/uptime) - begin)) s"
		_excerpt "$program" <"/tmp/said/$as/$program" | sed 's/^/# | /'
	done
}

# said AS PROGRAM REGEX
# Checks that a line of what the program said then matches.
said()
{
	if grep -q -E -e "$3" "/tmp/said/$1/$2"; then
		ok "said $1 $2 /$3/"
	else
		not_ok "said $1 $2 /$3/: no such line"
	fi
}

# said_not AS PROGRAM REGEX
# Checks that the program ran then, and that no line of what it said matches.
said_not()
{
	local line

	line=$(grep -m 1 -E -e "$3" "/tmp/said/$1/$2" 2>&1 | cut -c -200)
	if [ -z "$line" ]; then
		ok "said_not $1 $2 /$3/"
	else
		not_ok "said_not $1 $2 /$3/: $line"
	fi
}

# said_same AS OTHER [PROGRAM]...
# Checks that all programs, or those named, said the same both times.
said_same()
{
	local as=$1 other=$2 program

	shift 2
	# shellcheck disable=SC2086 # several words
	[ $# != 0 ] || set -- $all_programs
	for program in "$@"; do
		if diff "/tmp/said/$as/$program" "/tmp/said/$other/$program" >/tmp/try.log 2>&1; then
			ok "said_same $as $other $program"
		else
			not_ok "said_same $as $other $program"
			explain </tmp/try.log
		fi
	done
}

all_programs='systemd-detect-virt kvm-ok lscpu cpuid rdmsr virt-host-validate qemu qemu-td virsh'

# Without the hundreds of lines on CPU models and leaves.
_excerpt()
{
	case $1 in
	cpuid) grep -i 'vmx:\|hypervisor\|tdx\|exit status' ;;
	virsh) sed '/^  *<cpu>/,/^  *<.cpu>/d; /^  *<devices/,/^  *<.devices>/d' ;;
	*) cat ;;
	esac
}

_debian()
{
	chroot /debian /usr/bin/env -i PATH=/usr/sbin:/usr/bin HOME=/root LC_ALL=C "$@"
}

_run_program()
{
	local status

	case $1 in
	cpuid) _debian cpuid -1 ;;
	kdump-config)
		_debian kdump-config load
		_debian kdump-config show
		;;
	# SeaBIOS says its name when it runs.
	qemu) _qemu q35,accel=kvm ;;
	qemu-td) _qemu q35,accel=kvm,kernel-irqchip=split,confidential-guest-support=td -object tdx-guest,id=td ;;
	rdmsr)
		_debian rdmsr -f 2:0 0x3a
		_debian rdmsr -u -f 63:32 0x87
		_debian rdmsr -f 1:1 0x982
		_debian rdmsr -f 11:11 0x1401
		;;
	virsh)
		_start_libvirtd && _debian virsh domcapabilities --machine q35
		status=$?
		_stop_libvirtd
		return $status
		;;
	virt-host-validate) _debian virt-host-validate qemu ;;
	*) _debian "$1" ;;
	esac
}

# _qemu MACHINE [ARGUMENT]...: what a VM, or QEMU, says first.
_qemu()
{
	_debian timeout -s KILL 30 qemu-system-x86_64 -nodefaults -display none -cpu host -m 128 \
		-chardev stdio,id=bios -device isa-debugcon,iobase=0x402,chardev=bios -machine "$@" 2>&1 | head -n 1
}

# The directories that a program expects, once.
_enter_debian()
{
	local dir

	[ ! -d /debian/proc/1 ] || return 0
	mkdir -p /debian/lib/modules
	for dir in dev proc sys lib/modules; do
		mount --bind /$dir /debian/$dir
	done
	mount -t tmpfs tmp /debian/run
	mount -t tmpfs tmp /debian/tmp
	if [ -d /second ]; then
		cp /second/kernel "/debian/boot/vmlinuz-$(uname -r)"
		cp /second/initrd "/debian/var/lib/kdump/initrd.img-$(uname -r)"
		cp /debian/etc/kdump/sysctl.conf "/debian/var/lib/kdump/latest_sysctls-$(uname -r)"
	fi
	sed 's/^/# | /' /debian/versions
}

# As after a boot: without what libvirt has cached, and with the owner that udev gives to /dev/kvm.
_start_libvirtd()
{
	rm -rf /debian/var/cache/libvirt/qemu
	chown 0:108 /dev/kvm
	chmod 660 /dev/kvm
	_debian libvirtd --daemon --pid-file /run/libvirtd.pid
}

_stop_libvirtd()
{
	local pid

	pid=$(cat /debian/run/libvirtd.pid) && kill "$pid" || return
	while [ -d "/proc/$pid" ]; do
		sleep 0.2
	done
}
