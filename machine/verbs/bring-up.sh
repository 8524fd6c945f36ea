# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# A bring-up in the background

# bring_up_starts
# Loads kvm_intel tdx=1 in the background, and waits until each CPU makes
# TDH.SYS.TDMR.INIT calls.
bring_up_starts()
{
	echo "steps: # load $vendor tdx=1" >/dev/kmsg
	modprobe "$vendor" tdx=1 2>/tmp/load.log &
	bring_up=$!
	while [ "$(calls_of TDH.SYS.TDMR.INIT | cut -d ' ' -f 3)" != "$(nproc)" ] && kill -0 "$bring_up" 2>/dev/null; do
		usleep 10000
	done
}

# bring_up_goes_on
# Checks that this load has not ended.
bring_up_goes_on()
{
	if is_loading; then
		ok bring_up_goes_on
	else
		not_ok "bring_up_goes_on: it has ended"
	fi
}

# bring_up_ends Y|N
# Waits for the end of this load, and checks what parameters/tdx reads then.
bring_up_ends()
{
	wait "$bring_up" || not_ok "bring_up_ends: $(cat /tmp/load.log)"
	tdx_is "$1"
}
