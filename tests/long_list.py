"""A list of any length over a zone file, audited in a stream: that every line is accounted for, and what memory it took."""

import os
import pathlib
import re
import subprocess
import tempfile
import threading

from rampart_run import PROGRAM, SOURCE

KNOWN = 10_000  # names that have records of their own; the others have those of a wildcard, or do not exist
FIRST_CELL = {"jsonl": re.compile(rb'\{"schema":"rampart\.audit/1","domain":"([^"]+)"'), "csv": re.compile(rb"([^,]+),")}
SANITIZED = b"__asan_init" in pathlib.Path(PROGRAM).read_bytes()


def program(release=False):
    """The program under test; or, where that one has sanitizers and memory is the question, the release build of the same sources."""
    if not (SANITIZED and release):
        return PROGRAM
    subprocess.run(["./dev", "build"], cwd=SOURCE, check=True, stdout=subprocess.DEVNULL)
    return str(SOURCE / "build" / "rampart")


class LongList:
    """`lines` lines: domains, but for a name that is none every `bad` lines, and a repeated one every `again` lines."""

    def __init__(self, folder, lines, bad, again):
        self.names, self.bad = [], []
        self.list, self.zone = pathlib.Path(folder) / "domains.txt", pathlib.Path(folder) / "example.zone"
        with self.list.open("w") as out:
            for number in range(1, lines + 1):
                if number % bad == 0:
                    self.bad.append(number)
                    out.write(f"someone@d{number}.example\n")
                elif number % again == 0:
                    out.write(f"{name(number - 1).upper()}.\n")
                else:
                    self.names.append(name(number))
                    out.write(f"{name(number)}\n")
        self.duplicates = lines - len(self.names) - len(self.bad)
        with self.zone.open("w") as out:
            out.write("$ORIGIN example.\n@ 300 IN SOA ns host 1 3600 600 86400 60\n@ 300 IN NS ns\nns 300 IN A 192.0.2.53\n"
                      '*.wild 300 IN TXT "v=spf1 a -all"\n')
            for number in range(1, KNOWN + 1):
                out.write(f'd{number} 300 IN MX 10 mail\n  300 IN TXT "v=spf1 mx ip4:192.0.2.{number % 250} ~all"\n'
                          f'_dmarc.d{number} 300 IN TXT "v=DMARC1; p={("none", "quarantine", "reject")[number % 3]}"\n')

    def audit(self, binary, form):
        """Runs the program; its exit status, the domains in the order in which they came out, standard error, MiB at the most."""
        process = subprocess.Popen([binary, "audit", "--zone", str(self.zone), "--list", str(self.list), "--format", form,
                                    "--no-config"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=SOURCE)
        errors = []
        reader = threading.Thread(target=lambda: errors.append(process.stderr.read().decode(errors="replace")))
        reader.start()
        domains = []
        for row in process.stdout:
            found = FIRST_CELL[form].match(row)
            domain = found.group(1).decode() if found else f"no domain: {row[:100]!r}"
            if not domains or domains[-1] != domain:  # CSV has a row a finding
                domains.append(domain)
        reader.join()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        process.stderr.close()
        return process.returncode, domains[1:] if form == "csv" else domains, errors[0], usage.ru_maxrss / 1024


def name(number):
    return f"d{number}.wild.example" if number % 7 == 0 else f"d{number}.example"


def check(test, size, most_mib, release=False, **every):
    """Every line is a domain of the report, a refused one that is named, or a duplicate, in both forms that a million lines take."""
    binary = program(release)
    with tempfile.TemporaryDirectory() as folder:
        work = LongList(folder, size, **every)
        for form in FIRST_CELL:
            with test.subTest(form):
                status, domains, errors, mib = work.audit(binary, form)
                print(f"{form}: {len(domains)} domains, {mib:.0f} MiB", flush=True)
                test.assertEqual(status, 1, errors)
                test.assertEqual(len(domains), len(work.names))
                test.assertTrue(domains == work.names, "the order of the list")
                for number in work.bad[:20]:
                    test.assertIn(f"domains.txt:{number}:", errors)
                test.assertIn(f"{len(work.names)} domains audited, {len(work.bad)} lines of the list named no domain", errors)
                if release or not SANITIZED:
                    test.assertLess(mib, most_mib)
