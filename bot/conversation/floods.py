"""Who reports more than anybody could find broken."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from adapters.remembered import RememberedValues
from bot.at_most import AtMost

WITHIN: Final = timedelta(minutes=10)
_PEOPLE: Final = 10_000


class Floods(AtMost):
    """Counts the tickets that people open within ten minutes, and notes what was told once and is not told again."""

    def __init__(self, most: int) -> None:
        """Let nobody open more than `most` tickets; 0 is no limit."""
        super().__init__(most, WITHIN)
        self._told = RememberedValues[str, datetime](_PEOPLE)

    def is_first_to_hear(self, about: str, now: datetime, until: datetime) -> bool:
        """Say whether something about an account or a ticket is still to be told, and note that it is told."""
        if now < self._told.get(about, now):
            return False
        self._told.note(about, until)
        return True
