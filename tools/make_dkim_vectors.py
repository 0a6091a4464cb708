#!/usr/bin/python3
"""Writes src/auth/dkim/testdata/vectors.yml: DKIM messages with what a verifier has to say of them.

It signs with keys that it makes and throws away, by canonical forms of its own (a line at a time, from the text of RFC 6376), so
that the vectors owe nothing to the code they test. Every run makes new keys and so a new file.

usage: tools/make_dkim_vectors.py > src/auth/dkim/testdata/vectors.yml
"""

import base64
import hashlib
import json
import pathlib
import re
import subprocess
import tempfile

NOW = 1795000000
FOLDER = tempfile.TemporaryDirectory()
MAIL = ("From: News <news@bank.example>\r\nTo: a@else.example\r\nSubject: The  rates\r\n\tof today\r\n"
        "Date: Tue, 24 Nov 2026 09:00:00 +0000\r\n\r\nHello  all,\r\n\r\nthe rates are \t as they were. \r\n\r\n\r\n")


class Key:
    def __init__(self, kind, bits=2048):
        self.kind = kind
        self.path = pathlib.Path(FOLDER.name) / f"{kind}{bits}.pem"
        options = ["-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}"] if kind == "rsa" else ["-algorithm", "ed25519"]
        subprocess.run(["openssl", "genpkey", *options, "-out", self.path], check=True, capture_output=True)
        der = subprocess.run(["openssl", "pkey", "-in", self.path, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        self.public = base64.b64encode(der if kind == "rsa" else der[-32:]).decode()

    def sign(self, data):
        if self.kind == "rsa":
            command = ["openssl", "dgst", "-sha256", "-sign", self.path]
            return subprocess.run(command, input=data, check=True, capture_output=True).stdout
        digest = pathlib.Path(FOLDER.name) / "digest"
        digest.write_bytes(hashlib.sha256(data).digest())
        command = ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.path, "-in", digest]
        return subprocess.run(command, check=True, capture_output=True).stdout

    def record(self, before="", public=None):
        return f"v=DKIM1; k={self.kind}; {before}p={self.public if public is None else public}"


def normal(text):
    """Lines end with CR LF; a CR alone is content."""
    return re.sub(r"\r?\n", "\r\n", text)


def canonical_body(kind, text):
    lines = normal(text).split("\r\n")
    if lines[-1] == "":
        lines.pop()
    if kind == "relaxed":
        lines = [re.sub(r"[ \t]+", " ", line).rstrip(" ") for line in lines]
    while lines and lines[-1] == "":
        lines.pop()
    if not lines:
        return "" if kind == "relaxed" else "\r\n"
    return "\r\n".join(lines) + "\r\n"


def canonical_field(kind, field):
    field = normal(field).removesuffix("\r\n")
    if kind == "simple":
        return field + "\r\n"
    name, value = field.split(":", 1)
    return name.strip(" \t").lower() + ":" + re.sub(r"[ \t]+", " ", value.replace("\r\n", "")).strip(" ") + "\r\n"


def split(message):
    parts = re.split(r"(?<=\n)\r?\n", message, maxsplit=1)
    fields = re.findall(r"[^\n]*\n(?:[ \t][^\n]*\n)*", parts[0])
    return fields, parts[1] if len(parts) == 2 else ""


def encode(data):
    return base64.b64encode(data).decode()


def signed(message=MAIL, key=None, tags=None, without=(), template=None, fold=lambda text: text, body_limit=None, covers=None):
    """The message with a signature before it. `tags` are added or replace those that are usual; `template` is the whole value
    with {bh} and {b}."""
    key = key or RSA
    values = {"v": "1", "a": f"{key.kind}-sha256", "c": "relaxed/relaxed", "d": "bank.example", "s": key.kind[0] + "1",
              "h": "from:to:subject:date", "t": str(NOW - 60), "bh": "{bh}", "b": "{b}"}
    values.update(tags or {})
    for name in without:
        values.pop(name)
    text = template or "; ".join(f"{name}={value}" for name, value in values.items())
    canon = values.get("c", "simple/simple").strip().lower().split("/") + ["simple"]
    canon = [kind if kind in ("simple", "relaxed") else "simple" for kind in canon]
    fields, body = split(message)
    body = canonical_body(canon[1], body)
    text = text.replace("{bh}", fold(encode(hashlib.sha256(body.encode()[:body_limit]).digest())))
    left = list(fields)
    data = ""
    for name in covers if covers is not None else values.get("h", "from").split(":"):
        name = re.sub(r"[ \t\r\n]", "", name).lower()
        for at in range(len(left) - 1, -1, -1):
            if left[at].split(":")[0].strip(" \t").lower() == name:
                data += canonical_field(canon[0], left.pop(at))
                break
    data += canonical_field(canon[0], "DKIM-Signature: " + text.replace("{b}", "")).removesuffix("\r\n")
    return "DKIM-Signature: " + text.replace("{b}", fold(encode(key.sign(data.encode())))) + "\r\n" + message


CASES = []


def case(title, cites, message, expect, why=None, zone=None, now=None):
    """`expect` is one result, or one a signature."""
    entry = {"case": title, "cites": cites}
    if zone:
        entry["zone"] = zone
    if now:
        entry["now"] = now
    entry["message"] = message
    entry["expect"] = [expect] if isinstance(expect, str) else expect
    if why:
        entry["why"] = why
    CASES.append(entry)


def replaced(text, old, new):
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)


