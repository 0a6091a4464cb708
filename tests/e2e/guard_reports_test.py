"""What the guard decides beside a real Postfix is told to the owners of domains: results become aggregate reports, and single failures are
told where they are asked for, without people's names."""

import datetime
import email
import email.policy
import gzip
import json
import time

from guard_case import OURS, STRANGER, TO, ZONES, GuardCase, mail
from guard_run import send
from rampart_run import rampart
from servers import Knot, own_address
from signing_key import make_signing_key

ASKING = {
    **ZONES,
    "bank.example": ZONES["bank.example"].replace("p=reject", "p=reject; rua=mailto:d@bank.example; ruf=mailto:f@bank.example"),
    "soft.example": ZONES["soft.example"].replace("p=reject", "p=reject; rua=mailto:d@soft.example; ruf=mailto:f@elsewhere.example") + "@ MX 5 mx\n",
}
ASKING["bank.example"] += "@ MX 5 mx\n"
OWN_ZONE = "$ORIGIN else.example.\n$TTL 1\n@ SOA ns1 host 1 3600 600 86400 1\n@ NS ns1\nns1 A {address}\n"
REPORTS = """reports = "{folder}"
failure_reports = true
[report_mail]
organisation = "Else"
email = "dmarc@else.example"
"""


class GuardReportsTest(GuardCase):
    zones = ASKING

    def setUp(self):
        self.folder = self.dir / self._testMethodName
        self.folder.mkdir()
        self.reports = self.folder / "reports"

    def lines(self, count, seconds=10):
        deadline = time.monotonic() + seconds
        while True:
            found = [json.loads(line) for path in sorted(self.reports.glob("results/*.jsonl")) for line in path.read_text().splitlines()]
            if len(found) >= count or time.monotonic() > deadline:
                self.assertEqual(len(found), count)
                return found
            time.sleep(0.05)

    def failures(self, count, seconds=10):
        deadline = time.monotonic() + seconds
        while len(found := sorted(self.reports.glob("failure/*.json"))) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(len(found), count)
        return [json.loads(path.read_text()) for path in found]

    def test_a_spoof_one_through_a_list_and_an_authorised_message_are_all_in_the_report(self):
        guard, postfix = self.both(config=REPORTS.format(folder=self.reports))
        self.assertEqual(send(postfix, STRANGER, "news@bank.example", TO, mail()[1])[0], 550)
        self.assertEqual(send(postfix, STRANGER, "b@lists.example", TO, mail(fields="List-Id: <l.lists.example>\r\n")[1])[0], 250)
        self.assertEqual(send(postfix, OURS, "news@bank.example", TO, mail()[1])[0], 250)
        self.assertEqual(send(postfix, STRANGER, "news@soft.example", TO, mail("soft.example")[1])[0], 250)
        lines = self.lines(4)
        self.assertEqual([line["disposition"] for line in lines], ["reject", "quarantine", "pass", "quarantine"])
        self.assertEqual([line.get("reasons", [{}])[0].get("type") for line in lines], [None, "mailing_list", None, "local_policy"])
        self.assertEqual({line["envelope_to"] for line in lines}, {"else.example"})
        self.assertEqual((self.reports / "results").stat().st_mode & 0o777, 0o700)

        # The day after, they are a report that we read ourselves.
        zones = self.folder / "zones"
        zones.mkdir()
        address = own_address(53)
        (zones / "else.example.zone").write_text(OWN_ZONE.format(address=address))
        own_names = Knot(zones, updates=True, transfer=True, host=address, port=53, root=False)
        self.addCleanup(own_names.stop)
        keys = make_signing_key("else.example", self.folder, own_names)
        tomorrow = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        for path in (self.reports / "results").iterdir():
            run = rampart("reports", "write", path, "--output", self.reports, "--config", guard.config, "--keys", keys, "--resolver",
                          self.names.address, "--format", "json", RAMPART_CLOCK=tomorrow)
            self.assertIn("written", run.out, run.err)
        [file] = (self.reports / "reports").glob("*!bank.example!*")
        store = f"sqlite:{self.folder}/read.db"
        self.assertEqual(rampart("reports", "import", "--no-config", "--store", store, file).status, 0)
        shown = rampart("reports", "show", "bank.example", "--no-config", "--store", store, "--format", "json").json()
        self.assertEqual((shown["messages"], shown["fail"], shown["failed"]), (3, 2, {"delivered": 0, "quarantined": 1, "rejected": 1}))
        self.assertIn(b"<type>mailing_list</type>", gzip.decompress(file.read_bytes()))

    def test_failures_are_told_to_who_may_know_and_of_nobody(self):
        guard, postfix = self.both(config=REPORTS.format(folder=self.reports))
        name, text = mail()
        send(postfix, STRANGER, "ali.baba@bank.example", TO, text)
        send(postfix, STRANGER, "ali.baba@bank.example", TO, mail()[1])  # alike: told once
        send(postfix, STRANGER, "news@soft.example", TO, mail("soft.example")[1])  # elsewhere.example has not agreed
        self.lines(3)
        [waiting] = self.failures(1)
        self.assertEqual(waiting["to"], "f@bank.example")
        report = email.message_from_string(waiting["message"], policy=email.policy.default)
        self.assertEqual(report.get_content_type(), "multipart/report")
        whole = waiting["message"]
        self.assertIn(f"Message-ID: {name}", whole.replace("=40", "@"))
        for secret in ("ali.baba", "rates", r"\ba@else.example"):  # our own Message-ID may end in …a@else.example
            self.assertNotRegex(whole, secret)
        self.assertIn("Delivery-Result: reject", whole)
        self.assertEqual((self.reports / "redaction.key").stat().st_mode & 0o777, 0o600)
        time.sleep(0.5)
        self.failures(1)

    def test_none_is_told_unasked(self):
        guard, postfix = self.both(config=f'reports = "{self.reports}"\n')
        send(postfix, STRANGER, "news@bank.example", TO, mail()[1])
        self.lines(1)
        self.assertFalse((self.reports / "failure").exists())
        self.assertFalse((self.reports / "redaction.key").exists())

    def test_failure_reports_need_a_folder_and_a_writer(self):
        for config, word in (("failure_reports = true\n", "guard.reports"),
                             (f'reports = "{self.reports}"\nfailure_reports = true\n', "report_mail.organisation")):
            path = self.folder / "wrong.toml"
            path.write_text("[guard]\n" + config)
            run = rampart("guard", "--config", path, "--listen", "inet:127.0.0.1:0")
            self.assertEqual(run.status, 2, run.err)
            self.assertIn(word, run.err)
