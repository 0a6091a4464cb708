"""`rampart quarantine digest`, and what its links open: real mail is kept by the guard beside Postfix, its recipient is told of it once,
looks at it, which changes nothing, and has it delivered to himself alone, once."""

import base64
import email
import email.policy
import http.client
import re
import subprocess
import time
import unittest

from guard_case import STRANGER, GuardCase, mail
from guard_run import send
from rampart_run import PROGRAM, SOURCE, rampart
from servers import free_port
from watch_servers import MailTaker

BASE = "https://mail.else.example/rampart"


class QuarantineDigestTest(GuardCase):
    def setUp(self):
        self.sink = MailTaker()
        self.addCleanup(self.sink.stop)
        self.port = free_port()
        seal = self.dir / "seal.key"
        if not seal.exists():
            seal.touch(mode=0o600)
            seal.write_text(base64.b64encode(bytes(range(32))).decode() + "\n")
        self.table = f"""seal_file = "{seal}"
release_server = "127.0.0.1:{self.sink.port}"
release_tls = "none"
digest_from = "quarantine@bank.example"
digest_url = "{BASE}"
"""

    def keep(self, guard, postfix, author="shop.example", to=("a@else.example",), fields=""):
        name, text = mail(author, fields)
        send(postfix, STRANGER, f"news@{author}", list(to), text)
        guard.event(name)
        self.assertIn(name, guard.kept())
        return name

    def run_it(self, guard, *words, status=0):
        run = rampart("--config", guard.config, "quarantine", *words, "--store", guard.store, "--quarantine", guard.quarantine)
        self.assertEqual(run.status, status, run.out + run.err)
        return run

    def digest(self, guard, *words, status=0):
        return self.run_it(guard, "digest", *words, status=status)

    def digests(self):
        """(recipients, message) of those that came."""
        return [(to, email.message_from_bytes(text, policy=email.policy.default)) for to, text in self.sink.messages if b"kept back" in text]

    def links(self, message):
        text = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
        return re.findall(rf"^{re.escape(BASE)}(/quarantine/message\?m=\S+)$", text, re.MULTILINE)

    def ask(self, method, path, headers=()):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body=b"" if method == "POST" else None, headers=dict(headers))
        answer = connection.getresponse()
        out = answer.status, answer.headers, answer.read().decode()
        connection.close()
        return out

    def start(self, more=""):
        return self.both(config=self.table + more, options=("--http-listen", f"127.0.0.1:{self.port}"))

    def states(self, guard):
        return {tuple(one["recipients"]): one["state"] for one in self.run_it(guard, "list", "--format", "json").json()["messages"]}

    def released(self, name):
        return [to for to, text in self.sink.messages if f"Message-ID: {name}".encode() in text]

    def test_kept_told_looked_at_and_delivered_once(self):
        guard, postfix = self.start()
        name = self.keep(guard, postfix, to=("a@else.example", "b@else.example"))
        shown = self.digest(guard).out
        self.assertIn("To: a@else.example", shown)
        self.assertIn("To: b@else.example", shown)
        self.assertEqual(self.sink.messages, [], "without --send nothing is sent")
        self.assertIn("a@else.example: sent, 1 message", self.digest(guard, "--send").out)
        self.assertEqual([to for to, _ in self.digests()], [["a@else.example"], ["b@else.example"]])
        message = self.digests()[0][1]
        self.assertEqual(message["From"], "quarantine@bank.example")
        self.assertEqual(message["Auto-Submitted"], "auto-generated")
        self.assertIn("news@shop.example", message.get_body(("plain",)).get_content())
        html = message.get_body(("html",)).get_content()
        self.assertNotRegex(html, r"<(img|script|link|iframe|form|style)")
        self.assertIn("There is nothing to tell", self.digest(guard, "--send").out, "each message once")
        self.assertEqual(len(self.digests()), 2)

        (link,) = self.links(message)
        for method in ("GET", "GET", "HEAD", "GET"):
            status, headers, page = self.ask(method, link)
            self.assertEqual(status, 200)
        self.assertIn('<form method="post">', page)
        self.assertIn("news@shop.example", page)
        self.assertEqual(headers["Content-Type"], "text/html; charset=utf-8")
        self.assertEqual((headers["Cache-Control"], headers["Referrer-Policy"]), ("no-store", "no-referrer"))
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
        self.assertNotIn("unsafe", headers["Content-Security-Policy"])
        self.assertEqual(self.states(guard), {("a@else.example", "b@else.example"): "kept"}, "a look changes nothing")
        self.assertEqual(self.released(name), [])

        status, _, page = self.ask("POST", link)
        self.assertEqual(status, 200, page)
        self.assertIn("on its way", page)
        self.assertEqual(self.released(name), [["a@else.example"]], "to nobody else")
        self.assertEqual(self.states(guard), {("a@else.example",): "released", ("b@else.example",): "kept"})
        for method in ("POST", "GET", "POST"):
            status, _, page = self.ask(method, link)
            self.assertEqual(status, 200)
            self.assertIn("released already, on", page)
            self.assertNotIn("<form", page)
        self.assertEqual(len(self.released(name)), 1)
        released = self.run_it(guard, "list", "--state", "released", "--format", "json").json()["messages"]
        self.assertEqual(released[0]["by"], "a@else.example", "who did it is kept")
        (other,) = self.links(self.digests()[1][1])
        self.assertIn("on its way", self.ask("POST", other)[2])
        self.assertEqual(self.released(name), [["a@else.example"], ["b@else.example"]])

    def test_a_link_that_is_none_opens_nothing(self):
        guard, postfix = self.start()
        name = self.keep(guard, postfix)
        self.digest(guard, "--send")
        (link,) = self.links(self.digests()[0][1])
        path, token = link.split("?m=")
        entry, until, _, signature = token.split(".")
        other = base64.urlsafe_b64encode(b"b@else.example").decode().rstrip("=")
        forged = (token[:-1] + ("0" if token[-1] != "0" else "1"), f"{entry}.{until}.{other}.{signature}", f"{entry}.{int(until) + 1}.{token.split('.')[2]}.{signature}", "", "x" * 9000,
                  token + "&m=" + token, token + "&x=1")
        for one in forged:
            for method in ("GET", "POST"):
                status, _, page = self.ask(method, f"{path}?m={one}")
                self.assertEqual(status, 404, one)
                self.assertNotIn("shop.example", page)
        for path_ in (path, path + "?", path + "?m=%zz", path + "/", "/quarantine", "/quarantine/"):
            self.assertEqual(self.ask("GET", path_)[0], 404, path_)
        self.assertEqual(self.ask("PUT", link)[0], 405)
        self.assertEqual((self.released(name), set(self.states(guard).values())), ([], {"kept"}))
        self.run_it(guard, "delete", entry)
        status, _, page = self.ask("POST", link)
        self.assertEqual(status, 410)
        self.assertIn("was deleted on", page)
        self.assertEqual(self.released(name), [])

    def test_what_a_recipient_may_not_release_has_no_link(self):
        guard, postfix = self.start()
        self.keep(guard, postfix, "soft.example", fields="List-Id: <list.example>\r\n")
        self.digest(guard, "--send")
        message = self.digests()[0][1]
        self.assertEqual(self.links(message), [])
        self.assertIn("Only whoever looks after your mail", message.get_body(("plain",)).get_content())

    def test_a_mail_server_that_takes_nothing_loses_nothing(self):
        guard, postfix = self.start()
        name = self.keep(guard, postfix)
        self.sink.answers["RCPT"] = "451 4.7.1 come back later"
        self.assertIn("not sent", self.digest(guard, "--send", status=3).out)
        self.sink.answers["RCPT"] = "550 5.1.1 no such user"
        self.assertIn("no such user", self.digest(guard, "--send", status=1).out)
        self.sink.answers.clear()
        self.assertIn("a@else.example: sent", self.digest(guard, "--send").out)
        (link,) = self.links(self.digests()[0][1])
        self.sink.answers["RCPT"] = "451 4.7.1 come back later"
        status, _, page = self.ask("POST", link)
        self.assertEqual(status, 503)
        self.assertIn("Try again later", page)
        self.sink.answers.clear()
        self.assertIn("on its way", self.ask("POST", link)[2])
        self.assertEqual(self.released(name), [["a@else.example"]])

    def test_whom_the_settings_leave_out_is_told_nothing(self):
        guard, postfix = self.start('digest_to = ["else.example"]\ndigest_skip = ["staff@else.example"]\ndigest_language = "ur"\n')
        self.keep(guard, postfix, to=("staff@else.example", "a@else.example"))
        run = self.digest(guard, "--send", "--since", "1h")
        self.assertIn("1 recipient is told of nothing", run.err)
        self.assertEqual([to for to, text in self.sink.messages], [["a@else.example"]])
        message = email.message_from_bytes(self.sink.messages[0][1], policy=email.policy.default)
        self.assertEqual(message["Content-Language"], "ur")
        self.assertIn('dir="rtl"', message.get_body(("html",)).get_content())
        (link,) = self.links(message)
        self.assertIn('<html lang="ur" dir="rtl">', self.ask("GET", link)[2])
        self.assertIn("is no time", self.digest(guard, "--since", "soon", status=2).err)

    def test_a_digest_that_is_interrupted_is_told_again(self):
        guard, postfix = self.start()
        self.keep(guard, postfix)
        self.sink.hold.set()
        process = subprocess.Popen([PROGRAM, "--config", guard.config, "quarantine", "digest", "--send", "--store", guard.store, "--quarantine", guard.quarantine],
                                   cwd=SOURCE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 15
        while "DATA" not in self.sink.commands and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.3)
        process.kill()
        process.wait()
        self.sink.hold.clear()
        self.assertIn("a@else.example: sent, 1 message", self.digest(guard, "--send").out)
        self.assertEqual(len({message["Message-ID"] for _, message in self.digests()}), 1, "by which a mail server knows it again")
        self.assertIn("There is nothing to tell", self.digest(guard, "--send").out)

    def test_through_the_mail_server_that_the_guard_works_for(self):
        guard, postfix = self.start()
        name = self.keep(guard, postfix, to=("a@else.example", "b@else.example"))
        guard.kill9()
        self.table = self.table.replace(f":{self.sink.port}", f":{postfix.port}")
        guard.configure(self.table)
        guard.start()
        self.digest(guard, "--send")
        deadline = time.monotonic() + 15
        while len(postfix.messages(2)) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        told = {to: email.message_from_bytes(text, policy=email.policy.default) for to, text in postfix.messages(2)}
        (link,) = self.links(told["b@else.example"])
        self.assertIn("on its way", self.ask("POST", link)[2])
        text = self.delivered(postfix, name)
        self.assertNotIn("X-Rampart-Released", text, "the guard let it by, and took its pass")
        self.assertEqual([to for to, text in postfix.messages(3) if f"Message-ID: {name}".encode() in text], ["b@else.example"])
        self.assertIn("released already", self.ask("POST", link)[2])
        self.assertEqual(self.states(guard), {("a@else.example",): "kept", ("b@else.example",): "released"})

    def test_pages_change_without_a_restart(self):
        guard, postfix = self.start()
        self.keep(guard, postfix)
        self.digest(guard, "--send")
        (link,) = self.links(self.digests()[0][1])
        self.assertIn('lang="en"', self.ask("GET", link)[2])
        guard.reload(self.table + '\ndigest_language = "ur"', "read again")
        self.assertNotIn("counts from the next start on", guard.said())
        self.assertIn('lang="ur"', self.ask("GET", link)[2])
        guard.reload("\n".join(line for line in self.table.splitlines() if not line.startswith("digest_url")), "read again")
        self.assertEqual(self.ask("GET", link)[0], 404)
        guard.reload(self.table, "read again")
        self.assertIn('lang="en"', self.ask("GET", link)[2])

    def test_a_flood_of_mail_is_a_digest_of_fifty(self):
        guard, postfix = self.start()
        for _ in range(60):
            name, text = mail("shop.example")
            send(postfix, STRANGER, "news@shop.example", ["a@else.example"], text)
        guard.event(name)
        shown = self.digest(guard, "--format", "json").json()
        self.assertEqual((shown["schema"], shown["digests"]), ("rampart.digests/1", [{"recipient": "a@else.example", "messages": 60, "outcome": "would be sent", "why": ""}]))
        self.digest(guard, "--send")
        (_, message), = self.digests()
        self.assertEqual(len(self.links(message)), 50)
        self.assertIn("And 10 more", message.get_body(("plain",)).get_content())
        self.assertIn("There is nothing to tell", self.digest(guard, "--send").out)

    def test_links_need_what_they_release_with(self):
        config = self.dir / "bad.toml"
        config.write_text(f'[guard]\ndigest_url = "{BASE}"\n')
        store = self.dir / "empty.db"
        words = ("--config", config, "guard", "--listen", f"inet:127.0.0.1:{free_port()}", "--mode", "enforce", "--quarantine", self.dir / "none", "--store", store,
                 "--http-listen", f"127.0.0.1:{self.port}", "--resolver", self.names.address)
        run = rampart(*words)
        self.assertEqual(run.status, 2, run.out + run.err)
        self.assertIn("guard.release_key_file", run.err)
        doctor = rampart("doctor", "--config", config, "--no-postfix").out
        self.assertIn("links in digests are answered by nobody", doctor)
        self.assertIn("what a link releases goes nowhere", doctor)
        config.write_text(f'[guard]\n{self.table}http_listen = "127.0.0.1:{self.port}"\n')
        self.assertIn("ok      digests have links", rampart("doctor", "--config", config, "--no-postfix").out)


if __name__ == "__main__":
    unittest.main()
