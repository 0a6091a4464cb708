#!/bin/bash
# Every check of tools/mutations.tsv is taken out in a copy of the tree, and the tests that are named for it must fail.
# usage: tools/test_mutation.sh
set -euo pipefail
cd "$(dirname "$0")/.."
export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-pch_defines,time_macros}
exec /usr/bin/python3 tools/mutate.py
