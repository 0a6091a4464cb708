"""usage: worker_wipes.py RAMPART-WORKER. Whether a process that messages share keeps anything of one that it has looked at: a message full of
one word is looked at, and the word is looked for in the memory of every process of the worker's. Of a released worker (under sanitizers
nothing is wiped), as root."""

import os
import re
import socket
import struct
import subprocess
import sys
import time

WORD = b"zyxsecretmarker"
BOUNDARY = b"--" + WORD
MESSAGE = b"\r\n".join([
    b"Content-Type: multipart/mixed; boundary=" + WORD, b"", BOUNDARY, b"Content-Type: text/plain; charset=utf-8", b"",
    WORD + b" https://" + WORD + b".example/" + WORD, BOUNDARY, b"Content-Type: text/html; charset=iso-8859-1",
    b"Content-Transfer-Encoding: quoted-printable", b"",
    b"<title>" + WORD + b"</title><a href=3D'https://www." + WORD + b".example/" + WORD + b"?a=3D" + WORD + b"'>" + WORD + b"</a>"
    + (b"<p>urgent payment " + WORD + b"</p>") * 200, BOUNDARY + b"--", b""])


def call(near, message):
    """What the waiting process says: base/worker.cc."""
    near.sendall(struct.pack("<QQ", len(message), 0) + message)
    head = near.recv(16, socket.MSG_WAITALL)
    end, _, size = struct.unpack("<BxxxiQ", head)
    return end, near.recv(size, socket.MSG_WAITALL) if size else b""


def kept(process):
    """How often the word stands in what a process may write to."""
    count = 0
    with open(f"/proc/{process}/mem", "rb") as memory, open(f"/proc/{process}/maps", encoding="ascii") as maps:
        for line in maps:
            found = re.match(r"(\w+)-(\w+) rw", line)
            if found:
                begin, end = int(found[1], 16), int(found[2], 16)
                memory.seek(begin)
                count += memory.read(end - begin).lower().count(WORD)
    return count


def main(program):
    near, far = socket.socketpair()
    with subprocess.Popen([program, "look"], preexec_fn=lambda: os.dup2(far.fileno(), 3), close_fds=False, env={}) as worker:
        try:
            end, seen = call(near, MESSAGE)
            if end != 0 or WORD not in seen.lower():
                sys.exit("error: the message was not looked at")
            with open(f"/proc/{worker.pid}/task/{worker.pid}/children", encoding="ascii") as children:
                shared = children.read().split()
            if len(shared) != 1:
                sys.exit(f"error: the worker has {len(shared)} processes, not one that messages share")
            time.sleep(0.5)  # it answers first
            counts = [kept(process) for process in [worker.pid, *shared]]
        finally:
            worker.kill()
    if any(counts):
        sys.exit(f"error: a message that was looked at is still in memory: {counts}")
    print("worker: nothing of a message is left in its memory")


if __name__ == "__main__":
    main(sys.argv[1])
