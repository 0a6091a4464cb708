"""The API of a whole `rampart serve` over two organisations' domains, mail and reports: each answer is held against the API's description
(api_client.py), each operation of these resources succeeds at least once, and what is another organisation's is not there."""

import gzip
import http.client
import json
import time
import unittest
import urllib.parse

import made_reports
from api_client import Person
from api_world import ROADS, WATER, World
from guard_case import OURS, STRANGER

TAGS = {"domains", "audits", "advice", "reports", "senders", "mail", "quarantine", "lists", "search", "overview", "jobs", "events", "settings",
        "system"}
# What needs a name server that takes updates (fix_apply_test.py, and the console's own tests), or a job that lasts.
NOT_HERE = {"domains_publish", "domains_undo", "jobs_cancel"}
TLS_REPORT = {
    "organization-name": "Receiver", "report-id": "1@receiver.example", "contact-info": "tls@receiver.example",
    "date-range": {"start-datetime": "2026-11-26T00:00:00Z", "end-datetime": "2026-11-26T23:59:59Z"},
    "policies": [{"policy": {"policy-type": "no-policy-found", "policy-domain": WATER},
                  "summary": {"total-successful-session-count": 5, "total-failure-session-count": 0}}]}


def setUpModule():
    global world, owner, water, roads, everybody
    world = World()
    unittest.addModuleCleanup(lambda: world.end())
    owner = Person(world).enrol(world.link, name="owner@cert.example")
    world.settle(owner)
    # They follow what is theirs alone.
    water = owner.invite("administrator@water.example", "administrator", organisations=[world.organisations[WATER]])
    roads = owner.invite("administrator@roads.example", "administrator", organisations=[world.organisations[ROADS]])
    world.fill()
    everybody = [owner, water, roads]


def message_of(person, name):
    """The event of the message of this Message-ID, which comes into the store a little later; None where he does not see it."""
    deadline = time.monotonic() + 10
    while person is owner and name not in person.get("/mail").text and time.monotonic() < deadline:
        time.sleep(0.05)
    return next((one for one in person.get("/mail").json["items"] if one["message_id"] == name), None)


def kept_of(person, name):
    return next((one for one in person.get("/quarantine").json["items"] if one["message_id"] == name), None)


class Follower:
    """GET /events as a browser's EventSource."""

    def __init__(self, person, query="", last=None):
        host, port = world.place.rsplit(":", 1)
        self.connection = http.client.HTTPConnection(host, int(port), timeout=20)
        fields = {"Cookie": "; ".join(f"{name}={value}" for name, value in person.cookies.items())}
        self.connection.request("GET", f"/api/v1/events?{query}", headers={**fields, **({"Last-Event-ID": last} if last else {})})
        self.stream = self.connection.getresponse()
        assert self.stream.status == 200, self.stream.read()
        person.seen.append(("events_follow", 200))

    def next(self):
        """(event, id, data)"""
        fields = {}
        while True:
            line = self.stream.readline()
            assert line, "the stream has ended"
            line = line.decode().rstrip("\n")
            if line and not line.startswith(":"):
                name, _, value = line.partition(": ")
                fields[name] = value
            elif not line and "data" in fields:
                return fields.get("event"), fields.get("id"), json.loads(fields["data"])

    def until(self, wanted):
        """All before the first of this event, and that."""
        out = []
        while not out or out[-1][0] != wanted:
            out.append(self.next())
        return out

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()


