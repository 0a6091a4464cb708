"""rampart reports fetch against a real Dovecot: TLS, what is moved and what stays, trust by signatures, IDLE, and kill -9."""

import json
import os
import pathlib
import signal
import socket
import sqlite3
import tempfile
import time
import unittest

from imap_server import PASSWORD
from mail_servers import Authority
from mailbox_case import MailboxCase
from mailbox_kills import kills_in_fetch, kills_in_import, start, store_of, wait_for
from rampart_run import SOURCE, rampart

SOON = 10  # seconds, on a busy machine
SPAM = "From: a@b.example\r\nSubject: You have won\r\n\r\nMuch money.\r\n"


class MailboxTest(MailboxCase):
    def test_what_is_read_is_moved_and_believed_by_its_signature(self):
        mail = self.reporters.mail
        self.imap.deliver(mail("mx1.example", "signed"))
        self.imap.deliver(mail("mx1.example", "unsigned", signed=False))
        self.imap.deliver(mail("mx2.example", "forged", email="reports@mx1.example"))
        self.imap.deliver(mail("gone.example", "gone"), when=time.time() - 30 * 86400)
        self.imap.deliver(mail("mx2.example", "results", signed=False,
                               more="Authentication-Results: mx.bank.example; dkim=pass header.d=mx2.example\r\n"))
        self.imap.deliver(SPAM)
        done = self.fetched("--authserv-id", "mx.bank.example", status=1)
        self.assertEqual((done["mails"], done["put_away"], done["reports"], done["set_aside_count"]), (6, 6, 5, 1), done)
        self.assertEqual({key: done["beliefs"][key] for key in ("verified", "key_gone", "unverified", "undetermined")},
                         {"verified": 2, "key_gone": 1, "unverified": 2, "undetermined": 0}, done)
        self.assertEqual(self.trusts(), {"signed": "verified", "unsigned": "unverified", "forged": "unverified", "gone": "key-gone",
                                         "results": "verified"})
        self.assertEqual((self.imap.mails(), len(self.imap.mails("Rampart-Read")), self.imap.mails("Rampart-Aside")), ([], 5, [SPAM.encode()]))
        self.assertEqual(self.fetched()["mails"], 0)
        shown = rampart("reports", "show", "bank.example", "--since", "2025-11-01", "--store", self.store, "--format", "json").json()
        self.assertEqual((shown["reports"], shown["uncounted_reports"]), (2, 3), "what is not verified is shown and not counted")

    def test_starttls_and_what_is_refused(self):
        self.imap.deliver(self.reporters.mail("mx1.example", "r1"))
        other = Authority(self.new_folder("other"))
        run = rampart(*self.command(), SSL_CERT_FILE=str(other.file))
        self.assertEqual(run.status, 3, run.err)
        self.assertIn("certificate is refused", run.err)
        run = self.fetch(host="127.0.0.1")
        self.assertIn("certificate is refused", run.err)
        self.secret("wrong")
        run = self.fetch()
        self.assertEqual(run.status, 2, run.err)
        self.assertIn("refused the user or the password", run.err)
        self.secret(PASSWORD, mode=0o640)
        run = self.fetch()
        self.assertEqual(run.status, 2, run.err)
        self.assertNotIn(PASSWORD, run.err)
        self.secret(PASSWORD)
        self.assertEqual(self.fetch(imap_mailbox="None").status, 2)
        self.assertEqual(len(self.imap.mails()), 1, "nothing was touched")
        self.assertEqual(self.fetched(tls="starttls")["reports"], 1)

    def new_folder(self, name):
        (self.dir / name).mkdir()
        return self.dir / name

    def test_flagged_in_place(self):
        self.imap.deliver(self.reporters.mail("mx1.example", "r1"))
        self.imap.deliver(SPAM)
        self.assertEqual(self.fetched(status=1, imap_done="flag")["put_away"], 2)
        self.assertEqual(len(self.imap.mails()), 2)
        self.imap.deliver(self.reporters.mail("mx1.example", "r2"))
        self.assertEqual(self.fetched(imap_done="flag")["mails"], 1)

    def test_mailboxes_with_names_beyond_ascii(self):
        self.imap.deliver(self.reporters.mail("mx1.example", "r1"))
        self.assertEqual(self.fetched(imap_done_mailbox="رپورٹ & more")["put_away"], 1)
        self.assertEqual(len(self.imap.mails("&BjEGfgZIBjEGeQ- &- more")), 1)

    def test_what_dns_does_not_tell_waits(self):
        self.imap.deliver(self.reporters.mail("mx1.example", "r1"))
        self.imap.deliver(self.reporters.mail("mx2.example", "r2"))
        done = self.fetched(zones=self.reporters.zone_options("mx1.example"), status=3)
        self.assertEqual((done["put_away"], done["waiting"], done["beliefs"]["undetermined"]), (1, 1, 1), done)
        self.assertEqual(self.trusts(), {"r1": "unverified", "r2": "verified"})
        self.assertEqual(len(self.imap.mails()), 1)
        self.assertEqual(self.fetched(status=3)["mails"], 0, "it is not yet time")
        self.edit("UPDATE report_mail_waiting SET next = 0")
        done = self.fetched()
        self.assertEqual((done["put_away"], done["waiting"], done["duplicates"]), (1, 0, 1), done)
        self.assertEqual(self.trusts(), {"r1": "verified", "r2": "verified"})
        self.assertEqual(self.edit("SELECT COUNT(*) FROM report_mail_waiting"), [(0,)])

    def test_nobody_waits_for_ever(self):
        self.imap.deliver(self.reporters.mail("mx1.example", "r1"))
        nothing = self.reporters.zone_options("mx1.example")
        self.fetched(zones=nothing, status=3)
        self.edit("UPDATE report_mail_waiting SET next = 0, since = since - 86400 * 6")
        done = self.fetched(zones=nothing, status=1)
        self.assertEqual((done["put_away"], done["given_up"]), (1, 1))
        self.assertIn("could not be found out", done["set_aside"][0]["reason"])
        self.assertEqual(self.trusts(), {"r1": "unverified"})

    def edit(self, statement):
        with sqlite3.connect(self.store) as database:
            return database.execute(statement).fetchall()

    def test_a_large_mail_stays(self):
        self.imap.deliver(SPAM.encode() + b"x" * 76 * 900_000)
        self.imap.deliver(self.reporters.mail("mx1.example", "r1"))
        done = self.fetched(status=1)
        self.assertEqual((done["mails"], done["too_large"], done["reports"]), (1, 1, 1))
        self.assertIn("stays in the mailbox", done["set_aside"][0]["reason"])
        self.assertEqual(len(self.imap.mails()), 1)

    def test_the_corpus_in_a_mailbox(self):
        corpus = pathlib.Path(os.environ.get("RAMPART_SHARED", SOURCE.parent / "shared")) / "corpus" / "reports" / "parsedmarc"
        mails = sorted(corpus.glob("*.eml"))
        if not mails:
            self.skipTest("no corpus of reports")
        for path in mails:
            self.imap.deliver(path.read_bytes())
        run = self.fetch()
        self.assertIn(run.status, (0, 1, 3), run.err)
        done = run.json()
        self.assertEqual(done["mails"], len(mails))
        self.assertEqual(done["beliefs"]["verified"], 0, "their keys are in none of these zones")
        self.assertEqual(sum(len(self.imap.mails(box)) for box in ("INBOX", "Rampart-Read", "Rampart-Aside")), len(mails))

    def test_imported_files_are_believed_by_their_mails_when_asked(self):
        files = self.new_folder("files")
        (files / "a.eml").write_bytes(self.reporters.mail("mx1.example", "signed"))
        (files / "b.eml").write_bytes(self.reporters.mail("mx1.example", "unsigned", signed=False))
        (files / "c.mbox").write_bytes(b"From a@b.example Thu Nov 26 01:00:00 2025\n" + self.reporters.mail("mx2.example", "in-mbox").replace(b"\r\n", b"\n"))
        arguments = ["reports", "import", "--store", self.store, "--format", "json"]
        run = rampart(*arguments, "--verify", *self.reporters.zone_options(), files)
        self.assertEqual(run.status, 0, run.err)
        self.assertEqual(self.trusts(), {"signed": "verified", "unsigned": "unverified", "in-mbox": "verified"})
        run = rampart(*arguments, "--verify", *self.reporters.zone_options("mx1.example", "mx2.example"), files)
        self.assertEqual(run.status, 3, run.err)
        self.assertEqual(self.trusts()["signed"], "verified", "what was found out before stays")
        # In a mail server's pipe: to be brought again when DNS answers, and counted once all the same.
        piped = (files / "a.eml").read_text(encoding="ascii")
        without = self.reporters.zone_options("mx1.example")
        self.assertEqual(rampart(*arguments, *without, "-", stdin=piped).status, 75)
        self.assertEqual(rampart(*arguments, *self.reporters.zone_options(), "-", stdin=piped).status, 0)
        self.assertEqual(rampart(*arguments, files).status, 0)
        self.assertEqual(self.trusts(), {"signed": "verified", "unsigned": "imported", "in-mbox": "verified"})

    def test_a_user_of_a_reporters_domain_replaces_none_of_its_reports(self):
        files = self.new_folder("files")
        rows = [("192.0.2.1", 7)]
        more = [("192.0.2.1", 900)]

        def read(name, **how):
            (files / name).write_bytes(self.reporters.mail("mx1.example", "r1", **how))
            run = rampart("reports", "import", "--store", self.store, "--format", "json", "--verify", *self.reporters.zone_options(), files / name)
            return run.json()

        self.assertEqual(read("host.eml", rows=rows)["reports"], 1)
        forged = read("forged.eml", rows=more, sender="mallory@mx1.example")
        self.assertEqual((forged["reports"], forged["set_aside_count"]), (0, 1))
        self.assertIn("somebody else", forged["set_aside"][0]["reason"])
        emptied = read("emptied.eml", rows=[])
        self.assertEqual((emptied["replaced"], emptied["set_aside_count"]), (0, 1))
        self.assertEqual(read("own.eml", rows=more, sender="mallory@mx1.example", email="mallory@mx1.example")["told_apart"], 1)
        self.assertEqual(read("corrected.eml", rows=[("192.0.2.1", 8)])["replaced"], 1)
        shown = rampart("reports", "show", "bank.example", "--store", self.store, "--since", "2025-11-01", "--format", "json").json()
        self.assertEqual(shown["messages"], 8 + 900)

    def test_a_tls_report_is_who_signed_it_whatever_it_calls_itself(self):
        content = json.dumps({
            "organization-name": "Google Inc.", "contact-info": "tls@mx2.example", "report-id": "t1",
            "date-range": {"start-datetime": "2025-11-25T00:00:00Z", "end-datetime": "2025-11-25T23:59:59Z"},
            "policies": [{"policy": {"policy-type": "sts", "policy-domain": "bank.example"},
                          "summary": {"total-successful-session-count": 0, "total-failure-session-count": 9}}]})
        files = self.new_folder("files")
        (files / "a.eml").write_bytes(self.reporters.mail("mx2.example", "t1", content=content))
        run = rampart("reports", "import", "--store", self.store, "--verify", *self.reporters.zone_options(), files)
        self.assertEqual(run.status, 0, run.out + run.err)
        shown = rampart("reports", "tls", "bank.example", "--store", self.store, "--since", "2025-11-01")
        self.assertIn("told by mx2.example", shown.out)
        self.assertNotIn("google", shown.out.lower())

    def test_what_stands_on_top_of_a_mail_in_an_mbox_is_anybodys(self):
        """A mail whose body has a line that begins another one, with results in our own server's name."""
        inner = self.reporters.mail("mx1.example", "forged", signed=False).replace(b"\r\n", b"\n")
        results = b"Authentication-Results: mx.bank.example; dkim=pass header.d=mx1.example\n"
        whole = b"From a@evil.example Thu Nov 26 01:00:00 2025\nFrom: a@evil.example\nSubject: x\n\nwords\n\nFrom b@c.example Thu Nov 26 01:00:00 2025\n" + results + inner
        run = rampart("reports", "import", "--store", self.store, "--authserv-id", "mx.bank.example", *self.reporters.zone_options(), "-",
                      stdin=whole.decode("ascii"))
        self.assertEqual(run.status, 0, run.err)
        self.assertEqual(self.trusts(), {"forged": "unverified"})


