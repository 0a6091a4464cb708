"""Honest mail that looks much like phishing: what a filter must let through. Each scenario makes one message."""

import names
from names import BRANDS, firm, letters, of_kind, person, shown, token
from render import Mail, base64_of, pdf, quoted

SCENARIOS = []


def scenario(function):
    SCENARIOS.append(function)
    return function


def site(brand, rng):
    return brand["domains"][0] if rng.random() < 0.8 else rng.choice(brand["domains"])


def tracked(rng, esp, target, address):
    """A click that a mailing service counts: at its own host, with or without the page that it goes on to."""
    form = rng.randrange(4)
    if form == 0:
        return f"https://click.{esp}/ls/click?upn={token(rng, 90)}"
    if form == 1:
        return f"https://{letters(rng, 2)}{rng.randrange(10**6)}.ct.{esp}/c/{token(rng, 40)}"
    if form == 2:
        return f"https://links.{esp}/r/{token(rng, 12)}?url={quoted(target)}"
    return f"https://t.{esp}/{token(rng, 30)}/{base64_of(address)}"


ESPS = ["mailcourier.example", "sendfleet.example", "postwing.test", "letterpress-mail.example", "campaigndock.test"]
SMALL = [("Privacy policy", "privacy"), ("Terms", "terms"), ("Help centre", "help"), ("Contact us", "contact"), ("Unsubscribe", "unsubscribe"), ("View in browser", "view")]


def small_print(rng, base):
    return [(text, f"{base}/{path}") for text, path in rng.sample(SMALL, rng.randrange(1, 5))]


TRANSACTIONS = {
    "en": [("Reset your {b} password", "We received a request to reset the password of your {b} account. If it was not you, ignore this message and nothing will change.", "Reset password", "reset"),
           ("Verify your email address", "Thanks for joining {b}. Please verify your email address to activate your account. The link is valid for 24 hours.", "Verify email address", "verify"),
           ("Security alert: new sign-in to your {b} account", "We noticed a new sign-in to your account from a new device. If this was you, you do not need to do anything. Otherwise secure your account.", "Check activity", "security"),
           ("Your {b} invoice is available", "Your invoice for this month is ready. The amount will be taken from your payment method on file within three days.", "View invoice", "billing"),
           ("Your {b} statement is ready", "Your monthly statement is now available in online banking. Log in to view your statement.", "View statement", "statements"),
           ("Your payment could not be processed", "We could not take the payment for your subscription. Please update your payment details to avoid an interruption of {b}.", "Update payment method", "billing/update"),
           ("Your order has shipped", "Good news: your parcel is on its way and should be delivered tomorrow. Track your parcel at any time.", "Track parcel", "track"),
           ("Your {b} verification code", "Your one-time code is 481 902. It expires in ten minutes. {b} will never ask you for this code by phone.", "", ""),
           ("We updated our terms of service", "We have updated the terms and the privacy policy of {b}. They take effect next month. You do not need to do anything.", "Read the changes", "legal"),
           ("Your {b} subscription renews soon", "Your yearly plan renews in seven days. You can cancel or manage your plan at any time.", "Manage subscription", "account")],
    "de": [("Setzen Sie Ihr Passwort zurück", "Sie haben angefordert, Ihr Passwort bei {b} zurückzusetzen. Wenn Sie das nicht waren, ignorieren Sie diese Nachricht.", "Passwort zurücksetzen", "reset"),
           ("Ihre Rechnung von {b}", "Ihre Rechnung liegt für Sie bereit. Der Betrag wird in den nächsten Tagen abgebucht.", "Rechnung ansehen", "rechnung")],
    "es": [("Restablece tu contraseña", "Hemos recibido una solicitud para restablecer la contraseña de tu cuenta de {b}. Si no fuiste tú, ignora este mensaje.", "Restablecer contraseña", "reset"),
           ("Tu factura de {b}", "Tu factura ya está disponible en tu área de cliente.", "Ver factura", "factura")],
    "pt": [("Redefina sua senha", "Recebemos um pedido para redefinir a senha da sua conta {b}. Se não foi você, ignore esta mensagem.", "Redefinir senha", "reset"),
           ("Seu pedido foi enviado", "Seu pedido está a caminho e deve chegar amanhã.", "Rastrear pedido", "rastreio")],
    "fr": [("Réinitialisez votre mot de passe", "Vous avez demandé la réinitialisation du mot de passe de votre compte {b}. Si ce n'est pas vous, ignorez ce message.", "Réinitialiser", "reset"),
           ("Votre colis est en route", "Votre colis a été expédié et sera livré demain. Suivez votre livraison à tout moment.", "Suivre mon colis", "suivi")],
    "ur": [("آپ کے اکاؤنٹ کی تصدیق", "{b} میں خوش آمدید۔ براہ کرم اپنے ای میل پتے کی تصدیق کریں۔ یہ لنک 24 گھنٹے تک درست ہے۔", "تصدیق کریں", "verify"),
           ("آپ کا بل تیار ہے", "اس ماہ کا بل تیار ہے۔ آپ اسے اپنے اکاؤنٹ میں دیکھ سکتے ہیں۔", "بل دیکھیں", "bill")],
}


