"""rampart guard in its roles submission and gateway, beside a real Postfix: what users write is signed, what a gateway hands on to a second
server is sealed. What was delivered is verified by python3-dkim, Debian's opendkim, and rampart itself."""

import pathlib
import re
import shutil
import signal
import smtplib
import subprocess
import time
import unittest

import dkim  # of Debian's package; /usr/bin/python3 has it

from guard_case import OURS, STRANGER, ZONES, GuardCase, mail
from guard_run import Client, mail_server, send
from postfix import Postfix
from rampart_run import rampart
from sasl_server import SaslServer
from servers import _die_with_parent, free_port

HOME, PRINTER, CLOUD = "198.51.100.77", "203.0.113.20", "203.0.113.130"
SMTP = "smtp unix - - n - - smtp\n"


class SignCase(GuardCase):
    zones = {**ZONES, "gate.example": "g1._domainkey TXT {key}\n", "lists.example": "l1._domainkey TXT {key}\n"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.record = "".join(part for part in re.findall(r'"([^"]*)"', (cls.dir / "bank.example.zone").read_text().split("s1._domainkey")[1]))

    def setUp(self):
        # Two domains that an opendkim signs for, taken over.
        self.keys = self.dir / f"keys-{self.id().rsplit('.', 1)[1]}"
        for name, text in (("keytable", f"k1 bank.example:s1:{self.key}\nk2 gate.example:g1:{self.key}\n"), ("signing", "*@bank.example k1\n*@gate.example k2\n")):
            (self.dir / name).write_text(text)
        conf = self.dir / "opendkim.conf"
        conf.write_text(f"KeyTable {self.dir}/keytable\nSigningTable refile:{self.dir}/signing\n")
        run = rampart("import", "opendkim", conf, "--keys", self.keys)
        self.assertEqual(run.status, 0, run.err)

    def tell(self, text):
        """The [guard] table, with the key folder behind it."""
        return f'{text}\n[dkim]\nkeys = "{self.keys}"'

    def check(self, text, *words):
        """What rampart auth check finds."""
        run = rampart("auth", "check", "-", "--resolver", self.names.address, "--format", "json", *words, stdin=text)
        self.assertIn(run.status, (0, 1, 3), run.err)
        return run.json()

    def holds(self, text, domain="bank.example", selector="s1"):
        """Each of them takes the signature."""
        self.assertRegex(text, rf"(?s)^(?:(?!\n\n).)*DKIM-Signature: v=1;[^\n]*d={re.escape(domain)};\s+s={selector};")
        names = lambda name, **_: self.record.encode() if name.rstrip(b".") == f"{selector}._domainkey.{domain}".encode() else None
        self.assertTrue(dkim.verify(text.replace("\n", "\r\n").encode(), dnsfunc=names), "python3-dkim")
        run = rampart("dkim", "verify", "-", "--resolver", self.names.address, stdin=text)
        self.assertEqual(run.status, 0, run.out + run.err)
        if not shutil.which("opendkim", path="/usr/sbin"):
            return
        (self.dir / "public").write_text(f"{selector}._domainkey.{domain} {self.record}\n")
        conf, path = self.dir / "verify.conf", self.dir / "delivered.eml"
        conf.write_text(f"Syslog no\nMode v\nAuthservID mx.test\nAlwaysAddARHeader yes\nTestPublicKeys {self.dir}/public\n")
        path.write_bytes(text.replace("\n", "\r\n").encode())
        done = subprocess.run(["/usr/sbin/opendkim", "-x", conf, "-vvvv", "-t", path], capture_output=True, text=True, check=False)
        self.assertIn("dkim=pass", done.stdout, done.stderr)


class SubmissionTest(SignCase):
    def start(self, config="", mode="enforce", **options):
        sasl = SaslServer({"alice": "secret"})
        self.addCleanup(sasl.stop)
        guard = self.guard(mode=mode, config=self.tell(f"sign = true\n{config}"), **options)
        postfix = mail_server(guard, "tempfail" if mode == "enforce" else "accept", more=f"smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\n"
                                                                                          f"smtpd_sasl_path = inet:127.0.0.1:{sasl.port}\n")
        self.addCleanup(postfix.stop)
        return guard, postfix

    def submit(self, postfix, text, sender="news@bank.example", address=HOME):
        client = Client(postfix, address, helo="laptop.home")
        try:
            client.smtp.login("alice", "secret")
            return client.send(sender, ["a@else.example"], text)
        finally:
            client.quit()

    def test_what_users_and_their_machines_write_is_signed(self):
        senders = self.dir / "senders.txt"
        senders.write_text("alice news@bank.example\n")
        guard, postfix = self.start(f'trusted_networks = ["203.0.113.0/25"]\nsenders_file = "{senders}"')
        with self.subTest("a user at home, whom SPF forbids: signed, delivered, and held to nothing"):
            name, text = mail(fields="X-Long: " + "long " * 300 + "\r\n")
            code, answer = self.submit(postfix, text + "A line of 8 bits: grün\r\n.\r\n..\r\n \t \r\n\r\n\r\n")
            self.assertEqual(code, 250, answer)
            got = self.delivered(postfix, name)
            self.holds(got)
            self.assertEqual(self.check(got)["dmarc"]["result"], "pass")
            self.assertNotIn("spf=", got, "a user's address at home is nobody's business")
            event = guard.event(name)
            self.assertEqual((event["role"], event["user"], event["asked"], event["answered"]), ("submission", "alice", "accept", "accept"))
            self.assertEqual(event["signed_by"], ["s1._domainkey.bank.example"])
            self.assertEqual([cause["code"] for cause in event["causes"]], ["role-submission"], "his own name")
        with self.subTest("a printer that cannot log in, and leaves out what Postfix adds"):
            text = "From: printer@bank.example\r\nSubject: a scan\r\nX-Number: 1\r\n\r\nSee attached.\r\n"
            self.assertEqual(send(postfix, PRINTER, "printer@bank.example", ["a@else.example"], text)[0], 250)
            deadline = time.monotonic() + 10
            while not (scans := [got.decode() for _, got in postfix.messages(0, 0) if b"a scan" in got]) and time.monotonic() < deadline:
                time.sleep(0.05)
            self.holds(scans[0])
            event = [event for event in guard.events() if event["subject"] == "a scan"][0]
            self.assertEqual(event["causes"][-1]["text"], f"guard.senders_file has no line for {PRINTER}")
        with self.subTest("forged results in our name are gone, and what is signed is what is delivered"):
            name, text = mail(fields="Authentication-Results: guard.test; dmarc=pass\r\nDKIM-Signature: v=1; d=bank.example; s=s1; b=x\r\n")
            self.assertEqual(self.submit(postfix, text)[0], 250)
            got = self.delivered(postfix, name)
            self.assertNotIn("Authentication-Results: guard.test", got)
            self.assertEqual(self.check(got)["dmarc"]["result"], "pass")
        with self.subTest("who writes in another name is told of, as the file says now"):
            name, text = mail()
            text = text.replace("news@bank.example", "ceo@bank.example", 1)
            self.assertEqual(self.submit(postfix, text)[0], 250)
            self.holds(self.delivered(postfix, name))
            self.assertEqual(guard.event(name)["causes"][-1], {"code": "author-not-owned", "text": "alice may not write as ceo@bank.example (guard.senders_file)",
                                                              "section": ""})
            senders.write_text("alice @bank.example\n")
            guard.wait_for("senders.txt says of 1 users", guard.said().index("senders.txt says") + 20)
            name, text = mail()
            self.assertEqual(self.submit(postfix, text.replace("news@bank.example", "ceo@bank.example", 1))[0], 250)
            self.assertEqual(guard.event(name)["causes"][-1]["code"], "role-submission")
        with self.subTest("a domain that is none of ours: delivered, not signed, and said"):
            name, text = mail("open.example")
            self.assertEqual(self.submit(postfix, text)[0], 250)
            self.assertNotIn("DKIM-Signature", self.delivered(postfix, name))
            self.assertIn("no rule of the signing table is for news@open.example", guard.event(name)["causes"][-1]["text"])
        with self.subTest("from outside nothing is signed"):
            name, text = mail()
            self.assertEqual(send(postfix, OURS, "news@bank.example", ["a@else.example"], text)[0], 250)
            self.assertNotIn("DKIM-Signature", self.delivered(postfix, name))
            self.assertEqual(send(postfix, STRANGER, "news@bank.example", ["a@else.example"], mail()[1])[0], 550)
        with self.subTest("trace tells of it"):
            self.told(guard, "news@bank.example")
            self.assertIn("signed   s1._domainkey.bank.example", self.trace(guard, "news@bank.example").out)

    def test_dns_that_is_dead_is_nothing_to_users(self):
        guard, postfix = self.start(resolver="127.0.0.1:9")
        name, text = mail()
        begun = time.monotonic()
        self.assertEqual(self.submit(postfix, text)[0], 250)
        self.assertLess(time.monotonic() - begun, 5)
        self.holds(self.delivered(postfix, name))
        self.assertEqual(send(postfix, OURS, "news@bank.example", ["a@else.example"], mail()[1])[0], 451, "who comes from outside waits")

    def test_keys_that_change_and_that_are_gone(self):
        guard, postfix = self.start()

        def signed_by():
            name, text = mail()
            code, answer = self.submit(postfix, text)
            event = guard.event(name)
            if code != 250:
                return code, answer
            got = self.delivered(postfix, name)
            self.assertEqual("DKIM-Signature" in got, bool(event["signed_by"]))
            return event["signed_by"]

        self.assertEqual(signed_by(), ["s1._domainkey.bank.example"])
        with self.subTest("rotation makes the next key and has it sign: no restart"):
            listed = self.keys / "bank.example" / "keys.json"
            shutil.copy(self.keys / "bank.example" / "s1.pem", self.keys / "bank.example" / "s2.pem")
            listed.write_text(listed.read_text().replace('"s1"', '"s2"'))
            self.assertEqual(signed_by(), ["s2._domainkey.bank.example"])
            table = self.keys / "signing"
            table.write_text("*@bank.example bank.example s1 bank.example/s1\n")
            self.assertEqual(signed_by(), ["s1._domainkey.bank.example"], "and so does another table")
        with self.subTest("one that cannot be read: put off, until it can"):
            key = self.keys / "bank.example" / "s1.pem"
            key.chmod(0o644)
            before = len(guard.events())
            code, answer = signed_by()
            self.assertEqual((code, answer.split()[0]), (451, "4.7.5"))
            self.assertEqual(guard.events_after(before)[-1]["causes"][-1]["code"], "sign-failed")
            self.assertIn("s1.pem", guard.said())
            key.chmod(0o600)
            self.assertEqual(signed_by(), ["s1._domainkey.bank.example"])
            table.write_text("this is no table\n")
            self.assertEqual(signed_by()[0], 451)
            table.unlink()
            self.assertEqual(signed_by(), ["s2._domainkey.bank.example"], "without a table each domain signs for itself")
        with self.subTest("SIGHUP switches it off"):
            guard.reload(self.tell("sign = false"), "read again")
            self.assertEqual(signed_by(), [])

    @unittest.skipUnless(shutil.which("opendkim", path="/usr/sbin"), "no opendkim")
    def test_opendkim_behind_us_sees_a_signature_that_holds(self):
        """Other milters of the same Postfix have the message as we leave it."""
        guard, postfix = self.start()
        port = free_port()
        (self.dir / "public").write_text(f"s1._domainkey.bank.example {self.record}\n")
        conf = self.dir / "beside.conf"
        conf.write_text(f"Syslog no\nMode v\nAuthservID mx.other.example\nAlwaysAddARHeader yes\nInternalHosts 192.0.2.254\nSocket inet:{port}@127.0.0.1\n"
                        f"TestPublicKeys {self.dir}/public\n")
        opendkim = subprocess.Popen(["/usr/sbin/opendkim", "-f", "-x", conf], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                    preexec_fn=_die_with_parent)
        self.addCleanup(opendkim.wait)
        self.addCleanup(opendkim.terminate)
        milters = f"smtpd_milters={guard.milter()},inet:127.0.0.1:{port}"
        subprocess.run(["/usr/sbin/postconf", "-c", postfix.dir / "conf", "-e", milters], check=True)
        postfix.process.send_signal(signal.SIGHUP)
        deadline, got = time.monotonic() + 90, ""
        while "mx.other.example" not in got and time.monotonic() < deadline:  # a reload takes Postfix a while
            name, text = mail()
            try:
                if self.submit(postfix, text)[0] == 250:
                    got = self.delivered(postfix, name)
            except (OSError, smtplib.SMTPException):
                time.sleep(0.5)
        self.assertRegex(got, r"(?s)Authentication-Results: mx\.other\.example;.*dkim=pass")

    def test_a_monitor_signs_too_and_stops_nothing(self):
        guard, postfix = self.start(mode="monitor")
        name, text = mail()
        self.assertEqual(self.submit(postfix, text)[0], 250)
        got = self.delivered(postfix, name)
        self.holds(got)
        self.assertNotIn("X-Rampart", got)
        (self.keys / "bank.example" / "s1.pem").unlink()
        name, text = mail()
        self.assertEqual(self.submit(postfix, text)[0], 250)
        self.assertNotIn("DKIM-Signature", self.delivered(postfix, name))
        self.assertEqual(guard.event(name)["causes"][-1]["code"], "sign-failed")

    def test_a_key_folder_that_is_not_there_is_told_before_anything_begins(self):
        config = self.dir / "no-keys.toml"
        config.write_text(f'[guard]\nsign = true\n[dkim]\nkeys = "{self.dir}/no-keys"\n')
        run = rampart("guard", "--config", config)
        self.assertEqual(run.status, 2, run.err)
        self.assertIn("there is no key folder", run.err)


class GatewayTest(SignCase):
    """Postfix before a second server that stands for Exchange: its domain's mail goes in, and all that it sends goes out."""

    def test_both_ways(self):
        rules = (f'sign = true\nrelay_domains = ["bank.example"]\narc_domain = "gate.example"\ntrusted_sealers = ["lists.example"]\n'
                 f'gateway_networks = ["127.0.0.1", "203.0.113.128/25"]\ngateway_field = "X-OriginatorOrg: bank.example"')
        guard = self.guard(config=self.tell(rules))
        transport = self.dir / "transport"
        transport.write_text("")
        transport.chmod(0o644)
        self.dir.chmod(0o755)
        gateway = mail_server(guard, more=f"transport_maps = texthash:{transport}\n", master=SMTP)
        self.addCleanup(gateway.stop)
        nothing = pathlib.Path(guard.dir / "none")
        nothing.touch()
        exchange = Postfix(nothing, main=f"myhostname = exchange.bank.example\nsmtpd_tls_security_level = none\nvirtual_mailbox_domains = bank.example\n"
                                         f"relayhost = [127.0.0.1]:{gateway.port}\n", master=SMTP)
        self.addCleanup(exchange.stop)
        transport.write_text(f"bank.example smtp:[127.0.0.1]:{exchange.port}\n")
        with self.subTest("in: verified, and sealed behind our results"):
            name, text = mail("open.example")
            code, answer = send(gateway, OURS, "news@open.example", ["b@bank.example"], text)
            self.assertEqual(code, 250, answer)
            got = self.delivered(exchange, name)
            found = self.check(got)
            self.assertEqual(found["arc"]["result"], "pass", found["arc"])
            self.assertRegex(got, r"(?s)ARC-Seal: .*\nARC-Message-Signature: .*\nARC-Authentication-Results: i=1; guard\.test;.*\nAuthentication-Results: guard\.test;.*dmarc=pass")
            event = guard.event(name)
            self.assertEqual((event["role"], event["sealed_by"], event["signed_by"]), ("inbound", "g1._domainkey.gate.example", []))
            self.assertTrue(dkim.arc_verify(got.replace("\n", "\r\n").encode(), dnsfunc=lambda name, **_: self.record.encode())[0] == b"pass", "python3-dkim")
        with self.subTest("in: through a list whose seal is trusted; a second set stands above its own"):
            name, text = mail(fields="List-Id: <l.lists.example>\r\n")
            conf = self.dir / "list.eml"
            conf.write_text(text)
            run = rampart("arc", "seal", conf, "--host", "lists.example", "--domain", "lists.example", "--selector", "l1", "--key", self.key, "--ip", OURS,
                          "--mail-from", "news@bank.example", "--resolver", self.names.address)
            self.assertEqual(run.status, 0, run.err)
            changed = run.out
            self.assertEqual(send(gateway, STRANGER, "l@lists.example", ["b@bank.example"], changed)[0], 250)
            got = self.delivered(exchange, name)
            self.assertEqual(self.check(got)["arc"]["result"], "pass")
            self.assertIn("ARC-Authentication-Results: i=2; guard.test;", got)
            self.assertEqual(guard.event(name)["answered"], "accept")
        with self.subTest("in: a spoof is rejected, and a quarantined one is never sealed"):
            self.assertEqual(send(gateway, STRANGER, "news@bank.example", ["b@bank.example"], mail()[1])[0], 550)
            name, text = mail("shop.example")
            self.assertEqual(send(gateway, STRANGER, "news@shop.example", ["b@bank.example"], text)[0], 250)
            self.assertEqual((guard.event(name)["answered"], guard.event(name)["sealed_by"]), ("quarantine", ""))
        with self.subTest("out: what the server behind sends is signed"):
            name, text = mail(fields="X-OriginatorOrg: bank.example\r\n")
            client = Client(exchange, None)
            self.assertEqual(client.send("news@bank.example", ["a@else.example"], text)[0], 250)
            client.quit()
            got = self.delivered(gateway, name)
            self.holds(got)
            self.assertEqual(self.check(got)["dmarc"]["result"], "pass")
            event = guard.event(name)
            self.assertEqual((event["role"], event["client"], event["signed_by"]), ("gateway", "127.0.0.1", ["s1._domainkey.bank.example"]))
        with self.subTest("out: another customer of the same service gets no signature of ours"):
            name, text = mail(fields="X-OriginatorOrg: evil.example\r\n")
            code, answer = send(gateway, CLOUD, "news@bank.example", ["a@else.example"], text)
            self.assertEqual(code, 550, answer)
            self.assertEqual(guard.event(name)["role"], "inbound")
            name, text = mail(fields="X-OriginatorOrg: bank.example\r\n")
            self.assertEqual(send(gateway, CLOUD, "news@bank.example", ["a@else.example"], text)[0], 250)
            self.holds(self.delivered(gateway, name))
        with self.subTest("a seal whose key cannot be read: put off, and kept nowhere"):
            (self.keys / "gate.example" / "g1.pem").unlink()
            self.assertEqual(send(gateway, OURS, "news@open.example", ["b@bank.example"], mail("open.example")[1])[0], 451)


class ExplainTest(SignCase):
    def test_explain_names_what_is_signed_and_with_which_key(self):
        config, senders = self.dir / "explain.toml", self.dir / "explain-senders.txt"
        senders.write_text("alice alice@bank.example\n")
        config.write_text("[guard]\n" + self.tell(f'sign = true\nsenders_file = "{senders}"\nrelay_domains = ["bank.example"]\narc_domain = "gate.example"\n'
                                                  'gateway_networks = ["203.0.113.0/24"]'))

        def explain(*words, text=True):
            run = rampart("guard", "explain", "--config", config, *words, *(() if text else ("--format", "json")))
            self.assertEqual(run.status, 0, run.err)
            return run.out if text else run.json()

        self.assertIn("signed      as bank.example with s1 (RSA, 2048 bits)", explain("--user", "alice", "--from", "alice@bank.example"))
        self.assertIn("not its writer's own", explain("--user", "alice", "--from", "ceo@bank.example"))
        self.assertIn("by nobody: no rule of the signing table is for", explain("--auth", "--from", "alice@open.example"))
        self.assertIn("name him with --from", explain("--auth"))
        sealed = explain("--ip", STRANGER, "--rcpt", "b@bank.example", text=False)
        self.assertEqual((sealed["role"], sealed["adds"], [key["domain"] for key in sealed["keys"]]), ("inbound", "sealed", ["gate.example"]))
        out = explain("--ip", "203.0.113.9", "--rcpt", "a@else.example", "--from", "news@bank.example", text=False)
        self.assertEqual((out["role"], out["adds"], out["owned"]), ("gateway", "signed", "unknown"))
        self.assertEqual(explain("--ip", STRANGER, text=False)["adds"], "nothing")
        with self.subTest("and the doctor reads them"):
            doctor = lambda: rampart("doctor", "--config", config, "--no-postfix").out
            for part in ("2 keys that sign can be read", "gate.example seals with g1", "says of 1 users"):
                self.assertIn(f"ok      {part}" if "says" not in part else part, doctor())
        (self.keys / "bank.example" / "s1.pem").chmod(0o644)
        self.assertIn("others may read", explain("--auth", "--from", "alice@bank.example"))
        self.assertRegex(doctor(), r"FAILED  .*s1\.pem.*others may read")


if __name__ == "__main__":
    unittest.main()
