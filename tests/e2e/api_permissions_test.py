"""Who may ask for what: every operation of the API's description by everybody there is, against the table below, which nothing is made
from. An operation that is not in it fails. Then what is another organisation's, and the attacks on signing in."""

import json
import unittest

from api_client import ORIGIN, PASSWORD, ApiServer, Person
from api_world import World

# By whom an operation may be asked for: O owner, A administrator, N analyst, U auditor, H helpdesk, each signed in with a second factor.
# "*" behind it: not by who is limited to organisations. "any": without signing in. "pending": by a password alone.
# "enrolment": by a browser that opened a link. "token-": not by a token.
RULES = {
    "session_read": "any", "session_sign_in": "any", "session_end": "any", "oidc_providers": "any", "oidc_start": "any",
    "oidc_callback": "any", "oidc_finish": "any", "enrolment_open": "any", "openapi_read": "any",
    "session_totp": "pending", "session_webauthn_options": "pending", "session_webauthn": "pending", "session_recovery": "pending",
    "enrolment_read": "enrolment", "enrolment_password": "enrolment", "enrolment_totp": "enrolment",
    "enrolment_totp_confirm": "enrolment", "enrolment_webauthn_options": "enrolment", "enrolment_webauthn": "enrolment",
    "enrolment_finish": "enrolment",
    "step_up_totp": "OANUH", "step_up_webauthn_options": "OANUH", "step_up_webauthn": "OANUH",
    "sessions_list": "OANUH", "sessions_end_others": "OANUH", "sessions_end": "OANUH",
    "account_read": "OANUH", "account_change": "OANUH", "account_password": "OANUH", "factors_list": "OANUH",
    "account_totp": "OANUH", "account_totp_confirm": "OANUH", "account_webauthn_options": "OANUH", "account_webauthn": "OANUH",
    "factors_remove": "OANUH", "account_recovery_codes": "OANUH", "notices_list": "OANUH", "notices_put_away": "OANUH",
    "account_oidc": "OANUH", "account_oidc_unbind": "OANUH",
    "accounts_list": "OAU", "accounts_read": "OAU", "accounts_invite": "OA", "accounts_invite_many": "OA", "accounts_change": "OA",
    "accounts_remove": "OA", "accounts_reset": "OA", "accounts_end_sessions": "OA",
    "tokens_list": "OANUH", "tokens_make": "OAN", "tokens_end": "OANUH",
    "audit_log_list": "OAU*", "audit_log_verify": "OAU*", "audit_log_head": "OAU*",
    "organisations_list": "OANUH", "organisations_read": "OANUH", "organisations_add": "OA*", "organisations_change": "OA*",
    "organisations_remove": "OA*",
    "overview_read": "OANU", "search_all": "OANUH", "events_follow": "OANUH",
    "jobs_list": "OANUH", "jobs_read": "OANUH", "jobs_cancel": "OANUH",
    "domains_list": "OANU", "domains_read": "OANU", "domains_add": "OA", "domains_change": "OA", "domains_remove": "OA",
    "domains_report": "OANU", "domains_facts": "OANU", "domains_history": "OANU", "domains_drift": "OANU", "domains_findings": "OANU",
    "domains_keys": "OANU", "domains_senders": "OANU", "risks_accept": "OA", "risks_withdraw": "OA",
    "domains_plan": "OANU", "domains_plan_zone": "OANU", "domains_publish": "OA", "domains_rollbacks": "OANU", "domains_undo": "OA",
    "domains_what_if": "OANU", "domains_advice": "OANU", "domains_rehearsal": "OANU", "advice_list": "OANU",
    "audits_start": "OAN", "audits_list": "OANU", "audits_read": "OANU",
    "reports_list": "OANU", "reports_aside": "OANU", "reports_upload": "OAN", "reports_summary": "OANU", "reports_tls": "OANU",
    "reports_failures": "OANU", "senders_list": "OANU", "senders_read": "OANU", "senders_mark": "OAN", "senders_unmark": "OAN",
    "mail_list": "OANU", "mail_read": "OANU", "mail_trace": "OANU", "mail_rates": "OANU", "mail_scan": "OAN",
    "quarantine_list": "OANUH", "quarantine_read": "OANUH", "quarantine_message": "OANH", "quarantine_raw": "OANH",
    "quarantine_release": "OANH", "quarantine_delete": "OAN",
    "lists_list": "OANU", "lists_read": "OANU", "lists_write": "OA*",
    "settings_list": "OAU*", "settings_reference": "OAU*", "system_read": "OAU*",
}
ROLES = {"owner": "O", "administrator": "A", "analyst": "N", "auditor": "U", "helpdesk": "H"}
# What would end the session that asks, or change how it signs in; and what does not end.
ENDS = {"session_end", "sessions_end_others", "events_follow", "account_password", "account_totp_confirm", "account_recovery_codes"}
PLACES = {"domain": "bank.example", "code": "dmarc-missing", "kind": "block", "provider": "ministry", "sender": "own",
          "rollback": "none-20260101T000000Z"}
