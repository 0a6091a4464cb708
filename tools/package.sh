#!/bin/bash
# Makes the .deb of what ./dev package has built, in build/, and has lintian look at it. Prints the file's name.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 022
rm -f build/rampart_*.deb
log=$(mktemp)
if ! cpack --config build/release/CPackConfig.cmake >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
rm -rf "$log" build/_CPack_Packages
file=$(echo build/rampart_*.deb)
# The maintainer's address is under .example until there is a public one; Debian's own bug and upload rules do not apply.
lintian --no-cfg --allow-root --fail-on error --suppress-tags bogus-mail-host,initial-upload-closes-no-bugs "$file"
echo "$file"
