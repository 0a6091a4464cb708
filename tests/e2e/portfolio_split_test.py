"""A messy list divided into reports of its organisations: nobody sees another's, interrupted runs go on, changes are told."""

import json
import pathlib
import tempfile
import unittest

import make_portfolio
from rampart_run import rampart
from split_run import TIME, check_split, contents, kill_half_way, rows, run


class PortfolioSplitTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.dir = pathlib.Path(cls.folder.name)
        cls.made = make_portfolio.make(cls.dir / "made", 1200, 50)
        cls.zone = ("--zone", cls.made.zone)
        cls.split = ("--list", cls.made.list, *cls.zone, "--split", "organisation")
        cls.whole = cls.dir / "whole"
        cls.status, cls.errors, _, _ = run(*cls.split, "--output", cls.whole)

    def test_every_organisation_has_its_own_and_no_more(self):
        self.assertEqual(self.status, 1, self.errors)
        check_split(self, self.whole, self.made)
        self.assertIn("UTF-16, semicolons: domain (Domain name), organisation, sector, contact (Contact e-mail)", self.errors)
        self.assertIn(f"{len(self.made.domains)} domains audited, {self.made.refused} lines of the list named no domain", self.errors)
        self.assertIn("is never closed", self.errors)
        self.assertIn('organisation of m00033.example is "Somebody else" here and', self.errors)
        self.assertEqual(rows(self.whole / "changes.csv"), [])

    def test_the_counts_are_those_of_an_ordinary_audit(self):
        done = rampart("audit", "--list", self.made.list, *self.zone, "--group-by", "organisation", "--format", "json", "--no-config")
        report = json.loads(done.out)
        self.assertEqual(report["summary"]["duplicates"], self.made.duplicates)
        by_file = {row["organisation"].removeprefix("'"): row for row in rows(self.whole / "index.csv")}
        for group in report["groups"]:
            row = by_file[group["value"]]
            self.assertEqual(int(row["domains"]), group["domains"])
            for status, count in group["status"].items():
                self.assertEqual(int(row[status]), count)
            for weakness, count in group["weaknesses"].items():
                self.assertEqual(int(row[weakness]), count)
        places = [domain["organisation"] for domain in report["domains"]]
        self.assertEqual(places, sorted(places), "groups stand together")

    def test_zone_files_are_what_an_audit_can_lay_over_the_facts(self):
        for row in rows(self.whole / "index.csv")[:10]:
            name = row["organisation"].removeprefix("'")
            domain = self.made.organisations[name][0]
            done = rampart("audit", domain, *self.zone, "--what-if", self.whole / (row["file"] + ".zone"), "--format", "json", "--no-config")
            self.assertIn(done.status, (0, 1), done.err)

    def test_what_changed_since_the_last_run(self):
        folder, zone = self.dir / "again", self.dir / "example.zone"
        make_portfolio.write_zone(zone, 1201)
        listing = self.dir / "some.csv"
        listing.write_text("domain;organisation\n" + "".join(f"m{number:05d}.example;Org {number % 3}\n" for number in range(60)))
        command = ("--list", listing, "--zone", zone, "--split", "Organisation", "--output", folder)
        run(*command)
        _, errors, _, _ = run(*command)
        self.assertIn("0 changes since the last run", errors)
        mended = next(row["domain"] for row in rows(next(folder.glob("org-0-*.csv"))) if row["status"] == "spoofable")
        make_portfolio.write_zone(zone, 1201, mended={mended.split(".")[0]})
        listing.write_text("domain;organisation\n" + "".join(f"m{number:05d}.example;Org {number % 3}\n" for number in range(57))
                           + "m00058.example;Org 2\nm00059.example;New\n")
        run(*command)
        changes = [tuple(row.values()) for row in rows(folder / "changes.csv")]
        self.assertIn(("Org 0", "m00057.example", "domain-went", ""), [change[:4] for change in changes])
        self.assertIn(("Org 1", "m00058.example", "domain-went", ""), [change[:4] for change in changes])
        self.assertIn(("Org 2", "m00058.example", "domain-appeared", ""), [change[:4] for change in changes])
        self.assertIn(("New", "m00059.example", "domain-appeared", ""), [change[:4] for change in changes])
        of_mended = [change for change in changes if change[1] == mended]
        self.assertIn(("status", "", "spoofable", "protected"), [change[2:] for change in of_mended])
        self.assertTrue(any(change[2] == "finding-went" for change in of_mended))
        self.assertEqual({change[1] for change in changes}, {"m00057.example", "m00058.example", "m00059.example", mended})
        run("--list", self.dir / "some.csv", "--zone", zone, "--split", "organisation", "--output", folder)
        self.assertEqual(rows(folder / "changes.csv"), [], "each change is told once")

    def test_killed_half_way_and_resumed(self):
        folder = self.dir / "killed"
        folder.mkdir()
        command = (*self.split, "--output", folder)
        journal = f"{folder}.rampart-journal"
        status, errors = kill_half_way(journal, 30_000, *command)
        self.assertEqual(status, -9, errors)
        self.assertEqual(list(folder.iterdir()), [], "the folder is as it was")
        with open(journal, "ab") as torn:  # as a crash may leave it
            torn.write(b"\x00\x10\x00\x00 and then the power went")
        status, errors, _, _ = run(*self.split, "--output", folder, "--resume", "--block-list", "list.example")
        self.assertEqual(status, 2)
        self.assertIn("the journal is of a run with audit.block_lists=, and here audit.block_lists=list.example", errors)
        other = self.dir / "other.csv"
        other.write_bytes(self.made.list.read_bytes().replace("finance".encode("utf-16-le"), "markets".encode("utf-16-le")))
        status, errors, _, _ = run("--list", other, *self.zone, "--split", "organisation", "--output", folder, "--resume")
        self.assertEqual(status, 2)
        self.assertIn("is not what it was", errors)
        status, errors, _, _ = run(*command, "--resume")
        self.assertEqual(status, 1, errors)
        self.assertRegex(errors, r"[1-9]\d* domains of the interrupted run are taken over")
        check_split(self, folder, self.made)
        self.assertEqual(contents(folder), contents(self.whole))
        self.assertEqual([path.name for path in self.dir.glob("killed*")], ["killed"], "and nothing is left beside it")

    def test_a_second_kill_leaves_the_files_of_the_last_run(self):
        folder = self.dir / "twice"
        run("--list", "-", *self.zone, "m00001.example", "--split", "organisation", "--output", folder)
        listing = self.dir / "one.csv"
        listing.write_text("domain;organisation\nm00001.example;Org\n")
        run("--list", listing, *self.zone, "--split", "organisation", "--output", folder)
        before = contents(folder)
        status, errors = kill_half_way(f"{folder}.rampart-journal", 1_000, *self.split, "--output", folder)
        self.assertEqual(status, -9, errors)
        self.assertEqual(contents(folder), before)
        status, errors, _, _ = run(*self.split, "--output", folder)
        self.assertIn("--resume would have continued it", errors)
        check_split(self, folder, self.made)
        self.assertTrue(all(row["change"] in ("domain-went", "domain-appeared") for row in rows(folder / "changes.csv")))

    def test_every_format_that_can_be_resumed(self):
        for form in ("text", "json", "jsonl", "csv", "html"):
            with self.subTest(form):
                whole, parts = self.dir / f"whole.{form}", self.dir / f"parts.{form}"
                run("--list", self.made.list, *self.zone, "--format", form, "--output", whole, "--group-by", "sector")
                command = ("--list", self.made.list, *self.zone, "--format", form, "--output", parts, "--group-by", "sector", "--resume")
                status, errors = kill_half_way(f"{parts}.rampart-journal", 5_000, *command)
                self.assertEqual(status, -9, errors)
                self.assertFalse(parts.exists())
                for left in self.dir.glob(f"parts.{form}.*.tmp"):
                    left.unlink()
                status, errors, _, _ = run(*command)
                self.assertEqual(status, 1, errors)
                self.assertIn("are taken over", errors)
                self.assertTrue(contents_of(whole) == contents_of(parts), f"the same {form} as without the interruption")

    def test_what_cannot_be_done_is_said(self):
        taken = self.dir / "taken"
        taken.mkdir(exist_ok=True)
        (taken / "thesis.odt").write_text("x")
        for arguments, words in (
                (("--split", "organisation"), "--split needs a folder"),
                (("--split", "organisation", "--output", self.dir / "x", "--format", "csv"), "leave out --group-by and --format"),
                (("--split", "shoe size", "--output", self.dir / "x"), "no list says anything in a column shoe size"),
                (("--split", "organisation", "--output", taken), "holds thesis.odt"),
                (("--resume",), "--resume keeps its journal beside a file"),
                (("--resume", "--output", self.dir / "x.sarif", "--format", "sarif"), "SARIF"),
                (("--resume", "--output", self.dir / "x.csv", "--record", self.dir / "x.book"), "no recording")):
            done = rampart("audit", "--list", self.made.list, *self.zone, *arguments, "--no-config")
            self.assertEqual(done.status, 2, done.err)
            self.assertIn(words, done.err)
        self.assertEqual([path.name for path in taken.iterdir()], ["thesis.odt"])
        self.assertEqual(list(self.dir.glob("x*")) + list(self.dir.glob("taken.*")), [])


def contents_of(path):
    return TIME.sub("TIME", path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
