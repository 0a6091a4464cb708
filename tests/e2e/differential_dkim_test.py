"""python3-dkim and opendkim beside us (tests/differential.py)."""

import base64
import random
import re
import subprocess
import unittest

from differential import CASES, SOA, Differential, rampart, txt


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


if __name__ == "__main__":
    unittest.main()
