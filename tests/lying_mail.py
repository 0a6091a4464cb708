"""Messages that authenticate and lie, and honest ones that look much like them: what the tests of inspection send.

Each function gives (Message-ID, author's address, text). A test's name server has the authors' ZONES.
"""

import base64
import email.message
import email.policy
import io
import itertools
import os
import struct
import subprocess
import zipfile

SPF = 'TXT "v=spf1 ip4:192.0.2.1 -all"\n_dmarc TXT "v=DMARC1; p=reject"\n'
# Zones with an SPF record for the tests' own address: all of them authenticate.
ZONES = {
    **{domain: "@ " + SPF for domain in ("sender.example", "e1se.example", "shop.example", "news.example")},
    "microsoft.com": "accountprotection " + SPF,
}
TO = "a.khan@else.example"
numbers = itertools.count()


def message(author, subject, *, to=TO, **fields):
    out = email.message.EmailMessage(policy=email.policy.SMTP.clone(max_line_length=200))
    out["From"] = author
    out["To"] = to
    out["Subject"] = subject
    out["Date"] = "Fri, 27 Nov 2026 10:00:00 +0000"
    out["Message-ID"] = f"<{next(numbers)}.{os.getpid()}@{author.rsplit('@', 1)[1].rstrip('>')}>"
    for name, value in fields.items():
        out[name.replace("_", "-")] = value
    return out


def sent(made):
    address = made["From"].addresses[0].addr_spec
    return str(made["Message-ID"]), address, made.as_bytes().decode("ascii")


def executive():
    """A protected person's name with a stranger's address, who asks for gift cards."""
    made = message("Ayesha Karim <ayesha.karim.office@sender.example>", "Quick request")
    made.set_content("Are you at your desk? I am in a meeting and cannot talk. I need you to buy six gift cards for a client today.\n"
                     "Scratch the back and send me the codes. Keep this between us until I am back.\n\nAyesha Karim\nChief Executive Officer\n")
    return sent(made)


def lookalike():
    """A domain that is read as the organisation's own."""
    made = message("IT Service Desk <helpdesk@e1se.example>", "Your password expires today")
    made.set_content("Your password expires today. Keep your current password here: https://portal.e1se.example/keep\n")
    made.add_alternative('<p>Your password expires <b>today</b>.</p><p><a href="https://portal.e1se.example/keep">Keep my current password</a></p>',
                         subtype="html")
    return sent(made)


def png_of(text):
    return subprocess.run(["qrencode", "-o", "-", "-s", "6", "-m", "4", text], check=True, capture_output=True).stdout


def qr():
    """A brand's name, and a link that only a telephone's camera reads."""
    made = message("Microsoft 365 Security <no-reply@sender.example>", "Action required: multi-factor authentication")
    made.set_content("Scan the code.\n")
    made.add_alternative('<p>Your multi-factor authentication expires today. Scan the code with your phone to keep access to your account.</p>'
                         '<img src="cid:code">', subtype="html")
    made.get_payload()[1].add_related(png_of("https://m365-login.shop.example/verify?u=a.khan@else.example"), "image", "png", cid="<code>")
    return sent(made)


def smuggling():
    """A page that makes a file out of text in it."""
    page = ('<html><body><script>var d=atob("' + "TVqQAAMAAAAEAAAA" * 40 + '");var b=new Uint8Array(d.length);'
            'for(var i=0;i<d.length;i++)b[i]=d.charCodeAt(i);var u=URL.createObjectURL(new Blob([b],{type:"application/octet-stream"}));'
            'var a=document.createElement("a");a.href=u;a.download="Invoice.iso";a.click();</script></body></html>')
    made = message("Accounts <billing@sender.example>", "Invoice 48112")
    made.set_content("The invoice is attached.\n")
    made.add_attachment(page.encode(), "text", "html", filename="Invoice_48112.html")
    return sent(made)


EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def eicar():
    made = message("Archive <archive@sender.example>", "The file you asked for")
    made.set_content("It is attached.\n")
    made.add_attachment(EICAR.encode(), "application", "octet-stream", filename="notes.txt")
    return sent(made)


def archive_of(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def compressed(text):
    """Source of VBA as documents hold it, of literals alone (MS-OVBA section 2.4.1)."""
    tokens = b"".join(b"\0" + text[at:at + 8] for at in range(0, len(text), 8))
    return b"\1" + struct.pack("<H", 0xB000 | len(tokens) - 1) + tokens


def compound(storage, stream, content):
    """A compound file of one stream in one storage (MS-CFB): header, table of sectors, directory, the stream's sectors."""
    free, end, size = 0xFFFFFFFF, 0xFFFFFFFE, 512
    content = content.ljust(4096, b"\0")  # shorter ones would stand in sectors of another size
    content += bytes(-len(content) % size)
    count = len(content) // size

    def entry(name, kind, child, start=0, length=0):
        text = name.encode("utf-16-le") + b"\0\0"
        return (text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, free, free, child) + bytes(36) + struct.pack("<IQ", start, length))

    header = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
              + struct.pack("<IIIIIIIII", 1, 1, 0, 4096, end, 0, end, 0, 0) + struct.pack("<I", free) * 108)
    table = struct.pack("<II", 0xFFFFFFFD, end) + b"".join(struct.pack("<I", at + 3) for at in range(count - 1)) + struct.pack("<I", end)
    directory = entry("Root Entry", 5, 1, end) + entry(storage, 1, 2) + entry(stream, 2, free, 2, len(content)) + bytes(128)
    return header + table.ljust(size, b"\xff") + directory + content


