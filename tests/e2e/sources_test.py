"""rampart reports sources, mark, marks, unmark: who sends as a domain, out of reports that were imported; what an audit takes from them."""

import csv
import datetime
import io
import json
import pathlib
import tempfile
import time
import unittest

from rampart_run import rampart
from servers import Nsd

DAY = 86400
TODAY = int(datetime.datetime.now(datetime.timezone.utc).timestamp()) // DAY

BANK = """\
$ORIGIN bank.example.
@ 3600 IN SOA ns host 1 3600 600 86400 60
@ 3600 IN NS ns
ns 3600 IN A 192.0.2.53
@ 3600 IN TXT "v=spf1 ip4:192.0.2.1 include:sendgrid.net -all"
mx1 3600 IN A 192.0.2.1
_dmarc 3600 IN TXT "v=DMARC1; p=none; rua=mailto:d@bank.example"
xq7rare._domainkey 3600 IN TXT "v=DKIM1; p="
"""
SENDGRID = """\
$ORIGIN sendgrid.net.
@ 3600 IN SOA ns host 1 3600 600 86400 60
@ 3600 IN NS ns
@ 3600 IN TXT "v=spf1 ip4:198.51.100.0/24 -all"
o1 3600 IN A 198.51.100.9
"""
REVERSE = """\
$ORIGIN {zone}
@ 3600 IN SOA ns.bank.example. host.bank.example. 1 3600 600 86400 60
@ 3600 IN NS ns.bank.example.
{records}
"""

RECORD = """<record><row><source_ip>{address}</source_ip><count>{count}</count><policy_evaluated><disposition>none</disposition>
<dkim>{dkim}</dkim><spf>{spf}</spf></policy_evaluated></row><identifiers><header_from>{sender}</header_from></identifiers>
<auth_results>{signature}<spf><domain>{envelope}</domain><scope>mfrom</scope><result>{spf_result}</result></spf></auth_results></record>"""


def record(address, count, selector=None, spf="fail", sender="bank.example", envelope="bank.example"):
    signature = f"<dkim><domain>bank.example</domain><selector>{selector}</selector><result>pass</result></dkim>" if selector else ""
    return RECORD.format(address=address, count=count, dkim="pass" if selector else "fail", spf=spf, sender=sender,
                         signature=signature, envelope=envelope, spf_result=spf)


def report(number, day, records):
    return f"""<?xml version="1.0"?><feedback><report_metadata><org_name>mx.example</org_name><email>d@mx.example</email>
<report_id>r{number}</report_id><date_range><begin>{day * DAY}</begin><end>{day * DAY + DAY - 1}</end></date_range></report_metadata>
<policy_published><domain>bank.example</domain><p>none</p></policy_published>{"".join(records)}</feedback>"""


class SourcesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.root = pathlib.Path(cls.folder.name)
        zones = cls.root / "zones"
        zones.mkdir()
        (zones / "bank.example.zone").write_text(BANK)
        (zones / "sendgrid.net.zone").write_text(SENDGRID)
        (zones / "2.0.192.in-addr.arpa.zone").write_text(
            REVERSE.format(zone="2.0.192.in-addr.arpa.", records="1 3600 IN PTR mx1.bank.example."))
        (zones / "100.51.198.in-addr.arpa.zone").write_text(
            REVERSE.format(zone="100.51.198.in-addr.arpa.", records="9 3600 IN PTR o1.sendgrid.net."))
        (zones / "113.0.203.in-addr.arpa.zone").write_text(REVERSE.format(zone="113.0.203.in-addr.arpa.", records=""))
        cls.zones = zones
        reports = cls.root / "reports"
        reports.mkdir()
        for i, day in enumerate(range(TODAY - 40, TODAY)):
            (reports / f"{i}.xml").write_text(report(i, day, [
                record("192.0.2.1", 100, "s1", "pass"), record("198.51.100.9", 50, "xq7rare", sender="news.bank.example"),
                record("203.0.113.66", 3), record("203.0.113.70", 2, spf="fail", envelope="elsewhere.example")]))
        cls.reports = reports

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.store = str(pathlib.Path(folder.name) / "s.db")
        run = rampart("reports", "import", "--store", self.store, self.reports)
        self.assertEqual(run.status, 0, run.err)

    def sources(self, *arguments):
        run = rampart("reports", "sources", "bank.example", "--store", self.store, *arguments)
        self.assertEqual(run.status, 0, run.err)
        return run

    def json(self, *arguments):
        return {source["id"]: source for source in self.sources("--format", "json", *arguments).json()["sources"]}

    def test_names_senders_with_evidence(self):
        found = self.json("--zone", self.zones)
        self.assertEqual(set(found), {"own", "service:sendgrid", "spoofing"})
        own = found["own"]
        self.assertEqual((own["kind"], own["confidence"], own["messages"], own["authenticated"]), ("own", "certain", 3000 - 100, 2900))
        self.assertEqual([key["selector"] for key in found["service:sendgrid"]["dkim_keys"]], ["xq7rare"])
        self.assertEqual({evidence["kind"] for evidence in found["service:sendgrid"]["evidence"]}, {"reverse-name", "spf-include", "reason"})
        self.assertEqual(found["spoofing"]["confidence"], "likely")
        self.assertEqual(found["own"]["since"], str(datetime.date.fromordinal(TODAY - 40 + 719163)))

    def test_reads_in_one_look(self):
        text = self.sources("--zone", self.zones).out
        self.assertIn("Your own servers: 2,900 of 4,495 (64.5 %) messages", text)
        self.assertIn("PTR o1.sendgrid.net", text)
        self.assertIn("0 of 145 (0.0 %)", text)
        self.assertNotIn("\x1b", text)

    def test_without_dns(self):
        text = self.sources("--no-dns").out
        self.assertIn("DNS was not asked (--no-dns)", text)
        self.assertNotIn("PTR", text)
        wrong = rampart("reports", "sources", "bank.example", "--store", self.store, "--no-dns", "--zone", self.zones)
        self.assertEqual(wrong.status, 2)

    def test_csv(self):
        rows = list(csv.DictReader(io.StringIO(self.sources("--zone", self.zones, "--format", "csv").out)))
        self.assertEqual([row["id"] for row in rows], ["own", "service:sendgrid", "spoofing"])
        self.assertEqual(rows[0]["messages"], "2900")

    def test_bounds_how_much_is_asked(self):
        run = self.sources("--zone", self.zones, "--lookups", "1")
        self.assertIn("DNS was asked about the 1 address with most messages; 3 addresses with 1,595 messages were left out", run.out)

    def test_the_owner_marks_a_source(self):
        mark = ["reports", "mark", "bank.example", "203.0.113.66", "--store", self.store, "--as", "own"]
        self.assertEqual(rampart(*mark).status, 2, "a reason is needed")
        done = rampart(*mark, "--name", "Branch office", "--reason", "the network plan")
        self.assertEqual((done.status, done.out), (0, "mark 1: 203.0.113.66 is own (Branch office) for bank.example\n"))
        found = self.json("--zone", self.zones)
        self.assertEqual(found["marked:203.0.113.66"]["name"], "Branch office")
        self.assertEqual(found["marked:203.0.113.66"]["mark"]["reason"], "the network plan")
        self.assertEqual(found["spoofing"]["messages"], 58)
        listed = rampart("reports", "marks", "--store", self.store)
        self.assertIn("Branch office", listed.out)
        self.assertIn("the network plan", listed.out)
        self.assertEqual(rampart("reports", "unmark", "1", "--store", self.store).status, 0)
        self.assertEqual(rampart("reports", "unmark", "1", "--store", self.store).status, 2)
        self.assertNotIn("marked:203.0.113.66", self.json("--zone", self.zones))
        self.assertEqual(rampart("reports", "marks", "--store", self.store).out, "Nobody has marked a source.\n")
        history = rampart("reports", "marks", "--all", "--format", "json", "--store", self.store).json()["marks"]
        self.assertTrue(history[0]["removed"]["who"])

    def test_wrong_marks_are_refused(self):
        for source in ("spoofing", "0.0.0.0/0", "192.0.2.7/24", "somebody"):
            run = rampart("reports", "mark", "bank.example", source, "--store", self.store, "--as", "own", "--reason", "x")
            self.assertEqual(run.status, 2, source)
            self.assertIn("hint:", run.err)

    def test_marks_that_meet_nothing_are_said_to(self):
        mark = ["reports", "mark", "--store", self.store, "--as", "service", "--reason", "x"]
        run = rampart(*mark, "bank.exmaple", "service:sendgrid")
        self.assertEqual(run.status, 0)
        self.assertIn("no report in the store speaks of bank.exmaple", run.err)
        run = rampart(*mark, "bank.example", "service:sendgird")
        self.assertEqual(run.status, 0)
        self.assertIn("no provider that is known has the id of service:sendgird", run.err)
        for source in ("service:sendgrid", "unknown:payroll.example", "unknown:192.0.2.0/24", "198.51.100.0/24"):
            self.assertEqual(rampart(*mark, "bank.example", source).err, "", source)
        for number in ("abc", "0", "-1", "99999999999999999999"):
            run = rampart("reports", "unmark", "--store", self.store, "--", number)
            self.assertEqual(run.status, 2, number)
            self.assertIn("is no mark's number", run.err)

    def test_an_audit_takes_selectors_from_reports(self):
        audit = ["audit", "bank.example", "--zone", self.zones / "bank.example.zone", "--format", "json"]
        book = pathlib.Path(self.store).with_name("with.book")
        run = rampart(*audit, "--store", self.store, "--record", book)
        self.assertIn(run.status, (0, 1, 3), run.err)
        self.assertIn('"seen_selectors":["s1","xq7rare"]', book.read_text().replace("\\", ""))

    def test_nothing_known(self):
        run = rampart("reports", "sources", "nobody.example", "--store", self.store, "--no-dns")
        self.assertEqual(run.status, 0)
        self.assertIn("the store has no reports of nobody.example", run.err)
        missing = rampart("reports", "sources", "bank.example", "--store", self.store + ".none")
        self.assertEqual(missing.status, 2)

    def test_what_is_configured_wrongly_is_named(self):
        for option, value in (("--asn-database", "/nowhere.mmdb"), ("--providers", "/nowhere.toml"), ("--own-domain", "no domain")):
            run = rampart("reports", "sources", "bank.example", "--store", self.store, "--no-dns", option, value)
            self.assertEqual(run.status, 2, option)


