#!/bin/bash
# `./dev run` and `./dev test` work on a bare Debian 12 with no other step: the tree is copied into a fresh chroot with Debian's
# sources alone, packages are installed by ./dev itself, and then everything is built and tested with no network but loopback.
# usage: tools/test_chroot.sh
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/chroot.sh
need_root

dir=$(mktemp -d)
trap 'rm -rf --one-file-system "$dir"' EXIT
chmod 755 "$dir"
make_chroot "$dir/root"
mkdir "$dir/root/rampart"
git ls-files -co --exclude-standard -z | tar --null --files-from=- -cf - | tar -C "$dir/root/rampart" -xf -

echo "== ./dev run, from nothing"
in_chroot "$dir/root" bash -ec 'cd /rampart && ./dev run' | tail -n 15
echo "== packages of the tests"
in_chroot "$dir/root" bash -ec 'cd /rampart && ./dev setup all'
[[ ! -e $dir/root/usr/sbin/policy-rc.d ]] || { echo "error: ./dev setup left its policy-rc.d behind" >&2; exit 1; }
echo "== ./dev test, without a network"
without_network bash -c 'source tools/chroot.sh; in_chroot "$0" bash -ec "cd /rampart && ./dev test"' "$dir/root"
echo "./dev works on a bare Debian 12."
