"""The report's forms and the command's manners: schemas, recordings, lists, wrong usage, strangers' bytes, servers that fail."""

import csv
import io
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import threading
import unittest

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
import jsonschema
from rampart_run import PORTFOLIO, PROGRAM, SOURCE, rampart
from servers import Nsd

LIST = ["--list", SOURCE / "examples" / "domains.txt"]
SCHEMA = SOURCE / "docs" / "rampart.audit-1.schema.json"
# The standard's own schema is in no Debian package. RAMPART_SARIF_SCHEMA may name a copy of it; otherwise the one here is used, which
# was written after the standard's text and closes every object.
SARIF_SCHEMA = pathlib.Path(os.environ.get("RAMPART_SARIF_SCHEMA", SOURCE / "tests" / "sarif_subset.schema.json"))
SOA = "@ 300 IN SOA ns host 1 3600 600 86400 60\n@ 300 IN NS ns\nns 300 IN A 192.0.2.53\n"


def faults(schema, document):
    schema = json.loads(pathlib.Path(schema).read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema, format_checker=jsonschema.FormatChecker())
    return [f"{list(e.absolute_path)}: {e.message[:200]}" for e in validator.iter_errors(document)]


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def put(self, name, text):
        path = self.dir / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path


class FormatsTest(Folder):
    def audit(self, *arguments):
        return rampart("audit", "--zone", PORTFOLIO, *LIST, *arguments)

    def test_json_and_its_lines_validate(self):
        document = self.audit("--format", "json").json()
        self.assertEqual(faults(SCHEMA, document), [])
        self.assertEqual(len(document["domains"]), 14)
        for line in self.audit("--format", "jsonl").out.splitlines():
            self.assertEqual(faults(SCHEMA, json.loads(line)), [])

    def test_sarif_validates(self):
        document = self.audit("--format", "sarif").json()
        self.assertEqual(faults(SARIF_SCHEMA, document), [])
        run = document["runs"][0]
        for result in run["results"]:
            self.assertEqual(run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"], result["ruleId"])

    def test_csv_has_the_same_findings(self):
        rows = list(csv.DictReader(io.StringIO(self.audit("--format", "csv").out, newline="")))
        domains = self.audit("--format", "json").json()["domains"]
        self.assertEqual([(r["domain"], r["finding"]) for r in rows if r["finding"]],
                         [(d["domain"], f["code"]) for d in domains for f in d["findings"]])

    def test_html_is_whole_and_alone(self):
        page = self.audit("--format", "html").out
        self.assertTrue(page.startswith("<!doctype html>") and page.endswith("</html>\n"))
        for fetched in ("<script", "src=", '="http', "@import", "<link"):
            self.assertNotIn(fetched, page)

    def test_output_is_written_whole_or_not_at_all(self):
        path = self.put("report.json", "old")
        self.assertEqual(rampart("audit", "--zone", self.dir / "none.zone", "--output", path).status, 2)
        self.assertEqual(path.read_text(), "old")
        self.assertEqual(self.audit("--format", "json", "--output", path).out, "")
        self.assertEqual(len(json.loads(path.read_text())["domains"]), 14)
        self.assertEqual([p.name for p in self.dir.iterdir()], ["report.json"])

    def test_the_outputs_name_says_the_format(self):
        for name, begins in (("r.html", "<!doctype html>"), ("r.csv", "domain,"), ("r.json", "{"), ("r.txt", "bank.example ─")):
            rampart("audit", "--zone", PORTFOLIO, "bank.example", "--output", self.dir / name)
            self.assertTrue((self.dir / name).read_text(encoding="utf-8").startswith(begins), name)
        rampart("audit", "--zone", PORTFOLIO, "bank.example", "--output", self.dir / "r.html", "--format", "jsonl")
        self.assertEqual(json.loads((self.dir / "r.html").read_text())["domain"], "bank.example")

    def test_a_recording_alone_gives_the_same_bytes(self):
        with Nsd(PORTFOLIO) as nsd:
            for name, source in (("zone", ["--zone", PORTFOLIO]), ("live", ["--resolver", nsd.address])):
                book = self.dir / f"{name}.jsonl.zst"
                first = rampart("audit", *source, *LIST, "--selector", "s9", "--record", book, "--format", "json")
                again = rampart("audit", "--facts", book, "--format", "json")
                self.assertEqual(first.out, again.out, name)
                self.assertEqual(first.status, again.status)


class ListTest(Folder):
    def test_three_bad_lines_in_a_thousand(self):
        bad = {17: "https://ministry.example/", 500: "someone@ministry.example", 999: "x" * 300 + ".example"}
        lines = [bad.get(n, f"d{n}.example") for n in range(1, 1001)]
        path = self.put("domains.txt", "\n".join(lines))
        zone = self.put("example.zone", "$ORIGIN example.\n" + SOA)
        run = rampart("audit", "--zone", zone, "--list", path, "--format", "jsonl")
        self.assertEqual(len(run.out.splitlines()), 997)
        for number in bad:
            self.assertIn(f"domains.txt:{number}:", run.err)
        self.assertIn("997 domains audited, 3 lines of the list named no domain", run.err)

    def test_standard_input_comments_and_duplicates(self):
        run = rampart("audit", "--zone", PORTFOLIO, "--list", "-", "BANK.example.", "--format", "json",
                      stdin="# ours\nbank.example\n\n پاکستان.example # a U-label\nxn--mgbai9azgqp6j.example\n")
        report = run.json()
        self.assertEqual([d["domain"] for d in report["domains"]], ["bank.example", "xn--mgbai9azgqp6j.example"])
        self.assertEqual(report["summary"]["duplicates"], 2)
        self.assertEqual(report["domains"][1]["unicode"], "پاکستان.example")


class UsageTest(Folder):
    def refused(self, *arguments, saying=()):
        run = rampart("audit", *arguments)
        self.assertEqual(run.status, 2, run.err)
        self.assertEqual(run.out, "")
        for text in saying:
            self.assertIn(text, run.err)

    def test_names_that_are_none(self):
        zone = ["--zone", PORTFOLIO]
        self.refused(*zone, "https://bank.example/login", saying=["did you mean bank.example?"])
        self.refused(*zone, "someone@bank.example", saying=["did you mean bank.example?"])
        self.refused(*zone, "bank.example/path", saying=["bank.example"])
        self.refused(*zone, "")
        self.refused(*zone, "x" * 64 + ".example")
        self.refused(*zone, ".".join(["x" * 60] * 5))

    def test_what_contradicts_or_is_missing(self):
        self.refused(saying=["no domain was given"])
        self.refused("--list", self.dir / "none.txt", saying=["none.txt"])
        self.refused("--list", self.put("empty.txt", "# nothing\n"), "--zone", PORTFOLIO, saying=["no domain to audit"])
        self.refused("bank.example", "--format", "jsno", saying=["did you mean json?"])
        self.refused("bank.example", "--facts", "x", "--zone", PORTFOLIO, saying=["--facts"])

    def test_a_zone_that_cannot_be_read_is_placed(self):
        zone = self.put("broken.example.zone", "$ORIGIN broken.example.\n" + SOA + "www 300 IN A 192.0.2.300\n")
        self.refused("--zone", zone, saying=["broken.example.zone:5:"])

    def test_no_resolver(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))  # listens and never answers
            run = rampart("audit", "bank.example", "--resolver", f"127.0.0.1:{taken.getsockname()[1]}", "--dns-timeout", "100ms")
        self.assertEqual(run.status, 3)
        self.assertIn("no resolver answers", run.err)


