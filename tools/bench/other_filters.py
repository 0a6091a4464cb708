"""Scores of other filters: rspamd and SpamAssassin as Debian has them, offline.

Runs in a network of its own, where nothing but this program answers and every name does not exist:
unshare -n -m tools/bench/other_filters.py rspamd|spamassassin FOLDER  prints one JSON line a file.
"""

import concurrent.futures
import json
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

# What fires because no name exists here, whatever the message: DNS, the client and the authentication that a file has not.
ARTEFACTS = ("HFILTER_", "RDNS_", "AUTH_NA", "R_SPF", "R_DKIM", "DMARC", "ARC_", "RCVD_", "DATE_IN", "FROMHOST", "MID_RHS", "VIOLATED_DIRECT_SPF", "DIRECT_TO_MX", "ASN", "RECEIVED_")
WAIT = 30  # seconds for a filter to answer a message
LARGEST = 50_000_000  # bytes of a message that SpamAssassin is asked about
START = 1800  # seconds for it to begin: rspamd compiles its patterns the first time
STATE = pathlib.Path(__file__).resolve().parents[2] / "build/rspamd"  # where it keeps them


def answer_nothing():
    """DNS on 127.0.0.1: no name exists."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))

    def serve():
        while True:
            query, peer = server.recvfrom(4096)
            if len(query) >= 12:
                server.sendto(query[:2] + struct.pack("!H", 0x8583) + query[4:6] + b"\0\0\0\0\0\0" + query[12:], peer)

    threading.Thread(target=serve, daemon=True).start()


def prepare(folders):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    resolver = pathlib.Path(tempfile.mkdtemp()) / "resolv.conf"
    resolver.write_text("nameserver 127.0.0.1\n", encoding="ascii")
    subprocess.run(["mount", "--bind", resolver, pathlib.Path("/etc/resolv.conf").resolve()], check=True)
    for folder in folders:
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
    answer_nothing()


def wait_for(port):
    end = time.monotonic() + START
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.2)
    sys.exit(f"error: nothing answers at port {port}")


def rspamd(files):
    prepare(["/var/log/rspamd", "/run/rspamd"])
    STATE.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "--bind", STATE, "/var/lib/rspamd"], check=True)
    for folder in ("/var/lib/rspamd", "/var/log/rspamd", "/run/rspamd"):
        shutil.chown(folder, "_rspamd", "_rspamd")
    daemon = subprocess.Popen(["rspamd", "-f", "-u", "_rspamd", "-g", "_rspamd"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(11333)

        def check(file):
            request = urllib.request.Request("http://127.0.0.1:11333/checkv2", data=file.read_bytes(), method="POST")
            with urllib.request.urlopen(request, timeout=WAIT * 4) as reply:
                symbols = json.load(reply).get("symbols", {})
            return sum(one["score"] for name, one in symbols.items() if not name.startswith(ARTEFACTS))

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            yield from zip(files, pool.map(check, files))
    finally:
        daemon.terminate()
        daemon.wait()


def spamassassin(files):
    prepare([])
    daemon = subprocess.Popen(["spamd", "-L", "-m", "2", "-i", "127.0.0.1", "-p", "783", "-x", "-u", "nobody"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(783)

        def check(file):
            command = ["spamc", "-d", "127.0.0.1", "-p", "783", "-c", "-t", str(WAIT * 4), "-s", str(LARGEST)]
            reply = subprocess.run(command, input=file.read_bytes(), capture_output=True, check=False).stdout.decode()
            score, _, threshold = reply.strip().partition("/")
            if not threshold or float(threshold) == 0:  # what it prints when it did not ask
                raise RuntimeError(f"spamc gave no score to {file.name}: {reply!r}")
            return float(score)

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            yield from zip(files, pool.map(check, files))
    finally:
        daemon.terminate()
        daemon.wait()


def main():
    engine = {"rspamd": rspamd, "spamassassin": spamassassin}[sys.argv[1]]
    files = sorted(path for path in pathlib.Path(sys.argv[2]).rglob("*") if path.is_file())
    for file, score in engine(files):
        print(json.dumps({"file": str(file), "score": score}), flush=True)


if __name__ == "__main__":
    main()
