"""Runs the program under test, $RAMPART_BIN (default build/rampart), as the end-to-end tests do."""

import dataclasses
import json
import os
import pathlib
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parent.parent
PORTFOLIO = SOURCE / "examples" / "portfolio"
PROGRAM = os.environ.get("RAMPART_BIN", str(SOURCE / "build" / "rampart"))


@dataclasses.dataclass
class Run:
    status: int
    out: str
    err: str

    def json(self):
        return json.loads(self.out)


def rampart(*arguments, stdin="", timeout=120, **environment):
    """Runs `rampart ARGUMENTS…` in the project's folder and returns when it has ended. A sanitizer's report fails the caller."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=timeout, cwd=SOURCE,
                          errors="replace", env={**os.environ, "NO_COLOR": "1", **environment})
    if "Sanitizer" in done.stderr or "runtime error:" in done.stderr or done.returncode < 0:
        raise AssertionError(f"rampart {' '.join(map(str, arguments))}: status {done.returncode}\n{done.stderr}")
    return Run(done.returncode, done.stdout, done.stderr)


def fixture(name, *arguments, stdin=b""):
    """What a program beside the one under test prints, which prepares what a test needs (src/**/x_fixture.cc)."""
    program = pathlib.Path(PROGRAM).resolve().parent / name
    done = subprocess.run([program, *map(str, arguments)], input=stdin, capture_output=True, timeout=60, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{name}: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode().strip()
