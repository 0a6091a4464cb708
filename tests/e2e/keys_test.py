"""rampart dkim rotate and its kin against two Knot servers, of which the second follows late: months of keys with mail under way,
runs that are killed, keys sealed at rest, a zone that others keep, and one that nobody can update."""

import datetime
import json
import os
import pathlib
import random
import signal
import stat
import subprocess
import tempfile
import threading
import time
import unittest

from guard_run import Client, Guard, mail_server
from rampart_run import PROGRAM, SOURCE, rampart
from servers import Knot, KnotFollower, own_address

LONG = bool(os.environ.get("RAMPART_LONG"))
START = datetime.datetime(2026, 12, 1, 4, 0, 0)
MAIL = "From: News <news@{domain}>\nTo: a@else.example\nSubject: rates\n\nThe rates are as they were.\n"
ZONE = """\
$ORIGIN {origin}.
$TTL 1
@ SOA ns1 host 1 3600 600 86400 1
@ NS ns1.bank.example.
@ NS ns2.bank.example.
{more}
"""
SERVERS = "ns1 A {first}\nns2 A {second}"
ALIASES = "rampart-ra._domainkey CNAME rampart-ra.shop.example.bank.example.\nrampart-rb._domainkey CNAME rampart-rb.shop.example.bank.example."


class KeysTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        zones = self.dir / "zones"
        zones.mkdir()
        first, second = own_address(53), own_address(53)
        (zones / "bank.example.zone").write_text(ZONE.format(origin="bank.example", more=SERVERS.format(first=first, second=second)))
        (zones / "shop.example.zone").write_text(ZONE.format(origin="shop.example", more=ALIASES))
        self.first = Knot(zones, updates=True, transfer=True, host=first, port=53)
        self.addCleanup(self.first.stop)
        self.second = KnotFollower(self.first, ["bank.example", "shop.example", "."], host=second, port=53)
        self.addCleanup(self.second.stop)
        self.now = START
        self.config = self.dir / "rampart.toml"
        self.config.write_text('[dkim]\nttl = "1s"\n')

    def words(self, *words, update=True):
        server = ["--server", self.first.address, "--key", self.first.key] if update else []
        return ["dkim", *map(str, words), "--config", str(self.config), "--keys", str(self.dir / "keys"), *map(str, server), "--resolver", self.first.address, "--allow-private", "--wait", "0s"]

    def environment(self):
        return {"RAMPART_CLOCK": self.now.strftime("%Y-%m-%dT%H:%M:%SZ"), "XDG_DATA_HOME": str(self.dir / "data")}

    def dkim(self, *words, update=True):
        return rampart(*self.words(*words, update=update), **self.environment())

    def keys(self, domain="bank.example"):
        run = rampart("dkim", "list", domain, "--format", "json", "--keys", self.dir / "keys")
        self.assertEqual(run.status, 0, run.err)
        return run.json()[0]["keys"]

    def phases(self, domain="bank.example"):
        return [key["phase"] for key in self.keys(domain)]

    def sign(self, domain="bank.example"):
        mail = self.dir / "mail.eml"
        mail.write_text(MAIL.format(domain=domain))
        run = rampart("dkim", "sign", mail, "--domain", domain, "--keys", self.dir / "keys")
        self.assertEqual(run.status, 0, run.err)
        self.assertIn("DKIM-Signature:", run.out)
        return run.out

    def verify(self, mail, server):
        run = rampart("dkim", "verify", "-", "--resolver", server.address, "--format", "json", stdin=mail)
        self.assertEqual(run.status, 0, run.out + run.err)

    def settle(self, *words, domain="bank.example"):
        """Runs until there is nothing to do now; the second server follows when it is waited for. How often something was waited for."""
        waited = 0
        for _ in range(12):
            run = self.dkim("rotate", domain, *words)
            words = tuple(word for word in words if word != "--now")
            if run.status == 0:
                due = run.out.rsplit("until ", 1)[1].strip()
                due = datetime.datetime.strptime(due, "%Y-%m-%dT%H:%M:%SZ")
                if due - self.now > datetime.timedelta(minutes=1):
                    return waited
                time.sleep(1.1)  # a TTL, as caches have it
                self.now = due
                continue
            self.assertEqual(run.status, 3, run.err)
            self.assertIn("waits: ns2.bank.example still serves the old", run.out, run.err)
            waited += 1
            self.second.refresh()
        self.fail("it does not come to an end")

    def months(self, domain, months, every):
        """Mail is signed at every step of time and looked at for five days, at either server."""
        under_way, switches, signer = [], 0, None
        for step in range(months * 30 // every):
            self.settle(domain=domain)
            signing = [key for key in self.keys(domain) if key["phase"] == "signing"]
            self.assertEqual(len(signing), 1)
            changed = signing[0]["public_key"] != signer
            switches += changed
            signer = signing[0]["public_key"]
            under_way.append((self.now, self.sign(domain)))
            under_way = [(sent, mail) for sent, mail in under_way if self.now - sent <= datetime.timedelta(days=5)]
            if changed or step % 5 == 0:
                for sent, mail in under_way:
                    self.verify(mail, self.first)
                    self.verify(mail, self.second)
            self.now += datetime.timedelta(days=every)
        return switches

    def test_months_of_keys(self):
        months, every = (12, 1) if LONG else (4, 2)
        self.assertGreaterEqual(self.months("bank.example", months, every), months)
        phases = self.phases()
        self.assertEqual((phases.count("signing"), phases[-1]), (1, "signing"))
        self.assertGreaterEqual(phases.count("retired"), months - 2)
        records = [line for line in self.first.dump("bank.example") if "DKIM1" in line]
        self.assertEqual(len(records), len(phases))
        self.assertEqual(sum(line.endswith('p="') for line in records), phases.count("retired"))
        key = self.dir / "keys" / "bank.example" / f"{self.keys()[-1]['file']}.pem"
        self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600)

    def test_a_delegated_domain(self):
        run = rampart(
            "dkim", "delegate", "shop.example", "--zone", "bank.example", "--keys", self.dir / "keys")
        self.assertEqual(run.status, 0, run.err)
        for line in ALIASES.splitlines():
            self.assertIn(line.split()[0] + ".shop.example. 3600 IN CNAME " + line.split()[2], run.out)
        before = self.first.dump("shop.example")
        self.assertGreaterEqual(self.months("shop.example", 12 if LONG else 3, 1 if LONG else 3), 3)
        self.assertEqual(self.first.dump("shop.example"), before)
        self.assertEqual({key["selector"] for key in self.keys("shop.example")}, {"rampart-ra", "rampart-rb"})

    def test_a_delegation_that_nobody_published(self):
        run = rampart("dkim", "delegate", "bank.example", "--zone", "shop.example", "--keys", self.dir / "keys")
        self.assertEqual(run.status, 0, run.err)
        for _ in range(3):
            run = self.dkim("rotate", "bank.example")
            self.second.refresh()
            self.assertEqual(run.status, 3, run.out)
            self.now += datetime.timedelta(days=1)
        self.assertIn("does not say that rampart-ra._domainkey.bank.example is an alias of", run.out)
        self.assertEqual(self.phases(), ["made"])
        alias = "rampart-ra._domainkey.bank.example. 1 CNAME rampart-ra.bank.example.shop.example."
        self.first.edit("bank.example", f"set {alias}")
        self.assertEqual(self.dkim("rotate", "bank.example").status, 3, "one server does not have it")
        self.second.refresh()
        self.settle()
        self.assertEqual(self.phases(), ["signing"])

    def test_a_record_that_goes_is_missed(self):
        self.dkim("rotate", "bank.example")
        self.second.refresh()
        self.assertEqual(self.dkim("rotate", "bank.example").status, 0)
        name = self.keys()[0]["selector"] + "._domainkey"
        self.assertEqual(self.phases(), ["published"])
        self.first.edit("bank.example", f"unset {name} TXT")
        self.second.refresh()
        self.now += datetime.timedelta(days=1)
        run = self.dkim("rotate", "bank.example")
        self.assertEqual(run.status, 3, "the second server is behind")
        self.assertEqual(self.phases(), ["published"], "what nobody can look up does not sign")
        self.settle()
        self.assertEqual(self.phases(), ["signing"])
        self.first.edit("bank.example", f"unset {name} TXT")
        self.second.refresh()
        run = self.dkim("rotate", "bank.example")
        self.assertEqual(run.status, 3, run.out)
        self.assertIn("whose record was gone while it signs", run.out)
        self.second.refresh()
        self.assertEqual(self.dkim("rotate", "bank.example").status, 0)

    def test_a_wildcard_is_no_record_of_the_name(self):
        self.first.edit("bank.example", 'set *._domainkey 1 TXT "v=DKIM1; p="')
        self.second.refresh()
        self.settle()
        self.verify(self.sign(), self.second)
        # What the wildcard says of a key that is revoked is enough.
        self.settle("--now")
        self.now += datetime.timedelta(days=9)
        self.settle()
        self.assertEqual(self.phases(), ["retired", "signing"])

    def test_two_folders_that_rotate_one_domain(self):
        self.settle()
        mine = self.sign()
        keys = self.dir / "keys"
        keys.rename(self.dir / "other")
        self.settle()  # on the same day: the name of that day is taken
        self.verify(mine, self.first)
        self.verify(self.sign(), self.first)
        self.assertEqual([key["selector"][-2:] for key in self.keys()], ["01", "-2"])
        self.assertEqual(self.phases(), ["retired", "signing"])

    def test_a_clock_that_went_back(self):
        self.settle()
        self.now -= datetime.timedelta(days=400)
        run = self.dkim("rotate", "bank.example")
        self.assertEqual(run.status, 3)
        self.assertIn("set the clock", run.err)
        run = rampart(*self.words("rotate", "bank.example"), RAMPART_CLOCK="2027-01-01")
        self.assertEqual(run.status, 2)
        self.assertIn("is no time", run.err)

    def test_one_domain_in_disorder_keeps_no_other_waiting(self):
        folder = self.dir / "keys" / "aaa.example"
        folder.mkdir(parents=True)
        for path in (folder.parent, folder):
            path.chmod(0o700)
        (folder / "keys.json").write_text("{}")
        run = self.dkim("rotate", "aaa.example", "bank.example")
        self.assertEqual(run.status, 3)
        self.assertIn("aaa.example/keys.json", run.err)
        self.assertEqual(self.phases(), ["made"])

    def test_a_private_key_that_is_gone_or_another_s(self):
        self.settle()
        key = self.dir / "keys" / "bank.example" / f"{self.keys()[0]['file']}.pem"
        text = key.read_text()
        rampart("dkim", "keygen", "shop.example", "--selector", "s1", "--key", self.dir / "other.pem")

        def gone():
            key.unlink()

        def laxer():
            key.chmod(0o644)

        def another():
            key.unlink()
            key.write_text((self.dir / "other.pem").read_text())
            key.chmod(0o600)

        for harm, said in ((gone, "cannot be read"), (laxer, "others may read"), (another, "another key than keys.json says")):
            harm()
            run = rampart("dkim", "list", "--keys", self.dir / "keys")
            self.assertEqual((run.status, said in run.err), (1, True), run.err)
            for command in ("rotate", "publish"):
                run = self.dkim(command, "bank.example")
                self.assertEqual((run.status, said in run.out + run.err), (3, True), run.out + run.err)
            key.unlink(missing_ok=True)
            key.write_text(text)
            key.chmod(0o600)
        self.assertEqual(self.dkim("rotate", "bank.example").status, 0)

    def test_a_key_that_waits_is_the_one_that_now_means(self):
        self.settle()
        self.assertEqual(self.dkim("rotate", "bank.example", "--now").status, 3, "the second server has it later")
        waiting = self.keys()[1]["selector"]
        run = self.dkim("rotate", "bank.example", "--now")
        self.assertIn(f"{waiting} waits already to sign, so no other is made", run.out)
        self.assertEqual(self.phases(), ["signing", "made"])
        self.second.refresh()
        self.assertEqual(self.dkim("rotate", "bank.example").status, 0)
        time.sleep(1.1)
        self.now += datetime.timedelta(minutes=1)
        run = self.dkim("rotate", "bank.example", "--now")
        self.assertEqual(run.status, 0, run.out + run.err)
        self.assertIn(f"{waiting} signs", run.out)
        self.assertEqual(self.phases(), ["leaving", "signing"], "and no third is made")

    def test_retired_and_then_delegated(self):
        self.settle()
        self.settle("--now")
        first, second = (key["selector"] for key in self.keys())
        # A key that signs is never retired: mail of the domain stops first, which nobody but its owner can say.
        path = self.dir / "keys" / "bank.example" / "keys.json"
        listed = json.loads(path.read_text())
        listed["keys"][1].update(phase="leaving", left=listed["keys"][1]["signing"])
        path.write_text(json.dumps(listed))
        delegate = ("dkim", "delegate", "bank.example", "--keys", self.dir / "keys", "--zone")
        run = rampart(*delegate, "keys.post.example")
        self.assertEqual(run.status, 2)
        self.assertIn("keys that are not retired, whose records stand at the domain itself", run.err)
        for selector in (first, second):
            self.dkim("retire", "bank.example", selector, "--yes")
            self.second.refresh()
            self.assertEqual(self.dkim("retire", "bank.example", selector, "--yes").status, 0)
        self.assertEqual(self.phases(), ["retired", "retired"])
        run = rampart(*delegate, "sub.bank.example")
        self.assertEqual(run.status, 2)
        self.assertIn("is a part of bank.example", run.err)
        self.assertEqual(rampart(*delegate, "keys.post.example").status, 0)
        run = rampart(*delegate, "shop.example")
        self.assertIn("it was delegated to keys.post.example until now", run.err)
        # What was revoked stays so, at the names where it stood.
        records = [line for line in self.first.dump("bank.example") if "DKIM1" in line]
        self.assertEqual(len(records), 2)
        self.assertTrue(all(line.endswith('p="') for line in records), records)

    def test_a_key_that_no_list_has(self):
        self.settle()
        (self.dir / "keys" / "bank.example" / "keys.json").unlink()
        run = self.dkim("rotate", "bank.example")
        self.assertEqual(run.status, 3)
        self.assertIn("that keys.json does not list", run.err)

    def test_killed_anywhere_it_goes_on(self):
        random.seed(1)
        mails = []
        for _ in range(60 if LONG else 12):
            process = subprocess.Popen([PROGRAM, *self.words("rotate", "bank.example", "--now")], cwd=SOURCE, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL, env={**os.environ, **self.environment()})
            time.sleep(random.uniform(0.02, 0.6))
            process.send_signal(signal.SIGKILL)
            process.wait()
            self.second.refresh()
            self.settle()
            self.assertEqual(self.phases().count("signing"), 1)
            mails = [(sent, mail) for sent, mail in [*mails, (self.now, self.sign())] if self.now - sent <= datetime.timedelta(days=5)]
            for _, mail in mails:
                self.verify(mail, self.first)
            self.now += datetime.timedelta(days=2)
        folder = self.dir / "keys" / "bank.example"
        self.assertEqual({path.stem for path in folder.glob("*.pem")} - {key["file"] for key in self.keys()}, set())
        self.assertEqual(list(folder.glob("*.new")), [])

    def test_beside_a_guard_that_signs(self):
        """Rotation switches to the next key while users send: nothing is restarted, and every message is signed, by the one or the other."""
        self.settle()
        guard = Guard(self.first, config=f'sign = true\ntrusted_networks = ["203.0.113.0/24"]\n[dkim]\nkeys = "{self.dir}/keys"')
        self.addCleanup(guard.stop)
        postfix = mail_server(guard)
        self.addCleanup(postfix.stop)
        stopped, answers = threading.Event(), []

        def users():
            client = Client(postfix, "203.0.113.20")
            while not stopped.is_set():
                text = MAIL.format(domain="bank.example").replace("Subject", f"Message-ID: <{len(answers)}@bank.example>\nSubject")
                answers.append(client.send("news@bank.example", ["a@else.example"], text.replace("\n", "\r\n"))[0])
                stopped.wait(0.05)
            client.quit()

        def signers(count):
            deadline = time.monotonic() + 20
            while len(guard.events()) < count and time.monotonic() < deadline:
                time.sleep(0.05)
            return [event["signed_by"] for event in guard.events()]

        names = lambda: [f"{key['selector']}._domainkey.bank.example" for key in self.keys() if key["phase"] == "signing"]
        old = names()
        sending = threading.Thread(target=users)
        sending.start()
        try:
            signers(3)
            self.settle("--now")
            new = names()
            self.assertNotEqual(old, new)
            signers(len(guard.events()) + 4)
        finally:
            stopped.set()
            sending.join()
        self.assertEqual(set(answers), {250})
        found = signers(len(answers))
        switch = found.index(new)
        self.assertEqual((found[:switch], found[switch:]), ([old] * switch, [new] * (len(found) - switch)), "no message without, and no way back")
        self.assertGreater(switch, 2)
        client = Client(postfix, "203.0.113.20")
        self.assertEqual(client.send("news@bank.example", ["a@else.example"], MAIL.format(domain="bank.example").replace("\n", "\r\n"))[0], 250)
        client.quit()
        self.assertEqual(signers(len(answers) + 1)[-1], new, "the next message")
        delivered = postfix.messages(len(answers) + 1, 30)
        self.assertEqual(len(delivered), len(answers) + 1)
        for _, text in (delivered[0], delivered[-1]):
            self.verify(text.decode(), self.first)
            self.verify(text.decode(), self.second)

    def test_sealed_at_rest(self):
        seal, other = self.dir / "seal", self.dir / "other"
        for path in (seal, other):
            run = subprocess.run(["bash", "-c", 'umask 077; head -c 32 /dev/urandom | base64 > "$1"', "-", path], check=True)
            self.assertEqual(run.returncode, 0)
        run = rampart("dkim", "keygen", "bank.example", "--keys", self.dir / "keys", "--seal-file", seal)
        self.assertEqual(run.status, 0, run.err)
        key = next((self.dir / "keys" / "bank.example").glob("*.pem"))
        self.assertTrue(key.read_text().startswith("rampart-sealed-1:"))
        self.assertNotIn("PRIVATE", key.read_text())
        self.settle("--seal-file", seal)
        mail = self.dir / "mail.eml"
        mail.write_text(MAIL.format(domain="bank.example"))
        sign = ["dkim", "sign", mail, "--domain", "bank.example", "--keys", self.dir / "keys"]
        self.verify(rampart(*sign, "--seal-file", seal).out, self.first)
        for words, said in (([], "no key file was named"), (["--seal-file", other], "another key file, or changed")):
            run = rampart(*sign, *words)
            self.assertEqual(run.status, 2)
            self.assertIn(said, run.err)
        seal.chmod(0o640)
        self.assertIn("others may read", rampart(*sign, "--seal-file", seal).err)
        other.write_text("short\n")
        self.assertIn("32 bytes in base64", rampart(*sign, "--seal-file", other).err)

    def test_a_zone_that_takes_no_updates(self):
        run = self.dkim("rotate", "bank.example", update=False)
        self.assertEqual(run.status, 3, run.err)
        line = next(line for line in run.out.splitlines() if " IN TXT " in line)
        self.assertIn("does not serve", run.out)
        name, record = line.split(" 1 IN TXT ")
        self.first.edit("bank.example", f"set {name} 1 TXT {record}")
        self.assertIn("does not serve", self.dkim("rotate", "bank.example", update=False).out)
        self.second.refresh()
        run = self.dkim("rotate", "bank.example", update=False)
        self.assertEqual(run.status, 0, run.out + run.err)
        self.now += datetime.timedelta(seconds=2)
        self.assertIn("signs", self.dkim("rotate", "bank.example", update=False).out)
        self.verify(self.sign(), self.second)

    def test_what_is_refused(self):
        self.settle()
        selector = self.keys()[0]["selector"]
        run = self.dkim("retire", "bank.example", selector, "--yes")
        self.assertEqual(run.status, 2)
        self.assertIn("rotate --now", run.err)
        self.settle("--now")
        self.assertEqual(self.phases(), ["leaving", "signing"])
        run = self.dkim("retire", "bank.example", selector)
        self.assertEqual(run.status, 2)
        self.assertIn("nobody is there to be asked", run.err)
        self.assertEqual(self.dkim("retire", "bank.example", selector, "--yes").status, 3, "the second server has it later")
        self.assertEqual(self.phases(), ["leaving", "signing"], "somebody may still use it")
        self.second.refresh()
        self.assertEqual(self.dkim("retire", "bank.example", selector, "--yes").status, 0)
        self.assertEqual(self.phases(), ["retired", "signing"])
        self.assertEqual(self.dkim("retire", "bank.example", "nobody", "--yes").status, 2)
        self.assertEqual(self.dkim("rotate").status, 2)
        self.assertIn("one label", self.dkim("rotate", "bank").err)
        self.assertIn("leave out the one or the other", self.dkim("rotate", "--all", "bank.example").err)
        run = rampart("dkim", "list", "--keys", self.dir / "nowhere")
        self.assertEqual((run.status, "there is no key folder" in run.err), (2, True), run.err)
        self.assertFalse((self.dir / "nowhere").exists())
        self.assertEqual(rampart("dkim", "delegate", "bank.example", "--zone", "shop.example", "--keys", self.dir / "keys").status, 2)
        (self.dir / "keys").chmod(0o755)
        run = self.dkim("rotate", "bank.example")
        self.assertEqual(run.status, 2)
        self.assertIn("others may read or write it (mode 0755)", run.err)
        (self.dir / "keys").chmod(0o700)
        path = self.dir / "keys" / "bank.example" / "keys.json"
        path.write_text(path.read_text().replace('"phase": "signing"', '"phase": "singing"', 1))
        run = self.dkim("rotate", "bank.example")
        self.assertIn("keys.json", run.err)
        self.assertNotEqual(run.status, 0)
        json.loads(path.read_text())


if __name__ == "__main__":
    unittest.main()
