#!/bin/bash
# `./dev bench detection`: how much phishing is caught at how many false positives, beside rspamd and SpamAssassin. See detection.py.
set -euo pipefail
cd "$(dirname "$0")/../.."
for option in "$@"; do
  [[ $option != --peers ]] || tools/setup.sh peers
done
exec /usr/bin/python3 tools/bench/detection.py "$@"
