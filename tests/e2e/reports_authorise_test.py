"""`rampart reports authorise` against NSD: which records a central mailbox needs, which are there, and which nobody can tell."""

import pathlib
import re
import tempfile
import unittest

from rampart_run import rampart
from servers import Nsd, free_port

EXAMPLE = """\
$ORIGIN example.
$TTL 60
@ SOA ns host 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
_dmarc.bank TXT "v=DMARC1; p=reject; rua=mailto:dmarc@rua.cert.test"
_dmarc.tax TXT "v=DMARC1; p=none"
_dmarc.own.bank TXT "v=DMARC1; p=none"
"""
TEST = """\
$ORIGIN test.
$TTL 60
@ SOA ns host 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
_dmarc.cert TXT "v=DMARC1; p=none"
rua.cert MX 10 mx.cert
{records}
"""


class AuthoriseTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def serve(self, *records):
        zones = self.dir / "zones"
        zones.mkdir(exist_ok=True)
        (zones / "example.zone").write_text(EXAMPLE)
        (zones / "test.zone").write_text(TEST.format(records="\n".join(records)))
        server = Nsd(zones, root=False)
        self.addCleanup(server.stop)
        return server

    def authorise(self, server, *words, status):
        run = rampart("reports", "authorise", *words, "--resolver", server.address, "--format", "json")
        self.assertEqual(run.status, status, run.out + run.err)
        return {one["domain"]: one for one in run.json()["domains"]}

    def test_what_is_printed_can_be_published(self):
        domains = self.dir / "domains.txt"
        domains.write_text("bank.example\nnews.bank.example\ntax.example\nown.bank.example\nnews.cert.test\n")
        server = self.serve()
        found = self.authorise(server, "dmarc@rua.cert.test", "--list", domains, status=1)
        self.assertEqual({name: one["state"] for name, one in found.items()},
                         {"bank.example": "missing", "own.bank.example": "missing", "tax.example": "missing", "cert.test": "not needed"})
        self.assertTrue(found["bank.example"]["asks"])
        self.assertFalse(found["tax.example"]["asks"])
        run = rampart("reports", "authorise", "rua.cert.test", "--list", domains, "--resolver", server.address)
        lines = [line for line in run.out.splitlines() if line and not line.startswith(";")]
        self.assertEqual(len(lines), 3)
        found = self.authorise(self.serve(*lines), "rua.cert.test", "--list", domains, status=0)
        self.assertEqual({one["state"] for one in found.values()}, {"present", "not needed"})

    def test_a_wildcard_that_single_records_hide(self):
        wildcard = '*._report._dmarc.rua.cert TXT "v=DMARC1"'
        words = ("rua.cert.test", "--for", "bank.example", "--for", "tax.example")
        found = self.authorise(self.serve(wildcard), *words, status=0)
        self.assertEqual({one["state"] for one in found.values()}, {"present"})
        single = 'bank.example._report._dmarc.rua.cert TXT "v=DMARC1"'
        found = self.authorise(self.serve(wildcard, single), *words, status=1)
        self.assertEqual(found["tax.example"]["state"], "missing")  # as the note says (RFC 4592)
        run = rampart("reports", "authorise", *words, "--resolver", self.serve().address)
        self.assertRegex(run.out, re.escape("; *._report._dmarc.rua.cert.test. 3600 IN TXT"))

    def test_no_answer_is_unknown_and_never_missing(self):
        server = self.serve()
        found = self.authorise(server, "collector.dead", "--for", "bank.example", status=3)
        self.assertEqual(found["bank.example"]["state"], "unknown")
        run = rampart("reports", "authorise", "rua.cert.test", "--resolver", server.address)
        self.assertEqual(run.status, 2)
        self.assertIn("--for DOMAIN", run.err)
        run = rampart("reports", "authorise", "rua.cert.test", "--for", "bank.example", "--resolver", f"127.0.0.1:{free_port()}")
        self.assertEqual(run.status, 3, run.out + run.err)

    def test_the_domains_of_the_store(self):
        server = self.serve()
        store = self.dir / "store.db"
        run = rampart("audit", "tax.example", "--store", store, "--resolver", server.address, "--fail-on", "never")
        self.assertEqual(run.status, 0, run.err)
        found = self.authorise(server, "rua.cert.test", "--all", "--store", store, status=1)
        self.assertEqual(list(found), ["tax.example"])


if __name__ == "__main__":
    unittest.main()
