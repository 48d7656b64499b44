"""How often somebody may do something within a while: a memory of the latest times, which a restart may forget."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Final

from adapters.remembered import RememberedValues

_PEOPLE: Final = 10_000


class AtMost:
    """Counts what people do, each for themselves."""

    def __init__(self, most: int, within: timedelta) -> None:
        """Let nobody do it more than `most` times within a while; 0 is no limit."""
        self.most = most
        self._within = within
        self._times = RememberedValues[str, deque[datetime]](_PEOPLE)

    def note(self, who: str, at: datetime) -> None:
        """Remember that somebody has done it."""
        if not self.most:
            return
        known = self._times.get(who, None) or deque[datetime](maxlen=self.most)
        known.append(at)
        self._times.note(who, known)

    def has_noted(self, who: str) -> bool:
        """Say whether somebody has done it lately, as far as is remembered."""
        return bool(self._times.get(who, None))

    def until(self, who: str, now: datetime) -> datetime | None:
        """Return from when on somebody may do it again, None when they may now."""
        known = self._times.get(who, None)
        if known is None or len(known) < self.most or now - known[0] >= self._within:
            return None
        return known[0] + self._within
