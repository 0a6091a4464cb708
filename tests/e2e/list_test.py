"""A list of 20,000 lines in a stream: every line accounted for, in bounded memory. (million_test.py has the million.)"""

import unittest

from long_list import SANITIZED, check


class ListTest(unittest.TestCase):
    def test_twenty_thousand_lines(self):
        lines = 5_000 if SANITIZED else 20_000  # sanitizers take six times as long
        check(self, lines, most_mib=100, bad=lines // 4, again=1_001)


if __name__ == "__main__":
    unittest.main()
