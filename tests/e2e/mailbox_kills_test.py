"""rampart reports fetch and import killed 50 times each, against a real Dovecot: every row once, no mail lost."""
# RAMPART-LONG

import unittest

from mailbox_case import MailboxCase
from mailbox_kills import kills_in_fetch, kills_in_import


class LongKillTest(MailboxCase):
    def test_in_the_middle_of_a_fetch(self):
        half_way, between = kills_in_fetch(self, kills=50, batch=250)
        print(f"killed 50 times: {half_way} half-way, {between} between the commit and the mailbox", flush=True)
        self.assertGreater(half_way, 0)

    def test_in_the_middle_of_an_import(self):
        kills_in_import(self, kills=50, count=400)


if __name__ == "__main__":
    unittest.main()
