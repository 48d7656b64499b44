"""How long people usually wait, remembered for a while: an offer of a ticket costs no look through the tickets of a week."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.config import Room
from bot.rooms.directory import Directory
from bot.store.contract import Store
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from bot.tickets.waits import usual_wait

_LATEST = 200  # tickets that are looked at
_GOOD_FOR = timedelta(minutes=10)


class UsualWaits:
    """Reads the latest tickets at most once in ten minutes, however many ask."""

    def __init__(self, store: Store, directory: Directory, rules: Rules) -> None:
        self._store = store
        self._directory = directory
        self._rules = rules
        self._read_at: datetime | None = None
        self._tickets: list[Ticket] = []

    async def of(self, room: Room, now: datetime) -> timedelta | None:
        """Return how long people of a room usually wait now, or None where that cannot be said."""
        if self._read_at is None or not timedelta() <= now - self._read_at < _GOOD_FOR:
            self._read_at, self._tickets = now, await self._store.recent_tickets(limit=_LATEST)
        policy = self._directory.policy_of(room.customer or "")
        return usual_wait(self._tickets, room.id, policy, now, self._rules)
