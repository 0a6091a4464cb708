"""A security key in software (WebAuthn level 3): ES256, no attestation. For tests: it does what it is told, right or wrong."""

import base64
import hashlib
import json
import os
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def cbor(value):
    """RFC 8949, as much of it as a key needs."""
    def head(major, number):
        if number < 24:
            return bytes([major << 5 | number])
        if number < 256:
            return bytes([major << 5 | 24, number])
        return bytes([major << 5 | 25]) + struct.pack(">H", number)
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    return head(5, len(value)) + b"".join(cbor(name) + cbor(one) for name, one in value.items())


class Authenticator:
    def __init__(self, origin):
        self.origin = origin
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.counter = 0
        self.user = b""

    def client_data(self, kind, challenge, **altered):
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False, **altered}).encode()

    def auth_data(self, rp, flags, more=b""):
        self.counter += 1
        return hashlib.sha256(rp.encode()).digest() + bytes([flags]) + struct.pack(">I", self.counter) + more

    def create(self, options, **altered):
        """RegistrationResponseJSON to PublicKeyCredentialCreationOptionsJSON."""
        point = self.key.public_key().public_numbers()
        cose = cbor({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})
        self.user = options["user"]["id"]
        data = self.auth_data(options["rp"]["id"], 0x45, bytes(16) + struct.pack(">H", len(self.id)) + self.id + cose)
        attestation = cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "clientExtensionResults": {},
                "response": {"clientDataJSON": b64(self.client_data("webauthn.create", options["challenge"], **altered)),
                             "attestationObject": b64(attestation), "transports": ["usb"]}}

    def get(self, options, **altered):
        """AuthenticationResponseJSON to PublicKeyCredentialRequestOptionsJSON."""
        client = self.client_data("webauthn.get", options["challenge"], **altered)
        data = self.auth_data(options["rpId"], 0x05)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "clientExtensionResults": {},
                "response": {"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature),
                             "userHandle": self.user}}
