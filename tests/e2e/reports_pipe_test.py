"""A real Postfix hands mails to rampart reports import - : what is read and what cannot be is delivered, nothing is bounced, and what
the store could not take is delivered later."""

import gzip
import json
import pathlib
import shutil
import smtplib
import ssl
import tempfile
import time
import unittest
from email.message import EmailMessage

from mail_servers import Authority
from postfix import Postfix
from rampart_run import PROGRAM, rampart

REPORT = """<?xml version='1.0'?><feedback><report_metadata><org_name>mx.example</org_name><email>dmarc@mx.example</email>
<report_id>r1</report_id><date_range><begin>1764028800</begin><end>1764115199</end></date_range></report_metadata><policy_published>
<domain>bank.example</domain><p>none</p></policy_published><record><row><source_ip>192.0.2.1</source_ip><count>7</count>
<policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row><identifiers>
<header_from>bank.example</header_from></identifiers><auth_results><dkim><domain>bank.example</domain><selector>s1</selector>
<result>pass</result></dkim></auth_results></record></feedback>"""
# Its pipe runs nothing as Postfix's own user, nor as root.
USER = "nobody"
PIPE = """\
reports unix - n n - 1 pipe
  user={user} argv={program} reports import --no-config --no-verify --store {store} --aside {aside} -
"""


class Pipe(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="rampart-pipe-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.folder.chmod(0o755)
        keys = self.folder / "keys"
        keys.mkdir(mode=0o700)
        self.certificate = Authority(keys).certificate("localhost")
        self.data = self.folder / "data"
        # The program may be where nobody else can reach it.
        self.program = self.folder / "rampart"
        shutil.copy(PROGRAM, self.program)

    def postfix(self):
        store, aside = f"sqlite:{self.data}/store.db", self.data / "aside"
        # A retry takes seconds here, not minutes. Not one: a queue run that finds a message still locked leaves it in the active queue.
        return Postfix(self.certificate, main="virtual_transport = reports\nreports_destination_recipient_limit = 1\n"
                       "queue_run_delay = 1s\nminimal_backoff_time = 4s\nmaximal_backoff_time = 4s\n",
                       master=PIPE.format(user=USER, program=self.program, store=store, aside=aside))

    def make_data(self):
        self.data.mkdir(exist_ok=True)
        shutil.chown(self.data, USER)

    def send(self, relay, content=None):
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "reports@mx.example", "dmarc@bank.example", "Report"
        message.set_content("From here on it is words.\n")
        if content:
            message.add_attachment(content, maintype="application", subtype="gzip",
                                   filename="mx.example!bank.example!1764028800!1764115199.xml.gz")
        with smtplib.SMTP("127.0.0.1", relay.port, timeout=30) as client:
            client.starttls(context=ssl._create_unverified_context())
            client.send_message(message)

    def wait_for(self, relay, word, count, seconds=60):
        deadline = time.monotonic() + seconds
        while relay.log().count(word) < count:
            self.assertLess(time.monotonic(), deadline, relay.log())
            time.sleep(0.1)

    def messages(self):
        run = rampart("reports", "show", "bank.example", "--since", "2025-11-01", "--format", "json", "--no-config", "--store",
                      f"sqlite:{self.data}/store.db")
        return json.loads(run.out)["messages"]

    def test_read_noted_or_later_and_never_sent_back(self):
        self.make_data()
        with self.postfix() as relay:
            self.send(relay, gzip.compress(REPORT.encode()))
            self.wait_for(relay, "status=sent", 1)
            self.assertEqual(self.messages(), 7)
            self.send(relay, gzip.compress(REPORT.encode()))
            self.send(relay)
            self.wait_for(relay, "status=sent", 3)
            self.assertEqual(self.messages(), 7)
            self.assertEqual(len(list((self.data / "aside").iterdir())), 1)
            self.assertNotIn("status=bounced", relay.log())

    def test_what_the_store_cannot_take_comes_again(self):
        # There is a file where the folder should be.
        self.data.write_text("")
        with self.postfix() as relay:
            self.send(relay, gzip.compress(REPORT.encode()))
            self.wait_for(relay, "status=deferred", 1)
            self.data.unlink()
            self.make_data()
            self.wait_for(relay, "status=sent", 1)
            self.assertEqual(self.messages(), 7)
            self.assertNotIn("status=bounced", relay.log())


if __name__ == "__main__":
    unittest.main()
