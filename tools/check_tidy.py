#!/usr/bin/python3
"""clang-tidy over the code of src/ (not its tests). usage: tools/check_tidy.py [--seconds N] BUILD_TREE [FILE…]

BUILD_TREE is built and holds compile_commands.json. A file is looked at again only when something that it is made of has changed:
what passed is remembered under build/tidy by a digest of the command, the checks (.clang-tidy), the tool's version, and the
contents of the file and of every header that Ninja says it includes.

With --seconds no unit is begun after that time, and what was left is counted: the next run goes on there, `./dev lint` looks at all.

Most of the time for one file is spent in the headers of libraries, so files of one layer are looked at together, as one unit that
includes them. Files whose private names clash with those of another in their unit are found by a quick parse and go to a later one.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TIDY = "clang-tidy-19"
CACHE = ROOT / "build" / "tidy"
NOT_OURS_TO_CHECK = re.compile(r"_(test|fuzz|bench)\.cc$")
TOGETHER = 12  # files in a unit: more gains little and makes the last unit of a run long
FAULT = re.compile(r"^(/\S+?):\d+:\d+: (?:fatal )?(?:error|warning):", re.M)


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


def write_unit(folder, files):
    unit = os.path.join(folder, "unit.cc")
    with open(unit, "w", encoding="utf-8") as out:
        out.writelines(f'#include "{path}"  // NOLINT(bugprone-suspicious-include)\n' for path, _ in files)
    return unit


def without_clashes(folder, options, files):
    """The files that can be one unit, and those left over: what the compiler stumbles over only beside the others."""
    chosen, later = list(files), []
    while len(chosen) > 1:
        command = [*shlex.split(options), "-w", "-fsyntax-only", "-ferror-limit=0", write_unit(folder, chosen)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        stumbled = set(FAULT.findall(done.stderr))
        if done.returncode == 0:
            break
        clashing = [file for file in chosen[1:] if file[0] in stumbled] or chosen[1:]
        later += clashing
        chosen = [file for file in chosen if file not in clashing]
    return chosen, later


def main(arguments):
    until = float("inf")
    if arguments[0] == "--seconds":
        until = time.monotonic() + float(arguments[1])
        arguments = arguments[2:]
    tree = pathlib.Path(arguments[0]).resolve()
    only = {str(pathlib.Path(name).resolve()) for name in arguments[1:]}
    made_of, digests = dependencies(tree), Digests()
    version = subprocess.run([TIDY, "--version"], capture_output=True, text=True, check=True).stdout
    ground = version + (ROOT / ".clang-tidy").read_text(encoding="utf-8")
    CACHE.mkdir(parents=True, exist_ok=True)

    waiting, fresh = {}, set()  # options -> [(file, digest)]
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
            options = entry["command"].split(" -o ")[0]
            waiting.setdefault(options, []).append((path, digest))
    jobs = [(options, sorted(files)[i:i + TOGETHER]) for options, files in waiting.items() for i in range(0, len(files), TOGETHER)]
    jobs.sort(key=lambda job: -len(job[1]))

    left = []

    def look(job):
        options, files = job
        if time.monotonic() > until:
            left.extend(files)
            return ""
        faults = []
        with tempfile.TemporaryDirectory(prefix="rampart-tidy-") as folder:
            while files:
                files, later = without_clashes(folder, options, files)
                faults += [text for text in [look_at(folder, options, files)] if text]
                files = later
        return "".join(faults)

    def look_at(folder, options, files):
        unit = write_unit(folder, files)
        (pathlib.Path(folder) / "compile_commands.json").write_text(json.dumps(
            [{"directory": str(tree), "file": unit, "command": f"{options} -o unit.o -c {unit}"}]), encoding="utf-8")
        done = subprocess.run([TIDY, "--quiet", f"--config-file={ROOT}/.clang-tidy", "-p", folder, unit],
                              capture_output=True, text=True, check=False)
        where = set(FAULT.findall(done.stdout))
        known = done.returncode == 0 or (where and where <= {path for path, _ in files})
        for path, digest in files:
            if known and path not in where:
                (CACHE / digest).touch()
        return "" if done.returncode == 0 else done.stdout or done.stderr

    with concurrent.futures.ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        faults = [text for text in pool.map(look, jobs) if text]
    for name in ([] if only else os.listdir(CACHE)):
        if name not in fresh:
            (CACHE / name).unlink()
    seen = set()  # a fault in a header is found again in every file that includes it
    for fault in re.split(f"(?={FAULT.pattern})", "\n".join(faults), flags=re.M):
        if fault.strip() and fault not in seen:
            seen.add(fault)
            print(fault.rstrip())
    looked_at = sum(len(files) for _, files in jobs) - len(left)
    print(f"tidy: {len(fresh)} files, {looked_at} looked at now, {len(seen)} faults")
    if left:
        print(f"tidy: {len(left)} files NOT looked at in the time given; run it again, or ./dev lint, which takes the time it needs")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
