"""Mails that bring DMARC reports, signed by those who report or not, and the zone with their keys.

    reporters = Reporters(folder)
    mail = reporters.mail("mx1.example", report_id="r1", domain="bank.example", messages=3)
    run("rampart", "reports", "import", "--verify", "--zone", reporters.zone, ...)
"""

import base64
import gzip
import pathlib
import subprocess

import dkim

BEGIN = 1764028800  # 2025-11-25
DAY = 86400


def report(reporter, report_id, domain, rows, email=None, begin=BEGIN):
    """An aggregate report's XML; `rows` are (address, count)."""
    records = "".join(
        f"<record><row><source_ip>{address}</source_ip><count>{count}</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim>"
        f"<spf>fail</spf></policy_evaluated></row><identifiers><header_from>{domain}</header_from></identifiers><auth_results><dkim><domain>{domain}"
        "</domain><selector>s1</selector><result>pass</result></dkim></auth_results></record>" for address, count in rows)
    return (f'<?xml version="1.0"?><feedback><version>1.0</version><report_metadata><org_name>{reporter}</org_name>'
            f"<email>{email or 'reports@' + reporter}</email><report_id>{report_id}</report_id><date_range><begin>{begin}</begin><end>{begin + DAY - 1}"
            f"</end></date_range></report_metadata><policy_published><domain>{domain}</domain><p>none</p></policy_published>{records}</feedback>")


class Reporters:
    """mx1.example and mx2.example publish keys; gone.example has none any more."""

    DOMAINS = ("mx1.example", "mx2.example")

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", folder / "dkim.key"], check=True,
                       capture_output=True)
        public = subprocess.run(["openssl", "pkey", "-in", folder / "dkim.key", "-pubout", "-outform", "DER"], check=True,
                                capture_output=True).stdout
        self.key = (folder / "dkim.key").read_bytes()
        text = base64.b64encode(public).decode()
        record = f'"v=DKIM1; k=rsa; p={text[:200]}" "{text[200:]}"'
        self.zones = []
        for domain in (*self.DOMAINS, "gone.example"):
            zone = folder / f"{domain}.zone"
            key = f"s1._domainkey 300 IN TXT {record}\n" if domain in self.DOMAINS else ""
            zone.write_text(f'$ORIGIN {domain}.\n@ 300 IN SOA ns host 1 3600 600 86400 60\n@ 300 IN NS ns\n_dmarc 300 IN TXT "v=DMARC1; p=reject"\n{key}')
            self.zones.append(zone)

    def zone_options(self, *without):
        return [word for zone in self.zones if zone.stem not in without for word in ("--zone", zone)]

    def mail(self, reporter, report_id, domain="bank.example", rows=(("192.0.2.1", 2),), signer=None, email=None, signed=True, more="",
             sender=None, content=None):
        """`content` instead of an aggregate report."""
        packed = base64.encodebytes(gzip.compress((content or report(reporter, report_id, domain, rows, email)).encode())).decode().replace("\n", "\r\n")
        name = f"{reporter}!{domain}!{BEGIN}!{BEGIN + DAY - 1}.xml.gz"
        text = (f"From: {sender or 'reports@' + reporter}\r\nTo: dmarc@bank.example\r\nSubject: Report Domain: {domain} Submitter: {reporter} Report-ID: <{report_id}>\r\n"
                f"Date: Wed, 26 Nov 2025 01:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: application/gzip; name=\"{name}\"\r\n"
                f"Content-Disposition: attachment; filename=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{packed}").encode()
        if signed:
            text = dkim.sign(text, b"s1", (signer or reporter).encode(), self.key, canonicalize=(b"relaxed", b"relaxed")) + text
        return more.encode() + text
