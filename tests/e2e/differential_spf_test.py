"""pyspf beside us (tests/differential.py)."""

import json
import random
import unittest

from differential import CASES, SOA, Differential, rampart, txt


class SpfTest(Differential):
    def test_pyspf(self):
        import spf  # of Debian's package

        made = random.Random(3)
        names = [f"n{number}.spf.example" for number in range(40)]
        records = {name: self.records(made, names) for name in names}
        zones = self.dir / "zones"
        zones.mkdir()
        lines = ["$ORIGIN spf.example.\n" + SOA]
        for name, rows in records.items():
            for rtype, data in rows:
                shown = txt(data) if rtype == "TXT" else f"{data[0]} {data[1]}." if rtype == "MX" else data
                lines.append(f"{name}. 1 IN {rtype} {shown}\n")
        (zones / "spf.example.zone").write_text("".join(lines))

        def lookup(name, qtype, *_arguments, **_options):
            found = [data for rtype, data in records.get(name.rstrip(".").lower(), []) if rtype == qtype]
            return [((name, qtype), (data.encode(),) if qtype == "TXT" else data) for data in found]

        spf.DNSLookup = lookup
        for _ in range(CASES * 2):
            sender, ip = f"user@{made.choice(names)}", made.choice(["192.0.2.1", "192.0.2.130", "198.51.100.7", "2001:db8::1", "203.0.113.5"])
            theirs = spf.query(i=ip, s=sender, h="helo.example", strict=True).check()[0]
            run = rampart("auth", "spf", "--ip", ip, "--mail-from", sender, "--helo", "helo.example", "--zone", zones, "--format", "json")
            report = run.json()["spf"]
            self.compare("pyspf", report["why"] if theirs != report["result"] else "", theirs, report["result"],
                         f"{sender} {ip}\n" + json.dumps(records[sender.split('@')[1]]) + json.dumps(report))
        self.finish("pyspf")

    @staticmethod
    def records(made, names):
        rows = []
        if made.random() < 0.5:
            rows.append(("A", made.choice(["192.0.2.1", "192.0.2.130", "198.51.100.7"])))
        if made.random() < 0.2:
            rows.append(("AAAA", "2001:db8::1"))
        if made.random() < 0.4:
            rows.append(("MX", (10, made.choice(names))))
        terms = []
        for _ in range(made.randrange(5)):
            name = made.choice(names)
            terms.append(made.choice(["", "", "", "-", "~", "?"]) + made.choice([
                "ip4:192.0.2.1", "ip4:192.0.2.128/25", "ip4:198.51.100.0/24", "ip6:2001:db8::/32", "a", "mx", f"a:{name}", f"mx:{name}",
                f"a:{name}/24", f"include:{name}", f"include:{name}", f"exists:{name}", "exists:%{l}.spf.example", "a:nowhere.spf.example",
                "A", "Include:" + name, "ip4:192.0.2.1/33", "ip4:nonsense", "unknown:x", "a:%{d2}", "exists:%{ir}.%{v}.spf.example"]))
        if made.random() < 0.1:
            terms.append("redirect=" + made.choice(names))
        else:
            terms.append(made.choice(["-all", "~all", "?all", "", "-all"]))
        record = " ".join(["v=spf1", *[term for term in terms if term]])
        if made.random() < 0.9:
            rows.append(("TXT", record))
        if made.random() < 0.05:
            rows.append(("TXT", "v=spf1 mx -all"))
        rows.append(("TXT", "something else"))
        return rows


if __name__ == "__main__":
    unittest.main()
