"""`rampart reports write`: results become reports that others read, go to whom they may go to and nobody else, once, through a real mail
server, and pass DMARC on the way."""

import datetime
import email
import email.policy
import gzip
import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import tempfile
import time
import unittest

from mail_servers import Authority
from postfix import Postfix
from rampart_run import PROGRAM, SOURCE, rampart
from servers import Knot, free_port, own_address
from signing_key import make_signing_key
from watch_servers import MailTaker

SHARED = pathlib.Path(os.environ.get("RAMPART_SHARED", SOURCE.parent / "shared"))
SCHEMA = SHARED / "standards" / "dmarc-xml-0.2.xsd"
DAY = "2025-11-25"
EXAMPLE = """\
$ORIGIN example.
$TTL 1
@ SOA ns1.ministry host 1 3600 600 86400 1
@ NS ns1.ministry
ministry NS ns1.ministry
ns1.ministry A {address}
_dmarc.bank TXT "v=DMARC1; p=reject"
bank MX 10 mx.bank
reports.bank MX 10 mx.bank
_dmarc.tax TXT "v=DMARC1; p=none"
_dmarc.shop TXT "v=DMARC1; p=none"
_dmarc.slow TXT "v=DMARC1; p=none"
"""
MINISTRY = """\
$ORIGIN ministry.example.
$TTL 1
@ SOA ns1 host 1 3600 600 86400 1
@ NS ns1
ns1 A {address}
_dmarc TXT "v=DMARC1; p=reject; adkim=s"
"""
TEST = """\
$ORIGIN test.
$TTL 1
@ SOA ns host 1 3600 600 86400 1
@ NS ns
ns A 127.0.0.1
vendor MX 10 mx.vendor
tax.example._report._dmarc.vendor TXT "v=DMARC1"
victim MX 10 mx.victim
"""
DEAD = """\
$ORIGIN dead.
$TTL 1
@ SOA ns host 1 3600 600 86400 1
@ NS ns
ns A 127.0.0.1
collector MX 10 mx.collector
slow.example._report._dmarc.collector TXT "v=DMARC1; p=none"
"""


def result(domain, rua, *, day=DAY, ip="192.0.2.1", passes=True):
    aligned = "pass" if passes else "fail"
    return {"schema": "rampart.dmarc-results/1", "time": f"{day}T08:00:00Z", "source_ip": ip, "header_from": domain,
            "envelope_from": f"bounce.{domain}", "policy": {"domain": domain, "p": "reject", "discovery_method": "treewalk"},
            "disposition": "pass" if passes else "reject", "aligned": {"dkim": aligned, "spf": "fail"},
            "dkim": [{"domain": domain, "selector": "s1", "result": aligned}], "spf": {"domain": f"bounce.{domain}", "result": "softfail"},
            "rua": rua}


class WriteTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.shared = pathlib.Path(folder.name)
        cls.authority = Authority(cls.shared)
        cls.certificate = cls.authority.certificate("localhost")
        cls.address = own_address(53)
        zones = cls.shared / "zones"
        zones.mkdir()
        for name, text in (("example", EXAMPLE), ("ministry.example", MINISTRY), ("test", TEST)):
            (zones / f"{name}.zone").write_text(text.format(address=cls.address))
        # Names outside these zones are refused: what is asked of them stays unknown.
        cls.dns = Knot(zones, updates=True, transfer=True, host=cls.address, port=53, root=False)
        cls.addClassCleanup(cls.dns.stop)
        cls.keys = make_signing_key("ministry.example", cls.shared, cls.dns)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.out = self.dir / "reports"
        self.config = self.dir / "rampart.toml"
        self.settings = ""
        self.server(1)

    def server(self, port, tls="starttls", user="", password=""):
        secret = self.dir / "password"
        secret.touch(mode=0o600)
        secret.write_text(password)
        self.config.write_text(f"""[report_mail]
organisation = "Ministry of <Tests>"
email = "dmarc@ministry.example"
submitter = "mx.ministry.example"
server = "localhost:{port}"
tls = "{tls}"
user = "{user}"
password_file = "{secret if user else ''}"
{self.settings}""")

    def results(self, *lines, name="results.jsonl"):
        path = self.dir / name
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return path

    def words(self, *words, dns=None):
        return ["reports", "write", *map(str, words), "--output", str(self.out), "--config", str(self.config), "--keys", str(self.keys),
                "--resolver", (dns or self.dns).address]

    def write(self, *words, dns=None, status=0, **environment):
        run = rampart(*self.words(*words, "--format", "json", dns=dns), SSL_CERT_FILE=str(self.authority.file), **environment)
        self.assertEqual(run.status, status, run.out + run.err)
        return run.json() if run.out else run

    def files(self):
        return sorted(path.name for path in (self.out / "reports").iterdir())

    def mails(self):
        return sorted((self.out / "mail").iterdir())

    @staticmethod
    def attachment(message):
        [part] = email.message_from_bytes(message, policy=email.policy.default).iter_attachments()
        return part.get_filename(), part.get_payload(decode=True)

    def mixed(self):
        return self.results(
            result("bank.example", ["mailto:dmarc@reports.bank.example!10m", "https://bank.example/"]),
            result("bank.example", ["mailto:dmarc@reports.bank.example!10m", "https://bank.example/"],
                   ip="2001:db8::1", passes=False),
            result("tax.example", ["mailto:tax@vendor.test", "mailto:d@victim.test"]),
            result("shop.example", ["mailto:x@victim.test"]),
            result("slow.example", ["mailto:s@collector.dead"]),
            result("quiet.example", []))

    # --- What is written ---

    def test_reports_are_read_by_others_and_by_ourselves(self):
        done = self.write(self.mixed(), status=3)  # slow.example waits
        self.assertEqual((done["written"], done["unasked"], done["mails"]["ready"]), (4, 1, 2))
        begin, end = 1764028800, 1764115199
        names = [name.rsplit("!", 1)[0] for name in self.files()]
        self.assertEqual(names, [f"mx.ministry.example!{d}.example!{begin}!{end}" for d in ("bank", "shop", "slow", "tax")])
        for path in (self.out / "reports").iterdir():
            plain = self.dir / "plain.xml"
            plain.write_bytes(gzip.decompress(path.read_bytes()))
            if SCHEMA.exists() and shutil.which("xmllint"):
                subprocess.run(["xmllint", "--nonet", "--noout", "--schema", SCHEMA, plain], check=True, capture_output=True)
        store = self.dir / "store.db"
        run = rampart("reports", "import", "--store", store, "--format", "json", self.out / "reports")
        self.assertEqual((run.status, run.json()["reports"], run.json()["records"], run.json()["defects"]), (0, 4, 5, []), run.out)
        run = rampart("reports", "import", "--store", store, "--format", "json", self.out / "mail")
        self.assertEqual((run.status, run.json()["duplicates"]), (0, 2), run.out)

    def test_the_mail_passes_dmarc_itself(self):
        self.write(self.mixed(), status=3)
        self.assertEqual(len(self.mails()), 2)
        for path in self.mails():
            run = rampart("auth", "check", path, "--resolver", self.dns.address, "--format", "json")
            self.assertEqual(run.status, 0, run.out)
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            name, content = self.attachment(path.read_bytes())
            self.assertIn(name, self.files())
            self.assertEqual(content, (self.out / "reports" / name).read_bytes())
            domain, report_id = name.split("!")[1], name.split("!")[4].removesuffix(".xml.gz")
            self.assertEqual(message["Subject"], f"Report Domain: {domain} Submitter: mx.ministry.example Report-ID: <{report_id}>")
            self.assertEqual(message["From"].addresses[0].addr_spec, "dmarc@ministry.example")

    def test_only_authorised_destinations(self):
        done = self.write(self.mixed(), status=3)
        recipients = sorted(email.message_from_bytes(path.read_bytes())["To"] for path in self.mails())
        self.assertEqual(recipients, ["dmarc@reports.bank.example", "tax@vendor.test"])
        why = {one["uri"]: (one["why"], one["later"]) for line in done["pending"] for one in line["not_sent"]}
        self.assertIn("no way to take reports", why["https://bank.example/"][0])
        self.assertIn("holds no DMARC record", why["mailto:d@victim.test"][0])
        self.assertIn("holds no DMARC record", why["mailto:x@victim.test"][0])
        self.assertTrue(why["mailto:s@collector.dead"][1])

    def test_what_dns_did_not_answer_is_kept_and_sent_later(self):
        self.write(self.results(result("slow.example", ["mailto:s@collector.dead"])), status=3)
        self.assertEqual(self.mails(), [])
        now = datetime.datetime.now(datetime.timezone.utc)
        clock = (now + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        done = self.write(status=3, RAMPART_CLOCK=clock)  # still not
        self.assertEqual(done["mails"]["ready"], 0)
        zones = self.dir / "zones"
        shutil.copytree(self.shared / "zones", zones)
        (zones / "dead.zone").write_text(DEAD)
        with Knot(zones, root=False) as better:
            clock = (now + datetime.timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M:%SZ")
            done = self.write(dns=better, RAMPART_CLOCK=clock)
        self.assertEqual(done["mails"]["ready"], 1)
        [path] = self.mails()
        self.assertEqual(email.message_from_bytes(path.read_bytes())["To"], "s@collector.dead")

    def test_what_stays_unknown_is_given_up_by_name(self):
        self.write(self.results(result("slow.example", ["mailto:s@collector.dead"])), status=3)
        clock = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
        done = self.write(RAMPART_CLOCK=clock)
        self.assertIn("given up after 5 days", done["pending"][0]["not_sent"][0]["why"])

    def test_a_resolver_that_is_not_there(self):
        class Nobody:
            address = f"127.0.0.1:{free_port()}"
        done = self.write(self.mixed(), dns=Nobody, status=3)
        self.assertEqual((done["written"], done["mails"]["ready"], self.mails()), (4, 0, []))
        done = self.write(status=3)  # everything was kept
        self.assertEqual(done["mails"]["ready"], 2)

    def test_days_and_results_that_come_again(self):
        first = result("bank.example", ["mailto:dmarc@bank.example"])
        second = result("bank.example", ["mailto:dmarc@bank.example"], day="2025-11-26")
        today = result("bank.example", ["mailto:dmarc@bank.example"], day=datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"))
        path = self.results(first, second, today)
        done = self.write(path, "--day", DAY)
        self.assertEqual((done["written"], done["other_days"]), (1, 2))
        done = self.write(path)
        self.assertEqual((done["written"], done["same"], done["unfinished"]), (1, 1, 1))
        before = (self.out / "reports" / self.files()[0]).read_bytes()
        path = self.results(first, first)
        done = self.write(path, status=1)
        self.assertIn("--replace", done["left"][0]["why"])
        self.assertEqual((self.out / "reports" / self.files()[0]).read_bytes(), before)
        done = self.write(path, "--replace")
        self.assertEqual((done["replaced"], len(self.files()), done["mails"]["ready"]), (1, 2, 2))
        self.assertNotEqual((self.out / "reports" / self.files()[0]).read_bytes(), before)
        done = self.write(path, "--hours", "12", status=1)
        self.assertIn("another period", done["left"][0]["why"])

    def test_what_is_wrong_is_said(self):
        path = self.results(result("bank.example", ["mailto:dmarc@bank.example"]))
        run = rampart(*self.words(path, "--email", "dmarc@nobody.example"))
        self.assertEqual(run.status, 2, run.err)
        self.assertIn("no key signs for nobody.example", run.err)
        self.assertEqual(self.files(), [])
        path.write_text(path.read_text() + "{\n")
        run = rampart(*self.words(path))
        self.assertEqual(run.status, 2)
        self.assertIn(f"{path}:2", run.err)
        run = rampart(*self.words("--day", DAY))
        self.assertEqual(run.status, 2)
        run = rampart(*self.words(self.results(), "--day", "2999-01-01"))
        self.assertIn("has not ended", run.err)

    # --- Sending ---

    def test_postfix_gets_each_once(self):
        with Postfix(self.certificate, {"tax@vendor.test": "550 5.1.1 no such user"}) as relay:
            self.server(relay.port)
            done = self.write(self.mixed(), "--send", status=1)
            self.assertEqual((done["sent"], done["mails"]["sent"], done["mails"]["refused"]), (1, 1, 1))
            self.assertIn("no such user", str(done["pending"]))
            time.sleep(1.1)
            done = self.write("--send", status=3)  # slow.example waits; what was told once is not told again
            self.assertEqual([line["domain"] for line in done["pending"]], ["slow.example"])
            [(recipient, message)] = relay.messages(2, seconds=2)
        self.assertEqual(recipient, "dmarc@reports.bank.example")
        arrived = self.dir / "arrived.eml"
        arrived.write_bytes(message)
        run = rampart("auth", "check", arrived, "--resolver", self.dns.address)
        self.assertEqual(run.status, 0, run.out)
        name, content = self.attachment(message)
        self.assertEqual(content, (self.out / "reports" / name).read_bytes())
        self.assertEqual(self.mails(), [])

    def test_postfix_is_busy_and_then_it_is_not(self):
        path = self.results(result("bank.example", ["mailto:dmarc@bank.example"]))
        with Postfix(self.certificate, {"dmarc@bank.example": "451 4.7.1 come back later"}) as relay:
            self.server(relay.port)
            done = self.write(path, "--send", status=3)
            self.assertIn("come back later", done["pending"][0]["mails"][0]["why"])
            done = self.write("--send", status=3)  # its time has not come
            self.assertEqual(done["pending"][0]["mails"][0]["attempts"], 1)
        now = datetime.datetime.now(datetime.timezone.utc)
        with Postfix(self.certificate) as relay:
            self.server(relay.port)
            done = self.write("--send", RAMPART_CLOCK=(now + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"))
            self.assertEqual(done["mails"]["sent"], 1)
            self.assertEqual(len(relay.messages(1)), 1)

    def test_failure_reports_that_wait_are_signed_and_sent_once(self):
        waiting = self.out / "failure"
        waiting.mkdir(parents=True)
        message = ("From: Ministry <dmarc@ministry.example>\r\nTo: <ruf@bank.example>\r\nSubject: DMARC failure report\r\n"
                   "Message-ID: <1@mx.ministry.example>\r\nDate: Tue, 25 Nov 2025 08:00:00 +0000\r\n\r\nfailed\r\n")
        (waiting / "1.json").write_text(json.dumps({"schema": "rampart.failure-mail/1", "to": "ruf@bank.example", "made":
                                                    datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
                                                    "message": message}))
        self.assertEqual(self.write(status=3)["failure_reports"]["waiting"], 1)
        with Postfix(self.certificate) as relay:
            self.server(relay.port)
            self.assertEqual(self.write("--send")["failure_reports"]["sent"], 1)
            self.assertEqual(self.write("--send")["failure_reports"]["sent"], 0)
            [(recipient, message)] = relay.messages(1, seconds=2)
            self.assertIn("from=<>", relay.log())
        self.assertEqual(recipient, "ruf@bank.example")
        arrived = self.dir / "arrived.eml"
        arrived.write_bytes(message)
        self.assertEqual(rampart("auth", "check", arrived, "--resolver", self.dns.address).status, 0)
        self.assertEqual(list(waiting.iterdir()), [])

    def test_it_is_given_up_after_days(self):
        path = self.results(result("bank.example", ["mailto:dmarc@bank.example"]))
        self.write(path, "--send", status=3)  # nobody is at that port
        clock = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
        done = self.write("--send", status=1, RAMPART_CLOCK=clock)
        self.assertEqual(done["mails"]["given_up"], 1)
        self.assertIn("after 5 days", done["pending"][0]["mails"][0]["why"])

    def test_a_password_over_tls_and_nothing_in_clear(self):
        path = self.results(result("bank.example", ["mailto:dmarc@bank.example"]))
        with MailTaker(users={"reports": "a secret"}) as clear:  # offers no STARTTLS
            self.server(clear.port, user="reports", password="a secret")
            self.write(path, "--send", status=3)
            self.assertEqual((clear.messages, [c for c in clear.commands if c.startswith(("AUTH", "MAIL"))]), ([], []))
        now = datetime.datetime.now(datetime.timezone.utc)
        with MailTaker(self.certificate, users={"reports": "a secret"}) as relay:
            self.server(relay.port, user="reports", password="wrong")
            clock = (now + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
            self.write("--send", status=3, RAMPART_CLOCK=clock)
            self.server(relay.port, user="reports", password="a secret")
            clock = (now + datetime.timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M:%SZ")
            self.write("--send", RAMPART_CLOCK=clock)
            self.assertEqual(len(relay.to("dmarc@bank.example")), 1)
        other = Authority(self.dir)  # which we do not trust
        path = self.results(result("tax.example", ["mailto:tax@vendor.test"]))
        with MailTaker(other.certificate("localhost")) as stranger:
            self.server(stranger.port)
            self.write(path, "--send", status=3)
            self.assertEqual(stranger.messages, [])

    def test_old_tls_is_no_protection(self):
        path = self.results(result("bank.example", ["mailto:dmarc@bank.example"]))
        with MailTaker(self.certificate) as relay:
            relay.tls.minimum_version = ssl.TLSVersion.TLSv1
            relay.tls.maximum_version = ssl.TLSVersion.TLSv1_1
            relay.tls.set_ciphers("ALL:@SECLEVEL=0")
            self.server(relay.port)
            done = self.write(path, "--send", status=3)
            self.assertEqual(relay.messages, [])
            self.assertIn("protocol version", done["trouble"])
            self.assertEqual(done["pending"][0]["mails"][0]["attempts"], 1)

    def test_mail_that_would_not_pass_is_not_sent(self):
        path = self.results(result("bank.example", ["mailto:dmarc@bank.example"]))
        zones = self.dir / "zones"
        zones.mkdir()
        for zone in (self.shared / "zones").iterdir():
            shutil.copy(zone, zones)  # as it was before the key was published
        with Knot(zones, root=False) as bare, MailTaker(self.certificate) as relay:
            self.server(relay.port)
            run = rampart(*self.words(path, "--send", dns=bare), SSL_CERT_FILE=str(self.authority.file))
            self.assertEqual(run.status, 2, run.out + run.err)
            self.assertIn("would not pass DMARC", run.err)
            self.assertEqual(relay.messages, [])
            self.write("--send")
            self.assertEqual(len(relay.messages), 1)

    def test_interrupted_anywhere_each_arrives_once_or_is_said_to_be_unsure(self):
        lines = [result("bank.example", [f"mailto:d{i}@bank.example" for i in range(10)])]
        lines += [result("tax.example", ["mailto:tax@vendor.test"], day=f"2025-11-{day:02}") for day in range(1, 11)]
        path = self.results(*lines)
        with MailTaker(self.certificate) as relay:
            self.server(relay.port)
            environment = {**os.environ, "SSL_CERT_FILE": str(self.authority.file), "NO_COLOR": "1"}
            for delay in range(12):
                process = subprocess.Popen([PROGRAM, *self.words(path, "--send")], cwd=SOURCE, env=environment, stdout=subprocess.DEVNULL,
                                           stderr=subprocess.DEVNULL)
                time.sleep(0.15 + 0.12 * delay)
                process.send_signal(signal.SIGKILL)
                process.wait()
            run = rampart(*self.words(path, "--send", "--format", "json"), SSL_CERT_FILE=str(self.authority.file))
            self.assertIn(run.status, (0, 1), run.err)
            done = run.json()
            arrived = [(message["To"], message["Message-ID"]) for message in
                       (email.message_from_bytes(taken) for _, taken in relay.messages)]
            self.assertEqual(len(arrived), len(set(arrived)), "a mail was sent twice")
            self.assertEqual(done["mails"]["sent"] + done["mails"]["unsure"], 20, done)
            self.assertGreaterEqual(len(arrived), done["mails"]["sent"])
            self.assertEqual(done["mails"]["ready"], 0)
            self.write("--send-again")
            self.assertEqual({one for one in arrived} | {(m["To"], m["Message-ID"]) for m in
                                                         (email.message_from_bytes(taken) for _, taken in relay.messages)},
                             {(m["To"], m["Message-ID"]) for m in (email.message_from_bytes(taken) for _, taken in relay.messages)})
            self.assertEqual(len({message for message in ((m["To"], m["Message-ID"]) for m in (
                email.message_from_bytes(taken) for _, taken in relay.messages))}), 20)

    def test_a_server_that_never_answers_the_end_is_unsure(self):
        self.settings = ""
        path = self.results(result("bank.example", ["mailto:dmarc@bank.example"]))
        with MailTaker(self.certificate) as relay:
            relay.hold.set()
            self.server(relay.port)
            process = subprocess.Popen([PROGRAM, *self.words(path, "--send")], cwd=SOURCE,
                                       env={**os.environ, "SSL_CERT_FILE": str(self.authority.file)}, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            deadline = time.monotonic() + 15
            while not relay.messages and time.monotonic() < deadline:
                time.sleep(0.02)
            process.kill()
            process.wait()
            relay.hold.clear()
            done = self.write("--send", status=1)
            self.assertEqual((done["mails"]["unsure"], len(relay.messages)), (1, 1))


if __name__ == "__main__":
    unittest.main()
