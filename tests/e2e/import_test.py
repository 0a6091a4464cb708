"""rampart import opendkim: the same addresses are signed with the same d=, s= and key as Debian's opendkim signs them, by the same
files; what cannot be taken over is named by file and line."""

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


class ImportTest(unittest.TestCase):
    def setUp(self):
        if not shutil.which("opendkim", path="/usr/sbin:/usr/bin"):
            self.skipTest("no opendkim")
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


if __name__ == "__main__":
    unittest.main()
