# shellcheck shell=bash
# Sourced by what works in the Debian 13 of DIR/root, whose /build has the source package.

die() { echo "error: $*" >&2; exit 1; }

# One flavour, no debug info, and of the tools what the headers need.
profiles=pkg.linux.quick,pkg.linux.mintools,pkg.linux.nosource,nodoc,nopython,nocheck

# use_root DIR: until the script ends.
use_root() {
	root=$(readlink -f "$1")/root
	mount -t proc proc "$root/proc"
	trap 'umount "$root/proc"' EXIT
}

# inside COMMAND: a shell command there, in /build.
inside() {
	# shellcheck disable=SC2154 # of build-env
	chroot "$root" /usr/bin/env -i PATH=/usr/lib/ccache:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
		PYTHONDONTWRITEBYTECODE=1 DEBIAN_FRONTEND=noninteractive \
		DEB_BUILD_OPTIONS="parallel=$jobs terse" DEB_BUILD_PROFILES="${profiles//,/ }" \
		CCACHE_DIR=/ccache CCACHE_DEPEND=1 CCACHE_COMPILERCHECK=content \
		sh -e -c "cd /build && $1" < /dev/null
}
