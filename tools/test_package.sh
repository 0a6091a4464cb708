#!/bin/bash
# The package works on a bare Debian 12 with no configuration: it is installed in a fresh chroot from Debian's sources alone, and
# the command on line 5 of README.md is run there, in a network namespace whose only resolver is an NSD on 127.0.0.1:53 that
# serves mydomain.example. usage: tools/test_package.sh [DEB]
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/chroot.sh
need_root
deb=${1:-}
if [[ -z $deb ]]; then
  ./dev package >/dev/null
  deb=$(echo build/rampart_*.deb)
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
  test -f /usr/lib/systemd/system/rampart-guard.service'

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
echo "The package works on a bare Debian 12."