class HostileTest(Folder):
    def test_hostile_answers_stay_harmless(self):
        strings = " ".join(f'"{"x" * 250}"' for _ in range(250))
        zone = "$ORIGIN hostile.example.\n" + SOA + (
            '@ 300 IN TXT "v=spf1 include:loop.hostile.example \\027[2J\\000\\255 ~all"\n'
            'loop 300 IN TXT "v=spf1 include:loop.hostile.example -all"\n'
            '_dmarc 300 IN TXT "v=DMARC1; p=none\\027]0;owned\\007; rua==cmd|calc\\010,<script>alert(1)</script>"\n'
            "c1 300 IN CNAME c2\nc2 300 IN CNAME c1\n@ 300 IN MX 1 c1\n"
            f"_mta-sts 300 IN TXT {strings}\n" + "".join(f"s1._domainkey 300 IN TXT \"k{n}\"\n" for n in range(1000)))
        path = self.put("hostile.example.zone", zone)
        for form in ("text", "json", "jsonl", "csv", "html", "sarif"):
            run = rampart("audit", "--zone", path, "hostile.example", "--format", form)
            self.assertIn(run.status, (1, 3), form)
            raw = [c for c in run.out + run.err if (ord(c) < 32 and c not in "\n\r") or ord(c) == 127]
            self.assertEqual(raw, [], form)
            self.assertNotIn("<script>" if form == "html" else "\x1b", run.out)
        for row in csv.reader(io.StringIO(rampart("audit", "--zone", path, "hostile.example", "--format", "csv").out, newline="")):
            for cell in row:
                self.assertFalse(cell.startswith(("=", "+", "-", "@")), cell)