@scenario
def brand_transaction(rng):
    """A brand from its own domain, whose links lead there."""
    brand = rng.choice(BRANDS)
    domain = site(brand, rng)
    language = rng.choice(["en"] * 5 + list(TRANSACTIONS))
    subject, text, label, path = rng.choice(TRANSACTIONS[language])
    to, first = names.recipient(rng)
    base = f"https://www.{domain}"
    called = shown(brand, rng)
    mail = Mail(rng.choice([called, f"{called} Support", f"{called} Team"]), f"{rng.choice(['no-reply', 'service', 'info', 'account', 'notifications'])}@{rng.choice(['', 'mail.', 'e.', 'notify.'])}{domain}",
                subject.format(b=called), [rng.choice([f"Hello {first},", f"Dear {first},", "Dear customer,"]), text.format(b=called)], to=to)
    if label:
        mail.button = (label, f"{base}/{path}?t={token(rng)}")
    if rng.random() < 0.6:
        mail.images = [(f"https://static.{domain}/logo.png", called, base)]
    mail.footer = [*small_print(rng, base), (f"© 2026 {brand['name']}", None)]
    return mail


@scenario
def brand_by_mailer(rng):
    """A brand's own mail, whose clicks a mailing service counts at a host of its own."""
    mail = brand_transaction(rng)
    esp = rng.choice(ESPS)
    far = lambda link: (link[0], tracked(rng, esp, link[1], mail.to)) if link and link[1] else link
    mail.button = far(mail.button)
    mail.footer = [far(link) for link in mail.footer]
    mail.images = [(source.replace("static.", f"img.{esp}/"), alt, target and tracked(rng, esp, target, mail.to)) for source, alt, target in mail.images]
    if rng.random() < 0.5:
        mail.hidden = "See what is new " + "\u200c " * rng.randrange(20, 80)
    return mail


@scenario
def firm_transaction(rng):
    """The same of a firm that no registry knows."""
    name, domain = firm(rng)
    language = rng.choice(["en"] * 4 + list(TRANSACTIONS))
    subject, text, label, path = rng.choice(TRANSACTIONS[language])
    to, first = names.recipient(rng)
    mail = Mail(name, f"{rng.choice(['hello', 'no-reply', 'orders', 'billing', 'support'])}@{domain}", subject.format(b=name), [f"Hi {first},", text.format(b=name)], to=to)
    if label:
        mail.button = (label, f"https://{rng.choice(['www', 'app', 'my', 'portal'])}.{domain}/{path}/{token(rng, 30)}")
    if rng.random() < 0.4:
        mail.text.append(rng.choice(["You can pay by card or with PayPal.", "Questions? Answer this message or call +44 20 7946 0958.", "Get our app from the App Store or Google Play."]))
    mail.footer = small_print(rng, f"https://{domain}")
    if rng.random() < 0.3:
        mail.files = [("invoice.pdf", "application/pdf", pdf([name, "Invoice", "Total 84.20"], f"https://{domain}/pay" if rng.random() < 0.5 else None))]
    return mail


