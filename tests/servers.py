#!/usr/bin/env python3
"""Real name servers for the end-to-end tests, each on a free loopback port.

    with Nsd("examples/portfolio") as ns:
        run("rampart", "audit", "bank.example", "--resolver", f"127.0.0.1:{ns.port}")

    with Knot("zones", signed=True) as knot, Unbound(knot.port, anchors=knot.anchors()) as resolver: ...

A server works on copies below build/servers (or $RAMPART_SERVERS_DIR), is ready when the constructor returns, and is stopped by
its own process id. Unbound runs from a copy of its program, because Debian's AppArmor profile for it goes by path. Nothing here
listens on, or asks, any address but 127.0.0.1, or where a test needs a fixed port (53, 443, 25) another loopback address:
own_address(). By hand: tests/servers.py nsd|knot|unbound ZONES.
"""

import base64
import ctypes
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = pathlib.Path(__file__).resolve().parent.parent
READY_SECONDS = 20
FAULT_SECONDS = 2
SOA = 6

# Nothing else exists: the root as a test's servers see it, so that names outside the given zones do not exist.
ROOT_ZONE = """\
.  3600 IN SOA ns.root-servers.test. hostmaster.root-servers.test. 1 3600 600 86400 60
.  3600 IN NS  ns.root-servers.test.
ns.root-servers.test. 3600 IN A 127.0.0.1
"""


class ServerError(RuntimeError):
    pass


def servers_dir():
    path = pathlib.Path(os.environ.get("RAMPART_SERVERS_DIR", SOURCE / "build" / "servers"))
    path.mkdir(parents=True, exist_ok=True)
    return path


