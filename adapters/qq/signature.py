"""Signatures of the webhook: ed25519 with a key made of the application's secret.

Loaded only for a webhook, because it needs the package `cryptography`.
"""

from __future__ import annotations

import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_SEED = 32  # bytes


class Seal:
    """Signs and checks for one application."""

    def __init__(self, secret: str) -> None:
        whole = secret.encode()
        seed = (whole * (_SEED // len(whole) + 1))[:_SEED]
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._public = self._private.public_key()

    def sign(self, text: str) -> str:
        """Return the signature of a text, in hexadecimal digits."""
        return self._private.sign(text.encode()).hex()

    def is_genuine(self, timestamp: str, body: bytes, signature: str) -> bool:
        """Say whether the platform has signed exactly these bytes at this time. Anything malformed is not genuine."""
        try:
            given = binascii.unhexlify(signature)
            self._public.verify(given, timestamp.encode(errors="surrogateescape") + body)
        except (ValueError, InvalidSignature):  # not hexadecimal; not of this length, or not of these bytes
            return False
        return True
