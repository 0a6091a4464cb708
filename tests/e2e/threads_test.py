"""`--threads` is about time alone: one, two or four give the same bytes, in every format."""

import pathlib
import re
import tempfile
import unittest

from rampart_run import PORTFOLIO, SOURCE, rampart

COUNTS = (1, 2, 4)
FORMATS = ("jsonl", "csv", "json", "text", "html", "sarif")


class ThreadsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        names = (SOURCE / "examples" / "domains.txt").read_text(encoding="utf-8").split()
        self.list = self.dir / "domains.txt"
        # The names of the portfolio, and many more that exist in it or do not.
        self.list.write_text("\n".join(names + [f"d{n}.{name}" for n in range(40) for name in names] + ["someone@bank.example"]))
        self.book = self.dir / "book.jsonl.zst"

    def run_with(self, threads, *arguments):
        run = rampart("audit", "--list", self.list, "--threads", threads, *arguments)
        self.assertEqual(run.status, 1, run.err)
        return re.sub(r'"now":"[^"]+"', "", run.out)  # zone files have no time of their own; recordings have

    def assert_same(self, *arguments):
        first, *others = [self.run_with(threads, *arguments) for threads in COUNTS]
        self.assertTrue(first)
        for threads, out in zip(COUNTS[1:], others):
            self.assertTrue(out == first, f"--threads {threads} {' '.join(map(str, arguments))}")

    def test_zone_files(self):
        for form in ("jsonl", "csv", "text"):
            with self.subTest(form):
                self.assert_same("--zone", PORTFOLIO, "--format", form)

    def test_a_recording_that_several_threads_made(self):
        self.run_with(4, "--zone", PORTFOLIO, "--record", self.book)
        for form in FORMATS:
            with self.subTest(form):
                self.assert_same("--facts", self.book, "--format", form)

    def test_a_proposed_change(self):
        self.assert_same("--zone", PORTFOLIO, "--what-if", SOURCE / "examples" / "fix" / "ministry.example.zone", "--format", "csv")


if __name__ == "__main__":
    unittest.main()
