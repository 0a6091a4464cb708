#!/usr/bin/python3
"""The API's description is whole: its parts merge, references lead somewhere, each operation says who may and how it answers,
examples are what their schemas say, and nothing is said twice or in vain. usage: tools/check_api.py [ROOT]
"""

import pathlib
import re
import sys

import jsonschema

import api_document

SCOPES = {"none", "self", "domain", "message", "organisation", "account", "system"}
STATES = {"none", "pending", "enrolment"}  # beside the permissions of accounts/permission.h
METHODS = ("get", "put", "post", "delete", "patch")
COMMON = {"400": "Malformed", "401": "SignInRequired", "403": "Forbidden", "404": "NotFound", "413": "TooLarge",
          "415": "UnsupportedMediaType", "422": "Invalid"}
MAX_LINES = 800


def permissions(root):
    """The names that accounts/permission.cc gives."""
    text = (root / "src/accounts/permission.cc").read_text(encoding="utf-8")
    return set(re.findall(r'\.name = "([a-z.-]+)"', text))


def references(value, where=""):
    if isinstance(value, dict):
        for name, item in value.items():
            if name in ("example", "examples"):
                continue
            if name == "$ref" and isinstance(item, str):
                yield item, where
            else:
                yield from references(item, f"{where}/{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from references(item, f"{where}[{index}]")


def resolve(document, reference):
    node = document
    for name in reference.removeprefix("#/").split("/"):
        node = node[name.replace("~1", "/").replace("~0", "~")]
    return node


class Check:
    def __init__(self, root):
        self.root = root
        self.document, self.faults = api_document.merge(root)
        self.examples = 0
        self.resolver = jsonschema.RefResolver("", self.document)

    def fault(self, where, what):
        self.faults.append(f"{where}: {what}")

    def follow(self, value):
        while "$ref" in value:
            value = {**resolve(self.document, value["$ref"]), **{k: v for k, v in value.items() if k != "$ref"}}
        return value

    def example(self, schema, example, where):
        self.examples += 1
        validator = jsonschema.Draft202012Validator(schema, resolver=self.resolver)
        for error in validator.iter_errors(example):
            self.fault(where, f"the example is not what the schema says: {'/'.join(map(str, error.path))}: {error.message[:300]}")

    def references(self):
        used = set()
        for reference, where in references(self.document):
            used.add(reference)
            try:
                resolve(self.document, reference)
            except (KeyError, TypeError):
                self.fault(where, f"{reference} leads nowhere")
        documents = tuple(path.name.removeprefix("rampart.").split("-")[0].capitalize()
                          for path in (self.root / "docs").glob("rampart.*.schema.json"))
        told = {"MethodNotAllowed", "MailEvent", "FindingEvent", "JobEvent", "ReportEvent", "SessionEvent", "GapEvent",
                "AuditResult", "Published"}  # named by a text, as OpenAPI has no word for it
        for section in ("schemas", "parameters", "responses", "headers"):
            for name in self.document["components"][section]:
                if f"#/components/{section}/{name}" not in used | {f"#/components/{section}/{one}" for one in told}:
                    if not name.startswith(documents):
                        self.fault(f"components/{section}", f"nothing uses {name}")

    def schemas(self):
        for name, schema in self.document["components"]["schemas"].items():
            where = f"components/schemas/{name}"
            try:
                jsonschema.Draft202012Validator.check_schema(schema)
            except jsonschema.SchemaError as error:
                self.fault(where, error.message)
                continue
            for example in schema.get("examples", []):
                self.example(schema, example, where)

    def content(self, content, where, needs_example):
        for kind, media in content.items():
            if "schema" not in media:
                self.fault(where, f"{kind} has no schema")
                continue
            shown = self.follow(media["schema"]).get("examples", [])
            if "example" in media:
                self.example(media["schema"], media["example"], f"{where} {kind}")
            elif needs_example and kind == "application/json" and not shown and self.follow(media["schema"]) != {"type": "object"}:
                if not media["schema"].get("$ref", "").startswith(("#/components/schemas/A", "#/components/schemas/Verdict")):
                    self.fault(where, f"{kind} has no example")

    def parameters(self, path, operation, where):
        named = [self.follow(one) for one in operation.get("parameters", [])]
        if {one["name"] for one in named if one["in"] == "path"} != set(re.findall(r"{(\w+)}", path)):
            self.fault(where, "the parameters of the path are others than those of its template")
        if len({(one["in"], one["name"]) for one in named}) != len(named):
            self.fault(where, "a parameter is named twice")
        for one in named:
            if not one.get("description"):
                self.fault(where, f"parameter {one['name']} has no description")
            schema = self.follow(one["schema"])
            if "example" in one:
                self.example(one["schema"], one["example"], where)
            if schema.get("type") == "array" and not one.get("explode"):
                self.fault(where, f"parameter {one['name']}: lists are given several times (explode)")

    def operation(self, path, method, operation, known):
        where = f"{method.upper()} {path}"
        for member in ("operationId", "tags", "summary", "x-permission", "x-scope", "responses"):
            if not operation.get(member):
                self.fault(where, f"has no {member}")
        if operation["x-permission"] not in known | STATES:
            self.fault(where, f"{operation['x-permission']} is no permission")
        if operation["x-scope"] not in SCOPES:
            self.fault(where, f"{operation['x-scope']} is no scope")
        if operation.get("x-log", "self") not in ("self", "none"):
            self.fault(where, "x-log is self or none")
        anybody = operation["x-permission"] == "none"
        if anybody != (operation.get("security") == []):
            self.fault(where, "what needs no sign-in has an empty security, and nothing else has")
        self.parameters(path, operation, where)
        responses = operation["responses"]
        body = operation.get("requestBody")
        needed = {"default"} | ({"401", "403"} if not anybody else set()) | ({"403"} if method != "get" else set())
        needed |= {"400", "413", "415", "422"} if body else set()
        needed |= {"404"} if "{" in path else set()
        if missing := needed - set(responses):
            self.fault(where, f"does not say how it answers {sorted(missing)}")
        if not any(status[0] in "23" for status in responses):
            self.fault(where, "never succeeds")
        for status, response in responses.items():
            if status in COMMON and response != {"$ref": f"#/components/responses/{COMMON[status]}"}:
                self.fault(where, f"{status} is another than {COMMON[status]}")
            self.content(self.follow(response).get("content", {}), f"{where} {status}", status[0] == "2")
        if body:
            self.content(body["content"], f"{where} body", True)

    def run(self):
        self.references()
        self.schemas()
        ids = {}
        known = permissions(self.root)
        tags = [tag["name"] for tag in self.document["tags"]]
        if set(self.document["components"]["schemas"]["Permission"]["enum"]) != known:
            self.fault("components/schemas/Permission", "other names than accounts/permission.cc has")
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                if method not in METHODS:
                    self.fault(path, f"{method} is no method of ours")
                    continue
                self.operation(path, method, operation, known)
                name = operation.get("operationId", "")
                if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                    self.fault(path, f"operationId {name} is not snake_case")
                if name in ids:
                    self.fault(path, f"operationId {name} is that of {ids[name]}, too")
                ids[name] = path
                for tag in operation.get("tags", []):
                    if tag not in tags:
                        self.fault(path, f"nothing describes the tag {tag}")
        for response, value in self.document["components"]["responses"].items():
            self.content(value["content"], f"components/responses/{response}", False)
        for path in sorted((self.root / "api").glob("*.json")):
            if (lines := path.read_bytes().count(b"\n")) > MAX_LINES:
                self.fault(f"api/{path.name}:{lines}", f"split it, a part has at most {MAX_LINES} lines")
        return len(ids)


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else api_document.ROOT).resolve()
    check = Check(root)
    count = check.run()
    print("\n".join(check.faults) if check.faults else f"api: {count} operations, {check.examples} examples")
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
