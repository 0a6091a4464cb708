#!/usr/bin/env python3
"""The speed of `rampart guard`: what a message costs that is authenticated (SPF, DKIM, DMARC; signed mail), and one that is looked into,
too (everything but clamd).

The figures of one run belong together; compare ratios, not runs. A null milter (null_milter.cc) takes all and does nothing: what is
beside it is the guard's own. opendkim, which verifies DKIM alone, takes the same mail in the same run.
usage: ./dev bench guard [SECONDS] [--only cpu|postfix|dns|connections|inspection]

Nothing but loopback is touched: NSD publishes the domains on an address of its own at port 53, since opendkim knows no other port.
"""

import argparse
import asyncio
import base64
import email.utils
import os
import pathlib
import re
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
SHARED = pathlib.Path(os.environ.get("RAMPART_SHARED", SOURCE.parent / "shared"))
PROGRAM = SOURCE / "build" / "rampart"
WORK = SOURCE / "build" / "bench"
CONNECTIONS = 50
MANY = 2_000
IN_FLIGHT = 200
SIZES = (("5 KB", "5k", "0.20", "0.10"), ("47 KB", "50k", "0.30", "0.15"))
LOOKED = (("5 KB", "5k", "1.0", "0.4"), ("47 KB", "50k", "2.0", "0.8"))
LOOKERS = 8  # workers whose memory is measured
STARTS_WITHIN = 20  # seconds
PAIRS = 5  # of runs with the null milter and with the guard behind Postfix
MESSAGES = 400  # through Postfix in each of these
SENDERS = 4  # SMTP clients at once
RATE = 200  # messages a second, where the names are far away
DELAY = 30  # ms that an answer takes there

sys.path.insert(0, str(SOURCE / "tests"))
from guard_run import MAIN, Client  # noqa: E402
from postfix import Postfix  # noqa: E402
from servers import Nsd, free_port, own_address  # noqa: E402


def need(path):
    if not path.exists():
        sys.exit(f"error: {path} is not there\nhint: set RAMPART_SHARED to the folder that holds it")
    return path


def compiled(source, *options):
    """The program of a single file, made anew when that changed."""
    program = WORK / source.stem
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        subprocess.run(["clang++-19", "-O2", "-std=c++23", *options, source, "-o", program], check=True)
    return program


def made(folder, make):
    """A folder that `make` fills, once."""
    mark = WORK / f"{folder.name}.complete"
    if not mark.exists():
        shutil.rmtree(folder, ignore_errors=True)
        make(folder)
        mark.touch()
    return folder


def known_mail(folder):
    """Mail of 20 domains, whose names are soon in the cache, and their zone."""
    subprocess.run([sys.executable, need(SHARED / "tools" / "make_signed_mail.py"), folder], check=True, stdout=subprocess.DEVNULL)


def fresh_mail(folder):
    """Messages of 5 KB, each of another domain, so that each needs answers; with their zone."""
    import dkim

    count = RATE * 20
    (folder / "msgs").mkdir(parents=True)
    (folder / "dns").mkdir()
    key = subprocess.run(["openssl", "genrsa", "-traditional", "2048"], check=True, capture_output=True).stdout
    public = subprocess.run(["openssl", "rsa", "-pubout", "-outform", "DER"], input=key, check=True, capture_output=True).stdout
    record = f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"
    parts = " ".join(f'"{record[at:at + 250]}"' for at in range(0, len(record), 250))
    zone = ["$ORIGIN .", ". 3600 IN SOA ns.local. host.local. 1 3600 600 86400 3600", ". 3600 IN NS ns.local.", "ns.local. 3600 IN A 127.0.0.1"]
    body = "".join(f"Line {line} of a message that says nothing in particular to anybody at all.\r\n" for line in range(60))
    for number in range(count):
        domain = f"fresh{number}.example"
        zone += [f"{domain}. 3600 IN MX 10 mx.{domain}.", f'{domain}. 3600 IN TXT "v=spf1 include:_spf.{domain} -all"',
                 f'_spf.{domain}. 3600 IN TXT "v=spf1 ip4:198.51.100.0/24 -all"', f"sel._domainkey.{domain}. 3600 IN TXT {parts}",
                 f'_dmarc.{domain}. 3600 IN TXT "v=DMARC1; p=reject"']
        text = (f"From: Desk <desk@{domain}>\r\nTo: bob@rcpt.example\r\nSubject: Note {number}\r\nDate: {email.utils.formatdate()}\r\n"
                f"Message-ID: <{number}@{domain}>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n{body}").encode()
        signature = dkim.sign(text, b"sel", domain.encode(), key, canonicalize=(b"relaxed", b"relaxed"),
                              include_headers=[b"from", b"to", b"subject", b"date", b"message-id"])
        (folder / "msgs" / f"{number:05}.eml").write_bytes(signature + text)
    (folder / "dns" / "root.zone").write_text("\n".join(zone) + "\n")


