#!/bin/bash
# `./dev bench audit`: the audit of 10,000 domains against a local NSD, and through a bad internet. See audit.py.
set -euo pipefail
cd "$(dirname "$0")/../.."
clang++-19 -std=c++23 -O2 -Wall -Wextra tools/bench/bad_internet.cc -o build/bad_internet
exec /usr/bin/python3 tools/bench/audit.py "$@"
