#!/usr/bin/python3
"""Nothing unfinished, and nothing of one machine, in the project's text files. usage: tools/check_names.py [ROOT]"""

import pathlib
import re
import shutil
import subprocess
import sys

SKIPPED = {"tools/check_names.py", "tools/checks_test.py", "LICENSE"}
RULES = [
    (re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"), "finish it or leave it out"),
    (re.compile(r"(?<![\w./])/(?:work|root|home/\w+|tmp/wt)/"), "a path of one machine"),
    (re.compile(r"registry\.npmjs|pypi\.org|files\.pythonhosted|index\.crates\.io|proxy\.golang"), "a package registry's host"),
]


def tracked(root):
    """The files git knows or would add; every file where there is no repository, or no git."""
    git = shutil.which("git")
    listed = git and subprocess.run([git, "-C", root, "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True, check=False)
    if listed and listed.returncode == 0:
        return [root / name for name in listed.stdout.splitlines()]
    return [p for p in sorted(root.rglob("*")) if p.is_file() and "build" not in p.relative_to(root).parts[:1]]


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parent.parent).resolve()
    faults, count = [], 0
    for path in tracked(root):
        name = path.relative_to(root).as_posix()
        if name in SKIPPED or "testdata" in path.parts or not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        count += 1
        for number, line in enumerate(text.splitlines(), 1):
            for pattern, why in RULES:
                found = pattern.search(line)
                if found:
                    faults.append(f"{name}:{number}: '{found.group(0)}': {why}")
    print("\n".join(faults) if faults else f"names: {count} files hold nothing unfinished and nothing of one machine")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
