"""A messy portfolio divided into its organisations' reports: what the short and the long test have in common."""

import csv
import os
import pathlib
import re
import signal
import subprocess
import time

from rampart_run import PROGRAM, SOURCE

NAME = re.compile(r"m\d{5}")
CODE = re.compile(r"org\d{4}", re.IGNORECASE)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def rows(path):
    with pathlib.Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def contents(folder):
    """Every file of a folder, with its times made one: two runs may differ in nothing else."""
    return {path.name: TIME.sub("TIME", path.read_text(encoding="utf-8")) for path in sorted(pathlib.Path(folder).iterdir())}


def start(*arguments, binary=PROGRAM):
    return subprocess.Popen([binary, "audit", *map(str, arguments), "--no-config"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=SOURCE)


def run(*arguments, binary=PROGRAM):
    """Status, standard error, and seconds."""
    began = time.monotonic()
    process = start(*arguments, binary=binary)
    out, errors = process.communicate()
    errors = errors.decode(errors="replace")
    if "Sanitizer" in errors or "runtime error" in errors:
        raise AssertionError(errors)
    return process.returncode, errors, time.monotonic() - began, out


def kill_half_way(journal, size, *arguments, binary=PROGRAM):
    """Kills the run as soon as its journal holds so many bytes."""
    process = start(*arguments, binary=binary)
    while process.poll() is None and not (os.path.exists(journal) and os.path.getsize(journal) > size):
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    errors = process.communicate()[1].decode(errors="replace")
    return process.returncode, errors


def check_split(test, folder, made):
    """Every domain stands in its organisation's files, and nobody else's name stands in any of them."""
    folder = pathlib.Path(folder)
    index = rows(folder / "index.csv")
    test.assertEqual(len(index), len(made.organisations))
    files = {"index.csv", "changes.csv"}
    seen = set()
    for row in index:
        name = row["organisation"].removeprefix("'")
        own = {domain.split(".")[0] for domain in made.organisations[name]}
        test.assertEqual(int(row["domains"]), len(own), name)
        test.assertEqual(sum(int(row[status]) for status in ("spoofable", "partly-protected", "protected", "unknown")), len(own))
        test.assertRegex(row["file"], r"^[a-z0-9-]+-[0-9a-f]{12}$")
        code = CODE.search(name).group().lower()
        for ending in (".html", ".csv", ".zone"):
            files.add(row["file"] + ending)
            text = (folder / (row["file"] + ending)).read_text(encoding="utf-8")
            test.assertEqual(set(NAME.findall(text)), own, f"{row['file']}{ending} of {name}")
            test.assertLessEqual({found.lower() for found in CODE.findall(text)}, {code}, f"{row['file']}{ending}")
        test.assertNotIn("<script", (folder / (row["file"] + ".html")).read_text(encoding="utf-8"))
        seen |= own
    test.assertEqual(len(seen), len(made.domains))
    test.assertEqual({path.name for path in folder.iterdir()}, files)
