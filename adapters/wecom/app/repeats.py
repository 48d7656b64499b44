"""The same words twice within a minute: WeCom would take the second for an accident and drop it."""

from __future__ import annotations

from collections import Counter, deque
from typing import Final

_INVISIBLE: Final = "\u200b"


class Repeats:
    """Makes texts to one person different from those of the last moments, without a reader seeing it.

    The platform's check for duplicates is what makes a second attempt after a lost answer safe, and it only compares.
    """

    def __init__(self, window_seconds: float) -> None:
        self._window = window_seconds
        self._latest: deque[tuple[float, tuple[str, str]]] = deque()
        self._counts: Counter[tuple[str, str]] = Counter()

    def distinct(self, person: str, text: str, now: float) -> str:
        """Return a text that this person has not got within the window; it then counts as sent."""
        while self._latest and now - self._latest[0][0] > self._window:
            _, old = self._latest.popleft()
            self._counts[old] -= 1
            if not self._counts[old]:
                del self._counts[old]
        key = (person, text)
        before = self._counts[key]
        self._latest.append((now, key))
        self._counts[key] += 1
        return text + _INVISIBLE * before
