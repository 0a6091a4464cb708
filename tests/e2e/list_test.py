"""A list of 20,000 lines in a stream: every line accounted for, in bounded memory. (million_test.py has the million.)"""

import unittest

from long_list import check


class ListTest(unittest.TestCase):
    def test_twenty_thousand_lines(self):
        check(self, 20_000, most_mib=100, bad=5_000, again=1_001)


if __name__ == "__main__":
    unittest.main()
