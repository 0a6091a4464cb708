"""A messy list of 40,000 domains and 900 organisations, live: as fast as an ordinary audit, killed half-way, resumed, nobody's secrets told."""
# RAMPART-LONG

import json
import pathlib
import resource
import tempfile
import unittest

import make_portfolio
from long_list import program
from servers import Nsd
from split_run import check_split, contents, kill_half_way, run

DOMAINS, ORGANISATIONS = 40_000, 900
MOST = 2  # times the CPU of an ordinary audit: two whole renderings and a zone file are written, and a journal kept


class PortfolioFullTest(unittest.TestCase):
    def test_forty_thousand_domains_of_nine_hundred_organisations(self):
        binary = program(release=True)
        with tempfile.TemporaryDirectory() as folder:
            directory = pathlib.Path(folder)
            made = make_portfolio.make(directory, DOMAINS, ORGANISATIONS)
            nsd = Nsd([made.zone])
            self.addCleanup(nsd.stop)
            live = ("--list", made.list, "--resolver", nsd.address)
            run(*live, "--format", "csv", "--output", directory / "warm-up.csv", binary=binary)
            began = cpu()
            status, errors, ordinary, _ = run(*live, "--format", "json", "--output", directory / "ordinary.json", binary=binary)
            before = cpu() - began
            self.assertEqual(status, 1, errors)
            with (directory / "ordinary.json").open(encoding="utf-8") as report:
                self.assertEqual(json.load(report)["summary"]["domains"], len(made.domains))
            split = (*live, "--split", "organisation")
            began = cpu()
            status, errors, apart, _ = run(*split, "--output", directory / "whole", binary=binary)
            after = cpu() - began
            self.assertEqual(status, 1, errors)
            print(f"{len(made.domains) / ordinary:,.0f} domains/s as one JSON report, {len(made.domains) / apart:,.0f} domains/s "
                  f"as {3 * len(made.organisations):,} files", flush=True)
            print(f"CPU: {before:.1f} s and {after:.1f} s", flush=True)
            self.assertLess(after, MOST * before, "within the speed of an ordinary audit")
            check_split(self, directory / "whole", made)

            killed = directory / "killed"
            journal = directory / "killed.rampart-journal"
            status, errors = kill_half_way(journal, 15_000_000, *split, "--output", killed, binary=binary)
            self.assertEqual(status, -9, errors)
            self.assertFalse(killed.exists())
            print(f"killed with a journal of {journal.stat().st_size / 1e6:.0f} MB", flush=True)
            status, errors, rest, _ = run(*split, "--output", killed, "--resume", binary=binary)
            self.assertEqual(status, 1, errors)
            self.assertRegex(errors, r"\d+ domains of the interrupted run are taken over")
            print(f"resumed in {rest:.1f} s: " + next(line for line in errors.splitlines() if "taken over" in line), flush=True)
            check_split(self, killed, made)
            self.assertTrue(contents(killed) == contents(directory / "whole"))


def cpu():
    """Seconds of the programs that have ended: unlike their time on the clock nobody else's work is in it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    unittest.main()
