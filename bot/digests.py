"""What is told of itself at the end of a day to the duty rooms, and on Mondays to the managers; where nothing happened, nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from bot.config import Room
from bot.config_model import DigestTimes
from bot.desk import Desk, Notice
from bot.directory import Directory
from bot.drafts import Drafts
from bot.figuring import Figuring
from bot.spans import today_of, week_before
from bot.tickets.messages import Message, Place
from bot.tickets.rules import Role, Rules
from scheduler.workdays import instant_on

_LATE: Final = timedelta(hours=3)  # after a longer absence the next one is soon enough
_USEFUL: Final = timedelta(hours=12)
_DAY: Final = timedelta(days=1)
_WEEK: Final = 7 * _DAY


class Digests:
    """One per process. `tick` belongs to every tick of the bot, `next_at` to the question when to wake."""

    def __init__(
        self,
        *,
        times: DigestTimes,
        figuring: Figuring,
        desk: Desk,
        drafts: Drafts,
        directory: Directory,
        rules: Rules,
        rooms: tuple[Room, ...],
        language: str,
    ) -> None:
        self._times = times
        self._figuring = figuring
        self._desk = desk
        self._drafts = drafts
        self._directory = directory
        self._rules = rules
        self._rooms = tuple(each for each in rooms if each.kind == "duty")
        self._language = language
        self._done: dict[str, datetime] = {}

    def next_at(self, now: datetime) -> datetime | None:
        """Return when the next one is due; None where none is wanted."""
        return min((self._open_at(name, at, every, now) for name, at, every in self._due(now)), default=None)

    async def tick(self, now: datetime) -> None:
        """Tell what is due, once however many processes there are."""
        for name, at, _ in self._due(now):
            if self._done.get(name) == at or at > now:
                continue
            self._done[name] = at
            if now - at > _LATE:
                continue
            if name == "daily":
                await self._tell_rooms(now)
            else:
                await self._tell_managers(now)

    def _due(self, now: datetime) -> Iterator[tuple[str, datetime, timedelta]]:
        """Yield of each kind the latest instant up to now, and how long it is until the next."""
        day = now.astimezone(self._rules.zone).date()
        if self._times.daily is not None:
            yield "daily", self._latest(day, self._times.daily, _DAY, now), _DAY
        if self._times.weekly is not None:
            monday = day - day.weekday() * _DAY
            yield "weekly", self._latest(monday, self._times.weekly, _WEEK, now), _WEEK

    def _latest(self, day: date, at: time, every: timedelta, now: datetime) -> datetime:
        found = instant_on(self._rules.zone, day, at)
        return found if found <= now else instant_on(self._rules.zone, day - every, at)

    def _open_at(self, name: str, at: datetime, every: timedelta, now: datetime) -> datetime:
        if self._done.get(name) != at and now - at <= _LATE:
            return at
        local = at.astimezone(self._rules.zone)
        return instant_on(self._rules.zone, local.date() + every, local.time())

    async def _tell_rooms(self, now: datetime) -> None:
        for room in self._rooms:
            speaker = self._drafts.speaker(room.language or self._language, now)
            span = today_of(speaker.today)
            summary, open_tickets = await self._figuring.summary(span, now, room.id)
            if summary.is_empty:
                continue
            text = await self._figuring.told(span, summary, open_tickets, speaker)
            message = Message(to=Place.DUTY, text=text, useful_for=_USEFUL)
            await self._desk.tell([Notice(message, room.address)], f"daily|{span.first}|{room.id}", now)

    async def _tell_managers(self, now: datetime) -> None:
        speaker = self._drafts.speaker(self._language, now)
        span = week_before(speaker.today)
        summary, open_tickets = await self._figuring.summary(span, now)
        if summary.is_empty:
            return
        text = await self._figuring.told(span, summary, open_tickets, speaker)
        adapter = self._rooms[0].address.partition(":")[0] if self._rooms else ""
        for manager in self._rules.with_role(Role.MANAGER):
            address = self._directory.private_address(manager, adapter)
            if address is None:
                continue
            message = Message(to=manager, text=text, useful_for=_USEFUL)
            await self._desk.tell([Notice(message, address)], f"figures|{span.first}|{manager.id}", now)
