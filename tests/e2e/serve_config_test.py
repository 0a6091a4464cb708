"""Configurations that `rampart serve` refuses to run with (tests/bad_serve_configs.txt): status 2, for the reason that is stated."""

import pathlib
import re
import socket
import subprocess
import tempfile
import unittest

from rampart_run import SOURCE, rampart
from serve_case import certificate, free_port


def cases():
    name, toml, wanted = None, [], []
    for line in (SOURCE / "tests" / "bad_serve_configs.txt").read_text().splitlines():
        if line.startswith("== "):
            if name:
                yield name, "\n".join(toml), wanted
            name, toml, wanted = line[3:], [], []
        elif line.startswith("-- "):
            wanted.append(line[3:])
        elif name and line and not line.startswith("#"):
            toml.append(line)
    yield name, "\n".join(toml), wanted


class ServeConfigTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="rampart-bad-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.dir = pathlib.Path(cls.folder.name)
        certificate(cls.dir)
        subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-out", str(cls.dir / "other.key")],
                       check=True, capture_output=True)
        (cls.dir / "other.key").chmod(0o600)
        cls.taken = socket.socket()
        cls.taken.bind(("127.0.0.1", 0))
        cls.taken.listen()
        cls.addClassCleanup(cls.taken.close)

    def fill(self, text, port):
        return text.replace("{DIR}", str(self.dir)).replace("{PORT}", str(port)).replace("{TAKEN}", str(self.taken.getsockname()[1]))

    def test_each_is_refused_for_its_reason(self):
        count = 0
        for name, toml, wanted in cases():
            port, milter, place = free_port(), free_port(), free_port()
            config = self.dir / "rampart.toml"
            text = self.fill(toml, port)
            if "[store]" not in text:
                text += f'\n[store]\nurl = "sqlite:{self.dir}/{name}.db"\n'
            if "[guard]" not in text:
                text += f'\n[guard]\nlisten = ["inet:127.0.0.1:{milter}"]\n'
            if "listen = " not in toml and "[server]" in text:
                text = text.replace("[server]\n", f'[server]\nlisten = ["127.0.0.1:{place}"]\n', 1)
            elif "[server]" not in text:
                text += f'\n[server]\nlisten = ["127.0.0.1:{place}"]\n'
            config.write_text(text)
            with self.subTest(name):
                done = rampart("serve", "--config", config, timeout=60, HOME=str(self.dir), XDG_DATA_HOME=str(self.dir / "data"))
                self.assertEqual(done.status, 2, done.err)
                self.assertEqual(done.out, "")
                for pattern in wanted:
                    self.assertRegex(done.err, self.fill(pattern, port))
            count += 1
        self.assertGreaterEqual(count, 40)


if __name__ == "__main__":
    unittest.main()
