#!/bin/bash
# `./dev bench reports`: aggregate reports read over the floor that zlib sets in the same run, stored, and asked for. See reports.py.
set -euo pipefail
cd "$(dirname "$0")/../.."
ninja -C build/release --quiet reports_bench >&2
exec /usr/bin/python3 tools/bench/reports.py "$@"