RSA, ED = Key("rsa"), Key("ed25519")
ZONE = {"r1._domainkey.bank.example": RSA.record(), "e1._domainkey.bank.example": ED.record(), "bank.example": "v=spf1 -all"}


def canon_cases():
    section = "RFC 6376 section 3.4"
    for header in ("simple", "relaxed"):
        for body in ("simple", "relaxed"):
            case(f"c={header}/{body}", section, signed(tags={"c": f"{header}/{body}"}), "pass")
    case("c= is simple/simple when it is absent", "RFC 6376 section 3.5 c=", signed(without=["c"]), "pass")
    case("the body is simple when c= names the header's form alone", "RFC 6376 section 3.5 c=", signed(tags={"c": "relaxed"}), "pass")
    case("c= is not case sensitive", "RFC 6376 section 3.5 c=", signed(tags={"c": "Relaxed/RELAXED"}), "pass")
    case("c= that is not known", "RFC 6376 section 3.5 c=", signed(tags={"c": "nowsp/simple"}), "permerror", "c=nowsp/simple")
    bodies = {
        "an empty body": "", "a body of one empty line": "\r\n", "a body of empty lines": "\r\n\r\n\r\n",
        "a last line without an end": "Hello\r\nworld", "a last line of white space": "Hello\r\n \t \r\n",
        "white space at line ends": "Hello \t\r\nworld  \r\n", "runs of white space": "a  b\t\tc \t d\r\n",
        "a bare CR, which is content": "a\rb\r\n", "a bare CR at the end": "a\r", "bare LF": "a\nb\n\n", "mixed line ends": "a\r\nb\n\r\nc\n",
        "CR CR LF": "a\r\r\nb\r\n", "a dot alone": ".\r\n..\r\n", "bytes that are not ASCII": "\u00e9\u0627\ufffd\r\n",
        "a body of white space alone": "   \t", "a line of 4,000 bytes": "x" * 4000 + "\r\n", "8,000 spaces in a line": "a" + " " * 8000 + "b\r\n",
    }
    head = split(MAIL)[0]
    for kind in ("simple", "relaxed"):
        for title, body in bodies.items():
            case(f"{title}, {kind}", "RFC 6376 sections 3.4.3 and 3.4.4", signed("".join(head) + "\r\n" + body, tags={"c": f"relaxed/{kind}"}), "pass")
    case("no body and no empty line, simple", "RFC 6376 section 3.4.3", signed("".join(head), tags={"c": "simple/simple"}), "pass")
    case("no body and no empty line, relaxed", "RFC 6376 section 3.4.4", signed("".join(head)), "pass")
    whole = signed(tags={"c": "simple/simple"})
    case("another space in the body, simple", "RFC 6376 section 3.4.3", replaced(whole, "Hello  all", "Hello   all"), "fail", "the body was changed")
    case("another space in a field, simple", "RFC 6376 section 3.4.1", replaced(whole, "The  rates", "The   rates"), "fail", "does not fit")
    whole = signed()
    case("white space changed within lines, relaxed", "RFC 6376 section 3.4.4", replaced(whole, "Hello  all,", "Hello\tall, "), "pass")
    case("white space added where there was none, relaxed", "RFC 6376 section 3.4.4", replaced(whole, "all,", "al l,"), "fail", "the body was changed")
    case("white space at the start of a line, relaxed", "RFC 6376 section 3.4.4", replaced(whole, "\r\nthe rates", "\r\n the rates"), "fail")
    case("empty lines added at the end", "RFC 6376 section 3.4.4", whole + "\r\n\r\n", "pass")
    case("a field folded anew, relaxed", "RFC 6376 section 3.4.2", replaced(whole, "The  rates\r\n\tof", "The\r\n rates of"), "pass")
    case("a field folded anew, simple", "RFC 6376 section 3.4.1", replaced(signed(tags={"c": "simple/relaxed"}), "The  rates\r\n\tof", "The  rates\r\n of"), "fail")
    case("field names in another case, relaxed", "RFC 6376 section 3.4.2", replaced(whole, "Subject:", "SUBJECT:"), "pass")
    case("field names in another case, simple", "RFC 6376 section 3.4.1", replaced(signed(tags={"c": "simple/relaxed"}), "Subject:", "SUBJECT:"), "fail")
    spaced = replaced(MAIL, "Subject:", "Subject \t:")
    case("white space before the colon, relaxed", "RFC 6376 section 3.4.2", signed(spaced), "pass")
    case("white space before the colon, simple", "RFC 6376 section 3.4.1", signed(spaced, tags={"c": "simple/simple"}), "pass")
    folded = replaced(MAIL, "To: a@else.example", "To:\r\n a@else.example")
    for kind in ("simple", "relaxed"):
        case(f"a field folded right behind its colon, {kind}", "RFC 6376 section 3.4", signed(folded, tags={"c": f"{kind}/{kind}"}), "pass")
    case("the whole message with bare LF", "RFC 6376 section 3.4", signed().replace("\r\n", "\n"), "pass")


