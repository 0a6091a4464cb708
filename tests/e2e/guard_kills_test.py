"""rampart guard killed, hung and overloaded beside a real Postfix: no message is lost, delivered or kept twice, or let by unexamined."""

import contextlib
import os
import random
import signal
import socket
import threading
import time
import unittest

from guard_case import OURS, STRANGER, TO, GuardCase, mail
from guard_run import mail_server, send

LONG = bool(os.environ.get("RAMPART_LONG"))


class Between:
    """Stands between Postfix and a guard. While `hold` is set nothing that the guard answers to the end of a message goes on; drop() ends the
    connections that wait."""

    def __init__(self, port):
        self.guard = port
        self.hold = threading.Event()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.pairs = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                mta = self.server.accept()[0]
            except OSError:
                return
            try:
                guard = socket.create_connection(("127.0.0.1", self.guard))
            except OSError:
                mta.close()
                continue
            ended = threading.Event()  # the message is whole: what comes back is its answer
            self.pairs.append((mta, guard))
            threading.Thread(target=self.pump, args=(mta, guard, ended, True), daemon=True).start()
            threading.Thread(target=self.pump, args=(guard, mta, ended, False), daemon=True).start()

    def pump(self, source, sink, ended, from_mta):
        try:
            while data := source.recv(65536):
                if from_mta and b"\0\0\0\1E" in data:  # SMFIC_BODYEOB
                    ended.set()
                if not from_mta and ended.is_set() and self.hold.is_set():
                    continue
                sink.sendall(data)
        except OSError:
            pass
        if from_mta or not self.hold.is_set():
            self.end(sink)
        source.close()

    @staticmethod
    def end(one):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)

    def drop(self):
        self.hold.clear()
        for pair in self.pairs:
            for one in pair:
                self.end(one)
        self.pairs = []

    def close(self):
        self.drop()
        self.server.close()


class Sender(threading.Thread):
    """Sends messages until it is told to stop, each again until it is answered for good, as a mail server does."""

    KINDS = ((OURS, "bank.example"), (STRANGER, "shop.example"), (STRANGER, "bank.example"), (OURS, "soft.example"))

    def __init__(self, postfix, seed):
        super().__init__()
        self.postfix, self.chance, self.over = postfix, random.Random(seed), threading.Event()
        self.answered = {}  # by Message-ID: the last code, client, author, how often it was sent, how long the slowest took
        self.faults = {}
        self.start()

    def run(self):
        while not self.over.is_set():
            address, author = self.chance.choice(self.KINDS)
            name, text = mail(author)
            tries, slowest, code = 0, 0.0, 451
            deadline = time.monotonic() + 60
            while code // 100 == 4 and time.monotonic() < deadline:
                begun = time.monotonic()
                try:
                    code, _ = send(self.postfix, address, f"news@{author}", TO, text)
                except (OSError, EOFError, AssertionError) as fault:
                    self.faults[name] = fault
                    break
                tries += 1
                slowest = max(slowest, time.monotonic() - begun)
                if code // 100 == 4:
                    time.sleep(0.05)
            self.answered[name] = (code, address, author, tries, slowest)


