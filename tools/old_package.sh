#!/bin/bash
# The package of 0.1.0, from which upgrades are tested: made once, of the last commit before 0.2.0, in build/old. Prints its file's name.
set -euo pipefail
cd "$(dirname "$0")/.."
commit=2ab71a1567b8332b65ccf110ce16c53d15202612
file=build/old/rampart_0.1.0-1_$(dpkg --print-architecture).deb
if [[ ! -f $file ]]; then
  if ! git cat-file -e "$commit^{commit}" 2>/dev/null; then
    echo "error: the history of this repository does not reach 0.1.0 ($commit)" >&2
    echo "hint: git fetch --unshallow; or name a package: tools/test_package.sh DEB OLD-DEB" >&2
    exit 2
  fi
  echo "Building 0.1.0, to be upgraded from (some minutes, this once)" >&2
  rm -rf build/old
  mkdir -p build/old/tree
  git archive "$commit" | tar -C build/old/tree -xf -
  (cd build/old/tree && ./dev package) >&2
  mv build/old/tree/build/rampart_*.deb "$file"
  rm -rf build/old/tree
fi
echo "$file"
