# Functions for the tests that need a bare Debian 12; sourced, not run. Root only.

# The machine's own sources of Debian 12 and nothing else, one line each.
debian_sources() {
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk '$2 ~ /^(bookworm|bookworm-updates|bookworm-security|stable|stable-updates|stable-security)$/ && $3 == "main" {
      print "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] " $1, $2, $3 }' | sort -u
}

# make_chroot DIR: Debian 12 minbase in DIR, with the machine's resolver for apt.
make_chroot() {
  local sources
  sources=$(debian_sources)
  if [[ -z $sources ]]; then
    echo "error: this machine has no apt source of Debian 12" >&2
    return 2
  fi
  mmdebstrap --quiet --mode=root --variant=minbase bookworm "$1" - <<<"$sources"
  cp -L /etc/resolv.conf "$1/etc/resolv.conf"
}

# in_chroot DIR COMMAND…: runs COMMAND there with /proc and /dev, in a mount namespace of its own.
in_chroot() {
  local dir=$1
  shift
  unshare --mount --pid --fork --kill-child bash -c '
    mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"' "$dir" \
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 ${TERM:+TERM="$TERM"} "$@"
}

# without_network COMMAND…: runs COMMAND with nothing but a loopback interface.
without_network() { unshare --net bash -c 'ip link set lo up && exec "$@"' without_network "$@"; }

need_root() {
  if ((EUID != 0)); then
    echo "error: a chroot needs root" >&2
    echo "hint: sudo $0" >&2
    exit 2
  fi
  if ! command -v mmdebstrap >/dev/null; then
    echo "error: mmdebstrap, which makes the chroot, is not installed" >&2
    echo "hint: ./dev setup package" >&2
    exit 2
  fi
}
