"""kill -9 in the middle of reading reports, again and again: in the end every row is there once, and no mail is lost."""

import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import time

from rampart_run import PROGRAM, SOURCE

ROWS = 3  # of a report
SEED = 20261127
PATIENCE = 120  # seconds for a run that is not killed


def start(*arguments, **environment):
    return subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=SOURCE,
                            env={**os.environ, "NO_COLOR": "1", **environment})


def rows(number):
    return [(f"198.51.{number % 250}.{row + 1}", number + row + 1) for row in range(ROWS)]


def store_of(path):
    """The ids of the reports that are committed."""
    if not pathlib.Path(path).exists():
        return []
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30) as database:
        try:
            return [row[0] for row in database.execute("SELECT report_id FROM report")]
        except sqlite3.OperationalError:  # killed before its tables were made
            return []


def days_of(path):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30) as database:
        return {row[0]: row[1] for row in database.execute(
            "SELECT report_address.text, SUM(messages) FROM report_day JOIN report_address ON report_address.id = report_day.address GROUP BY 1")}


def expected_days(count):
    out = {}
    for number in range(count):
        for address, messages in rows(number):
            out[address] = out.get(address, 0) + messages
    return out


def kill_until_done(test, kills, command, check, refill=lambda: None, **environment):
    """Starts the command and kills it at a random moment, `kills` times, each time before it would have ended. check() is asked after
    every kill. `refill` gives it more to do, where it has ended too early."""
    chance = random.Random(SEED)
    longest, killed, tries = 2.0, 0, 0
    while killed < kills:
        tries += 1
        test.assertLess(tries, kills * 6, "it ends before it can be killed")
        process = start(*command, **environment)
        try:
            process.wait(chance.uniform(0.02, longest))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            killed += 1
        errors = process.communicate(timeout=30)[1]
        test.assertNotIn("Sanitizer", errors)
        check()
        if process.returncode != -signal.SIGKILL:
            longest = max(0.3, longest * 0.9)
            refill()
    done = start(*command, **environment)
    errors = done.communicate(timeout=PATIENCE)[1]
    test.assertIn(done.returncode, (0, 1), errors)
    test.assertNotIn("Sanitizer", errors)


def kills_in_fetch(case, kills, batch):
    """Reports in the mailbox of a MailboxCase, more of them whenever the program has read all. How often it was killed half-way, and how
    often between committing and putting away."""
    test, imap, reporters, store = case, case.imap, case.reporters, case.store
    command, environment = case.command(), {"SSL_CERT_FILE": str(case.authority.file)}
    sent = {}
    half_way, between = [], []

    def refill():
        for _ in range(batch):
            number = len(sent)
            mail = reporters.mail(reporter_of(number), f"r{number}", rows=rows(number), signed=number % 10 == 0)
            sent[f"r{number}"] = mail
            imap.deliver(mail)

    def check():
        """Every mail is somewhere, and whatever was put away is in the store."""
        there = [ids_of(imap.mails(box)) for box in ("INBOX", "Rampart-Read", "Rampart-Aside")]
        committed = store_of(store)
        test.assertEqual(len(committed), len(set(committed)), "each report once")
        test.assertEqual(set(sent), set().union(*there), "no mail is lost")
        test.assertLessEqual(there[1] | there[2], set(committed), "put away after it was committed")
        half_way.append(bool(there[0]) and len(committed) > len(sent) - batch)
        between.append(bool(there[0] & set(committed)))

    refill()
    kill_until_done(test, kills, command, check, refill, **environment)
    check()
    test.assertEqual(imap.mails("INBOX"), [])
    test.assertEqual(len(imap.mails("Rampart-Read")), len(sent))
    test.assertEqual(sorted(store_of(store)), sorted(sent))
    test.assertEqual(days_of(store), expected_days(len(sent)))
    return sum(half_way), sum(between)


def kills_in_import(case, kills, count):
    """Reports in files."""
    test, reporters, store, files = case, case.reporters, case.dir / "import.db", case.dir / "files"
    files.mkdir()
    for number in range(count):
        (files / f"{number}.eml").write_bytes(reporters.mail(reporter_of(number), f"r{number}", rows=rows(number), signed=False))

    def check():
        committed = store_of(store)
        test.assertEqual(len(committed), len(set(committed)), "each report once")

    def refill():
        store.unlink(missing_ok=True)
        for suffix in ("-wal", "-shm"):
            pathlib.Path(f"{store}{suffix}").unlink(missing_ok=True)

    kill_until_done(test, kills, ["reports", "import", files, "--store", store], check, refill)
    test.assertEqual(len(store_of(store)), count)
    test.assertEqual(days_of(store), expected_days(count))


def reporter_of(number):
    return ("mx1.example", "mx2.example")[number % 2]


def ids_of(mails):
    return {mail.split(b"Report-ID: <")[1].split(b">")[0].decode() for mail in mails}


def wait_for(condition, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())