class Server:
    """A milter at a unix socket."""

    def __init__(self, command, path, log):
        self.socket = path
        path.unlink(missing_ok=True)
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=log.open("wb"))
        deadline = time.monotonic() + STARTS_WITHIN
        while not path.exists():
            if time.monotonic() > deadline or self.process.poll() is not None:
                sys.exit(f"error: {command[0]} does not listen:\n{log.read_text()}")
            time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


class Bench:
    def __init__(self, folder, seconds):
        self.folder = folder
        self.seconds = seconds
        WORK.mkdir(parents=True, exist_ok=True)
        self.client = compiled(need(SHARED / "tools" / "mail_load.cc"), "-pthread", "-w")
        self.null_milter = compiled(SOURCE / "tools" / "bench" / "null_milter.cc")

    def guard(self, resolver, *more, mode=0o600, inspect=False, workers=None):
        """Of authentication alone, or of content, too."""
        path = self.folder / "guard.sock"
        settings = f'[guard]\nsocket_mode = "{mode:04o}"\nmessages_in_flight = {IN_FLIGHT}\ninspect = {str(inspect).lower()}\n'
        if workers:
            settings += f"inspect_workers = {workers}\n"
        (self.folder / "rampart.toml").write_text(settings)
        return Server([PROGRAM, "guard", "--config", self.folder / "rampart.toml", "--listen", f"unix:{path}", "--resolver", resolver, *more],
                      path, self.folder / "guard.log")

    def null(self):
        path = self.folder / "null.sock"
        return Server([self.null_milter, path], path, self.folder / "null.log")

    def opendkim(self, resolver):
        path = self.folder / "opendkim.sock"
        (self.folder / "opendkim.conf").write_text(f"Mode v\nSocket local:{path}\nNameservers {resolver}\nSyslog no\nBackground no\nUMask 000\n")
        return Server(["opendkim", "-f", "-x", self.folder / "opendkim.conf"], path, self.folder / "opendkim.log")

    def load(self, server, mail, connections):
        """What the client of mail_load.cc counts."""
        done = subprocess.run([self.client, "milter", server.socket, str(connections), str(self.seconds), mail, "reuse=1",
                               f"pids={server.process.pid}"], check=True, capture_output=True, text=True)
        found = {name: float(value) for name, value in re.findall(r"([a-z0-9/]+)=([0-9.]+)", done.stdout)}
        if found["err"] or not found["ok"]:
            sys.exit(f"error: not every message was answered: {done.stdout}")
        return found


def show(name, value, unit, must="", aim="", more=""):
    target = f"must {must}, aim {aim}" if must else "-"
    print(f"{name:<52} {value:>10} {unit:<8} (target: {target}){'  ' + more if more else ''}", flush=True)


def cpu_of_guard(bench, mail, resolver, sizes, inspect):
    for size, part, must, aim in sizes:
        with bench.guard(resolver, inspect=inspect) as server:
            guard = bench.load(server, mail / "msgs" / part, CONNECTIONS)
        show(f"CPU of a message of {size}{', looked into' if inspect else ''}", f"{guard['srvcpu']:.3f}", "ms", must, aim,
             f"{guard['msg/s']:,.0f} messages/s, p50 {guard['p50']:.2f} ms, p99 {guard['p99']:.2f} ms")
        yield part, guard


def cpu(bench, mail, resolver):
    for part, guard in cpu_of_guard(bench, mail, resolver, SIZES, inspect=False):
        with bench.null() as server:
            show("  null milter", f"{bench.load(server, mail / 'msgs' / part, CONNECTIONS)['srvcpu']:.3f}", "ms")
        if shutil.which("opendkim"):
            with bench.opendkim(resolver) as server:
                peer = bench.load(server, mail / "msgs" / part, CONNECTIONS)
            show("  opendkim, DKIM alone", f"{peer['srvcpu']:.3f}", "ms", more=f"{peer['srvcpu'] / guard['srvcpu']:.1f} times ours")


def connections(bench, mail, resolver):
    """Many connections: the guard's throughput over that with few, as a share of the same of the null milter. In mode enforce, where what
    finds no room is put off (451): that is a failure, by the guard's own account."""
    port = free_port()

    def enforcing():
        return bench.guard(resolver, "--mode", "enforce", "--quarantine", bench.folder / "kept", "--store", bench.folder / "store.db",
                           "--http-listen", f"127.0.0.1:{port}")

    ratios, put_off = {}, 0
    for name, start in (("null milter", bench.null), ("guard", enforcing)):
        with start() as server:
            few = bench.load(server, mail / "msgs" / "5k", CONNECTIONS)
            many = bench.load(server, mail / "msgs" / "5k", MANY)
            if name == "guard":
                metrics = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode()
                put_off = int(float(re.search(r'rampart_guard_failures_total\{why="overload"\} (\S+)', metrics).group(1)))
        ratios[name] = max(0.0, many["ok"] - put_off) / many["ok"] * many["msg/s"] / few["msg/s"]
    show(f"{MANY:,} connections against {CONNECTIONS}, {IN_FLIGHT} in flight", f"{100 * ratios['guard'] / ratios['null milter']:.0f}", "%", "90", "98",
         f"of the null milter's {100 * ratios['null milter']:.0f} %; p99 {many['p99']:.0f} ms; {put_off} put off")