class WatchTest(MailboxCase):
    def watch(self, **settings):
        process = start(*self.command("--watch", **settings), SSL_CERT_FILE=str(self.authority.file))
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        return process

    def end(self, process):
        process.send_signal(signal.SIGTERM)
        errors = process.communicate(timeout=30)[1]
        self.assertIn(process.returncode, (0, -signal.SIGTERM), errors)
        self.assertNotIn("Sanitizer", errors)
        return errors

    def test_a_new_mail_is_read_within_seconds(self):
        self.imap.deliver(self.reporters.mail("mx1.example", "r1"))
        process = self.watch(imap_poll="24h")
        self.assertTrue(wait_for(lambda: store_of(self.store) == ["r1"], 30))
        self.assertTrue(wait_for(lambda: len(self.imap.mails("Rampart-Read")) == 1, SOON))
        time.sleep(2)  # it waits
        for number in (2, 3):
            self.imap.deliver(self.reporters.mail("mx1.example", f"r{number}"))
            self.assertTrue(wait_for(lambda number=number: f"r{number}" in store_of(self.store), SOON), "IDLE tells of it")
        # The server goes, and comes again.
        self.imap.kill()
        self.imap.deliver(self.reporters.mail("mx1.example", "r4"))
        time.sleep(1)
        self.imap.start()
        self.assertTrue(wait_for(lambda: "r4" in store_of(self.store), 60), "it signs in again")
        errors = self.end(process)
        self.assertIn("tried again", errors)

    def test_what_is_wrong_from_the_start_ends_it(self):
        self.secret("wrong")
        process = self.watch()
        self.assertEqual(process.wait(30), 2)


