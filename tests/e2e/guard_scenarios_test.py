"""Ways that mail takes to rampart guard, each through a real Postfix: by a secondary MX, through lists, from cron, in odd forms and sizes; and
what goes wrong around it: DNS dead, a full disk, a restart in the middle of a message."""

import os
import pathlib
import signal
import smtplib
import socket
import subprocess
import threading
import time
import unittest

from guard_case import OURS, STRANGER, TO, ZONES, GuardCase, mail
from guard_run import Client, mail_server, send
from postfix import Postfix
from rampart_run import rampart

SMTP = "smtp unix - - n - - smtp\n"
PICKUP = "pickup unix n - n 60 1 pickup\n"
MIB = 1 << 20


class ScenarioTest(GuardCase):
    zones = {**ZONES, "trial.example": '@ TXT "v=spf1 ip4:192.0.2.1 -all"\n_dmarc TXT "v=DMARC1; p=reject; t=y"\n',
             "lists.example": "l1._domainkey TXT {key}\n", "evil.example": "l1._domainkey TXT {key}\n"}

    def tell(self, config=""):
        """A [guard] table that signs, with the key folder of bank.example behind it."""
        keys = self.dir / "keys"
        if not keys.exists():
            conf = self.dir / "opendkim.conf"
            conf.write_text(f"Domain bank.example\nSelector s1\nKeyFile {self.key}\n")
            run = rampart("import", "opendkim", conf, "--keys", keys)
            self.assertEqual(run.status, 0, run.err)
        return f'sign = true\n{config}\n[dkim]\nkeys = "{keys}"'

    def verifies(self, text):
        run = rampart("dkim", "verify", "-", "--resolver", self.names.address, stdin=text)
        self.assertEqual(run.status, 0, run.out + run.err)

    def test_by_the_secondary_mx(self):
        guard, primary = self.both(config='trusted_relays = ["127.0.0.1"]')
        nothing = guard.dir / "none"
        nothing.touch()
        second = Postfix(nothing, main=f"myhostname = mx2.else.example\nsmtpd_tls_security_level = none\nsmtpd_authorized_xclient_hosts = 127.0.0.0/8\n"
                                       f"virtual_mailbox_domains =\nrelay_domains = else.example\nsmtpd_relay_restrictions = permit_auth_destination, reject\n"
                                       f"transport_maps = inline:{{ else.example=smtp:[127.0.0.1]:{primary.port} }}\n", master=SMTP)
        self.addCleanup(second.stop)
        forged = f"Received: from mail.bank.example (mail.bank.example [{OURS}])\r\n\tby mx2.else.example (Postfix) with ESMTP id 1; Fri, 27 Nov 2026 10:00:00 +0000\r\n"
        with self.subTest("authorised, as its first hop outside is"):
            name, text = mail()
            self.assertEqual(send(second, OURS, "news@bank.example", TO, text)[0], 250)
            self.assertRegex(self.delivered(primary, name), r"(?s)Authentication-Results: guard\.test;.*spf=pass.*dmarc=pass")
            event = guard.event(name)
            self.assertEqual((event["role"], event["client"]), ("relayed", "127.0.0.1"))
        for kind, fields in (("a spoof", ""), ("a spoof with a forged Received field", forged)):
            with self.subTest(kind):
                name, text = mail()
                self.assertEqual(send(second, STRANGER, "news@bank.example", TO, fields + text)[0], 250)
                event = guard.event(name, 20)
                self.assertEqual((event["role"], event["answered"]), ("relayed", "reject"))
                self.assertIn(f"it had it from {STRANGER}", guard_why(self, guard, fields + text))

    def test_through_lists_with_and_without_a_trusted_seal(self):
        guard, postfix = self.both(config='trusted_sealers = ["lists.example"]')

        def through(sealer, more=""):
            """The message as the list sends it, sealed by what it found before it changed it."""
            name, text = mail(fields=f"List-Id: <l.{sealer}>\r\n")
            path = self.dir / "list.eml"
            path.write_text(text)
            run = rampart("arc", "seal", path, "--host", sealer, "--domain", sealer, "--selector", "l1", "--key", self.key, "--ip", OURS, "--mail-from",
                          "news@bank.example", "--resolver", self.names.address)
            self.assertEqual(run.status, 0, run.err)
            self.assertEqual(send(postfix, STRANGER, f"l@{sealer}", TO, run.out + more)[0], 250)
            return name, guard.event(name)

        name, event = through("lists.example")
        self.assertEqual(event["answered"], "accept", event["causes"])
        self.assertIn("dmarc=fail", self.delivered(postfix, name), "a seal makes no pass of it")
        self.assertEqual(through("evil.example")[1]["answered"], "quarantine", "whose seal nobody trusts")
        self.assertEqual(through("lists.example", "Changed behind the seal.\r\n")[1]["answered"], "quarantine", "a seal that does not hold")

    def test_a_domain_that_tries_a_policy_out(self):
        guard, postfix = self.both()
        name, text = mail("trial.example")
        self.assertEqual(send(postfix, STRANGER, "news@trial.example", TO, text)[0], 250)
        self.assertEqual(guard.event(name)["answered"], "quarantine", "t=y: one level below p=reject")

    def test_three_recipients_with_three_verdicts(self):
        guard, postfix = self.both(config='enforce = ["to=else.example action=quarantine", "to=third.example"]')
        three = ["a@else.example", "b@open.example", "c@third.example"]
        name, text = mail()
        self.assertEqual(send(postfix, STRANGER, "news@bank.example", three, text)[0], 250)
        self.delivered(postfix, name)
        outcomes = {outcome["recipients"][0]: (outcome["action"], [cause["code"] for cause in outcome["causes"]]) for outcome in guard.event(name)["outcomes"]}
        self.assertEqual(outcomes, {"a@else.example": ("quarantine", ["enforced-as-quarantine"]), "b@open.example": ("accept", ["not-enforced"]),
                                    "c@third.example": ("quarantine", ["another-recipient"])})
        self.assertEqual(guard.kept().count(name), 2, "each under its own entry")
        time.sleep(0.5)
        self.assertEqual([to for to, got in postfix.messages(0, 0) if name.encode() in got], ["b@open.example"])

    def test_large_and_odd_messages(self):
        guard = self.guard(config=self.tell('trusted_networks = ["203.0.113.0/24"]'))
        postfix = mail_server(guard, more="message_size_limit = 120000000\nvirtual_mailbox_limit = 0\n")
        self.addCleanup(postfix.stop)
        user = "203.0.113.9"
        with self.subTest("50 MiB: signed, delivered, verified"):
            name, text = mail()
            text += ("0123456789abcde " * 4 + "\r\n") * (50 * MIB // 66)
            self.assertEqual(send(postfix, user, "news@bank.example", TO, text)[0], 250)
            got = self.delivered(postfix, name, 60)
            self.assertGreater(len(got), 49 * MIB)
            self.verifies(got)
        with self.subTest("50 MiB that are to be kept are kept whole"):
            name, text = mail("shop.example")
            text += os.urandom(18 * MIB).hex() + "\r\n" + "end of it\r\n"
            self.assertEqual(send(postfix, STRANGER, "news@shop.example", TO, text)[0], 250)
            self.assertIn(name, guard.kept())
        with self.subTest("10,000 header fields"):
            name, text = mail(fields="".join(f"X-{number}: {number}\r\n" for number in range(10_000)))
            self.assertEqual(send(postfix, user, "news@bank.example", TO, text)[0], 250)
            self.verifies(self.delivered(postfix, name))
        with self.subTest("a header that nobody reads: refused at once, and not again and again"):
            before = len(guard.events())
            code, answer = send(postfix, user, "news@bank.example", TO, mail(fields="".join(f"X-{number}: {'x' * 60}\r\n" for number in range(10_000)))[1])
            self.assertEqual((code, answer.split()[0]), (552, "5.3.4"))
            self.assertEqual(guard.events_after(before)[-1]["causes"][0]["code"], "unreadable")
        with self.subTest("NUL bytes, bare returns and lines without end"):
            name, text = mail()
            self.assertEqual(send(postfix, user, "news@bank.example", TO, text.encode() + b"a\0b\0\0\r\nc\rd\r\n" + b"\xff\xfe" + b"e" * 5000 + b"\r\n")[0], 250)
            deadline = time.monotonic() + 10
            while not (found := [got for _, got in postfix.messages(0, 0) if name.encode() in got]) and time.monotonic() < deadline:
                time.sleep(0.05)
            path = self.dir / "odd.eml"
            path.write_bytes(found[0])
            run = rampart("dkim", "verify", path, "--resolver", self.names.address)
            self.assertEqual(run.status, 0, run.out + run.err)
        with self.subTest("no body, no Subject, no To, no Date"):
            self.assertEqual(send(postfix, user, "", TO, "From: news@bank.example\r\nX-Empty: 1\r\n\r\n")[0], 250)
            deadline = time.monotonic() + 10
            while not (found := [got.decode() for _, got in postfix.messages(0, 0) if b"X-Empty" in got]) and time.monotonic() < deadline:
                time.sleep(0.05)
            self.verifies(found[0])

    def test_what_this_machine_makes_itself(self):
        rules = 'trusted_networks = ["127.0.0.1"]'
        guard = self.guard(config=self.tell(rules))
        postfix = mail_server(guard, more="non_smtpd_milters = $smtpd_milters\nmail_owner = postfix\n", master=PICKUP)
        self.addCleanup(postfix.stop)

        def cron(name):
            text = f"From: News <news@bank.example>\nTo: a@else.example\nSubject: a report\nMessage-ID: {name}\n\nAll is well.\n"
            done = subprocess.run(["/usr/sbin/sendmail", "-C", postfix.dir / "conf", "-f", "news@bank.example", "a@else.example"], input=text, capture_output=True,
                                  text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            return self.delivered(postfix, name, 20)

        got = cron("<cron1@bank.example>")
        self.verifies(got)
        self.assertEqual(guard.event("<cron1@bank.example>")["role"], "submission")
        guard.reload(self.tell(), "read again")
        self.assertNotIn("DKIM-Signature", cron("<cron2@bank.example>"))
        self.assertEqual(guard.event("<cron2@bank.example>")["role"], "local")
        with self.subTest("a bounce from outside has no author whose policy it breaks"):
            bounce = "From: MAILER-DAEMON@open.example\r\nTo: a@else.example\r\nSubject: undelivered\r\nMessage-ID: <b@open.example>\r\n\r\nIt could not be delivered.\r\n"
            self.assertEqual(send(postfix, STRANGER, "", TO, bounce)[0], 250)
            self.delivered(postfix, "<b@open.example>")

    def test_a_restart_in_the_middle_of_a_message(self):
        guard, postfix = self.both(config=self.tell('trusted_networks = ["203.0.113.0/24"]'))
        name, text = mail()
        client = Client(postfix, "203.0.113.9")
        self.addCleanup(client.quit)
        smtp = client.smtp
        for code, answer in (smtp.mail("news@bank.example"), smtp.rcpt(TO[0])):
            self.assertEqual(code, 250, answer)
        self.assertEqual(smtp.docmd("DATA")[0], 354)
        smtp.send(text[:200])
        guard.kill9()
        guard.start()
        smtp.send(text[200:] + ".\r\n")
        code, answer = smtp.getreply()
        self.assertEqual(code // 100, 4, answer)
        try:
            self.assertEqual(client.send("news@bank.example", TO, text)[0] // 100, 4, "the session's milter is gone")
        except smtplib.SMTPException:
            pass
        self.assertEqual(send(postfix, "203.0.113.9", "news@bank.example", TO, text)[0], 250)
        self.verifies(self.delivered(postfix, name))
        self.assertEqual(len([got for _, got in postfix.messages(0, 0) if name.encode() in got]), 1)

    def test_dns_that_is_dead_and_comes_back(self):
        with DnsRelay(self.names.address) as dns:
            guard, postfix = self.both(resolver=dns.address)
            dns.dead = True
            name, text = mail()
            for _ in range(2):
                code, answer = send(postfix, OURS, "news@bank.example", TO, text)
                self.assertEqual(code, 451, answer)
            self.assertEqual({event["answered"] for event in guard.events()}, {"tempfail"})
            dns.dead = False
            deadline = time.monotonic() + 30
            while (answer := send(postfix, OURS, "news@bank.example", TO, text))[0] != 250 and time.monotonic() < deadline:
                time.sleep(0.5)
            self.assertEqual(answer[0], 250, answer)
            self.assertIn("dmarc=pass", self.delivered(postfix, name))

    def test_a_full_disk_loses_nothing(self):
        probe = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
        if probe.returncode != 0:
            self.skipTest("no mounts of one's own here")
        guard, postfix = self.both()
        guard.process.send_signal(signal.SIGTERM)
        self.assertEqual(guard.process.wait(30), 0)
        # Its quarantine is a small disk that nobody else sees.
        plain = guard.command
        mount = f"mount -t tmpfs -o size=256k,mode=700 tmpfs {guard.quarantine} && exec \"$@\""
        guard.quarantine.mkdir(mode=0o700, exist_ok=True)
        guard.command = ["unshare", "--mount", "sh", "-c", mount, "sh", *map(str, plain)]
        guard.start()
        spoof = lambda: mail("shop.example", fields=f"X-Noise: {os.urandom(20_000).hex()}\r\n")
        codes, names = [], []
        for _ in range(20):
            name, text = spoof()
            code, answer = send(postfix, STRANGER, "news@shop.example", TO, text)
            codes.append(code)
            names.append(name)
            self.assertIn(code, (250, 451), answer)
        self.assertIn(451, codes, "the disk is full")
        self.assertEqual([code for name, code in zip(names, codes) if (code == 250) != (name in guard.kept())], [], "kept is what was taken")
        with self.subTest("other mail goes its way"):
            name, text = mail()
            self.assertEqual(send(postfix, OURS, "news@bank.example", TO, text)[0], 250)
            self.delivered(postfix, name)
        with self.subTest("with room, what was put off is kept"):
            root = pathlib.Path(f"/proc/{guard.process.pid}/root")
            subprocess.run(["nsenter", f"--mount=/proc/{guard.process.pid}/ns/mnt", "mount", "-o", "remount,size=8m", guard.quarantine], check=True)
            self.assertTrue(root.exists())
            name, text = spoof()
            self.assertEqual(send(postfix, STRANGER, "news@shop.example", TO, text)[0], 250)
            self.assertIn(name, guard.kept())


class DnsRelay:
    """Hands questions to a name server and its answers back, unless it is dead."""

    def __init__(self, server):
        host, port = server.rsplit(":", 1)
        self.server = (host, int(port))
        self.dead = False
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                question, client = self.socket.recvfrom(65535)
            except OSError:
                return
            if not self.dead:
                threading.Thread(target=self.ask, args=(question, client), daemon=True).start()

    def ask(self, question, client):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            link.settimeout(5)
            link.sendto(question, self.server)
            try:
                self.socket.sendto(link.recv(65535), client)
            except OSError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def guard_why(case, guard, text):
    """Why a message from the secondary MX has its role, as explain says it: its own Received field stands on top."""
    path = case.dir / "relayed.eml"
    path.write_text(f"Received: from mail.bank.example (unknown [{STRANGER}])\r\n\tby mx2.else.example (Postfix) with ESMTP id 2; Fri, 27 Nov 2026 10:00:01 +0000\r\n" + text)
    run = rampart("guard", "explain", "--config", guard.config, "--ip", "127.0.0.1", "--file", path)
    case.assertEqual(run.status, 0, run.err)
    return run.out


if __name__ == "__main__":
    unittest.main()
