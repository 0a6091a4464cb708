#!/usr/bin/python3
"""The API's description out of its parts, as rampart serves it at /api/v1/openapi.json. usage: tools/api_document.py > openapi.json

Each api/*.json but common.json has `paths` and `schemas`, and the `tag` of its operations where it opens one. The schemas that the
command line's documents have already (docs/rampart.NAME-1.schema.json) become components by the names of their $defs: `domain` of
rampart.audit is AuditDomain, and the document itself, where it is an object, Audit. src/server/api/document.cc does the same.
"""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECTIONS = ("schemas", "parameters", "responses", "headers", "securitySchemes")


def component_of(document, definition):
    return document.capitalize() + "".join(word.capitalize() for word in definition.split("_"))


def with_components(value, document):
    """The same with its references to $defs led to the components that they become."""
    if isinstance(value, list):
        return [with_components(item, document) for item in value]
    if not isinstance(value, dict):
        return value
    out = {}
    for name, item in value.items():
        if name == "$ref":
            out[name] = "#/components/schemas/" + component_of(document, item.removeprefix("#/$defs/"))
        elif name not in ("$schema", "$defs"):
            out[name] = with_components(item, document)
    return out


def add(target, source, where, faults):
    for name, value in source.items():
        if name in target:
            faults.append(f"{where}: {name} is there already")
        target[name] = value


def merge(root=ROOT):
    """The document, and what is wrong with its parts."""
    faults = []
    common = json.loads((root / "api/common.json").read_text(encoding="utf-8"))
    out = {name: common[name] for name in ("openapi", "info", "servers", "security")}
    out["tags"] = []
    out["paths"] = {}
    out["components"] = {name: dict(common.get(name, {})) for name in SECTIONS}
    schemas = out["components"]["schemas"]
    for path in sorted((root / "api").glob("*.json")):
        if path.name == "common.json":
            continue
        part = json.loads(path.read_text(encoding="utf-8"))
        where = f"api/{path.name}"
        if unknown := set(part) - {"tag", "paths", "schemas"}:
            faults.append(f"{where}: {sorted(unknown)} are no members of a part")
        if "tag" in part:
            out["tags"].append(part["tag"])
        for name, operations in part["paths"].items():
            add(out["paths"].setdefault(name, {}), operations, f"{where}: {name}", faults)
        add(schemas, part["schemas"], where, faults)
    for path in sorted((root / "docs").glob("rampart.*.schema.json")):
        document = path.name.removeprefix("rampart.").split("-")[0]
        schema = json.loads(path.read_text(encoding="utf-8"))
        where = f"docs/{path.name}"
        add(schemas, {component_of(document, name): with_components(value, document)
                      for name, value in schema["$defs"].items()}, where, faults)
        if schema.get("type") == "object":
            add(schemas, {document.capitalize(): with_components(schema, document)}, where, faults)
    out["components"]["schemas"] = dict(sorted(schemas.items()))
    return out, faults


if __name__ == "__main__":
    whole, wrong = merge()
    for fault in wrong:
        print(fault, file=sys.stderr)
    json.dump(whole, sys.stdout, ensure_ascii=False, indent=1)
    sys.exit(1 if wrong else 0)
