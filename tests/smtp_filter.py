"""What stands behind a Postfix and puts mail back: an after-queue content filter, or a list manager.

    with SmtpFilter(change) as scanner: …content_filter = smtp:[127.0.0.1]:{scanner.port}…
    scanner.to(postfix.port)      # where it hands on, and, as far as Postfix is concerned, from which address

`change(sender, recipients, bytes)` gives what is handed on in its place, or the answer to a message that is not handed on. It says of a message that it is taken
once the next one has taken it, and what that one says when it does not.
"""

import smtplib
import socketserver
import threading


class _Handler(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        self.say("220 filter.test ESMTP")
        sender, recipients = "", []
        for line in self.rfile:
            words = line.decode(errors="replace").strip()
            verb = words.split(" ")[0].upper()
            if verb in ("EHLO", "HELO"):
                self.say("250-filter.test\r\n250 8BITMIME" if verb == "EHLO" else "250 filter.test")
            elif verb == "MAIL":
                sender, recipients = words[words.index("<") + 1:words.index(">")], []
                self.say("250 2.1.0 Ok")
            elif verb == "RCPT":
                recipients.append(words[words.index("<") + 1:words.index(">")])
                self.say("250 2.1.5 Ok")
            elif verb == "DATA":
                self.say("354 go on")
                self.say(self.server.owner.hand_on(sender, recipients, self.message()))
            elif verb == "QUIT":
                self.say("221 2.0.0 Bye")
                return
            else:
                self.say("250 2.0.0 Ok")

    def message(self):
        lines = []
        for line in self.rfile:
            if line in (b".\r\n", b".\n"):
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class SmtpFilter:
    def __init__(self, change):
        self.change = change
        self.next_port, self.address = None, None
        self.answers = []  # of the next one
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.owner = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def to(self, port, address=None):
        self.next_port, self.address = port, address

    def hand_on(self, sender, recipients, data):
        changed = self.change(sender, recipients, data)
        if isinstance(changed, str):
            return changed
        sender, recipients, data = changed
        try:
            with smtplib.SMTP("127.0.0.1", self.next_port, timeout=60) as smtp:
                smtp.ehlo("filter.test")
                if self.address:
                    assert smtp.docmd("XCLIENT", f"ADDR={self.address} NAME=filter.test HELO=filter.test")[0] == 220
                    smtp.ehlo("filter.test")
                smtp.mail(sender)
                for recipient in recipients:
                    smtp.rcpt(recipient)
                code, text = smtp.data(data)
        except (OSError, smtplib.SMTPException) as error:
            code, text = 451, f"4.3.0 {error!r}".encode()
        self.answers.append((code, text.decode(errors="replace")))
        return f"{code} {text.decode(errors='replace').splitlines()[0]}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
