"""rampart reports import, tls and prune: the reports that others sent, by every route, each once; what cannot be read is set aside;
a pipe from a mail server; parsedmarc's exports of the same reports."""

import csv
import gzip
import io
import json
import mailbox
import os
import pathlib
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest
import zipfile
from email.message import EmailMessage

from rampart_run import PROGRAM, SOURCE, rampart

SHARED = pathlib.Path(os.environ.get("RAMPART_SHARED", SOURCE / ".." / "shared"))
CORPUS = SHARED / "corpus" / "reports"
BEGIN, END = 1764028800, 1764115199  # 2025-11-25
ROWS = [("192.0.2.1", 3, "pass"), ("198.51.100.7", 40, "fail")]


def aggregate(report_id="<r1@mx.example>", rows=ROWS, begin=BEGIN, end=END):
    records = "".join(
        f"<record><row><source_ip>{address}</source_ip><count>{count}</count><policy_evaluated><disposition>none</disposition>"
        f"<dkim>{dkim}</dkim><spf>fail</spf></policy_evaluated></row><identifiers><header_from>bank.example</header_from></identifiers>"
        f"<auth_results><dkim><domain>bank.example</domain><selector>s1</selector><result>{dkim}</result></dkim></auth_results></record>"
        for address, count, dkim in rows)
    return (f"<?xml version='1.0'?><feedback><report_metadata><org_name>mail.mx.example</org_name><email>dmarc@mx.example</email>"
            f"<report_id>{report_id.replace('<', '&lt;').replace('>', '&gt;')}</report_id><date_range><begin>{begin}</begin><end>{end}</end>"
            f"</date_range></report_metadata><policy_published><domain>bank.example</domain><p>none</p></policy_published>{records}</feedback>")


def tls(successful=40, failed=2, report_id="t1"):
    return json.dumps({
        "organization-name": "Reporter Inc.", "contact-info": "tls@reporter.example", "report-id": report_id,
        "date-range": {"start-datetime": "2025-11-25T00:00:00Z", "end-datetime": "2025-11-25T23:59:59Z"},
        "policies": [{"policy": {"policy-type": "sts", "policy-domain": "bank.example", "policy-string": ["version: STSv1"]},
                      "summary": {"total-successful-session-count": successful, "total-failure-session-count": failed},
                      "failure-details": [{"result-type": "certificate-expired", "failed-session-count": failed,
                                           "sending-mta-ip": "192.0.2.9", "receiving-mx-hostname": "mx1.bank.example"}]}]})


def mail(content, maintype, subtype, name):
    message = EmailMessage()
    message["From"] = "reports@reporter.example"
    message["To"] = "dmarc@bank.example"
    message["Subject"] = "Report"
    message.set_content("A report is attached.\n")
    message.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
    return message


# As parsedmarc writes them: it takes the id apart, shortens the name to its registered domain and fills in defaults.
def exported(rows=ROWS):
    return {"xml_schema": "draft",
            "report_metadata": {"org_name": "mx.example", "org_email": "dmarc@mx.example", "org_extra_contact_info": None,
                                "report_id": "r1", "begin_date": "2025-11-24 19:00:00", "end_date": "2025-11-25 18:59:59", "errors": []},
            "policy_published": {"domain": "bank.example", "adkim": "r", "aspf": "r", "p": "none", "sp": "none", "pct": "100", "fo": "0"},
            "records": [{"source": {"ip_address": address, "country": None}, "count": count, "alignment": {"spf": False},
                         "policy_evaluated": {"disposition": "none", "dkim": dkim, "spf": "fail", "policy_override_reasons": []},
                         "identifiers": {"header_from": "bank.example", "envelope_from": None, "envelope_to": None},
                         "auth_results": {"dkim": [{"domain": "bank.example", "selector": "s1", "result": dkim}], "spf": []},
                         "interval_begin": "2025-11-25 00:00:00", "interval_end": "2025-11-25 23:59:59"}
                        for address, count, dkim in rows]}


