# shellcheck shell=bash disable=SC2034 # names and value are for who sources this
# Reads *.cfg files in the form of kvm-unit-tests: a line [name], then lines
# "key = value", and comments. Who sources this has functions
#
#   die WHY                what to do about a file that cannot be read
#   is_list KEY            may it be given more than once? The values become lines
#   check_value KEY VALUE  fails if something is wrong, which it leaves in $why

# GROUP/NAME for each, in the order of the files. GROUP is the name of the file.
names=()
# By "GROUP/NAME key"; the key "at" is FILE:LINE.
declare -A value=()

read_cfg()
{
	local file=$1 group name='' line key text at=0 why
	local header='^\[([a-z0-9-]+)\]$' pair='^([a-z_]+)[[:space:]]*=[[:space:]]*(.*)$'

	group=$(basename "$file" .cfg)
	while IFS= read -r line || [ -n "$line" ]; do
		at=$((at + 1))
		if [[ $line =~ ^[[:space:]]*(#.*)?$ ]]; then
			continue
		elif [[ $line =~ $header ]]; then
			name=$group/${BASH_REMATCH[1]}
			[ -z "${value[$name at]-}" ] ||
				die "$file:$at: second entry named $name, the first is at ${value[$name at]}"
			names+=("$name")
			value[$name at]=$file:$at
			continue
		elif ! [[ $line =~ $pair ]]; then
			die "$file:$at: neither '[name]' nor 'key = value'"
		fi
		key=${BASH_REMATCH[1]} text=${BASH_REMATCH[2]}
		[ -n "$name" ] || die "$file:$at: '$key' before the first [name]"
		[ -n "$text" ] || die "$file:$at: '$key' has no value"
		# Not in a subshell, of which there would be a thousand.
		check_value "$key" "$text" || die "$file:$at: $why"
		if [ -n "${value[$name $key]-}" ]; then
			is_list "$key" || die "$file:$at: '$key' is there twice"
			text=${value[$name $key]}$'\n'$text
		fi
		value[$name $key]=$text
	done <"$file"
}
