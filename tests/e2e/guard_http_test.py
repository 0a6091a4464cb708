"""What rampart guard answers over HTTP: /metrics, and POST /api/v1/scan, which says what rampart scan says."""

import base64
import http.client
import json
import os
import socket
import threading
import unittest
import urllib.parse

from guard_case import OURS, STRANGER, TO, TOKEN, GuardHttpCase, mail
from guard_run import send
from rampart_run import rampart

VOLATILE = ("now", "source", "notes")


class GuardHttpTest(GuardHttpCase):
    more = 'enforce = ["to=else.example"]'

    def ask(self, method, path, body=None, token=TOKEN, headers=()):
        """(status, headers, text)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        given = dict(headers)
        if token:
            given["Authorization"] = f"Bearer {token}"
        connection.request(method, path, body=body, headers=given)
        answer = connection.getresponse()
        out = answer.status, answer.headers, answer.read().decode()
        connection.close()
        return out

    def scan(self, text, *parameters, **words):
        status, _, body = self.ask("POST", "/api/v1/scan?" + urllib.parse.urlencode(parameters), text.encode(), **words)
        return status, json.loads(body)

    def test_a_scan_is_that_of_the_command_line(self):
        guard = self.guard(**self.options())
        texts = {author: mail(author)[1] for author in ("bank.example", "shop.example", "open.example", "soft.example")}
        for author, text in texts.items():
            for client, words in ((OURS, ()), (STRANGER, ("--helo", "mail.bank.example", "--rcpt", "a@else.example", "--rcpt", "b@open.example"))):
                run = rampart("--config", guard.config, "scan", "-", "--ip", client, "--mail-from", f"news@{author}", *words, "--resolver", self.names.address, "--store", guard.store,
                              "--format", "json", stdin=text)
                expected = run.json()
                parameters = [(name[2:], value) for name, value in zip(words[::2], words[1::2])]
                status, got = self.scan(text, ("ip", client), ("mail_from", f"news@{author}"), *parameters)
                self.assertEqual(status, 200, got)
                self.assertEqual(got["schema"], "rampart.verdict/1")
                for name in VOLATILE:
                    expected.pop(name), got.pop(name)
                self.assertEqual(got, expected)
        with self.subTest("what would be signed"):
            keys, conf = self.dir / "keys", self.dir / "opendkim.conf"
            conf.write_text(f"Domain bank.example\nSelector s1\nKeyFile {self.key}\n")
            self.assertEqual(rampart("import", "opendkim", conf, "--keys", keys).status, 0)
            guard.configure(self.options()["config"] + f'\nsign = true\n[dkim]\nkeys = "{keys}"\n')
            guard.kill9()
            guard.start()
            run = rampart("--config", guard.config, "scan", "-", "--ip", STRANGER, "--mail-from", "a@bank.example", "--user", "alice", "--resolver", self.names.address,
                          "--format", "json", stdin=texts["bank.example"])
            status, got = self.scan(texts["bank.example"], ("ip", STRANGER), ("mail_from", "a@bank.example"), ("user", "alice"))
            self.assertEqual((status, got["signing"]), (200, run.json()["signing"]))
            self.assertEqual([key["selector"] for key in got["signing"]["keys"]], ["s1"])
        with self.subTest("nothing is known of the client, or he is a user"):
            self.assertIn("its address is not known", self.scan(texts["bank.example"])[1]["unchecked"][0])
            self.assertEqual(self.scan(texts["bank.example"], ("ip", STRANGER), ("mail_from", "a@bank.example"), ("auth", "1"))[1]["role"]["name"], "submission")
            self.assertEqual(self.scan(texts["bank.example"], ("ip", STRANGER), ("mail_from", ""))[1]["authentication"]["envelope"]["mail_from"], "")
        self.assertEqual(guard.events(), [], "nothing is told of what is only asked about")
        self.assertEqual(guard.kept(), [])

    def test_who_may_not_is_told_before_he_sends(self):
        self.guard(**self.options())
        text = mail()[1]
        for token in (None, "", "x" * len(TOKEN), TOKEN[:-1], TOKEN + "x", TOKEN.upper()):
            status, headers, body = self.ask("POST", "/api/v1/scan", text.encode(), token=token)
            self.assertEqual((status, headers["WWW-Authenticate"]), (401, "Bearer"), token)
            self.assertEqual(json.loads(body)["schema"], "rampart.error/1")
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as raw:
            raw.sendall(b"POST /api/v1/scan HTTP/1.1\r\nHost: a\r\nContent-Length: 60000000\r\n\r\n")
            self.assertTrue(raw.recv(4096).startswith(b"HTTP/1.1 401 "), "before a body is sent")
        for parameters, where in (([("ip", "here")], "ip"), ([("mail_from", "a@b.example")], ""), ([("ip", OURS), ("ip", OURS)], "ip"), ([("from", "a")], "from"),
                                  ([("rcpt", "nobody")], "rcpt"), ([("auth", "yes")], "auth"), ([("rcpt", "a@b.example")] * 101, "rcpt")):
            status, body = self.scan(text, *parameters)
            self.assertEqual((status, body.get("where", "")), (400, where), body)
        self.assertEqual(self.ask("POST", "/api/v1/scan?ip=%zz", b"x")[0], 400)
        self.assertEqual(self.scan("")[0], 400)
        self.assertEqual(self.scan("no message\r\n")[0], 400)
        self.assertEqual(self.ask("GET", "/api/v1/scan")[0], 405)
        self.assertEqual(self.ask("POST", "/metrics", b"")[0], 405)
        self.assertEqual(self.ask("GET", "/etc/passwd")[0], 404)
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as raw:
            raw.sendall(f"POST /api/v1/scan HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: {(64 << 20) + 1}\r\n\r\n".encode())
            self.assertTrue(raw.recv(4096).startswith(b"HTTP/1.1 413 "))

    def test_so_many_scans_at_a_time_and_no_more(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            self.guard(resolver=f"127.0.0.1:{silent.getsockname()[1]}", **self.options())
            held = []
            for _ in range(4):
                raw = socket.create_connection(("127.0.0.1", self.port), timeout=60)
                self.addCleanup(raw.close)
                raw.sendall(f"POST /api/v1/scan HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {TOKEN}\r\nExpect: 100-continue\r\nContent-Length: 3000\r\n\r\n".encode())
                self.assertTrue(raw.recv(4096).startswith(b"HTTP/1.1 100 "))
                held.append(raw)
            status, headers, _ = self.ask("POST", "/api/v1/scan", mail()[1].encode())
            self.assertEqual((status, headers["Retry-After"]), (503, "1"))
            self.assertEqual(self.ask("GET", "/metrics", token=None)[0], 200, "that is answered all the same")
            held.pop().close()
            answers = set()
            for _ in range(100):
                answers.add(self.ask("POST", "/api/v1/scan", b"x")[0])
                if 400 in answers:
                    break
            self.assertIn(400, answers, "who goes gives back his place")

    def test_metrics_count_what_is_done(self):
        guard, postfix = self.both(**self.options())
        for author, client in (("bank.example", OURS), ("bank.example", STRANGER), ("shop.example", STRANGER)):
            name, text = mail(author)
            send(postfix, client, f"news@{author}", TO, text)
            guard.event(name)
        status, headers, text = self.ask("GET", "/metrics", token=None)
        self.assertEqual((status, headers["Content-Type"]), (200, "text/plain; version=0.0.4"))
        numbers = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        for metric, value in (('messages_total{action="accept",asked="accept"}', "1"), ('messages_total{action="reject",asked="reject"}', "1"),
                            ('messages_total{action="quarantine",asked="quarantine"}', "1"), ("decision_seconds_count", "3"), ('roles_total{role="inbound"}', "3"),
                            ('causes_total{code="dmarc-reject"}', "1"), ("messages_in_flight", "0"), ("correspondents_known", "2"), ('info{version="0.1.0",mode="enforce"}', "1")):
            self.assertEqual(numbers[f"rampart_guard_{metric}"], value, text)
        self.assertEqual(self.ask("HEAD", "/metrics", token=None)[2], "")
        with self.subTest("rampart top reads the same from the store"):
            self.told(guard, name)
            run = rampart("top", "--no-config", "--store", guard.store, "--format", "json")
            self.assertEqual(run.status, 0, run.err)
            top = run.json()
            self.assertEqual((top["schema"], top["messages"], top["answered"]), ("rampart.top/1", 3, {"accept": 1, "quarantine": 1, "tempfail": 0, "reject": 1}))
            self.assertIn({"domain": "shop.example", "messages": 1}, top["authors"])
            text = rampart("top", "--no-config", "--store", guard.store, "--window", "10m").out
            self.assertIn("3 messages in 10m", text)
            self.assertNotIn("\x1b", text, "no terminal")
            self.assertEqual(rampart("top", "--no-config", "--store", guard.store, "--window", "25h").status, 2)
            self.assertNotEqual(rampart("top", "--no-config", "--store", self.dir / "none.db").status, 0)

    def test_mail_goes_on_whatever_comes_over_http(self):
        guard, postfix = self.both(**self.options())
        garbage = [os.urandom(2000), b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 3000, b"POST /api/v1/scan HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n"]

        def flood(bytes_):
            for _ in range(30):
                try:
                    with socket.create_connection(("127.0.0.1", self.port), timeout=0.2) as raw:
                        raw.sendall(bytes_)
                        raw.recv(100)
                except OSError:
                    pass

        threads = [threading.Thread(target=flood, args=(one,)) for one in garbage]
        for thread in threads:
            thread.start()
        name, text = mail()
        self.assertEqual(send(postfix, OURS, "news@bank.example", TO, text)[0], 250)
        self.delivered(postfix, name)
        for thread in threads:
            thread.join()
        self.assertEqual(self.ask("GET", "/metrics", token=None)[0], 200)

    def test_a_bad_place_or_token_is_said(self):
        base_words = ("guard", "--listen", "inet:127.0.0.1:0", "--no-config")
        run = rampart(*base_words, "--http-listen", "0.0.0.0:8892")
        self.assertEqual(run.status, 2)
        self.assertIn("proxy with TLS", run.err)
        self.assertEqual(rampart(*base_words, "--http-listen", "here").status, 2)
        weak = self.dir / "weak.token"
        weak.touch(mode=0o600)
        weak.write_text("short\n")
        config = self.dir / "weak.toml"
        for text, expected in (("short\n", "at least 16"), (base64.b64encode(bytes(30)).decode(), "")):
            weak.write_text(text)
            weak.chmod(0o600 if expected else 0o644)
            config.write_text(f'[guard]\nhttp_listen = "127.0.0.1:{self.port}"\napi_token_file = "{weak}"\n')
            run = rampart("--config", config, "guard", "--listen", "inet:127.0.0.1:0")
            self.assertEqual(run.status, 2, run.err)
            self.assertIn("weak.token", run.err)
            self.assertIn(expected, run.err)
            self.assertNotIn(text.strip(), run.err)


if __name__ == "__main__":
    unittest.main()
