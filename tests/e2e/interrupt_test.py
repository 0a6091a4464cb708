"""Ctrl-C and its like during a long live audit: the program ends soon and of the signal, and no file is left that was begun."""

import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from rampart_run import PORTFOLIO, PROGRAM, SOURCE
from servers import Nsd

SOON = 5  # seconds, on a busy machine; domains may take 30


class InterruptTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        # Zones whose servers never answer keep an audit busy: NSD serves the portfolio, another resolver is a socket that listens only.
        self.silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(self.silent.close)
        self.silent.bind(("127.0.0.1", 0))
        self.list = self.dir / "domains.txt"
        self.list.write_text("bank.example\n" + "".join(f"d{n}.example\n" for n in range(5000)))

    def begin(self, *arguments, **options):
        process = subprocess.Popen([PROGRAM, "audit", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   cwd=SOURCE, **options)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)  # when the test fails half-way; ended already otherwise
        return process

    def interrupted(self, number=signal.SIGINT, *arguments):
        """An audit of which nothing gets done, broken off once its files have been begun."""
        report, book = self.dir / "report.json", self.dir / "book.jsonl.zst"
        with Nsd(PORTFOLIO) as nsd:
            process = self.begin("--list", self.list, "--resolver", nsd.address, "--dns-timeout", "60s", "--output", report, "--record",
                                 book, "--format", "json", *arguments)
            self.assertTrue(wait_for(lambda: len(list(self.dir.glob("*.tmp"))) == 2), "both files are begun under names of their own")
            nsd.process.send_signal(signal.SIGSTOP)  # from here on nothing is answered
            self.addCleanup(nsd.process.send_signal, signal.SIGCONT)
            time.sleep(0.3)
            process.send_signal(number)
            began = time.monotonic()
            _, errors = process.communicate(timeout=30)
            self.took = time.monotonic() - began
            nsd.process.send_signal(signal.SIGCONT)
        return process.returncode, errors

    def test_nothing_half_written_is_left(self):
        old = "the report of yesterday"
        (self.dir / "report.json").write_text(old)
        status, errors = self.interrupted()
        self.assertEqual(status, -signal.SIGINT, errors)
        self.assertLess(self.took, SOON)
        self.assertEqual(sorted(path.name for path in self.dir.iterdir()), ["domains.txt", "report.json"])
        self.assertEqual((self.dir / "report.json").read_text(), old)
        self.assertIn("interrupted", errors)
        self.assertIn("report.json", errors)
        self.assertNotIn("Sanitizer", errors)

    def test_being_told_to_end_is_the_same(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            status, errors = self.interrupted(number, "--threads", "1")
            self.assertEqual(status, -number, errors)
            self.assertEqual([path.name for path in self.dir.iterdir()], ["domains.txt"])

    def test_while_resolvers_are_examined(self):
        process = self.begin("bank.example", "--resolver", f"127.0.0.1:{self.silent.getsockname()[1]}", "--dns-timeout", "60s")
        self.assertTrue(wait_for(lambda: readable(self.silent)), "it asks")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        self.assertEqual(process.returncode, -signal.SIGINT, errors)
        self.assertIn("interrupted", errors)

    def test_while_it_waits_for_a_list(self):
        process = self.begin("--list", "-", "--zone", PORTFOLIO, "--format", "jsonl", stdin=subprocess.PIPE)
        process.stdin.write("bank.example\ntax.example\n")
        process.stdin.flush()
        self.addCleanup(process.stdin.close)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=30), -signal.SIGINT)

    def test_from_zone_files(self):
        process = self.begin("--list", "-", "--zone", PORTFOLIO, "--format", "jsonl", "--output", self.dir / "report.jsonl",
                             stdin=subprocess.PIPE)
        self.addCleanup(process.stdin.close)
        process.stdin.write("bank.example\n")
        process.stdin.flush()
        self.assertTrue(wait_for(lambda: list(self.dir.glob("*.tmp"))))
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=30), -signal.SIGINT)
        self.assertEqual([path.name for path in self.dir.iterdir()], ["domains.txt"])

    def test_what_was_ignored_stays_ignored(self):
        """As under nohup: the terminal goes, the audit does not."""
        process = self.begin("--list", "-", "--zone", PORTFOLIO, "--format", "jsonl", stdin=subprocess.PIPE,
                             preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        process.stdin.write("bank.example\n")
        process.stdin.flush()
        time.sleep(0.5)
        process.send_signal(signal.SIGHUP)
        out, errors = process.communicate("tax.example\n", timeout=30)
        self.assertEqual(process.returncode, 1, errors)
        self.assertEqual(len(out.splitlines()), 2)


def wait_for(condition):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def readable(sock):
    sock.settimeout(0.01)
    try:
        return bool(sock.recv(512))
    except OSError:
        return False


if __name__ == "__main__":
    unittest.main()
