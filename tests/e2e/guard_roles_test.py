"""In what part mail comes to rampart guard, through a real Postfix: by the listener at which it asks and the name of its service; and mail that
comes a second time, put back by an after-queue content filter or a list manager, on this machine or another."""

import base64
import json
import os
import re
import signal
import subprocess
import time
import unittest

from guard_case import OURS, STRANGER, TO, ZONES, GuardCase, mail
from guard_run import Client, mail_server, send
from postfix import Postfix
from rampart_run import rampart
from sasl_server import SaslServer
from servers import free_port
from smtp_filter import SmtpFilter

SMTP = "smtp unix - - n - - smtp\n"
FILTER, PRINTER, HOME = "192.0.2.30", "203.0.113.20", "198.51.100.77"
FOOTER = b"-- \r\nlist footer\r\n"


class RolesCase(GuardCase):
    zones = {**ZONES, "gate.example": "g1._domainkey TXT {key}\n"}

    def setUp(self):
        self.folder = self.dir / self._testMethodName
        self.folder.mkdir()
        self.seal = self.folder / "guard.seal"
        self.seal.touch(mode=0o600)
        self.seal.write_bytes(base64.b64encode(os.urandom(32)) + b"\n")
        self.keys = self.folder / "keys"
        conf = self.folder / "opendkim.conf"
        conf.write_text(f"Domain bank.example\nSelector s1\nKeyFile {self.key}\n")
        run = rampart("import", "opendkim", conf, "--keys", self.keys)
        self.assertEqual(run.status, 0, run.err)

    def tell(self, config=""):
        """A [guard] table that signs and marks."""
        return f'sign = true\nseal_file = "{self.seal}"\n{config}\n[dkim]\nkeys = "{self.keys}"'

    def events(self, guard, name, count, seconds=15):
        deadline = time.monotonic() + seconds
        while True:
            found = [event for event in guard.events() if event["message_id"] == name]
            if len(found) >= count or time.monotonic() > deadline:
                self.assertEqual(len(found), count, f"{found}\n{guard.said()[-2000:]}")
                return found
            time.sleep(0.05)

    def got(self, postfix, name):
        """What was delivered, once each."""
        text = self.delivered(postfix, name, 20)
        self.assertEqual(len([1 for _, got in postfix.messages(0, 0) if f"Message-ID: {name}".encode() in got]), 1)
        return text

    def explain(self, guard, *words):
        run = rampart("guard", "explain", "--config", guard.config, "--listen", guard.listen, *words)
        self.assertEqual(run.status, 0, run.err)
        return re.sub(r"\s+", " ", run.out)


