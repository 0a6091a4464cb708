#!/usr/bin/python3
"""Writes a manual page to standard output: packaging/rampart.1.in with the commands and options as the program's own help gives them,
or packaging/rampart.toml.5.in with the settings as `rampart config reference` gives them, so that the two cannot differ.
usage: tools/make_man.py PROGRAM VERSION [1|5]"""

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


def inline(text):
    """A line of the reference, with its `code` in bold."""
    parts = text.split("`")
    return escape("".join(part if number % 2 == 0 else f"\0{part}\1" for number, part in enumerate(parts))).replace("\0", r"\fB").replace("\1", r"\fR")


def reference_page(reference):
    """The reference of the configuration, as the program writes it in Markdown (headings, paragraphs, lists, code), as a manual page."""
    out, in_code = [], False
    for line in reference.splitlines():
        heading = re.match(r"^(#+) (.*)$", line)
        item = re.match(r"^(-|\d+\.) (.*)$", line)
        if (heading or item) and out and out[-1] == ".PP":
            out.pop()
        if line.startswith("```"):
            in_code = not in_code
            out.append(".nf" if in_code else ".fi")
        elif in_code:
            out.append(escape(line))
        elif heading:
            if heading.group(1) != "#":
                out.append(f'.{"SH" if heading.group(1) == "##" else "SS"} "{escape(heading.group(2))}"')
        elif item:
            mark = r"\(bu" if item.group(1) == "-" else item.group(1)
            out += [f'.IP "{mark}" 4', inline(item.group(2))]
        elif not line:
            if out and not out[-1].startswith((".SH", ".SS", ".PP")):
                out.append(".PP")
        elif not line.startswith("<!--"):
            out.append(inline(line))
    return "\n".join(out)


def commands_page(program):
    out = []
    describe(program, [], out)
    return "\n".join(out)


def main(arguments):
    program, version, section = (*arguments, "1")[:3]
    program = str(pathlib.Path(program).resolve())
    if section == "5":
        done = subprocess.run([program, "config", "reference"], capture_output=True, text=True, check=True, env={"NO_COLOR": "1"})
        name, mark, content = "rampart.toml.5.in", "@SETTINGS@", reference_page(done.stdout)
    else:
        name, mark, content = "rampart.1.in", "@COMMANDS@", commands_page(program)
    template = (SOURCE / "packaging" / name).read_text(encoding="utf-8")
    sys.stdout.write(template.replace("@VERSION@", version).replace(mark, content))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
