"""rampart subdomains: names from zones, transfers, records, lists and words, and who may send mail as each."""

import csv
import io
import json
import pathlib
import socket
import struct
import tempfile
import threading
import unittest

from rampart_run import rampart
from servers import Knot, Nsd, free_port, own_address

PARENT = """\
$ORIGIN example.
@ 3600 IN SOA ns.host host.host 1 3600 600 86400 60
@ 3600 IN NS ns.host
ns.host 3600 IN A {address}
bank 3600 IN NS ns.bank
ns.bank 3600 IN A {address}
wild 3600 IN NS ns.bank
post 3600 IN TXT "v=spf1 -all"
"""
BANK = """\
$ORIGIN bank.example.
@ 3600 IN SOA ns host 1 3600 600 86400 60
@ 3600 IN NS ns
ns 3600 IN A {address}
@ 3600 IN MX 10 mx.mailing
mx.mailing 3600 IN A 192.0.2.25
@ 3600 IN TXT "v=spf1 mx include:_spf.sender.bank.example -all"
_spf.sender 3600 IN TXT "v=spf1 ip4:192.0.2.26 -all"
_dmarc 3600 IN TXT "v=DMARC1; p=reject; rua=mailto:d@reports.bank.example"
reports 3600 IN A 192.0.2.27
www 3600 IN A 192.0.2.28
secret-project 3600 IN A 192.0.2.29
secret-project 3600 IN TXT "v=spf1 ip4:192.0.2.29 -all"
_dmarc.secret-project 3600 IN TXT "v=DMARC1; p=none"
s1._domainkey.quiet 3600 IN TXT "v=DKIM1; p="
listed 3600 IN A 192.0.2.30
bücher.listed 3600 IN A 192.0.2.31
"""
WILD = """\
$ORIGIN wild.example.
@ 3600 IN SOA ns.bank.example. host 1 3600 600 86400 60
@ 3600 IN NS ns.bank.example.
* 3600 IN A 192.0.2.40
* 3600 IN MX 10 mx
mx 3600 IN A 192.0.2.41
www 3600 IN A 192.0.2.42
"""
CRT_SH = [{"common_name": "listed.bank.example", "name_value": "listed.bank.example\n*.bank.example\nann@gone.bank.example"},
          {"common_name": "Ann", "name_value": "other.example"}]


class SubdomainsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.dir = pathlib.Path(cls.folder.name)
        cls.zones = cls.dir / "zones"
        cls.write(cls.zones, "127.0.0.1")
        cls.closed = Nsd(cls.zones)
        cls.open = Nsd(cls.zones, transfer=True)

    @classmethod
    def tearDownClass(cls):
        cls.closed.stop()
        cls.open.stop()
        cls.folder.cleanup()

    @staticmethod
    def write(folder, address):
        folder.mkdir()
        for name, text in (("example", PARENT), ("bank.example", BANK.replace("bücher", "xn--bcher-kva")), ("wild.example", WILD)):
            (folder / f"{name}.zone").write_text(text.format(address=address))

    def look(self, domain, *options, server=None, source=None):
        source = source or ("--resolver", (server or self.closed).address, "--dns-timeout", "500ms")
        return rampart("subdomains", domain, *source, *options)

    def names(self, run):
        return {name["name"]: name for name in run.json()["names"]}

    def test_records_and_words_lead_to_names(self):
        run = self.look("bank.example", "--format", "json")
        self.assertEqual(run.status, 0, run.err)
        found = self.names(run)
        self.assertEqual(list(found)[0], "bank.example")
        sources = {name: row["sources"] for name, row in found.items()}
        self.assertEqual(sources["mx.mailing.bank.example"], ["mx"])
        self.assertEqual(sources["sender.bank.example"], ["spf"])
        self.assertEqual(sources["reports.bank.example"], ["dmarc"])
        self.assertEqual(sources["ns.bank.example"], ["ns", "words"])
        self.assertEqual(sources["www.bank.example"], ["words"])
        self.assertNotIn("secret-project.bank.example", found)
        self.assertEqual(found["mailing.bank.example"]["exists"], "empty")
        www = found["www.bank.example"]
        self.assertEqual((www["verdict"], www["dmarc"]["policy"], www["dmarc"]["record"]), ("protected", "reject", "_dmarc.bank.example"))
        self.assertEqual((www["spf_state"], www["mx_state"]), ("none", "none"))
        self.assertGreater(run.json()["counts"]["missing"], 50)
        self.assertEqual(set(self.names(self.look("bank.example", "--no-words", "--format", "json"))),
                         {name for name, by in sources.items() if by != ["words"]})

    def test_a_transfer_shows_all(self):
        run = self.look("bank.example", "--server", self.open.address, "--no-words", "--format", "json")
        self.assertEqual(run.status, 1, run.err)
        found = self.names(run)
        self.assertIn("transfer", found["secret-project.bank.example"]["sources"])
        self.assertEqual(found["secret-project.bank.example"]["verdict"], "spoofable")
        self.assertEqual(found["secret-project.bank.example"]["dmarc"]["record"], "_dmarc.secret-project.bank.example")
        self.assertEqual(found["quiet.bank.example"]["exists"], "empty")
        self.assertEqual(found["xn--bcher-kva.listed.bank.example"]["unicode"], "bücher.listed.bank.example")
        self.assertIn("gave the zone bank.example: ", " ".join(run.json()["notes"]))

    def test_a_refused_transfer_is_said_and_the_rest_goes_on(self):
        run = self.look("bank.example", "--server", self.closed.address)
        self.assertEqual(run.status, 0, run.err)
        self.assertIn("did not give the zone bank.example: REFUSED", run.err)
        self.assertIn("www.bank.example", run.out)
        nobody = self.look("bank.example", "--server", f"127.0.0.1:{free_port()}", "--no-words")
        self.assertEqual(nobody.status, 0, nobody.err)
        self.assertIn("Connection refused", nobody.err)

    def test_hashes_of_a_signed_zone_are_no_names(self):
        plain = set(self.names(self.look("bank.example", "--server", self.open.address, "--no-words", "--format", "json")))
        for nsec3 in (True, False):
            with self.subTest(nsec3=nsec3), Knot([self.zones / "bank.example.zone"], signed=True, nsec3=nsec3, transfer=True) as knot:
                run = self.look("bank.example", "--server", knot.address, "--no-words", "--format", "json", server=knot)
                self.assertIn("gave the zone", " ".join(run.json()["notes"]))
                self.assertEqual(set(self.names(run)), plain)
                self.assertEqual(run.json()["counts"]["looked_up"], len(plain))

    def test_the_zones_own_servers_are_asked_only_at_allowed_addresses(self):
        address = own_address(53)
        zones = self.dir / "own"
        self.write(zones, address)
        with Nsd(zones, host=address, port=53, transfer=True) as server:
            source = ("--resolver", server.address)
            guarded = self.look("bank.example", "--transfer", "--no-words", source=source)
            self.assertNotIn("secret-project", guarded.out)
            self.assertIn("not asked for a transfer: ns.bank.example", guarded.err)
            allowed = self.look("bank.example", "--transfer", "--allow-private", "--no-words", source=source)
            self.assertIn("secret-project", allowed.out, allowed.err)

    def test_a_server_that_sends_nonsense(self):
        for reply, word in ((b"\0\5hello", "cannot be read"), (b"\0\0", "cannot be read"), (b"\xff\xff" + b"x" * 100, "closed the connection")):
            with self.subTest(reply[:8]), Nonsense(reply) as port:
                run = self.look("bank.example", "--server", f"127.0.0.1:{port}", "--no-words")
                self.assertEqual(run.status, 0, run.err)
                self.assertIn(word, run.err)

    def test_lists_of_certificate_transparency(self):
        crt = self.dir / "crt.json"
        crt.write_text(json.dumps(CRT_SH))
        plain = self.dir / "plain"
        plain.write_text("*.secret-project.bank.example\nnot a name\n")
        run = self.look("bank.example", "--names", crt, "--names", plain, "--no-words", "--format", "json")
        self.assertEqual(run.status, 1, run.err)
        found = self.names(run)
        self.assertEqual(found["listed.bank.example"]["sources"], ["list"])
        self.assertIn("secret-project.bank.example", found)
        self.assertNotIn("gone.bank.example", found)
        counts = run.json()["counts"]
        self.assertEqual((counts["missing"], counts["outside"]), (1, 1))
        self.assertIn("plain:2: ", run.err)

    def test_what_only_a_wildcard_answers_is_not_listed(self):
        run = self.look("wild.example", "--format", "json")
        found = self.names(run)
        self.assertEqual(set(found), {"wild.example", "mx.wild.example", "www.wild.example"})
        self.assertGreater(run.json()["counts"]["wildcard"], 50)
        self.assertEqual(run.json()["wildcards"], ["wild.example"])
        self.assertEqual(run.status, 1, run.err)
        text = self.look("wild.example")
        self.assertIn("answered by a wildcard only (below wild.example)", text.out)

    def test_a_zone_file_alone(self):
        run = self.look("bank.example", "--no-words", "--format", "json", source=("--zone", self.zones))
        found = self.names(run)
        self.assertIn("zone", found["secret-project.bank.example"]["sources"])
        self.assertEqual(found["secret-project.bank.example"]["verdict"], "spoofable")
        self.assertEqual(run.status, 1, run.err)

    def test_the_formats(self):
        options = ("bank.example", "--server", self.open.address)
        names = set(self.names(self.look(*options, "--format", "json")))
        rows = list(csv.DictReader(io.StringIO(self.look(*options, "--format", "csv").out)))
        self.assertEqual({row["name"] for row in rows}, names)
        self.assertEqual({row["name"]: row["verdict"] for row in rows}["www.bank.example"], "protected")
        lines = [json.loads(line) for line in self.look(*options, "--format", "jsonl").out.splitlines()]
        self.assertEqual({line["name"] for line in lines}, names)
        listed = self.look(*options, "--format", "list").out
        self.assertEqual(set(listed.split()), names)
        audit = rampart("audit", "--resolver", self.closed.address, "--list", "-", "--format", "json", stdin=listed)
        self.assertEqual({domain["domain"] for domain in audit.json()["domains"]}, names)

    def test_words_of_ones_own(self):
        words = self.dir / "words"
        words.write_text("secret-project # found\nnothing\na b\n")
        run = self.look("bank.example", "--words", words, "--format", "json")
        self.assertEqual(self.names(run)["secret-project.bank.example"]["sources"], ["words"])
        self.assertNotIn("www.bank.example", self.names(run))
        self.assertIn("words:3: ", run.err)

    def test_what_cannot_be_looked_up_is_unknown(self):
        with Nsd([self.zones / "example.zone"], root=False) as server:  # it only refers to the zone
            run = self.look("bank.example", "--no-words", server=server)
        self.assertEqual(run.status, 3, run.out)
        self.assertIn("1 unknown", run.out)

    def test_wrong_usage(self):
        broken = self.dir / "broken.json"
        broken.write_text("[{")
        for arguments, word in (([], "DOMAIN"), (["bank.example", "--server", "ns.example"], "no address of a server"),
                                (["bank.example", "--names", "/nowhere/list"], "/nowhere/list"),
                                (["bank.example", "--names", broken], "broken.json:1"),
                                (["bank.example", "--format", "html"], "jsonl"), (["*.bank.example"], "did you mean bank.example?")):
            with self.subTest(arguments):
                run = rampart("subdomains", *arguments)
                self.assertEqual(run.status, 2, run.err)
                self.assertIn(word, run.err)


class Nonsense:
    """A TCP server on loopback that answers whoever connects with these bytes, and closes."""

    def __init__(self, reply):
        self.reply = reply
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                size = struct.unpack(">H", connection.recv(2))[0]
                connection.recv(size)
                connection.sendall(self.reply)

    def __enter__(self):
        self.thread.start()
        return self.socket.getsockname()[1]

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


if __name__ == "__main__":
    unittest.main()
