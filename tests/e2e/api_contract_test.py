"""What the API really answers is what its description says: every answer in here is held against it (api_client.py), and each operation of
the resources of people has succeeded at least once."""

import http.client
import json
import time
import unittest

from api_client import ORIGIN, PASSWORD, ApiServer, Person
from api_world import World
from authenticator import Authenticator

TAGS = {"session", "enrolment", "account", "accounts", "tokens", "audit-log", "organisations", "jobs", "settings", "system", "events"}
# What needs something that is not here: an identity provider (tests of its own), a job (of other slices).
NOT_HERE = {"oidc_start", "oidc_finish", "account_oidc_unbind", "jobs_read", "jobs_cancel"}


class Contract(unittest.TestCase):
    opened = ApiServer

    @classmethod
    def setUpClass(cls):
        cls.server = cls.opened()
        cls.addClassCleanup(cls.server.end)
        cls.owner = Person(cls.server).enrol(cls.server.link, name="owner@cert.example", shown_name="The Owner")
        cls.people = [cls.owner]

    def person(self, **more):
        self.people.append(Person(self.server, **more))
        return self.people[-1]

    def invited(self, name, role="analyst"):
        answer = self.owner.post("/accounts", {"name": name, "shown_name": "Some One", "role": role, "scope": {"everything": True}, "language": "ur"})
        self.assertEqual(answer.status, 201, answer.text)
        return answer.json["account"]["id"], answer.json["enrolment"]["url"].split("#")[1]

    def test_1_session_with_a_key(self):
        owner = self.owner
        key = Authenticator(ORIGIN)
        made = owner.post("/account/webauthn", {"name": "Work laptop", "credential": key.create(owner.post("/account/webauthn/options").json)})
        self.assertEqual(made.status, 201, made.text)
        self.assertEqual(len(owner.get("/account/factors").json["items"]), 2)
        other = self.person()
        self.assertEqual(other.post("/session", {"name": "owner@cert.example", "password": PASSWORD}).json["factors"].count("webauthn"), 1)
        options = other.post("/session/webauthn/options")
        self.assertEqual(options.status, 200, options.text)
        before = dict(other.cookies)
        answer = other.post("/session/webauthn", key.get(options.json))
        self.assertEqual((answer.status, answer.json["state"]), (200, "signed-in"))
        self.assertNotEqual(other.cookies["__Host-rampart"], before["__Host-rampart"])
        options = other.post("/session/step-up/webauthn/options").json
        self.assertEqual(other.post("/session/step-up/webauthn", key.get(options)).status, 200)
        # The same assertion again, and one from another page.
        self.assertEqual(other.post("/session/step-up/webauthn", key.get(options)).status, 409)
        options = other.post("/session/step-up/webauthn/options").json
        self.assertEqual(other.post("/session/step-up/webauthn", key.get(options, origin="https://evil.example")).status, 401)
        self.assertEqual(len(owner.get("/sessions").json["items"]), 2)
        self.assertEqual(owner.ask("DELETE", "/sessions").json, {"ended": 1})
        self.assertEqual(other.get("/account").status, 401)
        self.assertEqual(owner.post("/session/step-up/totp", {"code": owner.code()}).status, 200)
        removed = owner.ask("DELETE", f"/account/factors/{made.json['id']}")
        self.assertEqual(removed.status, 204, removed.text)

    def test_2_account(self):
        owner = self.owner
        account = owner.get("/account")
        etag = account.headers["ETag"]
        self.assertEqual(owner.get("/account", headers={"If-None-Match": etag}).status, 304)
        changed = owner.ask("PATCH", "/account", {"language": "ur", "shown_name": "مالک"}, headers={"If-Match": etag})
        self.assertEqual((changed.status, changed.json["language"], changed.json["shown_name"]), (200, "ur", "مالک"))
        self.assertEqual(owner.ask("PATCH", "/account", {"language": "en"}, headers={"If-Match": etag}).status, 412)
        self.assertEqual(owner.ask("PATCH", "/account", {"language": "fr"}).status, 422)
        self.assertEqual(owner.get("/session").json["language"], "ur")
        self.assertEqual(len(owner.post("/account/recovery-codes").json["recovery_codes"]), 10)
        for notice in owner.get("/account/notices").json["items"]:
            self.assertEqual(owner.ask("DELETE", f"/account/notices/{notice['id']}").status, 204)
        self.assertEqual(owner.get("/account/oidc").json, {"items": []})
        self.assertEqual(owner.get("/session/oidc").json, {"providers": []})
        self.assertEqual(owner.get("/session/oidc/callback?code=a&state=%22%3E%3Cscript%3E").status, 200)
        self.assertIn(owner.get("/session/oidc/nobody/start").status, (404, 422))

    def test_3_passwords_and_factors(self):
        identity, link = self.invited("nadia@cert.example")
        nadia = self.person().enrol(link)
        self.assertEqual(nadia.id, identity)
        new = "four other words entirely"
        self.assertEqual(nadia.post("/account/password", {"current": PASSWORD, "password": "short"}).status, 422)
        self.assertEqual(nadia.post("/account/password", {"current": PASSWORD, "password": new}).status, 204)
        app = nadia.post("/account/totp").json
        nadia.secret = app["secret"]
        self.assertEqual(nadia.post("/account/totp/confirm", {"code": nadia.code()}).status, 201)
        self.assertEqual(nadia.ask("DELETE", "/session").status, 204)
        self.assertEqual(nadia.get("/session").json["state"], "anonymous")
        nadia.post("/session", {"name": "nadia@cert.example", "password": new})
        answer = nadia.post("/session/recovery", {"code": nadia.codes[0]})
        self.assertEqual((answer.status, answer.json["state"]), (200, "enrolling"))
        self.assertEqual(nadia.get("/account").json["type"], "/problems/enrolment-required")
        key = Authenticator(ORIGIN)
        self.assertEqual(nadia.get("/enrolment").json["purpose"], "recovery")
        self.assertEqual(nadia.post("/enrolment/finish").status, 409)
        added = nadia.post("/enrolment/webauthn", {"name": "Key", "credential": key.create(nadia.post("/enrolment/webauthn/options").json)})
        self.assertEqual(added.status, 200, added.text)
        self.assertEqual(nadia.post("/enrolment/finish").json["session"]["state"], "signed-in")

    def test_4_accounts(self):
        owner = self.owner
        identity, _ = self.invited("bilal@cert.example")
        listed = [owner.get("/accounts?limit=1")]
        while listed[-1].json["next"]:
            listed.append(owner.get(f"/accounts?limit=1&after={listed[-1].json['next']}"))
        names = [one["name"] for answer in listed for one in answer.json["items"]]
        self.assertEqual(names, sorted(set(names)))
        self.assertEqual(owner.get(f"/accounts?limit=1&role=owner&after={listed[0].json['next']}").status, 422)
        self.assertEqual([one["state"] for one in owner.get("/accounts?state=invited&text=bilal").json["items"]], ["invited"])
        read = owner.get(f"/accounts/{identity}")
        changed = owner.ask("PATCH", f"/accounts/{identity}", {"role": "auditor"}, headers={"If-Match": read.headers["ETag"]})
        self.assertEqual((changed.status, changed.json["role"]), (200, "auditor"), changed.text)
        self.assertEqual(owner.ask("PATCH", f"/accounts/{identity}", {"role": "analyst"}, headers={"If-Match": read.headers["ETag"]}).status, 412)
        self.assertEqual(owner.post(f"/accounts/{identity}/reset").status, 200)
        self.assertEqual(owner.ask("DELETE", f"/accounts/{identity}/sessions").json, {"ended": 0})
        self.assertEqual(owner.post("/accounts", {"name": "bilal@cert.example", "role": "analyst", "scope": {"everything": True}}).status, 409)
        csv = "address,name,role,organisations,language\nsara@cert.example,Sara,helpdesk,*,ur\n"
        tried = owner.post("/accounts/invitations?dry_run=true", csv.encode(), kind="text/csv")
        self.assertEqual((tried.status, tried.json["invited"], tried.json["faults"]), (200, 0, []), tried.text)
        self.assertEqual(owner.post("/accounts/invitations", csv.encode(), kind="text/csv").json["invited"], 1)
        wrong = owner.post("/accounts/invitations", (csv + "x,y,boss,*,ur\n").encode(), kind="text/csv").json
        self.assertEqual((wrong["invited"], {one["line"] for one in wrong["faults"]}), (0, {2, 3}))  # she was invited before
        self.assertEqual(owner.ask("DELETE", f"/accounts/{identity}").status, 204)
        self.assertEqual(owner.ask("DELETE", f"/accounts/{owner.id}").status, 403)

    def test_5_organisations_and_tokens(self):
        owner = self.owner
        made = owner.post("/organisations", {"name": "Ministry of Water", "contact": "soc@water.example", "language": "ur"})
        self.assertEqual(made.status, 201, made.text)
        place = f"/organisations/{made.json['id']}"
        read = owner.get(place)
        self.assertEqual(owner.get(place, headers={"If-None-Match": read.headers["ETag"]}).status, 304)
        changed = owner.ask("PATCH", place, {"sector": "government"}, headers={"If-Match": read.headers["ETag"]})
        self.assertEqual((changed.status, changed.json["sector"], changed.json["contact"]), (200, "government", "soc@water.example"))
        self.assertEqual(owner.ask("PATCH", place, {"sector": "x"}, headers={"If-Match": read.headers["ETag"]}).status, 412)
        self.assertEqual(owner.post("/organisations", {"name": "ministry of water"}).status, 409)
        self.assertEqual(owner.post("/organisations", {"name": "x", "nam": "y"}).json["where"], "body.nam")
        self.assertEqual(owner.get("/organisations").json["total"], 1)
        token = owner.post("/tokens", {"name": "reads", "permissions": ["organisations.read"], "organisations": [made.json["id"]], "days": 7})
        self.assertEqual(token.status, 201, token.text)
        script = self.person(token=token.json["secret"])
        self.assertEqual(script.get("/organisations").json["items"][0]["id"], made.json["id"])
        self.assertEqual(owner.get("/tokens").json["items"][0]["name"], "reads")
        self.assertEqual(owner.ask("DELETE", f"/tokens/{token.json['token']['id']}").status, 204)
        self.assertEqual(owner.ask("DELETE", place).status, 204)
        self.assertEqual(owner.get(place).status, 404)

    def test_6_log_and_system(self):
        owner = self.owner
        log = owner.get("/audit-log?limit=2").json
        self.assertEqual(log["items"][0]["number"], log["total"])
        more = owner.get(f"/audit-log?limit=2&after={log['next']}").json
        self.assertEqual(more["items"][0]["number"], log["items"][-1]["number"] - 1)
        self.assertEqual(owner.get("/audit-log?from=2100-01-01T00:00:00Z").json["items"], [])
        self.assertTrue(owner.get("/audit-log/verify").json["holds"])
        owner.get("/audit-log/head")
        self.assertEqual(owner.get("/jobs").json["items"], [])
        self.assertEqual(owner.get("/jobs/nobody").status, 404)
        owner.get("/settings")
        owner.get("/settings/reference")
        self.assertEqual(owner.get("/system").json["store"]["backend"], "sqlite")
        served = owner.get("/openapi.json")
        self.assertEqual(served.json, self.server.description.document)
        self.assertEqual(owner.get("/openapi.json", headers={"If-None-Match": served.headers["ETag"]}).status, 304)

    def follow(self, person):
        host, port = self.server.place.rsplit(":", 1)
        connection = http.client.HTTPConnection(host, int(port), timeout=20)
        fields = {"Cookie": "; ".join(f"{name}={value}" for name, value in person.cookies.items())}
        connection.request("GET", "/api/v1/events?topic=session&topic=job", headers=fields)
        self.addCleanup(connection.close)
        return connection.getresponse()

    def test_7_events_end_with_the_session(self):
        _, link = self.invited("follower@cert.example")
        follower = self.person().enrol(link)
        stream = self.follow(follower)
        self.assertEqual((stream.status, stream.getheader("Content-Type").split(";")[0]), (200, "text/event-stream"))
        follower.seen.append(("events_follow", 200))
        lines = []
        while "event: live" not in lines:
            lines.append(stream.readline().decode().strip())
        streams = [self.follow(follower) for _ in range(5)]
        self.assertEqual([one.status for one in streams], [200, 200, 200, 200, 429])
        self.assertEqual(json.loads(streams[-1].read())["type"], "/problems/too-many")
        began = time.monotonic()
        self.assertEqual(follower.ask("DELETE", "/session").status, 204)
        rest = stream.read().decode()  # to its end
        self.assertLess(time.monotonic() - began, 5)
        self.assertIn('event: session\ndata: {"state":"ended"', rest)
        self.assertEqual(self.follow(self.person()).status, 401)

    def test_8_one_session_of_several(self):
        owner = self.owner
        other = self.person()
        other.secret, other.step = owner.secret, owner.step
        other.sign_in("owner@cert.example")
        owner.step = other.step
        theirs = next(one for one in owner.get("/sessions").json["items"] if not one["current"])
        self.assertEqual(owner.ask("DELETE", f"/sessions/{theirs['id']}").status, 204)
        self.assertEqual(other.get("/account").status, 401)

    def test_9_all_were_asked(self):
        asked = {name for person in self.people for name, status in person.seen if status < 400}
        wanted = {name for name, (_, _, operation) in self.server.description.operations.items() if set(operation["tags"]) & TAGS}
        self.assertEqual(wanted - asked - NOT_HERE, set())


class WholeContract(Contract):
    """The same of a whole `rampart serve`."""
    opened = World


if __name__ == "__main__":
    unittest.main()