def field_cases():
    section = "RFC 6376 section 5.4.2"
    twice = replaced(MAIL, "To:", "To: first@else.example\r\nTo:")
    case("of two fields the lower one is signed first", section, signed(twice, tags={"h": "from:to"}), "policy", "more often than it is signed")
    case("whatever the upper one is", section, replaced(signed(twice, tags={"h": "from:to"}), "first@", "other@"), "policy")
    case("both are signed, bottom up", section, signed(twice, tags={"h": "from:to:to"}), "pass")
    case("both are signed, and one was changed", section, replaced(signed(twice, tags={"h": "from:to:to"}), "first@", "other@"), "fail")
    over = signed(tags={"h": "from:to:subject:from:subject"})
    case("oversigned", "RFC 6376 section 8.15", over, "pass")
    case("oversigned, and a From added above", "RFC 6376 section 8.15", "From: x@evil.example\r\n" + over, "fail")
    case("oversigned, and a Subject added below", "RFC 6376 section 8.15", replaced(over, "Date:", "Subject: evil\r\nDate:"), "fail")
    case("oversigned three times", "RFC 6376 section 8.15", signed(tags={"h": "from:from:from:to"}), "pass")
    case("not oversigned, and a From added above", "RFC 6376 section 8.15", "From: x@evil.example\r\n" + signed(), "policy",
         "more often than it is signed")
    case("a field that may come often, of which the lower one is signed", section,
         signed(replaced(MAIL, "To:", "X-List: 1\r\nX-List: 2\r\nTo:"), tags={"h": "from:x-list"}), "pass")
    case("a field that is not there", section, signed(tags={"h": "from:x-none:to"}), "pass")
    case("a field that was not there, added", section, replaced(signed(tags={"h": "from:x-none:to"}), "To:", "X-None: 1\r\nTo:"), "fail")
    case("h= in any case", "RFC 6376 section 3.5 h=", signed(tags={"h": "From:TO:sUbJeCt"}), "pass")
    case("white space around the colons of h=", "RFC 6376 section 3.5 h=", signed(tags={"h": "from : to\r\n\t: subject :date"}), "pass")
    case("h= without From", "RFC 6376 section 5.4", signed(tags={"h": "to:subject"}), "permerror", "does not name From")
    case("h= that names an empty field", "RFC 6376 section 3.5 h=", signed(tags={"h": "from::to"}), "permerror", "no field")
    case("h= that is empty", "RFC 6376 section 3.5 h=", signed(tags={"h": ""}, covers=[]), "permerror")
    case("h= that names the signature itself covers nothing by it", "RFC 6376 section 3.5 h=", signed(tags={"h": "from:dkim-signature"}), "pass")
    case("a changed field that is not signed", section, replaced(signed(tags={"h": "from"}), "The  rates", "Evil"), "pass")
    case("a changed field that is signed", "RFC 6376 section 6.1.3", replaced(signed(), "The  rates", "Evil"), "fail", "does not fit")


