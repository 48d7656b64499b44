"""Who reports more than anybody could find broken: a memory of the last minutes, which a restart may forget."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Final

from adapters.remembered import RememberedValues

WITHIN: Final = timedelta(minutes=10)
_PEOPLE: Final = 10_000


class Floods:
    """Counts what people open."""

    def __init__(self, most: int) -> None:
        """Let nobody open more than `most` tickets within ten minutes; 0 is no limit."""
        self.most = most
        self._opened = RememberedValues[str, deque[datetime]](_PEOPLE)
        self._told = RememberedValues[str, datetime](_PEOPLE)

    def opened(self, account: str, at: datetime) -> None:
        """Note that somebody has opened a ticket."""
        if not self.most:
            return
        known = self._opened.get(account, None) or deque[datetime](maxlen=self.most)
        known.append(at)
        self._opened.note(account, known)

    def until(self, account: str, now: datetime) -> datetime | None:
        """Return from when on somebody may open another ticket, None when they may now."""
        known = self._opened.get(account, None)
        if known is None or len(known) < self.most or now - known[0] >= WITHIN:
            return None
        return known[0] + WITHIN

    def is_first_to_hear(self, account: str, now: datetime, until: datetime) -> bool:
        """Say whether somebody is still to be told that it is too much, and note that they are told."""
        if now < self._told.get(account, now):
            return False
        self._told.note(account, until)
        return True
