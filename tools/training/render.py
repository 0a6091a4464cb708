"""A message out of what it says: the same styles for honest mail and for lies, so that nothing is learned of how mail is made."""

import base64
import dataclasses
import html
import subprocess
import urllib.parse
import zlib
from email import encoders
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formataddr

DAYS = ["Mon, 2 Mar 2026 09:14:00 +0000", "Thu, 11 Jun 2026 16:40:00 +0500", "Tue, 22 Sep 2026 07:05:00 +0200"]


@dataclasses.dataclass
class Mail:
    """What it says. Links are (text, URL); a link with the text None shows its URL."""
    name: str
    address: str
    subject: str
    text: list                                         # paragraphs; a tuple (text, URL) among them is a link within the text
    to: str = "sana.malik@ministry.example"
    button: tuple | None = None
    links: list = dataclasses.field(default_factory=list)
    footer: list = dataclasses.field(default_factory=list)
    images: list = dataclasses.field(default_factory=list)  # (URL, alternative text, URL that it leads to or None)
    hidden: str = ""
    reply_to: str = ""
    fields: list = dataclasses.field(default_factory=list)
    files: list = dataclasses.field(default_factory=list)   # (name, type, bytes)
    shape: str = ""                                    # plain, html, both; empty: any
    to_field: str | None = None                        # instead of `to`; "" leaves it out
    title: str = ""
    raw_html: str = ""                                 # put before everything else


def plain_of(mail):
    lines = []
    for item in mail.text:
        if isinstance(item, tuple):
            lines.append(item[1] if item[0] is None else f"{item[0]}: {item[1]}")
        else:
            lines.append(item)
        lines.append("")
    if mail.button:
        lines += [f"{mail.button[0]}: {mail.button[1]}", ""]
    for text, url in mail.links:
        lines.append(url if text is None else f"{text} <{url}>")
    lines.append("")
    for text, url in mail.footer:
        lines.append(text if url is None else f"{text}: {url}")
    return "\n".join(lines).strip() + "\n"


def anchor(text, url, style=""):
    shown = html.escape(url if text is None else text)
    return f'<a href="{html.escape(url)}"{style}>{shown}</a>'


def html_of(mail, rng):
    style = rng.choice(["table", "div", "bare", "old"])
    color = rng.choice(["#1a5fb4", "#26a269", "#c01c28", "#613583", "#000000", "#e66100"])
    out = []
    if mail.hidden:
        how = rng.choice(["display:none;max-height:0;overflow:hidden", "font-size:1px;color:#ffffff;line-height:1px;max-height:0;opacity:0;overflow:hidden"])
        out.append(f'<div style="{how}">{html.escape(mail.hidden)}</div>')
    for source, alt, target in mail.images:
        image = f'<img src="{html.escape(source)}" alt="{html.escape(alt)}" width="{rng.choice([120, 180, 240, 600])}" height="{rng.choice([60, 90, 400])}">'
        out.append(f'<p><a href="{html.escape(target)}">{image}</a></p>' if target else f"<p>{image}</p>")
    for item in mail.text:
        out.append(f"<p>{anchor(*item) if isinstance(item, tuple) else html.escape(item)}</p>")
    if mail.button:
        look = f' style="background:{color};color:#ffffff;padding:12px 24px;text-decoration:none"' if style != "bare" else ""
        out.append(f"<p>{anchor(mail.button[0], mail.button[1], look)}</p>")
    if mail.links:
        out.append("<ul>" + "".join(f"<li>{anchor(text, url)}</li>" for text, url in mail.links) + "</ul>")
    if mail.footer:
        parts = [anchor(text, url) if url else html.escape(text) for text, url in mail.footer]
        out.append('<p style="font-size:11px;color:#77767b">' + " | ".join(parts) + "</p>")
    inner = mail.raw_html + "\n".join(out)
    if style == "table":
        inner = f'<table width="100%" cellpadding="0"><tr><td align="center"><table width="600"><tr><td>{inner}</td></tr></table></td></tr></table>'
    elif style == "div":
        inner = f'<div style="max-width:600px;margin:0 auto;font-family:sans-serif">{inner}</div>'
    elif style == "old":
        inner = f'<font face="Arial" size="2">{inner}</font>'
    title = f"<title>{html.escape(mail.title or mail.subject)}</title>" if style in ("table", "div") else ""
    return f"<!DOCTYPE html><html><head>{title}</head><body>{inner}</body></html>"


def body_of(mail, rng):
    shape = mail.shape or rng.choice(["plain", "html", "both", "both"])
    if mail.images or mail.hidden or mail.raw_html:
        shape = "html" if shape == "html" else "both"
        if rng.random() < 0.3:
            shape = "html"
    plain = MIMEText(plain_of(mail), "plain", "utf-8")
    if shape == "plain":
        return plain
    page = MIMEText(html_of(mail, rng), "html", "utf-8")
    if shape == "html":
        return page
    both = MIMEMultipart("alternative", boundary=f"alt{rng.randrange(10**12)}")
    both.attach(plain)
    both.attach(page)
    return both


def render(mail, rng, number):
    """The bytes of a message; the same for the same state of `rng`."""
    body = body_of(mail, rng)
    if mail.files:
        outer = MIMEMultipart("mixed", boundary=f"mix{rng.randrange(10**12)}")
        outer.attach(body)
        for name, kind, data in mail.files:
            main, sub = kind.split("/")
            if main == "image":
                part = MIMEImage(data, sub)
            else:
                part = MIMEBase(main, sub)
                part.set_payload(data)
                encoders.encode_base64(part)
            part.add_header("Content-Disposition", "attachment", filename=name)
            outer.attach(part)
        body = outer
    domain = mail.address.rsplit("@", 1)[-1] or "host.example"
    fields = [("Received", f"from mta{rng.randrange(9)}.{domain} by mx.ministry.example; {rng.choice(DAYS)}"),
              ("From", formataddr((str(Header(mail.name, "utf-8")) if not mail.name.isascii() else mail.name, mail.address)) if mail.name else mail.address)]
    to = mail.to if mail.to_field is None else mail.to_field
    if to:
        fields.append(("To", to))
    if mail.reply_to:
        fields.append(("Reply-To", mail.reply_to))
    subject = mail.subject if mail.subject.isascii() else str(Header(mail.subject, "utf-8"))
    fields += [("Subject", subject.replace("\n", "")), ("Date", rng.choice(DAYS)), ("Message-ID", f"<{number}.{rng.randrange(10**9)}@{domain}>"), *mail.fields]
    head = "".join(f"{name}: {value}\n" for name, value in fields)
    return (head + body.as_string()).encode("utf-8", "replace")


def qr_png(text):
    return subprocess.run(["qrencode", "-o", "-", "-s", "5", "-m", "4", text], check=True, capture_output=True).stdout


def pdf(lines, link=None):
    """A page of text, and of a link where there is one."""
    text = "BT /F1 12 Tf 60 760 Td 16 TL " + " ".join("({}) Tj T*".format(line.replace("\\", "").replace("(", "").replace(")", "")) for line in lines) + " ET"
    stream = zlib.compress(text.encode("latin-1", "replace"))
    annotation = f" /Annots [<< /Type /Annot /Subtype /Link /Rect [60 700 300 740] /Border [0 0 0] /A << /S /URI /URI ({link}) >> >>]" if link else ""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >>{annotation} >>".encode(),
               b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(stream) + stream + b"\nendstream",
               b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def base64_of(text):
    return base64.b64encode(text.encode()).decode().rstrip("=")


def quoted(text):
    return urllib.parse.quote(text, safe="")
