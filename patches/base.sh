# shellcheck shell=bash disable=SC2034 # for who sources this
# Sourced: takes "--base BASE" from the front of the command line, and sets what patches/bases
# has of it. Without, it is the first one there.
top=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/..")

die() { echo "error: $*" >&2; exit 1; }

bases=$(sed '/^#/d' "$top/patches/bases")
base=${bases%% *}
if [ "${1-}" = --base ]; then
	[ $# -ge 2 ] || die "--base wants a base"
	base=$2
	shift 2
fi
read -r _ package oldest suite build kernels append _ < <(grep "^${base//./\\.} " <<< "$bases") ||
	die "no base '$base', there are: $(cut -d " " -f 1 <<< "$bases" | paste -sd " ")"
build=$top/$build
linux=$build/linux
patches=patches/$base
main=${kernels##*,}
# How to say it to make.
with=
[ "$base" = "${bases%% *}" ] || with=" BASE=$base"
