"""rampart guard beside a real Postfix: what is refused, kept, delivered and told; over TCP and unix sockets, killed and reloaded."""

import base64
import os
import pathlib
import signal
import smtplib
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from guard_case import OURS, STRANGER, TO, GuardCase, mail
from guard_run import Client, mail_server, queue_id, send
from rampart_run import rampart
from servers import _die_with_parent, free_port


class GuardTest(GuardCase):
    def test_enforces(self):
        guard, postfix = self.both()
        with self.subTest("a spoof of p=reject that SPF forbids, too: rejected, with the second fact named"):
            name, text = mail()
            code, answer = send(postfix, STRANGER, "news@bank.example", TO, text)
            self.assertEqual(code, 550, answer)
            self.assertTrue(answer.startswith("5.7.26 "), answer)
            self.assertIn("-all without this client", answer)
            event = guard.event(name)
            self.assertEqual((event["asked"], event["answered"]), ("reject", "reject"))
            self.assertEqual([cause["code"] for cause in event["causes"]], ["dmarc-reject", "second-fact-spf-hard-fail"])
        with self.subTest("the same through a list: quarantined"):
            listed, text = mail(fields="List-Id: <l.lists.example>\r\n")
            code, answer = send(postfix, STRANGER, "bounce@lists.example", TO, text)
            self.assertEqual(code, 250, answer)
            event = guard.event(listed)
            self.assertEqual(event["answered"], "quarantine")
            self.assertIn("list-trace", [cause["code"] for cause in event["causes"]])
            self.assertIn(listed, guard.kept())
        with self.subTest("p=reject without a second fact, and p=quarantine: quarantined"):
            for author in ("soft.example", "shop.example"):
                name, text = mail(author)
                self.assertEqual(send(postfix, STRANGER, f"news@{author}", TO, text)[0], 250)
                self.assertEqual(guard.event(name)["answered"], "quarantine")
                self.assertIn(name, guard.kept())
        with self.subTest("two From fields that nobody can read to one author: quarantined"):
            name, text = mail("bank.example", fields="From: b@shop.example\r\n")
            code, answer = send(postfix, STRANGER, "x@open.example", TO, text)
            self.assertEqual(code, 250, answer)
            self.assertEqual(guard.event(name)["answered"], "quarantine")
        with self.subTest("authorised by SPF: delivered, with our results and without forged ones"):
            name, text = mail(fields="Authentication-Results: guard.test; dmarc=pass header.from=evil.example\r\nAuthentication-Results: mx.other.example; dkim=none\r\n")
            code, answer = send(postfix, OURS, "news@bank.example", TO, text)
            self.assertEqual(code, 250, answer)
            got = self.delivered(postfix, name)
            self.assertNotIn("evil.example", got)
            self.assertIn("mx.other.example", got)
            self.assertRegex(got, r"(?sm)^Authentication-Results: guard\.test;.*dmarc=pass")
            event = guard.event(name)
            self.assertIn(f"X-Rampart-Id: {event['id']}", got)
            self.assertEqual(event["queue_id"], queue_id(answer))
        with self.subTest("authorised by DKIM, from anywhere: delivered"):
            name, text = mail()
            signed = rampart("dkim", "sign", "-", "--domain", "bank.example", "--selector", "s1", "--key", self.key, stdin=text)
            self.assertEqual(signed.status, 0, signed.err)
            code, answer = send(postfix, STRANGER, "x@open.example", TO, signed.out)
            self.assertEqual(code, 250, answer)
            self.assertRegex(self.delivered(postfix, name), r"(?sm)^Authentication-Results: guard\.test;.*dkim=pass.*dmarc=pass")
        with self.subTest("what fails under p=none is delivered"):
            name, text = mail("open.example")
            self.assertEqual(send(postfix, STRANGER, "news@open.example", TO, text)[0], 250)
            self.assertIn("dmarc=fail", self.delivered(postfix, name))
        with self.subTest("nothing that is quarantined was delivered"):
            arrived = b"".join(text for _, text in postfix.messages(0, 0)).decode()
            self.assertEqual([name for name in guard.kept() if name in arrived], [])
        with self.subTest("trace tells the story, by queue id, Message-ID and address"):
            told = self.told(guard, listed)
            kept = guard.event(listed)["kept"]
            self.assertEqual([one["id"] for one in told["kept"]], [kept])
            by_queue = self.trace(guard, told["events"][0]["queue_id"])
            self.assertEqual(by_queue.status, 0, by_queue.err)
            for part in ("quarantined", "bounce@lists.example", "list-trace", f"{kept}, kept since"):
                self.assertIn(part, by_queue.out)
            by_address = self.trace(guard, "A@else.example", "--format", "json")
            self.assertGreater(len(by_address.json()["events"]), 4)
            by_kept = self.trace(guard, kept)
            self.assertIn(f"{kept}, kept since", by_kept.out)
            self.assertNotIn("no event tells", by_kept.out)
            alone = rampart("trace", "--config", guard.config, "--store", guard.store, kept, "--format", "json").json()
            self.assertEqual([one["kept"] for one in alone["events"]], [kept], "the store knows it without the quarantine")
            self.assertNotIn("no event tells", self.trace(guard, "A@else.example", "--limit", "1").out)
            narrow = rampart("trace", "--config", guard.config, "--store", guard.store, kept, "--width", "60").out
            self.assertEqual([line for line in narrow.splitlines() if len(line) > 60 and " " in line[11:]], [])
        with self.subTest("trace says by what nothing is looked for"):
            for word, said in (("nothing-like-it", "a queue id"), ("nosuch.example", "not looked for by a domain"),
                               ("203.0.113.1", "not looked for by the client's address")):
                unknown = self.trace(guard, word)
                self.assertEqual((unknown.status, unknown.out), (3, ""))
                self.assertIn(said, unknown.err)
            self.assertEqual(self.trace(guard, "").status, 2)
        with self.subTest("SIGTERM ends it well, and the events are whole"):
            guard.process.send_signal(signal.SIGTERM)
            self.assertEqual(guard.process.wait(30), 0, guard.said())
            guard.events()

    def test_monitor_changes_nothing(self):
        guard, postfix = self.both("accept", mode="monitor")
        for author, asked in (("bank.example", "reject"), ("shop.example", "quarantine"), ("open.example", "accept")):
            name, text = mail(author, fields="Authentication-Results: guard.test; dmarc=pass header.from=evil.example\r\n")
            code, answer = send(postfix, STRANGER, f"news@{author}", TO, text)
            self.assertEqual(code, 250, answer)
            got = self.delivered(postfix, name)
            self.assertEqual(got.count("Authentication-Results"), 1, "none added, none removed")
            self.assertIn("evil.example", got)
            self.assertNotIn("X-Rampart", got)
            event = guard.event(name)
            self.assertEqual((event["asked"], event["answered"]), (asked, "accept"))
        guard.kill9()
        name, text = mail()
        self.assertEqual(send(postfix, STRANGER, "news@bank.example", TO, text)[0], 250, "the guard is gone, the mail is not")
        self.delivered(postfix, name)

    def test_monitor_holds_nothing_up(self):
        """Whether DNS is dead, the guard has too much to do, or hangs."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            guard, postfix = self.both("accept, command_timeout=3s, content_timeout=3s", mode="monitor", config="messages_in_flight = 1",
                                       options=("--threads", "1"), resolver=f"127.0.0.1:{silent.getsockname()[1]}")
            times = []

            def one():
                name, text = mail()
                client = Client(postfix, STRANGER)
                begun = time.monotonic()
                self.assertEqual(client.send("news@bank.example", TO, text)[0], 250)
                times.append(time.monotonic() - begun)
                client.quit()
                self.delivered(postfix, name)

            def many():
                threads = [threading.Thread(target=one) for _ in range(8)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()

            many()
            self.assertEqual(len(times), 8)
            self.assertLess(max(times), 4, "2 s, and what a busy machine adds")
            self.assertIn("let through", guard.said(), "there was room for one")
            guard.process.send_signal(signal.SIGSTOP)
            many()
            guard.process.send_signal(signal.SIGCONT)
            self.assertEqual(len(times), 16)

    def test_a_unix_socket_that_was_left_behind(self):
        folder = tempfile.TemporaryDirectory(prefix="rampart-socket-")
        self.addCleanup(folder.cleanup)
        pathlib.Path(folder.name).chmod(0o755)
        path = pathlib.Path(folder.name) / "guard.sock"
        guard, postfix = self.both(listen=f"unix:{path}")
        name, text = mail()
        self.assertEqual(send(postfix, OURS, "news@bank.example", TO, text)[0], 250)
        self.delivered(postfix, name)
        guard.kill9()
        self.assertTrue(path.exists())
        self.assertEqual(send(postfix, OURS, "news@bank.example", TO, mail()[1])[0] // 100, 4, "not examined, so put off")
        guard.start()
        name, text = mail()
        self.assertEqual(send(postfix, OURS, "news@bank.example", TO, text)[0], 250)
        self.delivered(postfix, name)
        guard.process.send_signal(signal.SIGTERM)
        self.assertEqual(guard.process.wait(30), 0)
        self.assertFalse(path.exists(), "the socket goes with it")

    def test_reads_its_configuration_again(self):
        guard, postfix = self.both()
        client = Client(postfix, STRANGER)  # stays connected all the while
        self.addCleanup(client.quit)
        spoof = lambda: client.send("news@bank.example", TO, mail()[1])
        self.assertEqual(spoof()[0], 550)
        guard.reload('overrides = ["accept from=bank.example until=2999-12-31"]', "stays")
        self.assertIn("reason=", guard.said())
        self.assertEqual(spoof()[0], 550, "a bad configuration changes nothing")
        guard.reload('overrides = ["accept from=bank.example by=soc reason=a test of exceptions"]', "read again")
        before = len(guard.events_after(1)) + 1
        code, answer = spoof()
        self.assertEqual(code, 250, answer)
        self.assertEqual(guard.events_after(before)[0]["causes"][-1]["code"], "override")
        guard.reload('trusted_networks = ["198.51.100.0/24"]\nquarantine_entries = 7', "counts from the next start on")
        code, answer = spoof()
        self.assertEqual(code, 250, answer)
        self.assertEqual(guard.events_after(before + 1)[0]["role"], "submission")

    def test_the_mode_and_the_listeners_change_without_dropping_a_connection(self):
        first, second = (f"inet:127.0.0.1:{free_port()}" for _ in range(2))
        guard = self.guard(listen=first)
        guard.kill9()
        for word in ("--listen", "--mode", "--quarantine"):
            place = guard.command.index(word)
            del guard.command[place:place + 2]
        settings = f'quarantine = "{guard.quarantine}"\nlisten = ["{{}}"]\nmode = "{{}}"'
        guard.configure(settings.format(first, "monitor"))
        guard.start()
        postfix = mail_server(guard)
        self.addCleanup(postfix.stop)
        client = Client(postfix, STRANGER)  # stays connected all the while
        self.addCleanup(client.quit)
        spoof = lambda text=None: client.send("news@bank.example", TO, text or mail()[1])[0]
        self.assertEqual(spoof(), 250)
        guard.reload(settings.format(first, "enforce"), "read again")
        self.assertIn("the mode is enforce; it was monitor", guard.said())
        name, text = mail()
        self.assertEqual(spoof(text), 550)
        self.assertEqual(guard.event(name)["mode"], "enforce")
        guard.reload(f'listen = ["{first}"]\nmode = "enforce"', "stays")
        self.assertEqual(spoof(), 550, "nowhere to keep what it quarantines: refused")
        guard.reload(settings.format(f'{first}", "{second}', "enforce"), "read again")
        self.assertIn(f"the guard listens at {second}, too", guard.said())
        with socket.create_connection(("127.0.0.1", int(second.rsplit(":", 1)[1]))):
            pass
        with socket.create_server(("127.0.0.1", 0)) as taken:
            guard.reload(settings.format(f'{second}", "inet:127.0.0.1:{taken.getsockname()[1]}', "monitor"), "stays")
        self.assertEqual(spoof(), 550, "a listener that cannot be opened changes nothing")
        guard.reload(settings.format(second, "enforce"), "read again")
        self.assertIn(f"the guard listens no more at {first}", guard.said())
        deadline = time.monotonic() + 10
        with self.assertRaises(ConnectionRefusedError):
            while time.monotonic() < deadline:
                socket.create_connection(("127.0.0.1", int(first.rsplit(":", 1)[1]))).close()
        self.assertEqual(spoof(), 550, "the session that was there is served")
        guard.reload(settings.format(second, "monitor"), "read again")
        guard.listen = second
        other = mail_server(guard)
        self.addCleanup(other.stop)
        self.assertEqual(send(other, STRANGER, "news@bank.example", TO, mail()[1])[0], 250)
        guard.process.send_signal(signal.SIGTERM)
        self.assertEqual(guard.process.wait(30), 0, guard.said())

    def test_a_monitor_without_a_quarantine_stays_one(self):
        guard = self.guard(mode="monitor")
        guard.kill9()
        place = guard.command.index("--mode")
        del guard.command[place:place + 2]
        guard.start()
        guard.reload(f'mode = "enforce"\nquarantine = "{guard.quarantine}"', "counts from the next start on")
        self.assertRegex(guard.said(), r"what changed in [^\n]*guard\.mode")

    def test_recipients_differ(self):
        guard, postfix = self.both(config='enforce = ["to=else.example"]')
        three = ["a@else.example", "b@open.example", "c@else.example"]
        name, text = mail()
        code, answer = send(postfix, STRANGER, "news@bank.example", three, text)
        self.assertEqual(code, 250, answer)
        self.delivered(postfix, name)
        event = guard.event(name)
        self.assertEqual((event["asked"], event["answered"]), ("reject", "accept"))
        outcomes = {outcome["action"]: outcome for outcome in event["outcomes"]}
        self.assertEqual(outcomes["accept"]["recipients"], ["b@open.example"])
        self.assertEqual([cause["code"] for cause in outcomes["accept"]["causes"]], ["not-enforced"])
        self.assertEqual(outcomes["quarantine"]["recipients"], ["a@else.example", "c@else.example"])
        self.assertEqual(guard.kept(), [name], "one entry, for both")
        time.sleep(0.5)
        arrived = [to for to, got in postfix.messages(0, 0) if name.encode() in got]
        self.assertEqual(arrived, ["b@open.example"])
        self.told(guard, name)
        story = self.trace(guard, name).out
        self.assertIn("recipients differ", story)
        self.assertIn(f"{outcomes['quarantine']['kept']}, kept since", story)
        with self.subTest("rejected where all agree"):
            self.assertEqual(send(postfix, STRANGER, "news@bank.example", ["a@else.example"], mail()[1])[0], 550)
        with self.subTest("enforced for nobody of them: delivered, and said"):
            name, text = mail()
            self.assertEqual(send(postfix, STRANGER, "news@bank.example", ["b@open.example"], text)[0], 250)
            self.delivered(postfix, name)
            self.assertEqual(guard.event(name)["causes"][-1]["code"], "not-enforced")
        with self.subTest("a share of messages: the same answer whenever one is tried again"):
            guard.reload('enforce = ["percent=50"]', "read again")
            answers = {}
            for _ in range(16):
                name, text = mail()
                answers[name] = {send(postfix, STRANGER, "news@bank.example", ["a@else.example"], text)[0] for _ in range(2)}
            self.assertEqual({len(codes) for codes in answers.values()}, {1})
            self.assertEqual({code for codes in answers.values() for code in codes}, {250, 550}, "some of each; one run in 32,768 fails here")

    def test_the_doctor_finds_what_is_wrong_and_says_what_mends_it(self):
        seal, token, block = (self.dir / f"doctor.{name}" for name in ("seal", "token", "block"))
        for path in (seal, token):
            path.touch(mode=0o600)
            path.write_text(base64.b64encode(os.urandom(32)).decode())
        block.write_text("evil.example\n")
        guard, postfix = self.both(config=f'seal_file = "{seal}"\napi_token_file = "{token}"\nblock_files = ["{block}"]')

        def doctor(*words, status=1, mode="enforce", listen=guard.listen):
            run = rampart("doctor", "--config", guard.config, "--listen", listen, "--mode", mode, "--store", guard.store, "--quarantine", guard.quarantine,
                          "--postfix-config", postfix.dir / "conf", *words)
            self.assertEqual(run.status, status, run.out + run.err)
            return run

        lines = doctor(status=0).out.splitlines()
        self.assertEqual([line for line in lines if not line.startswith(("ok ", "note ")) or line.startswith("note ") and "clock" not in line], [])
        for part in ("the guard answers at", "Postfix asks the guard at", "mode enforce needs: tempfail", "milter protocol 6", "the quarantine", "MiB are free", "the key",
                     "the token", "the store", "1 indicators of"):
            self.assertTrue(any(part in line for line in lines), part)

        def finds(text, fix, *words, **options):
            failed = [line for line in doctor(*words, **options).out.splitlines() if line.startswith("FAILED")]
            self.assertEqual(len(failed), 1, failed)
            self.assertIn(text, failed[0])
            self.assertIn(f"; fix: {fix}", failed[0])

        finds("mode monitor needs accept", "run what this prints: rampart guard setup postfix --monitor", mode="monitor")
        guard.quarantine.chmod(0o755)
        finds("may be looked into by others", f"chmod 700 {guard.quarantine}")
        guard.quarantine.chmod(0o700)
        guard.store.chmod(0o644)
        finds("the store", f"chmod 600 {guard.store}")
        guard.store.chmod(0o600)
        seal.chmod(0o644)
        finds("doctor.seal", "")
        seal.chmod(0o600)
        block.write_text("evil.example\nno list\n")
        finds("line 2", "mend the file")
        block.write_text("")
        subprocess.run(["/usr/sbin/postconf", "-c", postfix.dir / "conf", "-e", "milter_protocol=2"], check=True)
        finds("milter protocol \"2\"", "postconf -e milter_protocol=6")
        subprocess.run(["/usr/sbin/postconf", "-c", postfix.dir / "conf", "-e", "smtpd_milters="], check=True)
        finds("does not ask the guard", "run what this prints: rampart guard setup postfix")
        self.assertEqual(doctor("--postconf", "/bin/false", status=3).out.count("\n?"), 1)
        run = rampart("doctor", "--config", guard.config, "--listen", guard.listen, "--postfix-config", "/nosuch")
        self.assertIn("what Postfix is set to is not known: there is no folder /nosuch; fix: name the one", run.out)
        guard.kill9()
        finds("nobody answers", "start it: rampart guard", "--no-postfix")
        with socket.create_server(("127.0.0.1", 0)) as other:
            def greet():
                with other.accept()[0] as client:
                    client.sendall(b"220 no milter\r\n")

            thread = threading.Thread(target=greet)
            thread.start()
            finds("is no milter", "start it", "--no-postfix", listen=f"inet:127.0.0.1:{other.getsockname()[1]}")
            thread.join()
        checks = doctor("--no-postfix", "--format", "json").json()
        self.assertEqual((checks["schema"], {check["state"] for check in checks["checks"]}), ("rampart.doctor/1", {"ok", "failed"}))

    def test_a_release_goes_through_the_guard_once(self):
        seal = self.dir / "release.seal"
        seal.touch(mode=0o600)
        seal.write_text(base64.b64encode(os.urandom(32)).decode())
        rules = f'seal_file = "{seal}"\nenforce = ["to=else.example"]'
        guard, postfix = self.both(config=rules)
        guard.configure(f'{rules}\nrelease_server = "127.0.0.1:{postfix.port}"\nrelease_tls = "none"\nauthserv_id = "guard.test"')
        name, text = mail("shop.example", fields="X-Rampart-Released: v=1; id=x\r\n")
        self.assertEqual(send(postfix, STRANGER, "news@shop.example", ["a@else.example", "b@open.example", "c@else.example"], text)[0], 250)
        self.delivered(postfix, name)
        event = guard.event(name)
        kept = next(one for one in event["outcomes"] if one["action"] == "quarantine")
        self.assertEqual(kept["recipients"], ["a@else.example", "c@else.example"])

        def quarantine(*words):
            return rampart("--config", guard.config, "quarantine", *words, "--store", guard.store, "--quarantine", guard.quarantine)

        run = quarantine("release", kept["kept"])
        self.assertEqual(run.status, 0, run.out + run.err)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            arrived = [to for to, got in postfix.messages(0, 0) if name.encode() in got]
            if len(arrived) == 3:
                break
            time.sleep(0.1)
        time.sleep(1)  # for what comes twice
        copies = [(to, got.decode()) for to, got in postfix.messages(0, 0) if name.encode() in got]
        self.assertEqual(sorted(to for to, _ in copies), ["a@else.example", "b@open.example", "c@else.example"], "each once")
        for _, got in copies:
            self.assertNotIn("X-Rampart-Released", got, "the pass is taken off, and so is a stranger's")
        self.assertEqual(guard.kept(), [], "it was not kept again")
        events = [one for one in guard.events() if one["message_id"] == name]
        self.assertEqual(len(events), 2)
        self.assertEqual(([cause["code"] for cause in events[1]["causes"]], events[1]["answered"]), (["released"], "accept"))
        self.assertEqual(quarantine("release", kept["kept"]).status, 2, "it is released already")
        deadline = time.monotonic() + 10
        while (story := self.trace(guard, name).out).count("let through") < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertIn(f"{kept['kept']}, released since", story)
        self.assertIn("released: it was released from quarantine", story)

    def test_lists_count_within_a_second(self):
        lists = self.dir / "lists"
        lists.mkdir()
        block, allow = lists / "block.txt", lists / "allow.txt"
        block.write_text("# nobody yet\n")
        guard, postfix = self.both(config=f'block_files = ["{block}"]\nallow_files = ["{allow}"]', options=("--threads", "3"))
        self.assertIn("allow.txt", guard.said(), "a file that is not there is told, and is empty")
        clients = [Client(postfix, OURS) for _ in range(6)]  # so that each of the guard's loops has some
        for client in clients:
            self.addCleanup(client.quit)

        def answers(author="bank.example"):
            out = []
            for client in clients:
                name, text = mail(author)
                self.assertEqual(client.send(f"news@{author}", TO, text)[0], 250)
                out.append(guard.event(name)["answered"])
            return set(out)

        self.assertEqual(answers(), {"accept"})
        with block.open("a") as file:
            file.write("bank.example by=soc reason=a test of lists\n")
        time.sleep(1)
        self.assertEqual(answers(), {"quarantine"}, "on every loop")
        self.assertIn("block.txt by soc: a test of lists", guard.events()[-1]["causes"][-1]["text"])
        allow.write_text("192.0.2.0/24\n")
        time.sleep(1)
        self.assertEqual(answers(), {"accept"}, "a network that is allowed lifts a block")
        allow.unlink()
        block.rename(block.with_suffix(".old"))
        time.sleep(1)
        self.assertEqual(answers(), {"accept"}, "what a file said stays when it is gone")
        self.assertIn("what it said before stays", guard.said())
        allow.write_text("")
        time.sleep(1)
        self.assertEqual(answers(), {"quarantine"})
        block.write_text("this is no list\nopen.example\n")
        time.sleep(1)
        self.assertEqual(answers(), {"accept"})
        self.assertEqual(answers("open.example"), {"quarantine"}, "a line that cannot be read stops no other")
        self.assertIn("line 1: ", guard.said())
        guard.reload(f'block_files = ["{block}"]\nblocked = "reject"', "read again")
        code, answer = clients[0].send("news@open.example", TO, mail("open.example")[1])
        self.assertEqual((code, answer.split()[0]), (550, "5.7.1"))
        self.assertNotIn("open.example", answer)

    def test_users_and_their_machines_are_held_to_nothing(self):
        guard, postfix = self.both(config='trusted_networks = ["203.0.113.0/24"]\ntrusted_relays = ["203.0.114.7"]')
        name, text = mail()
        self.assertEqual(send(postfix, "203.0.113.20", "news@bank.example", TO, text)[0], 250)
        self.assertEqual(guard.event(name)["role"], "submission")
        with self.subTest("behind a relay it is about the client before it"):
            for client, answer in ((OURS, 250), (STRANGER, 550)):
                name, text = mail()
                hop = f"Received: from mail.bank.example (mail.bank.example [{client}])\r\n\tby mx2.else.example (Postfix) with ESMTP id 1; Fri, 27 Nov 2026 10:00:00 +0000\r\n"
                self.assertEqual(send(postfix, "203.0.114.7", "news@bank.example", TO, hop + text)[0], answer)
                self.assertEqual(guard.event(name)["role"], "relayed")

    def test_nothing_but_whole_lines_even_when_nobody_reads(self):
        guard = self.guard()
        guard.process.send_signal(signal.SIGTERM)
        self.assertEqual(guard.process.wait(30), 0)
        reader, writer = os.pipe()
        with (guard.dir / "said").open("ab") as errors:
            guard.process = subprocess.Popen(guard.command, stdin=subprocess.DEVNULL, stdout=writer, stderr=errors, preexec_fn=_die_with_parent)
        os.close(writer)
        self.addCleanup(os.close, reader)
        time.sleep(0.5)
        postfix = mail_server(guard)
        self.addCleanup(postfix.stop)
        client = Client(postfix, OURS)
        sent = 120  # of about 1 KB each: more than a pipe holds
        for _ in range(sent):
            self.assertEqual(client.send("news@bank.example", TO, mail(fields=f"Subject: {'long ' * 80}\r\n")[1])[0], 250)
        client.quit()
        guard.process.send_signal(signal.SIGTERM)
        self.assertEqual(guard.process.wait(30), 0, "a reader that reads nothing does not keep it from ending")
        self.assertIn("events were not printed", guard.said())
        self.assertNotIn("were not stored", guard.said())
        stored = rampart("trace", "--no-config", "--store", guard.store, "a@else.example", "--limit", sent + 1, "--format", "json")
        self.assertEqual(len(stored.json()["events"]), sent, "the store has all of them")

    def test_the_guide(self):
        """docs/guard.md: monitor, read, enforce, undo, with the lines that setup prints."""
        guard, postfix = self.both(mode="monitor")
        conf = postfix.dir / "conf"

        def tell_postfix(*words, undo=False):
            run = rampart("guard", "setup", "postfix", "--config", guard.config, "--listen", guard.listen, *words)
            self.assertEqual(run.status, 0, run.err)
            lines = run.out[run.out.index("# Undo:"):] if undo else run.out[:run.out.index("# Undo:")]
            script = lines.replace("postconf -", f"/usr/sbin/postconf -c {conf} -").replace("postfix reload", f"kill -HUP {postfix.process.pid}")
            subprocess.run(["bash", "-e", "-c", script], check=True, capture_output=True)

        def spoof():
            name, text = mail()
            return name, send(postfix, STRANGER, "news@bank.example", TO, text)[0]

        def becomes(code):
            """A reload takes Postfix a while: an smtpd that waits already takes one more client as it was told before, one that ends
            drops a client, and after a fault master waits for a minute before it starts the next."""
            codes, deadline = [], time.monotonic() + 240
            while code not in codes and time.monotonic() < deadline:
                try:
                    codes.append(spoof()[1])
                except (smtplib.SMTPException, OSError) as error:
                    codes.append(str(error))
                time.sleep(0.2)
            self.assertIn(code, codes, postfix.log()[-2000:])

        tell_postfix("--monitor")
        name, code = spoof()
        self.assertEqual(code, 250)
        self.delivered(postfix, name)
        self.assertEqual(guard.event(name)["asked"], "reject")
        self.assertEqual(self.told(guard, name)["events"][0]["answered"], "accept")
        self.look_back(guard, postfix, name)
        guard.process.send_signal(signal.SIGTERM)
        self.assertEqual(guard.process.wait(30), 0)
        self.assertEqual(spoof()[1], 250, "a monitor that is gone stops no mail")
        guard.command[guard.command.index("monitor")] = "enforce"
        guard.command += ["--quarantine", str(guard.quarantine)]
        guard.start()
        tell_postfix("--mode", "enforce")
        becomes(550)
        tell_postfix(undo=True)
        becomes(250)
        name, code = spoof()
        self.assertEqual(code, 250)
        self.delivered(postfix, name)
        self.assertEqual([event for event in guard.events() if event["message_id"] == name], [], "Postfix asks it no more")

    def look_back(self, guard, postfix, spoof):
        """What switches would have done to a spoof, and what another filter says of it and of a second message."""
        other, text = mail("shop.example", fields="X-Spamd-Result: default: False [1.00 / 15.00];\r\n\tA(1.0)[]\r\n")
        self.assertEqual(send(postfix, STRANGER, "news@shop.example", TO, text)[0], 250)
        self.told(guard, other)

        def ask(*words):
            out = rampart("guard", *words, "--config", guard.config, "--store", guard.store)
            self.assertEqual(out.status, 0, out.err)
            return out

        everything = ask("rehearse", "--format", "json").json()
        self.assertEqual((everything["messages"], everything["rejected"], everything["quarantined"]), (2, 1, 1), everything)
        softer = ask("rehearse", "to=else.example action=quarantine")
        self.assertIn("2 would have been quarantined, 0 rejected", softer.out)
        self.assertIn(f"overrides = [\"accept from=bank.example network={STRANGER}", softer.out)
        self.assertIn("0 would have been quarantined, 0 rejected", ask("rehearse", "to=nobody.example").out)
        self.assertEqual(rampart("guard", "rehearse", "too=x", "--config", guard.config, "--store", guard.store).status, 2)
        beside = ask("compare", "--against", "X-Spamd-Result", "--format", "json").json()
        self.assertEqual((beside["without_field"], beside["asked"]["quarantine"]["clean"]), (1, 1), beside)
        self.assertEqual(beside["stopped_by_us_alone"][0]["author"], "shop.example")

    def test_threads_of_the_store_and_the_sealed_quarantine(self):
        seal = self.dir / "seal"
        if not seal.exists():
            seal.touch(mode=0o600)
            seal.write_text(base64.b64encode(os.urandom(32)).decode())
        guard, postfix = self.both(config=f'seal_file = "{seal}"', options=("--threads", "4"))
        self.assertIn("on 4 threads", guard.said())
        self.assertIn(", encrypted", guard.said())
        names = []

        def one(author, address):
            name, text = mail(author)
            names.append(name)
            self.assertEqual(send(postfix, address, f"news@{author}", TO, text)[0], 250)

        threads = [threading.Thread(target=one, args=(author, address)) for author, address in (("shop.example", STRANGER), ("bank.example", OURS)) * 10]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(guard.kept()), 10)
        self.assertEqual(len(postfix.messages(10)), 10)
        guard.events_after(len(names) - 1)
        self.assertEqual({event["message_id"] for event in guard.events()}, set(names))
        for file in guard.quarantine.iterdir():
            self.assertNotIn(b"The rates are", file.read_bytes())

    def test_goes_on_when_the_reader_of_its_events_is_gone(self):
        guard = self.guard()
        guard.kill9()
        reader, writer = os.pipe()
        with (guard.dir / "said").open("ab") as errors:
            guard.process = subprocess.Popen(guard.command, stdin=subprocess.DEVNULL, stdout=writer, stderr=errors, preexec_fn=_die_with_parent)
        os.close(writer)
        os.close(reader)
        guard.wait_for("listens at", guard.said().rindex("kept in"))
        postfix = mail_server(guard)
        self.addCleanup(postfix.stop)
        for _ in range(2):
            name, text = mail()
            self.assertEqual(send(postfix, OURS, "news@bank.example", TO, text)[0], 250)
            self.delivered(postfix, name)
        guard.wait_for("events are printed no more")
        guard.process.send_signal(signal.SIGTERM)
        self.assertEqual(guard.process.wait(30), 0, guard.said())


class GuardCommandsTest(unittest.TestCase):
    def guard(self, *words, config=""):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "rampart.toml"
            path.write_text(config)
            return rampart("guard", *words, "--config", path)

    def test_wrong_settings_are_told_before_anything_begins(self):
        run = self.guard("--mode", "enforce")
        self.assertEqual(run.status, 2)
        self.assertIn("needs a quarantine", run.err)
        self.assertIn("hint: ", run.err)
        self.assertEqual(self.guard("--listen", "8891").status, 2)
        self.assertEqual(self.guard(config='[guard]\noverrides = ["accept"]\n').status, 2)

    def test_policy_prints_what_is_done(self):
        run = self.guard("policy", config='[guard]\nenforced_domains = ["own.example"]\noverrides = ["accept from=partner.example reason=their relay"]\n')
        self.assertEqual(run.status, 0, run.err)
        for part in ("Mode monitor", "second-fact-spf-hard-fail", "own.example", "a local rule of the configuration", "RFC 9989 section 7.4"):
            self.assertIn(part, run.out)
        cases = {case["case"]: case for case in self.guard("policy", "--format", "json").json()["cases"]}
        self.assertEqual(cases["it passes DMARC"]["action"], "accept")
        self.assertEqual(cases["it fails DMARC, p=quarantine"]["action"], "quarantine")

    def test_explain_says_in_what_part_a_message_comes(self):
        config = '[guard]\ntrusted_networks = ["192.0.2.0/24"]\n'
        for words, role in ((("--ip", "192.0.2.7"), "submission"), (("--ip", STRANGER), "inbound"), (("--ip", STRANGER, "--auth"), "submission"), ((), "local")):
            run = self.guard("explain", *words, "--format", "json", config=config)
            self.assertEqual(run.json()["role"], role, run.out)
        self.assertIn("none of ours", self.guard("explain", "--ip", STRANGER, "--helo", "mail.x.example").out)
        self.assertEqual(self.guard("explain", "--ip", "here").status, 2)

    def test_setup_prints_lines_that_a_real_postfix_takes(self):
        for words in (("--monitor",), ("--mode", "enforce"), ("--after", "127.0.0.1:11332")):
            run = self.guard("setup", "postfix", *words)
            self.assertEqual(run.status, 0, run.err)
            line = next(line for line in run.out.splitlines() if line.startswith("postconf -e "))
            with tempfile.TemporaryDirectory() as folder:
                (pathlib.Path(folder) / "main.cf").touch()
                (pathlib.Path(folder) / "master.cf").touch()
                done = subprocess.run(["bash", "-c", line.replace("postconf ", f"/usr/sbin/postconf -c {folder} ", 1)], capture_output=True, text=True, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""), line)
        for words in (("--after", "x'y"), ("--monitor", "--mode", "enforce"), ("--queue-directory", "/nosuch")):
            self.assertEqual(self.guard("setup", "postfix", *words).status, 2, words)
        self.assertEqual(self.guard("setup", "postfix", "--monitor", config='[guard]\nmode = "enforce"\n').status, 0)
        self.assertIn("--mode ", rampart("guard", "setup", "postfix", "--help").out)

    def test_a_place_that_cannot_be_listened_at_is_named_with_the_next_step(self):
        for words, said in ((("--listen", "inet:192.0.2.77:8891"), ("Cannot assign requested address", "hint: name an address of this machine")),
                            (("--listen", "inet:127.0.0.1:0", "--http-listen", "foo"), ('guard.http_listen: "foo" is no address with a port',)),
                            (("--listen", "inet:127.0.0.1:0", "--http-listen", "0.0.0.0:1234"), ("guard.http_listen: 0.0.0.0:1234: is no address of this machine alone",))):
            run = self.guard(*words)
            self.assertNotEqual(run.status, 0)
            for part in said:
                self.assertIn(part, run.err)


if __name__ == "__main__":
    unittest.main()
