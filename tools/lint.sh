#!/bin/bash
# The house's checks that need no built tests, each with its one line; all are run, the status tells whether one failed.
cd "$(dirname "$0")/.."
status=0
for check in check_layers.py check_size.py check_names.py check_format.sh; do
  "tools/$check" || status=1
done
tools/check_tidy.py build/release || status=1
exit $status
