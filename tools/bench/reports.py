#!/usr/bin/env python3
"""The speed of `rampart reports`: reading over the floor of zlib's inflate of the same files, storing in SQLite and PostgreSQL, and the
queries of `reports show`, beside their targets.

The figures of one run belong together; compare ratios, not runs.
usage: ./dev bench reports [--only read|store|big|query|peer] [--records MILLIONS]

--records 10 loads ten million records before the queries are timed, as the targets of the queries say; the usual is one.
A peer runs beside us where it is there: $RAMPART_PEER names a parsedmarc program.
"""

import json
import os
import pathlib
import pwd
import shutil
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
SHARED = pathlib.Path(os.environ.get("RAMPART_SHARED", SOURCE.parent / "shared"))
PROGRAM = SOURCE / "build" / "rampart"
WORK = SOURCE / "build" / "bench"
SINCE = "2025-01-01"  # the first day of the made reports
DOMAIN = "ministry7.example.gov.pk"  # one of their 200
ROUNDS = 3

sys.path.insert(0, str(SOURCE / "tools" / "bench"))
import launch  # noqa: E402


def made(reports, records, packed=True):
    """A folder of reports, made once."""
    folder = WORK / f"reports-{reports}x{records}{'-gz' if packed else ''}"
    complete = folder.with_suffix(".complete")
    if not complete.exists():
        maker = SHARED / "tools" / "make_dmarc_reports.py"
        if not maker.exists():
            sys.exit(f"error: {maker} is not there\nhint: set RAMPART_SHARED to the folder that holds tools/make_dmarc_reports.py")
        print(f"making {reports:,} reports of {records:,} records…", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, str(maker), str(folder), str(reports), str(records), *(["gz"] if packed else [])], check=True)
        complete.touch()
    return folder


def bench_program():
    for folder in ("release", "tests"):
        for path in (SOURCE / "build" / folder).rglob("reports_bench"):
            if path.is_file():
                return path
    sys.exit("error: reports_bench is not built\nhint: ./dev bench reports builds it")


def show(name, value, unit, must="", aim="", more=""):
    target = f"must {must}" + (f", aim {aim}" if aim else "") if must else "-"
    print(f"{name:<52} {value:>12} {unit:<10} (target: {target}){'  ' + more if more else ''}", flush=True)


def read():
    """Everything is in memory, one core; the least time of a few rounds, each beside its floor."""
    folder = made(10_000, 100)
    done = subprocess.run([str(bench_program()), "--benchmark_filter=inflate_alone|read_all", f"--benchmark_repetitions={ROUNDS}",
                           "--benchmark_min_time=0.01", "--benchmark_format=json"], check=True, capture_output=True, text=True,
                          env={**os.environ, "RAMPART_REPORTS": str(folder)})
    best, records = {}, 0
    for run in json.loads(done.stdout)["benchmarks"]:
        if run.get("error_occurred"):
            sys.exit(f"error: {run['name']}: {run['error_message']}")
        if run["run_type"] == "iteration":
            best[run["run_name"]] = min(run["cpu_time"] / 1e3, best.get(run["run_name"], 1e9))
            records = int(run.get("records", records))
    floor, ours = best["inflate_alone"], best["read_all"]
    show("parse, 10,000 gzip reports of 100 records", f"{records / ours:,.0f}", "records/s", "300,000", "", f"{ours:.2f} s")
    show("  the same over zlib's time to inflate them", f"{ours / floor:.2f}", "times", "-", "2.00", f"floor {floor:.2f} s, "
         f"{records / floor:,.0f} records/s")


def load(folder, store, name):
    return launch.measured([PROGRAM, "--no-config", "reports", "import", "--store", store, folder], name)


def fresh(name):
    for path in WORK.glob(f"{name}.db*"):
        path.unlink()
    return f"sqlite:{WORK / name}.db"


def store():
    """Whole runs of the program: files read, parsed, stored, committed."""
    many = made(10_000, 100)
    few = made(100, 100)
    one = made(1, 1)
    load(few, fresh("bench-warm"), "warm-up")
    runs = [load(many, fresh("bench-store"), "import") for _ in range(ROUNDS)]
    small = [load(few, fresh("bench-small"), "import") for _ in range(ROUNDS + 2)]
    best = min(runs, key=lambda run: run["wall"])
    show("parse and store in SQLite, committed", f"{1e6 / best['wall']:,.0f}", "records/s", "120,000", "300,000",
         f"{best['wall']:.2f} s wall, {best['cpu']:.2f} s CPU ({1e6 / best['cpu']:,.0f} a CPU second), {best['memory']:.0f} MiB")
    start = min(load(one, fresh("bench-start"), "import")["cpu"] for _ in range(ROUNDS + 2))  # a run's own cost: tables, a worker
    each = (min(run["cpu"] for run in runs) - start) / 1e6
    each_small = (min(run["cpu"] for run in small) - start) / 1e4
    show("cost per record, one million against ten thousand", f"{each / each_small:.2f}", "times", "1.20", "1.00",
         f"{1e6 * each:.2f} against {1e6 * each_small:.2f} us CPU; a run's own {1e3 * start:.0f} ms are taken off")


