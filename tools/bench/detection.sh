#!/bin/bash
# `./dev bench detection`: how much phishing is caught at how many false positives, beside rspamd and SpamAssassin. See detection.py.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec /usr/bin/python3 tools/bench/detection.py "$@"
