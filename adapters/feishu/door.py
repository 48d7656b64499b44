"""Who may come in at `/hooks/NAME`: signed, fresh, encrypted for us or with our token, or refused; pure."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from adapters.admission import Refused
from adapters.feishu.crypto import Tampered, is_signed, opened
from adapters.values import part, word

OLDEST: Final = timedelta(minutes=5)


class Challenge(msgspec.Struct, frozen=True):
    """Feishu asks whether the address is ours; the text goes back."""

    text: str


class Door:
    """Opens what Feishu sends to one application."""

    def __init__(self, encrypt_key: str, verification_token: str) -> None:
        self._key = encrypt_key
        self._token = verification_token

    def open(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Challenge | dict[str, Any]:
        """Return an event, or the challenge that verifies the address.

        Raises:
            Refused: Not JSON, not encrypted though it must be, unsigned, too old, or without our token.
        """
        content = self._opened(_object(body))
        if content.get("type") == "url_verification":
            # Not signed; whoever could encrypt it, or knows the token, is Feishu.
            self._check_token(word(content, "token"))
            return Challenge(word(content, "challenge"))
        if self._key:
            self._check_signature(headers, body, now)
        self._check_token(word(part(content, "header"), "token") or word(content, "token"))
        return content

    def _opened(self, content: dict[str, Any]) -> dict[str, Any]:
        if not self._key:
            return content
        sealed = content.get("encrypt")
        if not isinstance(sealed, str) or not sealed:
            raise Refused(400, "nothing is encrypted in it")
        try:
            return _object(opened(sealed, self._key))
        except (Tampered, Refused):
            # One answer for whatever is wrong inside: who could tell padding from words could read and forge, byte by byte.
            raise Refused(403, "not encrypted with our key") from None

    def _check_signature(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        timestamp = headers.get("X-Lark-Request-Timestamp", "")
        nonce = headers.get("X-Lark-Request-Nonce", "")
        if not is_signed(headers.get("X-Lark-Signature", ""), timestamp, nonce, self._key, body):
            raise Refused(403, "the signature is missing or wrong")
        is_time = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12
        if not is_time or abs(now.timestamp() - int(timestamp)) > OLDEST.total_seconds():
            raise Refused(403, "the time is more than five minutes away")

    def _check_token(self, given: str) -> None:
        if self._token and not hmac.compare_digest(
            given.encode(errors="surrogatepass"), self._token.encode()
        ):
            raise Refused(403, "the verification token is missing or wrong")


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise Refused(400, "not JSON") from None
    if not isinstance(found, dict):
        raise Refused(400, "not an object")
    return found
