"""A client of server-sent events: reads GET /api/v1/events of a guard.

    with EventStream(port, token, "action=quarantine") as stream:
        event = stream.next()   # ("message", id, data as JSON)
"""

import json
import socket
import time


class Refused(Exception):
    pass


class EventStream:
    def __init__(self, port, token, query="", last=None, seconds=30):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        words = [f"GET /api/v1/events?{query} HTTP/1.1", "Host: a", f"Authorization: Bearer {token}"] + ([f"Last-Event-ID: {last}"] if last else [])
        self.socket.sendall(("\r\n".join(words) + "\r\n\r\n").encode())
        self.bytes = b""
        self.comments = 0
        while b"\r\n\r\n" not in self.bytes:
            self.more(seconds)
        head, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
        self.head = head.decode()
        if not self.head.startswith("HTTP/1.1 200 "):
            self.socket.close()
            raise Refused(self.head.split("\r\n")[0])

    def more(self, seconds):
        self.socket.settimeout(max(seconds, 0.001))
        data = self.socket.recv(65536)
        if not data:
            raise EOFError(self.bytes)
        self.bytes += data

    def next(self, seconds=20):
        """(type, id, data); TimeoutError where nothing comes in time."""
        deadline = time.monotonic() + seconds
        while True:
            while b"\n\n" not in self.bytes:
                self.more(deadline - time.monotonic())
            block, self.bytes = self.bytes.split(b"\n\n", 1)
            fields = dict(line.split(": ", 1) for line in block.decode().splitlines() if not line.startswith(":"))
            if fields:
                return fields.get("event", "message"), fields.get("id", ""), json.loads(fields["data"])
            self.comments += 1

    def until_live(self):
        """What comes before it is said that all there was is given."""
        out = []
        while not out or out[-1][0] != "live":
            out.append(self.next())
        return out[:-1]

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
