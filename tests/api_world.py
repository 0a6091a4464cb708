"""A whole `rampart serve` with two organisations' domains, mail and reports, as the tests of the API over them share it.

    world = World()                       # an ApiServer as far as Person is concerned (api_client.py)
    owner = Person(world).enrol(world.link, name="owner@cert.example")
    world.settle(owner)                   # organisations water (bank.example) and roads (shop.example), audited
    world.fill()                          # reports imported, and mail through the guard: one delivered, one refused, two kept
    world.end()
"""

import base64
import pathlib
import tempfile
import time

import made_reports
from api_client import Description
from guard_case import OURS, STRANGER, ZONE, ZONES, mail
from guard_run import mail_server, send
from rampart_run import rampart
from serve_case import Serve
from servers import Nsd
from watch_servers import MailTaker

WATER, ROADS = "bank.example", "shop.example"
DAYS = 3  # of reports
SETTINGS = """\
[server]
public_url = "https://rampart.example"
[guard]
listen = ["inet:127.0.0.1:{milter}"]
mode = "enforce"
quarantine = "{folder}/kept"
seal_file = "{folder}/seal.key"
authserv_id = "guard.test"
inspect = false
block_files = ["{folder}/block.list"]
allow_files = ["{folder}/allow.list"]
release_server = "localhost:{relay}"
release_tls = "none"
"""


class World:
    def __init__(self, more="", role="all"):
        self.description = Description()
        self.own = tempfile.TemporaryDirectory(prefix="rampart-world-")
        self.dir = pathlib.Path(self.own.name)
        (self.dir / "seal.key").touch(mode=0o600)
        (self.dir / "seal.key").write_text(base64.b64encode(bytes(range(32))).decode() + "\n")
        (self.dir / "block.list").write_text("# Whom we do not want to hear from.\nevil.example\n")
        (self.dir / "allow.list").write_text("")
        self.names = self._zones()
        self.taker = MailTaker()
        self.postfix = None
        self.serve = None
        try:
            self.serve = _Serve(self, more, role)
            self.serve.await_said("first start is in")
        except BaseException:
            self.end()
            raise
        self.place = f"127.0.0.1:{self.serve.port}"
        self.link = (self.serve.folder / "server" / "enrolment-link").read_text().strip().split("#")[1]
        self.store = f"sqlite:{self.serve.folder}/rampart.db"

    def _zones(self):
        key = self.dir / "key.pem"
        made = rampart("dkim", "keygen", WATER, "--selector", "s1", "--key", key)
        assert made.status == 0, made.err
        key = made.out[made.out.index('"'):made.out.rindex('"') + 1]
        for origin, more in ZONES.items():
            (self.dir / f"{origin}.zone").write_text(ZONE.format(origin=origin, more=more.format(key=key)))
        return Nsd(self.dir)

    def settle(self, owner):
        """Two organisations, each with a domain that is audited."""
        self.organisations = {}
        for name, domain in (("Water", WATER), ("Roads", ROADS)):
            made = owner.post("/organisations", {"name": name, "contact": f"soc@{domain}"})
            assert made.status == 201, made.text
            self.organisations[domain] = made.json["id"]
            added = owner.post("/domains", {"domains": [domain], "organisation": made.json["id"]})
            assert (added.status, added.json["added"]) == (201, 1), added.text
            self.await_job(owner, added.json["job"])

    @staticmethod
    def await_job(person, job, state="done", seconds=60):
        deadline = time.monotonic() + seconds
        while True:
            answer = person.get(f"/jobs/{job}")
            if answer.json["state"] in ("done", "failed", "cancelled"):
                assert answer.json["state"] == state, answer.text
                return answer.json
            assert time.monotonic() < deadline, answer.text
            time.sleep(0.1)

    def fill(self):
        self.read_reports()
        self.postfix = mail_server(self)
        self.mails = {name: self.send(*words) for name, words in {
            "delivered": (OURS, WATER, f"a@{ROADS}"), "refused": (STRANGER, WATER, f"b@{ROADS}"),
            "kept_water": (STRANGER, ROADS, f"c@{WATER}"), "kept_roads": (STRANGER, ROADS, f"d@{ROADS}")}.items()}

    def read_reports(self):
        folder = self.dir / "reports"
        folder.mkdir()
        for domain in (WATER, ROADS):
            for back in range(DAYS, 0, -1):
                rows = [made_reports.Row(OURS, 40, (domain, "s1", "pass"), (domain, None, "pass"), domain),
                        made_reports.Row(STRANGER, 7, None, (domain, None, "fail"), domain)]
                made_reports.write(folder, back, rows, domain=domain)
        done = rampart("reports", "import", "--config", self.serve.config, folder)
        assert done.status == 0, done.err

    def send(self, client, author, to):
        """The Message-ID of a message that comes from there in the name of news@author."""
        name, text = mail(author)
        send(self.postfix, client, f"news@{author}", [to], text)
        return name

    # What mail_server() asks of a guard.
    def milter(self):
        return f"inet:127.0.0.1:{self.serve.milter}"

    def said(self):
        return self.serve.said()

    def end(self):
        """What it said; a sanitizer's report, and an end that was not asked for, fail the caller."""
        said, status = "", 0
        if self.serve:
            status = self.serve.end()
            said = self.serve.said()
            self.serve.close()
        for one in (self.postfix, self.names, self.taker):
            if one:
                one.stop()
        self.own.cleanup()
        if status or "Sanitizer" in said or "runtime error:" in said:
            raise AssertionError(f"status {status}\n{said}")
        return said


class _Serve(Serve):
    def __init__(self, world, more, role):
        self.world = world
        super().__init__(more, role)

    def write(self, settings):
        text = SETTINGS.format(milter=self.milter, folder=self.world.dir, relay=self.world.taker.port)
        super().write(f'{text}{settings}\n[dns]\nresolvers = ["{self.world.names.address}"]\ntimeout = "1s"\n')
