#!/bin/bash
# Runs fuzz targets that ./dev fuzz has built. usage: tools/fuzz.sh TREE SECONDS TARGET…
#
# The readable seeds in src/…/testdata/fuzz/TARGET are read and never written. What libFuzzer learns is kept in
# build/fuzz-corpus/TARGET; an input that fails is kept in build/fuzz-findings and named, and the status is then 1. Once its fault is
# mended, a small form of it belongs among the seeds (TARGET -minimize_crash=1 FILE makes one).
set -euo pipefail
cd "$(dirname "$0")/.."
tree=$1 seconds=$2
shift 2
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1} UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
findings=build/fuzz-findings
mkdir -p "$findings"
status=0
for target in "$@"; do
  seeds=$(dirname "$(find src -name "$target.cc")")/testdata/fuzz/$target
  learned=build/fuzz-corpus/$target
  mkdir -p "$learned"
  log=$(mktemp)
  if "$tree/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=1 \
    -artifact_prefix="$findings/$target-" "$learned" "$seeds" >"$log" 2>&1; then
    runs=$(awk '/number_of_executed_units/ { print $2 }' "$log")
    echo "$target: $runs inputs in $seconds s, nothing found; $(find "$learned" -type f | wc -l) kept in $learned"
  else
    status=1
    grep -v '^#' "$log" | tail -n 40
    echo "$target: FOUND $(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)"
  fi
  rm -f "$log"
done
exit $status