@scenario
def firm_newsletter(rng):
    """A newsletter, by a mailing service or not: many links, pictures, text that only lists of messages show."""
    name, domain = firm(rng)
    to, first = names.recipient(rng)
    esp = rng.choice(ESPS)
    counted = rng.random() < 0.7
    link = lambda path: tracked(rng, esp, f"https://{domain}/{path}", to) if counted else f"https://www.{domain}/{path}"
    topics = ["Spring sale: 20 % off everything", "What we learned this month", "Our new opening hours", "Meet us at the fair", "Five recipes for the weekend", "Last chance to save", "You are invited: open evening",
              "Win tickets for the final", "Claim your free sample", "New: pay by invoice", "Limited time offer ends today"]
    subject = rng.choice(topics)
    mail = Mail(name, f"news@{rng.choice(['', 'mail.', 'newsletter.'])}{domain}", subject, [rng.choice([f"Hi {first},", "Dear reader,", "Hello!"])], to=to)
    for _ in range(rng.randrange(1, 5)):
        mail.text.append(rng.choice(["We have put together something for you that we think you will like.", "Stocks are limited, so hurry.", "Read the whole story on our site.", "Thank you for being with us.",
                                     "Our members save more: join today for free.", "Follow us on Facebook and Instagram.", "Order before midnight and pay no postage."]))
        mail.links.append((rng.choice(["Read more", "Shop now", "See the offer", "Discover", "Get yours", "Register here"]), link(f"p/{token(rng, 8)}")))
    mail.images = [(f"https://{'images.' + esp if counted else 'cdn.' + domain}/{token(rng, 10)}.jpg", rng.choice(["", subject, name]), link("hero"))]
    mail.footer = [("Unsubscribe", link("unsubscribe")), ("View in browser", link("view"))]
    mail.hidden = subject + " " + "\u200c\u00a0" * rng.randrange(0, 60)
    mail.fields = [("List-Unsubscribe", f"<https://{domain}/u/{token(rng, 8)}>")]
    if rng.random() < 0.3:
        mail.reply_to = f"{person(rng)[0].lower()}@{rng.choice([firm(rng)[1], 'reply.' + esp])}"
    return mail


@scenario
def media_digest(rng):
    """Links to pages of many."""
    name, domain = firm(rng)
    to, _ = names.recipient(rng)
    mail = Mail(f"{name} Daily", f"digest@{domain}", rng.choice(["Today's reading", "Your weekly digest", "Ten stories", "Morning briefing"]), ["The stories of the day, picked by our editors."], to=to)
    for _ in range(rng.randrange(4, 12)):
        other = firm(rng)[1]
        mail.links.append((rng.choice(["Banks warn of phishing", "How to secure an account", "Microsoft and Google report earnings", "A review of the new library", "Bitcoin falls again", "PayPal names a new head",
                                       "A walk along the coast", "What inflation means for you"]), f"https://www.{other}/{rng.randrange(2020, 2027)}/{token(rng, 12).lower()}"))
    mail.footer = small_print(rng, f"https://{domain}")
    return mail


