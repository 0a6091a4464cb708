"""The guard beside others: behind rspamd, as its set-up prints it; and a milter client that is not ours, Debian's miltertest."""

import pathlib
import re
import shutil
import subprocess
import unittest

from guard_case import OURS, STRANGER, TO, GuardCase, mail
from guard_run import mail_server, send
from rampart_run import rampart
from rspamd import Rspamd

SCRIPT = pathlib.Path(__file__).with_name("guard_milter.lua")


class GuardBesideTest(GuardCase):
    def test_behind_rspamd(self):
        with Rspamd(self.names) as rspamd:
            guard = self.guard(config='enforce = ["to=nobody.example"]')
            run = rampart("guard", "setup", "postfix", "--config", guard.config, "--listen", guard.listen, "--mode", "enforce", "--after",
                          f"127.0.0.1:{rspamd.port}")
            self.assertEqual(run.status, 0, run.err)
            milters = re.search(r"postconf -e 'smtpd_milters = (.*)'", run.out).group(1)
            postfix = mail_server(guard, more=f"smtpd_milters = {milters}\n")
            self.addCleanup(postfix.stop)
            genuine, text = mail()
            self.assertEqual(send(postfix, OURS, "news@bank.example", TO, text)[0], 250)
            forged, text = mail()
            self.assertEqual(send(postfix, STRANGER, "news@bank.example", TO, text)[0], 250)

            delivered = self.delivered(postfix, genuine)
            results = re.findall(r"^Authentication-Results: ([^;]+);", delivered, re.M)
            self.assertEqual(len(results), 2, delivered)
            self.assertIn("guard.test", results, "ours")
            self.assertIn("relay.test", results, "rspamd's stays")
            event = guard.event(genuine)
            self.assertEqual([other["field"] for other in event["others"]], [rspamd.field], event)
            self.assertIn("dmarc=pass", event["results"])
            self.assertEqual(guard.event(forged)["asked"], "reject")

            self.told(guard, forged)
            run = rampart("guard", "compare", "--against", rspamd.field, "--config", guard.config, "--store", guard.store)
            self.assertEqual(run.status, 0, run.err)
            self.assertIn("2 messages", run.out)

    def test_a_milter_client_of_others(self):
        if shutil.which("miltertest") is None:
            self.skipTest("miltertest is not installed (./dev setup test)")
        unix = f"unix:{self.dir}/guard.sock"
        for listen in (None, unix):
            with self.subTest(listen=listen or "inet"):
                guard = self.guard(listen=listen)
                kind, _, where = guard.listen.partition(":")
                socket = f"unix:{where}" if kind == "unix" else f"inet:{where.rpartition(':')[2]}@127.0.0.1"
                run = subprocess.run(["miltertest", "-s", SCRIPT, "-D", f"socket={socket}"], capture_output=True, text=True, timeout=60, check=False)
                self.assertEqual((run.returncode, run.stderr), (0, ""), run.stdout)
                guard.events_after(2)
                self.assertEqual([event["answered"] for event in guard.events()], ["accept", "reject", "accept"])


if __name__ == "__main__":
    unittest.main()
