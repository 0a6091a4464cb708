#!/usr/bin/python3
"""clang-tidy over the code of src/ (not its tests). usage: tools/check_tidy.py BUILD_TREE [FILE…]

BUILD_TREE is built and holds compile_commands.json. A file is looked at again only when something that it is made of has changed:
what passed is remembered under build/tidy by a digest of the command, the checks (.clang-tidy), the tool's version, and the
contents of the file and of every header that Ninja says it includes.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TIDY = "clang-tidy-19"
CACHE = ROOT / "build" / "tidy"
NOT_OURS_TO_CHECK = re.compile(r"_(test|fuzz|bench)\.cc$")


def dependencies(tree):
    """object file -> the files it was made of, as Ninja recorded them."""
    listing = subprocess.run(["ninja", "-C", tree, "-t", "deps"], capture_output=True, text=True, check=True).stdout
    made_of, current = {}, None
    for line in listing.splitlines():
        if line.startswith("    "):
            current.append(line.strip())
        elif ": #deps" in line:
            current = made_of.setdefault(line.split(": #deps")[0], [])
    return made_of


class Digests:
    def __init__(self):
        self.known = {}

    def of(self, path):
        if path not in self.known:
            try:
                if path.startswith(str(ROOT)):
                    text = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
                else:  # a header of the machine: its package changes its size or time
                    status = os.stat(path)
                    text = f"{status.st_size} {status.st_mtime_ns}"
            except OSError:
                text = "gone"
            self.known[path] = text
        return self.known[path]


def main(arguments):
    tree = pathlib.Path(arguments[0]).resolve()
    only = {str(pathlib.Path(name).resolve()) for name in arguments[1:]}
    made_of, digests = dependencies(tree), Digests()
    version = subprocess.run([TIDY, "--version"], capture_output=True, text=True, check=True).stdout
    ground = version + (ROOT / ".clang-tidy").read_text(encoding="utf-8")
    CACHE.mkdir(parents=True, exist_ok=True)

    waiting, fresh = [], set()
    for entry in json.loads((tree / "compile_commands.json").read_text(encoding="utf-8")):
        path = entry["file"]
        if not path.startswith(f"{ROOT}/src/") or NOT_OURS_TO_CHECK.search(path) or (only and path not in only):
            continue
        output = re.search(r" -o (\S+)", entry["command"]).group(1)
        parts = sorted(p if os.path.isabs(p) else str(tree / p) for p in made_of.get(output, []))
        parts = [p for p in parts if not p.startswith(str(tree))] or [path]
        digest = hashlib.sha256("\n".join([ground, entry["command"], *(f"{p} {digests.of(p)}" for p in parts)]).encode()).hexdigest()
        fresh.add(digest)
        if not (CACHE / digest).exists():
            waiting.append((path, digest))

    def look(job):
        path, digest = job
        done = subprocess.run([TIDY, "--quiet", "-p", tree, path], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            (CACHE / digest).touch()
            return ""
        return done.stdout or done.stderr

    with concurrent.futures.ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        faults = [text for text in pool.map(look, waiting) if text]
    for name in ([] if only else os.listdir(CACHE)):
        if name not in fresh:
            (CACHE / name).unlink()
    seen = set()  # a fault in a header is found again in every file that includes it
    for fault in re.split(r"^(?=/\S+:\d+:\d+: (?:error|warning):)", "\n".join(faults), flags=re.M):
        if fault not in seen:
            seen.add(fault)
            print(fault.rstrip())
    print(f"tidy: {len(fresh)} files, {len(waiting)} looked at now, {len(faults)} with faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
