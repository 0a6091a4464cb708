"""What a watch tells its news to: a mail server that takes messages, and a receiver of webhooks, both on loopback.

    with MailTaker(certificate) as mail, HookTaker(certificate) as hook: ...

MailTaker.messages holds what was accepted, as (recipients, bytes); `answers` maps a command's first word ("RCPT", "DATA", ".") to the
reply it gets instead of the usual one. HookTaker.posts holds (headers, bytes).
"""

import http.server
import socket
import socketserver
import ssl
import threading

PATIENCE = 20  # seconds: no connection of a test lasts longer


def tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, handler, port=0):
        super().__init__(("127.0.0.1", port), handler)
        self.port = self.server_address[1]
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def process_request(self, request, client_address):
        request.settimeout(PATIENCE)
        super().process_request(request, client_address)

    def handle_error(self, request, client_address):
        pass  # a client that is killed is what a test wants to see

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.thread:
            self.shutdown()
            self.thread.join()
            self.server_close()
            self.thread = None


class MailTaker(_Server):
    def __init__(self, certificate=None, port=0, users=None):
        self.tls = tls(certificate) if certificate else None
        self.users = users or {}
        self.messages = []
        self.answers = {}
        self.commands = []
        self.hold = threading.Event()  # set: nothing is answered behind the end of a message
        super().__init__(_Smtp, port)

    def to(self, address):
        return [message for recipients, message in self.messages if address in recipients]


class _Smtp(socketserver.StreamRequestHandler):
    def handle(self):
        self.secured = self.authenticated = False
        self.recipients = []
        self.say("220 sink ESMTP")
        while line := self.rfile.readline(2000):
            text = line.decode(errors="replace").strip()
            word = text.split()[0].upper() if text else ""
            self.server.commands.append(text)
            if word in self.server.answers:
                self.say(self.server.answers[word])
            elif not self.command(word, text):
                return

    def command(self, word, text):
        if word == "EHLO":
            offers = ["sink", "8BITMIME"]
            if self.server.tls and not self.secured:
                offers.append("STARTTLS")
            if self.server.users:
                offers.append("AUTH PLAIN")
            self.say("\r\n".join(f"250{' ' if offer is offers[-1] else '-'}{offer}" for offer in offers))
        elif word == "STARTTLS" and self.server.tls:
            self.say("220 go ahead")
            self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb")
            self.secured = True
        elif word == "AUTH":
            self.auth(text)
        elif word == "MAIL" and self.server.users and not self.authenticated:
            self.say("530 authenticate first")
        elif word == "RCPT":
            self.recipients.append(text[text.index("<") + 1:text.index(">")])
            self.say("250 yes")
        elif word == "DATA":
            self.data()
        elif word == "QUIT":
            self.say("221 bye")
            return False
        else:
            self.say("250 yes")
        return True

    def auth(self, text):
        import base64
        words = text.split()
        if len(words) == 2:
            self.say("334 ")
            token = self.rfile.readline(2000).strip()
        else:
            token = words[2].encode()
        _, user, password = base64.b64decode(token).decode().split("\0")
        self.authenticated = self.server.users.get(user) == password
        self.say("235 welcome" if self.authenticated else "535 no")

    def data(self):
        self.say("354 send")
        lines = []
        while (line := self.rfile.readline(2000)) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        if line == b"":
            return
        answer = self.server.answers.get(".", "250 taken")
        if answer.startswith("250"):
            self.server.messages.append((self.recipients, b"".join(lines)))
        self.recipients = []
        if self.server.hold.is_set():
            threading.Event().wait(PATIENCE)
        self.say(answer)

    def say(self, text):
        self.connection.sendall(text.encode() + b"\r\n")

    def finish(self):
        self.rfile.close()
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.connection.close()


class HookTaker(_Server):
    def __init__(self, certificate, port=0):
        self.tls = tls(certificate)
        self.posts = []
        self.status = 200
        self.headers = {}
        super().__init__(_Hook, port)

    def finish_request(self, request, client_address):
        with self.tls.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)


class _Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.status < 300:
            self.server.posts.append((dict(self.headers), body))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass
