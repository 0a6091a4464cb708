"""rampart fix apply and fix undo against Knot, which takes updates that a TSIG key signs: what is published, what is held back, what
the server then holds, and the way back."""

import json
import os
import pathlib
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import time
import unittest

from rampart_run import PROGRAM, SOURCE, rampart
from servers import Knot, Nsd, own_address

SOA = "@ 3600 IN SOA ns host 1 3600 600 86400 60\n"
ZONES = {
    "bank.example": """\
@ 3600 IN NS ns
ns 3600 IN A {address}
@ 600 IN TXT "v=spf1 mx ip4:192.0.2.0/28 ~all"
@ 600 IN TXT "site-verification=a token of somebody else"
@ 3600 IN MX 10 mail
mail 3600 IN A 192.0.2.25
s1._domainkey 3600 IN TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
""",
    "quiet.example": """\
@ 3600 IN NS ns.bank.example.
@ 3600 IN A 192.0.2.80
@ 3600 IN TXT "v=spf1 ?all"
""",
    "parent.example": """\
@ 3600 IN NS ns.bank.example.
@ 3600 IN MX 10 mail.bank.example.
@ 3600 IN TXT "v=spf1 ip4:192.0.2.0/28 -all"
_dmarc 3600 IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc@parent.example"
shop 3600 IN MX 10 mail.bank.example.
shop 3600 IN TXT "v=spf1 ip4:192.0.2.0/28 -all"
""",
    "alias.example": """\
@ 3600 IN NS ns.bank.example.
@ 3600 IN MX 10 mail.bank.example.
@ 3600 IN TXT "v=spf1 ip4:192.0.2.0/28 -all"
""",
}


class FixApplyTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        address = own_address(53)
        zones = self.dir / "zones"
        zones.mkdir()
        for origin, text in ZONES.items():
            (zones / f"{origin}.zone").write_text(f"$ORIGIN {origin}.\n" + SOA + text.format(address=address))
        self.server = Knot(zones, updates=True, host=address, port=53)
        self.addCleanup(self.server.stop)

    def apply(self, domain, *arguments, yes=True, resolver=None, key=None, server=None, wait="5s"):
        return rampart("fix", "apply", domain, "--resolver", resolver or self.server.address, "--server", server or self.server.address,
                       "--key", key or self.server.key, "--wait", wait, *(["--yes"] if yes else []), *arguments, XDG_DATA_HOME=self.dir / "data")

    def undo(self, path, *arguments):
        key = [] if "--key" in arguments else ["--key", self.server.key]
        wait = [] if "--wait" in arguments else ["--wait", "5s"]
        return rampart("fix", "undo", path, "--resolver", self.server.address, *key, "--yes", *wait, *arguments,
                       XDG_DATA_HOME=self.dir / "data")

    def audit(self, domain):
        run = rampart("audit", domain, "--resolver", self.server.address, "--format", "json")
        report = run.json()["domains"][0]
        return report["weaknesses"], report

    def rollback(self):
        return max((self.dir / "data" / "rampart" / "rollback").iterdir(), key=lambda p: p.stat().st_mtime_ns)

    def test_what_loses_no_mail_is_published_and_taken_back(self):
        before = self.server.dump("bank.example")
        found, _ = self.audit("bank.example")
        self.assertIn("WK-3", found)
        self.assertIn("WK-6", found)
        run = self.apply("bank.example", "--report-to", "dmarc@bank.example")
        self.assertEqual(run.status, 0, run.err + run.out)
        self.assertIn('+ _dmarc.bank.example. 3600 IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@bank.example"', run.out)
        self.assertIn("held back: ", run.out)
        self.assertIn(f"visible at ns.bank.example ({self.server.address})", run.out)
        found, report = self.audit("bank.example")
        self.assertIn("WK-4", found)
        self.assertNotIn("WK-3", found)
        self.assertIn("WK-6", found)
        self.assertTrue(any("~all" in line for line in self.server.dump("bank.example")))
        self.assertIn(f"from F (spoofable) to {report['grade']} (spoofable)", run.out)
        again = self.apply("bank.example", "--report-to", "dmarc@bank.example")
        self.assertEqual((again.status, "Nothing to publish." in again.out), (0, True), again.out + again.err)
        path = self.rollback()
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        self.assertTrue(all(update["done"] for update in json.loads(path.read_text())["updates"]))
        back = self.undo(path)
        self.assertEqual(back.status, 0, back.err + back.out)
        self.assertEqual(self.server.dump("bank.example"), before)
        nothing = self.undo(path)
        self.assertEqual((nothing.status, nothing.out), (0, "Everything is as it was before: nothing to undo.\n"))

    def test_an_accepted_risk_goes_to_the_top_and_back(self):
        before = self.server.dump("bank.example")
        run = self.apply("bank.example", "--report-to", "dmarc@bank.example", "--accept-risk", "everything passes since March")
        self.assertEqual(run.status, 0, run.err + run.out)
        found, report = self.audit("bank.example")
        self.assertNotIn("WK-6", found)
        self.assertEqual(report["status"], "protected")
        dump = self.server.dump("bank.example")
        self.assertTrue(any("-all" in line and line.split()[0] == "600" or " 600 " in f" {line} " and "-all" in line for line in dump), dump)
        self.assertTrue(any("a token of somebody else" in line for line in dump))
        kept = json.loads(self.rollback().read_text())
        self.assertEqual(kept["accepted_risk"]["reason"], "everything passes since March")
        self.server.edit("bank.example", "set bank.example. 600 TXT \"came-later=1\"")
        back = self.undo(self.rollback())
        self.assertEqual(back.status, 0, back.err + back.out)
        after = self.server.dump("bank.example")
        self.assertEqual([line for line in after if "came-later" not in line], before)
        self.assertTrue(any("came-later" in line for line in after))

    def test_a_domain_that_sends_nothing_is_protected_at_once(self):
        before = self.server.dump("quiet.example")
        run = self.apply("quiet.example", "--sends", "no", "--parked")
        self.assertEqual(run.status, 0, run.err + run.out)
        _, report = self.audit("quiet.example")
        self.assertEqual(report["status"], "protected")
        self.assertTrue(any(line.endswith("MX 0 .") for line in self.server.dump("quiet.example")))
        self.assertEqual(self.undo(self.rollback()).status, 0)
        self.assertEqual(self.server.dump("quiet.example"), before)

    def test_a_signed_zone(self):
        signed = Knot(self.dir / "zones", updates=True, signed=True, host=own_address(53), port=53)
        self.addCleanup(signed.stop)
        before = signed.dump("bank.example")
        run = self.apply("bank.example", "--report-to", "dmarc@bank.example", "--accept-risk", "all pass", resolver=signed.address,
                         server=signed.address, key=signed.key, wait="1s")
        self.assertIn("changed  _dmarc.bank.example TXT", run.out, run.err)
        self.assertEqual(run.status, 3)  # the zone's NS record names a server that did not get the change
        self.assertIn("not seen at ns.bank.example", run.out)
        self.assertNotEqual(signed.dump("bank.example"), before)
        back = self.undo(self.rollback(), "--key", signed.key, "--wait", "0s")
        self.assertEqual(signed.dump("bank.example"), before, back.err)

    def test_a_policy_above_none_is_not_taken_away(self):
        run = self.apply("shop.parent.example", "--report-to", "dmarc@parent.example", "--accept-risk", "x")
        self.assertEqual([line for line in self.server.dump("parent.example") if "p=none" in line], [], run.out)
        self.assertIn("RFC 9989 section 4.10.1", run.out.replace("\n      ", " "))

    def test_a_fix_that_fails_a_known_sender_is_held_back(self):
        senders = self.dir / "senders"
        senders.write_text("192.0.2.25\n198.51.100.7\n")
        plan = rampart("fix", "plan", "bank.example", "--resolver", self.server.address, "--report-to", "dmarc@bank.example", "--senders", senders)
        self.assertIn("1 of 2", plan.out)
        run = self.apply("bank.example", "--report-to", "dmarc@bank.example", "--senders", senders)
        self.assertEqual(run.status, 0, run.err)
        self.assertIn("it would fail mail of 198.51.100.7", run.out.replace("\n      ", " "))
        self.assertTrue(any("~all" in line for line in self.server.dump("bank.example")))

    def test_keys_that_the_server_does_not_take(self):
        wrong = self.dir / "wrong.key"
        Knot.write_key(wrong, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
        unknown = self.dir / "unknown.key"
        Knot.write_key(unknown, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", name="another")
        before = self.server.dump("bank.example")
        for key, word in ((wrong, "BADSIG"), (unknown, "BADKEY")):
            run = self.apply("bank.example", key=key)
            self.assertEqual(run.status, 3, run.out + run.err)
            self.assertIn(word, run.err)
            self.assertNotIn("AAAA", run.out + run.err)
        open_to_all = self.dir / "open.key"
        open_to_all.write_text(wrong.read_text())
        open_to_all.chmod(0o644)
        run = self.apply("bank.example", key=open_to_all)
        self.assertEqual(run.status, 2)
        self.assertIn("chmod 600", run.err)
        self.assertEqual(list((self.dir / "data" / "rampart" / "rollback").iterdir()), [])
        self.assertEqual(self.server.dump("bank.example"), before)

    def test_servers_that_do_not_keep_the_zone(self):
        other = Nsd(SOURCE / "examples" / "portfolio", root=False)
        self.addCleanup(other.stop)
        only = self.dir / "only"
        only.mkdir()
        (only / "else.example.zone").write_text("$ORIGIN else.example.\n" + SOA + "@ 3600 IN NS ns.bank.example.\n")
        other = Knot(only, updates=True, root=False)
        self.addCleanup(other.stop)
        run = self.apply("bank.example", server=other.address)
        self.assertEqual(run.status, 3, run.out)
        self.assertIn("keeps no zone that holds bank.example", run.err)
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            run = self.apply("bank.example", server=f"127.0.0.1:{closed.getsockname()[1]}")
        self.assertEqual(run.status, 3)
        self.assertIn("cannot be reached", run.err)
        read_only = Nsd(self.dir / "zones")
        self.addCleanup(read_only.stop)
        run = self.apply("bank.example", server=read_only.address)
        self.assertEqual(run.status, 3, run.out + run.err)

    def test_a_zone_edited_since_the_resolver_saw_it(self):
        stale = Nsd(self.dir / "zones")  # what a cache would say
        self.addCleanup(stale.stop)
        self.server.edit("bank.example", "set _dmarc.bank.example. 3600 TXT \"v=DMARC1; p=quarantine\"")
        before = self.server.dump("bank.example")
        run = self.apply("bank.example", "--report-to", "dmarc@bank.example", resolver=stale.address)
        self.assertIn("the zone was edited meanwhile", run.out.replace("\n      ", " "))
        self.assertEqual([line for line in self.server.dump("bank.example") if line in before], before)
        self.assertFalse(any("p=none" in line for line in self.server.dump("bank.example")))

    def test_an_alias_put_there_since(self):
        stale = Nsd(self.dir / "zones")
        self.addCleanup(stale.stop)
        self.server.edit("alias.example", "set _dmarc.alias.example. 3600 CNAME elsewhere.alias.example.")
        before = self.server.dump("alias.example")
        run = self.apply("alias.example", "--report-to", "dmarc@alias.example", resolver=stale.address)
        self.assertIn("_dmarc.alias.example is an alias now", run.out.replace("\n      ", " "))
        self.assertEqual([line for line in self.server.dump("alias.example") if "_dmarc" in line],
                         [line for line in before if "_dmarc" in line])

    def test_nothing_happens_unasked(self):
        before = self.server.dump("bank.example")
        run = self.apply("bank.example", "--report-to", "dmarc@bank.example", yes=False)
        self.assertEqual(run.status, 2)
        self.assertIn("--yes", run.err)
        run = self.apply("bank.example", "--dry-run", yes=False)
        self.assertEqual(run.status, 0)
        self.assertIn("Nothing was published", run.out)
        run = self.apply("bank.example", "--accept-risk", " ")
        self.assertEqual(run.status, 2)
        blocked = self.dir / "there"
        blocked.write_text("mine")
        run = self.apply("bank.example", "--rollback", blocked)
        self.assertEqual(run.status, 2, run.err)
        self.assertEqual(blocked.read_text(), "mine")
        run = self.apply("bank.example", "--rollback", self.dir / "no" / "folder")
        self.assertEqual(run.status, 2, run.err)
        self.assertEqual(self.server.dump("bank.example"), before)

    def test_an_undo_file_of_strangers_is_refused(self):
        path = self.dir / "odd.json"
        for text in ("", "{}", '{"schema": "rampart.rollback/1"}', '{"schema":"rampart.rollback/1","domain":"bank.example","server":"x"}'):
            path.write_text(text)
            run = self.undo(path)
            self.assertEqual(run.status, 2, run.err)
        self.assertEqual(self.undo(self.dir / "nowhere").status, 2)

    def test_interrupted_between_two_updates(self):
        """The server stops answering after the first update; what was made is taken back."""
        before = self.server.dump("bank.example")
        gate = Gate(self.server.address, pass_updates=1)
        self.addCleanup(gate.close)
        process = subprocess.Popen(
            [PROGRAM, "fix", "apply", "bank.example", "--resolver", self.server.address, "--server", gate.address, "--key", self.server.key,
             "--yes", "--report-to", "dmarc@bank.example"], cwd=SOURCE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "XDG_DATA_HOME": str(self.dir / "data")})
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.assertTrue(gate.held.wait(60))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, -signal.SIGINT, out + err)
        self.assertIn("rampart fix undo", err)
        self.assertNotEqual(self.server.dump("bank.example"), before)
        gate.open()
        time.sleep(0.2)  # what was held may still reach the server
        gate = Gate(self.server.address, pass_updates=0)
        self.addCleanup(gate.close)
        path = self.rollback()
        process = subprocess.Popen([PROGRAM, "fix", "undo", path, "--resolver", self.server.address, "--server", gate.address, "--key",
                                    self.server.key, "--yes"], cwd=SOURCE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.assertTrue(gate.held.wait(60))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, -signal.SIGINT)
        gate.open()
        time.sleep(0.2)
        for _ in range(3):  # what was held may reach the server in the middle of it, and it then does nothing
            back = self.undo(path, "--server", self.server.address)
            if back.status == 0:
                break
        self.assertEqual(back.status, 0, back.err)
        self.assertEqual(self.server.dump("bank.example"), before)


class Gate:
    """A TCP relay in front of a server that lets so many updates through, and holds the next one."""

    def __init__(self, target, pass_updates):
        host, port = target.rsplit(":", 1)
        self.target = (host, int(port))
        self.left = pass_updates
        self.held = threading.Event()
        self.opened = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client):
        with client, socket.create_connection(self.target) as server:
            query = self._message(client)
            if query and query[4] >> 3 & 15 == 5:
                self.left -= 1
                if self.left < 0:
                    self.held.set()
                    self.opened.wait(60)
            if query:
                server.sendall(query)
                reply = self._message(server)
                try:
                    client.sendall(reply)
                except OSError:
                    pass

    @staticmethod
    def _message(connection):
        data = b""
        while len(data) < 2 or len(data) < 2 + int.from_bytes(data[:2], "big"):
            piece = connection.recv(65536)
            if not piece:
                return b""
            data += piece
        return data

    def open(self):
        self.opened.set()

    def close(self):
        self.opened.set()
        self.listener.close()


if __name__ == "__main__":
    unittest.main()
