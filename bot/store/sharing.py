"""What the bot asks of a store so that several workers share one: who sends for an adapter, who takes what is due, what others did.

A store that only one process can open answers all of it trivially (`Alone`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from bot.store.faults import StoreFault
from bot.store.messages import Queued
from bot.tickets.model import Ticket

_EVERYTHING = 100_000


class Wake(StrEnum):
    """What another worker did that somebody may be waiting for. What is missed is found by the next poll."""

    DUE = "due"  # brought a deadline that is now the earliest; milliseconds since 1970
    OUTGOING = "outgoing"  # queued messages for an adapter
    KNOWLEDGE = "knowledge"  # changed the knowledge; its version
    LEASE = "lease"  # gave an adapter back


class Lease(NamedTuple):
    """Under which somebody sends for an adapter: nobody else does as long as it lasts."""

    adapter: str
    term: int


class Due(NamedTuple):
    """A ticket to look at, and since when: the saved `next_due_at`."""

    ticket: Ticket
    at: datetime


class SharedStore(Protocol):
    """The part of a store that keeps workers out of each other's way. Leases run by the store's own clock."""

    @property
    def trouble(self) -> StoreFault | None:
        """Why the store saves nothing, or None while it does, as far as the latest commits and `alive` tell."""
        ...

    async def free_bytes(self) -> int | None:
        """Return how much more fits on the disk of a store that is a file; None where nobody can tell."""
        ...

    async def alive(self) -> int:
        """Note that this worker lives, and return how many do. While there is trouble, find out whether it is over."""
        ...

    async def hold(self, adapter: str) -> bool:
        """Take the lease of an adapter and keep it until `let_go`, the end, or the loss of the store; False: another has it."""
        ...

    async def let_go(self, adapter: str) -> None:
        """Give the lease of an adapter back."""
        ...

    def term(self, adapter: str) -> int:
        """Return the number of the lease while this worker has it, else 0. Whoever takes it next gets a higher one.

        What is saved about messages under an older number is refused (`LeaseLost`).
        """
        ...

    async def news(self, adapter: str, taken: Sequence[str], *, limit: int = 200) -> list[Queued]:
        """Return messages of the outbox that others queued, oldest first; at the beginning of a term everything that waits.

        They are news until their keys are among `taken`, the ones that the caller has in its hands.

        Raises:
            LeaseLost: Another worker has the lease.
        """
        ...

    async def claim_due(self, now: datetime, *, limit: int = 100) -> list[Due]:
        """Return tickets like `due` that nobody is taking care of, and give them to nobody again until they are saved.

        For half a minute at most, should this worker die over it or fail at one: that one stands behind the others.
        """
        ...

    def listen(self, heard: Callable[[Wake, str], None]) -> None:
        """Call `heard` in the event loop's thread with what other workers do."""
        ...


class Alone:
    """What `SharedStore` means where one process has the store for itself."""

    def __init__(self) -> None:
        self._news: dict[
            str, dict[str, Queued]
        ] = {}  # by adapter: what waited at the start and is not taken yet

    async def alive(self) -> int:
        return 1

    async def hold(self, adapter: str) -> bool:  # noqa: ARG002 - there is nobody else
        return True

    async def let_go(self, adapter: str) -> None:
        """Nobody waits for it."""

    def term(self, adapter: str) -> int:  # noqa: ARG002
        return 1

    async def news(self: _Reads, adapter: str, taken: Sequence[str], *, limit: int = 200) -> list[Queued]:  # noqa: ARG002
        if adapter not in self._news:
            self._news[adapter] = {each.key: each for each in await self.waiting(adapter, limit=_EVERYTHING)}
        news = self._news[adapter]
        for key in taken:
            news.pop(key, None)
        return list(news.values())  # all: what is committed from now on goes to the queues behind them

    def listen(self, heard: Callable[[Wake, str], None]) -> None:
        """There is nobody to be heard."""


class _Reads(Protocol):
    _news: dict[str, dict[str, Queued]]

    async def waiting(self, adapter: str, *, limit: int = 100) -> list[Queued]: ...
