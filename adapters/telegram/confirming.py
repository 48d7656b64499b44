"""Which updates of Telegram are saved: it brings again what is not confirmed, and confirms all below a number at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

from adapters.receipt import Receipt
from adapters.telegram.wire import number_of

_SOON: Final = 1.0  # seconds; then Telegram is asked again, so that one slow message holds up no others


class Confirming:
    """The updates above what is confirmed, each with what says whether it is saved; None: nothing in it to save."""

    def __init__(self) -> None:
        self._taken: dict[int, Receipt | None] = {}
        self._next: int | None = None

    @property
    def offset(self) -> int | None:
        """The number below which everything is saved, as Telegram wants to hear it; None before the first update."""
        waiting = [number for number, receipt in self._taken.items() if receipt and not receipt.is_saved]
        return min(waiting, default=self._next)

    def take(self, updates: Sequence[Any], take: Callable[[Any], Receipt | None]) -> bool:
        """Take what is new in an answer of Telegram; True when it has brought updates at all."""
        offset, has_updates = self.offset, False
        self._taken = {number: each for number, each in self._taken.items() if number >= (offset or 0)}
        for update in updates:
            number = number_of(update)
            if number is None:
                take(update)  # which says that it is none
                continue
            has_updates = True
            if not self._is_taken(number):
                self._taken[number] = take(update)
                self._next = max(number + 1, self._next or 0)
        return has_updates

    async def saved_soon(self) -> bool:
        """Wait a moment for what is under way; False when the bot could not save something that was taken."""
        waiting = [receipt for receipt in self._taken.values() if receipt and not receipt.is_settled]
        try:
            async with asyncio.timeout(_SOON):
                for receipt in waiting:
                    await receipt.wait(_SOON)
        except TimeoutError:
            return True
        return all(receipt.is_saved for receipt in self._taken.values() if receipt and receipt.is_settled)

    def _is_taken(self, number: int) -> bool:
        if number not in self._taken:
            return False
        receipt = self._taken[number]
        return receipt is None or receipt.is_saved or not receipt.is_settled
