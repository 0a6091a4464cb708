"""rampart audit --profile and rampart profile, on zone files: what each format says, and what is refused."""

import csv
import io
import json
import pathlib
import tempfile
import unittest

import jsonschema

from rampart_run import PORTFOLIO, SOURCE, rampart

SAMPLE = """\
From: News <news@bank.example>
To: somebody@else.example
Subject: rates
DKIM-Signature: v=1; a=rsa-sha256; d=mailer.example; s=a; h=from:subject; bh=eA==; b=eA==

hello
"""
HOUSE = """\
id = "house"
title = "House rules"
source = "IT policy 7"
[[requirement]]
id = "reject"
title = "DMARC refuses"
findings = ["dmarc-missing", "dmarc-policy-none"]
"""


class ProfileTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def audit(self, *arguments):
        return rampart("audit", "--zone", PORTFOLIO, "--fail-on", "never", "--max-unknown", "100", *arguments)

    def test_a_domain_in_every_format(self):
        run = self.audit("bank.example", "--profile", "nca-34.061725")
        self.assertEqual(run.status, 0, run.err)
        self.assertIn("National CERT advisory NCA-34.061725: 3 broken", run.out)
        self.assertIn("A DMARC record applies [dmarc-missing]", run.out)
        domain, = self.audit("bank.example", "--profile", "nca-34.061725", "--format", "json").json()["domains"]
        profile, = domain["profiles"]
        verdicts = {requirement["id"]: requirement["verdict"] for requirement in profile["requirements"]}
        self.assertEqual((verdicts["dmarc-reject"], verdicts["spf-hard-fail"], verdicts["mfa"]), ("broken", "met", "not-judged"))
        missing, = [finding for finding in domain["findings"] if finding["code"] == "dmarc-missing"]
        self.assertIn("nca-34.061725 dmarc-reject", missing["requirements"])
        rows = list(csv.DictReader(io.StringIO(self.audit("bank.example", "--profile", "nca-34.061725", "--format", "csv").out)))
        row, = [row for row in rows if row["finding"] == "dmarc-missing"]
        self.assertIn("nca-34.061725 subdomains", row["requirements"])
        page = self.audit("bank.example", "--profile", "nca-34.061725", "--format", "html").out
        self.assertIn("<h3>National CERT advisory NCA-34.061725", page)
        plain, = self.audit("bank.example", "--format", "json").json()["domains"]
        self.assertNotIn("profiles", plain)

    def test_many_domains_are_counted(self):
        run = self.audit("--profile", "nca-34.061725,cisa-bod-18-01", "--format", "json").json()
        schema = json.loads((SOURCE / "docs" / "rampart.audit-1.schema.json").read_text(encoding="utf-8"))
        jsonschema.validators.validator_for(schema)(schema).validate(run)
        counts = {(r["profile"], r["id"]): r for r in run["summary"]["requirements"]}
        for requirement in counts.values():
            self.assertEqual(sum(requirement[v] for v in ("broken", "unknown", "not-judged", "not-applicable", "met")), len(run["domains"]))
        self.assertGreater(counts["nca-34.061725", "dmarc-reject"]["broken"], 5)
        self.assertEqual(counts["nca-34.061725", "mfa"]["not-judged"], len(run["domains"]))
        text = self.audit("--profile", "nca-34.061725").out
        self.assertIn("nca-34.061725: domains that break each requirement", text)

    def test_own_mail(self):
        sample = self.dir / "news.eml"
        sample.write_text(SAMPLE)
        run = self.audit("bank.example", "--profile", "bulk-senders", "--sample", sample, "--sending-ip", "203.0.113.7", "--format", "json")
        domain, = run.json()["domains"]
        verdicts = {r["id"]: r["verdict"] for r in domain["profiles"][0]["requirements"]}
        self.assertEqual(verdicts["alignment"], "broken")
        self.assertEqual(verdicts["spf-pass"], "broken")
        self.assertEqual(verdicts["one-click"], "broken")
        self.assertEqual(verdicts["reverse-dns"], "unknown")  # the zones do not say
        other = self.audit("ministry.example", "--sample", sample)
        self.assertIn("which was not audited", other.err)
        bad = self.audit("bank.example", "--sending-ip", "mail.bank.example")
        self.assertEqual(bad.status, 2)
        sample.write_text("no header at all")
        self.assertEqual(self.audit("bank.example", "--sample", sample).status, 2)

    def test_profiles_of_ones_own(self):
        path = self.dir / "house.toml"
        path.write_text(HOUSE)
        run = rampart("profile", "check", path)
        self.assertEqual((run.status, run.out), (0, f"{path}: house, 1 requirements: right\n"))
        self.assertIn("House rules: 1 broken", self.audit("bank.example", "--profile", path).out)
        path.write_text(HOUSE.replace("dmarc-missing", "dmarc-mising"))
        for run in (rampart("profile", "check", path), self.audit("bank.example", "--profile", path)):
            self.assertEqual(run.status, 2)
            self.assertIn("did you mean dmarc-missing?", run.err)
        path.write_text(HOUSE.replace('"house"', '"cisa-bod-18-01"'))
        self.assertIn("brings along", self.audit("bank.example", "--profile", path).err)
        unknown = self.audit("bank.example", "--profile", "nca")
        self.assertEqual(unknown.status, 2)
        self.assertIn("nca-34.061725", unknown.err)
        self.assertEqual(self.audit("bank.example", "--profile", self.dir / "nowhere.toml").status, 2)

    def test_the_list(self):
        names = [line.split()[0] for line in rampart("profile", "list").out.splitlines()]
        self.assertEqual(names, ["bulk-senders", "cisa-bod-18-01", "nca-34.061725", "nist-800-177r1", "parked-domains"])
        for name in names:
            self.assertEqual(rampart("profile", "show", name).status, 0)
        self.assertEqual(rampart("profile", "show", "none").status, 2)


if __name__ == "__main__":
    unittest.main()
