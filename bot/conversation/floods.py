"""Who reports more than anybody could find broken."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from adapters.remembered import RememberedValues
from bot.at_most import AtMost

WITHIN: Final = timedelta(minutes=10)
_PEOPLE: Final = 10_000


class Floods(AtMost):
    """Counts the tickets that people open within ten minutes, and whom it was told that they are too many."""

    def __init__(self, most: int) -> None:
        """Let nobody open more than `most` tickets; 0 is no limit."""
        super().__init__(most, WITHIN)
        self._told = RememberedValues[str, datetime](_PEOPLE)

    def is_first_to_hear(self, account: str, now: datetime, until: datetime) -> bool:
        """Say whether somebody is still to be told that it is too much, and note that they are told."""
        if now < self._told.get(account, now):
            return False
        self._told.note(account, until)
        return True
