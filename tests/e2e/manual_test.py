"""The manual pages: made from the program's help and reference. (lintian reads the pages themselves, when ./dev package makes them.)"""

import json
import re
import subprocess
import unittest

from rampart_run import PROGRAM, SOURCE


def page(section):
    out = subprocess.run([SOURCE / "tools" / "make_man.py", PROGRAM, "0.0.0", section], capture_output=True, text=True, check=True).stdout
    assert not re.search("@[A-Z_]+@", out), "a placeholder that nothing filled"
    return out


class ManualTest(unittest.TestCase):
    def test_every_command_is_in_it(self):
        text = page("1")
        for part in (".TH RAMPART 1", "rampart config check", '.SS "rampart serve', "\\-\\-no\\-config", ".SH EXIT STATUS"):
            self.assertIn(part, text)

    def test_every_setting_is_in_the_page_of_the_configuration(self):
        text = page("5")
        listed = json.loads(subprocess.run([PROGRAM, "config", "print", "--no-config", "--format", "json"], capture_output=True, text=True, check=True).stdout)
        names = [setting["key"] for setting in listed]
        self.assertGreater(len(names), 100)
        for name in names:
            self.assertIn(f'.SS "{name}"', text)
        self.assertNotRegex(text, r"(?m)^```|^#|`")


if __name__ == "__main__":
    unittest.main()
