"""rampart advise: made reports are imported, and what is advised on them is what they say."""

import datetime
import json
import pathlib
import tempfile
import unittest

import jsonschema

import made_reports as made
from rampart_run import SOURCE, rampart
from servers import Knot, own_address

SCHEMA = json.loads((SOURCE / "docs" / "rampart.advise-1.schema.json").read_text(encoding="utf-8"))
SOFT = "v=DMARC1; p=quarantine; sp=quarantine; pct=0; t=y; rua=mailto:dmarc@bank.example"


def day(back):
    return (made.today() - datetime.timedelta(days=back)).strftime("%Y-%m-%d")


class AdviseTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.store = self.folder / "reports.db"
        self.zones = made.write_zones(self.folder / "zones")

    def read(self, first, rows_of, **more):
        reports = made.history(self.folder / "reports", first, rows_of, **more)
        run = rampart("reports", "import", "--store", self.store, reports)
        self.assertEqual(run.status, 0, run.err)

    def advise(self, *options, status=None, source=None):
        run = rampart("advise", "--store", self.store, *(source or ("--zone", self.zones)), "bank.example", "--format", "json", *options)
        if status is not None:
            self.assertEqual(run.status, status, run.err)
        document = run.json()
        jsonschema.validators.validator_for(SCHEMA)(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(document)
        return document

    def fix(self, *options):
        run = rampart("fix", "plan", "--store", self.store, "--zone", self.zones, "bank.example", "--format", "json", *options)
        self.assertEqual(run.status, 0, run.err)
        return {step["step"]: step for step in run.json()["steps"] if step["number"]}

    def test_blocked_by_a_sender(self):
        self.read(40, lambda back: [made.own(), made.newsletter(signed=False), made.forged()])
        advice = self.advise(status=1)
        self.assertEqual(advice["verdict"], "not-ready")
        self.assertEqual([(one["gate"], one["source"]) for one in advice["blockers"]], [("authentication", "service:sendgrid")])
        self.assertIn("authenticate the domain", advice["blockers"][0]["mend"])
        self.assertEqual(advice["sentence"], "Enforcing p=quarantine today would have stopped 1,320 forged messages and 600 real messages "
                         "in 30 days (about 140 a week), all from SendGrid.")
        rate = advice["blast"]["legitimate_a_day"]
        self.assertEqual(rate["mean"], 20)
        self.assertLess(rate["low"], 20)
        self.assertGreater(rate["high"], 20)
        self.assertFalse(advice["next"]["now"])
        self.assertEqual(advice["spf"]["idle_includes"], ["spf.payroll.example", "spf.old.example"])
        steps = self.fix()
        self.assertNotIn("advised-policy", steps)
        self.assertEqual(steps["p-quarantine"]["breaks"]["failing"], ["SendGrid"])
        self.assertFalse(steps["p-quarantine"]["proven"])

    def test_mended_ready_proven(self):
        self.read(60, lambda back: [made.own(), made.newsletter(signed=back <= 40), made.forged()])
        advice = self.advise(status=0)
        self.assertEqual(advice["verdict"], "proven")
        self.assertEqual(advice["blockers"], [])
        self.assertEqual(advice["next"]["record"], SOFT)
        self.assertTrue(advice["next"]["now"])
        self.assertEqual(advice["rollback"], "v=DMARC1; p=none; rua=mailto:dmarc@bank.example")
        self.assertEqual(advice["honours"]["t"], ["google.com"])
        self.assertEqual(advice["honours"]["pct"], ["outlook.com"])
        steps = self.fix()
        self.assertIn(SOFT, steps["advised-policy"]["changes"][0]["data"])
        self.assertEqual(steps["advised-policy"]["breaks"]["failing"], [])
        self.assertTrue(steps["sp-reject"]["proven"], steps["sp-reject"])
        # Without reports of it nothing is known.
        alone = rampart("fix", "plan", "--store", self.folder / "none.db", "--zone", self.zones, "bank.example", "--format", "json").json()
        self.assertTrue(all(not step["breaks"]["known"] for step in alone["steps"] if step["step"] == "p-quarantine"))

    def test_monthly_payroll(self):
        self.read(120, lambda back: [made.own(), made.newsletter(), made.forged()] + ([made.payroll()] if back in (95, 65, 35) else []))
        advice = self.advise(status=1)
        self.assertEqual(advice["verdict"], "not-ready")
        self.assertEqual([one["gate"] for one in advice["blockers"]], ["authentication"])
        self.assertIn("about every 30 days", advice["blockers"][0]["says"])
        self.assertIn(f"payroll.example, last seen on {day(35)}, would have lost 120 of its 120 messages", advice["sentence"])
        # Its owner says that it is none of his: then it is in nobody's way.
        run = rampart("reports", "mark", "bank.example", "service:payroll.example", "--as", "spoofing", "--reason", "left in May",
                      "--store", self.store)
        self.assertEqual(run.status, 0, run.err)
        self.assertEqual(self.advise(status=0)["verdict"], "proven")

    def test_forwarders(self):
        made.write_zones(self.zones, "v=DMARC1; p=quarantine; rua=mailto:dmarc@bank.example")
        self.read(60, lambda back: [made.own(), made.newsletter(), made.forged(), made.posted()], policy="<p>quarantine</p>")
        advice = self.advise(status=1)
        self.assertEqual(advice["verdict"], "stay")
        self.assertIn("the advisory's control DMARC p=reject (NCA-34.061725) stays open", advice["notes"])
        accepted = self.advise("--accept-risk", status=0)
        self.assertEqual(accepted["verdict"], "accepted")
        self.assertIn("accepted", accepted["headline"])
        self.assertEqual([gate["state"] for gate in accepted["gates"] if gate["gate"] == "indirect"], ["accepted"])
        everything = rampart("advise", "--all", "--accept-risk", "--store", self.store, "--zone", self.zones).out
        self.assertIn("accepted", everything.splitlines()[1])
        self.assertIn("1 of 1 domain can take its next step today, 1 of them with an accepted risk.", everything)
        self.assertEqual(accepted["next"]["record"], SOFT.replace("quarantine", "reject"))

    def test_day_one(self):
        self.read(3, lambda back: [made.own(), made.forged()])
        advice = self.advise(status=1)
        self.assertEqual(advice["headline"], f"not ready for p=quarantine in test: 3 of 30 days of reports; look again on {day(-27)}")
        self.assertEqual(advice["look_again"], day(-27))

    def test_forged_reports_do_not_count(self):
        # Whoever can mail a report can forge thirty clean days; what nobody vouches for is shown and counts for nothing.
        self.read(40, lambda back: [made.own(), made.newsletter(signed=False)])
        import sqlite3
        with sqlite3.connect(self.store) as database:
            database.execute("UPDATE report SET trust = 'unverified'")
            database.execute("UPDATE report_reporter SET text = REPLACE(text, 'imported ', 'unverified ')")
        advice = self.advise(status=1)
        self.assertEqual(advice["verdict"], "not-ready")
        self.assertEqual(advice["blockers"][0]["says"], "no report that counts has come")
        self.assertIn("not counted: 120 reports of unknown origin", advice["gates"][0]["evidence"][0])

    def vouch(self, trust, *names):
        """As if the reports of these had come by mail that is theirs, and no more."""
        import sqlite3
        with sqlite3.connect(self.store) as database:
            for name in names:
                database.execute("UPDATE report SET trust = ? WHERE reporter = (SELECT id FROM report_reporter WHERE text = ?)",
                                 (trust, "imported " + name))
                database.execute("UPDATE report_reporter SET text = ? WHERE text = ?", (f"{trust} {name}", "imported " + name))

    def test_a_verified_mail_of_anybody_changes_nothing(self):
        self.read(40, lambda back: [made.own(), made.newsletter(signed=False), made.forged()])
        before = self.advise(status=1)
        folder = self.folder / "evil"
        folder.mkdir()
        made.write(folder, 1, [made.newsletter(count=2**53)], reporter="evil.example", policy="<p>reject</p>")
        made.write(folder, 2, [made.Row(made.OWN, 5000, None, ("bank.example", None, "fail"))], reporter="evil.example")
        self.assertEqual(rampart("reports", "import", "--store", self.store, folder).status, 0)
        self.vouch("verified", "evil.example")
        advice = self.advise(status=1)
        self.assertEqual([(one["gate"], one["says"]) for one in advice["blockers"]], [(one["gate"], one["says"]) for one in before["blockers"]])
        self.assertEqual(advice["current"], before["current"])
        self.assertEqual([(one["ground"], one["counts"]) for one in advice["reporters"] if one["name"] == "evil.example"], [("none", False)])
        self.assertEqual([(one["source"], one["failing"], one["reporters"]) for one in advice["said_aside"]], [("own", 5000, ["evil.example"])])
        text = rampart("advise", "--store", self.store, "--zone", self.zones, "bank.example").out
        self.assertIn("said only by evil.example", text)

    def test_lesser_known_reporters_are_named_by_a_line(self):
        folder = self.folder / "small"
        folder.mkdir()
        names = ["a.example", "b.example", "c.example"]
        for back in range(40, 0, -1):
            for name in names:
                made.write(folder, back, [made.own()], reporter=name)
        self.assertEqual(rampart("reports", "import", "--store", self.store, folder).status, 0)
        self.assertEqual(self.advise(status=0)["verdict"], "proven")  # the operator gave the files
        self.vouch("verified", *names)
        advice = self.advise(status=1)
        line = 'reporters = ["a.example", "b.example", "c.example"]'
        self.assertIn(line, advice["blockers"][0]["mend"])
        config = self.folder / "rampart.toml"
        config.write_text(f"[reports]\n{line}\n", encoding="utf-8")
        self.assertEqual(self.advise("--config", config, status=0)["verdict"], "proven")
        self.assertEqual(self.advise("--reporter", "a.example", "--reporter", "b.example", "--reporter", "c.example", status=0)["verdict"],
                         "proven")

    def test_known_receivers_count_by_their_mail(self):
        folder = self.folder / "known"
        folder.mkdir()
        names = ["google.com", "microsoft.com", "dmarc.yahoo.com"]
        for back in range(40, 0, -1):
            for name in names:
                made.write(folder, back, [made.own(), made.forged()], reporter=name)
        self.assertEqual(rampart("reports", "import", "--store", self.store, folder).status, 0)
        self.vouch("verified", *names)
        advice = self.advise(status=0)
        self.assertEqual(advice["verdict"], "proven")
        self.assertEqual({one["ground"] for one in advice["reporters"]}, {"known"})

    def test_a_month_in_one_report_is_no_month(self):
        folder = self.folder / "long"
        folder.mkdir()
        for name in ("google.com", "outlook.com", "mx.isp.example"):
            made.write(folder, 31, [made.own()], reporter=name, days=31)
        self.assertEqual(rampart("reports", "import", "--store", self.store, folder).status, 0)
        advice = self.advise(status=1)
        self.assertIn("1 of 30 days", advice["gates"][0]["says"])

    def test_what_dns_did_not_say(self):
        self.read(40, lambda back: [made.own(), made.newsletter(),
                                    made.Row("198.51.101.7", 30, None, ("bureau.example", None, "pass"))])
        # No zone is of its reverse name, so nobody can say that there is none.
        advice = self.advise(status=1)
        self.assertEqual([one["gate"] for one in advice["blockers"]], ["inventory"])
        self.assertIn("DNS did not say whose 198.51.101.7 is, so 1,200 messages", advice["blockers"][0]["says"])
        self.assertEqual(advice["lookups"]["unanswered"], 1)
        self.assertEqual(advice["lookups"]["named"][0]["address"], "198.51.101.7")
        self.assertIn("PTR", advice["lookups"]["named"][0]["why"])
        text = rampart("advise", "--store", self.store, "--zone", self.zones, "bank.example").out
        self.assertIn("What DNS did not say\n  - 198.51.101.7 (1,200 messages)", text)
        # That there is none is an answer: nothing says that it is the bank's.
        (self.zones / "101.51.198.in-addr.arpa.zone").write_text(
            made.ZONES["113.0.203.in-addr.arpa.zone"].replace("113.0.203", "101.51.198"), encoding="utf-8")
        advice = self.advise(status=0)
        self.assertEqual(advice["verdict"], "proven")
        self.assertEqual(advice["lookups"]["unanswered"], 0)

    def test_without_dns(self):
        self.read(40, lambda back: [made.own(), made.forged()])
        advice = self.advise("--no-dns", source=("--no-dns",), status=1)
        self.assertEqual(advice["current"]["from"], "reports")
        self.assertEqual(advice["verdict"], "not-ready")  # who the servers are is not known then
        self.assertEqual([gate["state"] for gate in advice["gates"] if gate["gate"] == "rollback"], ["unknown"])

    def test_other_policies_are_tried(self):
        self.read(40, lambda back: [made.own(), made.newsletter(), made.forged()])
        self.assertEqual(self.advise("--policy", "none")["blast"]["forged"], 0)
        reject = self.advise("--policy", "reject", "--since", "10d")
        self.assertEqual(reject["tried"], "reject")
        self.assertEqual(reject["blast"]["from"], day(10))
        self.assertEqual(reject["blast"]["forged"], 440)

    def test_the_portfolio(self):
        self.read(40, lambda back: [made.own(), made.newsletter(), made.forged()])
        made.history(self.folder / "more", 3, lambda back: [made.own()], domain="shop.example")
        self.assertEqual(rampart("reports", "import", "--store", self.store, self.folder / "more").status, 0)
        names = self.folder / "list.csv"
        names.write_text("domain,organisation\nbank.example,Ministry\nshop.example,Ministry\n", encoding="utf-8")
        run = rampart("advise", "--all", "--store", self.store, "--zone", self.zones, "--list", names, "--format", "json")
        self.assertEqual(run.status, 0, run.err)
        self.assertEqual([(one["organisation"], one["domain"], one["verdict"]) for one in run.json()["domains"]],
                         [("Ministry", "bank.example", "proven"), ("Ministry", "shop.example", "not-ready")])
        text = rampart("advise", "--all", "--store", self.store, "--zone", self.zones).out
        self.assertIn("1 of 2 domains can take their next step today.", text)

    def test_what_a_verdict_covers_is_published(self):
        address = own_address(53)
        for path in self.zones.iterdir():
            path.write_text(path.read_text().replace("192.0.2.53", address), encoding="utf-8")
        server = Knot(self.zones, updates=True, host=address, port=53)
        self.addCleanup(server.stop)
        before = server.dump("bank.example")

        def apply(store):
            return rampart("fix", "apply", "bank.example", "--resolver", server.address, "--server", server.address, "--key", server.key,
                           "--wait", "5s", "--yes", "--store", store, XDG_DATA_HOME=self.folder / "data")

        def record():
            return [line for line in server.dump("bank.example") if line.startswith("_dmarc")]

        # Three days are not enough, whatever they say.
        self.read(3, lambda back: [made.own(), made.newsletter(), made.forged()])
        self.assertIn("Nothing to publish", apply(self.store).out)
        months = made.history(self.folder / "months", 40, lambda back: [made.own(), made.newsletter(), made.forged()])
        self.assertEqual(rampart("reports", "import", "--store", self.folder / "months.db", months).status, 0)
        run = apply(self.folder / "months.db")
        self.assertEqual(run.status, 0, run.out + run.err)
        self.assertIn(SOFT, record()[0])
        self.assertTrue(any("held back" in line for line in run.out.splitlines()), run.out)
        # The same reports say nothing of the record that stands now.
        self.assertIn("Nothing to publish", apply(self.folder / "months.db").out)
        tested = made.history(self.folder / "tested", 40, lambda back: [made.own(), made.newsletter(), made.forged()],
                              policy="<p>quarantine</p><sp>quarantine</sp><testing>y</testing>")
        self.assertEqual(rampart("reports", "import", "--store", self.folder / "tested.db", tested).status, 0)
        run = apply(self.folder / "tested.db")
        self.assertEqual(run.status, 0, run.out + run.err)
        self.assertIn('"v=DMARC1; p=quarantine; sp=quarantine; rua=mailto:dmarc@bank.example"', record()[0])
        for path in sorted((self.folder / "data" / "rampart" / "rollback").iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True):
            back = rampart("fix", "undo", path, "--resolver", server.address, "--key", server.key, "--yes", "--wait", "5s",
                           XDG_DATA_HOME=self.folder / "data")
            self.assertEqual(back.status, 0, back.out + back.err)
        self.assertEqual(server.dump("bank.example"), before)

    def test_wrong_usage(self):
        self.read(1, lambda back: [made.own()])
        for arguments, said in ((("advise", "--store", self.store), "no domain was given"),
                                (("advise", "--store", self.store, "--all", "bank.example"), "none is named"),
                                (("advise", "--store", self.store, "bank.example", "--since", "9999d"), "--since"),
                                (("advise", "--store", self.store, "bank.example", "--policy", "rejekt"), "did you mean reject?"),
                                (("advise", "--store", self.folder / "none.db", "bank.example"), "no store yet")):
            run = rampart(*arguments)
            self.assertEqual(run.status, 2, run.err)
            self.assertIn(said, run.err)


if __name__ == "__main__":
    unittest.main()
