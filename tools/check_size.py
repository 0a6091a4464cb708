#!/usr/bin/python3
"""No file of ours over MAX_LINES lines, and tests at least MIN_TEST_SHARE of the code. usage: tools/check_size.py [ROOT]

For the share, lines that are neither empty nor comment count: x_test.cc, x_fuzz.cc, tests/ and the vectors in testdata (not the
fuzzers' seeds) against the rest of src/ without benches and suite programs. The length of functions is clang-tidy's to measure (readability-function-size in .clang-tidy).
"""

import pathlib
import sys

MAX_LINES = 800
MIN_TEST_SHARE = 0.43  # leveldb's
FOLDERS = ["src", "tools", "tests", "cmake"]
SUFFIXES = [".h", ".cc", ".py", ".sh", ".cmake"]


def lines(path):
    return path.read_bytes().count(b"\n")


def weight(path):
    """Lines that say something: not empty, not a comment."""
    stripped = (line.strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines())
    return sum(1 for line in stripped if line and not line.startswith(("//", "# ")))


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parent.parent).resolve()
    files = [p for folder in FOLDERS for p in sorted((root / folder).rglob("*"))
             if p.suffix in SUFFIXES and p.is_file() and "testdata" not in p.parts]
    faults = [f"{p.relative_to(root)}:{lines(p)}: {lines(p)} lines; split it, a file has at most {MAX_LINES}"
              for p in files if lines(p) > MAX_LINES]
    ours = [p for p in sorted((root / "src").rglob("*")) if p.is_file()]
    vectors = [p for p in ours if "testdata" in p.parts and "fuzz" not in p.parts]
    ours = [p for p in ours if p.suffix in (".h", ".cc") and "testdata" not in p.parts]
    code = sum(weight(p) for p in ours if not p.stem.endswith(("_test", "_fuzz", "_bench", "_suite", "_fixture")))
    tests = sum(weight(p) for p in ours if p.stem.endswith(("_test", "_fuzz"))) + sum(weight(p) for p in vectors)
    tests += sum(weight(p) for p in files if p.is_relative_to(root / "tests"))
    if tests < MIN_TEST_SHARE * code:
        faults.append(f"src:1: {tests} lines of test for {code} of code; at least {MIN_TEST_SHARE} per line is the rule")
    print("\n".join(faults) if faults else f"sizes: {len(files)} files within {MAX_LINES} lines; {code} lines of code, {tests} of test")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