def big():
    folder = made(1, 100_000, packed=False)
    run = load(folder, fresh("bench-big"), "import")
    size = sum(path.stat().st_size for path in folder.iterdir())
    show(f"one 100,000-record report ({size / 1e6:.0f} MB): memory", f"{run['memory']:.1f}", "MiB", "64", "32",
         f"{run['wall']:.2f} s wall, {1e5 / run['wall']:,.0f} records/s")


class Postgres:
    """Debian's PostgreSQL, private, on a socket of its own; it refuses to run as root, so that there it is nobody's."""

    def __init__(self):
        self.process = None
        programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
        self.programs = programs[-1] if programs else None
        self.url = None

    def __enter__(self):
        if self.programs is None:
            return self
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="rampart-bench-"))
        self.user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        data = str(self.folder / "data")
        self._start("initdb", "-D", data, "-A", "trust", "-U", "rampart", "--no-sync", "--locale=C.UTF-8").wait()
        self.process = self._start("postgres", "-D", data, "-k", str(self.folder), "-h", "")
        self.url = f"postgresql://rampart@/postgres?host={self.folder}"
        for _ in range(300):
            if (self.folder / ".s.PGSQL.5432").exists() and self._start("pg_isready", "-h", str(self.folder)).wait() == 0:
                return self
            time.sleep(0.1)
        sys.exit("error: PostgreSQL did not start within 30 seconds")

    def _start(self, program, *arguments):
        identity = {"user": self.user.pw_uid, "group": self.user.pw_gid} if self.user else {}
        return subprocess.Popen([str(self.programs / program), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, cwd="/", **identity)

    def __exit__(self, *_):
        if self.process:
            self.process.send_signal(2)  # "fast": without waiting for clients
            self.process.wait()
            shutil.rmtree(self.folder, ignore_errors=True)


def query(millions):
    """Loads and queries apart, on both databases."""
    folder = made(10_000 * millions, 100)
    count = 1_000_000 * millions

    def on(name, url):
        run = load(folder, url, f"import into {name}")
        show(f"{name}: load of {count:,} records", f"{count / run['wall']:,.0f}", "records/s", more=f"{run['wall']:.2f} s wall")
        for what, words in (("one domain, all its days", [DOMAIN]), ("every domain, all days", [])):
            command = [PROGRAM, "--no-config", "reports", "show", *words, "--since", SINCE, "--store", url, "--format", "json"]
            times = [launch.measured(command, "show")["wall"] for _ in range(ROUNDS)]
            show(f"{name}: {what}", f"{1e3 * min(times):,.0f}", "ms", "300", more="the program's start included")

    on("SQLite", fresh("bench-query"))
    with Postgres() as database:
        if database.url is None:
            print("PostgreSQL: not run (it is not installed)")
        else:
            on("PostgreSQL", database.url)


def peer():
    """parsedmarc and we on the same 1,000 reports, in turn; it writes JSON, we store in SQLite."""
    program = shutil.which(os.environ.get("RAMPART_PEER", "parsedmarc"))
    if program is None:
        print("peer: not run (parsedmarc is not there; RAMPART_PEER names it)")
        return
    folder = WORK / "reports-peer"
    folder.mkdir(exist_ok=True)
    if not any(folder.iterdir()):
        for path in sorted(made(10_000, 100).glob("*.gz"))[:1000]:
            shutil.copy(path, folder)
    ratios = []
    for _ in range(ROUNDS):
        theirs = launch.measured([program, "--offline", "--silent", "-o", WORK / "peer", *sorted(folder.iterdir())], "parsedmarc")
        ours = load(folder, fresh("bench-peer"), "import")
        ratios.append(theirs["wall"] / ours["wall"])
        print(f"1,000 reports of 100 records: parsedmarc {1e5 / theirs['wall']:9,.0f} records/s, {theirs['memory']:.0f} MiB; rampart "
              f"{1e5 / ours['wall']:9,.0f} records/s, {ours['memory']:.0f} MiB: {ratios[-1]:.0f} times")
    print(f"  median: {sorted(ratios)[len(ratios) // 2]:.0f} times as fast")


def main(arguments):
    only = arguments[arguments.index("--only") + 1] if "--only" in arguments else None
    millions = int(arguments[arguments.index("--records") + 1]) if "--records" in arguments else 1
    WORK.mkdir(parents=True, exist_ok=True)
    for name, part in (("read", read), ("store", store), ("big", big), ("query", lambda: query(millions)), ("peer", peer)):
        if only in (None, name):
            part()


if __name__ == "__main__":
    main(sys.argv[1:])
