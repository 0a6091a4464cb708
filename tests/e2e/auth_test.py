"""rampart auth check and rampart dkim: a key made, a message signed and checked against NSD, a forgery, and what is refused."""

import os
import pathlib
import stat
import tempfile
import unittest

from rampart_run import rampart
from servers import Nsd, beside_nsd

MAIL = "From: News <news@bank.example>\nTo: a@else.example\nSubject: rates\n\nThe rates are as they were.\n"
ZONE = """\
$ORIGIN bank.example.
@ 3600 IN SOA ns host 1 3600 600 86400 60
@ 3600 IN NS ns
ns 3600 IN A 127.0.0.1
@ 3600 IN TXT "v=spf1 ip4:192.0.2.1 -all"
_dmarc 3600 IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc@bank.example"
{records}
"""


class AuthTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.mail = self.dir / "mail.eml"
        self.mail.write_text(MAIL)
        self.zones = self.dir / "zones"
        self.zones.mkdir()

    def keygen(self, selector, *arguments):
        run = rampart("dkim", "keygen", "bank.example", "--selector", selector, "--key", self.dir / f"{selector}.pem", *arguments)
        self.assertEqual(run.status, 0, run.err)
        return run.out

    def sign(self, mail, selector):
        path = self.dir / f"{selector}.eml"
        run = rampart("dkim", "sign", mail, "--domain", "bank.example", "--selector", selector, "--key", self.dir / f"{selector}.pem",
                      "--output", path)
        self.assertEqual(run.status, 0, run.err)
        return path

    def publish(self, *records):
        (self.zones / "bank.example.zone").write_text(ZONE.format(records="\n".join(records)))

    def check(self, mail, *arguments):
        return rampart("auth", "check", mail, *(arguments or ("--zone", self.zones)))

    def test_a_recording_never_takes_the_place_of_the_message(self):
        with tempfile.TemporaryDirectory() as folder:
            mail = pathlib.Path(folder) / "m.eml"
            mail.write_text("From: a@bank.example\n\nhello\n")
            run = rampart("auth", "check", mail, "--zone", "examples/portfolio", "--record", mail)
            self.assertEqual(run.status, 2)
            self.assertIn("over the message", run.err)
            self.assertTrue(mail.read_text().startswith("From:"))

    def test_signed_and_checked(self):
        records = [self.keygen("s1"), self.keygen("s2", "--type", "ed25519")]
        self.assertEqual(stat.S_IMODE((self.dir / "s1.pem").stat().st_mode), 0o600)
        self.publish(*records)
        twice = self.sign(self.sign(self.mail, "s1"), "s2")
        with Nsd(self.zones) as nsd:
            run = self.check(twice, "--resolver", nsd.address, "--record", self.dir / "facts", "--format", "json")
            self.assertEqual(run.status, 0, run.out + run.err)
            result = run.json()
        self.assertEqual([signature["result"] for signature in result["dkim"]], ["pass", "pass"])
        self.assertEqual((result["dmarc"]["result"], result["spf"]), ("pass", None))
        again = self.check(twice, "--facts", self.dir / "facts", "--format", "json").json()
        for report in (result, again):
            del report["source"], report["notes"]
        self.assertEqual(again, result)
        text = self.check(twice)
        self.assertTrue(text.out.startswith("This message is from bank.example: DKIM authenticated bank.example"), text.out)

    def test_forgeries(self):
        self.publish(self.keygen("s1"))
        forged = self.check(self.mail, "--zone", self.zones, "--ip", "203.0.113.9", "--mail-from", "news@bank.example")
        self.assertEqual(forged.status, 1)
        self.assertIn("This message is not from bank.example", forged.out)
        self.assertIn("asks to reject", forged.out.replace("\n", " "))
        self.assertIn('_dmarc.bank.example TXT: "v=DMARC1; p=reject;', forged.out)
        self.assertIn("its p=reject applies", forged.out)
        signed = self.sign(self.mail, "s1")
        changed = self.dir / "changed.eml"
        changed.write_text(signed.read_text().replace("as they were", "lower"))
        run = self.check(changed, "--zone", self.zones, "--format", "header", "--host", "mx.post.example")
        self.assertEqual(run.status, 1)
        self.assertIn("Authentication-Results: mx.post.example;", run.out)
        self.assertIn("dkim=fail (the body was changed after it was signed)", run.out)
        self.assertIn("policy.dmarc=reject", run.out)

    def test_a_verdict_is_derived_again_byte_for_byte(self):
        self.publish(self.keygen("s1"), 'ns 3600 IN TXT "v=spf1 -all"')
        signed = self.sign(self.mail, "s1")
        record = self.dir / "evidence.zst"
        session = ["--ip", "203.0.113.9", "--helo", "mx.else.example", "--mail-from", "a\u00e9@bank.example"]
        with Nsd(self.zones) as nsd:
            texts = {form: self.check(signed, "--resolver", nsd.address, "--record", record, "--format", form, *session).out
                     for form in ("text", "header", "json")}
        for form, text in texts.items():
            if form != "json":  # the last one wrote the recording
                text = "\n".join(text.splitlines())
            again = rampart("auth", "replay", record, signed, "--format", form)
            self.assertEqual(again.status, 0, again.err)
            self.assertEqual("\n".join(again.out.splitlines()) if form != "json" else again.out, text)
        other = self.dir / "other.eml"
        other.write_text(signed.read_text() + "x")
        run = rampart("auth", "replay", record, other)
        self.assertEqual(run.status, 2)
        self.assertIn("of another message", run.err)
        self.assertEqual(rampart("auth", "replay", self.zones / "bank.example.zone", signed).status, 2)

    def test_spf_alone(self):
        self.publish()
        run = rampart("auth", "spf", "--ip", "192.0.2.1", "--mail-from", "x@bank.example", "--zone", self.zones)
        self.assertEqual(run.status, 0, run.err)
        self.assertIn("192.0.2.1 may send as bank.example.", run.out)
        self.assertIn("decided by ip4:192.0.2.1", run.out)
        run = rampart("auth", "spf", "--ip", "192.0.2.9", "--mail-from", "x@bank.example", "--zone", self.zones, "--format", "header")
        self.assertEqual(run.status, 1)
        self.assertIn("Received-SPF: fail", run.out)
        self.assertIn('envelope-from="x@bank.example";', run.out)
        self.assertEqual(rampart("auth", "spf", "--mail-from", "x@bank.example", "--zone", self.zones).status, 2)

    def test_a_gateway_seals(self):
        self.publish(self.keygen("s1"))
        mail = self.dir / "forged.eml"
        mail.write_text("Authentication-Results: mx.bank.example; dmarc=pass\nauthentication-results: MX.bank.example; none\n" +
                        self.sign(self.mail, "s1").read_text())
        seal = ["arc", "seal", "--domain", "bank.example", "--selector", "s1", "--key", self.dir / "s1.pem", "--host", "mx.bank.example",
                "--zone", self.zones]
        once = self.dir / "once.eml"
        run = rampart(*seal, mail, "--output", once)
        self.assertEqual(run.status, 0, run.err)
        self.assertIn("2 Authentication-Results fields that came with the message were taken out", run.err)
        text = once.read_text()
        self.assertEqual(text.lower().count("\nauthentication-results:"), 1)
        self.assertIn("ARC-Seal: a=rsa-sha256", text)
        twice = self.dir / "twice.eml"
        self.assertEqual(rampart(*seal, once, "--output", twice).status, 0)
        run = rampart("dkim", "verify", twice, "--zone", self.zones)
        self.assertEqual(run.status, 0, run.out)
        self.assertIn("2 sets, the newest sealed by bank.example", run.out)
        twice.write_text(twice.read_text().replace("as they were", "lower"))
        run = self.check(twice, "--zone", self.zones)
        self.assertIn("ARC    fail", run.out)
        self.assertNotIn("dmarc=pass", run.out)
        ended = self.dir / "ended.eml"
        self.assertEqual(rampart(*seal, twice, "--output", ended).status, 0)
        self.assertIn("cv=fail", ended.read_text())
        run = rampart(*seal, ended, "--output", self.dir / "same.eml")
        self.assertIn("no set was added", run.err)

    def test_a_key_file_that_is_sealed(self):
        seal = self.dir / "seal"
        seal.write_text("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")
        seal.chmod(0o600)
        self.publish(self.keygen("s1", "--seal-file", seal))
        self.assertTrue((self.dir / "s1.pem").read_text().startswith("rampart-sealed-1:"))
        sign = ["dkim", "sign", self.mail, "--domain", "bank.example", "--key", self.dir / "s1.pem", "--selector"]
        run = rampart(*sign, "s1", "--seal-file", seal)
        self.assertEqual(run.status, 0, run.err)
        (self.dir / "signed.eml").write_text(run.out)
        self.assertEqual(self.check(self.dir / "signed.eml").status, 0)
        for words, said in ((["s1"], "no key file was named"), (["s2", "--seal-file", seal], "the domain and selector it was made for")):
            run = rampart(*sign, *words)
            self.assertEqual((run.status, said in run.err), (2, True), run.err)

    def test_a_signature_that_dmarc_cannot_count_is_said(self):
        self.keygen("s1")
        self.mail.write_text(MAIL.replace("news@bank.example", "news@shop.example"))
        run = rampart("dkim", "sign", self.mail, "--domain", "bank.example", "--selector", "s1", "--key", self.dir / "s1.pem")
        self.assertEqual(run.status, 0)
        self.assertIn("From is shop.example, and bank.example signs", run.err)

    def test_debians_verifiers(self):
        """dkimverify and opendkim, where there is no network but a loopback of its own, whose port 53 is NSD's."""
        self.publish(self.keygen("s1"), self.keygen("s2", "--type", "ed25519"))
        signed = [self.sign(self.mail, selector) for selector in ("s1", "s2")]
        (self.dir / "opendkim.conf").write_text("Syslog no\nMode v\nAlwaysAddARHeader yes\nAuthservID mx.test\nNameservers 127.0.0.1\n"
                                               f"ResolverConfiguration {self.dir}/unbound.conf\n")
        (self.dir / "unbound.conf").write_text('server:\n  do-not-query-localhost: no\n  local-zone: "example." nodefault\n')
        script = f"""
sed 's/$/\\r/' "$1" | dkimverify
opendkim -x {self.dir}/opendkim.conf -vvvv -t "$1"
sed 's/$/\\r/' "$2" | dkimverify
"""
        done = beside_nsd(self.dir, self.zones, script, *signed)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("signature ok"), 2, done.stdout + done.stderr)
        self.assertIn("dkim=pass (2048-bit key", done.stdout)

    def test_what_cannot_be_found_out(self):
        self.publish(self.keygen("s1"))
        signed = self.sign(self.mail, "s1")
        run = self.check(signed, "--zone", self.dir / "zones" / "bank.example.zone")
        self.assertEqual(run.status, 0, run.out)
        (self.zones / "bank.example.zone").rename(self.dir / "away")
        (self.zones / "else.example.zone").write_text(ZONE.replace("bank.example", "else.example").format(records=""))
        run = self.check(signed)
        self.assertEqual(run.status, 3, run.out)
        self.assertIn("could not be found out", run.out)

    def test_what_is_refused(self):
        self.publish(self.keygen("s1"))
        again = rampart("dkim", "keygen", "bank.example", "--selector", "s1", "--key", self.dir / "s1.pem")
        self.assertEqual(again.status, 2)
        self.assertIn("never overwritten", again.err)
        os.chmod(self.dir / "s1.pem", 0o644)
        run = rampart("dkim", "sign", self.mail, "--domain", "bank.example", "--selector", "s1", "--key", self.dir / "s1.pem")
        self.assertEqual(run.status, 2)
        self.assertIn("others may read", run.err)
        self.assertNotIn("PRIVATE", run.err + run.out)
        for arguments in (("--mail-from", "a@b.example"), ("--ip", "x", "--helo", "y"), ("--ip", "192.0.2.1"), ("--format", "xml")):
            self.assertEqual(self.check(self.mail, "--zone", self.zones, *arguments).status, 2, arguments)
        self.assertEqual(self.check(self.dir / "nowhere").status, 2)
        headless = self.dir / "headless.eml"
        headless.write_text("To: a@b.example\n\nhello\n")
        run = self.check(headless)
        self.assertEqual(run.status, 1)
        self.assertIn("there is no From field", run.out)
        for words, said in (
            (("--ip", "192.0.2.1", "--helo", "a b"), '"a b" is no name'), (("--ip", "192.0.2.1", "--mail-from", "nobody"), '"nobody" is no address'),
            (("--host", "mx.bank.example"), "--format header"),
        ):
            run = self.check(self.mail, "--zone", self.zones, *words)
            self.assertEqual((run.status, said in run.err), (2, True), run.err)
        for name, text, said in (("empty", "", "it is empty"), ("none", "hello\nworld\n", "no header field")):
            (self.dir / name).write_text(text)
            seal = ("arc", "seal", self.dir / name, "--domain", "bank.example", "--selector", "s1", "--key", self.dir / "s1.pem", "--host", "a.example")
            for words in (("auth", "check", self.dir / name), ("dkim", "verify", self.dir / name), seal):
                run = rampart(*words, "--zone", self.zones)
                self.assertEqual((run.status, said in run.err, run.out), (2, True, ""), run.err)
        run = rampart("dkim", "keygen", "bank.example", "--type", "ed25519", "--bits", "2048", "--keys", self.dir / "keys")
        self.assertEqual(run.status, 2)
        self.assertIn("--bits is for RSA", run.err)
        run = rampart("dkim", "keygen", "bank.example", "--selector", "s9", "--key", self.dir / "s9.pem", "--bits", "1024")
        self.assertEqual(run.status, 2)
        self.assertFalse((self.dir / "s9.pem").exists())


if __name__ == "__main__":
    unittest.main()
