#!/bin/bash
# `./dev bench guard`: messages through the milter, in CPU and time, beside opendkim. See guard.py.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec /usr/bin/python3 tools/bench/guard.py "$@"
