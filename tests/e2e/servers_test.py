"""The tests' own servers: what every other end-to-end test stands on."""

import pathlib
import tempfile
import unittest

from servers import Knot, Nsd, ServerError, Unbound, ask, rcode

A, TXT = 1, 16
NXDOMAIN, REFUSED = 3, 5
AD = 0x20

ZONE = """\
$ORIGIN ministry.example.
@ 300 IN SOA ns hostmaster 1 3600 600 86400 60
@ 300 IN NS ns
ns 300 IN A 192.0.2.53
@ 300 IN TXT "v=spf1 -all"
"""


class ServersTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.zones = folder.name
        (pathlib.Path(folder.name) / "ministry.example.zone").write_text(ZONE)

    def test_nsd_serves_the_zone_and_an_empty_root(self):
        with Nsd(self.zones) as nsd:
            self.assertIn(b"v=spf1 -all", ask(nsd.port, "ministry.example", TXT))
            self.assertEqual(rcode(ask(nsd.port, "no.such.name.com", A)), NXDOMAIN)
            nsd.kill()
            self.assertIsNone(ask(nsd.port, "ministry.example", TXT))

    def test_nsd_without_root_refuses_other_names(self):
        with Nsd(self.zones, root=False) as nsd:
            self.assertEqual(rcode(ask(nsd.port, "no.such.name.com", A)), REFUSED)

    def test_unbound_validates_what_knot_signed(self):
        with Knot(self.zones, signed=True) as knot, Unbound(knot.port, anchors=knot.anchors()) as resolver:
            reply = ask(resolver.port, "ministry.example", TXT, timeout=3, flags=0x0120)
            self.assertIn(b"v=spf1 -all", reply)
            self.assertTrue(reply[3] & AD)

    def test_a_zone_with_a_fault_is_an_error(self):
        path = pathlib.Path(self.zones) / "broken.example.zone"
        path.write_text("$ORIGIN broken.example.\n@ 300 IN SOA only\n")
        with self.assertRaises(ServerError):
            Nsd(path, root=False)


if __name__ == "__main__":
    unittest.main()
