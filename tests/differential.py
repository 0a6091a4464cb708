"""Others beside us on the same made-up mail, 200 cases each way. Where they and we differ stands in e2e/differential.tsv with the reason:
every difference has to be there, and everything there has to be seen."""

import os
import pathlib
import re
import tempfile
import unittest

import rampart_run
from rampart_run import SOURCE

CASES = 200
TABLE = SOURCE / "tests" / "e2e" / "differential.tsv"
SOA = "@ 1 IN SOA a b 1 1 1 1 1\n@ 1 IN NS a\n"


def rampart(*arguments):
    """More than a thousand runs: leaks are looked for in other tests, which takes a third of each."""
    return rampart_run.rampart(*arguments, ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0")


def txt(text):
    return "( " + " ".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in re.findall("(?s).{1,200}", text)) + " )"


def known():
    """{(peer, kind, theirs, ours): reason}"""
    rows = [line.split("\t") for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    return {tuple(row[:4]): row[4] for row in rows}


class Differential(unittest.TestCase):
    peers = ()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.seen = set()
        self.count = 0

    def compare(self, peer, kind, theirs, ours, about=""):
        self.count += 1
        if theirs == ours:
            return
        row = (peer, kind, theirs, ours)
        if row not in known() and "RAMPART_SHOW_DIFFERENCES" in os.environ:
            print("\t".join(row), about)
            return
        self.assertIn(row, known(), about)
        self.seen.add(row)

    def finish(self, *peers):
        self.assertGreaterEqual(self.count, CASES)
        missing = {row for row in known() if row[0] in peers} - self.seen
        self.assertEqual(missing, set(), "these differences are gone: take them out of the table")
