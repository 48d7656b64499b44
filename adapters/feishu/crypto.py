"""How Feishu signs and encrypts what it sends; pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Final

_BLOCK: Final = 16


class Tampered(Exception):
    """An encrypted text is not what Feishu would have sent."""


def signature(timestamp: str, nonce: str, encrypt_key: str, body: bytes) -> str:
    """Return `X-Lark-Signature`: hexadecimal SHA-256 over time, nonce, key and the bytes as they came."""
    head = f"{timestamp}{nonce}{encrypt_key}".encode(errors="surrogatepass")
    return hashlib.sha256(head + body).hexdigest()


def is_signed(given: str, timestamp: str, nonce: str, encrypt_key: str, body: bytes) -> bool:
    """Compare a signature in constant time."""
    expected = signature(timestamp, nonce, encrypt_key, body)
    return hmac.compare_digest(given.encode(errors="surrogatepass"), expected.encode())


def opened(sealed: str, encrypt_key: str) -> bytes:
    """Return the text in one that was encrypted with this key.

    Raises:
        Tampered: Not base64, not whole blocks, or wrong padding.
    """
    # Loaded here, because it costs 30 ms and only encrypted events need it.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    try:
        blocks = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError):  # ValueError: not ASCII
        raise Tampered("not base64") from None
    if len(blocks) < 2 * _BLOCK or len(blocks) % _BLOCK:
        raise Tampered("not whole blocks")
    key = hashlib.sha256(encrypt_key.encode()).digest()
    decryptor = Cipher(algorithms.AES(key), modes.CBC(blocks[:_BLOCK])).decryptor()
    plain = decryptor.update(blocks[_BLOCK:]) + decryptor.finalize()
    count = plain[-1]
    if not 1 <= count <= _BLOCK or not hmac.compare_digest(plain[-count:], bytes([count]) * count):
        raise Tampered("the padding is wrong")
    return plain[:-count]