@scenario
def meeting(rng):
    """An invitation, whose link leads to where one meets."""
    first, last = person(rng)
    name, domain = firm(rng)
    to, guest = names.recipient(rng)
    brand = rng.choice(of_kind("calendar") or of_kind("software"))
    service, url = rng.choice([("Zoom", f"https://us02web.zoom.us/j/{rng.randrange(10**10)}?pwd={token(rng, 20)}"), ("Google Meet", f"https://meet.google.com/{letters(rng, 3)}-{letters(rng, 4)}-{letters(rng, 3)}"),
                               ("Microsoft Teams", f"https://teams.microsoft.com/l/meetup-join/{token(rng, 60)}"), (brand["name"], f"https://{brand['domains'][0]}/e/{token(rng, 8)}")])
    mail = Mail(f"{first} {last}", f"{first}.{last}@{domain}".lower(), rng.choice([f"Invitation: project review with {name}", "Weekly call", f"{first} {last} is inviting you to a scheduled {service} meeting"]),
                [f"Hi {guest},", f"{first} is inviting you to a {service} meeting.", (rng.choice([None, f"Join {service} meeting"]), url), "Passcode: 481902"], to=to)
    if rng.random() < 0.5:
        text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:{rng.randrange(10**9)}\r\nSUMMARY:Review\r\nDESCRIPTION:Join: {url}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        mail.files = [("invite.ics", "text/calendar", text.encode())]
    return mail


@scenario
def shared_document(rng):
    """What file services write when somebody shares something."""
    first, last = person(rng)
    to, guest = names.recipient(rng)
    name, domain = firm(rng)
    service, sender, url = rng.choice([
        ("Google Drive", "drive-shares-dm-noreply@google.com", f"https://docs.google.com/document/d/{token(rng, 44)}/edit?usp=sharing"),
        ("Dropbox", "no-reply@dropbox.com", f"https://www.dropbox.com/l/scl/{token(rng, 22)}"),
        ("Adobe Acrobat Sign", "adobesign@adobesign.com", f"https://secure.adobesign.com/public/esign?tsid={token(rng, 60)}"),
        ("DocuSign", "dse_na3@docusign.net", f"https://na3.docusign.net/Signing/EmailStart.aspx?a={token(rng, 36)}"),
        ("Microsoft OneDrive", "no-reply@sharepointonline.com", f"https://onedrive.com/s/{token(rng, 20)}")])
    if rng.random() < 0.5:
        return Mail(f"{first} {last} (via {service})", sender, f"{first} {last} shared a document with you", [f"{first} {last} ({first}.{last}@{domain}) invited you to view a document.".lower(), f"Hi {guest},"], to=to,
                    button=(rng.choice(["Open", "View document", "Review document"]), url), footer=[(f"{service}", None)])
    return Mail(f"{first} {last}", f"{first}.{last}@{domain}".lower(), rng.choice(["Slides of today", "The contract", "Photos", "Draft for review"]),
                [f"Hi {guest},", rng.choice(["please find the file here:", "as promised, the document is on our drive:", "could you have a look until Friday?"]), (rng.choice([None, "the document", "Open in Drive"]), url), f"Best, {first}"], to=to)


@scenario
def service_notice(rng):
    """Of a service for work: a pull request, a ticket, a build."""
    name, domain = firm(rng)
    first, last = person(rng)
    to, _ = names.recipient(rng)
    subject = rng.choice(["[{d}] Build failed on main", "Re: [{d}] Fix login page (#412)", "Ticket 8841 was updated", "{f} mentioned you", "Your password expires in 14 days", "Disk space is low on db2", "New comment on your document"])
    base = f"https://{rng.choice(['git', 'ci', 'tickets', 'app', 'portal'])}.{domain}"
    return Mail(f"{first} {last}" if rng.random() < 0.5 else name, f"{rng.choice(['notifications', 'noreply', 'jira', 'gitlab', 'helpdesk'])}@{domain}", subject.format(d=name, f=first),
                [rng.choice(["The job failed after 4 minutes. See the log.", f"{first} commented: I think the token should be refreshed before login, otherwise the account is locked.", "Please sign in to the portal and change it before then.",
                             "Usage is at 91 %. Review and clean up the volume."])], to=to, button=(rng.choice(["View it", "Open ticket", "See the log", "Sign in"]), f"{base}/{rng.randrange(10**5)}"), footer=small_print(rng, base))


