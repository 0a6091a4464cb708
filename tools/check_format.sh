#!/bin/bash
# Our C++ is as clang-format 19 would write it. usage: tools/check_format.sh [ROOT]
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"
mapfile -t files < <(find src tools -name '*.cc' -o -name '*.h' 2>/dev/null | sort)
if ((${#files[@]})) && ! clang-format-19 --dry-run -Werror "${files[@]}"; then
  echo "hint: ./dev format" >&2
  exit 1
fi
echo "format: ${#files[@]} files"
