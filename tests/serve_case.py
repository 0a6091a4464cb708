"""A `rampart serve` in a folder of its own, as the end-to-end tests run it."""

import http.client
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest

from rampart_run import PROGRAM, SOURCE


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Serve:
    """Starts at once; `with Serve(…) as server`. `settings` is TOML behind what every one of them has."""

    def __init__(self, settings="", role="all", arguments=(), environment=None, folder=None, wait=True):
        self.own = tempfile.TemporaryDirectory(prefix="rampart-serve-") if folder is None else None
        self.folder = pathlib.Path(self.own.name if self.own else folder)
        self.port, self.milter = free_port(), free_port()
        self.config = self.folder / "rampart.toml"
        self.settings = settings
        self.role, self.arguments, self.environment = role, list(arguments), environment or {}
        self.write(settings)
        self.log = self.folder / "log"
        self.process, self.files = None, ()
        self.start()
        if wait:
            self.await_ready()

    def write(self, settings):
        server = settings if "[server]" in settings else "[server]\n" + settings
        if not re.search(r"^listen =", server.split("[guard]")[0], re.M):
            server = server.replace("[server]\n", f'[server]\nlisten = ["127.0.0.1:{self.port}"]\n', 1)
        guard = "" if "[guard]" in server else f'\n[guard]\nlisten = ["inet:127.0.0.1:{self.milter}"]\n'
        store = "" if "[store]" in server else f'\n[store]\nurl = "sqlite:{self.folder}/rampart.db"\n'
        dns = "" if "[dns]" in server else '\n[dns]\nresolvers = ["127.0.0.1:9"]\ntimeout = "200ms"\n'
        self.config.write_text(server + guard + store + dns)

    def start(self):
        self.let_go()
        self.files = out, err = open(self.folder / "out", "wb"), open(self.log, "ab")
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--config", str(self.config), "--role", self.role, *self.arguments],
            stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=self.folder,
            env={**os.environ, "HOME": str(self.folder), "NO_COLOR": "1", **self.environment})

    def let_go(self):
        for file in self.files:
            file.close()
        self.files = ()

    def said(self):
        return self.log.read_text(errors="replace")

    def await_said(self, pattern, seconds=60):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = re.search(pattern, self.said())
            if found:
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"nothing said {pattern!r}; status {self.process.poll()}\n{self.said()}")

    def await_ready(self, seconds=90):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise AssertionError(f"it ended with {self.process.returncode}\n{self.said()}")
            try:
                if self.get("/readyz").status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"it was not ready in time\n{self.said()}")

    def request(self, method, path, body=None, headers=None, port=None, host="127.0.0.1", tls=None):
        port = port or self.port
        connection = http.client.HTTPSConnection(host, port, timeout=20, context=tls) if tls else http.client.HTTPConnection(host, port, timeout=20)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            response.text = response.read().decode(errors="replace")
            return response
        finally:
            connection.close()

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def json(self, path, **more):
        return json.loads(self.get(path, **more).text)

    def signal(self, what):
        self.process.send_signal(what)

    def end(self, seconds=60):
        """SIGTERM; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"it did not end\n{self.said()}") from None

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.let_go()
        if self.own:
            self.own.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Manager:
    """A service manager's socket (sd_notify)."""

    def __init__(self, folder):
        self.path = str(pathlib.Path(folder) / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(60)
        self.heard = []

    def await_word(self, word):
        while word not in "\n".join(self.heard).split("\n"):
            self.heard.append(self.socket.recv(65536).decode())
        return self.heard

    def close(self):
        self.socket.close()


def certificate(folder, names=("localhost",), days=30):
    """A certificate of its own, by openssl: (certificate, key) files."""
    cert, key = pathlib.Path(folder) / "tls.pem", pathlib.Path(folder) / "tls.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", str(days),
                    "-subj", f"/CN={names[0]}", "-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in names),
                    "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    key.chmod(0o600)
    return cert, key


def trusting(cert):
    return ssl.create_default_context(cafile=str(cert))
