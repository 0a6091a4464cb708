"""What tools/test_package.sh wants to know of the package in a chroot, where there is no network but a loopback with a name server of ours
at port 53: that an upgrade keeps everything, that purging asks, and that a server of a fresh installation runs as its unit says.

usage: tests/package_steps.py ROOT OLD.deb NEW.deb
"""

import collections
import hashlib
import json
import os
import pathlib
import pty
import re
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import made_reports
from servers import Nsd
from unit_run import UnitRun

SOURCE = pathlib.Path(__file__).resolve().parent.parent
STATE, CONFIG = "var/lib/rampart", "etc/rampart/rampart.toml"
ZONE = """$ORIGIN {name}.
$TTL 300
@ SOA ns hostmaster 1 7200 900 1209600 300
@ NS ns
ns A 127.0.0.1
@ MX 10 mail
mail A 192.0.2.25
@ TXT "v=spf1 ip4:192.0.2.1 ~all"
_dmarc TXT "v=DMARC1; p=quarantine"
"""
OLD_CONFIG = """[store]
url = "sqlite:/var/lib/rampart/rampart.db"
[guard]
listen = ["inet:127.0.0.1:8891"]
mode = "enforce"
own_domains = ["bank.example"]
quarantine = "/var/lib/rampart/quarantine"
seal_file = "/var/lib/rampart/seal.key"
[dkim]
keys = "/var/lib/rampart/dkim"
"""
# A forgery in the name of a domain that asks to quarantine such, from an address that is not its.
FORGERY = """
local connection = mt.connect(socket, 40, 0.25)
if connection == nil then error("no connection to " .. socket) end
mt.conninfo(connection, "stranger.example", "198.51.100.9")
mt.helo(connection, "stranger.example")
mt.macro(connection, SMFIC_MAIL, "i", "4PACKAGE")
mt.mailfrom(connection, "<news@shop.example>")
mt.rcptto(connection, "<a@bank.example>")
mt.header(connection, "From", "News <news@shop.example>")
mt.header(connection, "Date", "Fri, 27 Nov 2026 10:00:00 +0000")
mt.header(connection, "Message-ID", "<forged@shop.example>")
mt.header(connection, "Subject", "rates")
mt.eoh(connection)
mt.bodystring(connection, "The rates are as they were.\\r\\n")
mt.eom(connection)
mt.disconnect(connection)
"""
KEPT = ("the quarantine", "keys", "audits", "reports", "accepted risks")
READY_SECONDS = 120


class Failed(AssertionError):
    pass


def expect(holds, what):
    if not holds:
        raise Failed(what)


