"""The live stream of a guard's events: GET /api/v1/events, and rampart top --url, which reads it."""

import contextlib
import fcntl
import http.client
import os
import pathlib
import pty
import re
import resource
import select
import signal
import socket
import struct
import subprocess
import termios
import threading
import time
import unittest

from event_stream import EventStream, Refused
from guard_case import OURS, STRANGER, TO, TOKEN, GuardHttpCase, mail
from guard_run import send
from rampart_run import PROGRAM, SOURCE, rampart
from servers import free_port

STREAMS = 16  # at a time


class GuardEventsTest(GuardHttpCase):
    def stream(self, query="", **words):
        out = EventStream(self.port, TOKEN, query, **words)
        self.addCleanup(out.close)
        return out

    def mail(self, postfix, author="bank.example", address=OURS):
        name, text = mail(author)
        send(postfix, address, f"news@{author}", TO, text)
        return name

    def metrics(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", "/metrics")
            return connection.getresponse().status

    def test_every_verdict_is_told_as_it_falls(self):
        guard, postfix = self.both(**self.options())
        everything, kept, other = self.stream(), self.stream("action=quarantine&to=@else.example"), self.stream("cause=no-such-cause")
        for stream in (everything, kept, other):
            self.assertEqual(stream.until_live(), [])
        names = [self.mail(postfix), self.mail(postfix, "shop.example", STRANGER), self.mail(postfix, "bank.example", STRANGER)]
        for name in names:
            event = guard.event(name)
            self.assertEqual(everything.next(), ("message", event["id"], event), "as on standard output")
        self.assertEqual(kept.next()[2]["message_id"], names[1])
        for stream in (kept, other):
            with self.assertRaises(TimeoutError):
                stream.next(0.5)
        with self.subTest("who comes again goes on behind the last event that he got"):
            first = guard.event(names[0])["id"]
            again = self.stream(last=first)
            self.assertEqual([data["message_id"] for _, _, data in (again.until_live() + [again.next(), again.next()])], names[1:])
        with self.subTest("after the guard was killed, too, out of the store"):
            self.told(guard, names[2])
            guard.kill9()
            with self.assertRaises((EOFError, ConnectionError)):
                everything.next()
            guard.start()
            later = self.mail(postfix)
            again = self.stream(last=first)
            got = [data["message_id"] for kind, _, data in again.until_live() if kind == "message"]
            while later not in got:
                got.append(again.next()[2]["message_id"])
            self.assertEqual(sorted(got), sorted([*names[1:], later]), "each once")
        with self.subTest("an event that nobody knows: it is said"):
            self.assertEqual(self.stream(last="0123456789abcdefghjkmnpqrs").until_live()[0][0], "gap")
        with self.subTest("what there was before, on request"):
            back = self.stream("back=3600&action=reject").until_live()
            self.assertEqual([data["message_id"] for _, _, data in back], [names[2]])

    def test_who_may_follow(self):
        guard = self.guard(**self.options())
        for query, last, status in (("action=drop", None, 400), ("to=else.example", None, 400), ("back=x", None, 400), ("since=1", None, 400), ("", "x", 400)):
            with self.assertRaisesRegex(Refused, str(status)):
                self.stream(query, last=last)
        with self.assertRaisesRegex(Refused, "401"):
            EventStream(self.port, TOKEN[:-1])
        held = [self.stream() for _ in range(STREAMS)]
        with self.assertRaisesRegex(Refused, "503"):
            self.stream()
        self.assertEqual(self.metrics(), 200, "that is answered all the same")
        held.pop().close()
        deadline = time.monotonic() + 10
        while True:
            try:
                held.append(self.stream())
                break
            except Refused:
                self.assertLess(time.monotonic(), deadline, "who goes gives back his place")
        begun = time.monotonic()
        guard.process.send_signal(signal.SIGTERM)
        self.assertEqual(guard.process.wait(30), 0, guard.said())
        self.assertLess(time.monotonic() - begun, 4, "streams do not keep it from ending")
        guard.configure("")
        guard.start()
        with self.assertRaisesRegex(Refused, "403"):
            self.stream()
        run = rampart("top", "--no-config", "--url", f"http://127.0.0.1:{self.port}", "--token-file", str(self.token))
        self.assertEqual(run.status, 2)
        self.assertIn("the guard has no token", run.err)

    def test_hostile_clients_hold_up_no_mail(self):
        """Half-open streams, clients that read nothing or send without end, and more connections than there are places."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        guard, postfix = self.both(**self.options())
        deaf = [self.stream() for _ in range(STREAMS // 2)]
        memory = self.memory(guard)
        flood, stop = [], threading.Event()
        for number in range(2000):
            try:
                one = socket.create_connection(("127.0.0.1", self.port), timeout=0.2)
            except OSError:
                continue  # the kernel's queue is full
            self.addCleanup(one.close)
            flood.append(one)
            with contextlib.suppress(OSError):
                one.sendall((b"", b"GET /api/v1/events HTTP/1.1\r\nHost:", f"GET /api/v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode())[number % 3])

        def talk():
            while not stop.is_set():
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as one:
                    one.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode())
                    while not stop.is_set():
                        one.sendall(b"x" * 4096)

        talker = threading.Thread(target=talk)
        talker.start()
        for _ in range(10):
            name = self.mail(postfix)
            begun = time.monotonic()
            self.delivered(postfix, name)
            self.assertLess(time.monotonic() - begun, 5)
        self.assertLess(self.memory(guard) - memory, 100 << 20)
        stop.set()
        talker.join()
        for one in flood:
            one.close()
        self.assertGreater(len(flood), 500)
        deadline = time.monotonic() + 30
        while True:
            try:
                self.assertEqual(self.metrics(), 200)
                break
            except OSError:
                self.assertLess(time.monotonic(), deadline, "all places are given back")
        follower = self.stream()
        follower.until_live()
        name = self.mail(postfix)
        self.assertEqual(follower.next()[2]["message_id"], name)
        self.assertEqual(len(deaf[0].until_live()), 0)
        self.assertEqual(len([deaf[0].next() for _ in range(11)]), 11, "who was slow, but not too slow, has it all")

    @staticmethod
    def memory(guard):
        status = pathlib.Path(f"/proc/{guard.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) << 10

    def test_it_ends_at_once_whatever_is_under_way(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            guard = self.guard(resolver=f"127.0.0.1:{silent.getsockname()[1]}", **self.options())
            stream = self.stream()
            stream.until_live()
            text = mail()[1].encode()
            with socket.create_connection(("127.0.0.1", self.port), timeout=30) as scan:
                scan.sendall(f"POST /api/v1/scan?ip={OURS}&mail_from=news@bank.example HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: {len(text)}\r\n\r\n".encode() + text)
                silent.settimeout(30)
                silent.recv(4096)  # it is being looked at
                begun = time.monotonic()
                guard.process.send_signal(signal.SIGTERM)
                answer = b""
                while data := scan.recv(4096):
                    answer += data
            self.assertTrue(answer.startswith(b"HTTP/1.1 503 "), answer)
            self.assertIn(b"the guard is stopped", answer)
            self.assertEqual(guard.process.wait(30), 0, guard.said())
            self.assertLess(time.monotonic() - begun, 4)
            with self.assertRaises(EOFError):
                stream.next()

    def test_top_follows_a_guard(self):
        guard, postfix = self.both(**self.options())
        name = self.mail(postfix, "shop.example", STRANGER)
        self.told(guard, name)
        words = ("top", "--no-config", "--url", f"http://127.0.0.1:{self.port}", "--token-file", str(self.token))
        run = rampart(*words, "--format", "json")
        self.assertEqual(run.status, 0, run.err)
        self.assertEqual((run.json()["messages"], run.json()["answered"]["quarantine"]), (1, 1))
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 12, 80, 0, 0))
        top = subprocess.Popen([PROGRAM, *words], cwd=SOURCE, stdin=slave, stdout=slave, stderr=slave, env={**os.environ, "TERM": "xterm", "COLUMNS": "100"})
        os.close(slave)
        self.addCleanup(top.kill)
        seen = b""

        def shows(text, seconds=20):
            nonlocal seen
            deadline = time.monotonic() + seconds
            while text not in seen and time.monotonic() < deadline:
                if select.select([master], [], [], 0.2)[0]:
                    seen += os.read(master, 65536)
            self.assertIn(text, seen)

        shows(b"1 messages in")
        self.mail(postfix)
        shows(b"2 messages in")
        guard.kill9()
        shows(b"nobody answers")
        guard.start()
        self.mail(postfix)
        shows(b"3 messages in")
        pages = [page for page in seen.split(b"\x1b[2J") if b"messages in" in page]
        self.assertLessEqual(max(page.count(b"\n") for page in pages[:-1]), 11, "a page is no longer than the terminal")
        top.send_signal(signal.SIGINT)
        self.assertEqual(top.wait(20), 0)
        with self.subTest("what cannot be followed is said"):
            weak = self.dir / "other.token"
            weak.touch(mode=0o600)
            weak.write_text("another-token-of-the-tests\n")
            for changed, status, why in (((*words[:-1], str(weak)), 2, "another token"), ((*words[:3], "http://192.0.2.1:80", *words[4:]), 2, "is another machine"),
                                         ((*words[:3], f"http://127.0.0.1:{free_port()}", *words[4:]), 3, "nobody answers"), (words[:-2], 2, "--token-file"),
                                         ((*words[:3], f"https://127.0.0.1:{self.port}", *words[4:]), 2, "without TLS"), ((*words, "--store", guard.store), 2, "--store names one")):
                run = rampart(*changed)
                self.assertEqual(run.status, status, run.err)
                self.assertIn("hint: ", run.err)
                self.assertIn(why, run.err)
                self.assertNotIn(TOKEN, run.err)


if __name__ == "__main__":
    unittest.main()