@scenario
def list_post(rng):
    """To a mailing list: plain text, quotes, links to anywhere, words that phishing has, too."""
    first, last = person(rng)
    domain = rng.choice([firm(rng)[1], "gmail.com", "outlook.com", "gmx.de", "yahoo.com"])
    lists = firm(rng)[1]
    topic = rng.choice(["password reset flow", "account lockout policy", "invoice export", "release 2.4.1", "TLS certificates", "the spam filter", "meeting minutes", "a patch for the parser", "phishing mails last week"])
    said = rng.sample(["I have put the patch at {u} for review.", "Microsoft and Google both moved to OAuth, so sign in with a password fails.", "> Please verify your account\n> by clicking the link\n\nThis is what the phish said, see {u}.",
                       "See {u} for the discussion.", "The wire format changed; update your parser.", "PayPal sends those with a signature.", "You can download the archive from {u}.", "+1, let us release it today.",
                       "Does anybody know why the token expires after 24 hours?", "Attached is the log."], rng.randrange(2, 5))
    text = [one.format(u=f"http://{rng.choice(['www', 'wiki', 'git'])}.{firm(rng)[1]}/{token(rng, 9)}") for one in said]
    return Mail(f"{first} {last}" + rng.choice(["", " via dev"]), f"{first}.{last}@{domain}".lower(), f"{rng.choice(['Re: ', '', '[dev] ', 'Re: [users] '])}{topic}", [*text, f"-- \n{first} {last}\nhttp://{firm(rng)[1]}/~{first.lower()}"],
                to=f"dev@{lists}", shape=rng.choice(["plain", "plain", "both"]),
                fields=[("List-Id", f"<dev.{lists}>"), ("List-Post", f"<mailto:dev@{lists}>"), ("In-Reply-To", f"<{rng.randrange(10**9)}@{domain}>"), ("Precedence", "list")])


@scenario
def personal(rng):
    """From a friend, at free mail."""
    first, last = person(rng)
    to, guest = names.recipient(rng)
    provider = rng.choice(["gmail.com", "outlook.com", "yahoo.com", "gmx.de", "icloud.com"])
    url = rng.choice([f"https://www.youtube.com/watch?v={token(rng, 11)}", f"https://en.wikipedia.org/wiki/{rng.choice(['Badshahi_Mosque', 'Lisbon', 'Saffron'])}", f"https://{firm(rng)[1]}/menu", f"https://maps.app.goo.gl/{token(rng, 17)}",
                      f"https://bit.ly/{token(rng, 7)}", f"https://{letters(rng, 6)}.wordpress.com/2026/05/our-trip", f"https://github.com/{first.lower()}/{rng.choice(['notes', 'garden', 'maps'])}"])
    talk = rng.choice([["Are you free for lunch on Thursday?", "I found this place:"], ["Happy birthday! Here is the video from last year:"], ["can you send me the recipe again? I lost it. Also look at this"], ["Thanks for the photos, they are lovely.", "Ours are here:"],
                       ["I need your help with the school form today, it is urgent, they close at 5.", "The page is"], ["kya haal hai? ye dekho", "shaam ko milte hain"], ["Sorry for the late answer.", "The bank finally sent the new card. How do I pay you back for the tickets?", "PayPal or transfer?"]])
    mail = Mail(f"{first} {last}", f"{first}.{last}{rng.choice(['', str(rng.randrange(70, 99))])}@{provider}".lower(), rng.choice(["Lunch?", "hi", "photos", "Re: Saturday", "look at this", "Quick question", "Recipe", "tickets"]), [f"Hi {guest},", *talk], to=to, shape=rng.choice(["plain", "both"]))
    if rng.random() < 0.7:
        mail.text.append((None, url))
    mail.text.append(rng.choice([f"Love, {first}", first, f"Cheers\n{first}\n\nSent from my phone"]))
    if mail.subject.startswith("Re:"):
        mail.fields = [("In-Reply-To", f"<{rng.randrange(10**9)}@mail.example>")]
    return mail


