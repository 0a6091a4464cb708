#!/bin/bash
# Installs what is missing of the package groups named (build, test, package, peers) from Debian. Called by ./dev; needs root only when
# something is missing. No service that a package brings is started: while apt runs, policy-rc.d says no.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

packages() {  # GROUP: its names
  awk -v group="[$1]" '/^\[/ { inside = ($0 == group); next } inside && NF && !/^#/ { print $1 }' "$here/packages"
}

wanted=()
for group in "$@"; do
  mapfile -t -O ${#wanted[@]} wanted < <(packages "$group")
done

# Asked in one call: a package is there when dpkg says "install ok installed".
declare -A have
while read -r name status; do
  [[ $status == installed ]] && have[$name]=1
done < <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null || true)
missing=()
for name in "${wanted[@]}"; do
  [[ ${have[$name]:-} ]] || missing+=("$name")
done
# Node of another source than Debian's brings its own npm, and Debian's would take it off the machine.
if command -v npm >/dev/null && [[ $(node --version 2>/dev/null) =~ ^v([0-9]+) ]] && ((BASH_REMATCH[1] >= 18)); then
  for i in "${!missing[@]}"; do
    [[ ${missing[i]} == nodejs || ${missing[i]} == npm ]] && unset "missing[i]"
  done
fi
((${#missing[@]} == 0)) && exit 0

if ((EUID != 0)); then
  echo "error: these packages are missing: ${missing[*]}" >&2
  echo "hint: sudo ./dev setup ${*}" >&2
  exit 2
fi

policy=/usr/sbin/policy-rc.d
kept=
deny_services() {
  if [[ -e $policy || -L $policy ]]; then
    kept=$(mktemp -d /usr/sbin/.policy-rc.d.XXXXXX)
    mv "$policy" "$kept/policy-rc.d"
  fi
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}
restore_services() {
  rm -f "$policy"
  if [[ $kept ]]; then
    mv "$kept/policy-rc.d" "$policy"
    rmdir "$kept"
  fi
}

echo "Installing from Debian: ${missing[*]}" >&2
trap restore_services EXIT
trap 'exit 130' INT TERM
deny_services
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
run() {
  if ! "$@" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    echo "error: \`$*\` failed" >&2
    echo "hint: Rampart builds on Debian 12 (bookworm); the machine needs its package archive" >&2
    rm -f "$log"
    exit 2
  fi
}
run apt-get -q update
run apt-get -q -y --no-install-recommends install "${missing[@]}"
rm -f "$log"
