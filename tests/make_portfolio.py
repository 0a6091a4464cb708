#!/usr/bin/env python3
"""Makes a portfolio as people keep them: a list that a spreadsheet saved, untidy in every usual way, and a zone of its domains.

    usage: tests/make_portfolio.py DIR [DOMAINS [ORGANISATIONS]]      DIR/portfolio.csv, DIR/example.zone

The list is UTF-16 with a mark, semicolons, CR LF and quotes; organisations have names in Urdu, with delimiters, line ends, quotes and
paths in them, and two differ in case alone; rows come twice, contradict each other, name no domain, have a cell too many, or open a
quote that is never closed. The same at every run.
"""

import base64
import dataclasses
import pathlib
import random
import sys

HEADER = ["Domain name", "Organisation", "Sector", "Contact e-mail", "Sends", "DKIM selectors", "Region", "Notes"]


@dataclasses.dataclass
class Portfolio:
    list: pathlib.Path
    zone: pathlib.Path
    organisations: dict  # name as a reader has it -> its domains
    duplicates: int = 0
    refused: int = 0

    @property
    def domains(self):
        return [domain for of in self.organisations.values() for domain in of]


def organisation(number):
    """Every name has a code in it by which it is found in a file."""
    code = f"org{number:04d}"
    kinds = [f"Ministry of Affairs {code}", f"وزارتِ تعلیم {code}", f"Power; Water, and \"Gas\" {code}", f"../../etc/{code}",
             f"=HYPERLINK(\"{code}\")", f"Court\nof {code}", f"ادارہ برائے شماریات {code}", f"{'A very long name ' * 8}{code}", f"CON {code}",
             f"<script>{code}</script>"]
    return kinds[number % len(kinds)]


def cell(text):
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ';"\n') else text


def make(folder, domains=2000, organisations=60, seed=7):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    names = [organisation(number) for number in range(organisations - 1)]
    names.append(names[0].upper())  # another organisation, in whose name only the letters' case differs
    out = Portfolio(folder / "portfolio.csv", folder / "example.zone", {})
    rows = [";".join(HEADER)]
    for number in range(domains):
        domain = f"m{number:05d}.example"
        name = names[number] if number < len(names) else chance.choice(names)
        out.organisations.setdefault(" ".join(name.split()), []).append(domain)
        row = [domain, name, chance.choice(["finance", "energy", "", "health"]), f"soc@{domain}", chance.choice(["yes", "no", "", "Y"]),
               chance.choice(["s1", "s1, default", ""]), chance.choice(["north", "south", ""]), chance.choice(["", "line one\nline two", "a;b"])]
        rows.append(";".join(map(cell, row)))
        if number % 50 == 20:  # the same again, written otherwise
            rows.append(";".join([f" {domain.upper()}. ", cell(name), "", "", "", "s2", "west", ""]))
            out.duplicates += 1
        if number % 500 == 33:  # and one that contradicts
            rows.append(";".join([domain, "Somebody else", "other sector"]))
            out.duplicates += 1
        if number % 97 == 5:
            rows.append([f"someone@{domain};x", "http://broken.example/;x", ";nobody", f"{domain};a;b;c;no;;;;;one too many"][number // 97 % 4])
            out.refused += 1
        if number % 211 == 9:
            rows.append(";" * (len(HEADER) - 1))  # empty, which is nothing to complain of
    # Nothing may be in quotes behind it, or the quote would be closed there.
    rows.append(f'"never closed.example;{names[0].splitlines()[0]}')
    out.refused += 1
    last = f"m{domains:05d}.example"
    rows.append(f"{last};{names[3]}")
    out.organisations[names[3]].append(last)
    out.list.write_bytes(b"\xff\xfe" + "\r\n".join(row.replace("\n", "\r\n") for row in rows).encode("utf-16-le"))
    write_zone(out.zone, domains + 1)
    return out


def write_zone(path, domains, mended=()):
    """Domains of every standing; those in `mended` are protected."""
    chance = random.Random(11)
    key = "v=DKIM1; k=ed25519; p=" + base64.b64encode(bytes(range(32))).decode()
    with pathlib.Path(path).open("w") as zone:
        zone.write("$ORIGIN example.\n$TTL 3600\n@ IN SOA ns host 1 3600 600 86400 300\n@ IN NS ns\nns IN A 127.0.7.53\nmx IN A 127.0.7.54\n"
                   '_spf.esp IN TXT "v=spf1 ip4:198.51.100.0/24 -all"\n*._report._dmarc.rua IN TXT "v=DMARC1"\nrua IN MX 10 mx\n')
        for number in range(domains):
            name, x, y = f"m{number:05d}", chance.random(), chance.random()
            if name in mended:
                x, y = 0.9, 0.1
            zone.write(f"{name} IN A 127.0.7.55\n{name} IN MX 10 mx\n")
            if x > 0.1:
                zone.write(f'{name} IN TXT "v=spf1 mx include:_spf.esp.example {"-" if x > 0.5 else "~"}all"\n')
            if y < 0.8:
                policy = "reject" if y < 0.3 else "quarantine" if y < 0.5 else "none"
                zone.write(f'_dmarc.{name} IN TXT "v=DMARC1; p={policy}; rua=mailto:d@rua.example"\n')
            if x > 0.3:
                zone.write(f's1._domainkey.{name} IN TXT "{key}"\n')


def main(arguments):
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    made = make(arguments[0], *map(int, arguments[1:3]))
    print(f"{made.list}: {len(made.domains)} domains of {len(made.organisations)} organisations, {made.duplicates} rows twice, {made.refused} bad")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
