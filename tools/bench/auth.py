#!/usr/bin/python3
"""Prints the ratios of tools/bench/auth.sh: the least time of each bench over the least of its floor, with the wanted ratio."""

import json
import sys

ROWS = [
    ("DKIM verify, 5.6 KB", "verify/5000/0", "floor/5000/0", 1.3, 1.1),
    ("DKIM verify, 47 KB", "verify/47000/0", "floor/47000/0", 1.3, 1.1),
    ("the same with runs of spaces, 5.6 KB", "verify/5000/1", "floor/5000/1", 1.7, 1.35),
    ("the same with runs of spaces, 47 KB", "verify/47000/1", "floor/47000/1", 1.7, 1.35),
    ("authenticate, 5 KB", "authenticate/5000/0", "floor/5000/0", 1.8, 1.3),
    ("DKIM sign", "sign/5000/0", "sign_floor", 1.2, 1.05),
    ("SPF with five answers, over libspf2", "check_host_five_answers", "libspf2_five_answers", 0.25, 0.1),
]


def main():
    best, memory = {}, 0
    for part in open(sys.argv[1], encoding="utf-8").read().split("\0"):
        for run in json.loads(part)["benchmarks"] if part.strip() else []:
            if run["run_type"] == "iteration":
                unit = {"ns": 1e-3, "us": 1, "ms": 1e3}[run["time_unit"]]
                best[run["run_name"]] = min(run["cpu_time"] * unit, best.get(run["run_name"], 1e9))
                memory = max(memory, run.get("bytes", 0))
    print(f"{'':38} {'us':>8} {'floor':>8} {'ratio':>7} {'must':>6} {'aim':>6}")
    for title, name, floor, must, aim in ROWS:
        if name in best and floor in best:
            print(f"{title:38} {best[name]:8.2f} {best[floor]:8.2f} {best[name] / best[floor]:7.2f} {must:6.2f} {aim:6.2f}")
        else:
            print(f"{title:38} not run: {floor} is not here")
    print(f"{'memory of a message in flight, KiB':38} {memory / 1024:8.1f} {'':8} {'':7} {64:6} {16:6}")


main()