@scenario
def business(rng):
    """Between people at work: bills, urgent requests, bank details, files."""
    first, last = person(rng)
    name, domain = firm(rng)
    to, guest = names.recipient(rng)
    subject, talk = rng.choice([("Invoice 2026-118", "please find our invoice attached. Our bank details are on its second page. Payment within 30 days."), ("Re: Payment", "the transfer arrived, thank you. The receipt follows by post."),
                                ("Urgent: figures for the board", "I need the figures before 4 pm today, can you send them as soon as possible?"), ("Offer", "attached is our offer; it is valid until the end of the month. Call me if anything is unclear: +44 20 7946 0123."),
                                ("Contract", "the signed contract is attached. Kindly confirm that you received it."), ("Gift cards for the team", "the gift cards for the volunteers arrived, they are in my office."), ("Payroll calendar", "the payroll run is on the 25th. Changes of bank details go through the portal, never by mail."),
                                ("New bank account", "as announced by letter in March our bank is another from July. Your contact in accounting will call you to confirm it."), ("Access to the portal", "I asked IT to unlock your account, you should be able to sign in again. Your user name is as before.")])
    mail = Mail(f"{first} {last}", f"{first}.{last}@{domain}".lower(), subject, [f"Dear {guest},", talk, f"Kind regards\n{first} {last}\n{name}", (rng.choice([None, f"www.{domain}"]), f"https://www.{domain}")], to=to)
    if "attached" in talk:
        mail.files = [(f"{subject.replace(' ', '_')}.pdf", "application/pdf", pdf([name, subject, "Total 1,240.00 EUR"], f"https://www.{domain}" if rng.random() < 0.4 else None))]
    if rng.random() < 0.15:
        mail.files.append(("report.html", "text/html", b"<html><body><h1>Report</h1><table><tr><td>May</td><td>12</td></tr></table></body></html>"))
    if rng.random() < 0.2:
        mail.address = f"{name.split()[0]}.{rng.choice(['office', 'billing', last])}@{rng.choice(['gmail.com', 'outlook.com'])}".lower()
    if rng.random() < 0.12:  # who writes from two addresses, and who answers for a shop's form
        mail.reply_to = f"{first}.{last}@{rng.choice([firm(rng)[1], 'gmail.com'])}".lower()
    if rng.random() < 0.1:  # to many, none of whom is told of the others
        mail.to_field = rng.choice(["undisclosed-recipients:;", mail.address])
    if subject.startswith("Re:"):
        mail.fields = [("In-Reply-To", f"<{rng.randrange(10**9)}@{domain}>"), ("References", f"<{rng.randrange(10**9)}@{domain}>")]
    return mail


@scenario
def bounce(rng):
    """What mail servers and absent people answer."""
    _, domain = firm(rng)
    to, _ = names.recipient(rng)
    other = f"{person(rng)[0].lower()}@{domain}"
    if rng.random() < 0.4:
        return Mail(person(rng)[0], other, "Automatic reply: Offer", ["I am out of the office until Monday. In urgent cases write to office@" + domain + "."], to=to, shape="plain", fields=[("Auto-Submitted", "auto-replied")])
    return Mail("Mail Delivery System", f"MAILER-DAEMON@{domain}", rng.choice(["Undelivered Mail Returned to Sender", "Delivery Status Notification (Failure)", "Mail delivery failed: returning message to sender", "Warning: message delayed 24 hours"]),
                [f"Your message could not be delivered to {other}.", rng.choice(["The mailbox is full (552 5.2.2 over quota).", "550 5.1.1 user unknown. Please check the address.", f"550 5.7.1 blocked; see https://support.google.com/mail/answer/{rng.randrange(10**5)}",
                                                                             f"The account does not exist: https://help.{domain}/550", f"554 5.7.1 rejected, see http://postmaster.{firm(rng)[1]}/e?ip=192.0.2.1"])],
                to=to, shape="plain", fields=[("Auto-Submitted", "auto-replied"), ("Return-Path", "<>")])


