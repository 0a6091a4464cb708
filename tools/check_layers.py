#!/usr/bin/python3
"""Proves who may include whom. usage: tools/check_layers.py [ROOT]

A layer includes itself and what MAY_INCLUDE lists, by the path below src/ ("dns/name.h"). Feature slices stand side by side and
never include each other. CMakeLists.txt must give a layer no dependency that the table does not. A library of the machine that
belongs to one layer stays in it (OWNED), and the pure layers know neither clock nor chance (IMPURE).
"""

import pathlib
import re
import sys

FEATURES = ["audit", "guard", "reports", "training", "intel", "incidents", "accounts"]
BELOW_FEATURES = ["base", "crypto", "dns", "store", "bus", "facts", "mail", "net", "auth"]

MAY_INCLUDE = {
    "base": [],
    "crypto": ["base"],
    "dns": ["base"],
    "store": ["base"],
    "bus": ["base"],
    "facts": ["base", "dns"],
    "mail": ["base", "crypto", "dns"],
    "net": ["base", "crypto", "dns", "facts"],
    "auth": ["base", "crypto", "dns", "facts", "mail"],
    **{feature: BELOW_FEATURES for feature in FEATURES},
    "server": BELOW_FEATURES + FEATURES,
    "cli": BELOW_FEATURES + FEATURES + ["server"],
}

# The machine's libraries that only these layers know: a reader of any other layer need not.
OWNED = {
    r"ares\w*\.h": ["net"],
    r"boost/asio.*": ["net", "guard", "server", "cli"],
    r"boost/beast.*": ["net"],
    r"curl/.*": ["net"],
    r"ldns/.*": ["net"],
    r"soci/.*": ["store", *FEATURES, "server"],
    r"CLI/.*": ["cli"],
    r"libzscanner/.*|libknot/.*": ["dns", "facts"],
    r"libpsl\.h|idn2\.h": ["dns"],
    r"unicode/.*": ["dns", "mail"],
    r"gmime/.*": ["mail"],
    r"seccomp\.h": ["base"],
    r"maxminddb\.h": ["reports"],
    r"archive(_entry)?\.h": ["guard", "server"],
    r"sodium\.h|liboath/.*|fido\.h|fido/.*|cbor\.h": ["accounts"],
    r"qrencode\.h": ["accounts", "guard"],
    r"qpdf/.*|zbar\.h|png\.h|jpeglib\.h|yara\.h": ["guard"],
}

# Decisions are functions of their input (docs/architecture.md).
PURE = ["mail", "auth"]
IMPURE = re.compile(r"(system|steady|high_resolution)_clock::now|\brandom_device\b|\b(s?rand|time|getenv)\s*\(|<(fstream|iostream|filesystem|random)>")

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')
CMAKE_LAYER = re.compile(r"^rampart_layer\((\w+)(.*)\)", re.M)


def source_files(root):
    return sorted(p for p in (root / "src").rglob("*") if p.suffix in (".h", ".cc") and "testdata" not in p.parts)


def check_file(root, path):
    name = path.relative_to(root)
    layer = path.relative_to(root / "src").parts[0]
    if layer not in MAY_INCLUDE:
        yield f"{name}:1: '{layer}' is no layer; the layers are {' '.join(MAY_INCLUDE)}"
        return
    measured = path.stem.endswith(("_test", "_bench", "_suite", "_fixture", "suite_runner"))
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        where = f"{name}:{number}:"
        if layer in PURE and not measured and IMPURE.search(line.split("//")[0]):
            yield f"{where} {layer} is pure: no clock, chance, environment or files ({line.strip()})"
        include = INCLUDE.match(line)
        if not include:
            continue
        ours, machines = include.groups()
        if machines:
            for pattern, owners in OWNED.items():
                if re.fullmatch(pattern, machines) and layer not in owners and not measured:
                    yield f"{where} <{machines}> belongs to {', '.join(owners)}, not to {layer}"
            continue
        target = ours.split("/")[0]
        if "/" not in ours or target not in MAY_INCLUDE:
            yield f'{where} "{ours}": write the path below src/, as in "dns/name.h"'
        elif layer in FEATURES and target in FEATURES and target != layer:
            yield f"{where} {layer} includes {ours}: feature slices never include each other"
        elif target != layer and target not in MAY_INCLUDE[layer]:
            yield f"{where} {layer} includes {ours}: {layer} may include {', '.join(MAY_INCLUDE[layer]) or 'nothing of ours'}"


def check_cmake(root):
    path = root / "CMakeLists.txt"
    if not path.exists():
        return
    text = path.read_text(encoding="utf-8")
    for found in CMAKE_LAYER.finditer(text):
        layer, rest = found.groups()
        number = text.count("\n", 0, found.start()) + 1
        dependencies = re.search(r"\bDEPS\s+([a-z ]+?)\s*(?:LIBS|$)", rest)
        for dependency in dependencies.group(1).split() if dependencies else []:
            if dependency not in MAY_INCLUDE.get(layer, []):
                yield f"CMakeLists.txt:{number}: {layer} may not depend on {dependency}"


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parent.parent).resolve()
    files = source_files(root)
    faults = [fault for path in files for fault in check_file(root, path)] + list(check_cmake(root))
    print("\n".join(faults) if faults else f"layers: {len(files)} files keep to the table")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
