#!/bin/bash
# check/system.sh bookworm | trixie: "make run", for both bases, and "make quick" on a fresh Debian 12
# or 13, in a directory that debootstrap makes.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# mirrors [-security]: those that the system itself has packages from.
mirrors() {
	apt-get indextargets --format "\$(RELEASE) \$(COMPONENT) \$(REPO_URI)" 'Created-By: Packages' |
		awk -v of="${1-}" '$2 == "main" && ($1 ~ /-security$/) == (of != "") && !seen[$3]++ { print $3 }'
}

# bootstrap SUITE: into $root, from the first mirror that has it, with the sources that an
# installed Debian has.
bootstrap() {
	local mirror security

	for mirror in $(mirrors); do
		rm -rf "$root"
		if debootstrap --variant=minbase --include=make,git,ca-certificates "$1" "$root" "$mirror"; then
			echo "deb $mirror $1-updates main" >> "$root/etc/apt/sources.list"
			for security in $(mirrors -security); do
				echo "deb $security $1-security main" >> "$root/etc/apt/sources.list"
			done
			return
		fi
	done
	fail "debootstrap found no mirror with $1"
}

inside() {
	chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		make --no-print-directory -C /work "$@" < /dev/null
}

# fresh SUITE: the commands there, without what is installed or built here.
fresh() {
	local base

	root=$PWD/build/system/$1
	mkdir -p build/system
	[ "$(id -u)" = 0 ] || skip 'debootstrap needs root'
	bootstrap "$1"
	mount -t proc proc "$root/proc"
	trap 'umount "$root/proc"' EXIT
	cp /etc/resolv.conf "$root/etc/"
	# How this system gets at its mirrors.
	apt-config dump Acquire > "$root/etc/apt/apt.conf.d/host"
	mkdir "$root/work"
	git ls-files -z --cached --others --exclude-standard --deduplicate |
		xargs -0 cp -d --parents -t "$root/work"
	git -C "$root/work" init -q
	git -C "$root/work" add -A
	git -C "$root/work" -c user.name=check -c user.email=check@localhost commit -q -m "for $1"
	for base in 6.12 7.3; do
		SECONDS=0
		inside run BASE=$base | tee "$root/run.out"
		echo "# make run BASE=$base: $SECONDS s"
		expect 'the last line' '2 passed, 0 failed, 0 skipped' "$(tail -n 1 "$root/run.out")"
	done
	SECONDS=0
	inside quick | tee "$root/quick.out"
	echo "# make quick: $SECONDS s"
	grep -qE '^[1-9][0-9]* passed, 0 failed, 0 skipped$' "$root/quick.out"
}

test_bookworm() { fresh bookworm; }
test_trixie() { fresh trixie; }

run_test "$@"
