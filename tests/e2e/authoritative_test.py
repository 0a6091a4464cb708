"""`--authoritative`: each zone's own servers are asked, on port 53 of loopback addresses; they say what a resolver in front says."""

import pathlib
import tempfile
import unittest

from rampart_run import rampart
from servers import Nsd, Unbound, own_address

MISSING = {"no-authentication", "spf-missing", "dkim-missing", "dmarc-missing", "dmarc-without-authentication"}
SOA = "@ 3600 IN SOA ns host 1 3600 600 86400 60\n"
ROOT = """\
$ORIGIN .
@ 3600 IN SOA ns.example. host.example. 1 3600 600 86400 60
@ 3600 IN NS ns.example.
example 3600 IN NS ns.example.
ns.example 3600 IN A {parent}
"""
PARENT = "$ORIGIN example.\n" + SOA + """\
@ 3600 IN NS ns
ns 3600 IN A {parent}
here 3600 IN MX 10 mail.here
mail.here 3600 IN A 192.0.2.25
here 3600 IN TXT "v=spf1 mx include:_spf.child -all"
_dmarc.here 3600 IN TXT "v=DMARC1; p=quarantine; rua=mailto:dmarc@child.example"
child 3600 IN NS ns.child
ns.child 3600 IN A {child}
lame 3600 IN NS ns.lame
ns.lame 3600 IN A {child}
"""
CHILD = "$ORIGIN child.example.\n" + SOA + """\
@ 3600 IN NS ns
ns 3600 IN A {child}
@ 3600 IN MX 10 mail
mail 3600 IN A 192.0.2.26
@ 3600 IN TXT "v=spf1 mx a:gone.child.example ~all"
_spf 3600 IN TXT "v=spf1 ip4:192.0.2.0/28 -all"
_dmarc 3600 IN TXT "v=DMARC1; p={policy}; rua=mailto:dmarc@child.example"
deep.below 3600 IN TXT "v=spf1 +all"
*.wild 3600 IN TXT "v=spf1 ?all"
"""
DOMAINS = ["here.example", "child.example", "deep.below.child.example", "x.wild.child.example", "nobody.example"]


class AuthoritativeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.addresses = {"parent": own_address(53), "child": own_address(53)}
        self.parent = self.serve("parent", **{"root.zone": ROOT, "example.zone": PARENT})
        self.child = self.serve("child", **{"child.example.zone": CHILD.replace("{policy}", "none")})
        self.resolver = Unbound(53, host=self.parent.host)
        self.addCleanup(self.resolver.stop)

    def serve(self, who, **zones):
        folder = self.dir / who
        folder.mkdir(exist_ok=True)
        for name, text in zones.items():
            (folder / name).write_text(text.format(**self.addresses))
        server = Nsd(folder, root=False, host=self.addresses[who], port=53)
        self.addCleanup(server.stop)
        return server

    def audit(self, *arguments):
        run = rampart("audit", "--resolver", self.resolver.address, "--dns-timeout", "500ms", "--format", "json", *arguments)
        return run, {domain["domain"]: domain for domain in run.json()["domains"]}

    def direct(self, *domains):
        return self.audit("--authoritative", "--allow-private", *domains)

    def test_the_findings_are_a_resolvers(self):
        resolved, expected = self.audit(*DOMAINS)
        direct, found = self.direct(*DOMAINS)
        self.assertEqual(list(found), DOMAINS)
        for name in DOMAINS:
            with self.subTest(name):
                self.assertEqual(told(found[name]), told(expected[name]))
                self.assertEqual(found[name]["grade"], expected[name]["grade"])
                self.assertNotEqual(found[name]["status"], "unknown")
        self.assertEqual(direct.status, resolved.status, direct.err)

    def test_a_change_is_seen_at_once(self):
        self.audit("child.example")  # the resolver keeps the old record for an hour
        self.child.stop()
        self.serve("child", **{"child.example.zone": CHILD.replace("{policy}", "reject")})
        self.assertEqual(self.audit("child.example")[1]["child.example"]["effective_policy"]["domain"]["policy"], "none")
        self.assertEqual(self.direct("child.example")[1]["child.example"]["effective_policy"]["domain"]["policy"], "reject")

    def test_a_lame_server_leaves_its_zone_unknown(self):
        run, found = self.direct("lame.example", "here.example")
        self.assert_unknown(found["lame.example"])
        self.assertNotEqual(found["here.example"]["status"], "unknown")
        self.assertEqual(run.status, 3, run.err)

    def test_a_dead_server_leaves_its_zone_unknown(self):
        self.audit("child.example", "here.example")  # so that the resolver still knows the way there
        self.child.kill()
        run, found = self.direct("child.example")
        self.assert_unknown(found["child.example"])
        self.assertEqual(run.status, 3, run.err)

    def test_a_private_server_is_not_asked_unasked(self):
        """Who owns a zone says where its servers are: only --allow-private lets that be inside our network."""
        run, found = self.audit("--authoritative", "child.example")
        self.assert_unknown(found["child.example"])
        self.assertIn("public address", run.out)

    def assert_unknown(self, domain):
        self.assertEqual(domain["status"], "unknown")
        self.assertEqual({f["code"] for f in domain["findings"] if f["status"] == "present"} & MISSING, set())


def told(domain):
    """The findings, but for DNSSEC: whether an answer is vouched for is a resolver's to say."""
    return sorted((f["code"], f["severity"], f["effective"], f["status"], f["title"]) for f in domain["findings"]
                  if not f["code"].startswith("dnssec"))


if __name__ == "__main__":
    unittest.main()
