"""A client of the API as a browser is one (cookies, CSRF, Origin), which holds every answer against the API's description."""

import base64
import hashlib
import hmac
import http.client
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import time
import urllib.parse

import jsonschema

import rampart_run

sys.path.insert(0, str(rampart_run.SOURCE / "tools"))
import api_document  # noqa: E402  (a tool, not a module of the tests)

ORIGIN = "https://rampart.example"
PASSWORD = "correct horse battery staple"


def totp(secret, step):
    """RFC 6238, as an authenticator app does it."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7fffffff) % 1000000:06}"


class Description:
    """The OpenAPI document: which operation a request is, and whether an answer is as it says."""

    def __init__(self):
        self.document, faults = api_document.merge()
        assert not faults, faults
        self.resolver = jsonschema.RefResolver("", self.document)
        self.operations = {}  # by operationId: (method, path, operation)
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                self.operations[operation["operationId"]] = (method.upper(), path, operation)

    def follow(self, value):
        while isinstance(value, dict) and "$ref" in value:
            _, value = self.resolver.resolve(value["$ref"])
        return value

    def find(self, method, path):
        path = path.split("?")[0]
        found = []
        for name, (one, template, _) in self.operations.items():
            pattern = re.sub(r"{\w+}", "[^/]+", re.escape(template).replace(r"\{", "{").replace(r"\}", "}"))
            if one == method and re.fullmatch(pattern, path):
                found.append((template.count("{"), name))
        return min(found)[1] if found else None

    def hold_against(self, name, answer):
        """Fails where an answer is none that the operation describes."""
        method, path, operation = self.operations[name]
        what = f"{method} {path}: {answer.status} {answer.text[:600]}"
        responses = operation["responses"]
        described = self.follow(responses.get(str(answer.status), responses["default"]))
        if answer.status < 400 and str(answer.status) not in responses:
            raise AssertionError(f"{what}\nthis status is not described")
        content = described.get("content")
        if not content:
            if answer.text:
                raise AssertionError(f"{what}\na body is not described")
            return
        kind = (answer.type or "").split(";")[0]
        if kind not in content:
            raise AssertionError(f"{what}\n{kind} is not described")
        if kind.endswith("json"):
            validator = jsonschema.Draft202012Validator(content[kind]["schema"], resolver=self.resolver)
            for error in validator.iter_errors(answer.json):
                raise AssertionError(f"{what}\n{'/'.join(map(str, error.absolute_path))}: {error.message[:600]}")
        for header in described.get("headers", {}):
            if header not in answer.headers:
                raise AssertionError(f"{what}\n{header} is missing")

    def example_body(self, name):
        """(type, bytes) of a request, as the description shows one; (None, None) where it has no body."""
        body = self.operations[name][2].get("requestBody")
        if not body:
            return None, None
        for kind, media in body["content"].items():
            example = media.get("example")
            if example is None:
                example = (self.follow(media["schema"]).get("examples") or [""])[0]
            return kind, (json.dumps(example) if kind == "application/json" else str(example or "x")).encode()
        return None, None


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = {name: value for name, value in response.getheaders()}
        self.cookies = [value for name, value in response.getheaders() if name.lower() == "set-cookie"]
        self.type = response.getheader("Content-Type")
        self.text = body.decode(errors="replace")

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def problem(self):
        return self.json["type"].removeprefix("/problems/") if (self.type or "").startswith("application/problem") else None


class ApiServer:
    """The API alone (server/api/api_fixture.cc), in a folder of its own."""

    def __init__(self):
        self.description = Description()
        self.folder = tempfile.TemporaryDirectory(prefix="rampart-api-")
        program = pathlib.Path(rampart_run.PROGRAM).resolve().parent / "api_fixture"
        self.log = open(pathlib.Path(self.folder.name) / "log", "w+", encoding="utf-8")
        self.process = subprocess.Popen([program, self.folder.name], stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.place = self.process.stdout.readline().strip()
        self.link = self.process.stdout.readline().strip()
        if not self.place:
            raise AssertionError(f"api_fixture did not start: {self.end()}")

    def end(self):
        """What it said; a sanitizer's report fails the caller."""
        self.process.terminate()
        self.process.wait(timeout=30)
        self.process.stdout.close()
        self.log.seek(0)
        said = self.log.read()
        self.log.close()
        self.folder.cleanup()
        if "Sanitizer" in said or "runtime error:" in said:
            raise AssertionError(said)
        return said


