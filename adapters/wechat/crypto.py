"""The encryption of WeChat and WeCom callbacks: signed, and sealed together with the name of the receiver; pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from importlib.util import find_spec
from typing import Final

from adapters.wording import say

_BLOCK: Final = 32  # the padding is PKCS#7 for blocks of 32 bytes, though AES has 16
_PREFIX: Final = 16  # random bytes in front of the length
_KEY_CHARACTERS: Final = 43


class Tampered(Exception):
    """A sealed text is not what the platform would have sent to this receiver."""


def read_key(encoded: str) -> bytes:
    """Return the 32 bytes that an EncodingAESKey of 43 characters stands for.

    Raises:
        ValueError: It is no such key; the text does not repeat it.
    """
    if len(encoded) != _KEY_CHARACTERS or not (encoded.isascii() and encoded.isalnum()):
        raise ValueError(say("应为 43 位字母和数字，从平台后台的 EncodingAESKey 复制"))
    return base64.b64decode(encoded + "=")


def is_available() -> bool:
    """Say whether the library for AES is installed."""
    return find_spec("cryptography") is not None


def signature(token: str, timestamp: str, nonce: str, sealed: str) -> str:
    """Return `msg_signature` of a sealed text: hexadecimal SHA-1 over the four parts in order."""
    parts = sorted(part.encode(errors="surrogatepass") for part in (token, timestamp, nonce, sealed))
    return hashlib.sha1(b"".join(parts), usedforsecurity=False).hexdigest()


def is_signed(given: str, token: str, timestamp: str, nonce: str, sealed: str) -> bool:
    """Compare a signature in constant time."""
    expected = signature(token, timestamp, nonce, sealed)
    return hmac.compare_digest(given.encode(errors="surrogatepass"), expected.encode())


def opened_file(content: bytes, encoded: str) -> bytes:
    """Return the content of a file that an intelligent robot got, by its key in base64.

    Raises:
        Tampered: It does not belong to the key, or the key is none.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    try:
        key = base64.b64decode(encoded.rstrip("=") + "=" * (-len(encoded.rstrip("=")) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Tampered("the key is none") from None
    if len(key) != 32 or not content or len(content) % _PREFIX:
        raise Tampered("not whole blocks, or the key is none")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:_PREFIX])).decryptor()
    return _unpadded(decryptor.update(content) + decryptor.finalize())


class Seal:
    """Opens and closes sealed texts of one key for one receiver.

    The receiver is the corp id of an application, the app id of an official account, and empty for an intelligent robot.
    """

    def __init__(self, key: bytes, receiver: str) -> None:
        # Loaded here, because it costs 30 ms and only callbacks need it.
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:_PREFIX]))
        self._receiver = receiver.encode()

    def open(self, sealed: str) -> bytes:
        """Return the message in a sealed text.

        Raises:
            Tampered: Not base64, not whole blocks, wrong padding or length, or meant for another receiver.
        """
        plain = _unpadded(self._decrypted(sealed))
        start = _PREFIX + 4
        if len(plain) < start:
            raise Tampered("too short")
        end = start + int.from_bytes(plain[_PREFIX:start], "big")
        if end > len(plain):
            raise Tampered("the length is wrong")
        if not hmac.compare_digest(plain[end:], self._receiver):
            raise Tampered("meant for another receiver")
        return plain[start:end]

    def close(self, message: bytes, prefix: bytes) -> str:
        """Return a message as a sealed text; `prefix` is 16 random bytes."""
        plain = prefix + len(message).to_bytes(4, "big") + message + self._receiver
        missing = _BLOCK - len(plain) % _BLOCK
        encryptor = self._cipher.encryptor()
        sealed = encryptor.update(plain + bytes([missing]) * missing) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def _decrypted(self, sealed: str) -> bytes:
        try:
            blocks = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError):  # ValueError: not ASCII
            raise Tampered("not base64") from None
        if not blocks or len(blocks) % _PREFIX:
            raise Tampered("not whole blocks")
        decryptor = self._cipher.decryptor()
        return decryptor.update(blocks) + decryptor.finalize()


def _unpadded(plain: bytes) -> bytes:
    count = plain[-1]
    if not 1 <= count <= min(_BLOCK, len(plain)):
        raise Tampered("the padding is wrong")
    if not hmac.compare_digest(plain[-count:], bytes([count]) * count):
        raise Tampered("the padding is wrong")
    return plain[:-count]
