"""rampart lookalikes: finds the planted names, is silent the second time, and says what changed."""

import csv
import io
import json
import pathlib
import subprocess
import tempfile
import time
import unittest

from rampart_run import PROGRAM, SOURCE, rampart
from servers import Nsd, Unbound

HEAD = "$ORIGIN {origin}\n@ 3600 IN SOA ns.host.example. host.host.example. 1 3600 600 86400 60\n@ 3600 IN NS ns.host.example.\n"
CYRILLIC = "xn--mnistry-rog"  # mіnistry, its first i Cyrillic
INTERNET_ROOT = """\
$ORIGIN .
@ 3600 IN SOA a.root-servers.net. nstld.root-servers.net. 1 3600 600 86400 60
@ 3600 IN NS a.root-servers.net.
a.root-servers.net. 3600 IN A 127.0.0.1
"""
PLANTED = """\
ministry 3600 IN MX 10 mx.ministry
minlstry 3600 IN MX 10 mx.post.example.
{cyrillic} 3600 IN TXT "v=spf1 ip4:192.0.2.9 -all"
minstry 3600 IN A 192.0.2.10
ministryy 3600 IN MX 0 .
ministryy 3600 IN TXT "v=spf1 -all"
"""
DANGERS = {"minlstry.example": "mail", f"{CYRILLIC}.example": "sender", "minstry.example": "addresses", "ministryy.example": "parked",
           "ministry-login.example": "registered"}


class LookalikesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.dir = pathlib.Path(cls.folder.name)
        cls.servers = []
        cls.first = cls.serve("first", PLANTED.format(cyrillic=CYRILLIC))
        cls.later = cls.serve("later", PLANTED.format(cyrillic=CYRILLIC).replace("minstry 3600 IN A 192.0.2.10", "minstry 3600 IN MX 5 mx"))

    @classmethod
    def tearDownClass(cls):
        for server in cls.servers:
            server.stop()
        cls.folder.cleanup()

    @classmethod
    def serve(cls, name, planted):
        folder = cls.dir / name
        folder.mkdir()
        (folder / "example.zone").write_text(HEAD.format(origin="example.") + planted)
        (folder / "login.zone").write_text(HEAD.format(origin="ministry-login.example.") + "@ 3600 IN TXT \"=nothing\"\n")
        (folder / "com.zone").write_text(HEAD.format(origin="com.") + "example 3600 IN MX 10 mx.example\n")
        server = Nsd(folder)
        cls.servers.append(server)
        return server

    def setUp(self):
        self.state = self.dir / self.id()

    def run_with(self, server, *options, domains=("ministry.example",), state=None):
        limit = () if "--limit" in options else ("--limit", "800")  # all that are made in one step
        return rampart("lookalikes", *domains, "--resolver", server.address, "--dns-timeout", "500ms", "--state", state or self.state,
                       *limit, *options)

    def names(self, run):
        return {name["name"]: name for name in run.json()["domains"][0]["names"]}

    def test_finds_the_planted_ones_in_the_order_of_danger(self):
        run = self.run_with(self.first, "--format", "json")
        self.assertEqual(run.status, 1, run.err)
        document = run.json()
        self.assertEqual(document["schema"], "rampart.lookalikes/1")
        found = self.names(run)
        self.assertEqual({name: row["danger"] for name, row in found.items()}, DANGERS)
        self.assertEqual(list(found)[:2], ["minlstry.example", f"{CYRILLIC}.example"])
        self.assertEqual(list(found)[-1], "ministryy.example")
        self.assertEqual(found[f"{CYRILLIC}.example"]["unicode"], "m\u0456nistry.example")
        self.assertEqual(found[f"{CYRILLIC}.example"]["similarity"], 100)
        self.assertIn("homoglyph", found[f"{CYRILLIC}.example"]["kinds"])
        self.assertEqual(found["minlstry.example"]["mx"], ["mx.post.example"])
        domain = document["domains"][0]
        self.assertEqual(domain["unknown"], 0)
        self.assertEqual(domain["registered"] + domain["unregistered"], domain["candidates"])

    def test_a_second_run_is_silent_and_a_gained_mx_is_shown(self):
        first = self.run_with(self.first)
        self.assertEqual(first.status, 1, first.err)
        self.assertIn("minlstry.example", first.out)
        second = self.run_with(self.first)
        self.assertEqual((second.status, second.out), (0, ""), second.err)
        everything = self.run_with(self.first, "--all")
        self.assertEqual(everything.status, 0)
        self.assertIn("minlstry.example", everything.out)
        third = self.run_with(self.later)
        self.assertEqual(third.status, 1)
        self.assertIn("minstry.example", third.out)
        self.assertIn("new: MX", third.out)
        self.assertNotIn("minlstry.example", third.out)
        self.assertEqual(self.run_with(self.later).out, "")

    def test_ours_and_accepted_names_are_no_news(self):
        ours = self.dir / "ours"
        ours.write_text("# of the ministry\nministry-login.example\nminstry.example\nhttps://odd.example/\n")
        known = self.dir / "known"
        known.write_text("ministryy.example\n")
        accepted = rampart("lookalikes", "accept", "minlstry.example", "--reason", "a partner", "--state", self.state)
        self.assertEqual((accepted.status, accepted.out), (0, ""), accepted.err)
        run = self.run_with(self.first, "--ours", ours, "--known", known, "--format", "json")
        self.assertEqual(list(self.names(run)), [f"{CYRILLIC}.example"])
        self.assertIn("ours:4", run.err)
        self.assertIn("did you mean odd.example?", run.err)
        everything = self.names(self.run_with(self.first, "--ours", ours, "--all", "--format", "json"))
        self.assertEqual(everything["minlstry.example"]["reason"], "a partner")
        self.assertNotIn("minstry.example", everything)
        undone = rampart("lookalikes", "accept", "--undo", "minlstry.example", "--state", self.state)
        self.assertEqual(undone.status, 0, undone.err)
        again = rampart("lookalikes", "accept", "--undo", "minlstry.example", "--state", self.state)
        self.assertEqual(again.status, 2)

    def test_the_formats(self):
        rows = list(csv.DictReader(io.StringIO(self.run_with(self.first, "--format", "csv").out)))
        self.assertEqual({row["name"]: row["danger"] for row in rows}, DANGERS)
        self.state = self.dir / "other"
        lines = [json.loads(line) for line in self.run_with(self.first, "--format", "jsonl").out.splitlines()]
        self.assertEqual({line["name"]: line["danger"] for line in lines}, DANGERS)
        self.assertEqual({line["domain"] for line in lines}, {"ministry.example"})

    def test_another_suffix(self):
        run = self.run_with(self.first, "--format", "json", domains=("example.org",))
        self.assertEqual(self.names(run)["example.com"]["kinds"], ["suffix"])

    def test_what_cannot_be_looked_up_is_unknown(self):
        server = self.serve("dead", "")
        address = server.address
        run = rampart("lookalikes", "ministry.example", "--resolver", address, "--limit", "50", "--state", self.state, "--format", "json")
        self.assertEqual((run.status, run.json()["domains"][0]["registered"]), (0, 0), run.err)
        server.kill()
        run = rampart("lookalikes", "ministry.example", "--resolver", address, "--dns-timeout", "100ms", "--limit", "50", "--state", self.state)
        self.assertEqual(run.status, 3, run.out)

    def test_a_refusing_server_proves_nothing(self):
        folder = self.dir / "refusing"
        folder.mkdir()
        (folder / "com.zone").write_text(HEAD.format(origin="com."))
        with Nsd(folder, root=False) as server:
            run = self.run_with(server, "--limit", "20", "--format", "json")
        self.assertEqual(run.status, 3, run.err)
        domain = run.json()["domains"][0]
        self.assertEqual((domain["unknown"], domain["unregistered"]), (20, 0))
        self.assertEqual(domain["unknown_names"][0]["registered"], "unknown")
        self.assertIn("20 of 20 names could not be looked up", run.err)

    def test_a_resolver_that_rewrites_nxdomain_registers_nothing(self):
        root = self.dir / "internet"
        root.mkdir()
        (root / "root.zone").write_text(INTERNET_ROOT)
        # As such resolvers do: an address for every name that does not exist, and nothing else for it.
        lies = ['local-zone: "com." redirect', 'local-data: "com. 60 IN A 192.0.2.99"', 'local-zone: "example." redirect',
                'local-data: "example. 60 IN A 192.0.2.99"']
        with Nsd(root) as nsd, Unbound(nsd.port, options=lies) as resolver:
            run = self.run_with(resolver, "--limit", "30", "--format", "json")
        domain = run.json()["domains"][0]
        self.assertEqual((domain["registered"], domain["unregistered"], domain["unknown"]), (0, 0, 30))
        self.assertEqual(run.status, 3, run.err)
        self.assertIn("rewrites NXDOMAIN", " ".join(run.json()["notes"]) + run.err)

    def test_two_runs_do_not_share_a_state(self):
        lock = pathlib.Path(f"{self.state}.lock")
        with subprocess.Popen(["flock", lock, "sleep", "60"]) as holder:
            try:
                deadline = time.monotonic() + 10
                while not lock.exists() and time.monotonic() < deadline:
                    time.sleep(0.02)
                time.sleep(0.2)
                run = self.run_with(self.first)
            finally:
                holder.terminate()
        self.assertEqual(run.status, 2)
        self.assertIn("another run holds it", run.err)

    def test_a_result_that_could_not_be_written_is_news_again(self):
        failed = self.run_with(self.first, "--output", "/nowhere/report")
        self.assertEqual(failed.status, 2)
        self.assertIn("minlstry.example", self.run_with(self.first).out)

    def test_the_state_folder_of_the_user(self):
        home = self.dir / "home"
        done = subprocess.run([PROGRAM, "lookalikes", "accept", "a.example"], env={"XDG_STATE_HOME": str(home), "HOME": "/nowhere"},
                              capture_output=True, text=True, check=False, cwd=SOURCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("a.example", (home / "rampart" / "lookalikes.jsonl").read_text())

    def test_wrong_usage(self):
        broken = self.dir / "broken"
        broken.write_text("what is this\n")
        for arguments, word in ((["lookalikes"], "no domain"),
                                (["lookalikes", "gov.pk"], "public suffix"),
                                (["lookalikes", "https://x.example/"], "did you mean x.example?"),
                                (["lookalikes", "x.example", "--ours", "/nowhere/list"], "--ours takes"),
                                (["lookalikes", "x.example", "--state", broken], "broken:1"),
                                (["lookalikes", "x.example", "--limit", "0"], "1 to 100000"),
                                (["lookalikes", "x.example", "--format", "xml"], "jsonl"),
                                (["lookalikes", "accept"], "NAME")):
            with self.subTest(arguments):
                run = rampart(*arguments)
                self.assertEqual(run.status, 2, run.err)
                self.assertIn(word, run.err)


if __name__ == "__main__":
    unittest.main()