# Postfix.


def family(root):
    """A process and all below it, and the CPU seconds of each, with those of its children that have ended."""
    children, own = {}, {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
            own[int(entry.name)] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    out, left = {}, [root]
    while left:
        process = left.pop()
        out[process] = own.get(process, 0.0)
        left += children.get(process, [])
    return out


def cpu_seconds(root):
    return sum(family(root).values())


def through_postfix(bench, server, messages):
    """CPU seconds a message of Postfix and the milter. Two messages a session: as its client says from where it comes (XCLIENT), Postfix
    connects to the milter twice, so that each message has a connection to the milter of its own, as most mail has."""
    (bench.folder / "certificate").touch()
    milters = f"{{ unix:{server.socket}, default_action=tempfail }}"
    main_cf = MAIN.format(milters=milters) + "virtual_transport = discard\n"
    with Postfix(bench.folder / "certificate", main=main_cf) as postfix:
        def send(these):
            for number in range(0, len(these), 2):
                client = Client(postfix, f"198.51.100.{10 + number % 20}", "mx.dom0.example")
                for domain, text in these[number:number + 2]:
                    code, answer = client.send(f"alice@{domain}", ["bob@rcpt.example"], text)
                    if code != 250:
                        failures.append(answer)
                client.quit()

        failures = []

        def all_of(chosen):
            threads = [threading.Thread(target=send, args=(chosen[part::SENDERS],)) for part in range(SENDERS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        all_of(messages[:40])  # every process is there
        sent = postfix.log().count("status=sent")
        before = cpu_seconds(postfix.process.pid) + cpu_seconds(server.process.pid)
        all_of(messages)
        deadline = time.monotonic() + 60
        while postfix.log().count("status=sent") < sent + len(messages) and time.monotonic() < deadline and not failures:
            time.sleep(0.1)
        if failures or time.monotonic() > deadline:
            sys.exit(f"error: not every message went through Postfix: {failures[:3]}")
        return (cpu_seconds(postfix.process.pid) + cpu_seconds(server.process.pid) - before) / len(messages)


def memory(root):
    """MiB of a process and all below it; pages that they share are counted once between them."""
    total = 0
    for process in family(root):
        try:
            found = re.search(r"^Pss: +(\d+) kB", pathlib.Path(f"/proc/{process}/smaps_rollup").read_text(), re.M)
        except OSError:
            continue
        total += int(found.group(1)) if found else 0
    return total / 1024


def memory_of_workers(bench, mail, resolver):
    with bench.guard(resolver, inspect=True, workers=LOOKERS) as server:
        time.sleep(2)
        idle, most, done = memory(server.process.pid), 0.0, threading.Event()

        def watch():
            nonlocal most
            while not done.wait(0.2):
                most = max(most, memory(server.process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        bench.load(server, mail / "msgs" / "50k", CONNECTIONS)
        done.set()
        watcher.join()
    show(f"memory with {LOOKERS} workers, idle", f"{idle:.0f}", "MiB", "250", "150")
    show(f"memory with {LOOKERS} workers, under load", f"{most:.0f}", "MiB", "500", "300")


def inspection(bench, mail, resolver):
    for _ in cpu_of_guard(bench, mail, resolver, LOOKED, inspect=True):
        pass
    memory_of_workers(bench, mail, resolver)
    behind_postfix(bench, mail, resolver, inspect=True)


def behind_postfix(bench, mail, resolver, inspect=False):
    texts = []
    for path in sorted((mail / "msgs" / "5k").glob("*.eml")):
        text = path.read_bytes()
        texts.append((re.search(rb"^From: .*@([a-z0-9.]+)>", text, re.M).group(1).decode(), text))
    messages = (texts * (MESSAGES // len(texts) + 1))[:MESSAGES]
    ratios, costs = [], []
    bench.folder.chmod(0o755)
    for _ in range(PAIRS):
        with bench.null() as server:
            server.socket.chmod(0o666)
            null = through_postfix(bench, server, messages)
        with bench.guard(resolver, mode=0o666, inspect=inspect) as server:
            guard = through_postfix(bench, server, messages)
        ratios.append(guard / null)
        costs.append((null, guard))
    must, aim = ("1.6", "1.3") if inspect else ("1.15", "1.06")
    show(f"CPU of Postfix and {'full ' if inspect else ''}guard over Postfix and null milter", f"{statistics.median(ratios):.3f}", "x", must, aim,
         f"{1000 * statistics.median(null for null, _ in costs):.2f} ms and {1000 * statistics.median(guard for _, guard in costs):.2f} ms; "
         f"pairs {' '.join(f'{ratio:.2f}' for ratio in ratios)}")


# Names that are far away.


def frame(command, data=b""):
    return struct.pack(">I", len(data) + 1) + command + data


def as_frames(text):
    """A message as a mail server sends it that waits for no reply before its end."""
    head, _, body = text.partition(b"\r\n\r\n")
    fields = re.sub(rb"\r\n([ \t])", rb"\n\1", head).split(b"\r\n")
    sender = re.search(rb"^From: .*<(.*)>", head, re.M).group(1)
    out = [frame(b"M", b"<" + sender + b">\0"), frame(b"R", b"<bob@rcpt.example>\0"), frame(b"T")]
    for field in fields:
        name, _, value = field.partition(b":")
        out.append(frame(b"L", name + b"\0" + value + b"\0"))
    return b"".join([*out, frame(b"N"), frame(b"B", body), frame(b"E")])


async def paced(path, messages):
    """Sends them at RATE, each on a connection that is free; the milliseconds from the end of each to its answer."""
    free, took = asyncio.Queue(), []

    async def read_frame(reader):
        (length,) = struct.unpack(">I", await reader.readexactly(4))
        return await reader.readexactly(length)

    async def connect():
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(frame(b"O", struct.pack(">III", 6, 0x1FF, 0x1FFFFF)))
        await read_frame(reader)
        writer.write(frame(b"C", b"mx.test\0" + b"4" + struct.pack(">H", 40000) + b"198.51.100.10\0") + frame(b"H", b"mx.test\0"))
        return reader, writer

    async def one(frames):
        reader, writer = free.get_nowait() if not free.empty() else await connect()
        began = time.perf_counter()
        writer.write(frames)
        while True:
            answer = await read_frame(reader)
            if answer[:1] in b"cartd":
                break
        took.append((time.perf_counter() - began) * 1000)
        if answer[:1] not in b"ca":
            sys.exit(f"error: a message was not taken: {answer[:60]!r}")
        free.put_nowait((reader, writer))

    for _ in range(100):
        free.put_nowait(await connect())
    began, tasks = time.perf_counter(), []
    for number, frames in enumerate(messages):
        await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
        tasks.append(asyncio.create_task(one(frames)))
    await asyncio.gather(*tasks)
    return took


def far_names(bench):
    """Each message is of a domain that nobody has asked for, and each answer takes DELAY."""
    mail = made(WORK / "fresh-mail", fresh_mail)
    messages = [as_frames(path.read_bytes()) for path in sorted((mail / "msgs").glob("*.eml"))]
    proxy_port = free_port()
    with Nsd([mail / "dns" / "root.zone"]) as nsd:
        proxy = subprocess.Popen([compiled(SOURCE / "tools" / "bench" / "bad_internet.cc"), str(proxy_port), str(nsd.port), str(DELAY), "0", "0", "0"],
                                 stdin=subprocess.PIPE)
        try:
            with bench.guard(f"127.0.0.1:{proxy_port}") as server:
                took = sorted(asyncio.run(paced(str(server.socket), messages)))
        finally:
            proxy.kill()
            proxy.wait()
    show(f"answers {DELAY} ms away, {RATE} messages/s: p99", f"{took[int(0.99 * len(took))]:.0f}", "ms", "150", "80",
         f"p50 {took[len(took) // 2]:.0f} ms, max {took[-1]:.0f} ms; {len(took):,} messages, each of a domain never asked for before")


def main():
    parser = argparse.ArgumentParser(prog="./dev bench guard", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seconds", nargs="?", type=float, default=8, help="of each load")
    parser.add_argument("--only", choices=("cpu", "postfix", "dns", "connections", "inspection"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rampart-bench-") as name:
        folder = pathlib.Path(name)
        bench = Bench(folder, arguments.seconds)
        mail = made(WORK / "guard-mail", known_mail)
        address = own_address(53)
        zones = folder / "zones"
        zones.mkdir()
        (zones / "root.zone").write_text("$ORIGIN .\n" + (mail / "dns" / "root.zone").read_text())
        with Nsd(zones, host=address, port=53):
            for part, run in (("cpu", cpu), ("postfix", behind_postfix), ("connections", connections), ("inspection", inspection)):
                if arguments.only in (None, part):
                    run(bench, mail, address)
        if arguments.only in (None, "dns"):
            far_names(bench)


if __name__ == "__main__":
    main()
