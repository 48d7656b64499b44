"""Tickets as this process saved them last, for a store that nobody else writes to: who goes on with one need not read it again."""

from __future__ import annotations

from asyncio import Future
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from bot.store.contract import Saved
from bot.tickets.model import Ticket

_MOST: Final = 1_000  # some kilobytes each


class Latest:
    """A number that is not here has to be read.

    Only what is durable is noted, and before anybody who waits for its outcome goes on: the loser of a race finds what the winner saved.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._tickets: OrderedDict[int, Ticket] = OrderedDict()

    def ticket(self, number: int) -> Ticket | None:
        """Return a ticket that was saved lately."""
        return self._tickets.get(number)

    def follow(self, saving: Future[int], tickets: Sequence[Saved]) -> None:
        """Remember tickets once they are saved. When they are not, or nobody waits for it any more, they have to be read."""

        def settled(outcome: Future[int]) -> None:
            is_saved = not outcome.cancelled() and outcome.exception() is None
            for saved in tickets:
                self._tickets.pop(saved.ticket.number, None)
                if is_saved:
                    self._tickets[saved.ticket.number] = saved.ticket
            while len(self._tickets) > self._most:
                self._tickets.popitem(last=False)

        saving.add_done_callback(settled)

    def forget(self) -> None:
        """Forget all."""
        self._tickets.clear()
