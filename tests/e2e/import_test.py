"""rampart import opendkim: the same addresses are signed with the same d=, s= and key as Debian's opendkim signs them, by the same
files; what cannot be taken over is named by file and line."""

import base64
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from rampart_run import rampart

MAIL = "From: Somebody <{address}>\r\nTo: a@else.example\r\nSubject: rates\r\nDate: Tue, 24 Nov 2026 09:00:00 +0000\r\n\r\nHello\r\n"
COMMON = "Syslog no\nMode s\nInternalHosts 127.0.0.1\nRequireSafeKeys no\n"
ADDRESSES = ["news@bank.example", "NEWS@Bank.Example", "eve@bank.example", "bob@mail.bank.example", "bob@shop.example", "eve@shop.example",
             "bob@a.shop.example", "eve@x.a.shop.example", "bob@other.test", "eve@other.test"]
KEYTABLE = """\
# key tables have comments
k1 bank.example:s1:{keys}/one.pem
k2 shop.example:s2:{keys}/two.pem
k3 %:s3:{keys}/three.pem   # as each domain
bank.example bank.example:named:{keys}/four.pem
"""
TABLES = {
    "patterns": ("refile:{dir}/signing", "news@bank.example k2\n*@bank.example k1\n*@*.shop.example k3\n\n*@shop.example k2\n"),
    "first match": ("refile:{dir}/signing", "*bank* k1\n*@bank.example k2\n*@*.example k3\n"),
    "named as the sender": ("refile:{dir}/signing", "*@bank.example %\n"),
    "looked up": ("file:{dir}/signing", "* k3\nbob@shop.example k1\nshop.example k2\n.shop.example k2\nbob@.shop.example k1\nbank.example k1\n"),
    "by user": ("{dir}/signing", "bob@* k2\nbank.example k1\n"),
    "a list": ("csl:bank.example=k1,shop.example=k2", ""),
}


def tags_of(signature):
    return dict(re.findall(r"(?:^|;)\s*(\w+)\s*=\s*([^;]*)", signature.replace("\n", " ").replace("\r", " ")))


