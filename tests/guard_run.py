"""A guard, a name server and a Postfix of their own on loopback, and a client that says from where it comes.

    with Guard(config="…", names=nsd) as guard, mail_server(guard) as postfix:
        answer = send(postfix, "192.0.2.1", "news@bank.example", ["a@else.example"], text)
"""

import json
import os
import pathlib
import re
import signal
import smtplib
import sqlite3
import subprocess
import tempfile
import time

from postfix import Postfix
from rampart_run import PROGRAM, SOURCE
from servers import READY_SECONDS, PrivateServer, ServerError, _die_with_parent, free_port

# Beside what Postfix's test configuration says: no TLS, whoever comes may say from where, and everybody's mail is taken. Nobody counts
# connections: a reload ends anvil, and an smtpd that has just asked it waits for its answer, for an hour.
MAIN = """\
smtpd_tls_security_level = none
smtpd_authorized_xclient_hosts = 127.0.0.0/8
smtpd_relay_restrictions = permit_auth_destination, reject
smtpd_milters = {milters}
smtpd_client_connection_count_limit = 0
"""


class Guard(PrivateServer):
    """`config` is its [guard] table. Its events and what it says are in files; `kill9()` and `start()` as often as wanted.

    It looks into messages only where its configuration says something of `inspect`, or a block list asks: under sanitizers the process
    that is made for each message costs a quarter of a second.
    """

    def __init__(self, names, config="", mode="enforce", listen=None, options=(), resolver=None):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="rampart-guard-"))
        self.dir.chmod(0o755)
        self.listen = listen or f"inet:127.0.0.1:{free_port()}"
        self.config = self.dir / "rampart.toml"
        self.configure(config)
        self.store = self.dir / "store.db"
        self.quarantine = self.dir / "kept"
        kept = ["--quarantine", str(self.quarantine)] if mode == "enforce" else []
        self.command = [PROGRAM, "guard", "--config", str(self.config), "--listen", self.listen, "--mode", mode, *kept, "--store",
                        str(self.store), "--authserv-id", "guard.test", "--resolver", resolver or names.address, *options]
        self.start()

    def configure(self, text):
        quick = "" if "inspect" in text else "inspect = false\n"
        self.config.write_text(f"[guard]\nsocket_mode = \"0666\"\n{quick}{text}\n")

    def start(self):
        said = len(self.said())
        with (self.dir / "events").open("ab") as events, (self.dir / "said").open("ab") as errors:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=events, stderr=errors, cwd=SOURCE,
                                            preexec_fn=_die_with_parent)
        self.wait_for("listens at", said)

    def wait_for(self, text, behind=0, seconds=READY_SECONDS):
        deadline = time.monotonic() + seconds
        while text not in self.said()[behind:]:
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise ServerError(f"the guard does not say {text!r}:\n{self.said()[-2000:]}")
            time.sleep(0.02)

    def stop(self):
        self.kill()
        said = self.said()
        super().stop()
        assert "Sanitizer" not in said and "runtime error:" not in said, said[-5000:]

    def kill9(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def reload(self, config, expected):
        behind = len(self.said())
        self.configure(config)
        self.process.send_signal(signal.SIGHUP)
        self.wait_for(expected, behind)

    def said(self):
        path = self.dir / "said"
        return path.read_text() if path.exists() else ""

    def events(self):
        lines = (self.dir / "events").read_text().splitlines()
        return [json.loads(line) for line in lines if line]

    def events_after(self, behind, seconds=10):
        """Those that came after the first `behind`; at least one."""
        deadline = time.monotonic() + seconds
        while len(found := self.events()) <= behind:
            assert time.monotonic() < deadline, f"no event came\n{self.said()[-2000:]}"
            time.sleep(0.02)
        return found[behind:]

    def event(self, message_id, seconds=10):
        """The only one of this message."""
        deadline = time.monotonic() + seconds
        while True:
            found = [event for event in self.events() if event["message_id"] == message_id]
            if found or time.monotonic() > deadline:
                assert len(found) == 1, f"{message_id}: {found}\n{self.said()[-2000:]}"
                return found[0]
            time.sleep(0.05)

    def kept(self):
        """The Message-IDs of what is in quarantine."""
        with sqlite3.connect(f"file:{self.store}?mode=ro", uri=True) as store:
            return [json.loads(head)["message_id"] for (head,) in store.execute("SELECT head FROM guard_kept WHERE state = 'kept'")]

    def milter(self):
        """As Postfix names it; it runs here without a chroot."""
        return self.listen


def mail_server(guard, action="tempfail", more="", master=""):
    guard_dir_certificate = guard.dir / "no-certificate"
    guard_dir_certificate.touch()
    milters = f"{{ {guard.milter()}, default_action={action}, connect_timeout=5s }}"
    return Postfix(guard_dir_certificate, main=MAIN.format(milters=milters) + more, master=master)


class Client:
    """An SMTP session that comes from an address, as far as Postfix is concerned."""

    def __init__(self, postfix, address, helo="mail.bank.example"):
        self.smtp = smtplib.SMTP("127.0.0.1", postfix.port, timeout=60)
        self.smtp.ehlo("client.test")
        if address:
            code, text = self.smtp.docmd("XCLIENT", f"ADDR={address} NAME={helo} HELO={helo}")
            assert code == 220, text
        self.smtp.ehlo(helo)

    def send(self, sender, recipients, text):
        """(code, answer) of the end of the message, or of what was refused before it."""
        for code, answer in (self.smtp.mail(sender), *(self.smtp.rcpt(recipient) for recipient in recipients)):
            if code != 250:
                self.smtp.rset()
                return code, answer.decode()
        code, answer = self.smtp.data(text.encode() if isinstance(text, str) else text)
        return code, answer.decode()

    def quit(self):
        try:
            self.smtp.quit()
        except (smtplib.SMTPException, OSError):
            self.smtp.close()


def send(postfix, address, sender, recipients, text, helo="mail.bank.example"):
    client = Client(postfix, address, helo)
    try:
        return client.send(sender, recipients, text)
    finally:
        client.quit()


def queue_id(answer):
    return re.search(r"queued as (\S+)", answer).group(1)
