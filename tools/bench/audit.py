#!/usr/bin/env python3
"""The speed of `rampart audit` on 10,000 made-up domains served by a local NSD, beside its targets.

Everything runs on this machine: client, server and, for the bad internet, a proxy that delays, loses and refuses. The figures of
one run belong together; compare ratios, not runs.  usage: ./dev bench audit [DOMAINS] [--only good|bad|peer]

A peer runs beside us where it is there: $RAMPART_PEER names a checkdmarc program. It has no option for a port, so it needs root.
"""

import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(SOURCE / "tests"))
import launch  # noqa: E402
import servers  # noqa: E402

SHARED = pathlib.Path(os.environ.get("RAMPART_SHARED", SOURCE.parent / "shared"))
PROGRAM = SOURCE / "build" / "rampart"
WORK = SOURCE / "build" / "bench"


def make_zone(count):
    folder = WORK / f"zone-{count}"
    if not (folder / "domains.txt").exists():
        maker = SHARED / "tools" / "make_audit_zone.py"
        if not maker.exists():
            sys.exit(f"error: {maker} is not there\nhint: set RAMPART_SHARED to the folder that holds tools/make_audit_zone.py")
        subprocess.run([sys.executable, str(maker), str(folder), str(count)], check=True)
    return folder


def audit(listing, resolvers, name, *options):
    """Runs the audit; wall and CPU seconds, peak memory in MiB, and the reports."""
    output = WORK / f"{name}.jsonl"
    command = [str(PROGRAM), "audit", "--list", str(listing), "--format", "jsonl", "--output", str(output), "--fail-on", "never",
               "--max-unknown", "100", *options]
    for resolver in resolvers:
        command += ["--resolver", resolver]
    run = launch.measured(command, "the audit")
    reports = [json.loads(line) for line in output.open(encoding="utf-8")]
    return run | {"reports": [r for r in reports if "domain" in r]}


def show(name, run, must, aim=None):
    count = len(run["reports"])
    rate = count / run["wall"]
    target = f"must {must:,}" + (f", aim {aim:,}" if aim else "") if must else "-"
    print(f"{name:<34} {rate:>9,.0f} domains/s  (target: {target:<22}) {run['wall']:6.2f} s wall, {run['cpu']:5.2f} s CPU "
          f"({run['user']:.2f} user), {1e6 * run['cpu'] / count:5.0f} us CPU/domain, {run['memory']:4.0f} MiB", flush=True)
    return rate


def findings(run):
    """What is compared between runs: each domain's status and findings, without what only says how it was asked."""
    return {r["domain"]: (r["status"], r["grade"], sorted((f["code"], f["status"]) for f in r["findings"])) for r in run["reports"]}


def good_network(folder, count):
    with servers.Nsd([folder / "root.zone"]) as nsd:
        small = WORK / "first-1000.txt"
        small.write_text("".join((folder / "domains.txt").open().readlines()[:1000]))
        audit(small, [nsd.address], "warm-up")
        run_small = audit(small, [nsd.address], "good-1000")
        run = audit(folder / "domains.txt", [nsd.address], "good")
        show("1,000 domains, local NSD", run_small, 0)
        show(f"{count:,} domains, local NSD", run, 2000, 4000)
        questions = [r["questions"] for r in run["reports"]]
        print(f"  facts asked for a domain: {sum(questions) / len(questions):.1f} (most: {max(questions)}); memory target: must 200 MiB, "
              f"aim 60; CPU per domain, {count:,} over 1,000: "
              f"{run['cpu'] / count / (run_small['cpu'] / 1000):.2f} (flat: about 1)")
    return run


def peer(folder):
    """checkdmarc (SPF, DMARC, MX, no DKIM) and we, on the same domains through the same name server, in turn."""
    program = shutil.which(os.environ.get("RAMPART_PEER", "checkdmarc"))
    if program is None or os.geteuid() != 0:
        print("peer: not run (checkdmarc is not there, or this is not root)")
        return
    listing = WORK / "first-300.txt"
    listing.write_text("".join((folder / "domains.txt").open().readlines()[:300]))
    host = servers.own_address(53)
    with servers.Nsd([folder / "root.zone"], port=53, host=host) as nsd:
        ratios = []
        for _ in range(3):
            began = time.monotonic()
            subprocess.run([program, "-n", host, "-o", str(WORK / "peer.json"), "--", str(listing)], check=True, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            theirs = time.monotonic() - began
            ours = audit(listing, [f"{host}:53"], "peer-ours")["wall"]
            ratios.append(theirs / ours)
            print(f"300 domains: checkdmarc {300 / theirs:7.1f} domains/s, rampart {300 / ours:9,.1f} domains/s: {theirs / ours:.0f} times")
        print(f"  median: {sorted(ratios)[1]:.0f} times as fast, with DKIM and what else an audit asks")


def bad_network(folder, count, good):
    with servers.Nsd([folder / "root.zone"]) as nsd:
        def through(name, settings, *options, listing=folder / "domains.txt"):
            port = servers.free_port()
            proxy = subprocess.Popen([str(SOURCE / "build" / "bad_internet"), str(port), str(nsd.port), *settings], stdin=subprocess.PIPE)
            try:
                return audit(listing, [f"127.0.0.1:{port}", f"127.0.0.2:{port}"], name, *options)
            finally:
                proxy.stdin.close()
                proxy.wait()
        run = through("bad", ["50", "1", "2", "5"])
        show(f"{count:,} domains, bad internet", run, 300)
        sample = WORK / "every-tenth.txt"
        sample.write_text("".join((folder / "domains.txt").open().readlines()[::10]))
        slow = through("bad-serial", ["1", "0", "0", "5"], "--parallel", "8", listing=sample)
        bad, reference, truth = findings(run), findings(slow), findings(good)
        differ = [d for d in reference if bad[d] != reference[d]]
        print(f"  findings equal to a slow run without loss: {len(reference) - len(differ)} of {len(reference)} domains"
              + (f"; differ: {', '.join(differ[:5])}" if differ else ""))
        missing = re.compile(r"-missing$|^no-authentication$")
        false_missing = [(d, c) for d, (_, _, found) in bad.items() for c, s in found
                         if s == "present" and missing.search(c) and (c, s) not in truth[d][2]]
        print(f"  false \"missing\": {len(false_missing)}" + (f": {false_missing[:5]}" if false_missing else ""))
        unknown = sum(1 for status, _, _ in bad.values() if status == "unknown")
        print(f"  unknown: {unknown} of {count} (5 % of the zones are dead or lame)")


def main(arguments):
    only = arguments[arguments.index("--only") + 1] if "--only" in arguments else None
    counts = [int(a) for a in arguments if a.isdigit()]
    count = counts[0] if counts else 10000
    WORK.mkdir(parents=True, exist_ok=True)
    folder = make_zone(count)
    if only == "peer":
        return peer(folder)
    good = good_network(folder, count)
    if only != "good":
        bad_network(folder, count, good)
        peer(folder)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"servers and clients together: {children.ru_utime + children.ru_stime:.1f} s CPU")


if __name__ == "__main__":
    main(sys.argv[1:])
