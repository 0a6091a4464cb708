"""`rampart watch` against NSD whose zones change: what is told, once, by which sink, and what becomes of it when things break."""

import email
import email.policy
import hashlib
import hmac
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from mail_servers import Authority
from rampart_run import PROGRAM, SOURCE, rampart
from servers import SOA, Nsd, ask, free_port
from watch_servers import HookTaker, MailTaker

ZONE = """\
$ORIGIN bank.example.
@ 60 IN SOA ns host {serial} 3600 600 86400 60
@ 60 IN NS ns
ns 60 IN A 127.0.0.1
@ 60 IN MX 10 mail
mail 60 IN A 192.0.2.25
@ 60 IN TXT "v=spf1 mx -all"
{records}
"""
REJECT = '_dmarc 60 IN TXT "v=DMARC1; p=reject; sp=reject; rua=mailto:dmarc@bank.example"'
NONE = '_dmarc 60 IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@bank.example"'
QUARANTINE = '_dmarc 60 IN TXT "v=DMARC1; p=quarantine; rua=mailto:dmarc@bank.example"'
CONFIG = """\
[watch]
confirm_after = "1s"
retry_after = "1s"
digest = "1s"
webhook_private = true
webhook_url = "https://localhost:{hook}/rampart"
webhook_secret_file = "{secret}"
json_file = "{json}"
mail_server = "localhost:{mail}"
mail_from = "rampart@cert.example"
mail_to = ["soc@cert.example"]
mail_tls = "{tls}"
mail_user = "{user}"
mail_password_file = "{password}"
"""


class WatchTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.authority = Authority(cls.folder.name)
        cls.certificate = cls.authority.certificate("localhost")

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.serial = 0
        self.first, self.second = self.serve(REJECT), self.serve(REJECT)
        self.secret = self.private("secret", "a secret of the test's own\n")
        self.settings = {"hook": 1, "mail": 1, "secret": self.secret, "json": self.dir / "events.jsonl", "tls": "starttls", "user": "",
                         "password": ""}
        self.list = self.dir / "domains.txt"
        self.list.write_text("bank.example\n")

    def private(self, name, text):
        path = self.dir / name
        path.write_text(text)
        path.chmod(0o600)
        return path

    # --- Zones ---

    def serve(self, records):
        self.serial += 1
        path = self.dir / f"zone{self.serial}"
        path.mkdir()
        (path / "bank.example.zone").write_text(ZONE.format(serial=self.serial, records=records))
        server = Nsd(path)
        self.addCleanup(server.stop)
        return server

    def publish(self, records, *servers):
        """The zone changes on these servers (both), and they have loaded it when this returns."""
        self.serial += 1
        for server in servers or (self.first, self.second):
            before = ask(server.port, "bank.example", SOA)
            (server.dir / "0.zone").write_text(ZONE.format(serial=self.serial, records=records))
            server.process.send_signal(signal.SIGHUP)
            wait_for(lambda server=server, before=before: (reply := ask(server.port, "bank.example", SOA)) and reply[2:] != before[2:])

    # --- Watching ---

    def arguments(self, *arguments, sinks=("json",)):
        config = self.dir / "rampart.toml"
        config.write_text(CONFIG.format(**self.settings))
        words = ["watch", "--config", config, "--list", self.list, "--resolver", self.first.address, "--second-resolver",
                 self.second.address, "--dns-timeout", "500ms", "--store", f"sqlite:{self.dir}/watch.db", *arguments]
        for sink in sinks:
            words += ["--sink", sink]
        return [str(word) for word in words]

    def once(self, *arguments, sinks=("json",), status=0, **environment):
        run = rampart(*self.arguments("--once", *arguments, sinks=sinks), SSL_CERT_FILE=str(self.authority.file), **environment)
        self.assertEqual(run.status, status, run.err)
        return run

    def begin(self, *arguments, sinks=("json",), **options):
        process = subprocess.Popen([PROGRAM, *self.arguments("--every", "1s", *arguments, sinks=sinks)], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, cwd=SOURCE,
                                   env={**os.environ, "NO_COLOR": "1", "SSL_CERT_FILE": str(self.authority.file)}, **options)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        return process

    def end(self, process, number=signal.SIGTERM):
        process.send_signal(number)
        out, errors = process.communicate(timeout=60)
        self.assertNotIn("Sanitizer", errors)
        self.assertEqual(process.returncode, 0, errors)
        return out, errors

    def events(self):
        path = self.settings["json"]
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def told(self):
        return [(alert["what"], alert["key"]) for event in self.events() for alert in event.get("alerts", [])]

    def values(self):
        """The chain of DMARC records as it was told."""
        return [(a["before"], a["after"]) for e in self.events() for a in e.get("alerts", []) if a["key"] == "TXT _dmarc.bank.example"]

    # --- What is told ---

    def test_what_it_sees_is_the_domains_history(self):
        self.once()
        self.publish(NONE)
        self.once()
        store = ("--store", f"sqlite:{self.dir}/watch.db")
        history = rampart("history", "bank.example", *store)
        self.assertIn("dmarc-policy-none", history.out, history.err)
        drift = rampart("drift", "bank.example", *store)
        self.assertEqual(drift.status, 1, drift.err)
        self.assertIn("p=none", drift.out)
        rampart("risk", "accept", "bank.example", "dmarc-policy-none", "--reason", "the test wants it", *store)
        events = len(self.events())
        self.once()
        self.assertLessEqual(len(self.events()), events + 1)

    def test_the_first_look_is_silent_and_a_drift_is_told_once(self):
        self.once()
        self.once()
        self.assertEqual(self.events(), [])
        self.publish(NONE)
        for _ in range(3):
            self.once()
        event, = self.events()
        self.assertEqual(event["schema"], "rampart.watch/1")
        self.assertEqual(event["domain"], "bank.example")
        self.assertEqual(event["grade_before"][0], "A")
        self.assertEqual(event["grade"][0], "D")
        told = self.told()
        self.assertIn(("changed", "TXT _dmarc.bank.example"), told)
        self.assertIn(("appeared", "dmarc-policy-none"), told)
        self.publish(REJECT)
        self.once()
        self.once()
        self.assertEqual(len(self.events()), 2)
        self.assertIn(("went", "dmarc-policy-none"), self.told())

    def test_missing_is_told_after_a_second_time_and_by_a_second_resolver(self):
        self.once()
        self.publish("", self.first)  # the second still has it
        self.once()
        time.sleep(1.1)
        self.once()
        self.assertEqual(self.events(), [])
        self.publish(REJECT, self.first)
        self.once()
        self.publish("")
        self.once()
        self.assertEqual(self.events(), [], "the first time")
        time.sleep(1.1)
        self.once()
        self.assertIn(("went", "TXT _dmarc.bank.example"), self.told())
        self.assertIn(("appeared", "dmarc-missing"), self.told())
        self.assertEqual(len(self.events()), 1)
        time.sleep(1.1)
        self.once()
        self.assertEqual(len(self.events()), 1)

    def test_text_is_printed(self):
        self.once(sinks=["terminal"])
        self.publish(NONE)
        run = self.once(sinks=["terminal"])
        self.assertIn("The record TXT _dmarc.bank.example has changed", run.out)
        self.assertIn("now: v=DMARC1; p=none", run.out)
        self.assertEqual(self.once(sinks=["terminal"]).out, "")

    def test_the_webhook_is_signed(self):
        with HookTaker(self.certificate) as hook:
            self.settings["hook"] = hook.port
            self.once(sinks=["webhook"])
            self.publish(NONE)
            hook.status, hook.headers = 302, {"Location": f"https://localhost:{hook.port}/elsewhere"}
            self.once(sinks=["webhook"])
            self.assertEqual(hook.posts, [], "no redirect is followed")
            hook.status, hook.headers = 200, {}
            time.sleep(1.1)
            self.once(sinks=["webhook"])
            self.once(sinks=["webhook"])
            (headers, body), = hook.posts
        fields = dict(part.split("=", 1) for part in headers["Rampart-Signature"].split(","))
        expected = hmac.new(b"a secret of the test's own", fields["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
        self.assertEqual(fields["v1"], expected)
        self.assertLess(abs(time.time() - int(fields["t"])), 60)
        self.assertEqual(headers["Rampart-Event"], json.loads(body)["id"])

    def test_a_webhook_inside_is_refused_unless_it_is_allowed(self):
        with HookTaker(self.certificate) as hook:
            self.settings["hook"] = hook.port
            self.once(sinks=["webhook"])
            self.publish(NONE)
            config = self.dir / "rampart.toml"
            arguments = self.arguments("--once", sinks=["webhook"])
            config.write_text(config.read_text().replace("webhook_private = true", "webhook_private = false"))
            run = rampart(*arguments, SSL_CERT_FILE=str(self.authority.file))
            self.assertEqual(hook.posts, [])
            self.assertIn("1 message waits", run.err)

    # --- Mail ---

    def test_mail_is_kept_while_the_server_is_down(self):
        port = free_port()
        self.settings["mail"] = port
        self.once(sinks=["mail"])
        self.publish(NONE)
        for _ in range(3):
            run = self.once(sinks=["mail"])
            self.assertIn("1 message waits", run.err)
            time.sleep(1.1)
        time.sleep(3)
        with MailTaker(self.certificate, port=port) as mail:
            for _ in range(3):
                self.once(sinks=["mail"])
            message, = mail.to("soc@cert.example")
            self.assertIn("STARTTLS", mail.commands)
            self.assertTrue(any(c == "EHLO cert.example" for c in mail.commands), mail.commands)
        parsed = email.message_from_bytes(message, policy=email.policy.default)
        self.assertEqual(parsed["Auto-Submitted"], "auto-generated")
        self.assertIn("bank.example", parsed["Subject"])
        self.assertIn("v=DMARC1; p=none", parsed.get_body(("plain",)).get_content())
        self.assertEqual([part.defects for part in parsed.walk() if part.defects], [])

    def test_without_starttls_nothing_is_sent(self):
        with MailTaker() as mail:
            self.settings["mail"] = mail.port
            self.once(sinks=["mail"])
            self.publish(NONE)
            self.assertIn("1 message waits", self.once(sinks=["mail"]).err)
            self.assertEqual(mail.messages, [])
            self.assertFalse(any(command.startswith("MAIL") for command in mail.commands))
            self.settings["tls"] = "none"
            time.sleep(1.1)
            self.once(sinks=["mail"])
            self.assertEqual(len(mail.messages), 1)

    def test_a_password_is_used(self):
        with MailTaker(self.certificate, users={"rampart": "open sesame"}) as mail:
            self.settings.update(mail=mail.port, user="rampart", password=self.private("password", "open barley\n"))
            self.once(sinks=["mail"])
            self.publish(NONE)
            self.once(sinks=["mail"])
            self.assertEqual(mail.messages, [])
            self.private("password", "open sesame\n")
            time.sleep(1.1)
            self.once(sinks=["mail"])
            self.assertEqual(len(mail.messages), 1)
            (self.dir / "password").chmod(0o644)
            self.assertIn("others can read", self.once(sinks=["mail"], status=2).err)

    def test_urdu(self):
        with MailTaker(self.certificate) as mail:
            self.settings["mail"] = mail.port
            self.once("--language", "ur", sinks=["mail"])
            self.publish(NONE)
            self.once("--language", "ur", sinks=["mail"])
            message, = mail.to("soc@cert.example")
        parsed = email.message_from_bytes(message, policy=email.policy.default)
        self.assertEqual(parsed["Content-Language"], "ur")
        self.assertIn("ریمپارٹ", parsed["Subject"])
        html = parsed.get_body(("html",)).get_content()
        self.assertIn('<html lang="ur" dir="rtl">', html)
        self.assertIn('<bdi dir="ltr">bank.example</bdi>', html)

    def test_a_dry_run_writes_mail_into_a_folder_and_uses_up_nothing(self):
        out = self.dir / "out"
        out.mkdir()
        with MailTaker(self.certificate) as mail:
            self.settings["mail"] = mail.port
            self.once(sinks=["mail"])
            self.publish(NONE)
            for _ in range(2):
                self.once("--dry-run", out, sinks=["mail"])
            self.assertEqual(mail.messages, [])
            files = list(out.iterdir())
            self.assertIn(len(files), (1, 2))  # one that is seen within the same second is the same message
            for file in files:
                parsed = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                self.assertIn("4 changes in bank.example", parsed["Subject"])
            self.once(sinks=["mail"])
            self.assertEqual(len(mail.messages), 1, "the real one tells it all the same")

    # --- When things break ---

    def test_killed_while_mail_is_on_its_way(self):
        with MailTaker(self.certificate) as mail:
            self.settings["mail"] = mail.port
            self.once(sinks=["mail"])
            self.publish(NONE)
            mail.answers["DATA"] = ""  # it never says that it would take the message
            process = self.begin(sinks=["mail"])
            wait_for(lambda: "DATA" in mail.commands)
            process.kill()
            process.wait()
            del mail.answers["DATA"]
            process = self.begin(sinks=["mail"])
            wait_for(lambda: mail.messages)
            time.sleep(3)
            self.end(process)
            self.assertEqual(len(mail.messages), 1)

    def test_killed_after_the_server_took_it_the_same_message_comes_again(self):
        with MailTaker(self.certificate) as mail:
            self.settings["mail"] = mail.port
            self.once(sinks=["mail"])
            self.publish(NONE)
            mail.hold.set()
            process = self.begin(sinks=["mail"])
            wait_for(lambda: mail.messages)
            process.kill()
            process.wait()
            mail.hold.clear()
            process = self.begin(sinks=["mail"])
            wait_for(lambda: len(mail.messages) == 2)
            self.end(process)
            first, second = (email.message_from_bytes(message)["Message-ID"] for _, message in mail.messages)
            self.assertEqual(first, second)

    def test_killed_at_any_time_nothing_is_lost_or_repeated(self):
        self.once()
        expected = [record_of(REJECT)]
        chance = random.Random(1)
        for number in range(6):
            records = f'_dmarc 60 IN TXT "v=DMARC1; p=reject; rua=mailto:r{number}@bank.example"'
            self.publish(records)
            expected.append(record_of(records))
            for _ in range(3):
                process = self.begin()
                time.sleep(chance.uniform(0.05, 1.2))
                process.kill()
                process.wait()
            self.once()
        seen, chain = set(), [record_of(REJECT)]
        for event in self.events():
            if event["id"] in seen:
                continue  # handed over in the very moment of the kill
            seen.add(event["id"])
            for alert in event.get("alerts", []):
                if alert["key"] == "TXT _dmarc.bank.example" and alert["what"] in ("changed", "flapping"):
                    self.assertEqual(alert["before"], chain[-1])
                    chain.append(alert["after"])
        self.assertEqual(chain[:5], expected[:5])  # then it changes all the time

    def test_told_to_end(self):
        self.once()
        for number in (signal.SIGTERM, signal.SIGINT):
            process = self.begin()
            time.sleep(1.5)
            self.end(process, number)
        self.publish(NONE)
        process = self.begin()
        wait_for(self.events)
        self.end(process)
        self.assertEqual(len(self.events()), 1)

    def test_two_watches_on_one_store(self):
        process = self.begin()
        wait_for(lambda: (self.dir / "watch.db").exists())
        time.sleep(1)
        run = self.once(status=3)
        self.assertIn(str(process.pid), run.err)
        self.assertIn("hint:", run.err)
        process.kill()
        process.wait()
        self.once()  # the hold of a dead watch lapses

    def test_no_resolver_is_told_once_and_its_end(self):
        self.once()
        self.first.kill()
        for _ in range(3):
            self.once(status=3)
        self.assertEqual([(e["kind"], e["over"]) for e in self.events()], [("trouble", False)])
        self.first = self.serve(REJECT)
        self.once()
        self.once()
        self.assertEqual([(e["kind"], e["over"]) for e in self.events()], [("trouble", False), ("trouble", True)])

    def test_a_full_disk(self):
        """The store can take no more: it is said by a sink that needs no disk, once; what was not told is told after."""
        with HookTaker(self.certificate) as hook:
            self.settings["hook"] = hook.port
            self.once(sinks=["webhook"])
            self.publish(NONE)

            def full():
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

            for _ in range(2):
                done = subprocess.run([PROGRAM, *self.arguments("--once", sinks=["webhook"])], capture_output=True, text=True, cwd=SOURCE,
                                      timeout=120, preexec_fn=full, env={**os.environ, "SSL_CERT_FILE": str(self.authority.file)})
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertNotIn("Sanitizer", done.stderr)
            troubles = [json.loads(body) for _, body in hook.posts]
            self.assertEqual([(t["kind"], t["trouble"]) for t in troubles], [("trouble", "store")])
            self.once(sinks=["webhook"])
            kinds = [(t["kind"], t.get("over")) for t in (json.loads(body) for _, body in hook.posts)]
            self.assertEqual(sorted(kinds, key=str), [("changes", None), ("trouble", False), ("trouble", True)])

    # --- As a service ---

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not installed")
    def test_the_unit_is_right(self):
        unit = (SOURCE / "examples" / "rampart-watch.service").read_text()
        self.assertIn("ExecStart=/usr/bin/rampart watch --list", unit)
        path = self.dir / "rampart-watch.service"
        path.write_text(unit.replace("/usr/bin/rampart", "/bin/true"))
        done = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", path], capture_output=True, text=True, check=False)
        level = re.search(r"Overall exposure level.*?: ([\d.]+)", done.stdout)
        self.assertLessEqual(float(level.group(1)), 3.0, done.stdout)

    # --- Wrong usage ---

    def test_what_is_missing_is_said(self):
        for sinks, missing in ((["mail"], "watch.mail_server"), (["webhook"], "watch.webhook_url")):
            run = rampart("watch", "bank.example", "--once", "--no-config", "--store", f"sqlite:{self.dir}/x.db", "--sink", sinks[0])
            self.assertEqual(run.status, 2)
            self.assertTrue(missing in run.err or "watch.mail_from" in run.err, run.err)
        run = rampart("watch", "--once", "--no-config")
        self.assertEqual(run.status, 2)
        self.assertIn("no domain", run.err)
        run = self.once("--dry-run", self.dir / "none", status=2)
        self.assertIn("no such folder", run.err)


def record_of(line):
    return line.split('"')[1]


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come")


if __name__ == "__main__":
    unittest.main()