def macro():
    """A Word document with a macro that runs when it is opened."""
    word = "application/vnd.ms-word.document.macroEnabled"
    types = ('<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
             '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
             '<Default Extension="xml" ContentType="application/xml"/>'
             f'<Override PartName="/word/document.xml" ContentType="{word}.main+xml"/>'
             '<Override PartName="/word/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>')
    document = archive_of({
        "[Content_Types].xml": types,
        "_rels/.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
                       'Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
                             "<w:t>Enable content to see this document.</w:t></w:r></w:p></w:body></w:document>",
        "word/_rels/document.xml.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
                                        'Id="r1" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/></Relationships>',
        "word/vbaProject.bin": compound("VBA", "ThisDocument", compressed(b'Attribute VB_Name = "ThisDocument"\r\nSub AutoOpen()\r\nShell "powershell"\r\nEnd Sub\r\n')),
    })
    made = message("Orders <orders@sender.example>", "Purchase order 5521")
    made.set_content("The order is attached. Please confirm.\n")
    made.add_attachment(document, "application", "vnd.ms-word.document.macroEnabled.12", filename="PO_5521.docm")
    return sent(made)


def password_reset():
    """The brand's own, from its own domain, with its own link."""
    made = message("Microsoft account team <account-security-noreply@accountprotection.microsoft.com>", "Microsoft account password reset")
    made.set_content("Please use this code to reset the password for the Microsoft account a**n@else.example.\n\nHere is your code: 4471 902\n\n"
                     "If you don't recognize the account, visit https://account.live.com/\n\nThanks,\nThe Microsoft account team\n")
    made.add_alternative("<p>Please use this code to reset the password for the Microsoft account a**n@else.example.</p><p>Here is your code: <b>4471 902</b></p>"
                         '<p>If you don\'t recognize the account, you can <a href="https://account.live.com/dp?ft=abc">click here</a> to remove your email address.</p>'
                         "<p>Thanks,<br>The Microsoft account team</p>", subtype="html")
    return sent(made)


def invitation():
    """A calendar invitation."""
    made = message("Bilal Ahmed <bilal@shop.example>", "Invitation: Quarterly review @ Tue 1 Dec 2026 11:00")
    made.set_content("You have been invited to the following event.\n\nQuarterly review\nWhen: Tue 1 Dec 2026 11:00\nWhere: https://meet.shop.example/q4-review\n")
    made.add_alternative("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Shop//Calendar//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:q4@shop.example\r\n"
                         "DTSTAMP:20261127T100000Z\r\nDTSTART:20261201T060000Z\r\nDTEND:20261201T070000Z\r\nSUMMARY:Quarterly review\r\n"
                         "ORGANIZER;CN=Bilal Ahmed:mailto:bilal@shop.example\r\nATTENDEE:mailto:a.khan@else.example\r\n"
                         "LOCATION:https://meet.shop.example/q4-review\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", subtype="calendar", params={"method": "REQUEST"})
    return sent(made)


def newsletter():
    """Links that all go to the service that sends it, as newsletters have them."""
    made = message("Garden News <letters@news.example>", "Ten roses for a small garden", List_Unsubscribe="<https://click.mailer.example/u/8841>",
                   List_Unsubscribe_Post="List-Unsubscribe=One-Click", List_Id="<garden.news.example>", Precedence="bulk")
    stories = "".join(f'<h2>Rose number {number}</h2><p>It flowers from June, wants little water and smells of summer. Plant it in autumn.</p>'
                      f'<p><a href="https://click.mailer.example/c/8841/{number}">Read more</a></p>' for number in range(1, 11))
    made.set_content("Ten roses for a small garden\n\nRead it on https://www.news.example/roses\n")
    made.add_alternative(f'<img src="https://click.mailer.example/logo.png" width="200" height="60" alt="Garden News"><h1>Ten roses for a small garden</h1>{stories}'
                         '<p>You get this because you subscribed. <a href="https://click.mailer.example/u/8841">Unsubscribe</a></p>'
                         '<img src="https://click.mailer.example/o/8841.gif" width="1" height="1">', subtype="html")
    return sent(made)


LIES = {"executive impersonation": executive, "lookalike domain": lookalike, "QR code": qr, "smuggling attachment": smuggling, "macro document": macro}
HONEST = {"password reset of the brand": password_reset, "calendar invitation": invitation, "newsletter": newsletter}
