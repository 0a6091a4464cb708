"""Runs the service of a systemd unit in a folder that holds a system (a chroot), as systemd would, without a systemd.

    with UnitRun(root, "rampart.service") as unit:
        unit.await_word("READY=1", 60)

Done as the unit says: ExecStartPre= (those as root alone), ExecStart=, User= and Group=, Environment=, UMask=, LimitNOFILE=, no
capability, no new privileges; StateDirectory=, RuntimeDirectory= and ConfigurationDirectory= with their modes; ProtectSystem=strict with
ReadWritePaths=; PrivateTmp=, PrivateDevices=, ProtectProc= with ProcSubset=; and, as one seccomp filter, SystemCallFilter= (its groups
as this machine's systemd-analyze lists them), RestrictAddressFamilies=, MemoryDenyWriteExecute=, RestrictNamespaces= and
RestrictSUIDSGID=. What is not in that list is not put on, cgroups among it. Needs root and libseccomp2; as a program it is its own
helper, within the mounts that it was given.
"""

import ctypes
import json
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import sys
import time

CLONE_NEW = 0x7E020080  # every flag of clone(2) that makes a namespace
EPERM, ENOSYS = 1, 38
FAMILIES = {"AF_UNIX": socket.AF_UNIX, "AF_INET": socket.AF_INET, "AF_INET6": socket.AF_INET6}
SECONDS = {"ms": 0.001, "s": 1, "min": 60, "h": 3600}


def read_unit(path):
    """{name: [value…]} of its [Service]; a value that is empty takes back what was said before, as systemd reads it."""
    out, section = {}, ""
    for line in path.read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif section == "Service" and "=" in line and not line.startswith("#"):
            name, value = line.split("=", 1)
            if value:
                out.setdefault(name, []).append(value)
            else:
                out.setdefault(name, []).clear()
    return out


def calls_of(words):
    """The names of the calls that these words of SystemCallFilter= stand for."""
    out = set()
    for word in words:
        if not word.startswith("@"):
            out.add(word)
            continue
        listed = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", word], capture_output=True, text=True, check=True).stdout
        out |= calls_of(line.strip() for line in listed.splitlines()[1:] if line.strip() and not line.strip().startswith("#"))
    return out


def allowed_calls(unit):
    out = set()
    for value in unit.get("SystemCallFilter", []):
        if value.startswith("~"):
            out -= calls_of(value[1:].split())
        else:
            out |= calls_of(value.split())
    return sorted(out)


class _Compare(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


EQUAL, MASKED_EQUAL = 4, 7


class Filter:
    """What is not allowed fails with EPERM."""

    ALLOW = 0x7FFF0000

    def __init__(self, library):
        self.library = library
        self.library.seccomp_init.restype = ctypes.c_void_p
        self.context = ctypes.c_void_p(self.library.seccomp_init(0x00050000 | EPERM))

    def allow(self, call, *compared, action=ALLOW):
        number = self.library.seccomp_syscall_resolve_name(call.encode())
        if number < 0:  # of another machine, or newer than the library
            return
        rules = (_Compare * max(1, len(compared)))(*compared)
        failed = self.library.seccomp_rule_add_array(self.context, action, number, len(compared), rules)
        if failed != 0:
            raise OSError(-failed, f"no rule for {call}")

    def load(self):
        if (failed := self.library.seccomp_load(self.context)) != 0:
            raise OSError(-failed, "the filter cannot be put on")


def masked(argument, mask, value):
    return _Compare(argument, MASKED_EQUAL, mask, value)


def put_on_filter(library, unit, calls):
    on = lambda name: unit.get(name, ["no"])[-1] == "yes"
    made = Filter(library)
    conditions = {}
    if families := unit.get("RestrictAddressFamilies"):
        conditions["socket"] = [[_Compare(0, EQUAL, FAMILIES[name], 0)] for name in families[-1].split()]
    if on("MemoryDenyWriteExecute"):
        write, execute = 2, 4
        conditions["mmap"] = [[masked(2, write | execute, value)] for value in (0, write, execute)]
        for call in ("mprotect", "pkey_mprotect"):
            conditions[call] = [[masked(2, execute, 0)]]
    if on("RestrictNamespaces"):
        for call in ("clone", "unshare"):
            conditions[call] = [[masked(0, CLONE_NEW, 0)]]
    if on("RestrictSUIDSGID"):
        for call, argument in (("chmod", 1), ("fchmod", 1), ("fchmodat", 2), ("mkdir", 1), ("mkdirat", 2)):
            conditions[call] = [[masked(argument, 0o6000, 0)]]
    for call in calls:
        if call in ("setns", "clone3") and on("RestrictNamespaces"):
            continue
        for compared in conditions.get(call, [[]]):
            made.allow(call, *compared)
    if on("RestrictNamespaces"):
        made.allow("clone3", action=0x00050000 | ENOSYS)  # its flags are behind a pointer; libraries take clone() then
    made.load()


# Within a mount namespace of its own. $1: the system's folder; then each folder that may be written.
MOUNTS = """set -e
root=$1; shift
mount --make-rprivate /
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
for path; do mount --bind "$root$path" "$root$path"; mount -o remount,bind,rw "$root$path"; done
mount -t proc -o hidepid=invisible,subset=pid proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=1777 tmpfs "$root/var/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom; do : >"$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
mkdir -m 1777 "$root/dev/shm"
exec "${HELPER[@]}" "$root"
"""


def run_inside(root, told):
    """The rest of it: never returns."""
    unit, user = told["unit"], told["user"]
    library = ctypes.CDLL("libseccomp.so.2")  # of this system, before the root is another
    libc = ctypes.CDLL(None, use_errno=True)
    os.chroot(root)
    os.chdir("/")
    if limit := unit.get("LimitNOFILE"):
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]  # a container may not raise it
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(int(limit[-1]), most),) * 2)
    os.umask(int(unit.get("UMask", ["0022"])[-1], 8))
    os.setsid()
    os.setgroups([])
    os.setresgid(*[user["gid"]] * 3)
    os.setresuid(*[user["uid"]] * 3)
    no_new_privileges = 38
    libc.prctl(no_new_privileges, 1, 0, 0, 0)
    command = unit["ExecStart"][-1].split()
    if told["calls"]:
        put_on_filter(library, unit, told["calls"])
    os.execve(command[0], command, told["environment"])


