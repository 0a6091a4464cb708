"""rampart fix plan and park: what they print, laid over the portfolio, does what they say."""

import pathlib
import tempfile
import unittest

from rampart_run import PORTFOLIO, SOURCE, rampart
from servers import Nsd

DOMAINS = [line for line in (SOURCE / "examples" / "domains.txt").read_text(encoding="utf-8").split() if "." in line and "#" not in line]
# The key of examples/fix, as the owner's software would print it.
KEY = SOURCE / "examples" / "fix" / "ministry.example.zone"


def plan(domain, *options, what="plan", source=("--zone", PORTFOLIO)):
    return rampart("fix", what, *source, domain, *options)


def steps(document):
    return [step["step"] for step in document["steps"] if step["number"]]


class FixPlanTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def audited(self, domain, zone, source=("--zone", PORTFOLIO)):
        run = rampart("audit", *source, domain, "--what-if", self.file("fix.zone", zone), "--format", "json")
        self.assertIn(run.status, (0, 1), run.err)
        return run.json()["domains"][0]

    def test_the_zone_of_every_plan_makes_what_the_plan_says(self):
        for domain in DOMAINS:
            with self.subTest(domain):
                document = plan(domain, "--format", "json", "--report-to", "post@mailhost.example").json()
                self.assertEqual(document["schema"], "rampart.fix/1")
                closed = {code for step in document["steps"] if step["closes"] for code in step["closes"]["findings"]}
                if not steps(document):
                    continue
                zone = plan(domain, "--format", "zone", "--report-to", "post@mailhost.example").out
                after = self.audited(domain, zone)
                self.assertEqual(after["grade"], document["after"]["grade"])
                self.assertEqual(after["status"], document["after"]["status"])
                left = {finding["code"] for finding in after["findings"] if finding["status"] == "present"}
                shown = {code for step in document["steps"] if step["closes"] for code in step["closes"]["appears"]}
                self.assertLessEqual(closed & left, shown)

    def test_the_first_step_turns_wk3_into_wk4(self):
        zone = plan("bank.example", "--format", "zone", "--steps", "1").out
        self.assertIn("WK-4", self.audited("bank.example", zone)["weaknesses"])
        self.assertNotIn("WK-3", self.audited("bank.example", zone)["weaknesses"])
        zone = plan("bank.example", "--format", "zone").out
        self.assertEqual(self.audited("bank.example", zone)["weaknesses"], [])
        self.assertEqual(self.audited("bank.example", zone)["status"], "protected")

    def test_answers_fill_the_plan(self):
        key = self.file("key.txt", KEY.read_text(encoding="utf-8").split("default._domainkey")[1].split("_dmarc")[0])
        senders = self.file("senders.txt", "mail.ministry.example\n")
        asked = plan("ministry.example", "--format", "json").json()
        self.assertEqual({question["name"] for question in asked["questions"]},
                         {"public-key", "who-sends", "report-address", "policy-host"})
        answers = ["--dkim", f"default={key}", "--senders", senders, "--report-to", "dmarc@ministry.example",
                   "--mta-sts-host", "www.ministry.example"]
        document = plan("ministry.example", "--format", "json", *answers).json()
        self.assertEqual(document["questions"], [])
        self.assertEqual(document["after"], {"status": "protected", "grade": "A+", "weaknesses": []})
        proven = {step["step"] for step in document["steps"] if step["proven"]}
        self.assertEqual(proven, {"spf-record", "spf-hard-fail"})

    def test_a_sender_who_would_fail_is_named_and_nothing_is_proven(self):
        senders = self.file("senders.txt", "192.0.2.16\n203.0.113.9 # the old newsletter\n")
        run = plan("airline.example", "--senders", senders)
        self.assertIn("1 of 2 of the senders given, by their SPF result after the", run.out)
        self.assertIn("203.0.113.9", run.out)
        self.assertNotRegex(run.out, r"(?m)^ +proven ")

    def test_a_parked_domain(self):
        refused = plan("bank.example", what="park")
        self.assertEqual(refused.status, 2)
        self.assertIn("mx1.mailhost.example", refused.err)
        self.assertEqual(plan("census.example", what="park").out, "census.example: A+ (protected), nothing to do\n")
        zone = plan("bank.example", "--sends", "no", "--format", "zone", what="park").out
        for record in ("bank.example. 3600 IN MX 0 .", 'IN TXT "v=spf1\\032-all"', 'p=reject', "*._domainkey.bank.example."):
            self.assertIn(record, zone)
        self.assertEqual(self.audited("bank.example", zone)["status"], "protected")

    def test_an_update_script_ends_where_the_zone_does(self):
        for domain in DOMAINS:
            with self.subTest(domain):
                script = plan(domain, "--format", "nsupdate", "--report-to", "post@mailhost.example").out
                published = {}
                for update in script.split("send\n")[:-1]:
                    self.run_update(update, published)
                zone = plan(domain, "--format", "zone", "--report-to", "post@mailhost.example").out
                wanted = {}
                for line in zone.splitlines():
                    if not line.startswith(";"):
                        name, _, _, kind, data = line.split(" ", 4)
                        wanted.setdefault((name, kind), set()).add(data)
                self.assertEqual({k: v for k, v in published.items() if v and k in wanted}, wanted)

    def run_update(self, update, published):
        """RFC 2136 as far as our scripts go: prerequisites first (what is not known yet is taken from them), then changes."""
        required, seen = {}, set()
        for line in update.splitlines():
            self.assertRegex(line, r"^[ -~]*$")
            if not line or line.startswith(";"):
                continue
            words = line.split(" ", 5)
            if line.startswith("prereq"):
                key = (words[2], words[4])
                required.setdefault(key, set()).update(words[5:])
                seen.add(key)
            elif line.startswith("update"):
                for key in seen:
                    self.assertEqual(published.setdefault(key, required[key]), required[key], update)
                if line.startswith("update delete"):
                    key = (words[2], words[4])
                    self.assertIn(words[5], published[key])
                    published[key] = published[key] - {words[5]}
                else:
                    _, _, name, _, _, rest = words
                    kind, data = rest.split(" ", 1)
                    published[(name, kind)] = published[(name, kind)] | {data}
                seen.clear()
            else:
                self.fail(line)

    def test_a_name_server_and_a_recording_give_the_same_plan(self):
        by_zone = plan("airline.example", "--format", "json").json()
        with Nsd(PORTFOLIO) as nsd:
            live = plan("airline.example", "--format", "json", source=("--resolver", nsd.address)).json()
        self.assertEqual(live["steps"], by_zone["steps"])
        recording = self.folder / "facts"
        rampart("audit", "--zone", PORTFOLIO, "airline.example", "--record", recording)
        replayed = plan("airline.example", "--format", "json", source=("--facts", recording)).json()
        self.assertEqual(steps(replayed), steps(by_zone))

    def test_wrong_usage(self):
        for options, word in ((["--report-to", "nobody"], "no e-mail address"),
                              (["--dkim", "s1"], "SELECTOR=FILE"),
                              (["--dkim", "s1=/nowhere/key"], "/nowhere/key"),
                              (["--sends", "maybe"], "yes"),
                              (["--sends", "no", "--senders", "x"], "leave out"),
                              (["--format", "xml"], "nsupdate"),
                              (["--facts", "x"], "leave out")):
            with self.subTest(options):
                run = plan("bank.example", *options)
                self.assertEqual(run.status, 2, run.err)
                self.assertIn(word, run.err)
        self.assertEqual(rampart("fix", "plan").status, 2)

    def test_what_could_not_be_looked_up_is_said(self):
        run = plan("elsewhere.invalid")
        self.assertEqual(run.status, 3, run.out)
        self.assertIn("could not be looked up", run.out)


if __name__ == "__main__":
    unittest.main()
