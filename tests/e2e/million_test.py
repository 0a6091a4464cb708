"""A list of a million lines to JSON lines and to CSV: every line accounted for, in bounded memory."""
# RAMPART-LONG

import unittest

from long_list import check


class MillionTest(unittest.TestCase):
    def test_a_million_lines(self):
        check(self, 1_000_000, most_mib=200, release=True, bad=50_000, again=10_001)


if __name__ == "__main__":
    unittest.main()