def tag_cases():
    section = "RFC 6376 section 3.2"
    case("an unknown tag", section, signed(tags={"x_new": "any thing"}), "pass")
    case("a semicolon at the end", section, signed(tags={"b": "{b};"}), "pass")
    case("two semicolons", section, signed(tags={"s": "r1; "}), "permerror")
    case("a tag twice", section, signed(tags={"c": "relaxed/relaxed; s=r1"}), "permerror", "more than once")
    case("an unknown tag twice", section, signed(tags={"n": "1; n=1"}), "permerror", "more than once")
    case("tag names are case sensitive", section, signed(without=["d"], tags={"D": "bank.example"}), "permerror", "the tag d is missing")
    case("white space around = and ;", section, signed(template="v = 1 ;\r\n a=rsa-sha256; c = relaxed/relaxed ; d= bank.example;"
                                                       " s =r1;\r\n\th=from:to:subject:date; bh={bh} ; b = {b} "), "pass")
    case("white space within b= and bh=", "RFC 6376 section 3.5", signed(fold=lambda text: text[:20] + "\r\n\t" + text[20:31] + "  " + text[31:]), "pass")
    case("b= before the other tags", section, signed(template="b={b}; v=1; a=rsa-sha256; c=relaxed/relaxed; d=bank.example; s=r1; h=from:to; bh={bh}",
                                                     covers=["from", "to"]), "pass")
    case("something that is no tag", section, signed(tags={"s": "r1; hello"}), "permerror", "is no tag=value")
    for name in "vabdhs":
        entry = {"b": "{b}"} if name != "b" else {}
        case(f"without {name}=", "RFC 6376 section 3.5", signed(without=[name], tags=entry), "permerror", f"the tag {name} is missing")
    case("without bh=", "RFC 6376 section 3.5", signed(without=["bh"]), "permerror", "the tag bh is missing")
    case("v=2", "RFC 6376 section 3.5 v=", signed(tags={"v": "2"}), "permerror", "v= is not 1")
    case("v=1.0", "RFC 6376 section 3.5 v=", signed(tags={"v": "1.0"}), "permerror")
    case("an algorithm that is not known", "RFC 6376 section 3.3", signed(tags={"a": "rsa-md5"}), "permerror", "not known")
    case("SHA-1", "RFC 8301 section 3.1", signed(tags={"a": "rsa-sha1"}), "permerror", "SHA-1")
    case("z= says what fields were", "RFC 6376 section 3.5 z=", signed(tags={"z": "From:News=20<news@bank.example>|Subject:evil"}), "pass")
    case("q=dns/txt", "RFC 6376 section 3.5 q=", signed(tags={"q": "dns/txt"}), "pass")
    case("q= with another way first", "RFC 6376 section 3.5 q=", signed(tags={"q": "http/x:dns/txt"}), "pass")
    case("q= with no way that is known", "RFC 6376 section 3.5 q=", signed(tags={"q": "http/x"}), "permerror", "q= names no way")
    case("bh= that is no hash", "RFC 6376 section 3.5 bh=", signed(tags={"bh": "AAAA"}), "permerror", "bh= is no SHA-256")
    case("bh= that is no base64", "RFC 6376 section 3.5 bh=", signed(tags={"bh": "*" * 44}), "permerror")
    case("b= that is empty", "RFC 6376 section 3.5 b=", re.sub(r"; b=[^\r]*", "; b=", signed()), "permerror", "b= is no base64")
    case("b= of another message", "RFC 6376 section 6.1.3", re.sub(r"; b=(.)", lambda m: "; b=" + ("A" if m[1] != "A" else "B"), signed()), "fail", "does not fit")
    case("d= with one label", "RFC 6376 section 3.5 d=", signed(tags={"d": "example"}), ["permerror"])
    case("d= in another case", "RFC 6376 section 3.5 d=", signed(tags={"d": "Bank.EXAMPLE"}), "pass")
    case("d= that ends in a comment", "RFC 6376 section 3.5 d=", signed(tags={"d": "bank.example(.evil.example"}), "permerror", "d= is no domain")
    case("d= with a final dot", "RFC 6376 section 3.5 d=", signed(tags={"d": "bank.example."}), "permerror", "d= is no domain")
    case("s= with what no host name has", "RFC 6376 section 3.1", signed(tags={"s": "r1\\"}), "permerror", "s= is no selector")
    case("d= of U-labels", "RFC 8616 section 4", signed(tags={"d": "b\u00fccher.example"}), "pass", zone={"r1._domainkey.xn--bcher-kva.example": RSA.record()})
    case("s= of two labels", "RFC 6376 section 3.1", signed(tags={"s": "a.r1"}), "pass", zone={"a.r1._domainkey.bank.example": RSA.record()})


