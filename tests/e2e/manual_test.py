"""The manual page: made from the program's help. (lintian reads the page itself, when ./dev package makes it.)"""

import subprocess
import unittest

from rampart_run import PROGRAM, SOURCE


class ManualTest(unittest.TestCase):
    def test_every_command_is_in_it(self):
        page = subprocess.run([SOURCE / "tools" / "make_man.py", PROGRAM, "0.0.0"], capture_output=True, text=True, check=True).stdout
        for part in (".TH RAMPART 1", "rampart config check", "\\-\\-no\\-config", ".SH EXIT STATUS"):
            self.assertIn(part, page)
        self.assertNotRegex(page, "@[A-Z_]+@")  # a placeholder that nothing filled


if __name__ == "__main__":
    unittest.main()
