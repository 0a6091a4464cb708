"""The example portfolio, audited: every weakness is found where it is, and a real name server gives the same findings as the files."""

import json
import unittest

from rampart_run import PORTFOLIO, SOURCE, rampart
from servers import Nsd

# What examples/README.md promises.
WEAKNESSES = {
    "ministry.example": {"WK-1"},
    "university.example": {"WK-2"},
    "cs.university.example": {"WK-6"},
    "bank.example": {"WK-3"},
    "hospital.example": {"WK-4"},
    "telecom.example": {"WK-5"},
    "airline.example": {"WK-6"},
    "tax.example": {"WK-7"},
    "census.example": set(),
    "power.example": set(),
    "post.example": set(),
    "library.example": set(),
    "xn--mgbai9azgqp6j.example": set(),
    "treasury.example": set(),
}
STATUS = {
    "ministry.example": "spoofable",
    "bank.example": "spoofable",
    "hospital.example": "spoofable",
    "library.example": "spoofable",
    "xn--mgbai9azgqp6j.example": "spoofable",
    "census.example": "protected",
    "treasury.example": "protected",
}
LIST = ["--list", SOURCE / "examples" / "domains.txt", "--format", "json"]


def by_domain(run):
    report = run.json()
    assert report["schema"] == "rampart.audit/1", report["schema"]
    return {domain["domain"]: domain for domain in report["domains"]}


def findings(domain):
    return sorted((f["code"], f["severity"], f["effective"], f["status"], f["title"]) for f in domain["findings"])


class PortfolioTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.run_zone = rampart("audit", "--zone", PORTFOLIO, *LIST)
        cls.domains = by_domain(cls.run_zone)

    def test_every_domain_has_its_weaknesses_and_no_other(self):
        found = {name: set(domain["weaknesses"]) for name, domain in self.domains.items()}
        for name, expected in WEAKNESSES.items():
            with self.subTest(name):
                self.assertLessEqual(expected, found[name])
        shown = set().union(*found.values())
        self.assertEqual(shown, {f"WK-{n}" for n in range(1, 8)})
        for name in ("census.example", "treasury.example"):
            self.assertEqual(found[name], set(), name)

    def test_what_a_stranger_can_do(self):
        self.assertEqual({name: self.domains[name]["status"] for name in STATUS}, STATUS)
        self.assertEqual(self.run_zone.status, 1)

    def test_fail_on_never_is_no_failure(self):
        self.assertEqual(rampart("audit", "--zone", PORTFOLIO, *LIST, "--fail-on", "never").status, 0)

    def test_nsd_gives_the_same_findings(self):
        with Nsd(PORTFOLIO) as nsd:
            live = rampart("audit", "--resolver", nsd.address, *LIST)
        self.assertEqual(live.status, self.run_zone.status, live.err)
        for name, domain in by_domain(live).items():
            with self.subTest(name):
                self.assertEqual(findings(domain), findings(self.domains[name]))
                self.assertEqual(domain["status"], self.domains[name]["status"])
                self.assertEqual(domain["grade"], self.domains[name]["grade"])

    def test_a_recording_gives_the_same_report(self):
        folder = SOURCE / "build" / "servers"
        folder.mkdir(parents=True, exist_ok=True)
        book = folder / "portfolio.jsonl"
        self.addCleanup(lambda: book.unlink(missing_ok=True))
        first = rampart("audit", "--zone", PORTFOLIO, *LIST, "--record", book)
        again = rampart("audit", "--facts", book, *LIST)
        self.assertEqual(without_source(first), without_source(again))

    def test_what_if_mends_the_ministry(self):
        zone = ["--zone", PORTFOLIO, "ministry.example"]
        self.assertEqual(rampart("audit", *zone).status, 1)
        mended = rampart("audit", *zone, "--what-if", SOURCE / "examples" / "fix" / "ministry.example.zone")
        self.assertEqual(mended.status, 0, mended.out)


def without_source(run):
    """The report's domains as text: the same bytes, but for where the facts came from."""
    return json.dumps(run.json()["domains"], ensure_ascii=False)


if __name__ == "__main__":
    unittest.main()