class Answers(unittest.TestCase):
    def test_1_domains(self):
        rows = owner.get("/domains?sort=name").json
        self.assertEqual([(one["domain"], one["status"], one["policy"]) for one in rows["items"]],
                         [(WATER, "protected", "reject"), (ROADS, "partly-protected", "quarantine")])
        first = owner.get("/domains?limit=1&sort=-name").json
        second = owner.get(f"/domains?limit=1&sort=-name&after={first['next']}").json
        self.assertEqual([one["domain"] for one in first["items"] + second["items"]], [ROADS, WATER])
        self.assertEqual(owner.get(f"/domains?limit=1&sort=name&after={first['next']}").status, 422)
        for query, count in (("status=protected", 1), ("text=shop", 1), (f"organisation={world.organisations[WATER]}", 1),
                             ("finding=dmarc-no-rua", 2), ("sends=unsaid", 2), ("sends=yes", 0), ("grade=F", 0)):
            self.assertEqual(len(owner.get(f"/domains?{query}").json["items"]), count, query)
        listed = owner.get("/domains")
        self.assertEqual(owner.get("/domains", headers={"If-None-Match": listed.headers["ETag"]}).status, 304)
        read = owner.get(f"/domains/{WATER}")
        self.assertEqual(owner.get(f"/domains/{WATER}", headers={"If-None-Match": read.headers["ETag"]}).status, 304)
        change = {"sends": True, "note": "of the ministry", "contact": f"soc@{WATER}", "tags": [{"name": "tier", "value": "1"}], "selectors": ["s1"]}
        changed = owner.ask("PATCH", f"/domains/{WATER}", change, headers={"If-Match": read.headers["ETag"]})
        self.assertEqual((changed.status, changed.json["row"]["sends"], changed.json["note"]), (200, True, "of the ministry"), changed.text)
        self.assertEqual(owner.ask("PATCH", f"/domains/{WATER}", {"note": ""}, headers={"If-Match": read.headers["ETag"]}).status, 412)
        self.assertEqual(owner.ask("PATCH", f"/domains/{WATER}", {"contact": "nobody"}).json["where"], "body.contact")
        self.assertEqual(owner.get("/domains/nothing.example").status, 404)
        csv = f"domain,organisation,sends\nsoft.example,Water,yes\n{WATER},,\nno domain,,\n"
        added = owner.post("/domains", csv.encode(), kind="text/csv")
        self.assertEqual((added.status, added.json["added"], added.json["known"], len(added.json["refused"])), (201, 1, 1, 1), added.text)
        world.await_job(owner, added.json["job"])
        self.assertEqual(owner.get("/domains/soft.example").json["row"]["organisation"]["name"], "Water")
        self.assertEqual(owner.ask("DELETE", "/domains/soft.example").status, 204)
        self.assertEqual(owner.get("/domains/soft.example").status, 404)

    def test_2_an_audit_and_what_it_found(self):
        started = owner.post("/audits", {"domains": [WATER, ROADS]})
        self.assertEqual(started.status, 202, started.text)
        self.assertEqual(started.headers["Location"], f"/api/v1/jobs/{started.json['id']}")
        done = world.await_job(owner, started.json["id"])
        self.assertEqual((done["progress"], done["result"]), ({"done": 2, "of": 2}, {"audited": 2, "unknown": 0}))
        self.assertIn(started.json["id"], [one["id"] for one in owner.get("/audits").json["items"]])
        run = owner.get(f"/audits/{started.json['id']}").json
        self.assertEqual({one["domain"] for one in run["domains"]}, {WATER, ROADS})
        self.assertEqual(owner.get("/audits/nobodys").status, 404)
        self.assertEqual(owner.post("/audits", {}).status, 422)
        for part in ("report", "facts", "history", "drift", "findings", "keys", "senders", "plan", "advice"):
            answer = owner.get(f"/domains/{ROADS}/{part}")
            self.assertEqual(answer.status, 200, answer.text)
            self.assertEqual(owner.get(f"/domains/{ROADS}/{part}", headers={"If-None-Match": answer.headers["ETag"]}).status, 304, part)
        self.assertEqual(owner.get(f"/domains/{ROADS}/report").json["domain"], ROADS)
        self.assertEqual(owner.get(f"/domains/{ROADS}/report?at=2020-01-01T00:00:00Z").status, 404)
        self.assertEqual([one["selector"] for one in owner.get(f"/domains/{WATER}/keys").json["items"]], ["s1"])
        accepted = owner.post(f"/domains/{ROADS}/risks", {"code": "dmarc-no-rua", "reason": "they are read in spring", "until": "2100-01-01T00:00:00Z"})
        self.assertEqual(accepted.status, 201, accepted.text)
        self.assertEqual([one["code"] for one in owner.get(f"/domains/{ROADS}").json["risks"]], ["dmarc-no-rua"])
        self.assertEqual(owner.ask("DELETE", f"/domains/{ROADS}/risks/dmarc-no-rua").status, 204)
        self.assertEqual(owner.ask("DELETE", f"/domains/{ROADS}/risks/dmarc-no-rua").status, 404)

    def test_3_what_to_do(self):
        plan = owner.get(f"/domains/{ROADS}/plan?report_to=dmarc@{ROADS}").json
        self.assertIn("reports", [step["step"] for step in plan["steps"]])
        zone = owner.get(f"/domains/{ROADS}/plan/zone-file?report_to=dmarc@{ROADS}")
        self.assertIn(f"rua=mailto:dmarc@{ROADS}", zone.text)
        self.assertIn("update add", owner.get(f"/domains/{ROADS}/plan/zone-file?format=nsupdate&report_to=dmarc@{ROADS}").text)
        tried = owner.post(f"/domains/{ROADS}/what-if", {"zone": f'_dmarc.{ROADS}. 3600 IN TXT "v=DMARC1; p=reject"\n'})
        self.assertEqual(tried.status, 200, tried.text)
        self.assertEqual(owner.post(f"/domains/{ROADS}/what-if", {"zone": "this is no zone ("}).status, 422)
        for policy in ("quarantine", "reject"):
            self.assertEqual(owner.get(f"/domains/{ROADS}/rehearsal?policy={policy}").status, 200)
        self.assertEqual({one["domain"] for one in owner.get("/advice").json["items"]}, {WATER, ROADS})
        self.assertEqual(owner.get(f"/domains/{ROADS}/rollbacks").json["items"], [])
        # No name server takes updates here.
        held = owner.post(f"/domains/{ROADS}/plan/publish", {"steps": [{"step": "reports", "subject": ROADS}]})
        self.assertIn(held.status, (403, 501, 503), held.text)

    def test_4_reports_and_senders(self):
        folder = world.dir / "more"
        folder.mkdir()
        made_reports.write(folder, 2, [made_reports.Row(OURS, 11, (WATER, "s1", "pass"), None, WATER)], reporter="outlook.com")
        body = next(folder.iterdir()).read_bytes()
        read = owner.post("/reports?name=report.xml.gz", body, kind="application/octet-stream")
        self.assertEqual((read.status, read.json["read"], read.json["reports"][0]["messages"]), (201, 1, 11), read.text)
        again = owner.post("/reports", body, kind="application/octet-stream")
        self.assertEqual((again.status, again.json["read"], again.json["duplicates"]), (201, 0, 1), again.text)
        tls = owner.post("/reports?name=a.json.gz", gzip.compress(json.dumps(TLS_REPORT).encode()), kind="application/octet-stream")
        self.assertEqual((tls.status, tls.json["read"]), (201, 1), tls.text)
        wrong = owner.post("/reports", b"this is no report", kind="application/octet-stream")
        self.assertLess(wrong.status, 500, wrong.text)
        self.assertEqual(len(owner.get("/reports?kind=aggregate").json["items"]), 7)
        listed = owner.get("/reports?limit=5").json
        self.assertEqual(len(listed["items"]) + len(owner.get(f"/reports?limit=5&after={listed['next']}").json["items"]), 8)
        self.assertEqual(len(owner.get(f"/reports?domain={ROADS}").json["items"]), 3)
        owner.get("/reports/aside")
        summary = owner.get(f"/reports/summary?domain={WATER}").json
        self.assertEqual(summary["total"]["messages"], 3 * 47 + 11)
        self.assertEqual({one["domain"] for one in owner.get("/reports/summary").json["domains"]}, {WATER, ROADS})
        self.assertEqual(owner.get(f"/reports/tls?domain={WATER}").json["total"], {"successful": 5, "failed": 0})
        self.assertEqual(owner.get("/reports/failures").json["items"], [])
        senders = {one["id"]: one for one in owner.get("/senders").json["items"]}
        name = next(one for one in senders if one.startswith("unknown:"))
        self.assertEqual(owner.get("/senders/" + name.replace("/", "~")).json["sender"]["id"], name)
        self.assertEqual(owner.get("/senders/nobody").status, 404)
        place = "/senders/" + name.replace("/", "~") + "/mark"
        marked = owner.ask("PUT", place, {"domain": WATER, "kind": "own", "name": "Our servers", "reason": "rack 4"})
        self.assertEqual(marked.status, 200, marked.text)
        self.assertIn("own", {one["kind"] for one in owner.get(f"/domains/{WATER}/senders").json["sources"]})
        self.assertEqual(owner.ask("DELETE", f"{place}?domain={WATER}").status, 204)

    def test_5_mail(self):
        for name, action in (("delivered", "accept"), ("refused", "reject"), ("kept_water", "quarantine"), ("kept_roads", "quarantine")):
            event = message_of(owner, world.mails[name])
            self.assertEqual(event["answered"], action, event)
            self.assertEqual(owner.get(f"/mail/{event['id']}").json["event"]["id"], event["id"])
        self.assertEqual(owner.get("/mail/nobodys").status, 404)
        for query, count in (("action=reject", 1), (f"recipient=c@{WATER}", 1), (f"author={ROADS}", 2), (f"client={STRANGER}", 3),
                             ("cause=dmarc-quarantine", 2), ("text=rates", 4), ("to=2020-01-01T00:00:00Z", 0)):
            self.assertEqual(len(owner.get(f"/mail?{query}").json["items"]), count, query)
        first = owner.get("/mail?limit=3").json
        self.assertEqual(len(owner.get(f"/mail?limit=3&after={first['next']}").json["items"]), 1)
        traced = owner.get(f"/mail/trace?q=c@{WATER}").json
        self.assertEqual((len(traced["events"]), len(traced["kept"])), (1, 1))
        for by in ("minute", "hour"):
            buckets = owner.get(f"/mail/rates?by={by}").json
            self.assertEqual(sum(one["quarantine"] for one in buckets["buckets"]), 2, buckets)
        text = f"From: News <news@{WATER}>\r\nTo: a@{ROADS}\r\nSubject: hello\r\nMessage-ID: <scan@{WATER}>\r\nDate: Fri, 27 Nov 2026 10:00:00 +0000\r\n\r\nhello\r\n"
        scanned = owner.post(f"/scan?ip={STRANGER}&helo=evil.example&mail_from=news@{WATER}&rcpt=a@{ROADS}", text.encode(), kind="message/rfc822")
        self.assertEqual(scanned.status, 200, scanned.text)
        self.assertIn("reject", scanned.text)
        self.assertEqual(len(owner.get("/mail").json["items"]), 4)

    def test_6_quarantine(self):
        one, other = (kept_of(owner, world.mails[name]) for name in ("kept_water", "kept_roads"))
        read = owner.get(f"/quarantine/{one['id']}")
        self.assertEqual([event["kept"] for event in read.json["events"]], [one["id"]])
        self.assertIn("asks to quarantine", read.json["verdict"])
        shown = owner.get(f"/quarantine/{one['id']}/message")
        self.assertEqual(shown.status, 200, shown.text)
        self.assertIn("The rates are as they were.", shown.text)
        raw = owner.get(f"/quarantine/{one['id']}/raw")
        self.assertIn(world.mails["kept_water"], raw.text)
        for query, count in (("state=kept", 2), ("state=deleted", 0), (f"recipient=d@{ROADS}", 1), ("cause=dmarc-quarantine", 2), ("text=rates", 2)):
            self.assertEqual(len(owner.get(f"/quarantine?{query}").json["items"]), count, query)
        first = owner.get("/quarantine?limit=1").json
        self.assertEqual(len(owner.get(f"/quarantine?limit=1&after={first['next']}").json["items"]), 1)
        released = owner.post(f"/quarantine/{one['id']}/release", {})
        self.assertEqual(released.status, 200, released.text)
        self.assertEqual([recipients for recipients, _ in world.taker.messages], [[f"c@{WATER}"]])
        self.assertEqual(owner.get(f"/quarantine/{one['id']}").json["kept"]["state"], "released")
        owner.post(f"/quarantine/{one['id']}/release", {})
        self.assertEqual(len(world.taker.messages), 1, "it is handed over once")
        deleted = owner.post(f"/quarantine/{other['id']}/delete")
        self.assertEqual(deleted.status, 200, deleted.text)
        self.assertEqual(owner.get(f"/quarantine/{other['id']}/raw").status, 409)
        acts = [entry["act"] for entry in owner.get("/audit-log").json["items"]]
        for act in ("quarantine_release", "quarantine_delete"):
            self.assertTrue(any(act.replace("_", ".") in one or act in one for one in acts), acts)

    def test_7_lists_are_the_guards(self):
        self.assertEqual({one["kind"] for one in owner.get("/lists").json["items"]}, {"block", "allow"})
        read = owner.get("/lists/block")
        self.assertEqual(owner.get("/lists/block", headers={"If-None-Match": read.headers["ETag"]}).status, 304)
        text = read.json["text"] + "blocked.example\n"
        self.assertEqual(owner.ask("PUT", "/lists/block", {"text": text}).status, 428)
        written = owner.ask("PUT", "/lists/block", {"text": text}, headers={"If-Match": read.headers["ETag"]})
        self.assertEqual((written.status, written.json["entries"]), (200, 2), written.text)
        self.assertEqual(owner.ask("PUT", "/lists/block", {"text": text}, headers={"If-Match": read.headers["ETag"]}).status, 412)
        wrong = owner.ask("PUT", "/lists/block", {"text": "not a thing of a list\n"}, headers={"If-Match": written.headers["ETag"]})
        self.assertEqual((wrong.status, wrong.json["problems"][0]["where"]), (422, "body.text line 1"), wrong.text)
        # The guard goes by it without a restart, nor SIGHUP.
        deadline = time.monotonic() + 20
        while True:
            name = world.send(OURS, "blocked.example", f"e@{ROADS}")
            event = message_of(owner, name)
            if any("block" in cause["code"] for cause in event["causes"]):
                break
            self.assertLess(time.monotonic(), deadline, f"{event}\n{world.said()[-1500:]}")
            time.sleep(0.5)
        self.assertEqual(event["answered"], "quarantine")

    def test_8_overview_search_and_system(self):
        overview = owner.get("/overview")
        self.assertEqual(owner.get("/overview?since=2026-01-01T00:00:00Z").status, 200)
        self.assertEqual(overview.json["domains"]["total"], 2)
        self.assertTrue(overview.json["mail"]["known"])
        self.assertIn(ROADS, [one["domain"] for one in overview.json["under_attack"]])
        kinds = {one["kind"] for one in owner.get("/search?q=bank").json["items"]}
        self.assertIn("domain", kinds)
        self.assertEqual({one["kind"] for one in owner.get("/search?q=guard.mode&kind=setting").json["items"]}, {"setting"})
        self.assertEqual({one["kind"] for one in owner.get("/search?q=water&kind=organisation").json["items"]}, {"organisation"})
        for kind, query, who, count in (("message", world.mails["refused"], owner, 1), ("message", "rates", water, 3), ("message", f"c@{WATER}", owner, 1),
                                        ("message", f"d@{ROADS}", water, 0), ("account", "roads", owner, 1), ("account", "roads", water, 0)):
            found = who.get(f"/search?kind={kind}&q=" + urllib.parse.quote(query)).json["items"]
            self.assertEqual((len(found), {one["kind"] for one in found}), (count, {kind} if count else set()), (kind, query))
        self.assertIn("kept", {one["kind"] for one in owner.get("/search?q=rates&kind=kept").json["items"]})
        settings = {one["key"]: one for one in owner.get("/settings").json["items"]}
        self.assertIn("enforce", json.dumps(settings["guard.mode"]))
        self.assertGreaterEqual(len(owner.get("/settings/reference").json["items"]), len(settings))
        system = owner.get("/system").json
        self.assertEqual(owner.get("/openapi.json").json, world.description.document)
        self.assertEqual({one["kind"] for one in owner.get("/jobs?state=done").json["items"]}, {"audit"})
        self.assertEqual(set(system["roles"]), {"api", "guard", "worker"})
        self.assertEqual(world.serve.get("/readyz").status, 200)

    def test_9_events_resume(self):
        with Follower(owner, "topic=mail&topic=job") as follower:
            follower.until("live")
            name = world.send(OURS, WATER, f"f@{ROADS}")
            event, last, data = follower.until("mail")[-1]
            self.assertEqual((event, data["message_id"]), ("mail", name))
        missed = [world.send(OURS, WATER, f"g@{ROADS}"), world.send(STRANGER, ROADS, f"h@{WATER}")]
        for one in missed:
            self.assertIsNotNone(message_of(owner, one))
        with Follower(owner, "topic=mail", last) as follower:
            got = [data["message_id"] for event, _, data in follower.until("live") if event == "mail"]
            self.assertEqual(got, missed)
        # And what is another's is not told.
        with Follower(water, "topic=mail") as theirs, Follower(roads, "topic=mail") as others:
            theirs.until("live")
            others.until("live")
            names = [world.send(OURS, WATER, f"i@{WATER}"), world.send(OURS, ROADS, f"j@{ROADS}"), world.send(OURS, WATER, f"k@{WATER}")]
            self.assertEqual([theirs.until("mail")[-1][2]["message_id"] for _ in range(2)], [names[0], names[2]])
            self.assertEqual(others.until("mail")[-1][2]["message_id"], names[1])
        with Follower(owner, "topic=job") as follower:
            follower.until("live")
            job = owner.post("/audits", {"domains": [WATER]}).json["id"]
            states = []
            while not states or states[-1] != "done":
                data = follower.until("job")[-1][2]
                self.assertEqual(data["id"], job)
                states.append(data["state"])


