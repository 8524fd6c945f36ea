# shellcheck shell=dash disable=SC2034,SC2154 # variables of the other files
# Free memory

# note_memory
# Notes how much memory is free.
note_memory()
{
	free_memory >/tmp/memory
	ok "note_memory: $(cat /tmp/memory) KiB free"
}

# same_memory [KIB]
# Checks that no more than 1 MiB of the noted free memory is gone, besides KIB.
same_memory()
{
	local noted free tries=5

	noted=$(($(cat /tmp/memory) - ${1:-0}))
	# Some memory of modules is freed late.
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