def exported_csv(rows=ROWS):
    out = io.StringIO()
    names = ["xml_schema", "org_name", "org_email", "report_id", "begin_date", "end_date", "normalized_timespan", "domain", "adkim", "aspf",
             "p", "sp", "pct", "fo", "source_ip_address", "count", "spf_aligned", "dkim_aligned", "disposition", "header_from",
             "dkim_domains", "dkim_selectors", "dkim_results"]
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    for address, count, dkim in rows:
        writer.writerow({"xml_schema": "draft", "org_name": "mx.example", "org_email": "dmarc@mx.example", "report_id": "r1",
                         "begin_date": "2025-11-25 00:00:00", "end_date": "2025-11-25 23:59:59", "normalized_timespan": False,
                         "domain": "bank.example", "adkim": "r", "aspf": "r", "p": "none", "sp": "none", "pct": 100, "fo": 0,
                         "source_ip_address": address, "count": count, "spf_aligned": False, "dkim_aligned": dkim == "pass",
                         "disposition": "none", "header_from": "bank.example", "dkim_domains": "bank.example", "dkim_selectors": "s1",
                         "dkim_results": dkim})
    return out.getvalue()


class Reports(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.store = f"sqlite:{self.folder}/store.db"
        self.inbox = self.folder / "in"
        self.inbox.mkdir()

    def run_reports(self, *arguments, status=0):
        run = rampart("reports", *arguments, "--no-config", "--store", self.store)
        self.assertEqual(run.status, status, run.out + run.err)
        return run

    def read(self, *paths, status=0, more=()):
        return self.run_reports("import", "--format", "json", *more, *(paths or [self.inbox]), status=status).json()

    def put(self, name, content):
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def pipe(self, content, *more, store=None, believe="--no-verify"):
        done = subprocess.run([PROGRAM, "reports", "import", "-", believe, "--no-config", "--store", store or self.store, *more], input=content,
                              capture_output=True, timeout=120, cwd=SOURCE)
        self.assertNotIn(b"Sanitizer", done.stderr)
        return done

    def messages(self):
        return self.run_reports("show", "bank.example", "--since", "2025-11-01", "--format", "json").json()["messages"]


class Corpus(Reports):
    def setUp(self):
        super().setUp()
        if not CORPUS.is_dir():
            self.skipTest(f"no reports in {CORPUS}")

    def test_each_once_and_what_is_no_report_set_aside(self):
        files = [p for p in CORPUS.rglob("*") if p.is_file()]
        first = self.read(CORPUS, status=1)
        self.assertEqual(first["files"], len(files))
        self.assertGreaterEqual(first["reports"], 17)
        self.assertEqual(first["tls_reports"], 5)
        self.assertEqual(first["failures"], 2)
        self.assertEqual([pathlib.Path(one["file"]).name for one in first["set_aside"]], ["LICENSE", "LICENSE"])
        self.assertTrue(all(one["reason"] for one in first["set_aside"]))
        self.assertIn("hardfail", {one["defect"] for one in first["defects"]})
        self.assertEqual(first["pruned"], {"reports": 0, "tls_reports": 0, "failures": 0})
        second = self.read(CORPUS, status=1)
        self.assertEqual((second["reports"], second["tls_reports"], second["failures"], second["replaced"]), (0, 0, 0, 0))
        self.assertEqual(second["duplicates"], first["duplicates"] + first["reports"] + first["tls_reports"] + first["failures"])
        self.assertEqual(second["set_aside_count"], 2)

    def test_everything_was_read(self):
        self.read(CORPUS / "parsedmarc" / "google.com_smtp_tls_report.eml")
        self.read(CORPUS / "report-viewer" / "microsoft.json")


class Routes(Reports):
    def test_tls_reports_come_by_every_route_and_count_once(self):
        packed = gzip.compress(tls().encode())
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as out:
            out.writestr("report.json", tls())
            out.writestr("more.json.gz", packed)
        self.put("a.json", tls())
        self.put("sub/b.json.gz", packed)
        self.put("c.zip", archive.getvalue())
        self.put("d.eml", mail(packed, "application", "tlsrpt+gzip", "r.json.gz").as_bytes())
        self.put("e.eml", mail(tls().encode(), "application", "tlsrpt+json", "r.json").as_bytes())
        box = mailbox.mbox(self.inbox / "f.mbox")
        box.add(mail(packed, "application", "tlsrpt+gzip", "r.json.gz"))
        box.add(mail(archive.getvalue(), "application", "zip", "r.zip"))
        box.close()
        folder = mailbox.Maildir(self.inbox / "g")
        folder.add(mail(tls().encode(), "application", "tlsrpt+json", "r.json"))
        summary = self.read()
        self.assertEqual((summary["tls_reports"], summary["sessions"], summary["duplicates"]), (1, 42, 9))
        corrected = self.put("h.json", tls(successful=50))
        summary = self.read(corrected)
        self.assertEqual((summary["tls_reports"], summary["replaced"]), (1, 1))
        shown = self.run_reports("tls", "bank.example", "--since", "2025-11-01", "--format", "json").json()
        self.assertEqual((shown["successful"], shown["failed"], shown["reports"]), (50, 2, 1))
        self.assertEqual(shown["failures"][0]["mx"], "mx1.bank.example")
        self.assertEqual(shown["days"][0]["failures"][0]["reporter"], "reporter inc.")
        text = self.run_reports("tls", "bank.example", "--since", "2025-11-01").out
        self.assertIn("certificate-expired at mx1.bank.example", text)
        self.assertIn("bank.example", self.run_reports("tls", "--since", "2025-11-01").out)
        rows = list(csv.DictReader(io.StringIO(self.run_reports("tls", "bank.example", "--since", "2025-11-01", "--format", "csv").out)))
        self.assertEqual([(row["outcome"], row["sessions"]) for row in rows], [("successful", "50"), ("failed", "2")])

    def test_a_pipe_from_a_mail_server(self):
        message = mail(gzip.compress(aggregate().encode()), "application", "gzip", "mx.example!bank.example!1764028800!1764115199.xml.gz")
        for content in (message.as_bytes(), b"From dmarc@mx.example Tue Nov 25 09:00:00 2025\n" + message.as_bytes(),
                        gzip.compress(aggregate().encode()), aggregate().encode()):
            done = self.pipe(content)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.messages(), 43)
        self.assertEqual(self.pipe(tls().encode(), "--format", "json").returncode, 0)
        # What cannot be read is noted; the mail server is not told to send it back.
        done = self.pipe(b"Subject: Buy\n\nnothing\n")
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"standard input: the mail has no report", done.stdout)
        self.assertEqual(self.pipe(b"").returncode, 0)
        aside = self.folder / "aside"
        for content in (b"Subject: Buy\n\nnothing\n", b"<html>" + b"x" * 600000, message.as_bytes(), b"<html>" + b"x" * 600000):
            self.assertEqual(self.pipe(content, "--aside", str(aside)).returncode, 0)
        self.assertEqual(sorted(len(p.read_bytes()) for p in aside.iterdir()), [22, 600006])
        self.assertEqual(self.pipe(b"Subject: Buy\n\nnothing\n", "--aside", "/dev/null/x").returncode, 75)
        # What is our own fault is for later.
        done = self.pipe(message.as_bytes(), store="sqlite:/dev/null/store.db")
        self.assertEqual(done.returncode, 75)
        self.assertIn(b"rampart: error: ", done.stderr)
        config = self.put("wrong.toml", "[store]\nuri = 1\n")
        done = subprocess.run([PROGRAM, "reports", "import", "-", "--config", config], input=b"", capture_output=True, timeout=120)
        self.assertEqual(done.returncode, 75, done.stderr)

    def test_nothing_to_read_and_nothing_to_show_are_said(self):
        run = self.run_reports("import", self.inbox)
        self.assertIn("there is no file in the folder", run.err)
        self.assertIn("the store has no reports", self.run_reports("show").err)
        begin = 1500000000  # 2017-07-14
        self.put("a.xml", aggregate(begin=begin, end=begin + 3600))
        self.put("t.json", tls())
        self.read()
        for what in (["show"], ["show", "bank.example"], ["sources", "bank.example", "--no-dns"]):
            run = self.run_reports(*what)
            self.assertIn("of 2017-07-14, before the days shown: --since 2017-07-14 shows them", run.err, what)
            shown = self.run_reports(*what, "--since", "2017-07-14")
            self.assertNotIn("--since", shown.err)
            self.assertIn("bank.example", shown.out)
        self.assertIn("--since 2025-11-25 shows them", self.run_reports("tls", "--since", "1d").err)
        for since, words in (("2999-01-01", "is a day to come"), ("4000d", "at most 3660d"), ("0d", "at most 3660d")):
            self.assertIn(words, self.run_reports("show", "--since", since, status=2).err)

    def test_a_folder_that_may_not_be_read_stops_nothing_else(self):
        self.put("locked/hidden.xml", aggregate("hidden"))
        self.put("z.xml", aggregate())
        os.chmod(self.inbox / "locked", 0)
        self.addCleanup(os.chmod, self.inbox / "locked", 0o700)
        as_whom = {}
        if os.geteuid() == 0:  # who may read everything
            as_whom = {"user": 65534, "group": 65534, "extra_groups": []}
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, 65534, 65534)
        done = subprocess.run([PROGRAM, "reports", "import", "--no-config", "--format", "json", "--store", self.store, self.inbox],
                              capture_output=True, text=True, timeout=120, cwd=SOURCE, check=False, **as_whom)
        self.assertEqual(done.returncode, 1, done.stderr)
        read = json.loads(done.stdout)
        self.assertEqual(read["reports"], 1)
        [aside] = read["set_aside"]
        self.assertEqual((pathlib.Path(aside["file"]).name, aside["reason"]), ("locked", "the folder cannot be read: Permission denied"))

    def test_a_link_to_a_folder_is_passed_over_and_said(self):
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "a.xml").write_text(aggregate())
        (self.inbox / "link").symlink_to(elsewhere)
        self.put("b.xml", aggregate("r2"))
        run = self.run_reports("import", self.inbox)
        self.assertIn("in/link: a link to a folder, passed over; name it to have it read", run.err)
        self.assertEqual(self.read(self.inbox / "link")["reports"], 1)

    def test_what_was_set_aside_is_shown(self):
        self.put("page.html", "<html><body>no report</body></html>")
        self.assertEqual(self.read(status=1)["set_aside_count"], 1)
        self.assertEqual(self.pipe(b"hello").returncode, 0)
        text = self.run_reports("aside").out
        self.assertIn("2 files or parts", text)
        self.assertIn("in/page.html\n              it is a web page and no report", text)
        self.assertIn("standard input", text)
        shown = self.run_reports("aside", "--format", "json").json()
        self.assertEqual(shown["schema"], "rampart.reports-aside/1")
        self.assertEqual(len(shown["set_aside"]), 2)

    def test_failure_reports_are_shown(self):
        arf = (b"From: arf@mx.example\r\nSubject: FW\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; "
               b"boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nA message failed.\r\n--b\r\nContent-Type: message/feedback-report\r\n"
               b"\r\nFeedback-Type: auth-failure\r\nUser-Agent: mx/1\r\nVersion: 1\r\nAuth-Failure: dmarc\r\nReported-Domain: news.bank.example"
               b"\r\nSource-IP: 203.0.113.9\r\nDelivery-Result: reject\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
               b"From: boss@news.bank.example\r\nSubject: pay now\r\n--b--\r\n")
        self.put("failure.eml", arf)
        self.assertEqual(self.read()["failures"], 1)
        text = self.run_reports("failures", "bank.example").out
        self.assertIn("news.bank.example from 203.0.113.9: dmarc, became reject", text)
        self.assertIn("subject pay now", text)
        [one] = self.run_reports("failures", "--format", "json").json()["failures"]
        self.assertEqual((one["domain"], one["trust"], one["subject"]), ("news.bank.example", "imported", "pay now"))
        self.assertIn(",203.0.113.9,dmarc,", self.run_reports("failures", "news.bank.example", "--format", "csv").out)
        self.assertEqual(self.run_reports("failures", "else.example", "--format", "json").json()["failures"], [])

    def test_aside_is_for_standard_input(self):
        run = self.run_reports("import", "--aside", self.folder / "kept", self.put("a.xml", aggregate()), status=2)
        self.assertIn("--aside: only what comes by standard input is kept", run.err)

    def test_a_name_below_the_policy_domain_says_where_the_reports_are(self):
        self.put("a.xml", aggregate())
        self.read()
        for words in (["show"], ["sources", "--no-dns"]):
            self.assertIn("it has some of bank.example, at which receivers found the policy",
                          self.run_reports(*words, "a.news.bank.example").err)

    def test_what_is_cut_is_not_called_empty(self):
        self.put("a.xml.gz", gzip.compress(aggregate().encode())[:12])
        self.put("b.xml", aggregate()[:40])
        self.assertEqual([one["reason"].partition(":")[0] for one in self.read(status=1)["set_aside"]], ["it is truncated"] * 2)

    def test_a_run_that_is_told_to_end_keeps_whole_reports(self):
        count = 4000
        reports = []
        for number in range(count):
            one = exported()
            one["report_metadata"]["report_id"] = f"r{number}"
            reports.append(one)
        path = self.put("aggregate.json", json.dumps(reports))
        for number in (signal.SIGTERM, signal.SIGINT):
            process = subprocess.Popen([PROGRAM, "reports", "import", "--from", "parsedmarc", path, "--no-config", "--store", self.store],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=SOURCE)
            before = self.stored()
            deadline = time.monotonic() + 60
            while self.stored() <= before and process.poll() is None:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.02)
            process.send_signal(number)
            _, errors = process.communicate(timeout=60)
            self.assertEqual(process.returncode, -number, errors)
            self.assertIn("interrupted", errors)
            self.assertLess(self.stored(), count)
            with sqlite3.connect(self.folder / "store.db") as database:
                self.assertEqual(database.execute("SELECT SUM(messages) FROM report_day").fetchone()[0], 43 * self.stored(), "nothing half")
        stored = self.stored()
        found = self.read(path, more=["--from", "parsedmarc"])
        self.assertEqual((found["duplicates"], found["reports"]), (stored, count - stored))

    def stored(self):
        try:
            with sqlite3.connect(f"file:{self.folder}/store.db?mode=ro", uri=True, timeout=30) as database:
                return database.execute("SELECT COUNT(*) FROM report").fetchone()[0]
        except sqlite3.OperationalError:  # not made yet
            return 0

    def test_aside_follows_no_link(self):
        (self.folder / "elsewhere").mkdir()
        (self.folder / "link").symlink_to(self.folder / "elsewhere")
        done = self.pipe(b"Subject: Buy\n\nnothing\n", "--aside", str(self.folder / "link"))
        self.assertEqual(done.returncode, 75)
        self.assertIn(b"is a symbolic link", done.stderr)
        self.assertEqual(list((self.folder / "elsewhere").iterdir()), [])

    def test_what_is_old_goes(self):
        self.put("a.xml", aggregate())
        self.put("t.json", tls())
        self.assertEqual(self.read()["pruned"]["reports"], 0)
        self.assertEqual(self.messages(), 43, "a backlog stays for as long as a new report")
        text = self.run_reports("prune").out
        self.assertIn("0 aggregate reports", text)
        self.assertEqual(self.run_reports("prune", "--keep", "30d", "--format", "json").json()["reports"], 0)
        self.run_reports("prune", "--keep", "1s", status=2)
        missing = rampart("reports", "prune", "--no-config", "--store", f"sqlite:{self.folder}/none.db")
        self.assertEqual(missing.status, 2)


