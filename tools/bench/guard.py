#!/usr/bin/env python3
"""The speed of `rampart guard`: CPU of a message that is authenticated (SPF, DKIM, DMARC; signed mail of 20 domains, names in the cache), over
a unix socket with connections that stay, beside Debian's opendkim, which verifies DKIM alone, on the same mail in the same run.

The figures of one run belong together; compare ratios, not runs.
usage: ./dev bench guard [SECONDS]

Nothing but loopback is touched: NSD publishes the domains on an address of its own at port 53, since opendkim knows no other port.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
SHARED = pathlib.Path(os.environ.get("RAMPART_SHARED", SOURCE.parent / "shared"))
PROGRAM = SOURCE / "build" / "rampart"
WORK = SOURCE / "build" / "bench"
CONNECTIONS = 50
MANY = 2_000
SIZES = (("5 KB", "5k", "0.20", "0.10"), ("47 KB", "50k", "0.30", "0.15"))
STARTS_WITHIN = 20  # seconds

sys.path.insert(0, str(SOURCE / "tests"))
from servers import Nsd, own_address  # noqa: E402


def need(path):
    if not path.exists():
        sys.exit(f"error: {path} is not there\nhint: set RAMPART_SHARED to the folder that holds it")
    return path


def made():
    """The client, and the mail with its zone; each made once."""
    WORK.mkdir(parents=True, exist_ok=True)
    client, mail = WORK / "mail_load", WORK / "guard-mail"
    source = need(SHARED / "tools" / "mail_load.cc")
    if not client.exists() or client.stat().st_mtime < source.stat().st_mtime:
        subprocess.run(["clang++-19", "-O2", "-std=c++23", "-pthread", source, "-o", client], check=True)
    if not (WORK / "guard-mail.complete").exists():
        subprocess.run([sys.executable, need(SHARED / "tools" / "make_signed_mail.py"), mail], check=True, stdout=subprocess.DEVNULL)
        (WORK / "guard-mail.complete").touch()
    return client, mail


class Server:
    """A milter at a unix socket."""

    def __init__(self, command, socket, log):
        self.socket = socket
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=log.open("wb"))
        deadline = time.monotonic() + STARTS_WITHIN
        while not socket.exists():
            if time.monotonic() > deadline or self.process.poll() is not None:
                sys.exit(f"error: {command[0]} does not listen:\n{log.read_text()}")
            time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def loaded(client, server, folder, connections, seconds):
    done = subprocess.run([client, "milter", server.socket, str(connections), str(seconds), folder, "reuse=1", f"pids={server.process.pid}"],
                          check=True, capture_output=True, text=True)
    found = {name: float(value) for name, value in re.findall(r"([a-z0-9/]+)=([0-9.]+)", done.stdout)}
    if found["err"] or not found["ok"]:
        sys.exit(f"error: not every message was answered: {done.stdout}")
    return found


def show(name, value, unit, must="", aim="", more=""):
    target = f"must {must}, aim {aim}" if must else "-"
    print(f"{name:<46} {value:>10} {unit:<8} (target: {target}){'  ' + more if more else ''}", flush=True)


def main(arguments):
    seconds = float(arguments[0]) if arguments else 8
    client, mail = made()
    with tempfile.TemporaryDirectory(prefix="rampart-bench-") as name:
        folder = pathlib.Path(name)
        address = own_address(53)
        zones = folder / "zones"
        zones.mkdir()
        shutil.copy(mail / "dns" / "root.zone", zones / "root.zone")
        names = Nsd(zones, host=address, port=53)
        try:
            run(client, mail, folder, address, seconds)
        finally:
            names.stop()


def run(client, mail, folder, address, seconds):
    def ours(*more):
        socket = folder / "guard.sock"
        return Server([PROGRAM, "guard", "--no-config", "--listen", f"unix:{socket}", "--resolver", address, *more], socket, folder / "guard.log")

    def theirs():
        socket = folder / "opendkim.sock"
        (folder / "opendkim.conf").write_text(f"Mode v\nSocket local:{socket}\nNameservers {address}\nSyslog no\nBackground no\nUMask 000\n")
        return Server(["opendkim", "-f", "-x", folder / "opendkim.conf"], socket, folder / "opendkim.log")

    for size, part, must, aim in SIZES:
        with ours() as server:
            guard = loaded(client, server, mail / "msgs" / part, CONNECTIONS, seconds)
        show(f"CPU of a message of {size}", f"{guard['srvcpu']:.3f}", "ms", must, aim,
             f"{guard['msg/s']:,.0f} messages/s, p50 {guard['p50']:.2f} ms, p99 {guard['p99']:.2f} ms")
        if shutil.which("opendkim"):
            with theirs() as server:
                peer = loaded(client, server, mail / "msgs" / part, CONNECTIONS, seconds)
            show("  opendkim, DKIM alone", f"{peer['srvcpu']:.3f}", "ms", more=f"{peer['srvcpu'] / guard['srvcpu']:.1f} times ours")
    with ours() as server:
        few = loaded(client, server, mail / "msgs" / "5k", CONNECTIONS, seconds)
        many = loaded(client, server, mail / "msgs" / "5k", MANY, seconds)
    show(f"throughput of {MANY:,} connections over {CONNECTIONS}", f"{100 * many['msg/s'] / few['msg/s']:.0f}", "%", more=f"p99 {many['p99']:.0f} ms")


if __name__ == "__main__":
    main(sys.argv[1:])
