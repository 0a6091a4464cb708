"""`rampart scan`: what the guard would do with a message, from zone files, a fact file and NSD, and by the local rules."""

import json
import pathlib
import tempfile
import unittest

import jsonschema

from rampart_run import SOURCE, rampart
from servers import Nsd

SCHEMA = json.loads((SOURCE / "docs" / "rampart.verdict-1.schema.json").read_text(encoding="utf-8"))
ZONE = """\
$ORIGIN bank.example.
@ 3600 IN SOA ns host 1 3600 600 86400 60
@ 3600 IN NS ns
ns 3600 IN A 127.0.0.1
@ 3600 IN TXT "v=spf1 ip4:192.0.2.1 -all"
_dmarc 3600 IN TXT "v=DMARC1; p=reject"
"""
MAIL = "From: News <news@bank.example>\nTo: a@else.example\nSubject: rates\n\nThe rates are as they were.\n"
GOOD = ("--ip", "192.0.2.1", "--mail-from", "news@bank.example")
FORGED = ("--ip", "198.51.100.9", "--mail-from", "news@bank.example")


class ScanTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.mail = self.dir / "mail.eml"
        self.mail.write_text(MAIL)
        self.zones = self.dir / "zones"
        self.zones.mkdir()
        (self.zones / "bank.example.zone").write_text(ZONE)
        self.config = self.dir / "rampart.toml"
        self.config.write_text("")

    def scan(self, *words, status=0, source=None):
        run = rampart("--config", self.config, "scan", self.mail, "--format", "json", *(source or ("--zone", self.zones)), *words)
        self.assertEqual(run.status, status, run.out + run.err)
        verdict = run.json()
        jsonschema.validators.validator_for(SCHEMA)(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(verdict)
        return verdict

    def rules(self, *lines):
        self.config.write_text("[guard]\n" + "\n".join(lines) + "\n")

    def test_what_is_authenticated_would_be_delivered(self):
        verdict = self.scan(*GOOD, "--helo", "mail.bank.example", "--rcpt", "<a@else.example>", "--rcpt", "b@else.example")
        self.assertEqual((verdict["action"], verdict["score"], verdict["signals"], verdict["causes"]), ("accept", 0, [], []))
        self.assertEqual([one["address"] for one in verdict["recipients"]], ["a@else.example", "b@else.example"])
        self.assertEqual(verdict["authentication"]["dmarc"]["result"], "pass")
        self.assertEqual(verdict["role"]["name"], "inbound")
        self.assertEqual(verdict["unchecked"], [])

    def test_a_blocked_sender_is_kept(self):
        block = self.dir / "block.txt"
        block.write_text("bank.example until=2999-12-31 reason=a test\n")
        self.rules(f'block_files = ["{block}"]')
        verdict = self.scan(*GOOD, status=1)
        self.assertEqual((verdict["action"], verdict["score"], verdict["signals"][0]["code"]), ("quarantine", 100, "blocked"))
        block.write_text("bank.example until=2020-12-31 reason=a test\n")
        self.scan(*GOOD)

    def test_recipients_differ_where_it_is_enforced_for_some(self):
        self.rules('enforce = ["to=else.example"]')
        verdict = self.scan(*FORGED, "--rcpt", "a@else.example", "--rcpt", "b@shop.example", status=1)
        self.assertEqual(verdict["action"], "reject", "what the policy asks for")
        self.assertEqual([one["action"] for one in verdict["recipients"]], ["quarantine", "accept"], "a milter rejects for all or nobody")

    def test_what_a_second_fact_speaks_against_would_be_rejected(self):
        verdict = self.scan(*FORGED, status=1)
        self.assertEqual(verdict["action"], "reject")
        self.assertGreaterEqual(verdict["score"], 80)
        self.assertEqual([one["code"] for one in verdict["causes"]], ["dmarc-reject", "second-fact-spf-hard-fail"])
        self.assertEqual((verdict["answer"]["code"], verdict["answer"]["enhanced"]), (550, "5.7.26"))
        self.assertEqual(verdict["signals"][0]["code"], "dmarc-fail-reject")

    def test_without_an_envelope_it_says_what_it_had_nothing_to_go_on(self):
        verdict = self.scan(status=1)
        self.assertEqual(verdict["action"], "quarantine", "nothing but the policy speaks for a reject")
        self.assertIn("SPF", verdict["unchecked"][0])
        self.assertIsNone(verdict["authentication"]["spf"])
        self.assertEqual(verdict["role"]["name"], "inbound")
        text = rampart("--config", self.config, "scan", "-", "--zone", self.zones, stdin=MAIL)
        self.assertEqual(text.status, 1)
        self.assertTrue(text.out.startswith("This message would be kept in quarantine: bank.example asks to reject"), text.out)
        self.assertRegex(text.out, r"Not seen +SPF")

    def test_a_user_is_held_to_nobodys_policy(self):
        verdict = self.scan(*FORGED, "--auth")
        self.assertEqual((verdict["action"], verdict["role"]["name"]), ("accept", "submission"))
        self.assertEqual(self.scan("--auth")["role"]["name"], "submission")

    def test_it_says_what_would_be_signed_and_by_whom(self):
        self.assertEqual(self.scan("--auth")["signing"], {"adds": "nothing", "keys": [], "no_keys": "", "owned": None})
        key, conf = self.dir / "key.pem", self.dir / "opendkim.conf"
        self.assertEqual(rampart("dkim", "keygen", "bank.example", "--selector", "s1", "--key", key).status, 0)
        conf.write_text(f"KeyTable {self.dir}/keytable\nSigningTable refile:{self.dir}/signing\n")
        (self.dir / "keytable").write_text(f"k1 bank.example:s1:{key}\n")
        (self.dir / "signing").write_text("*@bank.example k1\n")
        run = rampart("import", "opendkim", conf, "--keys", self.dir / "keys")
        self.assertEqual(run.status, 0, run.err)
        senders = self.dir / "senders.txt"
        senders.write_text("alice news@bank.example\n")
        rules = ("sign = true", f'senders_file = "{senders}"', 'daemon_roles = ["ORIGINATING=submission"]', 'relay_domains = ["else.example"]',
                 'arc_domain = "bank.example"', "[dkim]", f'keys = "{self.dir}/keys"')
        self.rules(*rules)
        ours = {"domain": "bank.example", "selector": "s1", "type": "rsa", "bits": 2048}
        self.assertEqual(self.scan("--auth")["signing"], {"adds": "signed", "keys": [ours], "no_keys": "", "owned": "unknown"})
        self.assertEqual(self.scan("--user", "alice")["signing"]["owned"], "yes")
        text = rampart("--config", self.config, "scan", self.mail, "--zone", self.zones, "--user", "alice")
        self.assertRegex(text.out, r"Signed +as bank\.example with s1 \(RSA, 2048 bits\)")
        with self.subTest("sealed for who is behind"):
            self.assertEqual(self.scan(*GOOD, "--rcpt", "a@else.example")["signing"]["adds"], "sealed")
            self.assertEqual(self.scan(*GOOD, "--rcpt", "a@other.example")["signing"]["adds"], "nothing")
            self.assertEqual(self.scan(*FORGED, "--rcpt", "a@else.example", status=1)["signing"]["adds"], "nothing", "who gets nothing gets no seal")
        with self.subTest("by nobody, and why"):
            self.mail.write_text(MAIL.replace("news@bank.example", "news@shop.example"))
            self.assertIn("no rule of the signing table", self.scan("--auth")["signing"]["no_keys"])
            self.mail.write_text(MAIL)
            (self.dir / "keys" / "bank.example" / "s1.pem").chmod(0o644)
            self.assertIn("others may read", self.scan("--auth")["signing"]["no_keys"])
            self.rules("sign = false", *rules[1:])
            self.assertEqual(self.scan("--auth")["signing"]["no_keys"], "guard.sign is false")

    def test_the_local_rules_count(self):
        self.rules('overrides = ["accept from=bank.example network=198.51.100.0/24 by=soc reason=their relay breaks signatures"]')
        verdict = self.scan(*FORGED)
        self.assertEqual(verdict["causes"][-1]["code"], "override")
        self.assertIn("their relay breaks signatures", verdict["sentence"])
        self.rules('trusted_networks = ["198.51.100.0/24"]')
        self.assertEqual(self.scan(*FORGED)["role"]["name"], "submission")
        self.rules('trusted_relays = ["198.51.100.9"]')
        self.mail.write_text("Received: from mail.bank.example (mail.bank.example [192.0.2.1]) by mx; Fri, 27 Nov 2026 08:00:00 +0000\n" + MAIL)
        verdict = self.scan(*FORGED)
        self.assertEqual((verdict["role"]["name"], verdict["authentication"]["envelope"]["ip"]), ("relayed", "192.0.2.1"))
        self.rules('trusted_networks = ["nonsense"]')
        run = rampart("--config", self.config, "scan", self.mail, "--zone", self.zones)
        self.assertEqual(run.status, 2)
        self.assertIn("trusted_networks", run.err)

    def test_it_takes_the_facts_of_auth_check(self):
        facts = self.dir / "facts.zst"
        rampart("auth", "check", self.mail, *FORGED, "--zone", self.zones, "--record", facts)
        self.assertEqual(self.scan(*FORGED, source=("--facts", facts), status=1)["action"], "reject")

    def test_what_cannot_be_found_out_would_be_put_off(self):
        self.mail.write_text(MAIL.replace("bank.example", "elsewhere.example"))  # of which the zones know nothing
        verdict = self.scan(*FORGED, status=3)
        self.assertEqual((verdict["action"], verdict["answer"]["code"]), ("tempfail", 451))

    def test_live_dns(self):
        with Nsd(self.zones) as nsd:
            verdict = self.scan(*FORGED, source=("--resolver", f"127.0.0.1:{nsd.port}"), status=1)
            self.assertEqual(verdict["action"], "reject")

    def test_wrong_usage_is_told(self):
        for words, said in ((("--ip", "192.0.2.1"), "--mail-from"), (("--mail-from", "a@b.example"), "--ip"), (("--ip", "x", "--helo", "y"), "no IP"),
                            (("--rcpt", "nobody"), "--rcpt"), (("--format", "jsn"), "did you mean json?"), (("--facts", "f"), "leave out")):
            run = rampart("--config", self.config, "scan", self.mail, "--zone", self.zones, *words)
            self.assertEqual(run.status, 2, words)
            self.assertIn(said, run.err)
        self.assertEqual(rampart("scan", self.dir / "none.eml").status, rampart("auth", "check", self.dir / "none.eml").status)


if __name__ == "__main__":
    unittest.main()
