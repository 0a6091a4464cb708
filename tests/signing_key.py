"""A DKIM key that is published and signs, in a key folder: rotation is gone through with a clock that is ahead."""

import datetime
import time

from rampart_run import rampart


def make_signing_key(domain, folder, dns):
    """`folder` gets the key folder `keys`; `dns` is a Knot that takes updates of the domain's zone."""
    keys = folder / "keys"
    config = folder / "dkim.toml"
    config.write_text('[dkim]\nttl = "1s"\n')
    now = datetime.datetime(2026, 11, 1, 4, 0, 0)
    for _ in range(8):
        run = rampart("dkim", "rotate", domain, "--config", config, "--keys", keys, "--server", dns.address, "--key", dns.key, "--resolver",
                      dns.address, "--allow-private", "--wait", "0s", RAMPART_CLOCK=now.strftime("%Y-%m-%dT%H:%M:%SZ"))
        if run.status != 0:
            raise AssertionError(run.out + run.err)
        listed = rampart("dkim", "list", domain, "--format", "json", "--keys", keys).json()
        if any(key["phase"] == "signing" for key in listed[0]["keys"]):
            return keys
        time.sleep(1.1)
        now = datetime.datetime.strptime(run.out.rsplit("until ", 1)[1].strip(), "%Y-%m-%dT%H:%M:%SZ")
    raise AssertionError("no key signs")
