"""`--probe https,smtp`, from the command line to the report: what is fetched, from whom, how often, and what is said of it."""

import contextlib
import pathlib
import tempfile
import unittest

from mail_servers import Authority, MailServer, PolicyServer
from rampart_run import rampart
from servers import Nsd, own_address

SOA = "@ 300 IN SOA ns host 1 3600 600 86400 60\n@ 300 IN NS ns\nns 300 IN A 192.0.2.53\n"
PLAIN = {"Content-Type": "text/plain"}
WELL_KNOWN = "/.well-known/mta-sts.txt"
SHARED = 50  # domains behind one mail server

# Each domain has the mail server mx.DOMAIN, and a policy at mta-sts.DOMAIN.
DOMAINS = ["right", "redirect", "other-name", "html", "mismatch", "no-starttls", "clear-auth", "other-mx-name"]


def policy(mx):
    return 200, PLAIN, f"version: STSv1\r\nmode: enforce\r\nmx: {mx}\r\nmax_age: 604800\r\n"


PAGES = {f"mta-sts.{name}.example": policy(f"mx.{name}.example") for name in DOMAINS} | {
    "mta-sts.redirect.example": (301, {"Location": f"https://mta-sts.right.example{WELL_KNOWN}"}, ""),
    "mta-sts.html.example": (200, {"Content-Type": "text/html"}, policy("mx.html.example")[2]),
    "mta-sts.mismatch.example": policy("mx.elsewhere.example"),
}


class ProbesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = contextlib.ExitStack()
        cls.addClassCleanup(cls.stack.close)
        folder = cls.stack.enter_context(tempfile.TemporaryDirectory())
        authority = Authority(folder)
        cls.roots = {"SSL_CERT_FILE": str(authority.file)}
        certified = authority.certificate(*(name for name in PAGES if "other-name" not in name))
        mail = authority.certificate(*(f"mx.{name}.example" for name in DOMAINS if name != "other-mx-name"), "mx.shared.example")
        cls.https = cls.serve(443, PolicyServer, certified, PAGES)
        cls.smtp = cls.serve(25, MailServer, mail)
        servers = {
            "no-starttls": cls.serve(25, MailServer),
            "clear-auth": cls.serve(25, MailServer, mail, ["AUTH PLAIN LOGIN"]),
        }
        cls.shared = cls.serve(25, MailServer, mail)
        zone = "$ORIGIN example.\n" + SOA + f"mx.shared 300 IN A {cls.shared.server_address[0]}\n"
        for name in DOMAINS:
            server = servers.get(name, cls.smtp)
            zone += (f"{name} 300 IN MX 10 mx.{name}\nmx.{name} 300 IN A {server.server_address[0]}\n"
                     f'_mta-sts.{name} 300 IN TXT "v=STSv1; id=1"\nmta-sts.{name} 300 IN A {cls.https.server_address[0]}\n')
        zone += "".join(f"d{n} 300 IN MX 10 mx.shared\n" for n in range(SHARED))
        path = pathlib.Path(folder) / "example.zone"
        path.write_text(zone)
        cls.nsd = cls.stack.enter_context(Nsd(path))

    @classmethod
    def serve(cls, port, kind, *arguments):
        return cls.stack.enter_context(kind(own_address(port), *arguments))

    def probe(self, *domains, private=True, kinds="https,smtp"):
        """The findings about policies and mail servers: code -> its text and evidence, without what was looked for and is not there."""
        run = rampart("audit", *domains, "--resolver", self.nsd.address, "--probe", kinds, "--format", "json", "--fail-on", "never",
                      "--max-unknown", "100", *(["--allow-private"] if private else []), **self.roots)
        self.assertEqual(run.status, 0, run.err)
        self.domains = run.json()["domains"]
        return {f["code"]: (f["status"], f["title"], f["evidence"]) for domain in self.domains for f in domain["findings"]
                if f["code"].startswith(("smtp-", "mta-sts-")) and f["status"] != "absent"}

    def test_a_right_domain_has_nothing_to_mend(self):
        fetched, said = len(self.https.requests), len(self.smtp.commands)
        self.assertEqual(self.probe("right.example"), {})
        self.assertEqual(self.https.requests[fetched:], [f"mta-sts.right.example {WELL_KNOWN}"])
        self.assertEqual(self.smtp.commands[said:], ["EHLO", "STARTTLS", "EHLO", "QUIT"])  # and nothing else

    def test_a_redirect_is_not_followed(self):  # RFC 8461 section 3.3
        before = len(self.https.requests)
        found = self.probe("redirect.example", kinds="https")
        self.assertEqual(list(found), ["mta-sts-policy-unavailable"])
        self.assertIn("301", found["mta-sts-policy-unavailable"][1])
        self.assertEqual(self.https.requests[before:], [f"mta-sts.redirect.example {WELL_KNOWN}"])

    def test_a_certificate_of_another_name_is_no_policy(self):
        before = len(self.https.requests)
        found = self.probe("other-name.example", kinds="https")
        self.assertEqual(list(found), ["mta-sts-policy-unavailable"])
        self.assertEqual(found["mta-sts-policy-unavailable"][0], "present")
        self.assertEqual(self.https.requests[before:], [])

    def test_an_authority_that_nobody_trusts_is_no_policy(self):
        self.roots, trusted = {}, self.roots
        self.addCleanup(setattr, self, "roots", trusted)
        found = self.probe("right.example")
        self.assertEqual(set(found), {"mta-sts-policy-unavailable", "smtp-certificate-chain"})

    def test_a_page_that_is_no_text_is_no_policy(self):
        self.assertIn("text/html", self.probe("html.example", kinds="https")["mta-sts-policy-unavailable"][1])

    def test_a_policy_without_the_mail_server(self):
        found = self.probe("mismatch.example", kinds="https")
        self.assertEqual(list(found), ["mta-sts-mx-mismatch"])
        self.assertIn("mx.mismatch.example", found["mta-sts-mx-mismatch"][1])

    def test_a_mail_server_without_starttls(self):
        found = self.probe("no-starttls.example")
        self.assertEqual(list(found), ["smtp-no-starttls"])
        self.assertEqual(found["smtp-no-starttls"][0], "present")

    def test_passwords_in_clear(self):
        self.assertEqual(list(self.probe("clear-auth.example")), ["smtp-auth-in-clear"])

    def test_a_mail_servers_certificate_of_another_name(self):
        self.assertEqual(list(self.probe("other-mx-name.example")), ["smtp-certificate-name"])

    def test_private_addresses_are_not_connected_to(self):
        before = self.https.connections, self.smtp.connections
        found = self.probe("right.example", private=False)
        self.assertEqual((self.https.connections, self.smtp.connections), before)
        self.assertEqual({code: status for code, (status, _, _) in found.items()},
                         {"mta-sts-policy-unknown": "unknown", "smtp-unreachable": "unknown"})
        for code, (_, _, evidence) in found.items():
            self.assertIn("no public address", evidence[0]["why"], code)

    def test_without_probe_nobody_is_connected_to(self):
        before = self.https.connections, self.smtp.connections
        rampart("audit", "right.example", "--resolver", self.nsd.address, "--allow-private", **self.roots)
        self.assertEqual((self.https.connections, self.smtp.connections), before)

    def test_one_probe_for_a_server_that_many_domains_share(self):
        before = self.shared.connections
        self.assertEqual(set(self.probe(*(f"d{n}.example" for n in range(SHARED)), kinds="smtp")), {"mta-sts-missing"})
        self.assertEqual(len(self.domains), SHARED)
        self.assertEqual(self.shared.connections, before + 1)


if __name__ == "__main__":
    unittest.main()
