# shellcheck shell=dash disable=SC2034,SC2086,SC2154 # variables of the other files

note_memory()
{
	free_memory >/tmp/memory
	ok "note_memory: $(cat /tmp/memory) KiB free"
}

# same_memory [KIB]: within 1 MiB of what was noted, and without what may be gone. Some
# of what modules had is freed late.
same_memory()
{
	local noted free tries=5

	noted=$(($(cat /tmp/memory) - ${1:-0}))
	while free=$(free_memory); [ $((noted - free)) -gt 1024 ] && [ $tries -gt 0 ]; do
		tries=$((tries - 1))
		sleep 1
	done
	if [ $((noted - free)) -le 1024 ]; then
		ok "same_memory: $((noted - free)) KiB less"
	else
		not_ok "same_memory: $free KiB free, $noted KiB before"
	fi
}