class Parsedmarc(Reports):
    def exports(self):
        self.put("aggregate.json", json.dumps([exported()]))
        self.put("aggregate.csv", exported_csv())
        self.put("smtp_tls.json", json.dumps([{
            "organization_name": "Reporter Inc.", "begin_date": "2025-11-25T00:00:00Z", "end_date": "2025-11-25T23:59:59Z",
            "report_id": "t1", "contact_info": "tls@reporter.example",
            "policies": [{"policy_domain": "bank.example", "policy_type": "sts", "policy_strings": ["version: STSv1"],
                          "successful_session_count": 40, "failed_session_count": 2,
                          "failure_details": [{"result_type": "certificate-expired", "failed_session_count": 2,
                                               "sending_mta_ip": "192.0.2.9", "receiving_mx_hostname": "mx1.bank.example"}]}]}]))

    def test_an_export_and_the_reports_that_it_was_made_of_count_once(self):
        self.exports()
        first = self.read(more=["--from", "parsedmarc"])
        self.assertEqual((first["reports"] + first["tls_reports"], first["set_aside_count"]), (3, 0), first)
        self.assertEqual(self.messages(), 43)
        second = self.read(more=["--from", "parsedmarc"])
        self.assertEqual((second["reports"], second["tls_reports"], second["duplicates"]), (0, 0, 3))
        originals = self.folder / "originals"
        originals.mkdir()
        (originals / "a.xml").write_text(aggregate())
        (originals / "t.json").write_text(tls())
        third = self.read(originals)
        self.assertEqual((third["reports"], third["replaced"]), (1, 1), "the whole report in the export's place")
        self.assertEqual(third["duplicates"], 1, "of TLS reports nothing is lost")
        self.assertEqual(self.messages(), 43)
        self.assertEqual(self.read(more=["--from", "parsedmarc"])["duplicates"], 3)
        self.assertEqual(self.messages(), 43)

    def test_the_other_way_round(self):
        self.put("originals/a.xml", aggregate())
        self.read(self.inbox / "originals")
        self.exports()
        summary = self.read(self.inbox / "aggregate.json", self.inbox / "aggregate.csv", more=["--from", "parsedmarc"])
        self.assertEqual((summary["reports"], summary["duplicates"]), (0, 2))
        self.assertEqual(self.messages(), 43)

    def test_exports_are_named_where_nobody_said_so_and_nothing_else_is_read(self):
        self.exports()
        for one in self.read(status=1)["set_aside"]:
            self.assertIn("--from parsedmarc", one["reason"])
        xml = self.put("a.xml", aggregate())
        self.assertIn("no export of parsedmarc", self.read(xml, status=1, more=["--from", "parsedmarc"])["set_aside"][0]["reason"])
        self.run_reports("import", "--from", "else", xml, status=2)


if __name__ == "__main__":
    unittest.main()
