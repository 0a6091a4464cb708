"""Everything that the guard does at the same time, for a run under ThreadSanitizer (tools/test_races.sh): messages that are let through,
kept, refused and signed, on four threads; lists and configuration that change meanwhile; metrics and scans over HTTP.

usage: python3 guard_races.py [SECONDS]      RAMPART_BIN is the program
"""

import itertools
import signal
import sys
import threading
import time
import unittest
import urllib.request

from guard_case import OURS, STRANGER, TO, GuardCase, mail
from guard_run import Client, mail_server
from rampart_run import rampart
from servers import free_port

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 15
SENDERS = 8


class Races(GuardCase):
    def test_nothing_races(self):
        port, token = free_port(), self.dir / "token"
        token.touch(mode=0o600)
        token.write_text("0123456789abcdef0123456789abcdef")
        lists, keys = self.dir / "blocked", self.dir / "keys"
        lists.write_text("evil.example\nhttps://listed.example/\n")
        made = rampart("dkim", "keygen", "users.example", "--keys", keys)
        self.assertEqual(made.status, 0, made.err)
        config = (f'block_files = ["{lists}"]\nsign = true\ntrusted_networks = ["203.0.113.0/24"]\napi_token_file = "{token}"\n'
                  f'[dkim]\nkeys = "{keys}"')
        guard = self.guard(config=config, options=["--threads", "4", "--http-listen", f"127.0.0.1:{port}"])
        postfix = mail_server(guard)
        self.addCleanup(postfix.stop)
        done, failures, sent = threading.Event(), [], itertools.count()

        def guarded(work):
            try:
                while not done.is_set():
                    work()
            except Exception as error:  # it is shown below: a thread has nobody to tell
                failures.append(error)
                done.set()

        def send():
            for address, author in ((OURS, "bank.example"), (STRANGER, "bank.example"), (STRANGER, "shop.example"), (STRANGER, "evil.example"),
                                    ("203.0.113.7", "users.example")):
                client = Client(postfix, address)
                client.send(f"news@{author}", TO, mail(author)[1])
                client.quit()
                next(sent)

        def change():
            lists.write_text("evil.example\nhttps://listed.example/\n" + "".join(f"d{number}.example\n" for number in range(int(time.monotonic() * 10) % 50)))
            guard.process.send_signal(signal.SIGHUP)
            time.sleep(0.2)

        def ask():
            urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20).read()
            request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/scan", mail()[1].encode(),
                                             {"Authorization": f"Bearer {token.read_text()}", "Content-Type": "message/rfc822"})
            urllib.request.urlopen(request, timeout=20).read()

        threads = [threading.Thread(target=guarded, args=(work,)) for work in (*[send] * SENDERS, change, ask)]
        for thread in threads:
            thread.start()
        done.wait(SECONDS)
        done.set()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        print(f"{next(sent)} messages", flush=True)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
