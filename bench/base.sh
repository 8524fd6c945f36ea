# shellcheck shell=bash disable=SC2034 # for who sources this
# Sourced: on top of what patches/base.sh sets, what bench/kernels has of the base.
# shellcheck source=../patches/base.sh
. "$(dirname "${BASH_SOURCE[0]}")/../patches/base.sh"
cd "$top" || exit 1
build=${build#"$top/"}
linux=$build/linux
bench=$build/bench
logs=build/logs/${bench#build/}

# Its kernels in their order, those with a column in the table, and the one that an exit is
# compared with.
all=() columns=() reference=
declare -A use=() revision=() config=() description=()
while read -r of name how at as what; do
	[ "$of" = "$base" ] || continue
	all+=("$name")
	use[$name]=$how revision[$name]=$at config[$name]=$as description[$name]=$what
	case $how in
	column) columns+=("$name") ;;
	reference) reference=$name ;;
	esac
done < <(sed '/^#/d' bench/kernels)
