"""Runs a program and measures it: wall and CPU seconds, and the peak of its memory in MiB."""

import json
import subprocess
import sys

# A process's peak memory counts that of the process it was forked from, and a bench may hold much: so a small one starts it.
_LAUNCH = """
import json, os, subprocess, sys, time
began = time.monotonic()
process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
errors = process.stderr.read()
_, status, usage = os.wait4(process.pid, 0)
json.dump({"wall": time.monotonic() - began, "user": usage.ru_utime, "system": usage.ru_stime, "memory": usage.ru_maxrss / 1024,
           "exit": os.waitstatus_to_exitcode(status), "errors": errors}, sys.stdout)
"""


def measured(command, name):
    """Ends the bench, naming `name`, when the program ends with another status than 0."""
    run = json.loads(subprocess.run([sys.executable, "-c", _LAUNCH, *map(str, command)], check=True, capture_output=True, text=True).stdout)
    if run["exit"] != 0:
        sys.exit(f"error: {name} ended with {run['exit']}:\n{run['errors']}")
    return run | {"cpu": run["user"] + run["system"]}
