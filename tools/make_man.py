#!/usr/bin/python3
"""Writes the manual page to standard output: packaging/rampart.1.in, with the commands and options as the program's own help gives
them, so that the two cannot differ. usage: tools/make_man.py PROGRAM VERSION"""

import pathlib
import re
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parent.parent
ENTRY = re.compile(r"^  (\S.*?)(?:  +(\S.*))?$")


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.M)


def sections(help_text):
    """The description, and {heading: [[term, text]]} of the lists below it."""
    description, lists, current = [], {}, None
    for line in help_text.splitlines():
        entry = ENTRY.match(line)
        if re.match(r"^[A-Z]\w+:$", line):
            current = lists.setdefault(line[:-1], [])
        elif not lists and line and not line.startswith("Usage:"):
            description.append(line.strip())
        elif line and not line.startswith(" "):
            current = None  # the closing words
        elif current is not None and entry:
            current.append([entry.group(1), entry.group(2) or ""])
        elif current and line.strip():
            current[-1][1] = f"{current[-1][1]} {line.strip()}".strip()
    return " ".join(description), lists


def describe(program, words, out):
    done = subprocess.run([program, *words, "--help"], capture_output=True, text=True, check=True, env={"NO_COLOR": "1"})
    usage = re.search(r"^Usage: (.*)$", done.stdout, re.M)
    description, lists = sections(done.stdout)
    if not words:
        out.append('.SS "Options of every command"')
    else:
        out.append(f'.SS "{escape(usage.group(1) if usage else "rampart " + " ".join(words))}"')
        out.append(escape(description) + ("" if description.endswith(".") else "."))
    for heading, entries in lists.items():
        for term, text in entries if heading != "Commands" else []:
            if words and term.startswith("-h,"):
                continue
            out += [".TP", f".B {escape(term)}", escape(text) + "."]
    for term, _ in lists.get("Commands", []):
        if term != "help":
            describe(program, [*words, term.split()[0]], out)


def main(arguments):
    program, version = arguments
    out = []
    describe(str(pathlib.Path(program).resolve()), [], out)
    template = (SOURCE / "packaging" / "rampart.1.in").read_text(encoding="utf-8")
    sys.stdout.write(template.replace("@VERSION@", version).replace("@COMMANDS@", "\n".join(out)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
