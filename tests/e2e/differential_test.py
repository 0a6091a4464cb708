"""Others beside us on the same made-up mail: python3-dkim, opendkim, pyspf and opendmarc, 200 cases each way. Where they and we differ
stands in differential.tsv with the reason: every difference has to be there, and everything there has to be seen."""

import base64
import json
import os
import pathlib
import random
import re
import subprocess
import tempfile
import unittest

import rampart_run
from rampart_run import SOURCE
from servers import beside_nsd

CASES = 200
TABLE = SOURCE / "tests" / "e2e" / "differential.tsv"
SOA = "@ 1 IN SOA a b 1 1 1 1 1\n@ 1 IN NS a\n"


def rampart(*arguments):
    """More than a thousand runs: leaks are looked for in other tests, which takes a third of each."""
    return rampart_run.rampart(*arguments, ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0")


def txt(text):
    return "( " + " ".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in re.findall("(?s).{1,200}", text)) + " )"


def known():
    """{(peer, kind, theirs, ours): reason}"""
    rows = [line.split("\t") for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    return {tuple(row[:4]): row[4] for row in rows}


class Differential(unittest.TestCase):
    peers = ()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.seen = set()
        self.count = 0

    def compare(self, peer, kind, theirs, ours, about=""):
        self.count += 1
        if theirs == ours:
            return
        row = (peer, kind, theirs, ours)
        if row not in known() and "RAMPART_SHOW_DIFFERENCES" in os.environ:
            print("\t".join(row), about)
            return
        self.assertIn(row, known(), about)
        self.seen.add(row)

    def finish(self, *peers):
        self.assertGreaterEqual(self.count, CASES)
        missing = {row for row in known() if row[0] in peers} - self.seen
        self.assertEqual(missing, set(), "these differences are gone: take them out of the table")


class Mail:
    """Made-up messages with CR LF, and what may happen to them on their way."""

    def __init__(self, seed, odd=True):
        self.random = random.Random(seed)
        self.odd = odd  # field names with white space behind them

    def text(self):
        return "".join(self.random.choice(["a", "b", " ", "  ", "\t", " \t ", "word", "é", ".", ",", "=", "x" * 30])
                       for _ in range(self.random.randrange(30)))

    def message(self):
        pick = self.random.choice
        name = pick(["News", '"News, Daily"', "=?utf-8?q?News?="])
        fields = [f"From: {name} <news@bank.example>", "To: a@else.example",
                  "Subject: " + pick(["rates", "the  rates ", "rates\r\n\tof today", "rates \r\n of \t today  ", ""]),
                  "Date: Tue, 24 Nov 2026 09:00:00 +0000", f"Message-ID: <{self.random.random()}@bank.example>"]
        if self.random.random() < 0.4:
            fields.insert(2, pick(["Cc: x@else.example", "Reply-To: r@bank.example", f"X-Odd{' ' if self.odd else ''}:  spaced  \t", "List-Id:\r\n <l.bank.example>"]))
        if self.random.random() < 0.3:
            fields.append("Received: by x\r\n\tid y; Tue, 24 Nov 2026 09:00:00 +0000")
        lines = [self.text() for _ in range(self.random.randrange(8))]
        body = "\r\n".join(lines) + pick(["\r\n", "\r\n", "\r\n\r\n\r\n", " \r\n", ""])
        return "\r\n".join(fields) + "\r\n\r\n" + pick([body, body, body, "", "\r\n"])

    CHANGES = ("none", "none", "none", "none", "empty lines", "a word", "spaces at line ends", "spaces within", "a subject", "names in capitals",
               "folded anew", "a field on top", "another From", "no Date", "text behind")

    def change(self, message):
        kind = self.random.choice(self.CHANGES)
        head, body = message.split("\r\n\r\n", 1)
        if kind == "empty lines":
            body += "\r\n" * 3 if body.endswith("\r\n") or not body else "\r\n\r\n"
        elif kind == "a word":
            body = "changed " + body
        elif kind == "spaces at line ends":
            body = body.replace("\r\n", " \t\r\n")
        elif kind == "spaces within":
            body = body.replace(" ", "   ")
        elif kind == "a subject":
            head = re.sub(r"\r\nSubject: ", "\r\nSubject: Re: ", head)
        elif kind == "names in capitals":
            head = head.replace("\r\nTo:", "\r\nTO:").replace("\r\nDate:", "\r\nDATE:")
        elif kind == "folded anew":
            head = head.replace("\r\nDate: Tue, ", "\r\nDate: Tue,\r\n  ")
        elif kind == "a field on top":
            head = "X-Spam: no\r\n" + head
        elif kind == "another From":
            head = "From: evil@else.example\r\n" + head
        elif kind == "no Date":
            head = re.sub(r"\r\nDate: [^\r]*", "", head)
        elif kind == "text behind":
            body += "and more\r\n"
        return kind, head + "\r\n\r\n" + body


class DkimTest(Differential):
    def setUp(self):
        super().setUp()
        self.pems, self.records = {}, {}
        for selector, kind in (("r", "rsa"), ("e", "ed25519")):
            path = self.dir / f"{selector}.pem"
            run = rampart("dkim", "keygen", "bank.example", "--selector", selector, "--key", path, "--type", kind)
            self.assertEqual(run.status, 0, run.err)
            self.pems[selector] = path
            self.records[selector] = "".join(re.findall('"([^"]*)"', run.out))
        zones = self.dir / "zones"
        zones.mkdir()
        self.zones = zones
        (zones / "bank.example.zone").write_text("$ORIGIN bank.example.\n" + SOA + "".join(
            f"{selector}._domainkey 1 IN TXT {txt(record)}\n" for selector, record in self.records.items()))

    @staticmethod
    def oddity(text):
        """What of a message is read in several ways by those who never get such a one from SMTP."""
        head, body = text.split("\r\n\r\n", 1)
        if body and not body.endswith("\r\n"):
            return "a body without a final line end"
        if "c=simple" in head and re.search(r"\n[\w-]+[ \t]*:\r\n", head):
            return "a field folded behind its colon, simple"
        return ""

    def lookup(self, name, timeout=5):
        return self.records[name.decode().split(".")[0]].encode()

    def ours(self, message):
        path = self.dir / "mail.eml"
        path.write_bytes(message.encode())
        run = rampart("dkim", "verify", path, "--zone", self.zones, "--format", "json")
        return "pass" if run.json()["dkim"][0]["result"] == "pass" else "fail"

    def our_signature(self, message, selector):
        path = self.dir / "plain.eml"
        path.write_bytes(message.encode())
        signed = self.dir / "signed.eml"
        run = rampart("dkim", "sign", path, "--domain", "bank.example", "--selector", selector, "--key", self.pems[selector], "--output", signed)
        self.assertEqual(run.status, 0, run.err)
        return signed.read_bytes().decode()

    def test_python3_dkim(self):
        import dkim  # of Debian's package; /usr/bin/python3 has it

        mail = Mail(1, odd=False)  # it refuses to sign such a message
        canons = [b"simple", b"relaxed"]
        for number in range(CASES):
            message = mail.message()
            ed = number % 4 == 3
            pem = (self.pems["e"] if ed else self.pems["r"]).read_bytes()
            if ed:  # it takes the 32 bytes
                der = subprocess.run(["openssl", "pkey", "-in", self.pems["e"], "-outform", "DER"], check=True, capture_output=True).stdout
                pem = base64.b64encode(der[-32:])
            canon = (mail.random.choice(canons), mail.random.choice(canons))
            signature = dkim.sign(message.encode(), b"e" if ed else b"r", b"bank.example", pem, canonicalize=canon,
                                  signature_algorithm=b"ed25519-sha256" if ed else b"rsa-sha256", length=mail.random.random() < 0.2)
            kind, changed = mail.change(signature.decode() + message)
            theirs = "pass" if self.verified(dkim, changed) else "fail"
            kind = "text behind l=" if kind == "text behind" and b" l=" in signature else self.oddity(changed) or kind
            self.compare("python3-dkim", kind, theirs, self.ours(changed), changed)
        for number in range(CASES):
            message = mail.message()
            signed = self.our_signature(message, "e" if number % 4 == 3 else "r")
            kind, changed = mail.change(signed)
            self.compare("python3-dkim", f"ours, {self.oddity(changed) or kind}", "pass" if self.verified(dkim, changed) else "fail", self.ours(changed), changed)
        self.finish("python3-dkim")

    def verified(self, dkim, message):
        try:
            return dkim.verify(message.encode(), dnsfunc=self.lookup)
        except dkim.DKIMException:
            return False

    def opendkim(self, config, messages):
        """What opendkim -t says of each message, a text."""
        conf = self.dir / "opendkim.conf"
        conf.write_text("Syslog no\nRequireSafeKeys no\n" + config)
        out = []
        path = self.dir / "m.eml"
        for message in messages:
            path.write_bytes(message.encode())
            done = subprocess.run(["/usr/sbin/opendkim", "-x", conf, "-vvvv", "-t", path], capture_output=True, check=False)
            said = done.stdout.decode(errors="replace")
            field = re.search(r"### INSHEADER: idx=\d+ hname='[\w-]*' hvalue='(.*)'\n", said, re.S)
            out.append(field.group(1) if field else None)
        return out

    def test_opendkim(self):
        mail = Mail(2)
        keys = self.dir / "public"
        keys.write_text("".join(f"{selector}._domainkey.bank.example {record}\n" for selector, record in self.records.items()))
        for header in ("simple", "relaxed"):
            for body in ("simple", "relaxed"):
                messages = [mail.message() for _ in range(CASES // 4)]
                signatures = self.opendkim(f"Mode s\nInternalHosts 127.0.0.1\nDomain bank.example\nSelector r\nKeyFile {self.pems['r']}\n"
                                           f"Canonicalization {header}/{body}\n", messages)
                self.assertGreater(len([signature for signature in signatures if signature]), CASES // 5)
                changed = [mail.change("DKIM-Signature: " + signature.replace("\n", "\r\n") + "\r\n" + message)
                           for signature, message in zip(signatures, messages) if signature]
                self.judge(changed, keys, "")
        self.judge([mail.change(self.our_signature(mail.message(), "r")) for _ in range(CASES)], keys, "ours, ")
        self.finish("opendkim")

    def judge(self, changed, keys, whose):
        verdicts = self.opendkim(f"Mode v\nAuthservID mx.example\nAlwaysAddARHeader yes\nTestPublicKeys {keys}\n", [text for _, text in changed])
        for (kind, text), verdict in zip(changed, verdicts):
            theirs = re.search(r"dkim=(\w+)", verdict or "dkim=none").group(1)
            self.compare("opendkim", whose + (self.oddity(text) or kind), "pass" if theirs == "pass" else "fail", self.ours(text),
                         f"{text}{verdict}")


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
