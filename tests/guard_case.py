"""A guard with a name server that knows some senders: what its end-to-end tests share."""

import os
import pathlib
import tempfile
import time
import unittest

from guard_run import Guard, mail_server
from rampart_run import rampart
from servers import Nsd, free_port

OURS, STRANGER = "192.0.2.1", "198.51.100.9"
ZONES = {
    "bank.example": '@ TXT "v=spf1 ip4:192.0.2.1 -all"\n_dmarc TXT "v=DMARC1; p=reject"\ns1._domainkey TXT {key}\n',
    "soft.example": '@ TXT "v=spf1 ip4:192.0.2.1 ~all"\n_dmarc TXT "v=DMARC1; p=reject"\n',
    "shop.example": '@ TXT "v=spf1 ip4:192.0.2.1 -all"\n_dmarc TXT "v=DMARC1; p=quarantine"\n',
    "open.example": '@ TXT "v=spf1 ip4:192.0.2.1 -all"\n_dmarc TXT "v=DMARC1; p=none"\n',
}
ZONE = "$ORIGIN {origin}.\n$TTL 60\n@ SOA ns.bank.example. host 1 3600 600 86400 60\n@ NS ns.bank.example.\n{more}"
TO = ["a@else.example"]
TOKEN = "a-token-of-the-tests-0123456789"
numbers = iter(range(1_000_000))


def mail(author="bank.example", fields=""):
    """(Message-ID, text) of a message in the name of news@author."""
    name = f"<{next(numbers)}.{os.getpid()}@{author}>"
    return name, f"From: News <news@{author}>\r\nTo: a@else.example\r\nSubject: rates\r\nDate: Fri, 27 Nov 2026 10:00:00 +0000\r\nMessage-ID: {name}\r\n{fields}\r\nThe rates are as they were.\r\n"


class GuardCase(unittest.TestCase):
    zones = ZONES

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.dir = pathlib.Path(folder.name)
        cls.key = cls.dir / "key.pem"
        made = rampart("dkim", "keygen", "bank.example", "--selector", "s1", "--key", cls.key)
        assert made.status == 0, made.err
        key = made.out[made.out.index('"'):made.out.rindex('"') + 1]
        for origin, more in cls.zones.items():
            (cls.dir / f"{origin}.zone").write_text(ZONE.format(origin=origin, more=more.format(key=key)))
        cls.names = Nsd(cls.dir)
        cls.addClassCleanup(cls.names.stop)

    def guard(self, **options):
        guard = Guard(self.names, **options)
        self.addCleanup(guard.stop)
        return guard

    def both(self, action="tempfail", **options):
        guard = self.guard(**options)
        postfix = mail_server(guard, action)
        self.addCleanup(postfix.stop)
        return guard, postfix

    def delivered(self, postfix, name, seconds=10):
        deadline = time.monotonic() + seconds
        while True:
            for _, text in postfix.messages(0, 0):
                if f"Message-ID: {name}".encode() in text:
                    return text.decode()
            if time.monotonic() > deadline:
                self.fail(f"{name} has not arrived:\n{postfix.log()[-3000:]}")
            time.sleep(0.05)

    def trace(self, guard, *words):
        return rampart("trace", "--config", guard.config, "--store", guard.store, "--quarantine", guard.quarantine, "--width", "1000", *words)

    def told(self, guard, word):
        """The events of the store, which come there a little later."""
        deadline = time.monotonic() + 10
        while (run := self.trace(guard, word, "--format", "json")).status != 0 and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertEqual(run.status, 0, run.err)
        return run.json()


class GuardHttpCase(GuardCase):
    """One that is asked over HTTP, too: options() are the guard's, with `more` in its configuration."""
    more = ""

    def setUp(self):
        self.port = free_port()
        self.token = self.dir / "api.token"
        if not self.token.exists():
            self.token.touch(mode=0o600)
            self.token.write_text(TOKEN + "\n")

    def options(self):
        return {"options": ("--http-listen", f"127.0.0.1:{self.port}"), "config": f'api_token_file = "{self.token}"\n{self.more}'}
