#!/usr/bin/env python3
"""What `rampart serve` takes: the list of 50 out of 100,000 domains for 50 clients, 200 clients that follow events, the time from
start to ready, and the memory at rest.

Load and server share the machine, so compare the ratio to a static page of nginx in the same run, not runs. The store is filled once
by roster_fixture (build/bench/server.db).
usage: ./dev bench server [SECONDS] [--domains 100000]
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = SOURCE / "build" / "rampart"
WORK = SOURCE / "build" / "bench"
CLIENTS = 50
FOLLOWERS = 200
STARTS = 5
STARTS_WITHIN = 60  # seconds
RESTS = 3  # seconds until memory is read
MUST = {"p99 ms": (50, 15), "event p99 ms": (1000, 200), "ready s": (2, 0.5), "memory MiB": (120, 60)}  # must, aim
LISTS = ("/api/v1/domains", "/api/v1/domains?sort=grade", "/api/v1/domains?sort=-last_audit",
         "/api/v1/domains?status=spoofable&sort=open_findings")

sys.path.insert(0, str(SOURCE / "tests"))
from servers import free_port  # noqa: E402


def compiled(source):
    """The program of a single file, made anew when that changed."""
    program = WORK / source.stem
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        subprocess.run(["clang++-19", "-O2", "-std=c++23", source, "-o", program], check=True)
    return program


def fixture():
    found = [path for path in (SOURCE / "build" / "release" / "roster_fixture", SOURCE / "build" / "tests" / "roster_fixture") if path.exists()]
    return found[0] if found else sys.exit("error: roster_fixture is not built\nhint: run ./dev bench server")


def filled(domains):
    """A store with that many domains, made once."""
    store = WORK / f"server-{domains}.db"
    if not store.exists():
        began = time.monotonic()
        making = store.with_suffix(".making")
        for stale in WORK.glob(f"{making.name}*"):
            stale.unlink()
        subprocess.run([fixture(), f"sqlite:{making}", str(domains)], check=True)
        making.rename(store)
        print(f"filled a store with {domains:,} domains in {time.monotonic() - began:.0f} s", file=sys.stderr)
    return store


class Server:
    """`rampart serve` on a port of its own, with a copy of the store."""

    def __init__(self, folder, store):
        self.folder = folder
        self.port = free_port()
        self.store = folder / "rampart.db"
        shutil.copy(store, self.store)
        self.config = folder / "rampart.toml"
        self.config.write_text(
            f'[store]\nurl = "sqlite:{self.store}"\n'
            f'[server]\nfolder = "{folder}"\nlisten = ["127.0.0.1:{self.port}"]\nrole = ["api"]\n'
            f'public_url = "http://localhost:{self.port}"\n')
        self.process = None

    def start(self):
        """Seconds until /readyz says so."""
        began = time.monotonic()
        self.process = subprocess.Popen([PROGRAM, "serve", "--config", self.config], stdout=subprocess.DEVNULL,
                                        stderr=(self.folder / "log").open("a"))
        while time.monotonic() - began < STARTS_WITHIN:
            if self.process.poll() is not None:
                sys.exit(f"error: rampart serve ended:\n{(self.folder / 'log').read_text()}")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=1) as answer:
                    if answer.status == 200:
                        return time.monotonic() - began
            except (urllib.error.URLError, OSError):
                time.sleep(0.005)
        sys.exit("error: rampart serve is not ready within a minute")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)

    def memory(self):
        """MiB that are its own (Pss), with the processes that it has started."""
        total = 0
        for pid in [self.process.pid, *children(self.process.pid)]:
            rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int(re.search(r"^Pss:\s+(\d+)", rollup, re.M).group(1))
        return total / 1024


def children(pid):
    out = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            out += [int(child), *children(int(child))]
    return out


def token_of(server):
    """A token that reads domains and events, made on the host."""
    made = subprocess.run([PROGRAM, "accounts", "token", "--config", server.config, "--name", "bench", "--role", "auditor"],
                          capture_output=True, text=True, check=False)
    found = re.search(r"\brmp_\S+", made.stdout)
    return found.group(0) if found else sys.exit(f"error: no token could be made: {made.stderr.strip()}")


def load(program, server, paths, *options):
    run = subprocess.run([program, *map(str, options), f"127.0.0.1:{server}", *paths], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"error: http_load: {run.stderr or run.stdout}")
    return json.loads(run.stdout)


class Nginx:
    """One static page of the size of a list, on the same machine."""

    def __init__(self, folder, size):
        self.port = free_port()
        (folder / "page").write_bytes(b"x" * size)
        conf = folder / "nginx.conf"
        conf.write_text(f"daemon off; worker_processes 2; error_log {folder}/nginx.log; pid {folder}/nginx.pid;\n"
                        f"events {{ worker_connections 512; }}\nhttp {{ access_log off; server {{ listen 127.0.0.1:{self.port}; "
                        f"root {folder}; keepalive_requests 1000000; }} }}\n")
        self.process = subprocess.Popen(["/usr/sbin/nginx", "-c", conf, "-p", folder], stderr=subprocess.DEVNULL)
        time.sleep(0.5)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def line(name, value, unit, beside=""):
    must, aim = MUST[f"{name} {unit}"]
    word = "aim met" if value <= aim else "must met" if value <= must else "MISSED"
    print(f"{name:<14} {value:>9.2f} {unit:<4} must {must:>6} aim {aim:>6}  {word}{beside}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", nargs="?", type=float, default=5)
    parser.add_argument("--domains", type=int, default=100_000)
    arguments = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    program = compiled(SOURCE / "tools" / "bench" / "http_load.cc")
    store = filled(arguments.domains)
    with tempfile.TemporaryDirectory(prefix="rampart-bench-") as name:
        folder = pathlib.Path(name)
        server = Server(folder, store)
        starts = []
        for _ in range(STARTS):
            starts.append(server.start())
            server.stop()
        server.start()
        time.sleep(RESTS)
        rest = server.memory()
        field = f"Authorization: Bearer {token_of(server)}"
        answered = load(program, server.port, LISTS, "--clients", CLIENTS, "--seconds", arguments.seconds, "--header", field)
        events = load(program, server.port, ["/api/v1/events"], "--stream", "--clients", FOLLOWERS, "--seconds", arguments.seconds,
                      "--header", field)
        beside = ""
        if os.path.exists("/usr/sbin/nginx"):
            request = urllib.request.Request(f"http://127.0.0.1:{server.port}{LISTS[0]}", headers=dict([field.split(": ", 1)]))
            size = len(urllib.request.urlopen(request).read())
            nginx = Nginx(folder, size)
            static = load(program, nginx.port, ["/page"], "--clients", CLIENTS, "--seconds", arguments.seconds)
            nginx.stop()
            beside = (f"   {answered['per_second']:,.0f}/s; nginx with a page of {size:,} bytes {static['per_second']:,.0f}/s "
                      f"({static['per_second'] / answered['per_second']:.1f} times), p99 {static['p99_ms']:.2f} ms")
        server.stop()
        line("p99", answered["p99_ms"], "ms", beside)
        line("event p99", events["p99_ms"], "ms")
        line("ready", statistics.median(starts), "s")
        line("memory", rest, "MiB")


if __name__ == "__main__":
    main()
