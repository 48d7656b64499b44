"""Who may come in through a callback address: signed, fresh and sealed for us, or refused; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from adapters.admission import Refused
from adapters.wechat.crypto import Seal, Tampered, is_signed

# The platform repeats an unanswered callback within seconds, with the same time in it.
OLDEST: Final = timedelta(minutes=5)
_ECHO: Final = re.compile(
    r"[A-Za-z0-9_=+/-]{1,128}"
)  # digits, as a rule; never anything a browser would read


class Door:
    """Opens what is sealed in callbacks to one address."""

    def __init__(self, token: str, seal: Seal, *, echoes_openly: bool = False) -> None:
        self._token = token
        self._seal = seal
        self._echoes_openly = echoes_openly  # an official account verifies its address with an open text

    def open(self, query: Mapping[str, str], sealed: str, now: datetime) -> bytes:
        """Return the message of a callback; `query` is that of its address.

        Raises:
            Refused: The signature is missing or wrong, its time is more than five minutes away, or what it signs is
                not a text sealed for this receiver.
        """
        self._check(query, "msg_signature", sealed, now)
        try:
            return self._seal.open(sealed)
        except Tampered as tampered:
            raise Refused(403, str(tampered)) from tampered

    def echo(self, query: Mapping[str, str], now: datetime) -> bytes:
        """Return what proves to the platform that this address is ours: exactly the text that it has sent.

        Raises:
            Refused: As `open`.
        """
        echo = query.get("echostr", "")
        if not self._echoes_openly:
            return self.open(query, echo, now)
        self._check(query, "signature", "", now)
        if not _ECHO.fullmatch(echo):
            raise Refused(400, "the text to return is none")
        return echo.encode()

    def _check(self, query: Mapping[str, str], key: str, sealed: str, now: datetime) -> None:
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if not is_signed(query.get(key, ""), self._token, timestamp, nonce, sealed):
            raise Refused(403, "the signature is missing or wrong")
        if not _is_fresh(timestamp, now):
            raise Refused(403, "the time is more than five minutes away")


def _is_fresh(timestamp: str, now: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        return False
    return abs(now.timestamp() - int(timestamp)) <= OLDEST.total_seconds()
