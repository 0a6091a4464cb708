"""What went wrong on the way is unknown, never missing: servers that stop, refuse, or do not tell the truth."""

import json
import pathlib
import subprocess
import tempfile
import unittest

from rampart_run import PORTFOLIO, PROGRAM, SOURCE, rampart
from servers import Nsd, Unbound, free_port

LIST = ["--list", SOURCE / "examples" / "domains.txt"]
INTERNET_ROOT = """\
$ORIGIN .
@ 3600 IN SOA a.root-servers.net. nstld.verisign-grs.com. 1 3600 600 86400 60
@ 3600 IN NS  a.root-servers.net.
a.root-servers.net. 3600 IN A 127.0.0.1
"""
# What only an answer may claim.
MISSING = {"no-authentication", "spf-missing", "dkim-missing", "dmarc-missing"}


def missing(domain):
    return {f["code"] for f in domain["findings"] if f["status"] == "present"} & MISSING


class BadDnsTest(unittest.TestCase):
    def assert_all_unknown(self, run):
        self.assertEqual(run.status, 3, run.err)
        for domain in run.json()["domains"]:
            with self.subTest(domain["domain"]):
                self.assertEqual(domain["status"], "unknown")
                self.assertEqual(missing(domain), set())

    def test_no_server_at_all(self):
        run = rampart("audit", *LIST, "--resolver", f"127.0.0.1:{free_port()}", "--dns-timeout", "100ms", "--format", "json")
        self.assertEqual(run.status, 3)
        self.assertIn("no resolver answers", run.err)
        self.assertEqual(run.out, "")

    def test_a_server_that_refuses(self):
        with Nsd(PORTFOLIO / "reports.example.zone", root=False) as nsd:
            self.assert_all_unknown(rampart("audit", *LIST, "--resolver", nsd.address, "--format", "json"))

    def test_a_server_that_stops_half_way(self):
        """The list comes from a pipe: six domains, then the server goes, then three more."""
        names = (SOURCE / "examples" / "domains.txt").read_text(encoding="utf-8").split()
        with Nsd(PORTFOLIO) as nsd:
            process = subprocess.Popen(
                [PROGRAM, "audit", "--list", "-", "--resolver", nsd.address, "--dns-timeout", "100ms", "--parallel", "1",
                 "--format", "jsonl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=SOURCE)
            process.stdin.write("\n".join(names[:6]) + "\n")
            process.stdin.flush()
            first = process.stdout.readline()
            nsd.kill()
            process.stdin.write("\n".join(names[6:9]) + "\n")
            process.stdin.close()
            # Not communicate(): that reads past what readline() has taken into its buffer.
            rest, errors = process.stdout.read(), process.stderr.read()
            process.wait(timeout=60)
            process.stdout.close()
            process.stderr.close()
        self.assertEqual(process.returncode, 3, errors)
        reports = {report["domain"]: report for report in map(json.loads, (first + rest).splitlines()) if "domain" in report}
        self.assertEqual(reports["ministry.example"]["weaknesses"][0], "WK-1")
        for name in names[6:9]:
            report = reports[name.encode("idna").decode()]
            self.assertEqual(report["status"], "unknown", name)
            self.assertEqual(missing(report), set(), name)

    def test_a_resolver_that_invents_names_is_found_out(self):
        """It looks as if it stood on the internet's root, and answers for every name under com."""
        rewrite = ['local-zone: "com." redirect', 'local-data: "com. 60 IN A 192.0.2.66"']
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder) / "root.zone"
            root.write_text(INTERNET_ROOT)
            with Nsd([*PORTFOLIO.glob("*.zone"), root]) as nsd, Unbound(nsd.port, options=rewrite) as resolver:
                honest = rampart("audit", "treasury.example", "--resolver", nsd.address)
                found = rampart("audit", "treasury.example", "--resolver", resolver.address)
        self.assertNotIn("rewrites", honest.out + honest.err)
        self.assertIn("rewrites", found.out + found.err)


if __name__ == "__main__":
    unittest.main()
