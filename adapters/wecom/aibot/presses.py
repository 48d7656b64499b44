"""Presses of buttons whose card may still be changed: WeCom allows it for five seconds, through the event that told of the press."""

from __future__ import annotations

from typing import Final

from adapters.remembered import RememberedValues

OPEN_FOR: Final = 4.5  # seconds, of the platform's five
_MOST: Final = 1000


class Presses:
    """Remembers through what the latest cards can be changed."""

    def __init__(self) -> None:
        self._open = RememberedValues[str, tuple[str, float]](_MOST)

    def add(self, card: str, through: str, now: float) -> None:
        """Note that a button of a card was pressed."""
        self._open.note(card, (through, now + OPEN_FOR))

    def is_open(self, card: str, now: float) -> bool:
        """Say whether a card can be changed now."""
        return now < self._open.get(card, ("", 0.0))[1]

    def take(self, card: str, now: float) -> str:
        """Return through what a card can be changed now, and forget it; empty when it cannot."""
        through, until = self._open.take(card, ("", 0.0))
        return through if now < until else ""

    def clear(self) -> None:
        """Forget all."""
        self._open.clear()