class UnitRun:
    """Started at once; `heard` are the words that it told its manager, `said()` what it wrote."""

    def __init__(self, root, name):
        self.root = pathlib.Path(root)
        self.unit = read_unit(self.root / "usr/lib/systemd/system" / name)
        entry = next(line.split(":") for line in (self.root / "etc/passwd").read_text().splitlines() if line.startswith(self.one("User") + ":"))
        self.uid, self.gid = int(entry[2]), int(entry[3])
        self.heard = []
        self._make_folders()
        self._listen()
        self.log = self.root / "var/log" / f"{name}.log"
        self._start()

    def one(self, name, otherwise=""):
        return self.unit.get(name, [otherwise])[-1]

    def _make_folders(self):
        self.writable = []
        for kind, base in (("State", "var/lib"), ("Runtime", "run"), ("Configuration", "etc")):
            for folder in self.one(f"{kind}Directory").split():
                path = self.root / base / folder
                path.mkdir(exist_ok=True)
                if kind != "Configuration":
                    os.chown(path, self.uid, self.gid)
                    path.chmod(int(self.one(f"{kind}DirectoryMode", "0755"), 8))
                    self.writable.append(f"/{base}/{folder}")
        for command in self.unit.get("ExecStartPre", []):
            assert command.startswith("+"), f"only what root does is done here: {command}"
            subprocess.run(["chroot", str(self.root), *command[1:].split()], check=True)
        for path in self.one("ReadWritePaths").split():
            if (self.root / path.lstrip("-/")).exists():
                self.writable.append(path.lstrip("-"))
        (self.root / "run/systemd").mkdir(exist_ok=True)

    def _listen(self):
        path = self.root / "run/systemd/notify"
        path.unlink(missing_ok=True)
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(path))
        path.chmod(0o777)

    def _start(self):
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "LANG": "C.UTF-8", "USER": self.one("User"), "LOGNAME": self.one("User"),
                       "NOTIFY_SOCKET": "/run/systemd/notify"}
        if "ASAN_OPTIONS" in os.environ:  # of a package that was built with it
            environment["ASAN_OPTIONS"] = os.environ["ASAN_OPTIONS"]
        for value in self.unit.get("Environment", []):
            environment.update([value.split("=", 1)])
        if watchdog := re.fullmatch(r"(\d+)(ms|s|min|h)?", self.one("WatchdogSec")):
            environment["WATCHDOG_USEC"] = str(int(int(watchdog[1]) * SECONDS[watchdog[2] or "s"] * 1e6))
        told = {"unit": self.unit, "user": {"uid": self.uid, "gid": self.gid}, "calls": allowed_calls(self.unit), "environment": environment}
        script = MOUNTS.replace('"${HELPER[@]}"', f'/usr/bin/python3 "{pathlib.Path(__file__).resolve()}" "$UNIT_RUN"')
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(["unshare", "--mount", "bash", "-c", script, "-", str(self.root), *self.writable], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env={**os.environ, "UNIT_RUN": json.dumps(told)})

    def said(self):
        return self.log.read_text(errors="replace")

    def words(self, patience=0.01):
        """What it has told its manager; `heard` is the same."""
        self.notify.settimeout(patience)
        try:
            while True:
                self.heard += self.notify.recv(8192).decode().splitlines()
        except TimeoutError:
            return self.heard

    def await_word(self, word, seconds):
        until = time.monotonic() + seconds
        while word not in self.heard:
            if self.process.poll() is not None:
                raise AssertionError(f"it ended with {self.process.returncode} before it said {word}:\n{self.said()}")
            if time.monotonic() > until:
                raise AssertionError(f"it has not said {word} in {seconds} s, but {self.heard}:\n{self.said()}")
            self.words(0.2)

    def reload(self):
        assert self.one("ExecReload") == '/bin/sh -c "kill -HUP $MAINPID"'
        self.process.send_signal(signal.SIGHUP)

    def stop(self, seconds=60):
        """As systemctl stop: its status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.notify.close()


if __name__ == "__main__":
    run_inside(sys.argv[2], json.loads(sys.argv[1]))
