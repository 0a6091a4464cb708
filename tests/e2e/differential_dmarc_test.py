"""opendmarc beside us (tests/differential.py)."""

import random
import re
import unittest

from differential import CASES, SOA, Differential, rampart, txt
from servers import beside_nsd


DMARC_RECORDS = {
    "bank.example": "v=DMARC1; p=reject", "none.example": None, "sub.example": "v=DMARC1; p=none; sp=reject", "strict.example": "v=DMARC1; p=quarantine; adkim=s",
    "low.example": "v=DMARC1;p=reject;pct=10", "broken.example": "v=DMARC1; p=rejekt", "nop.example": "v=DMARC1; rua=mailto:d@nop.example",
    "twice.example": ["v=DMARC1; p=reject", "v=DMARC1; p=none"], "late.example": "p=reject; v=DMARC1", "case.example": "v=dmarc1; p=reject",
    "spaces.example": "v=DMARC1 ; p = reject ; adkim = r", "unknown.example": "v=DMARC1; p=reject; x=y", "tail.example": "v=DMARC1; p=reject;;",
}


class DmarcTest(Differential):
    """opendmarc asks port 53 of whatever resolv.conf names: it runs where there is no network but a loopback of its own."""

    def test_opendmarc(self):
        made = random.Random(4)
        zones = self.dir / "zones"
        zones.mkdir()
        pem = self.dir / "k.pem"
        run = rampart("dkim", "keygen", "x.example", "--selector", "k", "--key", pem, "--type", "ed25519")
        key = re.search('"(.*)"', run.out).group(1)
        lines = ["$ORIGIN example.\n" + SOA]
        hosts = []
        for domain, record in DMARC_RECORDS.items():
            lines += [f"_dmarc.{domain}. 1 IN TXT {txt(one)}\n" for one in (record if isinstance(record, list) else [record] if record else [])]
            hosts += [domain, f"a.{domain}", f"b.a.{domain}"]
        lines += [f'k._domainkey.{host}. 1 IN TXT "{key}"\n' for host in hosts]
        (zones / "example.zone").write_text("".join(lines))
        cases = []
        for number in range(CASES):
            author = made.choice(hosts)
            signer = made.choice([author, author, made.choice(hosts), *(host for host in hosts if host.endswith(author.split(".", author.count(".") - 1)[-1]))])
            plain = self.dir / "plain.eml"
            plain.write_text(f"From: News <news@{author}>\nTo: a@else.test\nSubject: x\nDate: Tue, 24 Nov 2026 09:00:00 +0000\n\nhello\n")
            signed = self.dir / f"d{number}.eml"
            run = rampart("dkim", "sign", plain, "--domain", signer, "--selector", "k", "--key", pem, "--output", signed)
            self.assertEqual(run.status, 0, run.err)
            good = made.random() < 0.8
            if not good:
                signed.write_text(signed.read_text().replace("hello", "changed"))
            report = rampart("auth", "check", signed, "--zone", zones, "--format", "json").json()
            seen = self.dir / f"t{number}.eml"
            seen.write_text(f"Authentication-Results: mx.test; dkim={'pass' if good else 'fail'} header.d={signer}\n" + signed.read_text())
            cases.append((author, seen, report["dmarc"]["domains"][0]["rfc7489"], signer))
        for (author, _, ours, signer), theirs in zip(cases, self.opendmarc(zones, [path for _, path, _, _ in cases])):
            organisation = ".".join(author.split(".")[-2:])
            self.compare("opendmarc", organisation, theirs, ours["result"], f"{author} {signer} {ours}")
        self.finish("opendmarc")

    def opendmarc(self, zones, paths):
        (self.dir / "opendmarc.conf").write_text("Syslog no\nTrustedAuthservIDs mx.test\nAuthservID mx.test\n"
                                                 f"PublicSuffixList {self.dir}/suffixes\n")
        (self.dir / "suffixes").write_text("example\n")
        lists = [",".join(map(str, paths[at:at + 20])) for at in range(0, len(paths), 20)]
        done = beside_nsd(self.dir, zones, f'for files in "$@"; do opendmarc -c {self.dir}/opendmarc.conf -vvv -t "$files"; done || true', *lists)
        found = re.findall(r"hvalue='mx\.test; dmarc=(\w+)", done.stdout)
        self.assertEqual(len(found), len(paths), done.stdout[-3000:] + done.stderr[-2000:])
        return found


if __name__ == "__main__":
    unittest.main()
