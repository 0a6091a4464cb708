"""Block lists that name links and hashes of parts, through Postfix: what is kept, what is delivered, and what a change does."""

import base64
import hashlib
import unittest

from guard_case import OURS, TO, GuardCase, mail
from guard_run import send
from rampart_run import rampart

FILE = b"\x00\x01 not a program, and listed all the same"


def with_parts(link):
    """(Message-ID, text) of an authorised message with a link in HTML and a file."""
    name, text = mail(fields='MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n')
    head = text[:text.index("\r\n\r\n") + 4]
    html = base64.b64encode(f'<p>See <a href="{link}">the rates</a></p>'.encode()).decode()
    file = base64.b64encode(FILE).decode()
    return name, (head + "--x\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n" + html +
                  "\r\n--x\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=rates.bin\r\n"
                  "Content-Transfer-Encoding: base64\r\n\r\n" + file + "\r\n--x--\r\n")


class GuardContentTest(GuardCase):
    def listed(self, words):
        path = self.dir / "content.txt"
        path.write_text(words)
        return f'block_files = ["{path}"]\n'

    def test_links_and_hashes(self):
        guard, postfix = self.both(config=self.listed("https://evil.example/\nhttps://files.example/a by=soc reason=a campaign\n"))
        for link, stopped in (("http://www.evil.example/pay?id=1", True), ("https://files.example/a/b", True), ("https://files.example/b", False)):
            with self.subTest(link):
                name, text = with_parts(link)
                self.assertEqual(send(postfix, OURS, "news@bank.example", TO, text)[0], 250)
                event = guard.event(name)
                self.assertEqual((event["answered"], [cause["code"] for cause in event["causes"]]),
                                 ("quarantine", ["blocked"]) if stopped else ("accept", []))
                if not stopped:
                    self.delivered(postfix, name)
        digest = hashlib.sha256(FILE).hexdigest()
        behind = len(guard.said())
        with (self.dir / "content.txt").open("a") as file:
            file.write(f"sha256:{digest} reason=a file\n")
        guard.wait_for("3 blocked of", behind)
        name, text = with_parts("https://files.example/b")
        self.assertEqual(send(postfix, OURS, "news@bank.example", TO, text)[0], 250)
        self.assertIn("a file", guard.event(name)["causes"][0]["text"])
        with self.subTest("the command says the same"):
            path = self.dir / "mail.eml"
            path.write_bytes(text.encode())
            run = rampart("scan", path, "--config", guard.config, "--ip", OURS, "--mail-from", "news@bank.example", "--resolver", self.names.address,
                          "--format", "json")
            self.assertEqual((run.status, run.json()["action"], run.json()["causes"][0]["code"]), (1, "quarantine", "blocked"), run.err)

    def test_what_cannot_be_looked_into_is_kept_and_a_monitor_lets_it_through(self):
        parts = "".join(f"--x\r\nContent-Type: text/plain\r\n\r\n{number}\r\n" for number in range(300))
        for mode, answered in (("enforce", "quarantine"), ("monitor", "accept")):
            with self.subTest(mode):
                guard, postfix = self.both(config=self.listed("https://evil.example/\n"), mode=mode)
                name, text = mail(fields="Content-Type: multipart/mixed; boundary=x\r\n")
                self.assertEqual(send(postfix, OURS, "news@bank.example", TO, text[:text.index("\r\n\r\n") + 4] + parts + "--x--\r\n")[0], 250)
                event = guard.event(name)
                self.assertEqual((event["asked"], event["answered"], event["causes"][0]["code"]), ("quarantine", answered, "inspection-failed"))


if __name__ == "__main__":
    unittest.main()
