"""`rampart serve` as it is run: started, asked, told to read its configuration again, and stopped."""

import http.client
import json
import os
import pathlib
import re
import signal
import socket
import stat
import subprocess
import tempfile
import time
import unittest

from api_client import Description, Person
from rampart_run import rampart
from serve_case import Manager, Serve, certificate, free_port, trusting

URL = '[server]\npublic_url = "https://rampart.example"\n'


def as_api(server):
    """As api_client's ApiServer is one."""
    server.place, server.description = f"127.0.0.1:{server.port}", Description()
    return server


def link_of(server):
    return (server.folder / "server" / "enrolment-link").read_text().strip()


class ServeTest(unittest.TestCase):
    def test_first_start_to_a_token(self):
        with Serve(URL) as server:
            with self.subTest("what answers without a sign-in"):
                self.assertEqual(server.json("/healthz")["status"], "ok")
                self.assertEqual(server.json("/readyz"), {"waiting_for": [], "ready": True})
                self.assertEqual(server.get("/").status, 200)
                metrics = server.get("/metrics").text
                for name in ("rampart_part_up{part=\"guard\"} 1", "rampart_part_up{part=\"audits\"} 1", "rampart_http_requests_total", "rampart_guard_messages_total"):
                    self.assertIn(name, metrics)
                refused = server.get("/api/v1/domains")
                self.assertEqual((refused.status, refused.getheader("Content-Type")), (401, "application/problem+json"))
                self.assertEqual(server.get("/api/v1/nothing").status, 404)
                self.assertEqual(server.get("/api/v1/openapi.json").status, 200)
            with self.subTest("a page of another name cannot ask"):
                self.assertEqual(server.get("/healthz", headers={"Host": "rebound.example"}).status, 421)
            with self.subTest("the link is in its file alone"):
                file = server.folder / "server" / "enrolment-link"
                self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
                self.assertEqual(stat.S_IMODE(file.parent.stat().st_mode), 0o700)
                link = link_of(server)
                self.assertRegex(link, r"^https://rampart\.example/enrol#\S{40,}$")
                token = link.split("#")[1]
                server.await_said("the link of the first start is in")
                self.assertNotIn(token, server.said())
                self.assertNotIn(token, (server.folder / "out").read_text())
            with self.subTest("an owner, a token, a list"):
                owner = Person(as_api(server)).enrol(token, name="owner@bank.example")
                made = owner.post("/tokens", {"name": "script", "permissions": ["domains.read"], "days": 1})
                self.assertEqual(made.status, 201, made.text)
                for value, status in ((made.json["secret"], 200), (made.json["secret"][:-1] + "x", 401)):
                    done = subprocess.run(["curl", "-sS", "-w", "%{http_code}", "-H", f"Authorization: Bearer {value}",
                                           f"http://127.0.0.1:{server.port}/api/v1/domains"], capture_output=True, text=True, timeout=30, check=True)
                    self.assertEqual(done.stdout[-3:], str(status), done.stdout)
                    if status == 200:
                        self.assertEqual(json.loads(done.stdout[:-3])["items"], [])
            with self.subTest("the guard answers beside it"):
                with socket.create_connection(("127.0.0.1", server.milter), timeout=5):
                    pass
            self.assertEqual(server.end(), 0)
            self.assertRegex(server.said(), r"info server: it ended\n$")
            with self.subTest("no other link is made while there is an owner"):
                server.start()
                server.await_ready()
                self.assertFalse((server.folder / "server" / "enrolment-link").exists())
                self.assertEqual(server.end(), 0)
            self.assertNotIn("Sanitizer", server.said())

    def test_a_link_is_made_anew_while_nobody_owns_it(self):
        with Serve(URL, role="api") as server:
            first = link_of(server)
            self.assertEqual(server.end(), 0)
            server.start()
            server.await_ready()
            server.await_said(r"(?s)first start is in.*first start is in")
            second = link_of(server)
            self.assertNotEqual(first, second)
            self.assertEqual(Person(as_api(server)).post("/enrolment", {"token": first.split("#")[1]}).status, 404)
            self.assertEqual(server.end(), 0)

    def test_roles(self):
        for role, has, has_not in (("guard", "guard", "api"), ("worker", "audits", "guard"), ("api", "api", "audits")):
            with self.subTest(role), Serve(role=role) as server:
                metrics = server.get("/metrics").text
                self.assertIn(f'rampart_part_up{{part="{has}"}} 1', metrics)
                self.assertNotIn(f'rampart_part_up{{part="{has_not}"}}', metrics)
                self.assertEqual(server.get("/api/v1/domains").status, 401 if role == "api" else 404)
                self.assertEqual(server.end(), 0)

    def test_service_manager(self):
        with tempfile.TemporaryDirectory() as folder:
            manager = Manager(folder)
            with Serve(role="worker", environment={"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "400000"}) as server:
                manager.await_word("READY=1")
                self.assertRegex("\n".join(manager.heard), r"STATUS=the console is at http://localhost:\d+")
                manager.await_word("WATCHDOG=1")
                server.signal(signal.SIGHUP)
                heard = manager.await_word("RELOADING=1")
                self.assertRegex("\n".join(heard), r"MONOTONIC_USEC=\d+")
                manager.heard.clear()
                manager.await_word("READY=1")
                server.signal(signal.SIGTERM)
                manager.await_word("STOPPING=1")
                self.assertEqual(server.process.wait(60), 0)
            manager.close()

    def test_configuration_is_read_again(self):
        with Serve("", role="all") as server:
            with self.subTest("what counts at once, and what does not"):
                server.write('[server]\nlog = "json"\nthreads = 3\n')
                server.signal(signal.SIGHUP)
                found = server.await_said(r'\{"time":"[^"]+Z","level":"info","part":"server","text":"what changed in server\.threads counts from the next start on"\}')
                json.loads(found.group(0))
            with self.subTest("a broken one changes nothing"):
                server.write('[server]\nrole = "everything"\n')
                server.signal(signal.SIGHUP)
                server.await_said("the configuration that was read before stays")
                self.assertEqual(server.get("/readyz").status, 200)
            with self.subTest("a mode"):
                server.write('[server]\nlog = "text"\n')
                server.signal(signal.SIGHUP)
                server.await_said(r"info server: the configuration was read again")
            self.assertEqual(server.end(), 0)
            self.assertNotIn("Sanitizer", server.said())

    def test_tls_and_the_public_place(self):
        with tempfile.TemporaryDirectory() as folder:
            cert, key = certificate(folder, ("localhost",))
            public = free_port()
            settings = (f'[server]\npublic_url = "https://localhost"\ntls_certificate = "{cert}"\ntls_key = "{key}"\n'
                        f'public_listen = ["127.0.0.1:{public}"]\n')
            with Serve(settings, role="api", wait=False) as server:
                server.await_said("answered at")
                ask = lambda path, port=None, **more: server.request(more.pop("method", "GET"), path, port=port or server.port, host="localhost", tls=trusting(cert), **more)
                with self.subTest("both"):
                    self.assertEqual(ask("/healthz").status, 200)
                    self.assertIn("max-age", ask("/healthz").getheader("Strict-Transport-Security"))
                with self.subTest("strangers have their own routes and no other"):
                    for path in ("/", "/healthz", "/metrics", "/api/v1/session", "/api/v1/domains", "/enrol"):
                        self.assertEqual(ask(path, public).status, 404, path)
                    self.assertEqual(ask("/reports/tls", public).status, 405)
                    post = lambda body, kind="application/tlsrpt+json": ask("/reports/tls", public, method="POST", body=body, headers={"Content-Type": kind}).status
                    self.assertEqual(post(b"{}", "text/plain"), 415)
                    self.assertEqual(post(b"{}"), 422)
                    report = json.dumps({
                        "organization-name": "Receiver", "report-id": "1@receiver.example", "contact-info": "tls@receiver.example",
                        "date-range": {"start-datetime": "2026-11-26T00:00:00Z", "end-datetime": "2026-11-26T23:59:59Z"},
                        "policies": [{"policy": {"policy-type": "no-policy-found", "policy-domain": "bank.example"},
                                      "summary": {"total-successful-session-count": 5, "total-failure-session-count": 0}}]})
                    self.assertEqual(post(report.encode()), 201)
                    self.assertEqual(post(report.encode()), 201)  # known already
                with self.subTest("another certificate counts without a restart"):
                    with tempfile.TemporaryDirectory() as other:
                        new, new_key = certificate(other, ("localhost",))
                        pathlib.Path(key).write_bytes(new_key.read_bytes())
                        pathlib.Path(cert).write_bytes(new.read_bytes())
                        server.signal(signal.SIGHUP)
                        server.await_said("the configuration was read again")
                        self.assertEqual(server.request("GET", "/healthz", host="localhost", tls=trusting(new)).status, 200)
                self.assertEqual(server.end(), 0)

    def test_metrics_are_for_those_who_are_named(self):
        with Serve('[server]\nmetrics_from = ["192.0.2.1"]\n', role="worker") as server:
            self.assertEqual(server.get("/metrics").status, 404)
            self.assertEqual(server.end(), 0)
        # Behind a proxy it is the visitor's address that counts.
        with Serve('[server]\ntrusted_proxies = ["127.0.0.1"]\n', role="worker") as server:
            self.assertEqual(server.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status, 404)
            self.assertEqual(server.get("/metrics").status, 200)
            self.assertEqual(server.end(), 0)

    def test_a_client_that_does_nothing_keeps_nobody(self):
        with Serve('[server]\ngrace = "2s"\n', role="worker") as server:
            with socket.create_connection(("127.0.0.1", server.port)) as idle:
                idle.send(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n")
                begun = time.monotonic()
                self.assertEqual(server.end(), 0)
                self.assertLess(time.monotonic() - begun, 20)

    def test_settings_are_said_by_config_check(self):
        with tempfile.TemporaryDirectory() as folder:
            config = pathlib.Path(folder) / "rampart.toml"
            config.write_text('[server]\nlisten = ["192.0.2.1:8899"]\n')
            done = rampart("config", "check", "--config", config)
            self.assertEqual(done.status, 2, done.out)
            self.assertIn("passwords would go there in clear", done.err)


class InitTest(unittest.TestCase):
    def test_it_writes_what_serve_reads_and_nothing_over(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "rampart.toml"
            done = rampart("init", "--domain", "bank.example", "--state", folder, file)
            self.assertEqual(done.status, 0, done.err)
            self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o640)
            self.assertIn(f"next: rampart doctor --config {file}, and then rampart serve --config {file}", done.err)
            self.assertEqual(rampart("config", "check", "--config", file).status, 0)
            text = file.read_text()
            self.assertIn('own_domains = ["bank.example"]', text)
            again = rampart("init", "--domain", "other.example", file)
            self.assertEqual(again.status, 2)
            self.assertIn("is there already, and stays as it is", again.err)
            self.assertEqual(file.read_text(), text)
            self.assertEqual(rampart("init", "--domain", "no domain", pathlib.Path(folder) / "x.toml").status, 2)


if __name__ == "__main__":
    unittest.main()
