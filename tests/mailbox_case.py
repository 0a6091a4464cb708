"""What the tests of a mailbox start from."""

import json
import pathlib
import sqlite3
import tempfile
import unittest

from imap_server import PASSWORD, USER, Dovecot
from mail_servers import Authority
from rampart_run import rampart
from report_mails import Reporters


class MailboxCase(unittest.TestCase):
    """A Dovecot, its authority, reporters with keys in zone files, and a configuration."""

    idle = True

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.authority = Authority(self.dir)
        self.reporters = Reporters(self.dir)
        self.imap = Dovecot(self.authority.certificate("localhost"), idle=self.idle)
        self.addCleanup(self.imap.stop)
        self.secret(PASSWORD)
        self.store = self.dir / "store.db"

    def secret(self, text, mode=0o600):
        path = self.dir / "password"
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(text + "\n")
        path.chmod(mode)

    def command(self, *arguments, zones=None, host="localhost", tls="implicit", **settings):
        port = self.imap.port if tls == "implicit" else self.imap.clear_port
        lines = [f'imap_server = "{host}:{port}"', f'imap_user = "{USER}"', f'imap_tls = "{tls}"', f'imap_password_file = "{self.dir}/password"',
                 *(f"{key} = {json.dumps(value)}" for key, value in settings.items())]
        (self.dir / "rampart.toml").write_text("[reports]\n" + "\n".join(lines) + "\n")
        zones = self.reporters.zone_options() if zones is None else zones
        return ["reports", "fetch", "--config", self.dir / "rampart.toml", "--store", self.store, "--format", "json", *zones, *arguments]

    def fetch(self, *arguments, **settings):
        return rampart(*self.command(*arguments, **settings), SSL_CERT_FILE=str(self.authority.file))

    def fetched(self, *arguments, status=0, **settings):
        run = self.fetch(*arguments, **settings)
        self.assertEqual(run.status, status, run.err + run.out)
        return run.json()

    def trusts(self):
        with sqlite3.connect(self.store) as database:
            return dict(database.execute("SELECT report_id, trust FROM report"))
