"""The example portfolio is served as it stands: by NSD and by Knot, every domain of the list, and nothing dangles by accident."""

import unittest

from rampart_run import PORTFOLIO, SOURCE
from servers import SOA, Knot, Nsd, ask, rcode, zone_files

NXDOMAIN = 3


def domains():
    return [line.encode("idna").decode() for line in (SOURCE / "examples" / "domains.txt").read_text(encoding="utf-8").split()]


class PortfolioZonesTest(unittest.TestCase):
    def check(self, server):
        for domain in domains():
            reply = ask(server.port, domain, SOA)
            self.assertEqual(rcode(reply), 0, domain)
            self.assertTrue(reply[2] & 4, f"{domain}: not authoritative")
        self.assertEqual(rcode(ask(server.port, "spf.oldmailer.example", SOA)), NXDOMAIN)

    def test_nsd(self):
        with Nsd(PORTFOLIO) as nsd:
            self.check(nsd)

    def test_knot(self):
        with Knot(PORTFOLIO) as knot:
            self.check(knot)

    def test_file_names_are_origins(self):
        for origin, path in zone_files(PORTFOLIO):
            self.assertEqual(origin, path.stem)


if __name__ == "__main__":
    unittest.main()
