"""Made DMARC reports, for tests: a history of days in few words, written as report files."""

import datetime
import gzip

DAY = 86400


def today():
    return datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)


class Row:
    """Messages of a day from one address; `dkim` and `spf` are (domain, selector or None, result)."""

    def __init__(self, address, count, dkim=None, spf=None, domain="bank.example", header_from=None, disposition="none", reason=None):
        self.address, self.count, self.dkim, self.spf = address, count, dkim, spf
        self.domain, self.header_from = domain, header_from or domain
        self.disposition, self.reason = disposition, reason

    def aligned(self, seen):
        own = seen and (seen[0] == self.domain or seen[0].endswith("." + self.domain))
        return "pass" if own and seen[2] == "pass" else "fail"

    def xml(self):
        reason = f"<reason><type>{self.reason}</type></reason>" if self.reason else ""
        dkim = f"<dkim><domain>{self.dkim[0]}</domain><selector>{self.dkim[1]}</selector><result>{self.dkim[2]}</result></dkim>" if self.dkim else ""
        spf = f"<spf><domain>{self.spf[0]}</domain><scope>mfrom</scope><result>{self.spf[2]}</result></spf>" if self.spf else ""
        return (f"<record><row><source_ip>{self.address}</source_ip><count>{self.count}</count><policy_evaluated>"
                f"<disposition>{self.disposition}</disposition><dkim>{self.aligned(self.dkim)}</dkim><spf>{self.aligned(self.spf)}</spf>{reason}"
                f"</policy_evaluated></row><identifiers><header_from>{self.header_from}</header_from></identifiers>"
                f"<auth_results>{dkim}{spf}</auth_results></record>")


def write(folder, back, rows, reporter="google.com", domain="bank.example", policy="<p>none</p>", rfc9990=False,
          days=1):
    """One report of the day that lies `back` days before today, or of so many from then on."""
    begin = int(today().timestamp()) - back * DAY
    end = begin + days * DAY - 1
    space = ' xmlns="urn:ietf:params:xml:ns:dmarc-2.0"' if rfc9990 else ""
    more = "<discovery_method>treewalk</discovery_method>" if rfc9990 else ""
    text = (f'<?xml version="1.0"?><feedback{space}><report_metadata><org_name>{reporter}</org_name><email>dmarc@{reporter}</email>'
            f"<report_id>{reporter}.{begin}</report_id><date_range><begin>{begin}</begin><end>{end}</end></date_range></report_metadata>"
            f"<policy_published><domain>{domain}</domain>{more}{policy}</policy_published>" + "".join(row.xml() for row in rows) + "</feedback>")
    path = folder / f"{reporter}!{domain}!{begin}!{end}.xml.gz"
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


# The senders of bank.example, and where they stand.
OWN = "192.0.2.1"
SENDGRID = "167.89.1.1"
BUREAU = "198.51.100.20"
FORGER = "203.0.113.66"
LISTS = "198.51.100.40"

ZONES = {
    "bank.example.zone": """$ORIGIN bank.example.
$TTL 3600
@ SOA ns.bank.example. admin.bank.example. 1 3600 600 86400 60
@ NS ns.bank.example.
ns A 192.0.2.53
@ MX 10 mx1.bank.example.
mx1 A 192.0.2.1
@ TXT "v=spf1 ip4:192.0.2.1 include:sendgrid.net include:spf.payroll.example include:spf.old.example -all"
_dmarc TXT "{record}"
s1._domainkey TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
""",
    "sendgrid.net.zone": """$ORIGIN sendgrid.net.
$TTL 3600
@ SOA ns.sendgrid.net. admin.sendgrid.net. 1 3600 600 86400 60
@ NS ns.sendgrid.net.
ns A 192.0.2.53
@ TXT "v=spf1 ip4:167.89.0.0/17 -all"
o1.ptr1 A 167.89.1.1
""",
    "payroll.example.zone": """$ORIGIN payroll.example.
$TTL 3600
@ SOA ns.payroll.example. admin.payroll.example. 1 3600 600 86400 60
@ NS ns.payroll.example.
ns A 192.0.2.53
spf TXT "v=spf1 ip4:198.51.100.20 -all"
""",
    "old.example.zone": """$ORIGIN old.example.
$TTL 3600
@ SOA ns.old.example. admin.old.example. 1 3600 600 86400 60
@ NS ns.old.example.
ns A 192.0.2.53
spf TXT "v=spf1 ip4:198.51.100.99 -all"
""",
    "2.0.192.in-addr.arpa.zone": """$ORIGIN 2.0.192.in-addr.arpa.
$TTL 3600
@ SOA ns.bank.example. admin.bank.example. 1 3600 600 86400 60
@ NS ns.bank.example.
1 PTR mx1.bank.example.
""",
    "1.89.167.in-addr.arpa.zone": """$ORIGIN 1.89.167.in-addr.arpa.
$TTL 3600
@ SOA ns.sendgrid.net. admin.sendgrid.net. 1 3600 600 86400 60
@ NS ns.sendgrid.net.
1 PTR o1.ptr1.sendgrid.net.
""",
    # Of the others there is no name: an answer, and not a silence.
    "100.51.198.in-addr.arpa.zone": """$ORIGIN 100.51.198.in-addr.arpa.
$TTL 3600
@ SOA ns.bank.example. admin.bank.example. 1 3600 600 86400 60
@ NS ns.bank.example.
""",
    "113.0.203.in-addr.arpa.zone": """$ORIGIN 113.0.203.in-addr.arpa.
$TTL 3600
@ SOA ns.bank.example. admin.bank.example. 1 3600 600 86400 60
@ NS ns.bank.example.
""",
}


def write_zones(folder, record="v=DMARC1; p=none; rua=mailto:dmarc@bank.example"):
    folder.mkdir(exist_ok=True)
    for name, text in ZONES.items():
        (folder / name).write_text(text.replace("{record}", record), encoding="utf-8")
    return folder


def own(count=100):
    return Row(OWN, count, ("bank.example", "s1", "pass"), ("bank.example", None, "pass"))


def newsletter(count=20, signed=True):
    return Row(SENDGRID, count, ("bank.example", "sg1", "pass") if signed else None, ("bounces.sendgrid.net", None, "pass"))


def payroll(count=120, signed=False):
    return Row(BUREAU, count, ("bank.example", "pay", "pass") if signed else None, ("mail.payroll.example", None, "pass"))


def forged(count=40):
    return Row(FORGER, count, None, ("bank.example", None, "fail"))


def posted(count=2):
    return Row(LISTS, count, ("bank.example", "s1", "fail"), ("club.example", None, "pass"), reason="mailing_list")


def history(folder, first, rows_of, policy="<p>none</p>", **more):
    """A report of each reporter for each day from `first` days ago to yesterday, with what rows_of(days ago) says."""
    folder.mkdir(exist_ok=True)
    for back in range(first, 0, -1):
        write(folder, back, rows_of(back), "google.com", policy=policy, rfc9990=True, **more)
        write(folder, back, [own(30)], "outlook.com", policy=policy + "<pct>100</pct>", **more)
        write(folder, back, [own(10), forged(4)], "mx.isp.example", policy=policy, **more)
    return folder
