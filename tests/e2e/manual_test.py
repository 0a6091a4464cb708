"""The manual page: made from the program's help, and without fault for those who read it."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

from rampart_run import PROGRAM, SOURCE


class ManualTest(unittest.TestCase):
    def test_every_command_is_in_it(self):
        page = subprocess.run([SOURCE / "tools" / "make_man.py", PROGRAM, "0.0.0"], capture_output=True, text=True, check=True).stdout
        for part in (".TH RAMPART 1", "rampart config check", "\\-\\-no\\-config", ".SH EXIT STATUS"):
            self.assertIn(part, page)
        self.assertNotIn("@", page)
        if shutil.which("mandoc"):
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder) / "rampart.1"
                path.write_text(page, encoding="utf-8")
                subprocess.run(["mandoc", "-T", "lint", "-W", "error", path], check=True)


if __name__ == "__main__":
    unittest.main()
