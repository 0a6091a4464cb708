#!/bin/bash
# The package in a fresh chroot of Debian 12, installed from Debian's sources alone:
#   - its units are right, and may do little, in the eyes of systemd-analyze; the command on line 5 of README.md is run with no
#     configuration, in a network namespace whose only resolver is an NSD on 127.0.0.1:53 that serves mydomain.example;
#   - tests/package_steps.py: an upgrade from 0.1.0 keeps everything, purging asks, and the server runs as its unit says.
# usage: tools/test_package.sh [DEB [OLD-DEB]]
# OLD-DEB, the package of 0.1.0, is made from this repository's history (some minutes, the first time) unless it is named.
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/chroot.sh
need_root
deb=${1:-}
old=${2:-}
if [[ -z $deb ]]; then
  ./dev package >/dev/null
  deb=$(echo build/rampart_*.deb)
fi
if [[ -z $old ]]; then
  old=$(tools/old_package.sh)
fi

dir=$(mktemp -d)
trap 'rm -rf --one-file-system "$dir"' EXIT
chmod 755 "$dir"
make_chroot "$dir/root"
cp "$deb" "$dir/root/rampart.deb"
in_chroot "$dir/root" bash -ec '
  export DEBIAN_FRONTEND=noninteractive
  apt-get -q update >/dev/null
  dpkg -i /rampart.deb >/dev/null 2>&1 || apt-get -q -y --no-install-recommends -f install >/dev/null
  dpkg-query -W -f "\${Package} \${Version} \${db:Status-Status}\n" rampart
  getent passwd rampart >/dev/null || { echo "error: there is no user rampart" >&2; exit 1; }
  for unit in rampart rampart-guard; do
    file=/usr/lib/systemd/system/$unit.service
    wrong=$(systemd-analyze verify --man=no $file 2>&1) || { echo "error: $file: $wrong" >&2; exit 1; }
    [[ -z $wrong ]] || { echo "error: $file: $wrong" >&2; exit 1; }
    # 3.0 at most, of 10: in tenths.
    systemd-analyze security --offline=yes --no-pager --threshold=30 $file >/tmp/security || { cat /tmp/security >&2; exit 1; }
    tail -n 1 /tmp/security
  done
  for page in man1/rampart.1.gz man5/rampart.toml.5.gz; do gzip -t /usr/share/man/$page; done'

# As it is released: under sanitizers nothing is wiped.
/usr/bin/python3 tests/worker_wipes.py build/rampart-worker

command=$(sed -n 5p README.md | sed 's/^ *//')
[[ $command == "rampart audit mydomain.example" ]] || { echo "error: line 5 of README.md is '$command'" >&2; exit 1; }

mkdir "$dir/zones"
cat >"$dir/zones/mydomain.example.zone" <<'ZONE'
$ORIGIN mydomain.example.
$TTL 300
@      SOA ns hostmaster 1 7200 900 1209600 300
@      NS  ns
ns     A   192.0.2.53
@      MX  10 mail
mail   A   192.0.2.25
@      TXT "v=spf1 mx ~all"
_dmarc TXT "v=DMARC1; p=none"
ZONE
printf 'nameserver 127.0.0.1\n' >"$dir/root/etc/resolv.conf"

export -f in_chroot
export RAMPART_SERVERS_DIR=$dir/servers
status=0
without_network /usr/bin/python3 - "$dir" "$command" >"$dir/output" <<'PYTHON' || status=$?
import subprocess, sys
sys.path.insert(0, "tests")
from servers import Nsd
folder, command = sys.argv[1:]
with Nsd(folder + "/zones", port=53):
    sys.exit(subprocess.run(["bash", "-c", 'in_chroot "$@"', "bash", folder + "/root", "bash", "-c", command]).returncode)
PYTHON

cat "$dir/output"
# A domain with p=none can be spoofed: findings, so status 1; what the zone says must be in the answer.
[[ $status == 1 ]] || { echo "error: status $status, not 1" >&2; exit 1; }
for word in mydomain.example WK-2 WK-4 WK-6 "p=none"; do
  grep -q -- "$word" "$dir/output" || { echo "error: '$word' is not in the answer" >&2; exit 1; }
done

# Nothing was configured: purged, it leaves nothing. From here on nothing is downloaded: what it depends on is there.
in_chroot "$dir/root" dpkg --purge rampart >/dev/null
for path in /etc/rampart /var/lib/rampart; do
  [[ ! -e $dir/root$path ]] || { echo "error: $path was not configured, and stays" >&2; exit 1; }
done
without_network env PYTHONPATH=tests PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/package_steps.py "$dir/root" "$old" "$deb"
echo "The package works on a bare Debian 12."