def identity_and_time_cases():
    section = "RFC 6376 section 3.5 i="
    case("i= in d=", section, signed(tags={"i": "news@bank.example"}), "pass")
    case("i= without a local part", section, signed(tags={"i": "@bank.example"}), "pass")
    case("i= in a subdomain", section, signed(tags={"i": "@mail.bank.example"}), "pass")
    case("i= outside d=", section, signed(tags={"i": "@else.example"}), "permerror", "i= is not within d=")
    case("i= above d=", section, signed(tags={"i": "@example"}), "permerror", "i= has no domain")
    case("i= in a domain that only ends alike", section, signed(tags={"i": "@evilbank.example"}), "permerror", "i= is not within d=")
    case("i= without an at sign", section, signed(tags={"i": "bank.example"}), "permerror", "i= is no identity")
    section = "RFC 6376 section 3.5 x="
    case("x= to come", section, signed(tags={"x": str(NOW + 60)}), "pass")
    case("x= that is past", section, signed(tags={"x": str(NOW - 1)}), "fail", "it expired")
    case("x= before t=", section, signed(tags={"x": str(NOW - 120)}), "permerror", "x= is not behind t=")
    case("x= that is no number", section, signed(tags={"x": "soon"}), "permerror", "x= is no time")
    section = "RFC 6376 section 3.5 t="
    case("t= a little ahead, as clocks are", section, signed(tags={"t": str(NOW + 200)}), "pass")
    case("t= far ahead", section, signed(tags={"t": str(NOW + 3600)}), "policy", "to come")
    case("without t=", section, signed(without=["t"]), "pass")
    case("t= of thirteen digits", section, signed(tags={"t": "1" * 13}), "permerror", "t= is no time")
    case("t= below zero", section, signed(tags={"t": "-1"}), "permerror", "t= is no time")


def length_cases():
    section = "RFC 6376 section 8.2"
    length = len(canonical_body("relaxed", split(MAIL)[1]))
    case("l= of the whole body", section, signed(tags={"l": str(length)}), "pass")
    case("l= of the whole body, and more appended", section, signed(tags={"l": str(length)}) + "click here\r\n", "policy", "not signed")
    case("l= of a part", section, signed(tags={"l": "5"}, body_limit=5), "policy", "octets of the body are not signed")
    case("l=0", section, signed(tags={"l": "0"}, body_limit=0), "policy")
    case("l= of a part that was changed", section, replaced(signed(tags={"l": "5"}, body_limit=5), "Hello", "Hallo"), "fail", "the body was changed")
    case("l= of more than there is", "RFC 6376 section 3.5 l=", signed(tags={"l": str(length + 1)}), "permerror", "l= covers")
    case("l= that is no number", "RFC 6376 section 3.5 l=", signed(tags={"l": "all"}), "permerror", "l= is no number")
    case("an empty body with l=0", section, signed("".join(split(MAIL)[0]) + "\r\n", tags={"l": "0"}), "pass")


