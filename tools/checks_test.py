"""The checks find what they are there to find: each is run on a small tree with one planted fault, and on the same tree without."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parent


class ChecksTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("src/base/text.h", "#pragma once\n#include <string>\n")
        self.write("src/audit/grade.h", '#pragma once\n#include "auth/spf/record.h"\n#include "base/text.h"\n')

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run_check(self, name, status, *parts, arguments=(), **environment):
        done = subprocess.run([sys.executable, TOOLS / name, *arguments, self.root] if name.endswith(".py") else [TOOLS / name, self.root],
                              capture_output=True, text=True, check=False, env={**os.environ, **environment})
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        for part in parts:
            self.assertIn(part, done.stdout + done.stderr)

    def test_layers(self):
        self.run_check("check_layers.py", 0)
        faults = {
            "src/base/up.h": ('#include "dns/name.h"\n', "base includes dns/name.h: base may include nothing of ours"),
            "src/dns/across.cc": ('\n#include "crypto/hash.h"\n', "src/dns/across.cc:2: dns includes crypto/hash.h"),
            "src/audit/slice.cc": ('#include "guard/verdict.h"\n', "feature slices never include each other"),
            "src/auth/relative.cc": ('#include "record.h"\n', "write the path below src/"),
            "src/auth/clock.cc": ("auto t = std::chrono::system_clock::now();\n", "auth is pure"),
            "src/mail/net.cc": ("#include <curl/curl.h>\n", "<curl/curl.h> belongs to net, not to mail"),
            "src/mailer/new.cc": ("\n", "'mailer' is no layer"),
        }
        for name, (text, message) in faults.items():
            with self.subTest(name):
                self.write(name, text)
                self.run_check("check_layers.py", 1, name, message)
                (self.root / name).unlink()

    def test_layers_in_cmake(self):
        self.write("CMakeLists.txt", "rampart_layer(dns DEPS base LIBS x)\n")
        self.run_check("check_layers.py", 0)
        self.write("CMakeLists.txt", "\nrampart_layer(dns DEPS base mail LIBS x)\n")
        self.run_check("check_layers.py", 1, "CMakeLists.txt:2: dns may not depend on mail")

    def test_size(self):
        self.write("src/base/text_test.cc", "int x;\n" * 10)
        self.run_check("check_size.py", 0)
        self.write("src/base/long_test.cc", "\n" * 801)
        self.run_check("check_size.py", 1, "src/base/long_test.cc:801:")

    def test_share_of_tests(self):
        self.write("src/base/untested.cc", "int x;\n" * 100)
        self.run_check("check_size.py", 1, "lines of test")

    def test_names(self):
        self.run_check("check_names.py", 0)
        self.write("src/base/later.cc", "// TODO: finish\n")
        self.run_check("check_names.py", 1, "src/base/later.cc:1: 'TODO'")
        self.run_check("check_names.py", 1, "src/base/later.cc:1: 'TODO'", PATH=str(self.root))  # a machine without git

    def test_format(self):
        self.run_check("check_format.sh", 0)
        self.write("src/base/wide.cc", "int  f( ) {return 1 ;}\n")
        self.run_check("check_format.sh", 1, "wide.cc", "./dev format")

    def test_snippets(self):
        self.write("README.md", "```console\n$ printf 'one\\ntwo three\\nfour\\n'\none\n...\nfo...r\n$ true\n```\n```sh\nfalse && rm\n```\n")
        self.run_check("check_readme.py", 0, "2 commands")
        self.write("README.md", "text\n```console\n$ echo one\ntwo\n```\n")
        self.run_check("check_readme.py", 1, "README.md:3: $ echo one")
        self.write("README.md", "```console\n$ exit 3\n```\n")
        self.run_check("check_readme.py", 1, "ended with 3")

    def test_mutations(self):
        self.write("src/auth/x.cc", "if (a &&\n    b) return;\nreturn;\n")
        self.write("src/auth/x_test.cc", "TEST(HardCases, Case01_X) {}\nTEST(Other, Y) {}\n")
        good = "# comment\nsrc/auth/x.cc\tif (a && b)\tif (a)\tHardCases.Case01_X\n"
        self.write("tools/mutations.tsv", good)
        self.run_check("mutate.py", 0, "1 fragments", arguments=["--check"])
        faults = {
            good + "src/auth/x.cc\treturn;\t\tOther.Y\n": '"return;" stands 2 times in src/auth/x.cc',
            good + "src/auth/x.cc\tif (b)\t\tOther.Y\n": "stands 0 times",
            good + "src/auth/y.cc\tif (b)\t\tOther.Y\n": "there is no src/auth/y.cc",
            good + "src/auth/x.cc\tb\n": "tools/mutations.tsv:3: file, fragment",
            "# nothing\n": "names no check that HardCases.Case01_X fails without",
        }
        for text, message in faults.items():
            with self.subTest(message):
                self.write("tools/mutations.tsv", text)
                self.run_check("mutate.py", 1, message, arguments=["--check"])


if __name__ == "__main__":
    unittest.main()