def free_port():
    """A port of 127.0.0.1 that is free for UDP and for TCP."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            try:
                udp.bind(tcp.getsockname())
            except OSError:
                continue
            return tcp.getsockname()[1]


def zone_files(zones):
    """(origin, path) of a folder's *.zone files, or of the files given. The origin is the first $ORIGIN, else the file's name."""
    if isinstance(zones, (str, os.PathLike)) and pathlib.Path(zones).is_dir():
        paths = sorted(pathlib.Path(zones).glob("*.zone"))
    else:
        paths = [pathlib.Path(z) for z in ([zones] if isinstance(zones, (str, os.PathLike)) else zones)]
    found = []
    for path in paths:
        origin = re.search(r"^\$ORIGIN\s+(\S+)", path.read_text(encoding="utf-8"), re.M)
        found.append((origin.group(1).rstrip(".") or "." if origin else path.stem, path))
    if not found:
        raise ServerError(f"{zones}: no zone files (*.zone) there")
    return found


def own_address(port):
    """A loopback address (127.88.0.0/16) whose `port` nobody has; skips the calling test where such a port is for root alone."""
    for _ in range(20):
        address = f"127.88.{random.randrange(256)}.{random.randrange(1, 255)}"
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind((address, port))
                udp.bind((address, port))
                return address
            except PermissionError:
                raise unittest.SkipTest(f"port {port} is for root alone") from None
            except OSError:
                continue
    raise unittest.SkipTest(f"port {port} is taken on every loopback address")


def beside_nsd(folder, zones, script, *arguments):
    """Runs a bash script where there is no network but a loopback of its own, whose port 53 is an NSD with these zones and the system's
    resolver: for programs that ask no other. Skips the calling test where nobody may make such a place."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "-n", "-m", "true"], capture_output=True, check=False).returncode != 0:
        raise unittest.SkipTest("a network of its own takes root and its namespaces")
    config = [f"""server:
  ip-address: 127.0.0.1
  port: 53
  username: ""
  zonesdir: "/"
  pidfile: "{folder}/nsd.pid"
  database: ""
  xfrdfile: ""
  zonelistfile: "{folder}/zonelist"
remote-control:
  control-enable: no
"""]
    config += [f'zone:\n  name: "{origin}"\n  zonefile: "{path}"\n' for origin, path in zone_files(zones)]
    (folder / "nsd.conf").write_text("".join(config))
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\noptions attempts:2 timeout:2\n")
    around = f"""set -e
ip link set lo up
mount --bind {folder}/resolv.conf /etc/resolv.conf
nsd -c {folder}/nsd.conf
for try in 1 2 3 4 5 6 7 8 9 10; do [ -s {folder}/nsd.pid ] && break; sleep 0.1; done
sleep 0.3
{script}
kill "$(cat {folder}/nsd.pid)"
"""
    return subprocess.run(["unshare", "-n", "-m", "bash", "-c", around, "-", *map(str, arguments)], capture_output=True, text=True, timeout=120,
                          check=False, env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"})


def ask(port, name, rrtype, timeout=0.5, flags=0x0100, host="127.0.0.1"):
    """One UDP question to a loopback address; the reply's bytes, or None when none came."""
    labels = b"".join(bytes([len(p)]) + p.encode() for p in name.rstrip(".").split(".") if p)
    query = struct.pack(">HHHHHH", os.getpid() & 0xFFFF, flags, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", rrtype, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(timeout)
        udp.connect((host, port))
        try:
            udp.send(query)
            reply = udp.recv(4096)
        except OSError:
            return None
    return reply if reply[:2] == query[:2] else None


def rcode(reply):
    return reply[3] & 15


def _die_with_parent():
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG: no server outlives its test


class PrivateServer:
    """Has a process and a folder of its own, and ends with the test that started it."""

    process = None
    dir = None

    def kill(self):
        """Stops the server in the middle of its work; its files stay until stop()."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def stop(self):
        self.kill()
        shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class _Server(PrivateServer):
    """What the servers share: a folder of its own, one process, ready when it answers `probe`."""

    def _start(self, command, probes):
        self.log = self.dir / "log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=self.dir, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            preexec_fn=_die_with_parent)
        waiting, reply = list(probes), None
        deadline = time.monotonic() + READY_SECONDS
        while waiting and time.monotonic() < deadline and self.process.poll() is None:
            last, reply = reply, ask(self.port, waiting[0], SOA, host=self.host)
            if reply is not None and rcode(reply) in (0, 3):
                waiting.pop(0)
                continue
            if reply is not None and last is None:  # it answers, but not for this zone: a little longer, then it is a fault
                deadline = min(deadline, time.monotonic() + FAULT_SECONDS)
            time.sleep(0.02)
        if waiting:
            text = self.log.read_text(errors="replace")[-2000:]
            self.stop()
            raise ServerError(f"{command[0]} does not answer for {waiting[0]}:\n{text}")

    def _make_dir(self, kind, port=None, host="127.0.0.1"):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=servers_dir()))
        self.process = None
        self.host = host
        self.port = port or free_port()
        self.address = f"{self.host}:{self.port}"


def _program(name):
    path = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if not path:
        raise ServerError(f"{name} is not installed (./dev setup test)")
    return path


class Nsd(_Server):
    """NSD, authoritative for the zones given, and for an empty root unless root=False (then other names are REFUSED).

    transfer=True: it gives the zones to whoever asks from loopback (AXFR)."""

    def __init__(self, zones, *, root=True, port=None, host="127.0.0.1", options=(), transfer=False):
        self._make_dir("nsd", port, host)
        self.zones = zone_files(zones)
        lines = ["server:", f"ip-address: {host}", f"port: {self.port}", 'username: ""', 'chroot: ""', 'database: ""',
                 f'zonesdir: "{self.dir}"', f'pidfile: "{self.dir}/pid"', f'xfrdfile: "{self.dir}/xfrd"', f'xfrdir: "{self.dir}"',
                 f'zonelistfile: "{self.dir}/list"', "server-count: 1", "rrl-ratelimit: 0", *options,
                 "remote-control:", "control-enable: no"]
        for number, (origin, path) in enumerate(self.zones):
            shutil.copyfile(path, self.dir / f"{number}.zone")
            lines += ["zone:", f'name: "{origin}"', f'zonefile: "{number}.zone"']
            if transfer:
                lines.append("provide-xfr: 127.0.0.0/8 NOKEY")
        if root and not any(origin == "." for origin, _ in self.zones):
            (self.dir / "root.zone").write_text(ROOT_ZONE)
            lines += ["zone:", 'name: "."', 'zonefile: "root.zone"']
        (self.dir / "nsd.conf").write_text("\n".join(lines) + "\n")
        self._start([_program("nsd"), "-d", "-c", str(self.dir / "nsd.conf")], [origin for origin, _ in self.zones])


class Knot(_Server):
    """Knot on copies of zones; signed=True signs them (ECDSA P-256), and anchors() then gives the keys a validator needs.

    nsec3=True: it denies by hashes of names. transfer=True: it gives the zones to whoever asks from loopback (AXFR).
    updates=True: it takes updates (RFC 2136) that self.key signs, a key file's path; dump() then tells what it has."""

    def __init__(self, zones, *, signed=False, root=True, nsec3=False, transfer=False, updates=False, host="127.0.0.1", port=None):
        self._make_dir("knot", port, host)
        self.zones = zone_files(zones)
        if root and not any(origin == "." for origin, _ in self.zones):
            (self.dir / "root").write_text(ROOT_ZONE)
            self.zones.append((".", self.dir / "root"))
        lines = ["server:", f"    rundir: {self.dir}", f"    listen: {host}@{self.port}", "    udp-workers: 1",
                 "    tcp-workers: 1", "    background-workers: 1", "database:", f"    storage: {self.dir}",
                 "policy:", "  - id: test", "    algorithm: ecdsap256sha256", "    single-type-signing: on",
                 f"    nsec3: {'on' if nsec3 else 'off'}",
                 *(["control:", "    listen: knot.sock", *self._update_key()] if updates else []),
                 "acl:", "  - id: all", "    address: 127.0.0.0/8", "    action: transfer",
                 *(["  - id: update", "    key: update", "    action: update"] if updates else []),
                 "template:", "  - id: default", f"    storage: {self.dir}", "    zonefile-sync: -1",
                 "    zonefile-load: difference-no-serial", "    journal-content: all",
                 f"    dnssec-signing: {'on' if signed else 'off'}", "    dnssec-policy: test", *(["    acl: [all, update]"] if transfer and updates else ["    acl: all"] if transfer else ["    acl: update"] if updates else []),
                 "zone:"]
        for number, (origin, path) in enumerate(self.zones):
            shutil.copyfile(path, self.dir / f"{number}.zone")
            lines += [f'  - domain: "{origin}"', f'    file: "{number}.zone"']
        (self.dir / "knot.conf").write_text("\n".join(lines) + "\n")
        self._start([_program("knotd"), "-c", str(self.dir / "knot.conf")], [origin for origin, _ in self.zones])

    def _update_key(self):
        """Makes a key, its file, and the lines that tell Knot of it."""
        secret = base64.b64encode(os.urandom(32)).decode()
        self.key = self.dir / "update.key"
        self.write_key(self.key, secret)
        return ["key:", "  - id: update", "    algorithm: hmac-sha256", f"    secret: {secret}"]

    @staticmethod
    def write_key(path, secret, name="update"):
        path.touch(mode=0o600)
        path.write_text(f'key "{name}" {{ algorithm hmac-sha256; secret "{secret}"; }};\n')

    def control(self, *words):
        done = subprocess.run([_program("knotc"), "-s", str(self.dir / "knot.sock"), *words], capture_output=True, text=True, check=True)
        return done.stdout

    def dump(self, origin):
        """The zone's records, sorted, without SOA and DNSSEC."""
        lines = (line.split(None, 1)[1] for line in self.control("zone-read", origin).splitlines() if line)
        return sorted(line for line in lines if line.split()[2] not in ("SOA", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DNSKEY", "CDS", "CDNSKEY"))

    def edit(self, origin, *changes):
        """By hand: "set NAME TTL TYPE DATA" or "unset NAME TYPE [DATA]"."""
        self.control("zone-begin", origin)
        for change in changes:
            verb, *rest = change.split(" ", 4)
            self.control(f"zone-{verb}", origin, *rest)
        self.control("zone-commit", origin)

    def anchors(self):
        """A file with the DS records of the signed zones, as Unbound's trust-anchor-file takes it."""
        path = self.dir / "anchors"
        with path.open("w") as out:
            for origin, _ in self.zones:
                subprocess.run([_program("keymgr"), "-c", str(self.dir / "knot.conf"), origin, "ds"], stdout=out, check=True)
        return path


class KnotFollower(_Server):
    """A second server of another Knot's zones (which gives them away: transfer=True or updates=True): it has what that one had when
    refresh() was last called."""

    def __init__(self, leader, origins, *, host, port):
        self._make_dir("follower", port, host)
        lines = ["server:", f"    rundir: {self.dir}", f"    listen: {host}@{self.port}", "    udp-workers: 1", "    tcp-workers: 1",
                 "    background-workers: 1", "control:", "    listen: knot.sock", "database:", f"    storage: {self.dir}",
                 "remote:", "  - id: leader", f"    address: {leader.host}@{leader.port}",
                 "template:", "  - id: default", f"    storage: {self.dir}", "    master: leader", "    zonefile-sync: -1",
                 "    refresh-min-interval: 1d", "zone:", *(f"  - domain: {origin}" for origin in origins)]
        (self.dir / "knot.conf").write_text("\n".join(lines) + "\n")
        self._start([_program("knotd"), "-c", str(self.dir / "knot.conf")], origins)

    def refresh(self):
        subprocess.run([_program("knotc"), "-s", str(self.dir / "knot.sock"), "-b", "zone-refresh"], capture_output=True, check=True)


class Unbound(_Server):
    """A resolver whose source is the name server on `port`, and those that it delegates to; with anchors it validates and sets AD."""

    def __init__(self, port, *, host="127.0.0.1", anchors=None, options=()):
        self._make_dir("unbound")
        program = self.dir / "unbound"
        shutil.copy(_program("unbound"), program)
        # Names under .example and in the documentation networks are answered by the stub, not by Unbound's own empty zones.
        reserved = ["example.", "test.", "2.0.192.in-addr.arpa.", "100.51.198.in-addr.arpa.", "113.0.203.in-addr.arpa."]
        lines = ["server:", f'directory: "{self.dir}"', 'chroot: ""', 'username: ""', f'pidfile: "{self.dir}/pid"',
                 "interface: 127.0.0.1", f"port: {self.port}", "do-daemonize: no", "use-syslog: no", "do-ip6: no",
                 "num-threads: 1", "edns-buffer-size: 1232", "do-not-query-localhost: no",
                 "qname-minimisation: no", "harden-below-nxdomain: no",  # a zone may be served without its parents
                 *(f'local-zone: "{name}" nodefault' for name in reserved),
                 f'module-config: "{"validator " if anchors else ""}iterator"', *options]
        if anchors:
            lines.append(f'trust-anchor-file: "{anchors}"')
        lines += ["remote-control:", "control-enable: no", "stub-zone:", 'name: "."', f"stub-addr: {host}@{port}"]
        (self.dir / "unbound.conf").write_text("\n".join(lines) + "\n")
        self._start([str(program), "-d", "-c", str(self.dir / "unbound.conf")], ["nothing.invalid"])


def main(arguments):
    if len(arguments) < 2 or arguments[0] not in ("nsd", "knot", "unbound"):
        print(__doc__, file=sys.stderr)
        return 2
    zones = arguments[1] if len(arguments) == 2 else arguments[1:]
    with (Knot if arguments[0] == "knot" else Nsd)(zones) as server:
        resolver = Unbound(server.port) if arguments[0] == "unbound" else None
        print(f"{arguments[0]} answers on {(resolver or server).address}; Ctrl-C stops it", flush=True)
        try:
            signal.sigwait({signal.SIGINT, signal.SIGTERM})
        finally:
            if resolver:
                resolver.stop()
    return 0


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    sys.exit(main(sys.argv[1:]))