class Limited(unittest.TestCase):
    """Named to come behind Answers: what is another organisation's is not there, in whatever way it is asked for."""

    def test_lists_have_ones_own_alone(self):
        for person, domain in ((water, WATER), (roads, ROADS)):
            other = ROADS if domain == WATER else WATER
            with self.subTest(domain):
                self.assertEqual([one["domain"] for one in person.get("/domains").json["items"]], [domain])
                self.assertEqual(person.get(f"/domains?organisation={world.organisations[other]}").json.get("items", []), [])
                self.assertEqual([one["domain"] for one in person.get("/advice").json["items"]], [domain])
                self.assertEqual({one["domain"] for one in person.get("/reports").json["items"]}, {domain})
                self.assertEqual({one["domain"] for one in person.get("/reports/summary").json["domains"]}, {domain})
                self.assertEqual({one["domain"] for one in person.get("/search?q=example&kind=domain").json["items"] if "domain" in one}, set())
                self.assertEqual([one["id"] for one in person.get("/search?q=example&kind=domain").json["items"]], [domain])
                overview = person.get("/overview").json
                self.assertEqual(overview["domains"]["total"], 1)
                self.assertEqual({one["domain"] for one in overview["under_attack"] + overview["worst"]} - {domain}, set())
                self.assertLessEqual(max(one["domains"] for one in person.get("/senders").json["items"]), 1)
                # Mail to them, or in their name; of others' recipients nothing is said.
                for event in person.get("/mail").json["items"]:
                    if not event["author"].endswith(domain):
                        self.assertTrue(all(to.endswith("@" + domain) for to in event["recipients"]) and event["recipients"], event)
                for kept in person.get("/quarantine").json["items"]:
                    self.assertTrue(all(to.endswith("@" + domain) for to in kept["recipients"]) and kept["recipients"], kept)
        self.assertEqual(owner.get("/domains").json["total"], 2)

    def test_one_of_anothers_is_not_there(self):
        audit = next(one["id"] for one in owner.get("/audits").json["items"] if one["about"] == ROADS)
        mail = message_of(owner, world.mails["kept_roads"])
        kept, mine = mail["kept"], message_of(owner, world.mails["kept_water"])["kept"]
        sender = next(one["id"] for one in owner.get("/senders").json["items"] if one["id"].startswith("unknown:")).replace("/", "~")
        asked = [("GET", f"/domains/{ROADS}{part}") for part in
                 ("", "/report", "/facts", "/history", "/drift", "/findings", "/keys", "/senders", "/plan", "/plan/zone-file", "/advice",
                  "/rehearsal?policy=reject", "/rollbacks")]
        asked += [("PATCH", f"/domains/{ROADS}", {"note": "mine"}), ("DELETE", f"/domains/{ROADS}"),
                  ("POST", f"/domains/{ROADS}/risks", {"code": "dmarc-no-rua", "reason": "x"}), ("DELETE", f"/domains/{ROADS}/risks/dmarc-no-rua"),
                  ("POST", f"/domains/{ROADS}/what-if", {"zone": ""}),
                  ("POST", f"/domains/{ROADS}/plan/publish", {"steps": [{"step": "reports", "subject": ROADS}]}),
                  ("POST", f"/domains/{ROADS}/rollbacks/none-20260101T000000Z/undo"),
                  ("POST", "/audits", {"domains": [ROADS]}), ("POST", "/audits", {"domains": ["stranger.example"]}),
                  ("GET", f"/audits/{audit}"), ("GET", f"/jobs/{audit}"), ("DELETE", f"/jobs/{audit}"),
                  ("GET", f"/mail/{mail['id']}"), ("GET", f"/quarantine/{kept}"), ("GET", f"/quarantine/{kept}/message"),
                  ("GET", f"/quarantine/{kept}/raw"), ("POST", f"/quarantine/{kept}/release", {}),
                  ("POST", f"/quarantine/{kept}/delete"),
                  ("PUT", f"/senders/{sender}/mark", {"domain": ROADS, "kind": "own", "reason": "x"}),
                  ("DELETE", f"/senders/{sender}/mark?domain={ROADS}")]
        for method, path, *body in asked:
            with self.subTest(method=method, path=path):
                self.assertEqual(water.ask(method, path, *body).status, 404)
        for path in (f"/reports?domain={ROADS}", f"/reports/summary?domain={ROADS}", f"/reports/tls?domain={ROADS}", f"/reports/failures?domain={ROADS}"):
            with self.subTest(path=path):
                answer = water.get(path)
                self.assertTrue(answer.status in (404, 422) or answer.json.get("items") == [], answer.text)
        # To those whose they are, they are there.
        self.assertEqual(roads.get(f"/domains/{ROADS}").json["note"], "")
        self.assertEqual(roads.get(f"/mail/{mail['id']}").status, 200)
        self.assertEqual(roads.get(f"/quarantine/{kept}").status, 200)
        self.assertEqual(water.get(f"/quarantine/{mine}").status, 200)
        self.assertEqual(water.get(f"/mail/trace?q=d@{ROADS}").json["events"], [])
        self.assertEqual(water.get(f"/mail/trace?q=d@{ROADS}").json["kept"], [])

    def test_nobody_takes_anothers_domain(self):
        added = water.post("/domains", {"domains": [ROADS]})
        self.assertEqual((added.json["added"], added.json["known"], len(added.json["refused"])), (0, 0, 1), added.text)
        self.assertEqual(owner.get(f"/domains/{ROADS}").json["row"]["organisation"]["name"], "Roads")
        moved = water.ask("PATCH", f"/domains/{WATER}", {"organisation": world.organisations[ROADS]})
        self.assertIn(moved.status, (404, 422), moved.text)
        given = water.post("/domains", {"domains": ["new.example"], "organisation": world.organisations[ROADS]})
        self.assertIn(given.status, (404, 422), given.text)

    def test_z_all_were_asked(self):
        asked = {name for person in everybody for name, status in person.seen if status < 400}
        wanted = {name for name, (_, _, operation) in world.description.operations.items() if set(operation["tags"]) & TAGS}
        self.assertEqual(wanted - asked - NOT_HERE, set())


if __name__ == "__main__":
    unittest.main()
