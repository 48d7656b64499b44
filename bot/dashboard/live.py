"""Pages that follow the store: one task reads it for all browsers and tells them when something has changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

import msgspec
import structlog

from bot.store.contract import Failure, Store
from bot.store.faults import StoreFault
from bot.store.messages import Queued
from bot.tickets.model import Ticket
from scheduler.loop import Clock

PACE = timedelta(seconds=1)
STEADY = timedelta(seconds=15)  # lengths of time are shown, so pages change although nothing happens
MOST_MISSED = 30  # news a browser does not take before it is cut off
MOST_TICKETS = 1000
MOST_LETTERS = 100


class Snapshot(msgspec.Struct, frozen=True):
    """What every page is drawn from, as of `now`."""

    now: datetime
    tickets: tuple[Ticket, ...]
    dead: tuple[Queued, ...]
    failed: tuple[Failure, ...] = ()
    is_cut: bool = False  # there are more tickets than are shown
    trouble: StoreFault | None = None  # why nothing can be saved

    @property
    def mark(self) -> tuple[object, ...]:
        """Two snapshots with the same mark look the same but for the time."""
        versions = tuple((ticket.number, ticket.version) for ticket in self.tickets)
        dead = tuple((letter.key, letter.attempts) for letter in self.dead)
        failed = tuple((failure.key, failure.attempts) for failure in self.failed)
        return versions, dead, failed, self.trouble is None


async def snapshot(store: Store, now: datetime) -> Snapshot:
    """Return the store as it is."""
    found = await store.open_tickets(limit=MOST_TICKETS + 1)
    tickets = [each for each in found[:MOST_TICKETS] if not each.is_ahead]
    dead, failed = await store.dead_letters(limit=MOST_LETTERS), await store.failures(limit=MOST_LETTERS)
    is_cut = len(found) > MOST_TICKETS
    return Snapshot(now, tuple(tickets), tuple(dead), tuple(failed), is_cut, store.trouble)


class Follower:
    """One browser. It is told the latest only: what it missed meanwhile is of no use to it."""

    def __init__(self, give_up: Callable[[], None]) -> None:
        self._give_up = give_up
        self._latest: Snapshot | None = None
        self._news = asyncio.Event()
        self._missed = 0

    def tell(self, latest: Snapshot) -> bool:
        """Give it a snapshot; False when it has not taken one for so long that it was cut off."""
        self._missed = self._missed + 1 if self._news.is_set() else 0
        if self._missed >= MOST_MISSED:
            self.end()
            self._give_up()  # its connection may be stuck in a write that would never return
            return False
        self._latest = latest
        self._news.set()
        return True

    def end(self) -> None:
        """Let the snapshots end."""
        self._latest = None
        self._news.set()

    async def snapshots(self) -> AsyncIterator[Snapshot]:
        """Yield the latest snapshot whenever there is a new one, until the end."""
        while True:
            await self._news.wait()
            if self._latest is None:
                return
            self._news.clear()
            yield self._latest


class Live:
    """All browsers of one process. The store is read only while somebody looks."""

    def __init__(self, read: Callable[[], Awaitable[Snapshot]], clock: Clock) -> None:
        self._read = read
        self._clock = clock
        self._followers: set[Follower] = set()
        self._watching: asyncio.Task[None] | None = None
        self._latest: Snapshot | None = None
        self._is_over = False
        self._log = structlog.get_logger("dashboard")

    @property
    def watched_by(self) -> int:
        """How many browsers follow now."""
        return len(self._followers)

    def join(self, give_up: Callable[[], None]) -> Follower:
        """Return a new follower; `give_up` is called when its browser has to be cut off."""
        follower = Follower(give_up)
        if self._is_over:
            follower.end()
            return follower
        self._followers.add(follower)
        if self._latest is not None:
            follower.tell(self._latest)
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())
        return follower

    def leave(self, follower: Follower) -> None:
        """Forget a follower; nothing happens when it was cut off before."""
        self._followers.discard(follower)
        if not self._followers:
            self._rest()

    def end(self) -> None:
        """Send everybody home, and everybody who comes later."""
        self._is_over = True
        for follower in self._followers:
            follower.end()
        self._followers.clear()
        self._rest()

    def _rest(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        self._watching = None
        self._latest = None  # soon out of date

    async def _watch(self) -> None:
        told: Snapshot | None = None
        while True:
            try:
                self._latest = latest = await self._read()
            except Exception:  # noqa: BLE001 - pages keep what they show, and the next reading may go well again
                self._log.exception("pages cannot follow", action="live_failed")
            else:
                if told is None or _is_news(told, latest):
                    told = latest
                    self._followers = {each for each in self._followers if each.tell(latest)}
            await self._clock.sleep(PACE)


def _is_news(told: Snapshot, latest: Snapshot) -> bool:
    return latest.mark != told.mark or latest.now - told.now >= STEADY
