"""What an audit's probes meet: an HTTPS server of MTA-STS policies, SMTP servers, and the authority that certifies them.

    authority = Authority(folder)
    with PolicyServer(address, authority.certificate("mta-sts.bank.example")) as https, MailServer(address) as smtp: ...

Each listens on the port that the protocol has (443, 25) of a loopback address of its own (servers.own_address), serves from threads of
the test's process, and counts its connections.
"""

import http.server
import pathlib
import socketserver
import ssl
import subprocess
import threading

PATIENCE = 10  # seconds: no connection of a test lasts longer


class Authority:
    """A certificate authority of the test's own; `file` is what SSL_CERT_FILE takes."""

    def __init__(self, folder):
        self.dir = pathlib.Path(folder)
        self.file = self.dir / "authority.pem"
        self.count = 0
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.dir / "authority.key", "-out", self.file,
                      "-days", "90", "-subj", "/CN=Authority of a test")

    def certificate(self, *names):
        """A file with a key and a certificate for these names, good for 90 days."""
        self.count += 1
        stem = self.dir / f"server{self.count}"
        (stem.with_suffix(".ext")).write_text("subjectAltName=" + ",".join(f"DNS:{name}" for name in names))
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", stem.with_suffix(".key"), "-out", stem.with_suffix(".csr"),
                      "-subj", "/CN=a server of a test")
        self._openssl("x509", "-req", "-in", stem.with_suffix(".csr"), "-CA", self.file, "-CAkey", self.dir / "authority.key",
                      "-CAcreateserial", "-days", "90", "-extfile", stem.with_suffix(".ext"), "-out", stem.with_suffix(".crt"))
        whole = stem.with_suffix(".pem")
        whole.write_text(stem.with_suffix(".key").read_text() + stem.with_suffix(".crt").read_text())
        return whole

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address, handler):
        super().__init__(address, handler)
        self.connections = 0
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05})

    def process_request(self, request, client_address):
        self.connections += 1
        request.settimeout(PATIENCE)
        super().process_request(request, client_address)

    def handle_error(self, request, client_address):
        pass  # a client that hangs up, or does not trust us, is what a test wants to see

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.thread.join()
        self.server_close()


class PolicyServer(_Server):
    """HTTPS. `pages` maps a host to (status, headers, body); `requests` lists "host path" in the order of the requests."""

    def __init__(self, host, certificate, pages):
        self.pages = pages
        self.requests = []
        self.tls = tls(certificate)
        super().__init__((host, 443), _Pages)

    def finish_request(self, request, client_address):
        with self.tls.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)


class _Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        host = self.headers.get("Host", "")
        self.server.requests.append(f"{host} {self.path}")
        status, headers, body = self.server.pages.get(host, (404, {}, ""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


class MailServer(_Server):
    """SMTP, as far as a probe goes. STARTTLS is offered where there is a certificate; `offers` is what EHLO says in clear beside it."""

    def __init__(self, host, certificate=None, offers=()):
        self.tls = tls(certificate) if certificate else None
        self.offers = [*offers, *(["STARTTLS"] if certificate else [])]
        self.commands = []
        super().__init__((host, 25), _Smtp)


class _Smtp(socketserver.StreamRequestHandler):
    def handle(self):
        self.say("220 mx ESMTP")
        while line := self.rfile.readline(1000):
            words = line.decode(errors="replace").upper().split()
            self.server.commands.append(words[0] if words else "")
            if words[:1] == ["EHLO"]:
                lines = ["mx", *self.server.offers]
                self.say("".join(f"250{' ' if line is lines[-1] else '-'}{line}\r\n" for line in lines).rstrip())
            elif words == ["STARTTLS"] and self.server.tls:
                self.say("220 go ahead")
                self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
                self.rfile = self.connection.makefile("rb")
            elif words == ["QUIT"]:
                return self.say("221 bye")
            else:
                self.say("502 not here")
        return None

    def finish(self):
        self.rfile.close()
        self.connection.close()  # the secured one; the server closes the other

    def say(self, text):
        self.connection.sendall(text.encode() + b"\r\n")
