"""A private rspamd on loopback, as a milter: Debian's, with its stock rules, a name server of the test's, and nothing that needs a network.

    with Rspamd(nsd) as filter:
        …smtpd_milters = inet:127.0.0.1:{filter.port}…
        filter.field   what it adds to each message
"""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from servers import PrivateServer, ServerError, _die_with_parent, free_port

STARTS_WITHIN = 120  # seconds: it compiles its patterns first
# Modules that ask the internet or a Redis, each for a timeout.
WITHOUT = ("antivirus", "asn", "bimi", "clamav", "dcc", "elastic", "emails", "fuzzy_check", "greylist", "history_redis", "mx_check", "neural", "p0f",
           "phishing", "ratelimit", "rbl", "replies", "reputation", "spamtrap", "surbl", "url_redirector")


class Rspamd(PrivateServer):
    field = "X-Spamd-Result"

    def __init__(self, names):
        program = shutil.which("rspamd")
        if program is None or os.geteuid() != 0:
            raise unittest.SkipTest("rspamd is not installed (./dev setup test), or this is not root")
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="rampart-rspamd-"))
        self.port = free_port()
        local = self.dir / "local.d"
        local.mkdir()
        host, _, port = names.address.rpartition(":")
        written = {
            "options.inc": f'dns {{ nameserver = ["{host}:{port}"]; }}\nfilters = "dkim";\n',
            "worker-proxy.inc": f'bind_socket = "127.0.0.1:{self.port}";\nmilter = yes;\ncount = 1;\nupstream "local" {{ default = yes; self_scan = yes; }}\n',
            "worker-controller.inc": "enabled = false;\n",
            "worker-normal.inc": "enabled = false;\n",
            "milter_headers.conf": 'use = ["x-spamd-result", "authentication-results"];\nskip_local = false;\n',
            "logging.inc": 'type = "console";\nlevel = "warning";\n',
        } | {f"{module}.conf": "enabled = false;\n" for module in WITHOUT}
        for name, text in written.items():
            (local / name).write_text(text)
        variables = [part for name in ("DBDIR", "RUNDIR", "LOGDIR", "LOCAL_CONFDIR") for part in ("--var", f"{name}={self.dir}")]
        with (self.dir / "errors").open("wb") as errors:
            self.process = subprocess.Popen([program, "-f", "-i", *variables], stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
                                            preexec_fn=_die_with_parent)
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as link:
                if link.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        said = (self.dir / "errors").read_text(errors="replace")[-2000:]
        self.stop()
        raise ServerError(f"rspamd does not answer:\n{said}")
