"""`rampart quarantine`: what is kept is listed, shown without harm, taken out, deleted, and released through a real mail server: once,
or it is said that it may have been."""

import base64
import csv
import email
import email.policy
import hashlib
import io
import json
import os
import pathlib
import random
import subprocess
import tempfile
import time
import unittest

from mail_servers import Authority
from postfix import Postfix
from rampart_run import PROGRAM, SOURCE, fixture, rampart
from servers import free_port
from watch_servers import MailTaker

MAIL = """From: "Bank" <news@bank.example>\r
To: a@else.example\r
Subject: {subject}\r
Message-ID: <1@bank.example>\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary=b\r
\r
--b\r
Content-Type: text/plain; charset=utf-8\r
\r
The rates\x1b[2J are <b>new</b>.\r
.\r
--b\r
Content-Type: text/html\r
\r
<script>alert(1)</script>\r
--b\r
Content-Type: application/zip; name="rates.zip"\r
Content-Transfer-Encoding: base64\r
\r
UEsDBA==\r
--b--\r
"""
KILLS = 20


class QuarantineTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.authority = Authority(folder.name)
        cls.certificate = cls.authority.certificate("localhost")

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.store = self.dir / "rampart.db"
        self.seal = self.dir / "seal.key"
        self.seal.write_text(base64.b64encode(bytes(range(32))).decode() + "\n")
        self.seal.chmod(0o600)
        self.relay_at(free_port())
        self.count = 0

    def relay_at(self, port, tls="starttls"):
        self.config = self.dir / "rampart.toml"
        self.config.write_text(f"""\
[guard]
quarantine = "{self.dir}/kept"
seal_file = "{self.seal}"
release_server = "localhost:{port}"
release_tls = "{tls}"
[store]
url = "sqlite:{self.store}"
""")

    def keep(self, subject="rates", recipients=("a@else.example",), mail=MAIL):
        self.count += 1
        return fixture("quarantine_fixture", f"sqlite:{self.store}", self.dir / "kept", self.seal, f"4F{self.count}", "news@bank.example",
                       *recipients, stdin=mail.format(subject=subject).encode())

    def words(self, *words):
        return ("--config", self.config, "quarantine", *words)

    def run_it(self, *words, status=0):
        run = rampart(*self.words(*words), SSL_CERT_FILE=str(self.authority.file))
        self.assertEqual(run.status, status, run.out + run.err)
        return run

    def state(self, one):
        return self.run_it("show", one, "--format", "json").json()["state"]

    def test_what_is_kept_is_listed(self):
        first = self.keep("=cmd|' /C calc'!A0")
        second = self.keep("rates\x1b[31m", ("b@shop.example", "c@shop.example"))
        text = self.run_it("list").out
        self.assertIn("to b@shop.example and 1 more: rates\\x1b[31m", text)
        self.assertNotIn("\x1b", text)
        listed = self.run_it("list", "--format", "json").json()
        self.assertEqual(listed["schema"], "rampart.quarantine/1")
        self.assertEqual({one["id"] for one in listed["messages"]}, {first, second})
        rows = list(csv.DictReader(io.StringIO(self.run_it("list", "--format", "csv").out)))
        self.assertEqual({row["id"]: row["subject"][:2] for row in rows}[first], "'=", "no formula for a spreadsheet")
        for words, count in ((("--recipient", "@shop.example"), 1), (("--recipient", "a@else.example"), 1), (("--author", "bank.example"), 2),
                             (("--author", "shop.example"), 0), (("--state", "released"), 0), (("--before", "2020-01-01"), 0),
                             (("--before", "2999-01-01T00:00:00Z"), 2), (("--most", "1"), 1)):
            self.assertEqual(len(self.run_it("list", *words, "--format", "json").json()["messages"]), count, words)
        self.assertIn("No message matches", self.run_it("list", "--state", "deleted").out)
        for words, expected in ((("--before", "soon"), "is no time"), (("--recipient", "foo"), '--recipient: "foo" is no address'), (("--recipient", "a@"), "is no address"),
                                (("--author", "news@bank.example"), "the domain alone: bank.example"), (("--author", "not a domain"), "is no domain"),
                                (("--most", "0"), '--most: must be a whole number from 1 to 100000, not "0"'), (("--most", "x"), "whole number")):
            self.assertIn(expected, self.run_it("list", *words, status=2).err)
        self.assertEqual(self.run_it("list", "--recipient", "A@ELSE.EXAMPLE", "--author", "BANK.example", "--format", "json").json()["messages"][0]["id"], first)

    def test_a_message_is_shown_without_harm(self):
        one = self.keep()
        text = self.run_it("show", one).out
        self.assertTrue(" ".join(text.split()).startswith("A message in the name of bank.example, kept from a@else.example since 2"), text)
        self.assertIn("The rates\\x1b[2J are <b>new</b>.", text)
        self.assertIn('Part        application/zip, "rates.zip", 4 octets', text)
        self.assertNotIn("alert", text, "HTML is not shown")
        self.assertNotIn("\x1b", text)
        shown = self.run_it("show", one, "--format", "json").json()
        self.assertEqual(shown["schema"], "rampart.kept/1")
        self.assertEqual([part["type"] for part in shown["parts"]], ["text/plain", "text/html", "application/zip"])
        self.assertEqual(shown["causes"][0]["code"], "dmarc-quarantine")
        self.assertEqual(shown["sha256"], hashlib.sha256(MAIL.format(subject="rates").encode()).hexdigest())
        elsewhere = self.run_it("show", one, "--quarantine", self.dir, status=3)
        self.assertIn("bank.example", elsewhere.out, "what is known of it is shown all the same")
        self.assertIn("is no id", self.run_it("show", "../../etc/passwd", status=2).err)
        self.assertIn("no message", self.run_it("show", "0123456789abcdefghjkmnpqrs", status=2).err)

    def test_a_message_is_taken_out(self):
        one = self.keep()
        out = self.dir / "out"
        self.assertIn(f"written to {out}", self.run_it("export", one, "--to", out).err)
        self.assertEqual(out.stat().st_mode & 0o777, 0o600)
        self.assertIn("is there already", self.run_it("export", one, "--to", out, "--format", "json", status=2).err)
        self.assertEqual(out.read_bytes(), MAIL.format(subject="rates").encode(), "byte for byte")
        facts = json.loads(self.run_it("export", one, "--to", "-", "--format", "json").out)
        self.assertEqual(facts["sha256"], hashlib.sha256(out.read_bytes()).hexdigest())
        self.assertIn("--email", self.run_it("export", one, "--to", out, "--format", "arf", status=2).err)
        out = self.dir / "report"
        self.run_it("export", one, "--to", out, "--format", "arf", "--email", "abuse@else.example", "--mail-to", "abuse@bank.example")
        report = email.message_from_bytes(out.read_bytes(), policy=email.policy.SMTP)
        self.assertEqual((report.get_content_type(), report.get_param("report-type")), ("multipart/report", "feedback-report"))
        self.assertEqual(report["To"], "abuse@bank.example")
        human, machine, original = report.iter_parts()
        self.assertIn("asks to quarantine", human.get_content())
        self.assertEqual(machine.get_content_type(), "message/feedback-report")
        fields = email.message_from_bytes(machine.get_payload(0).as_bytes() if machine.is_multipart() else machine.get_payload(decode=True))
        self.assertEqual((fields["Feedback-Type"], fields["Version"], fields["Source-IP"]), ("fraud", "1", "198.51.100.9"))
        self.assertEqual((fields["Original-Rcpt-To"], fields["Reported-Domain"]), ("<a@else.example>", "bank.example"))
        self.assertEqual(original.get_payload(0)["Subject"], "rates")

    def test_a_message_is_deleted(self):
        one, other = self.keep("one"), self.keep("two")
        self.assertIn(f"{one}: deleted", self.run_it("delete", one, other).out)
        self.assertEqual(list((self.dir / "kept").iterdir()), [])
        self.assertEqual(self.state(one), "deleted")
        self.assertIn("was deleted on", self.run_it("export", one, "--to", "-", status=2).err)
        gone = self.run_it("release", one, status=2)
        self.assertIn("is deleted", gone.err)
        self.assertIn(f"rampart quarantine show {one}", gone.err)
        self.assertEqual((gone.out, gone.err.count("is deleted")), (f"{one}: not released\n", 1), "a fault is told once")
        third = self.keep("three")
        self.assertIn(f"{third}: deleted", self.run_it("delete", third, one, status=1).out, "some were")
        self.assertIn("0 messages", self.run_it("prune").out)

    def test_a_message_is_released_once(self):
        one = self.keep(recipients=("a@else.example", "b@else.example"))
        with Postfix(self.certificate) as relay:
            self.relay_at(relay.port)
            self.assertIn(f"{one}: released", self.run_it("release", one).out)
            arrived = relay.messages(2)
            self.assertEqual({to for to, _ in arrived}, {"a@else.example", "b@else.example"})
            field = email.message_from_bytes(arrived[0][1])["X-Rampart-Released"]
            self.assertRegex(" ".join(field.split()), rf"^v=1; id={one}; pass=[a-z0-9]{{26}}; until=\d+; to=[0-9a-f]{{64}}; sig=[0-9a-f]{{64}}$")
            self.assertIn(b"are <b>new</b>.\n.\n--b", arrived[0][1], "a lone dot ends nothing")
            other = self.keep("other", recipients=("c@else.example",))
            self.assertIn(f"{other}: released", self.run_it("release", one, other, status=1).out, "one of two was")
            relay.messages(3)
            again = self.run_it("release", one, status=2)
            self.assertIn("is released", again.err)
            self.run_it("release", one, "--again", status=2)
            self.assertEqual(len(relay.messages(4, seconds=1)), 3)
        self.assertEqual(self.state(one), "released")

    def test_what_is_not_taken_stays(self):
        one = self.keep()
        run = self.run_it("release", one, "--format", "json", status=3)
        self.assertEqual(run.json()["messages"][0]["outcome"], "kept")
        self.assertIn("see that localhost takes mail", run.err)
        self.assertEqual(self.state(one), "kept")
        with Postfix(self.certificate, {"a@else.example": "550 5.1.1 no such user"}) as relay:
            self.relay_at(relay.port)
            self.assertIn("no such user", self.run_it("release", one, status=1).out)
        with Postfix(self.certificate, {"a@else.example": "451 4.7.1 come back later"}) as relay:
            self.relay_at(relay.port)
            self.assertIn("come back later", self.run_it("release", one, status=3).out)
            self.assertEqual(self.state(one), "kept")
            self.assertEqual(relay.messages(1, seconds=0), [])

    def test_a_release_needs_a_server_and_a_key(self):
        one = self.keep()
        self.config.write_text(self.config.read_text().replace("release_server", "#"))
        run = self.run_it("release", one, status=2)
        self.assertIn("guard.release_server: is not set", run.err)
        self.assertIn("--relay HOST", run.err)
        self.assertEqual(self.state(one), "kept")
        self.relay_at(free_port())
        self.config.write_text(self.config.read_text().replace("[guard]", f'[guard]\nrelease_key_file = "{self.dir}/none.key"'))
        self.assertIn("none.key", self.run_it("release", one, status=2).err)
        self.assertEqual(self.state(one), "kept")

    def test_no_answer_is_no_success(self):
        one = self.keep()
        with MailTaker() as taker:
            self.relay_at(taker.port, "none")
            taker.hold.set()
            process = subprocess.Popen([PROGRAM, *map(str, self.words("release", one))], cwd=SOURCE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                       env={**os.environ, "NO_COLOR": "1"})
            deadline = time.monotonic() + 15
            while "DATA" not in taker.commands and time.monotonic() < deadline:
                time.sleep(0.02)
            time.sleep(0.3)
            process.kill()
            process.communicate()
            self.assertEqual(self.state(one), "releasing")
            taker.hold.clear()
            self.assertIn("may have been delivered", self.run_it("release", one, status=2).err)
            self.assertIn("may have been delivered", self.run_it("show", one).out)
            self.assertIn(f"{one}: released", self.run_it("release", one, "--again").out)

    def test_killed_anywhere_it_is_delivered_once_or_said_to_may_have_been(self):
        chance = random.Random(7)
        with Postfix(self.certificate) as relay:
            self.relay_at(relay.port)
            whole = self.keep("whole")
            begun = time.monotonic()
            self.run_it("release", whole)
            takes = time.monotonic() - begun
            doubts = 0
            for number in range(KILLS):
                subject = f"killed-{number}"
                one = self.keep(subject)
                process = subprocess.Popen([PROGRAM, *map(str, self.words("release", one))], cwd=SOURCE, stdout=subprocess.DEVNULL,
                                           stderr=subprocess.DEVNULL, env={**os.environ, "SSL_CERT_FILE": str(self.authority.file)})
                time.sleep(chance.uniform(0.2, 1.0) * takes)
                process.kill()
                process.wait()
                run = rampart(*self.words("release", one), SSL_CERT_FILE=str(self.authority.file))
                time.sleep(0.2)
                copies = sum(f"Subject: {subject}\n".encode() in text for _, text in relay.messages(10_000, seconds=0.5))
                if "may have been delivered" in run.err:
                    doubts += 1
                    self.assertLessEqual(copies, 1, subject)
                    self.assertEqual(self.state(one), "releasing")
                else:
                    self.assertTrue(run.status == 0 or "is released" in run.err, run.out + run.err)
                    self.assertEqual(copies, 1, subject)
            arrived = [text for _, text in relay.messages(10_000, seconds=2)]
            for number in range(KILLS):
                self.assertLessEqual(sum(f"Subject: killed-{number}\n".encode() in text for text in arrived), 1, "nor does it come later")
            print(f"{KILLS} kills, {doubts} in doubt", flush=True)


if __name__ == "__main__":
    unittest.main()
