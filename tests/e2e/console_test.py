"""The console as people use it: `rampart demo` in Debian's Chromium, through console/tests/e2e/*.mjs. Screenshots stay in build/console-shots."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

from rampart_run import PROGRAM, SOURCE
from serve_case import free_port

SCRIPTS = SOURCE / "console" / "tests" / "e2e"
SHOTS = SOURCE / "build" / "console-shots"


def missing():
    """What these tests need and this machine lacks; empty if nothing."""
    if not shutil.which("node"):
        return "node is not installed"
    if not pathlib.Path("/usr/bin/chromium").exists():
        return "chromium is not installed"
    if not (SOURCE / "console" / "node_modules" / "playwright-core").exists():
        return "playwright-core is not there: npm ci --ignore-scripts, in console/"
    return ""


class Demo:
    """A `rampart demo` on a port of its own, until the end of the block; `link` is what it printed."""

    def __init__(self):
        self.own = tempfile.TemporaryDirectory(prefix="rampart-demo-")
        self.folder = pathlib.Path(self.own.name)
        self.port = free_port()
        self.out, self.err = open(self.folder / "out", "wb"), open(self.folder / "err", "wb")
        self.process = subprocess.Popen([PROGRAM, "demo", "--folder", str(self.folder / "demo"), "--port", str(self.port)], stdin=subprocess.DEVNULL,
                                        stdout=self.out, stderr=self.err, env={**os.environ, "NO_COLOR": "1"})
        try:
            self.link = self.await_link()
        except AssertionError:
            self.close()
            raise

    def said(self):
        return "".join((self.folder / name).read_text(errors="replace") for name in ("out", "err"))

    def await_link(self, seconds=240):
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.process.poll() is None:
            found = re.search(r"http://localhost:\d+/enrol#\S+", self.said())
            if found and "the console and the API are answered" in self.said():
                return found.group()
            time.sleep(0.2)
        raise AssertionError(f"no link; status {self.process.poll()}\n{self.said()}")

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.out.close()
        self.err.close()
        self.own.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


@unittest.skipIf(missing(), missing())
class ConsoleTest(unittest.TestCase):
    def people(self, factor):
        shots = SHOTS / factor
        shutil.rmtree(shots, ignore_errors=True)
        shots.mkdir(parents=True)
        with Demo() as demo:
            done = subprocess.run(["node", "people.mjs", demo.link, factor, str(shots)], cwd=SCRIPTS, capture_output=True, text=True, timeout=1500, check=False)
            said = demo.said()
            self.assertIsNone(demo.process.poll(), said)
        for line in done.stdout.splitlines():
            with self.subTest(line.split(":")[0]):
                self.assertTrue(line.startswith("ok "), line)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for fault in ("Sanitizer", "runtime error:"):
            self.assertNotIn(fault, said)

    def test_a_day_with_a_passkey(self):
        self.people("passkey")

    def test_an_app_as_second_factor(self):
        self.people("totp")


if __name__ == "__main__":
    unittest.main()
