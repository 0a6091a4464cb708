"""Mail that authenticates and lies, through Postfix: each lie is kept, with its cause; honest mail that looks much like it is delivered."""

import unittest

import lying_mail
from clamd import Clamd
from guard_case import OURS, GuardCase
from guard_run import send
from rampart_run import rampart

RULES = """inspect = true
own_domains = ["else.example"]
own_names = ["Else"]
protected_people = ["Ayesha Karim <ayesha.karim@else.example>"]
"""
# What the event has to say of it.
SAYS = {
    "executive impersonation": "Ayesha Karim",
    "lookalike domain": "else.example",
    "QR code": "Microsoft",
    "smuggling attachment": "whose program makes another file",
    "macro document": "PO_5521.docm",
}


class GuardInspectTest(GuardCase):
    zones = lying_mail.ZONES

    def test_lies_are_kept_and_honest_mail_is_delivered(self):
        guard, postfix = self.both(config=RULES)
        for what, make in lying_mail.LIES.items():
            with self.subTest(what):
                name, author, text = make()
                self.assertEqual(send(postfix, OURS, author, [lying_mail.TO], text)[0], 250)
                event = guard.event(name)
                self.assertEqual(event["answered"], "quarantine", event)
                self.assertIn("content", [cause["code"] for cause in event["causes"]])
                self.assertIn(SAYS[what], str(event), what)
        for what, make in lying_mail.HONEST.items():
            with self.subTest(what):
                name, author, text = make()
                self.assertEqual(send(postfix, OURS, author, [lying_mail.TO], text)[0], 250)
                self.assertEqual(guard.event(name)["answered"], "accept", guard.event(name))
                self.delivered(postfix, name)

    def test_what_clamd_names_is_kept(self):
        with Clamd("Eicar.Local", lying_mail.EICAR.encode()) as clamd:
            guard, postfix = self.both(config=RULES + f'clamd = "unix:{clamd.socket}"\n')
            name, author, text = lying_mail.eicar()
            self.assertEqual(send(postfix, OURS, author, [lying_mail.TO], text)[0], 250)
            event = guard.event(name)
            self.assertEqual(event["answered"], "quarantine", event)
            self.assertIn("Eicar.Local", str(event))
            path = self.dir / "eicar.eml"
            path.write_text(text)
            scan = ("scan", path, "--config", guard.config, "--ip", OURS, "--mail-from", author, "--resolver", self.names.address, "--format", "json")
            run = rampart(*scan)
            self.assertEqual(run.status, 1, run.out + run.err)
            self.assertIn("malware", [cause["code"] for cause in run.json()["causes"]])
            doctor = lambda: rampart("doctor", "--config", guard.config, "--no-postfix", "--listen", guard.listen, "--store", guard.store).out
            self.assertIn("ok      clamd answers\n", doctor())
        with self.subTest("one that is gone is said to be"):
            self.assertIn("whether it is malware: ", str(rampart(*scan).json()["unchecked"]))
            self.assertRegex(doctor(), r"FAILED  clamd .*; fix: start clamd")

    def test_a_monitor_only_says_it(self):
        guard, postfix = self.both(config=RULES, mode="monitor")
        name, author, text = lying_mail.executive()
        self.assertEqual(send(postfix, OURS, author, [lying_mail.TO], text)[0], 250)
        event = guard.event(name)
        self.assertEqual((event["asked"], event["answered"]), ("quarantine", "accept"))
        self.delivered(postfix, name)

    def test_the_command_says_the_same(self):
        config = self.dir / "scan.toml"
        config.write_text("[guard]\n" + RULES)
        for what, make in {**lying_mail.LIES, **lying_mail.HONEST}.items():
            with self.subTest(what):
                _, author, text = make()
                path = self.dir / "mail.eml"
                path.write_text(text)
                run = rampart("scan", path, "--config", config, "--ip", OURS, "--mail-from", author, "--rcpt", lying_mail.TO, "--resolver", self.names.address,
                              "--format", "json")
                self.assertEqual((run.status, run.json()["action"]), (1, "quarantine") if what in lying_mail.LIES else (0, "accept"), run.out + run.err)


if __name__ == "__main__":
    unittest.main()
