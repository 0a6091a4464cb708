#!/bin/bash
# No data race: what runs on several threads is built with ThreadSanitizer, its unit tests are run, and the program audits a
# portfolio through a real name server on four threads. usage: tools/test_races.sh
set -euo pipefail
cd "$(dirname "$0")/.."
cmake -S . -B build/tsan -G Ninja -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 \
  -DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DRAMPART_SANITIZE=thread >/dev/null
ninja -C build/tsan --quiet audit_test net_test store_test guard_test rampart >&2
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1}
build/tsan/audit_test --gtest_brief=1 --gtest_filter='Runner*'
build/tsan/net_test --gtest_brief=1
build/tsan/guard_test --gtest_brief=1
RAMPART_BIN=$PWD/build/tsan/rampart PYTHONPATH=tests PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/guard_races.py
RAMPART_BIN=$PWD/build/tsan/rampart PYTHONPATH=tests PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 - <<'PYTHON'
import os, subprocess, tempfile
from servers import Nsd
with tempfile.TemporaryDirectory() as folder, Nsd("examples/portfolio") as nsd:
    listing = os.path.join(folder, "list")
    with open(listing, "w") as out:
        for i in range(2000):
            out.write(f"d{i}.example\n")
        out.write("ministry.example\nbank.example\nsound.example\n")
    for source in (["--resolver", nsd.address], ["--zone", "examples/portfolio"]):
        for form in ("jsonl", "text"):
            subprocess.run([os.environ["RAMPART_BIN"], "audit", "--no-config", "--list", listing, "--threads", "4", "--format", form,
                            "--output", os.path.join(folder, "out"), "--fail-on", "never", "--max-unknown", "100", *source], check=True)
PYTHON
echo "No data race was found."