NEEDED = {"search_all": "?q=bank", "mail_trace": "?q=bank", "domains_rehearsal": "?policy=reject", "senders_unmark": "?domain=bank.example"}


class Permissions(unittest.TestCase):
    opened = ApiServer

    @classmethod
    def setUpClass(cls):
        cls.server = cls.opened()
        cls.addClassCleanup(cls.server.end)
        cls.owner = Person(cls.server).enrol(cls.server.link, name="owner@cert.example")
        cls.organisations = [cls.owner.post("/organisations", {"name": name}).json["id"] for name in ("Water", "Roads")]
        cls.people = {"owner": cls.owner}
        for role in list(ROLES)[1:]:
            cls.people[role] = cls.owner.invite(f"{role}@cert.example", role, everything=True)
        # Those of one organisation, and of another.
        cls.of_water = {role: cls.owner.invite(f"{role}@water.example", role, organisations=cls.organisations[:1]) for role in
                        ("administrator", "auditor")}
        cls.of_roads = cls.owner.invite("administrator@roads.example", "administrator", organisations=cls.organisations[1:])

    def ask(self, person, name):
        method, path, _ = self.server.description.operations[name]
        for variable, value in PLACES.items():
            path = path.replace("{" + variable + "}", value)
        path = path.replace("{id}", "nobodys0123456789")
        kind, body = self.server.description.example_body(name)
        return person.ask(method, path + NEEDED.get(name, ""), body, kind=kind)

    def test_every_operation_has_a_rule_and_every_rule_an_operation(self):
        self.assertEqual(set(RULES), set(self.server.description.operations))

    def test_strangers(self):
        for name, rule in RULES.items():
            with self.subTest(operation=name):
                answer = self.ask(Person(self.server), name)
                if rule == "any":
                    self.assertNotIn(answer.problem, ("sign-in-required", "not-allowed"))
                else:
                    self.assertEqual((answer.status, answer.problem), (401, "sign-in-required"))

    def test_a_password_alone_opens_nothing_but_the_second_factor(self):
        pending = Person(self.server)
        self.assertEqual(pending.post("/session", {"name": "auditor@cert.example", "password": PASSWORD}).json["state"], "pending")
        for name, rule in RULES.items():
            if rule in ("any", "pending"):
                continue
            with self.subTest(operation=name):
                answer = self.ask(pending, name)
                self.assertIn((answer.status, answer.problem), ((401, "sign-in-required"), (403, "not-allowed")))
        self.assertEqual(pending.get("/session").json["state"], "pending")

    def test_a_link_opens_nothing_but_enrolment(self):
        answer = self.owner.post("/accounts", {"name": "late@cert.example", "role": "administrator", "scope": {"everything": True}})
        enrolling = Person(self.server)
        self.assertEqual(enrolling.post("/enrolment", {"token": answer.json["enrolment"]["url"].split("#")[1]}).status, 200)
        for name, rule in RULES.items():
            if rule in ("any", "enrolment"):
                continue
            with self.subTest(operation=name):
                answer = self.ask(enrolling, name)
                self.assertIn((answer.status, answer.problem), ((403, "enrolment-required"), (403, "not-allowed")))

    def test_roles(self):
        for role, person in self.people.items():
            for name, rule in RULES.items():
                if name in ENDS or rule == "any":
                    continue
                with self.subTest(role=role, operation=name):
                    answer = self.ask(person, name)
                    if rule not in ("pending", "enrolment") and ROLES[role] in rule:
                        self.assertNotIn(answer.problem, ("sign-in-required", "not-allowed", "csrf"), answer.text)
                    else:
                        self.assertEqual((answer.status, answer.problem), (403, "not-allowed"), answer.text)

    def test_what_is_the_whole_systems_is_not_for_who_is_limited(self):
        for role, person in self.of_water.items():
            for name, rule in RULES.items():
                if name in ENDS or rule in ("any", "pending", "enrolment"):
                    continue
                with self.subTest(role=role, operation=name):
                    answer = self.ask(person, name)
                    if ROLES[role] in rule and not rule.endswith("*"):
                        self.assertNotIn(answer.problem, ("sign-in-required", "not-allowed", "csrf"), answer.text)
                    else:
                        self.assertEqual((answer.status, answer.problem), (403, "not-allowed"), answer.text)

    def test_another_organisation_is_not_there(self):
        water, roads = self.of_water["administrator"], self.of_roads
        self.assertEqual([one["id"] for one in water.get("/organisations").json["items"]], self.organisations[:1])
        self.assertEqual(water.get(f"/organisations/{self.organisations[1]}").status, 404)
        self.assertNotIn(roads.id, [one["id"] for one in water.get("/accounts?limit=200").json["items"]])
        for method, path, body in (("GET", "", None), ("PATCH", "", {"disabled": True}), ("DELETE", "", None), ("POST", "/reset", None),
                                   ("DELETE", "/sessions", None)):
            with self.subTest(method=method, path=path):
                self.assertEqual(water.ask(method, f"/accounts/{roads.id}{path}", body).status, 404)
        self.assertEqual(roads.get("/account").status, 200)
        # Nor does anybody hand out more than he has.
        for body in ({"role": "owner", "scope": {"organisations": self.organisations[:1]}},
                     {"role": "analyst", "scope": {"everything": True}},
                     {"role": "analyst", "scope": {"organisations": self.organisations[1:]}}):
            with self.subTest(body=body):
                answer = water.post("/accounts", {"name": "more@water.example", **body})
                self.assertIn(answer.status, (403, 404, 422), answer.text)

    def test_sessions_and_tokens_are_ones_own(self):
        water, roads = self.of_water["administrator"], self.of_roads
        theirs = roads.get("/sessions").json["items"][0]["id"]
        self.assertEqual(water.ask("DELETE", f"/sessions/{theirs}").status, 404)
        made = roads.post("/tokens", {"name": "theirs", "permissions": ["domains.read"]}).json
        self.assertEqual(water.ask("DELETE", f"/tokens/{made['token']['id']}").status, 404)
        self.assertEqual(water.get("/tokens").json["items"], [])

    def test_tokens_do_what_they_were_granted(self):
        made = self.owner.post("/tokens", {"name": "reads", "permissions": ["domains.read"], "days": 1}).json
        script = Person(self.server, made["secret"])
        session = script.get("/session").json
        self.assertEqual(session["permissions"], ["self", "domains.read"])
        self.assertIsNone(session["csrf"])
        reads = {"overview_read", "domains_list", "domains_read", "domains_report", "domains_facts", "domains_history", "domains_drift",
                 "domains_findings", "domains_keys", "audits_list", "audits_read"}
        safe = {name for name, (method, _, _) in self.server.description.operations.items() if method == "GET"}
        own = {name for name, rule in RULES.items() if rule == "OANUH" and name not in
               ("organisations_list", "organisations_read", "quarantine_list", "quarantine_read")}
        for name, rule in RULES.items():
            if rule == "any" or name in ENDS:
                continue
            with self.subTest(operation=name):
                answer = self.ask(script, name)
                if name in reads or (name in own and name in safe) or name == "jobs_cancel":
                    self.assertNotEqual(answer.problem, "not-allowed", answer.text)
                else:
                    self.assertEqual((answer.status, answer.problem), (403, "not-allowed"), answer.text)
        self.assertEqual(self.owner.ask("DELETE", f"/tokens/{made['token']['id']}").status, 204)
        self.assertEqual(script.get("/domains").status, 401)

    def test_csrf(self):
        body = json.dumps({"name": "Forged"}).encode()
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.owner.cookies.items())}
        right = {**cookie, "X-Rampart-CSRF": self.owner.csrf}
        other = self.people["analyst"].csrf
        for fields in (cookie, {**cookie, "X-Rampart-CSRF": other}, {**cookie, "X-Rampart-CSRF": ""},
                       {**right, "Origin": "https://evil.example"}, {**right, "Origin": "null"}, {**right, "Sec-Fetch-Site": "cross-site"},
                       {**right, "Sec-Fetch-Site": "same-site", "Origin": ORIGIN}, {**right, "Origin": ORIGIN + ":444"}):
            with self.subTest(fields=sorted(set(fields) - {"Cookie"})):
                answer = self.owner.send("POST", "/organisations", body, fields, "application/json")
                self.assertEqual((answer.status, answer.problem), (403, "csrf"), answer.text)
        # A form of another site can send neither JSON nor our field.
        answer = self.owner.send("POST", "/organisations", b"name=Forged", right, "application/x-www-form-urlencoded")
        self.assertEqual(answer.status, 415)
        sign_in = json.dumps({"name": "owner@cert.example", "password": PASSWORD}).encode()
        answer = Person(self.server).send("POST", "/session", sign_in, {"Origin": "https://evil.example"}, "application/json")
        self.assertEqual((answer.status, answer.problem), (403, "csrf"))
        self.assertNotIn("Forged", [one["name"] for one in self.owner.get("/organisations").json["items"]])

    def test_session_fixation(self):
        victim = self.people["auditor"]
        attacker = Person(self.server)
        attacker.post("/session", {"name": "auditor@cert.example", "password": PASSWORD})
        planted = dict(attacker.cookies)
        fresh = Person(self.server)
        fresh.cookies, fresh.secret, fresh.step = dict(planted), victim.secret, victim.step
        fresh.csrf = attacker.csrf
        fresh.sign_in("auditor@cert.example")
        self.assertNotEqual(fresh.cookies["__Host-rampart"], planted["__Host-rampart"])
        self.assertEqual(attacker.get("/session").json["state"], "pending" if attacker.get("/session").json["csrf"] else "anonymous")
        self.assertIn(attacker.get("/account").status, (401, 403))
        for cookie in fresh.post("/session/step-up/totp", {"code": "000000"}, check=False).cookies:
            self.assertIn("HttpOnly", cookie)
        victim.step = fresh.step

    def test_a_code_is_used_once(self):
        victim = self.people["analyst"]
        first = Person(self.server)
        first.secret, first.step = victim.secret, victim.step
        first.post("/session", {"name": "analyst@cert.example", "password": PASSWORD})
        code = first.code()
        self.assertEqual(first.post("/session/totp", {"code": code}).status, 200)
        again = Person(self.server)
        again.post("/session", {"name": "analyst@cert.example", "password": PASSWORD})
        answer = again.post("/session/totp", {"code": code})
        self.assertEqual(answer.status, 401, answer.text)
        self.assertEqual(again.get("/account").status, 401)
        victim.step = first.step

    def test_cookies_are_for_us_alone(self):
        answer = Person(self.server).post("/session", {"name": "helpdesk@cert.example", "password": PASSWORD})
        cookie = next(one for one in answer.cookies if one.startswith("__Host-rampart="))
        for word in ("Path=/", "Secure", "HttpOnly", "SameSite=Strict"):
            self.assertIn(word, cookie)
        self.assertNotIn("Domain", cookie)

    def test_what_does_not_exist_is_answered_as_a_wrong_password(self):
        answers = [Person(self.server).post("/session", {"name": name, "password": "not the right one at all"}) for name in
                   ("owner@cert.example", "nobody@cert.example")]
        self.assertEqual(*[(one.status, one.text) for one in answers])
        self.assertEqual(answers[0].status, 401)


class WholePermissions(Permissions):
    """The same of a whole `rampart serve`, where every operation does what it says."""
    opened = World


if __name__ == "__main__":
    unittest.main()
