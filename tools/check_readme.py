#!/usr/bin/python3
"""Runs the sessions shown in README.md, docs/ and examples/. usage: tools/check_readme.py [ROOT] [FILE…]

Every fence marked `console` is a session: a line `$ COMMAND` is run by bash in the project's folder, with the program under test
($RAMPART_BIN, default build/rampart) first on the PATH as `rampart`; the lines below it are what it must print. A line `...` stands
for any lines, `...` within a line for any text. A command ends with 0 or 1 (nothing found, something found); more is a fault.
Commands that reach the internet or install something stand in fences marked `sh`, which are not run.
"""

import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TIMEOUT_SECONDS = 120
FENCE = re.compile(r"^ {0,3}```(\S*)[^\n]*\n(.*?)^ {0,3}```\s*$", re.M | re.S)


def sessions(text):
    """(line number, command, expected lines) of each command in the console fences."""
    for fence in FENCE.finditer(text):
        if fence.group(1) != "console":
            continue
        number = text.count("\n", 0, fence.start()) + 1
        command = None
        for line in fence.group(2).splitlines():
            number += 1
            if line.startswith("$ "):
                if command:
                    yield start, command, expected
                start, command, expected = number, line[2:], []
            elif command and line.startswith("> "):
                command += "\n" + line[2:]
            elif command:
                expected.append(line.rstrip())
        if command:
            yield start, command, expected


def matches(expected, printed):
    pattern = ""
    for line in expected:
        if line.strip() in ("...", "…"):
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += r"[^\n]*".join(re.escape(part) for part in re.split(r"\.\.\.|…", line)) + r"\n"
    return re.fullmatch(pattern, "".join(line + "\n" for line in printed)) is not None


def trimmed(lines):
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def run(root, command, folder):
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
    return subprocess.run(["bash", "-c", command], cwd=root, env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS,
                          errors="replace", check=False)


def check(root, path, folder):
    count = 0
    for number, command, expected in sessions(path.read_text(encoding="utf-8")):
        count += 1
        where = f"{path.relative_to(root)}:{number}: $ {command}"
        done = run(root, command, folder)
        printed = trimmed([line.rstrip() for line in done.stdout.splitlines()])
        if done.returncode not in (0, 1):
            yield f"{where}\n  ended with {done.returncode}\n{done.stderr}"
        elif not matches(trimmed(expected), printed):
            difference = "\n".join(difflib.unified_diff(expected, printed, "shown", "printed", lineterm=""))
            yield f"{where}\n  prints something else\n{difference}\n{done.stderr}"
    check.count += count


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parent.parent).resolve()
    names = arguments[1:] or ["README.md", "examples/README.md", *(p.relative_to(root) for p in sorted((root / "docs").rglob("*.md")))]
    program = pathlib.Path(os.environ.get("RAMPART_BIN", root / "build" / "rampart")).resolve()
    check.count = 0
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(program, pathlib.Path(folder) / "rampart")
        faults = [fault for name in names if (root / name).exists() for fault in check(root, root / name, folder)]
    print("\n".join(faults) if faults else f"snippets: {check.count} commands print what is shown")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
