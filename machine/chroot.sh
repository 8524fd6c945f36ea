# shellcheck shell=bash
# Sourced by what takes a Debian of its own, in a directory that debootstrap makes.

# mirrors [-security]: those that the system itself has packages from.
mirrors() {
	apt-get indextargets --format "\$(RELEASE) \$(COMPONENT) \$(REPO_URI)" 'Created-By: Packages' |
		awk -v of="${1-}" '$2 == "main" && ($1 ~ /-security$/) == (of != "") && !seen[$3]++ { print $3 }'
}

# bootstrap SUITE DIR PACKAGE,...: from the first mirror that has it, with the sources that an
# installed Debian has.
bootstrap() {
	local mirror security

	for mirror in $(mirrors); do
		rm -rf "$2"
		if debootstrap --variant=minbase --include="$3" "$1" "$2" "$mirror"; then
			echo "deb $mirror $1-updates main" >> "$2/etc/apt/sources.list"
			for security in $(mirrors -security); do
				echo "deb $security $1-security main" >> "$2/etc/apt/sources.list"
			done
			cp /etc/resolv.conf "$2/etc/"
			# How this system gets at its mirrors.
			apt-config dump Acquire > "$2/etc/apt/apt.conf.d/host"
			return
		fi
	done
	echo "error: debootstrap found no mirror with $1" >&2
	return 1
}
