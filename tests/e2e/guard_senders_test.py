"""What rampart guard remembers of who writes to whom: from a first message and an answer over a restart to trace, scan and `guard senders`."""

import signal
import sqlite3
import time
import unittest

from guard_case import OURS, STRANGER, TO, GuardCase, mail
from guard_run import Client, mail_server, send
from rampart_run import rampart
from sasl_server import SaslServer

HOME = "198.51.100.77"
USER = "a@else.example"


class SendersTest(GuardCase):
    def setUp(self):
        sasl = SaslServer({"alice": "secret"})
        self.addCleanup(sasl.stop)
        self.old = self.guard()
        self.postfix = mail_server(self.old, more=f"smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\nsmtpd_sasl_path = inet:127.0.0.1:{sasl.port}\n")
        self.addCleanup(self.postfix.stop)

    def end(self, guard):
        guard.process.send_signal(signal.SIGTERM)
        self.assertEqual(guard.process.wait(30), 0, guard.said())

    def aged(self, guard, days=15):
        """The guard, as if it had begun to remember so long ago."""
        self.end(guard)
        with sqlite3.connect(guard.store) as store:
            store.execute("UPDATE guard_correspondence SET begun = begun - ?", (days * 86400,))
        guard.start()

    def receive(self, guard, author="bank.example", address=OURS):
        """What the event of a message says of its sender, and its Message-ID."""
        name, text = mail(author)
        send(self.postfix, address, f"news@{author}", TO, text)
        return guard.event(name)["sender"], name

    def write(self, guard, recipient):
        """A user who has logged in, at home."""
        name, text = mail()
        text = text.replace("News <news@bank.example>", USER, 1).replace("To: a@else.example", f"To: {recipient}", 1)
        client = Client(self.postfix, HOME, helo="laptop.home")
        try:
            client.smtp.login("alice", "secret")
            code, answer = client.send(USER, [recipient], text)
        finally:
            client.quit()
        self.assertEqual(code, 250, answer)
        return guard.event(name)

    def senders(self, guard, who, *words, status=0):
        run = rampart("guard", "senders", who, "--config", guard.config, "--store", guard.store, *words)
        self.assertEqual(run.status, status, run.out + run.err)
        return run

    def rows(self, guard):
        with sqlite3.connect(f"file:{guard.store}?mode=ro", uri=True) as store:
            return sorted(line for line in store.iterdump() if "guard_" in line)

    def test_who_writes_to_whom(self):
        guard = self.old
        today = lambda: time.strftime("%Y-%m-%d", time.gmtime())
        with self.subTest("a memory that has just begun calls nobody new"):
            sender, _ = self.receive(guard, "open.example")
            self.assertEqual((sender["known"], sender["why"], sender["proven"]), (None, "too-young", True))
        self.aged(guard)
        with self.subTest("the first message is of somebody who was never seen, the second is not"):
            sender, _ = self.receive(guard)
            self.assertEqual((sender["known"], sender["why"], sender["messages"], sender["first"]), (False, "", 0, None))
            self.assertEqual([(one["address"], one["known"]) for one in sender["recipients"]], [(USER, False)])
            sender, second = self.receive(guard)
            self.assertEqual((sender["known"], sender["messages"], sender["replied"], sender["proven"]), (True, 1, None, True))
            self.assertEqual((sender["recipients"][0]["known"], sender["recipients"][0]["messages"]), (True, 1))
        with self.subTest("a forger makes nobody known, and a known name excuses nothing"):
            name, text = mail()
            self.assertEqual(send(self.postfix, STRANGER, "news@bank.example", TO, text)[0], 550)
            sender = guard.event(name)["sender"]
            self.assertEqual((sender["known"], sender["messages"], sender["proven"]), (True, 2, False))
            self.assertEqual(self.receive(guard)[0]["messages"], 2)
            for _ in range(2):
                self.assertEqual(self.receive(guard, "shop.example", STRANGER)[0]["known"], False)
        with self.subTest("whom a user writes to is known to him, and to the others as somebody's"):
            event = self.write(guard, "news@soft.example")
            self.assertEqual((event["role"], event["sender"]), ("submission", None))
            sender, answer = self.receive(guard, "soft.example")
            self.assertEqual((sender["known"], sender["messages"]), (True, 0))
            self.assertIsNotNone(sender["recipients"][0]["replied"])
        self.end(guard)
        guard.start()
        with self.subTest("all that outlives it"):
            sender, _ = self.receive(guard, "soft.example")
            self.assertEqual((sender["messages"], sender["recipients"][0]["messages"]), (1, 1))
            self.assertIsNotNone(sender["replied"])
        with self.subTest("trace tells what was known as each came"):
            self.told(guard, answer)
            self.assertIn(f"  known    no mail before, somebody here wrote to it on {today()}\n", self.trace(guard, answer).out)
            self.assertIn(f"           to {USER}: since {today()}, 1 message\n", self.trace(guard, second).out)
            self.assertIn("; this message is not proven to be from it\n", self.trace(guard, name).out)
        self.end(guard)
        before = self.rows(guard)
        with self.subTest("senders: an address, a recipient, a domain"):
            found = self.senders(guard, "News@bank.example", "--format", "json").json()
            self.assertEqual((found["schema"], found["asked"], found["is"], found["more"]), ("rampart.senders/1", "news@bank.example", "address", False))
            self.assertEqual([(one["recipient"], one["messages"], one["replied"]) for one in found["writes_to"]], [(USER, 3, None)])
            text = self.senders(guard, USER).out
            self.assertIn(f"{USER} is written to by\n", text)
            self.assertRegex(text, rf"  news@soft\.example +since {today()}, last {today()}, 2 messages; wrote back {today()}\n")
            text = self.senders(guard, "bank.example").out
            self.assertRegex(text, rf"bank\.example has passed DMARC from\n  192\.0\.2\.0/24  since {today()}, last {today()}, 3 messages")
            self.assertEqual(self.senders(guard, "nobody@bank.example", status=3).out, "")
            for word in ("two words", "foo@@bar.example"):
                self.assertEqual(self.senders(guard, word, status=2).out, "")
            self.assertIn("only the latest 1", self.senders(guard, USER, "--most", "1").err)
        with self.subTest("scan knows it where a store is named"):
            scan = lambda *words: rampart("scan", "-", "--config", guard.config, "--ip", OURS, "--mail-from", "news@bank.example", "--rcpt", USER, "--resolver",
                                          self.names.address, *words, stdin=mail()[1])
            self.assertEqual(scan("--store", guard.store, "--format", "json").json()["sender"]["recipients"][0]["messages"], 3)
            self.assertIn(f"  Known    since {today()}, 3 messages\n", scan("--store", guard.store).out)
            self.assertEqual(scan("--format", "json").json()["sender"]["why"], "no-store")
            run = scan("--store", guard.dir / "none.db", "--format", "json")
            self.assertEqual((run.status, run.out), (2, ""))
            self.assertIn("there is no store yet", run.err)
            self.assertFalse((guard.dir / "none.db").exists())
            run = scan("--store", guard.config, "--format", "json")
            self.assertEqual((run.status, run.out), (2, ""))
            self.assertIn("no store", run.err)
        self.assertEqual(self.rows(guard), before, "who asks changes nothing")
        with self.subTest("switched off: forgotten"):
            guard.configure("remember_correspondents = false")
            guard.start()
            self.assertEqual(self.receive(guard)[0]["why"], "switched-off")
            self.end(guard)
            self.assertIn("remembers nothing", self.senders(guard, USER, status=2).err)
            self.assertEqual(scan("--store", guard.store, "--format", "json").json()["sender"]["why"], "switched-off")
            with sqlite3.connect(guard.store) as store:
                self.assertEqual(store.execute("SELECT COUNT(*) FROM guard_correspondent").fetchone(), (0,))

    def test_a_monitor_learns_too(self):
        self.end(self.old)
        guard = self.guard(mode="monitor", listen=self.old.listen)
        self.receive(guard)
        sender, _ = self.receive(guard)
        self.assertEqual((sender["known"], sender["messages"]), (True, 1))
        self.receive(guard, "shop.example", STRANGER)
        self.assertIsNone(self.receive(guard, "shop.example", STRANGER)[0]["known"], "delivered, and nobody's")


if __name__ == "__main__":
    unittest.main()