class FailingServersTest(Folder):
    def test_a_server_that_stops_leaves_the_rest_unknown(self):
        names = [f"d{n}.example" for n in range(1, 1001)]
        right = ('d{0} 300 IN TXT "v=spf1 -all"\n_dmarc.d{0} 300 IN TXT "v=DMARC1; p=reject; sp=reject; np=reject"\n'
                 "d{0} 300 IN MX 0 .\n")
        zone = self.put("example.zone", "$ORIGIN example.\n" + SOA + "".join(right.format(n) for n in range(1, 1001)))
        listing = self.put("domains.txt", "\n".join(names))
        with Nsd(zone) as nsd:
            command = [PROGRAM, "audit", "--list", str(listing), "--resolver", nsd.address, "--format", "jsonl", "--dns-timeout",
                       "100ms", "--parallel", "200"]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=SOURCE)
            self.addCleanup(process.kill)  # when the test fails half-way; ended already otherwise
            first = [process.stdout.readline() for _ in range(100)]
            nsd.kill()
            # Not communicate(): that reads past what readline() has taken into its buffer.
            rest, err = process.stdout.read(), process.stderr.read()
            process.wait(timeout=60)
            process.stdout.close()
            process.stderr.close()
        self.assertEqual(process.returncode, 3, err)
        reports = [json.loads(line) for line in first + rest.splitlines()]
        self.assertEqual([r["domain"] for r in reports], names)
        self.assertEqual({r["status"] for r in reports}, {"protected", "unknown"})
        unknown = [r for r in reports if r["status"] == "unknown"]
        self.assertGreater(len(unknown), 0)
        for report in reports:
            wrong = [f["code"] for f in report["findings"] if f["code"].endswith("-missing") and f["status"] == "present"
                     and f["code"] in ("spf-missing", "dmarc-missing")]
            self.assertEqual(wrong, [], report["domain"])

    def test_a_resolver_that_rewrites_nxdomain_is_found_out(self):
        zone = self.put("bank.example.zone", "$ORIGIN bank.example.\n" + SOA + '@ 300 IN TXT "v=spf1 a:gone.bank.example -all"\n')
        with Nsd(zone) as nsd, Rewriter(nsd.port) as resolver:
            run = rampart("audit", "bank.example", "--resolver", f"127.0.0.1:{resolver.port}", "--format", "json")
        notes = " ".join(run.json()["notes"])
        self.assertIn(f"127.0.0.1:{resolver.port}", notes)
        self.assertRegex(notes, "NXDOMAIN|do(es)? not exist")


class Rewriter:
    """A resolver between the program and a name server that answers names which do not exist with an address of its own."""

    def __init__(self, port):
        self.upstream = port
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.socket.settimeout(0.1)
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        while not self.stopped.is_set():
            try:
                data, client = self.socket.recvfrom(4096)
            except TimeoutError:
                continue
            self.socket.sendto(self.answer(data), client)

    def answer(self, data):
        query = dns.message.from_wire(data)
        question = query.question[0]
        if question.name == dns.name.root:  # as the internet's root, or nothing would be concluded
            reply = dns.message.make_response(query, recursion_available=True)
            reply.answer.append(dns.rrset.from_text(".", 60, "IN", "NS", "a.root-servers.net."))
            return reply.to_wire()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.settimeout(2)
            udp.sendto(data, ("127.0.0.1", self.upstream))
            reply = dns.message.from_wire(udp.recv(4096))
        reply.flags = (reply.flags & ~dns.flags.AA) | dns.flags.RA
        if reply.rcode() == dns.rcode.NXDOMAIN and question.rdtype == 1:
            reply.set_rcode(dns.rcode.NOERROR)
            reply.authority = []
            reply.answer = [dns.rrset.from_text(question.name, 60, "IN", "A", "198.51.100.99")]
        return reply.to_wire()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()
        self.socket.close()


if __name__ == "__main__":
    unittest.main()