@scenario
def survey(rng):
    """A form or a page that anyone may make, for an honest end."""
    name, domain = firm(rng)
    first, last = person(rng)
    to, _ = names.recipient(rng)
    url = rng.choice([f"https://docs.google.com/forms/d/e/{token(rng, 50)}/viewform", f"https://forms.gle/{token(rng, 17)}", f"https://www.surveymonkey.com/r/{token(rng, 7)}", f"https://{letters(rng, 7)}.github.io/", f"https://{name.split()[0].lower()}.wordpress.com/",
                      f"https://www.eventbrite.com/e/{rng.randrange(10**11)}", f"https://wetransfer.com/downloads/{token(rng, 40)}", f"https://bit.ly/{token(rng, 7)}"])
    return Mail(f"{first} {last}", f"{first}.{last}@{domain}".lower(), rng.choice(["Survey: how was the workshop?", "Sign up for the summer party", "Poster session", "Files of the shoot", "Vote for the date"]),
                ["Dear all,", rng.choice(["please fill in the form until Friday.", "registration is open.", "it takes two minutes, thank you for your help.", "the files are here for seven days."]), (rng.choice([None, "Fill in the form", "Register here", "Download"]), url), first],
                to=rng.choice([to, f"staff@{domain}"]))


@scenario
def own_helpdesk(rng):
    """Of the reader's own organisation."""
    to, first = names.recipient(rng)
    domain = to.split("@")[1]
    subject, talk, label, path = rng.choice([("Your password expires in 7 days", "your password expires next week. Change it in the portal or at any office computer.", "Change password", "password"), ("Planned maintenance of the mail server", "mail is not available on Sunday from 6 to 8.", "", ""),
                                             ("Quarantine: 3 messages", "three messages to you were kept back. Look at them in the portal.", "Open quarantine", "quarantine"), ("Pay slip of June", "your pay slip is in the portal.", "View pay slip", "pay"), ("Voicemail from +44 20 7946 0991 (0:42)", "you have a new voice message. Listen to it in the portal.", "Listen", "voice")])
    mail = Mail("IT Service Desk", f"helpdesk@{domain}", subject, [f"Dear {first},", talk], to=to)
    if label:
        mail.button = (label, f"https://portal.{domain}/{path}")
    return mail


@scenario
def bank_notice(rng):
    """Of a bank, a shop or an office, from its own domain: an alert with a number to call, in English or Urdu, mostly without a link."""
    brand = rng.choice(of_kind("bank", "payment", "telecom", "government", "insurance", "energy"))
    domain = brand["domains"][0]
    to, first = names.recipient(rng)
    talk = rng.choice(["A purchase of 24.90 was made with your card ending in 0412. If you do not recognise it, call the number on the back of your card.", "Your transfer of 1,200.00 was executed today.", "Please note: we never ask for your password or PIN. Call 0800 555 0199 with any doubt.",
                       "آپ کے اکاؤنٹ سے 5,000 روپے کی منتقلی ہوئی ہے۔ اگر یہ آپ نے نہیں کی تو ہماری ہیلپ لائن پر کال کریں۔", "Your tax return was received. The reference is 88-1204.", "Aap ke account se 2,500 rupay ki transaction hui hai. Maloomat ke liye helpline 021 111 000 111 par call karein."])
    mail = Mail(brand["name"], f"alerts@{domain}", rng.choice([f"{brand['name']}: transaction alert", "Transaction notice", "Security notice", "اطلاع"]), [f"Dear {first},", talk], to=to)
    if rng.random() < 0.4:
        mail.footer = small_print(rng, f"https://www.{domain}")
    return mail


