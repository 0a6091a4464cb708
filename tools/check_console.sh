#!/bin/bash
# The console's own tests (Vitest): its catalogue in both languages, contrast, the types that the API's description gives, its logic.
# Where the console is not built, as on a machine without npm, it says so and passes.
set -euo pipefail
cd "$(dirname "$0")/../console"
if [[ ! -d node_modules ]] || ! command -v npm >/dev/null; then
  echo "skipped: the console is not built here (npm, or its packages, are missing)"
  exit 0
fi
exec npm test --silent