class PutBackTest(RolesCase):
    def change(self, sender, recipients, data):
        """A content filter that adds a field and changes the body, as anti-virus programs do."""
        return sender, recipients, b"X-Virus-Scanned: by filter.test\r\n" + data + b"Scanned.\r\n"

    def put(self, config, mode="enforce", more=""):
        """A guard, a Postfix with a content filter behind its queue, and that filter; it puts mail back at a port of its own."""
        guard = self.guard(mode=mode, config=config)
        scanner = SmtpFilter(self.change)
        self.addCleanup(scanner.stop)
        back = free_port()
        services = (f"127.0.0.1:{back} inet n - n - - smtpd\n  -o content_filter=\n  -o milter_macro_daemon_name=reinject\n"
                    f"scan unix - - n - - smtp\n  -o disable_mime_output_conversion=yes\n")
        postfix = mail_server(guard, "tempfail" if mode == "enforce" else "accept", more=f"content_filter = scan:[127.0.0.1]:{scanner.port}\n{more}",
                              master=services)
        self.addCleanup(postfix.stop)
        scanner.to(back)
        return guard, postfix, scanner

    def once(self, text):
        """What was found out the first time stands there, once, and nothing else of ours."""
        self.assertEqual(len(re.findall(r"(?m)^Authentication-Results: guard\.test;", text)), 1, text)
        self.assertRegex(text, r"(?s)Authentication-Results: guard\.test;.*spf=pass.*dmarc=pass")
        self.assertEqual(len(re.findall(r"(?m)^X-Rampart-Id: ", text)), 1)
        self.assertNotIn("DKIM-Signature", text)

    def from_stranger(self, guard, before, seconds=20):
        """The stranger's event behind the first `before`: what was put back before may be told later."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for event in guard.events()[before:]:
                if event["client"] == STRANGER:
                    return event
            time.sleep(0.02)
        self.fail(f"no event of {STRANGER} came")

    def test_by_a_content_filter(self):
        reports = self.folder / "reports"
        rules = f'reports = "{reports}"\ntrusted_networks = ["127.0.0.1", "203.0.113.0/24"]\ndaemon_roles = ["reinject=local"]'
        guard, postfix, scanner = self.put(self.tell(rules))
        with self.subTest("judged once, marked, and known when it comes back"):
            name, text = mail()
            self.assertEqual(send(postfix, OURS, "news@bank.example", TO, text)[0], 250)
            got = self.got(postfix, name)
            self.once(got)
            self.assertIn("Scanned.", got)
            first, second = self.events(guard, name, 2)
            self.assertEqual((first["role"], second["role"]), ("inbound", "local"))
            self.assertEqual([cause["code"] for cause in second["causes"]], ["came-back"])
            self.assertIn(first["id"], second["causes"][0]["text"])
            self.assertEqual(second["results"], "")
            self.assertIn(f"X-Rampart-Id: {first['id']}", got)
            self.told(guard, name)
            self.assertIn("came-back: it was let through before", self.trace(guard, name).out)
        copied = re.search(r"X-Rampart-Seen: [^\n]*(?:\n[ \t][^\n]*)*\n", got).group(0).replace("\n", "\r\n")
        with self.subTest("a filter on another machine, which is none of ours"):
            scanner.to(scanner.next_port, FILTER)
            name, text = mail()
            self.assertEqual(send(postfix, OURS, "news@bank.example", TO, text)[0], 250)
            self.once(self.got(postfix, name))
            self.assertEqual([event["role"] for event in self.events(guard, name, 2)], ["inbound", "local"])
            self.assertEqual(scanner.answers[-1][0], 250, scanner.answers)
        with self.subTest("one of a trusted network that puts it back at the usual port: not signed"):
            before = (scanner.next_port, FILTER)
            scanner.change = lambda sender, recipients, data: "250 2.0.0 swallowed" if b"X-Virus-Scanned" in data else self.change(sender, recipients, data)
            scanner.to(postfix.port, PRINTER)
            name, text = mail()
            self.assertEqual(send(postfix, OURS, "news@bank.example", TO, text)[0], 250)
            second = self.events(guard, name, 2)[1]
            self.assertEqual((second["role"], second["client"], second["signed_by"]), ("local", PRINTER, []))
            scanner.change = self.change
            scanner.to(*before)
        with self.subTest("a stranger who has the mark of a message: it counts for nothing, and is gone"):
            for fields in (copied, copied.replace("sig=", "sig=0"), copied + copied, "X-Rampart-Seen: v=1\r\n"):
                spoof, before = copied_headers(got, fields), len(guard.events())
                code, answer = send(postfix, STRANGER, "news@bank.example", ["b@else.example"], spoof)
                self.assertEqual(code, 550, answer)
                self.assertEqual(self.from_stranger(guard, before)["causes"][0]["code"], "mark-refused")
            spoof, before = copied_headers(got, copied).replace("bank.example", "shop.example"), len(guard.events())
            self.assertEqual(send(postfix, STRANGER, "news@shop.example", TO, spoof)[0], 250)
            self.assertEqual(self.from_stranger(guard, before)["answered"], "quarantine")
            name, text = mail(fields=copied)
            self.assertEqual(send(postfix, OURS, "news@bank.example", TO, text)[0], 250)
            self.assertEqual(self.got(postfix, name).count("X-Rampart-Seen"), 1, "ours in the place of his")
        with self.subTest("what is kept comes no second time"):
            name, text = mail("shop.example")
            self.assertEqual(send(postfix, STRANGER, "news@shop.example", TO, text)[0], 250)
            self.events(guard, name, 1)
            self.assertEqual(guard.kept().count(name), 1)
        with self.subTest("a bounce from outside, with the null sender"):
            name = "<bounce1@open.example>"
            text = f"From: MAILER-DAEMON@open.example\r\nTo: a@else.example\r\nDate: Fri, 27 Nov 2026 10:00:00 +0000\r\nSubject: undelivered\r\nMessage-ID: {name}\r\n\r\nNo.\r\n"
            self.assertEqual(send(postfix, STRANGER, "", TO, text)[0], 250)
            self.got(postfix, name)
            self.assertEqual([event["role"] for event in self.events(guard, name, 2)], ["inbound", "local"])
        with self.subTest("what a machine of ours writes is signed once, before the filter"):
            name, text = mail()
            self.assertEqual(send(postfix, PRINTER, "news@bank.example", TO, text)[0], 250)
            self.assertEqual(self.got(postfix, name).count("DKIM-Signature:"), 1)
            self.assertEqual([event["signed_by"] for event in self.events(guard, name, 2)], [["s1._domainkey.bank.example"], []])
        with self.subTest("no message is reported twice"):
            guard.process.send_signal(signal.SIGTERM)
            self.assertEqual(guard.process.wait(30), 0)
            lines = [json.loads(line) for path in reports.glob("results/*.jsonl") for line in path.read_text().splitlines()]
            self.assertEqual(len(lines), len([event for event in guard.events() if event["role"] == "inbound"]))
            guard.start()

    def test_by_a_content_filter_of_a_monitor(self):
        """A monitor marks nothing, as it changes nothing: put back from this machine, mail is held to nothing; from another, it is looked at again."""
        guard, postfix, scanner = self.put(self.tell(), mode="monitor")
        name, text = mail()
        self.assertEqual(send(postfix, OURS, "news@bank.example", TO, text)[0], 250)
        self.assertNotIn("X-Rampart", self.got(postfix, name))
        self.assertEqual([event["role"] for event in self.events(guard, name, 2)], ["inbound", "local"])
        scanner.to(scanner.next_port, FILTER)
        name, text = mail()
        self.assertEqual(send(postfix, OURS, "news@bank.example", TO, text)[0], 250)
        self.got(postfix, name)
        second = self.events(guard, name, 2)[1]
        self.assertEqual((second["role"], second["asked"], second["answered"]), ("inbound", "reject", "accept"))

    def test_by_a_list_manager(self):
        """It sends what came to the list to its members, from its own address, with a footer, and with a List-Id."""
        def post(sender, recipients, data):
            head, _, body = data.partition(b"\r\n\r\n")
            head = head.replace(b"Subject: ", b"Subject: [l] ") + b"\r\nList-Id: <l.lists.example>\r\nPrecedence: list"
            return "l-bounces@lists.example", ["a@else.example", "b@else.example"], head + b"\r\n\r\n" + body + FOOTER

        transport = self.dir / "transport-lists"
        guard = self.guard(config=self.tell('trusted_networks = ["127.0.0.1", "203.0.113.0/24"]'))
        manager = SmtpFilter(post)
        self.addCleanup(manager.stop)
        transport.write_text(f"lists.example smtp:[127.0.0.1]:{manager.port}\n")
        transport.chmod(0o644)
        self.dir.chmod(0o755)
        postfix = mail_server(guard, more=f"transport_maps = texthash:{transport}\n", master=SMTP)
        self.addCleanup(postfix.stop)
        for address in (None, PRINTER):
            with self.subTest("on this machine" if address is None else "on another machine of a trusted network"):
                manager.to(postfix.port, address)
                name, text = mail()
                self.assertEqual(send(postfix, OURS, "news@bank.example", ["l@lists.example"], text)[0], 250)
                second = self.events(guard, name, 2)[1]
                self.assertEqual((second["role"], second["mail_from"], second["signed_by"], second["asked"]), ("local", "l-bounces@lists.example", [], "accept"))
                self.assertEqual(second["causes"][0]["code"], "came-back")
                got = self.delivered(postfix, name, 20)
                self.assertIn("Subject: [l] rates", got)
                self.assertIn("list footer", got)
                self.assertRegex(got, r"(?s)Authentication-Results: guard\.test;.*dmarc=pass")
                self.assertNotIn("DKIM-Signature", got, "a member of the list did not write it")
                members, deadline = set(), time.monotonic() + 20
                while len(members) < 2 and time.monotonic() < deadline:
                    members = {to for to, text in postfix.messages(0, 0) if name.encode() in text}
                    time.sleep(0.05)
                self.assertEqual(members, {"a@else.example", "b@else.example"})
        with self.subTest("a spoof to the list does not get there"):
            before = len(manager.answers)
            self.assertEqual(send(postfix, STRANGER, "news@bank.example", ["l@lists.example"], mail()[1])[0], 550)
            self.assertEqual(len(manager.answers), before)
        with self.subTest("by a stranger's list that has a copy: held to policy as ever"):
            manager.to(postfix.port, STRANGER)
            name, text = mail()
            self.assertEqual(send(postfix, OURS, "news@bank.example", ["l@lists.example"], text)[0], 250)
            second = self.events(guard, name, 2)[1]
            self.assertEqual((second["role"], second["answered"], second["causes"][0]["code"]), ("inbound", "quarantine", "mark-refused"))

    def test_by_the_secondary_mx_with_a_mark_that_was_copied(self):
        guard, primary = self.both(config=self.tell('trusted_relays = ["127.0.0.1"]'))
        nothing = guard.dir / "none"
        nothing.touch()
        second = Postfix(nothing, main=f"myhostname = mx2.else.example\nsmtpd_tls_security_level = none\nsmtpd_authorized_xclient_hosts = 127.0.0.0/8\n"
                                       f"virtual_mailbox_domains =\nrelay_domains = else.example\nsmtpd_relay_restrictions = permit_auth_destination, reject\n"
                                       f"transport_maps = inline:{{ else.example=smtp:[127.0.0.1]:{primary.port} }}\n", master=SMTP)
        self.addCleanup(second.stop)
        name, text = mail()
        self.assertEqual(send(second, OURS, "news@bank.example", TO, text)[0], 250)
        got = self.delivered(primary, name, 20)
        copied = re.search(r"X-Rampart-Seen: [^\n]*(?:\n[ \t][^\n]*)*\n", got).group(0).replace("\n", "\r\n")
        self.assertEqual(send(second, STRANGER, "news@bank.example", TO, copied + text)[0], 250, "the secondary takes what comes")
        again = self.events(guard, name, 2, 20)[1]
        self.assertEqual((again["role"], again["answered"]), ("relayed", "reject"))
        self.assertEqual(again["causes"][0]["code"], "mark-refused")

    def test_bounces_that_this_machine_makes(self):
        guard = self.guard(config=self.tell())
        gone = SmtpFilter(lambda *_: "550 5.1.1 nobody is there")
        self.addCleanup(gone.stop)
        postfix = mail_server(guard, more=f"non_smtpd_milters = $smtpd_milters\ninternal_mail_filter_classes = bounce\n"
                                          f"transport_maps = inline:{{ gone.example=smtp:[127.0.0.1]:{gone.port} }}\n", master=SMTP)
        self.addCleanup(postfix.stop)
        name, text = mail()
        self.assertEqual(send(postfix, OURS, "news@bank.example", ["x@gone.example"], text)[0], 250)
        deadline = time.monotonic() + 20
        while not (bounces := [event for event in guard.events() if event["mail_from"] == ""]) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual([(event["role"], event["signed_by"], event["answered"]) for event in bounces], [("local", [], "accept")])
        deadline = time.monotonic() + 10
        while not (got := [text for to, text in postfix.messages(0, 0) if to == "news@bank.example"]) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertIn(b"nobody is there", got[0])


def copied_headers(got, fields):
    """Another body behind the author, date and id of a message that was delivered, with fields on top."""
    name = re.search(r"(?m)^Message-ID: (.*)$", got).group(1)
    return fields + mail()[1].replace(re.search(r"(?m)^Message-ID: (.*)\r$", mail()[1]).group(1), name).replace("The rates", "Send money")


class ServiceTest(RolesCase):
    """Two ports of one Postfix, as submission and smtp are."""

    def test_a_service_by_its_name_and_a_listener(self):
        sasl = SaslServer({"alice": "secret"})
        self.addCleanup(sasl.stop)
        other = f"inet:127.0.0.1:{free_port()}"
        first = f"inet:127.0.0.1:{free_port()}"
        rules = f'listen = ["{first}", "{other} role=submission"]\ndaemon_roles = ["ORIGINATING=submission", "smtpd=inbound"]'
        guard = self.guard(config=self.tell(rules), listen=first)
        # --listen of the tests' guard is one alone.
        guard.kill9()
        at = guard.command.index("--listen")
        del guard.command[at:at + 2]
        guard.start()
        ports = {"ORIGINATING": free_port(), "listener": free_port(), "smtpd": free_port()}
        login = f"  -o smtpd_sasl_auth_enable=yes\n  -o smtpd_sasl_type=dovecot\n  -o smtpd_sasl_path=inet:127.0.0.1:{sasl.port}\n"
        services = (f"127.0.0.1:{ports['ORIGINATING']} inet n - n - - smtpd\n  -o milter_macro_daemon_name=ORIGINATING\n{login}"
                    f"127.0.0.1:{ports['listener']} inet n - n - - smtpd\n  -o smtpd_milters={{{other},default_action=tempfail}}\n{login}"
                    f"127.0.0.1:{ports['smtpd']} inet n - n - - smtpd\n  -o milter_macro_daemon_name=smtpd\n{login}")
        postfix = mail_server(guard, master=services)
        self.addCleanup(postfix.stop)

        def give(port, address=HOME, user=None):
            name, text = mail()
            client = Client(Port(ports.get(port, postfix.port)), address, helo="laptop.home")
            try:
                if user:
                    client.smtp.login(user, "secret")
                code, answer = client.send("news@bank.example", TO, text)
            finally:
                client.quit()
            event = self.events(guard, name, 1)[0]
            if code == 250:
                self.assertEqual("DKIM-Signature" in self.delivered(postfix, name), bool(event["signed_by"]))
            return code, event["role"], bool(event["signed_by"]), event["causes"][-1]

        for port in ("ORIGINATING", "listener"):
            with self.subTest(f"{port}: who logged in is signed for"):
                self.assertEqual(give(port, user="alice")[:3], (250, "submission", True))
            with self.subTest(f"{port}: whom Postfix lets in without a login is held to nothing, and never signed for"):
                code, role, signed, cause = give(port)
                self.assertEqual((code, role, signed, cause["code"]), (250, "submission", False, "not-signed"))
                self.assertIn("nobody logged in", cause["text"])
        with self.subTest("the usual port: a stranger is held to policy, and a user is one"):
            self.assertEqual(give("25")[:3], (550, "inbound", False))
        with self.subTest("a service that is for what comes from outside: a login changes nothing there"):
            self.assertEqual(give("smtpd", user="alice")[:3], (550, "inbound", False))
        with self.subTest("explain says so, and why"):
            self.assertIn("role submission why the mail server's service ORIGINATING is for submission (guard.daemon_roles); but nobody logged in",
                          self.explain(guard, "--ip", HOME, "--daemon-name", "ORIGINATING", "--from", "news@bank.example"))
            said = self.explain(guard, "--ip", HOME, "--daemon-name", "ORIGINATING", "--auth", "--from", "news@bank.example")
            self.assertIn("signed as bank.example with s1", said)
            run = rampart("guard", "explain", "--config", guard.config, "--ip", HOME, "--listener", other, "--format", "json")
            self.assertEqual(run.json()["role"], "submission", run.err)
            self.assertIn(f"the listener {other} is for submission", run.json()["why"])
            run = rampart("guard", "explain", "--config", guard.config, "--listener", f"{other} role=submission", "--format", "json")
            self.assertEqual(run.json()["role"], "submission", run.err)
            for words, said in ((("--listener", "inet:127.0.0.1:1 role=local"), '"inet:127.0.0.1:1 role=local" is no place of guard.listen'),
                                (("--listener", f"{other} role=local"), "has another role"), (("--user", "a", "--from", "garbage"), '--from: "garbage" is no address')):
                run = rampart("guard", "explain", "--config", guard.config, *words)
                self.assertEqual(run.status, 2)
                self.assertIn(said, run.err)
            run = rampart("guard", "explain", "--config", guard.config, "--daemon-name", "nobody")
            self.assertEqual(run.status, 0)
            self.assertIn("no entry of guard.daemon_roles has the name nobody", run.err)
        with self.subTest("setup and doctor know of them"):
            run = rampart("guard", "setup", "postfix", "--config", guard.config)
            self.assertIn("# postconf -P 'submission/inet/milter_macro_daemon_name=ORIGINATING'", run.out, run.err)
            self.assertIn(f"# postconf -P 'submission/inet/smtpd_milters={{{other},default_action=accept,", run.out)
            self.assertIn("# postconf -PX 'submission/inet/smtpd_milters'\npostfix reload", run.out)
            self.assertIn(f"postconf -e 'smtpd_milters = {{ {first}, ", run.out)
            doctor = lambda: rampart("doctor", "--config", guard.config, "--mode", "enforce", "--quarantine", guard.quarantine, "--postfix-config", postfix.dir / "conf").out
            self.assertIn(f"ok      ORIGINATING is for submission: 127.0.0.1:{ports['ORIGINATING']}/inet", doctor())
            self.assertIn(f"ok      {other} is for submission: 127.0.0.1:{ports['listener']}/inet", doctor())
            self.assertRegex(doctor(), r"FAILED  users log in at 127\.0\.0\.1:\d+/inet, and smtpd holds them to policy")
            subprocess.run(["/usr/sbin/postconf", "-c", postfix.dir / "conf", "-PX", f"127.0.0.1:{ports['ORIGINATING']}/inet/milter_macro_daemon_name"], check=True)
            self.assertIn("FAILED  ORIGINATING is for submission, but no service of master.cf goes by that name", doctor())
        with self.subTest("SIGHUP: a role counts from then on"):
            guard.reload(self.tell(f'listen = ["{first}", "{other} role=inbound"]'), "read again")
            self.assertNotIn("counts from the next start", guard.said())
            self.assertIn(f"{other} is for inbound; it was for submission", guard.said())
            self.assertIn(f"{other} (submission)", guard.said(), "as it began")
            self.assertEqual(give("listener", user="alice")[:3], (550, "inbound", False))
            self.assertEqual(give("ORIGINATING", user="alice")[:3], (250, "submission", True))
            self.assertEqual(give("ORIGINATING")[:3], (550, "inbound", False))

    def test_a_role_that_is_none_is_told_before_anything_begins(self):
        config = self.folder / "wrong.toml"
        for line, said in (('daemon_roles = ["ORIGINATING"]', "NAME=ROLE"), ('daemon_roles = ["a=gateway"]', "no role to give"),
                           ('listen = ["inet:127.0.0.1:8891 role=relayed"]', "no role to give"), ('daemon_roles = ["a=local", "A=inbound"]', f"{config}:2: guard.daemon_roles names A twice"),
                           ('listen = ["inet:127.0.0.1:8891", "inet:127.0.0.1:8891 role=local"]', f"{config}:2: guard.listen names inet:127.0.0.1:8891 twice"),
                           ('authserv_id = "guard.test"\ntrusted_milters = ["guard.test"]', f"{config}:3: guard.trusted_milters names guard.test, which is")):
            config.write_text(f"[guard]\n{line}\n")
            for command in (("guard",), ("config", "check"), ("doctor",), ("guard", "explain"), ("guard", "setup", "postfix")):
                run = rampart(*command, config) if command == ("config", "check") else rampart(*command, "--config", config)
                self.assertEqual(run.status, 2, (command, line))
                self.assertIn(said, run.err)


class Port:
    """A port of a Postfix, for Client."""

    def __init__(self, port):
        self.port = port


if __name__ == "__main__":
    unittest.main()