@scenario
def site_form(rng):
    """What a shop's own form sends: answers go to who filled it in."""
    name, domain = firm(rng)
    first, last = person(rng)
    to, _ = names.recipient(rng)
    return Mail(rng.choice([f"{name} website", f"{first} {last}", "WordPress"]), f"wordpress@{domain}", rng.choice(["New message from the contact form", f"[{name}] New booking inquiry", "[Form] Callback"]),
                [f"Name: {first} {last}", f"Message: {rng.choice(['do you ship to Portugal?', 'please call me back on +44 20 7946 0311.', 'I want to cancel my order.', 'is the invoice paid?'])}", (None, f"https://{domain}/contact")],
                to=to, reply_to=f"{first}.{last}{rng.randrange(99)}@{rng.choice(['gmail.com', 'yahoo.com', firm(rng)[1]])}".lower(), shape=rng.choice(["plain", "both"]))


@scenario
def ticket(rng):
    """Receipts and reminders for what was booked: names, sums, brands that paid, a short link now and then."""
    name, domain = firm(rng)
    to, first = names.recipient(rng)
    pay = rng.choice(of_kind("payment", "bank"))
    mail = Mail(name, f"booking@{domain}", rng.choice(["Your receipt", "Booking confirmed", "Reminder: appointment tomorrow", "Payment received"]),
                [f"Dear {first},", f"we received your payment of {rng.randrange(10, 900)}.00 by {pay['name']}. Thank you.", rng.choice(["Questions? Call +44 20 7946 0712.", "Cancel free of charge until tomorrow.", "Your appointment is at 10:30."])], to=to)
    mail.button = (rng.choice(["View booking", "Download receipt", "Add to calendar"]), rng.choice([f"https://{domain}/b/{token(rng, 10)}", f"https://{domain}/b/{token(rng, 10)}", f"https://bit.ly/{token(rng, 7)}", f"https://booking.{firm(rng)[1]}/{token(rng, 10)}"]))
    if rng.random() < 0.3:
        mail.footer = [(f"Paid with {pay['name']}", f"https://www.{pay['domains'][0]}")]
    return mail


@scenario
def picture_flyer(rng):
    """A picture, and no more, that leads to who sent it."""
    name, domain = firm(rng)
    to, _ = names.recipient(rng)
    esp = rng.choice(ESPS)
    target = f"https://www.{domain}/menu" if rng.random() < 0.6 else tracked(rng, esp, f"https://{domain}/menu", to)
    return Mail(name, f"hello@{domain}", rng.choice(["Our menu this week", "Save the date", "Concert on Friday", "Sale"]), [], to=to, images=[(f"https://cdn.{domain}/flyer.jpg", rng.choice(["", "Menu", "Flyer"]), target)], footer=[("Unsubscribe", f"https://{domain}/u/{token(rng, 6)}")])


@scenario
def social_notice(rng):
    """Of networks, shops and games, from their own domain."""
    brand = rng.choice(of_kind("social", "media", "games", "travel", "shop", "education", "charity"))
    domain = brand["domains"][0]
    to, first = names.recipient(rng)
    base = f"https://www.{domain}"
    return Mail(brand["name"], f"{rng.choice(['notifications', 'messages-noreply', 'hello'])}@{rng.choice(['', 'mail.', 'email.'])}{domain}", rng.choice([f"{first}, you have 3 new notifications", "You appeared in 4 searches", "New message from a seller", "Your trip is confirmed", "A gift for you: 10 % off"]),
                ["See what you missed.", rng.choice(["Congratulations on your anniversary!", "Your booking is confirmed.", "Your wish list has news."])], to=to, button=(rng.choice(["See all", "View message", "Open"]), f"{base}/n/{token(rng, 10)}"), footer=small_print(rng, base))
