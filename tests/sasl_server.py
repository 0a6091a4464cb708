"""Users who log in to Postfix: what Dovecot's auth socket says to smtpd, for a handful of names and passwords.

    with SaslServer({"alice": "secret"}) as sasl: …smtpd_sasl_type = dovecot, smtpd_sasl_path = inet:127.0.0.1:{sasl.port}…
"""

import base64
import socketserver
import threading


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t00\nDONE\n")
        for line in self.rfile:
            words = line.rstrip(b"\n").split(b"\t")
            if words[0] != b"AUTH":
                continue
            given = next((word[5:] for word in words if word.startswith(b"resp=")), b"")
            _, user, password = base64.b64decode(given).decode().split("\0")
            good = self.server.users.get(user) == password
            self.wfile.write(b"%s\t%s\tuser=%s\n" % (b"OK" if good else b"FAIL", words[1], user.encode()))


class SaslServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, users):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.users = users
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self):
        self.shutdown()
        self.server_close()