class System:
    """The chroot."""

    def __init__(self, root):
        self.root = pathlib.Path(root)

    def command(self, words):
        return ["bash", "-c", 'source tools/chroot.sh && in_chroot "$@"', "bash", str(self.root), *words]

    def run(self, *words, status=0, input_text=None, user=None):
        if user:
            words = ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "env", f"HOME=/{STATE}", "NO_COLOR=1",
                     f"ASAN_OPTIONS={os.environ.get('ASAN_OPTIONS', '')}", *words)
        done = subprocess.run(self.command(words), cwd=SOURCE, input=input_text or "", capture_output=True, text=True, timeout=600, check=False)
        accepted = status if isinstance(status, tuple) else (status,)
        expect(done.returncode in accepted, f"{' '.join(words)}: status {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def rampart(self, *words, status=0):
        return self.run("rampart", *words, "--config", "/" + CONFIG, status=status, user="rampart").stdout

    def dpkg(self, *words):
        return self.run("env", "DEBIAN_FRONTEND=noninteractive", "dpkg", *words).stderr

    def install(self, deb):
        shutil.copyfile(deb, self.root / "rampart.deb")
        self.dpkg("-i", "/rampart.deb")
        return self.run("dpkg-query", "-W", "-f", "${Version}", "rampart").stdout

    def path(self, name):
        return self.root / name

    def names(self, path):
        """(mode, user, group) of a file there."""
        status = self.path(path).lstat()
        name = lambda file, number: next(line.split(":")[0] for line in (self.root / "etc" / file).read_text().splitlines() if line.split(":")[2] == str(number))
        return f"{stat.S_IMODE(status.st_mode):04o} {name('passwd', status.st_uid)}:{name('group', status.st_gid)}"

    def answer(self, words, question, answer, seconds=120):
        """Runs it on a terminal of its own, and types `answer` when it asks; what it printed."""
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(SOURCE)
            command = self.command(["env", "DEBIAN_FRONTEND=readline", "TERM=dumb", *words])
            os.execvp(command[0], command)
        printed, asked, until = b"", False, time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                piece = os.read(terminal, 4096)
            except OSError:  # the end of a terminal
                break
            if not piece:
                break
            printed += piece
            if not asked and question in printed and b"[yes/no]" in printed:
                os.write(terminal, answer + b"\n")
                asked = True
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.close(terminal)
        expect(asked and status == 0, f"{' '.join(words)}: status {status}, asked: {asked}\n{printed.decode(errors='replace')}")
        return printed.decode(errors="replace")


def connected(place, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with socket.create_connection(place, timeout=1):
                return True
        except OSError:
            time.sleep(0.1)
    return False


def send_forgery(place):
    """To a milter, as miltertest names it: inet:PORT@HOST or unix:PATH."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(FORGERY)
        script.flush()
        done = subprocess.run(["miltertest", "-s", script.name, "-D", f"socket={place}"], capture_output=True, text=True, timeout=60, check=False)
    expect((done.returncode, done.stderr) == (0, ""), f"miltertest: {done.stdout}{done.stderr}")


# --- What is there before and after ---

def fill(system):
    """As an administrator has used the old version: a configuration, audits, an accepted risk, reports, keys, a message in quarantine."""
    system.path("etc/rampart").mkdir(exist_ok=True)
    system.path(CONFIG).write_text(OLD_CONFIG)
    system.path(CONFIG).chmod(0o644)
    system.run("install", "-d", "-o", "rampart", "-g", "rampart", "-m", "0750", f"/{STATE}")
    system.run("sh", "-c", f"umask 077; head -c 32 /dev/urandom | base64 >/{STATE}/seal.key", user="rampart")
    for _ in range(2):
        system.rampart("audit", "bank.example", "shop.example", status=(0, 1))
    code = re.search(r'"code": ?"([^"]+)"', system.rampart("history", "bank.example", "--format", "json")).group(1)
    until = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 100 * 86400))
    system.rampart("risk", "accept", "bank.example", code, "--reason", "the package's test", "--until", until)
    reports = system.path("tmp/reports")
    reports.mkdir()
    made_reports.write(reports, 3, [made_reports.Row(made_reports.OWN, 40, dkim=("bank.example", "s1", "pass"), spf=("bank.example", None, "pass"))])
    reports.chmod(0o755)
    system.rampart("reports", "import", "/tmp/reports")
    system.rampart("dkim", "keygen", "bank.example")
    with UnitRun(system.root, "rampart-guard.service") as guard:
        expect(connected(("127.0.0.1", 8891), READY_SECONDS), f"the old guard does not answer:\n{guard.said()}")
        send_forgery("inet:8891@127.0.0.1")
        expect(guard.stop() == 0, guard.said())


def rows(store):
    """{table: (columns, rows)} of a store that nobody has open."""
    out = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in store.parent.glob(store.name + "*"):
            shutil.copyfile(name, pathlib.Path(folder) / name.name)
        database = sqlite3.connect(pathlib.Path(folder) / store.name)
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall():
            columns = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
            out[table] = (columns, database.execute("SELECT {} FROM \"{}\"".format(", ".join(f'"{name}"' for name in columns), table)).fetchall())
        database.close()
    return out


def snapshot(system):
    """All that may not be lost: rows, files, and what the program says of them."""
    files = {}
    for base in (STATE, "etc/rampart"):
        for path in sorted(system.path(base).rglob("*")):
            if path.is_file() and ".db" not in path.name and "server" not in path.parts:
                files[str(path.relative_to(system.root))] = hashlib.sha256(path.read_bytes()).hexdigest()
    listed = json.loads(system.rampart("quarantine", "list", "--format", "json"))
    ids = sorted(set(re.findall(r'"id": ?"([^"]+)"', json.dumps(listed))))
    expect(len(ids) == 1, f"not one message is kept: {listed}")
    return {"rows": rows(system.path(f"{STATE}/rampart.db")), "files": files,
            "message": system.rampart("quarantine", "export", ids[0], "--to", "-"),
            "keys": json.loads(system.rampart("dkim", "list", "--format", "json")),
            "audits": json.loads(system.rampart("history", "bank.example", "--format", "json")),
            "reports": json.loads(system.rampart("reports", "show", "bank.example", "--format", "json")),
            "risks": system.rampart("risk", "list")}


def missing_in(old, new, where=""):
    """What of a JSON value is not in another; new members are nothing missing."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [text for key in old for text in (missing_in(old[key], new[key], f"{where}.{key}") if key in new else [f"{where}.{key} is gone"])]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [text for number, (one, other) in enumerate(zip(old, new)) for text in missing_in(one, other, f"{where}[{number}]")]
    return [] if old == new else [f"{where}: {old!r} is {new!r}"]


def expect_kept(old, new):
    faults = []
    for table, (columns, old_rows) in old.get("rows", {}).items():
        if table not in new["rows"]:
            faults.append(f"the table {table} is gone")
            continue
        new_columns, new_rows = new["rows"][table]
        if lost := [name for name in columns if name not in new_columns]:
            faults.append(f"{table}: the columns {lost} are gone")
            continue
        picked = [tuple(row[new_columns.index(name)] for name in columns) for row in new_rows]
        if gone := collections.Counter(old_rows) - collections.Counter(picked):
            faults.append(f"{table}: rows are gone or another: {list(gone)[:3]}")
    for name in old.keys() - {"rows"}:
        faults += missing_in(old[name], new[name], name)
    expect(not faults, "not everything was kept:\n" + "\n".join(faults))


# --- A server of the package ---

def ask(path):
    try:
        with urllib.request.urlopen("http://localhost:8899" + path, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def doctor(system):
    """{mark: [line…]}; every line that is not "ok" says what to do."""
    said = system.rampart("doctor", status=(0, 1, 3))
    out = collections.defaultdict(list)
    for line in said.splitlines():
        mark = line.split()[0]
        expect(mark == "ok" or "; fix: " in line, f"rampart doctor does not say what to do: {line}")
        out[mark].append(line)
    expect(out["ok"], said)
    return out


def expect_shut_in(system, unit):
    """That it runs as its unit says, and no way round it is left open by this test."""
    status = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{unit.process.pid}/status").read_text().splitlines() if ":\t" in line)
    wanted = {"Uid": "\t".join([str(unit.uid)] * 4), "Groups": "", "NoNewPrivs": "1", "Seccomp": "2", "CapEff": "0" * 16, "CapPrm": "0" * 16}
    faults = {name: status[name] for name, value in wanted.items() if status[name].strip() != value}
    expect(not faults, f"it is not shut in: {faults}")
    touch = ["nsenter", "-t", str(unit.process.pid), "--mount", "touch"]
    for path, writable in (("etc/rampart/x", False), ("usr/x", False), ("var/x", False), (f"{STATE}/x", True)):
        done = subprocess.run([*touch, str(system.path(path))], capture_output=True, check=False)
        expect((done.returncode == 0) == writable, f"/{path} can be written: {not writable}")
    system.path(f"{STATE}/x").unlink()


def serve(system, look=None):
    with UnitRun(system.root, "rampart.service") as unit:
        unit.await_word("READY=1", READY_SECONDS)
        expect_shut_in(system, unit)
        unit.await_word("WATCHDOG=1", 30)
        expect(ask("/healthz")[0] == 200, f"it is not well:\n{unit.said()}")
        expect(ask("/readyz")[0] == 200, f"it is not ready:\n{unit.said()}")
        expect(ask("/api/v1/domains")[0] == 401, "who is nobody is not refused")
        unit.heard.clear()
        unit.reload()
        unit.await_word("RELOADING=1", 30)
        unit.await_word("READY=1", READY_SECONDS)
        if look:
            look(unit)
        status = unit.stop()
        expect(status == 0, f"it ended with {status}:\n{unit.said()}")
        expect("STOPPING=1" in unit.words(), f"it has not said that it stops: {unit.heard}")
        expect("Sanitizer" not in unit.said(), unit.said())


# --- The steps ---

def upgrade(system, old, new):
    expect(system.install(old).startswith("0.1.0-"), "this is not the package of issue E")
    fill(system)
    before = snapshot(system)
    expect(sum(len(found) for _, found in before["rows"].values()) > 20, "the store is not filled")
    version = system.install(new)
    after = snapshot(system)
    expect_kept(before, after)
    expect(system.names(CONFIG) == "0640 root:rampart", system.names(CONFIG))
    expect(system.names(STATE) == "0700 rampart:rampart", system.names(STATE))
    serve(system)
    served = snapshot(system)
    # A server audits and learns: what it knows of domains and senders goes on.
    expect_kept({name: value for name, value in before.items() if name not in ("rows", "audits")}, served)
    print(f"upgrade from 0.1.0 to {version}: {', '.join(KEPT)} are as they were, and the server runs on them")
    return served


def purge_asks(system, new, before):
    printed = system.answer(["dpkg", "--purge", "rampart"], b"Delete quarantined mail", b"no")
    expect("stays as it is" in printed, printed)
    system.install(new)
    expect_kept(before, snapshot(system))
    noninteractive = system.dpkg("--purge", "rampart")
    expect("stays as it is" in noninteractive and system.path(f"{STATE}/rampart.db").exists(), noninteractive)
    system.install(new)
    expect_kept(before, snapshot(system))
    confmodule = system.path("usr/share/debconf/confmodule")
    confmodule.rename(confmodule.with_suffix(".away"))
    without = system.dpkg("--purge", "rampart")
    confmodule.with_suffix(".away").rename(confmodule)
    expect("stays as it is" in without and system.path(f"{STATE}/rampart.db").exists(), without)
    system.install(new)
    system.answer(["dpkg", "--purge", "rampart"], b"Delete quarantined mail", b"yes")
    for path in (STATE, "etc/rampart", "var/spool/postfix/rampart"):
        expect(not system.path(path).exists(), f"{path} is still there")
    print("purge: asks; no, nobody to ask and no debconf keep all, and yes deletes it")


def fresh(system, new):
    system.install(new)
    enabled = system.run("systemctl", "is-enabled", "rampart.service", "rampart-guard.service", status=1).stdout.split()
    expect(enabled == ["disabled", "disabled"], f"{enabled}")
    expect(not system.path(CONFIG).exists(), "a configuration that nobody wrote")
    for path, wanted in (("etc/rampart", "2750 root:rampart"), (STATE, "0700 rampart:rampart"), ("var/spool/postfix/rampart", "2750 rampart:postfix")):
        expect(system.names(path) == wanted, f"{path}: {system.names(path)}, not {wanted}")
    system.run("rampart", "init", "--domain", "bank.example", "/" + CONFIG)
    expect(system.names(CONFIG) == "0640 root:rampart", f"{CONFIG}: {system.names(CONFIG)}")
    first = {}
    serve(system, lambda unit: first.update(doctor(system)))
    for path, wanted in (("server", "0700"), ("server/enrolment-link", "0600"), ("server/accounts/accounts.key", "0600"), ("rampart.db", "0600")):
        expect(system.names(f"{STATE}/{path}") == f"{wanted} rampart:rampart", f"{path}: {system.names(f'{STATE}/{path}')}")
    # What rampart doctor asks for, and a socket for a Postfix in a chroot.
    config = system.path(CONFIG).read_text().replace("# seal_file =", "seal_file =")
    config = re.sub(r'(?m)^listen = \["inet:.*$', 'listen = ["unix:/var/spool/postfix/rampart/guard.sock"]', config)
    system.path(CONFIG).write_text(config)
    system.run("sh", "-c", f"umask 077; head -c 32 /dev/urandom | base64 >/{STATE}/seal.key", user="rampart")
    second = {}

    def look(_):
        second.update(doctor(system))
        socket_names = system.names("var/spool/postfix/rampart/guard.sock")
        expect(socket_names == "0660 rampart:postfix", socket_names)
        # Its processes that look into mail live with the unit's filter, too.
        send_forgery(f"unix:{system.path('var/spool/postfix/rampart/guard.sock')}")
        until = time.monotonic() + 30
        while not (told := system.rampart("trace", "forged@shop.example", "--format", "json", status=(0, 1, 2))) and time.monotonic() < until:
            time.sleep(0.2)
        expect('"asked":"quarantine"' in told.replace(": ", ":") and "inspection-" not in told, f"of a forgery is told: {told}")

    serve(system, look)
    expect(not second.get("FAILED"), f"what was mended is not: {second}")
    print(f"rampart doctor after rampart init: {len(first['ok'])} ok, {len(first.get('FAILED', []))} failed with what mends it; "
          f"after that: {len(second['ok'])} ok, 0 failed, {len(second.get('?', []))} unknown")
    for line in first.get("FAILED", []) + second.get("?", []):
        print(f"  {line}")


def main(arguments):
    root, old, new = arguments
    system = System(root)
    system.run("sh", "-c", "getent group postfix >/dev/null || groupadd --system postfix; mkdir -p /var/spool/postfix")
    system.path("etc/resolv.conf").write_text("nameserver 127.0.0.1\n")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("bank.example", "shop.example"):
            (pathlib.Path(folder) / f"{name}.zone").write_text(ZONE.format(name=name))
        with Nsd(pathlib.Path(folder), port=53):
            before = upgrade(system, old, new)
            purge_asks(system, new, before)
            fresh(system, new)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Failed as failure:
        sys.exit(f"error: {failure}")