class KeysTest(unittest.TestCase):
    """A folder with four keys."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.publics = {}
        for name in ("one", "two", "three", "four"):
            path = self.dir / f"{name}.pem"
            path.touch(mode=0o600)
            subprocess.run(["openssl", "genrsa", "-traditional", "-out", path, "2048"], check=True, capture_output=True)
            der = subprocess.run(["openssl", "rsa", "-in", path, "-pubout"], check=True, capture_output=True, text=True).stdout
            self.publics[name] = "".join(der.splitlines()[1:-1])


class ImportTest(KeysTest):
    def setUp(self):
        if not shutil.which("opendkim", path="/usr/sbin:/usr/bin"):
            self.skipTest("no opendkim")
        super().setUp()
        (self.dir / "keys").write_text(KEYTABLE.format(keys=self.dir))

    def configure(self, text):
        path = self.dir / "opendkim.conf"
        path.write_text(COMMON + text)
        return path

    def opendkim(self, mail):
        done = subprocess.run(["/usr/sbin/opendkim", "-x", self.dir / "opendkim.conf", "-vvvv", "-t", mail], capture_output=True, text=True, check=False)
        text = done.stdout + done.stderr
        if "'DKIM-Signature'" not in text:
            return None
        return text.split("hname='DKIM-Signature' hvalue='", 1)[1].rsplit("'", 1)[0]

    def ours(self, mail):
        run = rampart("dkim", "sign", mail, "--keys", self.dir / "store")
        if run.status != 0:
            self.assertIn("no rule signs for", run.err)
            return None
        return run.out.split("DKIM-Signature:", 1)[1].split("From:", 1)[0]

    def key_that_verifies(self, signature, mail):
        """Which of the keys a signature was made with: the one whose record makes it pass."""
        tags = tags_of(signature)
        signed = self.dir / "signed.eml"
        signed.write_text("DKIM-Signature: " + signature.strip().replace("\r", "") + "\n" + mail.read_text().replace("\r", ""))
        zones = self.dir / "zones"
        for name, public in self.publics.items():
            shutil.rmtree(zones, ignore_errors=True)
            zones.mkdir()
            record = " ".join(f'"{part}"' for part in re.findall(".{1,200}", f"v=DKIM1; p={public}"))
            (zones / "d.zone").write_text(f"$ORIGIN {tags['d'].strip()}.\n@ 1 IN SOA a b 1 1 1 1 1\n@ 1 IN NS a\n"
                                          f"{tags['s'].strip()}._domainkey 1 IN TXT ( {record} )\n")
            if rampart("dkim", "verify", signed, "--zone", zones).status == 0:
                return name
        return None

    def compare(self, addresses=tuple(ADDRESSES)):
        shutil.rmtree(self.dir / "store", ignore_errors=True)
        run = rampart("import", "opendkim", self.dir / "opendkim.conf", "--keys", self.dir / "store")
        self.assertEqual(run.status, 0, run.err)
        signed = 0
        for address in addresses:
            mail = self.dir / "mail.eml"
            mail.write_bytes(MAIL.format(address=address).encode())
            theirs, ours = self.opendkim(mail), self.ours(mail)
            self.assertEqual(theirs is None, ours is None, f"{address}: {theirs} {ours}\n{run.out}")
            if theirs is None:
                continue
            signed += 1
            self.assertEqual([tags_of(theirs)[tag].strip().lower() for tag in "ds"], [tags_of(ours)[tag].strip() for tag in "ds"], address)
            key = self.key_that_verifies(ours, mail)
            self.assertEqual((key, key is None), (self.key_that_verifies(theirs, mail), False), address)
        return signed

    def test_tables(self):
        for title, (table, rules) in TABLES.items():
            with self.subTest(title):
                (self.dir / "signing").write_text(rules)
                self.configure(f"KeyTable {self.dir}/keys\nSigningTable {table.format(dir=self.dir)}\n")
                self.assertGreater(self.compare(), 1)

    def test_one_key(self):
        for subdomains in ("no", "yes"):
            self.configure(f"Domain bank.example,shop.example\nSelector s1\nKeyFile {self.dir}/one.pem\nSubDomains {subdomains}\n")
            self.assertGreater(self.compare(), 3)

    def test_what_is_said(self):
        (self.dir / "signing").write_text("*@bank.example k1\n*@gone.example k9\n")
        path = self.configure(f"KeyTable {self.dir}/keys\nSigningTable refile:{self.dir}/signing\nLuaOnly yes\n")
        run = rampart("import", "opendkim", path, "--dry-run", "--keys", self.dir / "store")
        self.assertEqual(run.status, 0, run.err)
        self.assertIn(f"{self.dir}/signing:2: the KeyTable has no key k9", run.err)
        self.assertIn("opendkim.conf:7: LuaOnly is not known here", run.err)
        self.assertIn("# mail is signed from: 127.0.0.1", run.out)
        self.assertFalse((self.dir / "store").exists())
        (self.dir / "one.pem").chmod(0o644)
        run = rampart("import", "opendkim", path, "--keys", self.dir / "store")
        self.assertEqual(run.status, 2)
        self.assertIn("others may read or write it", run.err)
        self.assertNotIn("PRIVATE", run.err + run.out)
        self.assertFalse((self.dir / "store").exists())


class AgainTest(KeysTest):
    """Into a folder that is not empty."""

    def take(self, rules, *words):
        """Imports `domain selector key`, one a line, and a last line's setting."""
        table, signing = self.dir / "keys", self.dir / "signing"
        lines = [line.split() for line in rules.splitlines()]
        table.write_text("".join(f"k{i} {domain}:{selector}:{self.dir}/{key}.pem\n" for i, (domain, selector, key) in enumerate(lines)))
        signing.write_text("".join(f"*@{domain} k{i}\n" for i, (domain, _, _) in enumerate(lines)))
        path = self.dir / "opendkim.conf"
        path.write_text(f"MultipleSignatures {'yes' if len({domain for domain, _, _ in lines}) < len(lines) else 'no'}\n"
                        f"KeyTable {table}\nSigningTable refile:{signing}\n")
        return rampart("import", "opendkim", path, "--keys", self.dir / "store", *words)

    def taken(self, rules, *words):
        run = self.take(rules, *words)
        self.assertEqual(run.status, 0, run.err)
        return run

    def refused(self, says, rules, *words):
        """Refused with these words and a next step, and the folder is as it was."""
        before = self.content()
        run = self.take(rules, *words)
        self.assertEqual(run.status, 2, run.err)
        self.assertIn(says, run.err)
        self.assertIn("hint: ", run.err)
        self.assertEqual(self.content(), before)

    def content(self):
        return {str(path): path.read_bytes() for path in sorted((self.dir / "store").rglob("*")) if path.is_file()}

    def list_of(self, domain="bank.example"):
        return json.loads((self.dir / "store" / domain / "keys.json").read_text())

    def rotate(self, *phases):
        """The domain's keys as rotation leaves them: the imported one has these phases, and another signs."""
        path = self.dir / "store" / "bank.example" / "keys.json"
        content = self.list_of()
        (key,) = content["keys"]
        content["keys"] = [{**key, "phase": phase, "left": key["signing"], **({"retired": key["signing"]} if phase == "retired" else {})}
                           for phase in phases] + [{**key, "selector": "r20261201", "file": "r20261201"}]
        shutil.copy(path.parent / "s1.pem", path.parent / "r20261201.pem")
        path.write_text(json.dumps(content))

    def test_the_same_again(self):
        self.taken("bank.example s1 one")
        table = self.dir / "store" / "signing"
        table.write_text("# whose rules these are\n" + table.read_text())
        before = self.content()
        self.taken("bank.example s1 one")
        self.assertEqual(self.content(), before)
        self.rotate("retired")
        before = self.content()
        self.taken("bank.example s1 one")
        self.assertEqual(self.content(), before, "the key that was retired stays so")

    def test_a_stale_key_takes_no_key_s_place(self):
        self.taken("bank.example s2 two")
        self.refused("s2 signs for bank.example already: s1 would take its place", "bank.example s1 one", "--replace")
        self.refused("s2 signs for bank.example already", "bank.example s1 one", "--dry-run")
        self.assertEqual([key["selector"] for key in self.list_of()["keys"]], ["s2"])

    def test_a_key_that_was_revoked_signs_nothing(self):
        for phase in ("leaving", "retired"):
            self.taken("bank.example s1 one")
            self.rotate(phase)
            self.refused(f"s1 of bank.example is one of the keys that rotate ({phase})", "bank.example s1 one\nbank.example s2 two", "--replace")
            shutil.rmtree(self.dir / "store")

    def test_delegated_domains(self):
        self.taken("bank.example s1 one")
        path = self.dir / "store" / "bank.example" / "keys.json"
        path.write_text(json.dumps({**self.list_of(), "delegate": "keys.post.example"}))
        self.refused("the keys of bank.example stand in keys.post.example", "bank.example s9 two", "--replace")

    def test_another_table(self):
        self.taken("bank.example s1 one")
        old = (self.dir / "store" / "signing").read_bytes()
        # Nothing of the second domain is there either.
        self.refused("there is a signing table already", "shop.example s1 two\nbank.example s1 one")
        run = self.taken("shop.example s1 two\nbank.example s1 one", "--replace")
        self.assertIn("signing.old", run.err)
        self.assertEqual((self.dir / "store" / "signing.old").read_bytes(), old)
        self.assertNotEqual((self.dir / "store" / "signing").read_bytes(), old)

    def test_nothing_is_written_where_a_later_key_is_refused(self):
        self.taken("bank.example s1 one")
        self.refused("bank.example/s1 is another key already", "a.example s1 three\nbank.example s1 two", "--replace")

    def test_seals(self):
        for name, byte in (("seal", 1), ("other", 2)):
            path = self.dir / name
            path.touch(mode=0o600)
            path.write_text(base64.b64encode(bytes([byte]) * 32).decode())
        self.taken("bank.example s1 one", "--seal-file", self.dir / "seal")
        self.assertTrue((self.dir / "store" / "bank.example" / "s1.pem").read_text().startswith("rampart-sealed-1:"))
        # Why the key that is there cannot be opened, not that it is there.
        self.refused("sealed with another key file", "bank.example s1 one", "--seal-file", self.dir / "other")
        self.refused("the key is sealed, and no key file was named", "bank.example s1 one")
        self.refused("keys are sealed here", "shop.example s1 two", "--replace")

    def test_what_no_table_can_say(self):
        path = self.dir / "opendkim.conf"
        path.write_text(f"KeyTable csl:k=bank.example:s1:{self.dir}/one.pem\nSigningTable csl:two words@bank.example=k\n")
        run = rampart("import", "opendkim", path, "--keys", self.dir / "store")
        self.assertEqual(run.status, 2, run.out + run.err)
        self.assertIn('"two words@bank.example" cannot stand in a signing table', run.err)
        self.assertFalse((self.dir / "store").exists())

    def test_an_empty_table_is_no_success(self):
        path = self.dir / "dkim_signing.conf"
        path.write_text(f'path = "{self.dir}/none/$domain.pem";\n')
        for words in ((), ("--dry-run",)):
            run = rampart("import", "rspamd", path, "--keys", self.dir / "store", *words)
            self.assertEqual(run.status, 2, run.out + run.err)
            self.assertIn("there is no file", run.err)
            self.assertIn("no rule was found that could be taken over", run.err)
        path.write_text("domain { bank.example {\n")
        self.assertIn("dkim_signing.conf:1: the block that begins here lacks its }", rampart("import", "rspamd", path).err)

    def test_keys_of_the_other_program_s_user(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give files away")
        os.chown(self.dir / "one.pem", 4711, 4711)
        self.taken("bank.example s1 one")
        mail = self.dir / "mail.eml"
        mail.write_text(MAIL.format(address="news@bank.example"))
        run = rampart("dkim", "sign", mail, "--domain", "bank.example", "--selector", "s1", "--key", self.dir / "one.pem")
        self.assertEqual(run.status, 2)
        self.assertIn("it belongs to another user", run.err)


if __name__ == "__main__":
    unittest.main()
