"""A private Dovecot on loopback for the end-to-end tests: its own configuration, users, mails and certificate, run by whoever runs the test.

    with Dovecot(folder, authority) as imap:
        imap.deliver(message)                     # into INBOX, as a mail server would
        run("rampart", "reports", "fetch", "--imap", f"localhost:{imap.port}", ...)
        imap.mails("Rampart-Read")

Where the test is root's, Dovecot's own users of the package run its sign-in process, as they do anywhere.
"""

import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from servers import PrivateServer, ServerError, _die_with_parent, free_port, servers_dir

USER = "reports"
PASSWORD = "correct horse battery"
READY_SECONDS = 20


class Dovecot(PrivateServer):
    """Ports: `port` speaks TLS from the first byte, `clear_port` has STARTTLS."""

    def __init__(self, certificate, *, idle=True):
        program = shutil.which("dovecot", path="/usr/sbin:/usr/bin")
        if not program:
            raise ServerError("dovecot is not installed (./dev setup test)")
        if os.geteuid() != 0:
            raise unittest.SkipTest("Dovecot's processes have users of their own, which only root can give them")
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="dovecot-", dir=servers_dir()))
        self.port, self.clear_port = free_port(), free_port()
        self.mail = self.dir / "mail"
        self.owner = pwd.getpwnam("nobody")
        self._write(certificate, idle)
        self.log = self.dir / "log"
        self.process = None
        self.start(program)

    def _write(self, certificate, idle):
        for sub in ("cur", "new", "tmp"):
            (self.mail / sub).mkdir(parents=True)
        for path in (self.mail, *self.mail.iterdir()):
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)
        self._let_in()
        (self.dir / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}::::::\n")
        (self.dir / "run").mkdir()
        shutil.copyfile(certificate, self.dir / "server.pem")
        (self.dir / "server.pem").chmod(0o600)
        without = "" if idle else "  imap_capability = IMAP4rev1 SASL-IR LITERAL+ AUTH=PLAIN\n"
        (self.dir / "dovecot.conf").write_text(f"""\
protocols = imap
listen = 127.0.0.1
base_dir = {self.dir}/run
state_dir = {self.dir}/run
log_path = {self.dir}/log
ssl = required
ssl_cert = <{self.dir}/server.pem
ssl_key = <{self.dir}/server.pem
disable_plaintext_auth = yes
auth_mechanisms = plain
default_internal_user = dovecot
default_login_user = dovenull
first_valid_uid = 1
mail_location = maildir:{self.mail}
mail_fsync = never
maildir_very_dirty_syncs = no
mailbox_idle_check_interval = 1 secs
passdb {{
  driver = passwd-file
  args = {self.dir}/users
}}
userdb {{
  driver = static
  args = uid={self.owner.pw_uid} gid={self.owner.pw_gid} home={self.mail}
}}
protocol imap {{
  mail_max_userip_connections = 100
{without}}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.clear_port}
  }}
  inet_listener imaps {{
    port = {self.port}
    ssl = yes
  }}
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
""")

    def _let_in(self):
        """The user that mails belong to has to come as far as their folder."""
        for path in (self.mail, *self.mail.parents):
            if path == pathlib.Path("/") or os.stat(path).st_mode & 0o001:
                continue
            if path == self.dir or self.dir in path.parents:
                path.chmod(0o755)
            else:
                raise unittest.SkipTest(f"{path} lets nobody else in, so Dovecot's user cannot reach its mails")

    def start(self, program="/usr/sbin/dovecot"):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([program, "-F", "-c", str(self.dir / "dovecot.conf")], cwd=self.dir, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, preexec_fn=_die_with_parent, start_new_session=True)
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.clear_port), timeout=2) as greeting:
                    if greeting.recv(100).startswith(b"* OK"):
                        return
            except OSError:
                pass
            time.sleep(0.05)
        text = self.log.read_text(errors="replace")[-2000:]
        self.stop()
        raise ServerError(f"dovecot does not greet:\n{text}")

    def kill(self):
        """Stops serving; the mails stay."""
        super().kill()
        if self.process:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)  # those that still serve somebody
            except ProcessLookupError:
                pass

    def folder(self, mailbox="INBOX"):
        return self.mail if mailbox == "INBOX" else self.mail / f".{mailbox}"

    def deliver(self, message, name=None, when=None):
        """A mail into INBOX, as a delivery agent puts it into a Maildir: whole, or not there. `when`: its time of arrival."""
        data = message if isinstance(message, bytes) else message.encode()
        self.count = getattr(self, "count", 0) + 1
        name = name or f"{int(time.time())}.{self.count:06}.test"
        path = self.mail / "tmp" / name
        path.write_bytes(data)
        os.chown(path, self.owner.pw_uid, self.owner.pw_gid)
        if when:
            os.utime(path, (when, when))
        path.rename(self.mail / "new" / name)
        return name

    def files(self, mailbox="INBOX"):
        folder = self.folder(mailbox)
        return [path for sub in ("new", "cur") if (folder / sub).is_dir() for path in (folder / sub).iterdir()]

    def mails(self, mailbox="INBOX"):
        """The contents of the mails there, in any order."""
        out = []
        for path in self.files(mailbox):
            try:
                out.append(path.read_bytes())
            except FileNotFoundError:  # it was moved meanwhile
                return self.mails(mailbox)
        return out
