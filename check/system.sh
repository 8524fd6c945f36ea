#!/bin/bash
# check/system.sh bookworm | trixie: "make run", for both bases, and "make quick" on a fresh Debian 12
# or 13, in a directory that debootstrap makes.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck source=../machine/chroot.sh
. machine/chroot.sh

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
	bootstrap "$1" "$root" make,git,ca-certificates
	mount -t proc proc "$root/proc"
	trap 'umount "$root/proc"' EXIT
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
