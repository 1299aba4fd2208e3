# shellcheck shell=bash
#
# debian.sh -- a Debian of this system's release, in a directory: what
# debootstrap makes of the mirror that apt has here, once. What a test does to it
# lies in a layer above, in memory, and is gone at the end.

work=/var/cache/repgate-test # not under build/, where make looks for *.d
base=$work/base
inside=$work/inside
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

# The one that serves this very release, and not its updates.
mirror() {
	apt-get indextargets --format '$(REPO_URI) $(RELEASE)' \
	    'Created-By: Packages' |
	    awk -v release="$1" '$2 == release { print $1; exit }'
}

make_base() {
	local release
	release=$(. /etc/os-release && echo "$VERSION_CODENAME")
	mkdir -p "$work"
	echo "# debootstrap $release, once"
	debootstrap --variant=minbase "$release" "$base.new" \
	    "$(mirror "$release")" >"$work/debootstrap.log" 2>&1 ||
	    give_up "debootstrap failed, see $work/debootstrap.log"
	rm -rf "$base.new/etc/apt"
	cp -a /etc/apt "$base.new/etc/apt"
	mv "$base.new" "$base"
}

enter() {
	[ -d "$base" ] || make_base
	mkdir -p "$inside" "$work/layer"
	mount -t tmpfs repgate-package "$work/layer"
	mkdir "$work/layer/upper" "$work/layer/work"
	mount -t overlay repgate-package -o \
	    "lowerdir=$base,upperdir=$work/layer/upper,workdir=$work/layer/work" \
	    "$inside" || give_up "cannot mount an overlay"
	mount -t proc proc "$inside/proc"
	mount --bind /dev "$inside/dev"
	cp /etc/resolv.conf "$inside/etc/resolv.conf"
	printf '#!/bin/sh\nexit 101\n' >"$inside/usr/sbin/policy-rc.d"
	chmod 755 "$inside/usr/sbin/policy-rc.d"
}

leave() {
	umount "$inside/dev" "$inside/proc" "$inside" "$work/layer" 2>/dev/null
	rmdir "$inside" "$work/layer" 2>/dev/null
}

in_there() { # COMMAND...
	chroot "$inside" "$@"
}

apt_there() { # COMMAND...
	in_there apt-get -qq -y --no-install-recommends "$@" \
	    >"$work/apt.log" 2>&1 </dev/null || {
		tail -n 20 "$work/apt.log" | sed 's/^/# /'
		return 1
	}
}

# Our package, the newest that was built.
find_package() {
	# shellcheck disable=SC2154 # root is of sandbox.sh
	deb=$(find "$root/build" -maxdepth 1 -name 'repgate_*.deb' | sort -V |
	    tail -n 1)
	[ -n "$deb" ] || give_up "there is no package; try: make deb"
}

libraries_of() { # PACKAGE-FILE
	dpkg-deb -f "$1" Depends | tr ',' '\n' | grep -oE '\blib[^ ]+'
}
