#!/bin/bash
# check/machine.sh not-started | restart-or-crash: how machine/boot judges the end of a machine.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

boot=(machine/boot --kernel build/obj-main --initrd build/initramfs-main.cpio)

# A restart and a crash end the machine, and are told apart. With reboot=triple the kernel
# restarts by a triple fault, which is a crash to the emulator.
test_restart_or_crash() {
	make_scratch
	printf '%s\n' 'echo "# end of steps"' 'reboot -f' > "$scratch/steps"
	boot+=(--steps "$scratch/steps" --log "$scratch/log")
	"${boot[@]}" --restarts
	says 'ended with restart instead of poweroff' "${boot[@]}"
	says 'ended with crash instead of restart' "${boot[@]}" --restarts --append reboot=triple
}

# An emulator that does not start says why.
test_not_started() {
	make_scratch
	touch "$scratch/steps"
	cp -r build/bochs "$scratch/"
	truncate -s 8M "$scratch/bochs/BIOS"
	says 'bochs did not start: ROM: ' "${boot[@]}" --bochs "$scratch/bochs" \
		--timeout 10 --steps "$scratch/steps" --log "$scratch/log"
}

run_test "$@"
