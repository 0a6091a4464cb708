"""A private Postfix on loopback that takes mail for everybody and keeps it.

    with Postfix(certificate) as relay:
        …rampart reports write --send, relay at localhost:{relay.port}…
        relay.messages(2)   # waits until two have arrived: [(recipient, bytes)]

Its configuration, queue and mailbox are in a folder of its own; nothing of the machine's Postfix is read or changed. It needs root, as
Postfix does; without, or where it is not installed, the calling test is skipped.
"""

import grp
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from servers import READY_SECONDS, PrivateServer, ServerError, _die_with_parent, free_port

DAEMONS = pathlib.Path("/usr/lib/postfix/sbin")
QUEUES = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "maildrop", "private", "public", "saved", "trace")
MAIN = """\
compatibility_level = 3.6
queue_directory = {dir}/queue
data_directory = {dir}/data
maillog_file = {dir}/log
maillog_file_prefixes = {dir}
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
local_recipient_maps =
alias_maps =
virtual_mailbox_domains = static:all
virtual_mailbox_maps = static:box/
virtual_mailbox_base = {dir}/mail
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access texthash:{dir}/refused, permit
smtpd_tls_security_level = {level}
smtpd_tls_chain_files = {certificate}
smtpd_tls_mandatory_protocols = >=TLSv1.2
message_size_limit = 20000000
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
tlsmgr unix - - n 1000? 1 tlsmgr
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix(PrivateServer):
    """`refused` maps recipients to the answer that they get ("550 no such user", "451 later"). `main` and `master` are lines behind
    those of its files of these names."""

    def __init__(self, certificate, refused=None, main="", master=""):
        if os.geteuid() != 0 or not (DAEMONS / "master").exists():
            raise unittest.SkipTest("Postfix takes root, and has to be installed (./dev setup test)")
        # Its processes give up root, and have to reach every folder above.
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="rampart-postfix-"))
        self.dir.chmod(0o755)
        self.port = free_port()
        self.process = None
        owner = pwd.getpwnam("postfix")
        for name in ("conf", "queue", "data", "mail", *(f"queue/{queue}" for queue in (*QUEUES, "pid"))):
            path = self.dir / name
            path.mkdir(mode=0o755)
            if name in ("data", "mail") or path.parent.name == "queue" and path.name != "pid":
                os.chown(path, owner.pw_uid, grp.getgrnam("postdrop").gr_gid if name.endswith(("maildrop", "public")) else -1)
        copied = self.dir / "conf" / "certificate.pem"
        shutil.copyfile(certificate, copied)
        (self.dir / "refused").write_text("".join(f"{address} {answer}\n" for address, answer in (refused or {}).items()))
        (self.dir / "conf" / "main.cf").write_text(MAIN.format(dir=self.dir, daemons=DAEMONS, certificate=copied, level="encrypt",
                                                               uid=owner.pw_uid, gid=owner.pw_gid) + main)
        (self.dir / "conf" / "master.cf").write_text(MASTER.format(port=self.port) + master)
        self.start()

    def start(self):
        with (self.dir / "errors").open("ab") as errors:
            self.process = subprocess.Popen([DAEMONS / "master", "-c", str(self.dir / "conf"), "-d"], stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=errors, preexec_fn=_die_with_parent)
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as link:
                    if link.recv(4) == b"220 ":
                        return
            except OSError:
                time.sleep(0.05)
        errors = (self.dir / "errors").read_text(errors="replace") + self.log()
        self.stop()
        raise ServerError(f"Postfix does not answer:\n{errors[-2000:]}")

    def log(self):
        path = self.dir / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def messages(self, count, seconds=15):
        """What has arrived, once there are `count`, or all that came within `seconds`: (recipient, bytes), in no order."""
        deadline = time.monotonic() + seconds
        while True:
            files = sorted((self.dir / "mail" / "box" / "new").glob("*"))
            if len(files) >= count or time.monotonic() > deadline:
                return [self._read(file) for file in files]
            time.sleep(0.05)

    @staticmethod
    def _read(file):
        text = file.read_bytes()
        fields, _, rest = text.partition(b"\n")
        recipient = ""
        while fields.startswith((b"Return-Path:", b"X-Original-To:", b"Delivered-To:")):
            if fields.startswith(b"X-Original-To:"):
                recipient = fields.split(b":", 1)[1].strip().decode()
            text = rest
            fields, _, rest = text.partition(b"\n")
        return recipient, text