class Person:
    """Somebody at a browser; or a script with a token."""

    def __init__(self, server, token=None):
        self.server = server
        self.cookies = {}
        self.csrf = None
        self.token = token
        self.secret = None  # of the authenticator app
        self.step = None    # of the last code that was used
        self.seen = []      # (operationId, status)

    def send(self, method, path, body=None, headers=None, kind=None):
        """One request, without any help."""
        host, port = self.server.place.rsplit(":", 1)
        connection = http.client.HTTPConnection(host, int(port), timeout=60)
        fields = dict(headers or {})
        if kind:
            fields["Content-Type"] = kind
        connection.request(method, "/api/v1" + path, body=body, headers=fields)
        response = connection.getresponse()
        answer = Answer(response, response.read())
        connection.close()
        return answer

    def ask(self, method, path, body=None, *, kind=None, headers=None, check=True):
        """As the console does it: a body that is no bytes is sent as JSON."""
        if body is not None and not isinstance(body, bytes):
            body, kind = json.dumps(body).encode(), "application/json"
        fields = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if self.cookies and not self.token:
            fields["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if method != "GET" and not self.token:
            fields |= {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
            if self.csrf:
                fields["X-Rampart-CSRF"] = self.csrf
        answer = self.send(method, path, body, {**fields, **(headers or {})}, kind)
        name = self.server.description.find(method, path)
        if check and name:
            self.server.description.hold_against(name, answer)
            self.seen.append((name, answer.status))
        for cookie in answer.cookies:
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies.pop(name, None)
            if value:
                self.cookies[name] = value
        if answer.status == 200 and (answer.type or "").startswith("application/json") and '"csrf"' in answer.text:
            said = answer.json.get("session", answer.json)
            self.csrf = said.get("csrf", self.csrf)
        return answer

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.ask("POST", path, body, **more)

    def code(self):
        """A code of a step that was not used yet: the one before now's, or the next that is left."""
        earliest = int(time.time() + 2) // 30 - 1  # two seconds on the way
        self.step = earliest if self.step is None else max(self.step + 1, earliest)
        while self.step > int(time.time()) // 30 + 1:
            time.sleep(1)
        return totp(self.secret, self.step)

    def enrol(self, link, **chosen):
        opened = self.post("/enrolment", {"token": link})
        assert opened.status == 200, opened.text
        answer = self.post("/enrolment/password", {"password": PASSWORD, **chosen})
        assert answer.status == 200, answer.text
        self.secret = self.post("/enrolment/totp").json["secret"]
        answer = self.post("/enrolment/totp/confirm", {"code": self.code()})
        assert answer.status == 200 and answer.json["missing"] == [], answer.text
        answer = self.post("/enrolment/finish")
        assert answer.status == 200, answer.text
        self.codes = answer.json["recovery_codes"]
        self.id = answer.json["session"]["account"]["id"]
        return self

    def sign_in(self, name):
        pending = self.post("/session", {"name": name, "password": PASSWORD})
        assert pending.json["state"] == "pending", pending.text
        answer = self.post("/session/totp", {"code": self.code()})
        assert answer.status == 200, answer.text
        return self

    def invite(self, name, role, **scope):
        """A Person who has enrolled."""
        answer = self.post("/accounts", {"name": name, "role": role, "scope": scope})
        assert answer.status == 201, answer.text
        link = urllib.parse.urlsplit(answer.json["enrolment"]["url"]).fragment
        return Person(self.server).enrol(link)
