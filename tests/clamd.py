"""ClamAV's daemon with a signature of our own and no other, on a socket in a folder of its own."""

import pathlib
import socket
import subprocess
import tempfile
import time

from servers import READY_SECONDS, PrivateServer, ServerError, _die_with_parent

PROGRAM = "/usr/sbin/clamd"


class Clamd(PrivateServer):
    """Knows `content` (bytes) by the name `signature`."""

    def __init__(self, signature, content):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="rampart-clamd-"))
        self.socket = self.dir / "socket"
        (self.dir / "own.ndb").write_text(f"{signature}:0:*:{content.hex()}\n")
        config = self.dir / "clamd.conf"
        config.write_text(f"DatabaseDirectory {self.dir}\nLocalSocket {self.socket}\nForeground yes\nTemporaryDirectory {self.dir}\nUser root\n")
        self.log = self.dir / "log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([PROGRAM, f"--config-file={config}"], cwd=self.dir, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            preexec_fn=_die_with_parent)
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                said = self.log.read_text(errors="replace")
                self.stop()
                raise ServerError(f"clamd does not answer:\n{said}")
            time.sleep(0.1)

    def _answers(self):
        try:
            with socket.socket(socket.AF_UNIX) as one:
                one.settimeout(5)
                one.connect(str(self.socket))
                one.sendall(b"zPING\0")
                return one.recv(16) == b"PONG\0"
        except OSError:
            return False
