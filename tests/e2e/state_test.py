"""What audits leave in the store: history, drift, key ages, accepted risks, on SQLite."""

import json
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile
import unittest

from rampart_run import PORTFOLIO, PROGRAM, SOURCE, rampart


class StateTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.zones = self.folder / "zones"
        shutil.copytree(PORTFOLIO, self.zones)
        self.store = self.folder / "state" / "rampart.db"

    def audit(self, *domains, status=None, form="jsonl"):
        done = rampart("audit", "--no-config", "--zone", self.zones, *domains, "--format", form, "--store", self.store)
        if status is not None:
            self.assertEqual(done.status, status, done.err)
        return done

    def protect_bank(self):
        with open(self.zones / "bank.example.zone", "a", encoding="utf-8") as zone:
            zone.write('\n_dmarc.bank.example. 300 IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc@bank.example"\n')

    def test_history_and_drift(self):
        self.audit("bank.example", status=1)
        self.assertEqual(stat.S_IMODE(os.stat(self.store).st_mode), 0o600)
        nothing = rampart("drift", "bank.example", "--store", self.store)
        self.assertEqual((nothing.status, "Nothing is different" in nothing.out), (0, True), nothing.out)
        self.audit("bank.example", status=1)
        self.protect_bank()
        self.audit("bank.example", status=0)
        drift = rampart("drift", "bank.example", "--store", self.store, "--format", "json")
        self.assertEqual(drift.status, 1)
        self.assertEqual([(c["what"], c["key"]) for c in drift.json()["changes"]],
                         [("appeared", "TXT _dmarc.bank.example"), ("went", "dmarc-missing")])
        history = rampart("history", "bank.example", "--store", self.store, "--format", "json").json()
        self.assertEqual([s["grade"] for s in history["states"]], ["A+", "F"])
        self.assertTrue(next(f for f in history["findings"] if f["code"] == "dmarc-missing")["gone"])
        self.assertIn("bank.example", rampart("history", "--store", self.store).out)
        text = rampart("history", "bank.example", "--store", self.store).out
        self.assertIn("Mended:", text)

    def test_what_is_not_published_is_not_recorded(self):
        self.audit("bank.example")
        change = self.folder / "change.zone"
        change.write_text('_dmarc.bank.example. 300 IN TXT "v=DMARC1; p=reject"\n')
        rampart("audit", "--no-config", "--zone", self.zones, "bank.example", "--what-if", change, "--store", self.store)
        book = self.folder / "book.jsonl"
        self.protect_bank()
        rampart("audit", "--no-config", "--zone", self.zones, "bank.example", "--record", book)
        rampart("audit", "--no-config", "--facts", book, "--store", self.store)
        self.assertEqual(len(rampart("history", "bank.example", "--store", self.store, "--format", "json").json()["states"]), 1)

    def test_a_risk_that_is_accepted(self):
        self.audit("hospital.example", status=1)
        code = "dmarc-policy-none"
        wrong = rampart("risk", "accept", "hospital.example", "dmarc-policy-nome", "--reason", "x", "--store", self.store)
        self.assertEqual(wrong.status, 2)
        self.assertIn(f"did you mean {code}?", wrong.err)
        self.assertEqual(rampart("risk", "accept", "hospital.example", code, "--reason", "until the move", "--until", "2099-01-31",
                                 "--store", self.store).status, 0)
        done = self.audit("hospital.example", status=0)
        finding = next(f for f in json.loads(done.out)["findings"] if f["code"] == code)
        self.assertEqual((finding["accepted"]["reason"], finding["accepted"]["until"]), ("until the move", "2099-01-31T00:00:00Z"))
        self.assertIn("until 2099-01-31: until the move", self.audit("hospital.example", form="text").out)
        self.assertIn("suppressions", self.audit("hospital.example", form="sarif").out)
        self.assertIn(code, rampart("risk", "list", "--store", self.store).out)
        self.assertEqual(rampart("risk", "withdraw", "1", "--store", self.store).status, 0)
        self.audit("hospital.example", status=1)

    def test_what_is_wrong_is_said(self):
        missing = rampart("history", "--store", self.store)
        self.assertEqual((missing.status, "there is no store yet" in missing.err), (2, True), missing.err)
        self.assertFalse(self.store.exists(), "asking makes nothing")
        text = self.folder / "text"
        text.write_text("x" * 8192)
        broken = rampart("audit", "--no-config", "--zone", self.zones, "bank.example", "--store", text)
        self.assertEqual(broken.status, 2)
        self.assertIn("is no store, or it is damaged", broken.err)
        secret = rampart("history", "--store", "postgresql://u:hidden@h/n")
        self.assertEqual(secret.status, 2)
        self.assertNotIn("hidden", secret.err)
        self.audit("bank.example")
        other = rampart("history", "nobody.example", "--store", self.store)
        self.assertIn("no audit of nobody.example was recorded", other.err)

    def test_many_domains_on_threads(self):
        listing = self.folder / "list"
        listing.write_text("".join(f"d{i}.example\n" for i in range(300)) + "bank.example\n")
        for form in ("jsonl", "text"):
            done = subprocess.run([PROGRAM, "audit", "--no-config", "--zone", self.zones, "--list", listing, "--threads", "4", "--format",
                                   form, "--store", self.store, "--max-unknown", "100", "--fail-on", "never"], cwd=SOURCE,
                                  capture_output=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
        domains = rampart("history", "--store", self.store, "--format", "json").json()["domains"]
        self.assertEqual(len(domains), 301)


if __name__ == "__main__":
    unittest.main()
