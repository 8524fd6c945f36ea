# shellcheck shell=bash
# Sourced by what takes packages or sources from a suite that the system does not have.

# from_suite DIR deb|deb-src SUITE COMMAND...: apt-get COMMAND in DIR, with this suite alone and
# nothing of the system's changed. apt checks the signature.
from_suite() {
	local dir mirror type=$2 suite=$3
	local keyring=/usr/share/keyrings/debian-archive-keyring.gpg

	[ -f "$keyring" ] || die "no $keyring (package debian-archive-keyring)"
	mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
	dir=$(realpath "$1")
	shift 3
	while read -r mirror; do
		echo "$type [signed-by=$keyring] $mirror $suite main" > "$dir/sources.list"
		if own_apt update && (cd "$dir" && own_apt "$@"); then
			return
		fi
	done < <(mirrors)
	return 1
}

own_apt() {
	apt-get -q -o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$dir/lists" -o Dir::Cache="$dir/cache" \
		-o APT::Sandbox::User="$(id -un)" "$@"
}

# Those that the system itself has packages from. Which of them have the suite, apt
# finds out.
mirrors() {
	local VERSION_CODENAME=

	# shellcheck source=/dev/null
	. /etc/os-release
	apt-get indextargets --format "\$(RELEASE) \$(COMPONENT) \$(REPO_URI)" 'Created-By: Packages' |
		awk -v codename="$VERSION_CODENAME" '
			($1 == codename || $1 ~ /^(old)*stable$/) && $2 == "main" && !seen[$3]++ { print $3 }'
}