class PollTest(WatchTest):
    idle = False

    def test_a_new_mail_is_read_within_seconds(self):
        process = self.watch(imap_poll="1s")
        time.sleep(1)
        self.imap.deliver(self.reporters.mail("mx1.example", "r1"))
        self.assertTrue(wait_for(lambda: store_of(self.store) == ["r1"], 40))
        self.assertIn("asked for news every 1s", self.end(process))


class KillTest(MailboxCase):
    def test_in_the_middle_of_a_fetch(self):
        kills_in_fetch(self, kills=6, batch=250)

    def test_in_the_middle_of_an_import(self):
        kills_in_import(self, kills=6, count=400)


class HostileTest(unittest.TestCase):
    def test_a_server_that_says_nothing_is_interrupted(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            secret = pathlib.Path(folder.name) / "password"
            secret.touch(mode=0o600)
            secret.write_text("x")
            config = pathlib.Path(folder.name) / "rampart.toml"
            config.write_text(f'[reports]\nimap_server = "127.0.0.1:{silent.getsockname()[1]}"\nimap_user = "a"\nimap_password_file = "{secret}"\n')
            process = start("reports", "fetch", "--config", config, "--store", pathlib.Path(folder.name) / "store.db")
            self.addCleanup(process.stderr.close)
            time.sleep(2)
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(20), -signal.SIGINT)


if __name__ == "__main__":
    unittest.main()