def key_cases():
    name = "r1._domainkey.bank.example"
    section = "RFC 6376 section 3.6.1"
    message = signed()
    good = RSA.record()
    for title, expect, record, why in (
            ("a record without v=", "pass", f"p={RSA.public}", None),
            ("a record of another version", "permerror", f"v=DKIM2; p={RSA.public}", None),
            ("v= that is not first", "permerror", f"p={RSA.public}; v=DKIM1", None),
            ("a revoked key", "permerror", RSA.record(public=""), "revoked"),
            ("a key of another type", "permerror", ED.record(), "the key is of type ed25519"),
            ("a type that is not known", "permerror", f"v=DKIM1; k=dsa; p={RSA.public}", None),
            ("h=sha256", "pass", RSA.record("h=sha256; "), None),
            ("h=sha1 alone", "permerror", RSA.record("h=sha1; "), "does not allow SHA-256"),
            ("h=sha1:sha256", "pass", RSA.record("h=sha1:sha256; "), None),
            ("s=email", "pass", RSA.record("s=email; "), None),
            ("s=*", "pass", RSA.record("s=*; "), None),
            ("s=tlsrpt alone", "permerror", RSA.record("s=tlsrpt; "), "not for e-mail"),
            ("s=tlsrpt:email", "pass", RSA.record("s=tlsrpt:email; "), None),
            ("t=y counts as any key", "pass", RSA.record("t=y; "), None),
            ("t=s and no i=", "pass", RSA.record("t=s; "), None),
            ("unknown tags and flags", "pass", RSA.record("t=z; new=1; n=hello; "), None),
            ("white space within p=", "pass", RSA.record(public=RSA.public[:60] + " \t " + RSA.public[60:]), None),
            ("p= that is no base64", "permerror", RSA.record(public="!!!!"), None),
            ("p= that is no key", "permerror", RSA.record(public="AAAA"), None),
            ("p= that was cut", "permerror", RSA.record(public=RSA.public[:200]), None),
            ("nothing but another record", "permerror", "v=spf1 -all", "there is no key"),
            ("two records, one of another key", "pass", [good, Key("rsa", 1024).record()], None),
            ("two records, one revoked", "pass", [RSA.record(public=""), good], None),
            ("a key record beside others", "pass", ["v=spf1 -all", good, "google-site-verification=x"], None),
            ("a name that does not exist", "permerror", "NXDOMAIN", "there is no key"),
            ("a name without a TXT record", "permerror", "NODATA", "there is no key"),
            ("a server that fails", "temperror", "SERVFAIL", "could not be looked up"),
            ("a server that does not answer", "temperror", "TIMEOUT", "could not be looked up")):
        case(title, section, message, expect, why, zone={name: record})
    inside = signed(tags={"i": "@mail.bank.example"})
    case("t=s and i= in a subdomain", section, inside, "permerror", "t=s", zone={name: RSA.record("t=s; ")})
    case("t=s and i= in d=", section, signed(tags={"i": "@bank.example"}), "pass", zone={name: RSA.record("t=s; ")})
    for bits, expect in ((512, "permerror"), (1023, "permerror"), (1024, "pass"), (4096, "pass")):
        key = Key("rsa", bits)
        why = "fewer than 1024" if expect == "permerror" else None
        case(f"RSA of {bits} bits", "RFC 8301 section 3.2", signed(key=key), expect, why, zone={name: key.record()})
    case("Ed25519", "RFC 8463 section 3", signed(key=ED), "pass")
    case("Ed25519 of a changed message", "RFC 8463 section 3", replaced(signed(key=ED), "as they were", "lower"), "fail")
    case("Ed25519 with a key of 31 bytes", "RFC 8463 section 4", signed(key=ED), "permerror",
         zone={"e1._domainkey.bank.example": ED.record(public=base64.b64encode(b"x" * 31).decode())})
    case("Ed25519 with an RSA key", "RFC 8463 section 4", signed(key=ED), "permerror", zone={"e1._domainkey.bank.example": RSA.record()})
    case("both, each for itself", "RFC 8463 section 3", signed(signed(key=ED)), ["pass", "pass"])
    case("both, and the key of one is gone", "RFC 6376 section 6.1", signed(signed(key=ED)), ["permerror", "pass"], zone={name: "NXDOMAIN"})
    case("no signature", "RFC 6376 section 6.1", MAIL, [])


def main():
    canon_cases()
    field_cases()
    tag_cases()
    identity_and_time_cases()
    length_cases()
    key_cases()
    print("# Made by tools/make_dkim_vectors.py; docs/suites.md describes the form. Every string is JSON, in UTF-8, so that line ends are as they look.")
    print(f"now: {NOW}")
    print("zone:")
    for owner, record in ZONE.items():
        print(f"  {json.dumps(owner)}: {json.dumps(record)}")
    print("cases:")
    for entry in CASES:
        lines = [f"{name}: {json.dumps(value)}" for name, value in entry.items()]
        print("  - " + "\n    ".join(lines))


if __name__ == "__main__":
    main()
