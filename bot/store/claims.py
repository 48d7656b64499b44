"""Claims: which due tickets were given out and are not saved yet, where one process has the store for itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

CLAIMED_SECONDS = 30.0


class Claim(NamedTuple):
    """A ticket by its number, and its deadline in milliseconds: one that was saved meanwhile with another deadline is free."""

    number: int
    due: int


class Claims:
    """Deadlines that are not to be given out again for a while, so that those that fail stand behind the others.

    Moments are seconds of a clock that never runs backwards.
    """

    def __init__(self) -> None:
        self._given: dict[int, tuple[Claim, float]] = {}  # by number, with their ends; the earliest first

    def held(self, now: float) -> list[Claim]:
        """Return what is given out at a moment."""
        for number, (_, until) in list(self._given.items()):
            if until > now:
                break
            del self._given[number]
        return [claim for claim, _ in self._given.values()]

    def give(self, claims: Iterable[Claim], now: float) -> None:
        """Note what was given out."""
        for claim in claims:
            self._given.pop(claim.number, None)
            self._given[claim.number] = claim, now + CLAIMED_SECONDS

    def let_go(self, numbers: Iterable[int]) -> None:
        """Note that tickets were saved."""
        for number in numbers:
            self._given.pop(number, None)

    def let_all_go(self) -> None:
        """Give everything out again: it was not the tickets that failed."""
        self._given.clear()
