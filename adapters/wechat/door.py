"""Who may come in through a callback address: signed, fresh and sealed for us, or refused; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from adapters.admission import Refused
from adapters.wechat.crypto import Seal, Tampered, is_signed

# The platform repeats an unanswered callback within seconds, with the same time in it.
OLDEST: Final = timedelta(minutes=5)


class Door:
    """Opens what is sealed in callbacks to one address."""

    def __init__(self, token: str, seal: Seal) -> None:
        self._token = token
        self._seal = seal

    def open(self, query: Mapping[str, str], sealed: str, now: datetime) -> bytes:
        """Return the message of a callback; `query` is that of its address.

        Raises:
            Refused: The signature is missing or wrong, its time is more than five minutes away, or what it signs is
                not a text sealed for this receiver.
        """
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if not is_signed(query.get("msg_signature", ""), self._token, timestamp, nonce, sealed):
            raise Refused(403, "the signature is missing or wrong")
        if not _is_fresh(timestamp, now):
            raise Refused(403, "the time is more than five minutes away")
        try:
            return self._seal.open(sealed)
        except Tampered as tampered:
            raise Refused(403, str(tampered)) from tampered


def _is_fresh(timestamp: str, now: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        return False
    return abs(now.timestamp() - int(timestamp)) <= OLDEST.total_seconds()
