# shellcheck shell=dash disable=SC1090 # the files are those of machine/verbs
# The verbs for the steps of an emulated machine, and for its shell.
#
# A verb prints one result line, "ok - what" or "not ok - what: why", perhaps
# followed by lines that start with "#". A verb that fails does not end the
# steps, unless $first_failure is set. The lines are written to the kernel log
# too, so that the console shows them where they belong.

for verbs_file in /verbs/*.sh; do
	. "$verbs_file"
done
unset verbs_file
