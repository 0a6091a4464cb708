#!/bin/bash
# `./dev bench auth`: messages checked and signed, over the floor that OpenSSL sets in the same run; SPF over libspf2.
set -euo pipefail
cd "$(dirname "$0")/../.."
ninja -C build/release --quiet auth_bench spf_bench >&2
results=$(mktemp)
trap 'rm -f "$results"' EXIT
for bench in auth_bench spf_bench; do
  filter=.
  [[ $bench == spf_bench ]] && filter=five_answers
  "$(find build/release build/tests -type f -name "$bench" -perm -u+x | head -n 1)" --benchmark_min_time=0.1 --benchmark_repetitions=15 \
    --benchmark_filter="$filter" --benchmark_format=json 2>/dev/null >>"$results"
  printf '\0' >>"$results"
done
exec /usr/bin/python3 tools/bench/auth.py "$results"
