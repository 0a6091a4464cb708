#!/bin/bash
# `./dev bench server`: the list of 100,000 domains, live events, the start and the memory of `rampart serve`. See server.py.
set -euo pipefail
cd "$(dirname "$0")/../.."
ninja -C build/release --quiet roster_fixture >&2
exec /usr/bin/python3 tools/bench/server.py "$@"