class KeptOnceTest(GuardCase):
    def test_killed_before_its_answer_it_keeps_a_message_once(self):
        """The guard has kept a message and is killed before Postfix has the answer; the sender tries again."""
        for recipients, config in ((TO, ""), (["a@else.example", "b@open.example", "c@else.example"], 'enforce = ["to=else.example"]')):
            with self.subTest(recipients=recipients):
                guard = self.guard(config=config)
                between = Between(int(guard.listen.rsplit(":", 1)[1]))
                self.addCleanup(between.close)
                guard.listen, listen = f"inet:127.0.0.1:{between.port}", guard.listen
                postfix = mail_server(guard)
                self.addCleanup(postfix.stop)
                guard.listen = listen
                name, text = mail("shop.example")
                answers = []
                between.hold.set()
                sender = threading.Thread(target=lambda: answers.append(send(postfix, STRANGER, "news@shop.example", recipients, text)))
                sender.start()
                deadline = time.monotonic() + 20
                while guard.kept() != [name] and time.monotonic() < deadline:
                    time.sleep(0.02)
                guard.kill9()
                between.drop()
                sender.join()
                self.assertEqual(answers[0][0] // 100, 4, answers)
                self.assertEqual(guard.kept(), [name])
                guard.start()
                answers.append(send(postfix, STRANGER, "news@shop.example", recipients, text))
                self.assertEqual(answers[1][0], 250, answers)
                self.assertEqual(guard.kept(), [name], "the same entry")
                self.assertEqual(len(list(guard.quarantine.iterdir())), 1)
                if len(recipients) > 1:
                    self.delivered(postfix, name)
                    time.sleep(0.5)
                    self.assertEqual([to for to, got in postfix.messages(0, 0) if name.encode() in got], ["b@open.example"])
                told = self.told(guard, name)
                self.assertEqual(len({event["queue_id"] for event in told["events"]}), len(told["events"]), "the MTA names each try anew")
                other, text = mail("shop.example")
                self.assertEqual(send(postfix, STRANGER, "news@shop.example", recipients, text)[0], 250)
                self.assertEqual(sorted(guard.kept()), sorted([name, other]), "another message is another entry")


class NothingLostTest(GuardCase):
    """kill -9 at random moments under load: what Postfix accepted is delivered, quarantined or queued, once, and was examined."""

    KILLS = 500 if LONG else 25
    CLIENTS = 4

    def kill(self, guard, postfix, between=lambda chance: None):
        """What was answered, after that many kills."""
        senders = [Sender(postfix, seed) for seed in range(self.CLIENTS)]
        chance = random.Random(6)
        for _ in range(self.KILLS):
            time.sleep(chance.uniform(0.05, 0.6))
            between(chance)
            guard.kill9()
            guard.start()
        for sender in senders:
            sender.over.set()
        for sender in senders:
            sender.join()
        faults = {name: fault for sender in senders for name, fault in sender.faults.items()}
        self.assertEqual(faults, {}, "Postfix itself is never killed, so it answers everything")
        answered = {name: answer for sender in senders for name, answer in sender.answered.items()}
        self.assertGreater(len(answered), self.KILLS)
        return answered

    def arrived(self, postfix, expected):
        """The texts of what was delivered, and the ids of messages that are still in Postfix's queue."""
        texts = [text.decode() for _, text in postfix.messages(expected, 60)]
        queued = [path.name for queue in ("incoming", "active", "deferred", "maildrop", "hold") for path in (postfix.dir / "queue" / queue).rglob("*") if path.is_file()]
        return texts, queued

    @staticmethod
    def message_id(text):
        return text.split("Message-ID: ", 1)[1].split("\n", 1)[0].strip()

    def test_nothing_lost(self):
        guard, postfix = self.both()
        answered = self.kill(guard, postfix)
        accepted = {name: answer for name, answer in answered.items() if answer[0] == 250}
        wanted = [name for name, (_, address, _, _, _) in accepted.items() if address == OURS]
        delivered, queued = self.arrived(postfix, len(wanted))
        self.assertEqual(queued, [], "all that was accepted had time to be delivered")
        names = [self.message_id(text) for text in delivered]
        kept = guard.kept()
        again = 0
        for name, (code, address, author, tries, _) in answered.items():
            again += tries > 1
            found = (names.count(name), kept.count(name))
            if (address, author) == (STRANGER, "bank.example"):
                self.assertEqual((code, *found), (550, 0, 0), f"a spoof, sent {tries} times")
            else:
                self.assertEqual((code, *found), (250, 1, 0) if address == OURS else (250, 0, 1), f"{name} of {author} from {address}, sent {tries} times")
        self.assertEqual((len(delivered), len(kept)), (len(wanted), len(accepted) - len(wanted)), "and nothing else")
        for text in delivered:
            self.assertRegex(text, r"(?sm)^Authentication-Results: guard\.test;.*dmarc=pass", "delivered unexamined")
        print(f"{self.KILLS} kills: {len(answered)} messages, {again} of them sent again; {len(delivered)} delivered, {len(kept)} kept, "
              f"{len(answered) - len(accepted)} rejected, none lost, none twice, none unexamined", flush=True)

    def test_a_monitor_stops_nothing(self):
        """Killed, hung and overloaded: every message is delivered in time."""
        guard, postfix = self.both("accept, command_timeout=3s, content_timeout=3s", mode="monitor", config="messages_in_flight = 2")
        hung = []

        def hang(chance):
            if chance.random() < 0.2:
                guard.process.send_signal(signal.SIGSTOP)
                hung.append(chance.uniform(0.1, 1.0))
                time.sleep(hung[-1])

        answered = self.kill(guard, postfix, hang)
        for name, (code, _, _, tries, _) in answered.items():
            self.assertEqual((code, tries), (250, 1), name)
        slowest = max(answer[4] for answer in answered.values())
        self.assertLess(slowest, 5 + 3, "of a hung guard Postfix waits for no answer longer than it was told, and a busy machine adds")
        delivered, queued = self.arrived(postfix, len(answered))
        self.assertEqual(queued, [])
        self.assertEqual(sorted(self.message_id(text) for text in delivered), sorted(answered), "each once")
        for text in delivered:
            self.assertNotIn("X-Rampart", text)
        print(f"{self.KILLS} kills and {len(hung)} hangs of a monitor, {guard.said().count('let through')} times too busy: {len(answered)} messages, all delivered, "
              f"the slowest after {slowest:.1f} s", flush=True)


if __name__ == "__main__":
    unittest.main()