class NewsTest(unittest.TestCase):
    """rampart watch tells the news of reports, each once."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        zones = self.dir / "zones"
        zones.mkdir()
        (zones / "bank.example.zone").write_text(BANK)
        (zones / "sendgrid.net.zone").write_text(SENDGRID)
        (zones / "100.51.198.in-addr.arpa.zone").write_text(
            REVERSE.format(zone="100.51.198.in-addr.arpa.", records="9 3600 IN PTR o1.sendgrid.net."))
        self.servers = [Nsd(zones), Nsd(zones)]
        for server in self.servers:
            self.addCleanup(server.stop)
        self.config = self.dir / "rampart.toml"
        self.config.write_text(f'[watch]\nconfirm_after = "1s"\njson_file = "{self.dir}/events"\n')
        self.number = 0

    def reported(self, days, records):
        folder = self.dir / f"reports{self.number}"
        folder.mkdir()
        for day in days:
            self.number += 1
            (folder / f"{self.number}.xml").write_text(report(f"n{self.number}", day, records))
        run = rampart("reports", "import", "--store", f"{self.dir}/s.db", folder)
        self.assertEqual(run.status, 0, run.err)

    def watch(self):
        run = rampart("watch", "bank.example", "--once", "--config", self.config, "--sink", "json", "--store", f"{self.dir}/s.db",
                      "--resolver", self.servers[0].address, "--second-resolver", self.servers[1].address, "--dns-timeout", "2s")
        self.assertEqual(run.status, 0, run.err)

    def told(self):
        path = self.dir / "events"
        events = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [(alert["what"], alert["key"], alert["title"]) for event in events for alert in event["alerts"]]

    def test_an_audit_finds_the_key_that_nobody_could_guess(self):
        self.reported([TODAY - 1], [record("198.51.100.9", 30, "xq7rare")])
        audit = ["audit", "bank.example", "--resolver", self.servers[0].address, "--dns-timeout", "2s", "--format", "json"]
        self.assertNotIn("xq7rare", rampart(*audit).out)
        self.assertIn("xq7rare", rampart(*audit, "--store", f"{self.dir}/s.db").out)

    def watch_until_told(self, count):
        for _ in range(4):
            self.watch()
            if len(self.told()) >= count:
                return
            time.sleep(1.1)

    def test_each_is_told_once(self):
        steady = [record("192.0.2.1", 50, "s1", "pass"), record("203.0.113.66", 1)]
        self.reported(range(TODAY - 50, TODAY), steady)
        self.watch()
        self.watch()
        self.assertEqual(self.told(), [])
        self.reported([TODAY - 1], [record("203.0.113.70", 700), record("198.51.100.9", 30, "s2")])
        self.watch_until_told(2)
        self.watch_until_told(3)
        told = self.told()
        self.assertEqual([(what, key) for what, key, _ in told],
                         [("appeared", "reports-new-sender service:sendgrid"), ("appeared", "reports-spoofing-wave")])
        self.assertIn("30 messages, 30 of them authenticated", told[0][2])
        self.assertIn("PTR o1.sendgrid.net", told[0][2])
        self.assertIn("707 messages in the last 7 days", told[1][2])


if __name__ == "__main__":
    unittest.main()
