"""What is told of itself at the end of a day to the duty rooms, and on Mondays to the managers; where nothing happened, nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from bot.configuration.model import DigestTimes
from bot.desk import Desk, Notice
from bot.drafts import Drafts
from bot.records.figuring import Figuring
from bot.records.spans import around, day_of, monday_of, week_before
from bot.rooms.directory import Directory
from bot.tickets.messages import Message, Place
from bot.tickets.papers import Attached
from bot.tickets.rules import Role, Rules

_LATE: Final = timedelta(hours=3)  # after a longer absence the next one is soon enough
_USEFUL: Final = timedelta(hours=12)
_DAY: Final = timedelta(days=1)
_WEEK: Final = 7 * _DAY
_NOON: Final = time(12)


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
        language: str,
    ) -> None:
        self._times = times
        self._figuring = figuring
        self._desk = desk
        self._drafts = drafts
        self._directory = directory
        self._rules = rules
        self._language = language
        self._done: dict[str, datetime] = {}

    def next_at(self, now: datetime) -> datetime | None:
        """Return when the next one is due; None where none is wanted."""
        return min(
            (at if self._is_due(name, at, now) else following for name, at, following in self._times_at(now)),
            default=None,
        )

    async def tick(self, now: datetime) -> None:
        """Tell what is due, once however many processes there are; what the store refused is told with the next tick."""
        for name, at, _ in self._times_at(now):
            if not self._is_due(name, at, now):
                continue
            day = at.astimezone(self._rules.zone).date()  # it may be told after midnight
            if name == "daily":
                await self._tell_rooms(day, now)
            else:
                await self._tell_managers(day, now)
            self._done[name] = at

    def _is_due(self, name: str, at: datetime, now: datetime) -> bool:
        return self._done.get(name) != at and now - at <= _LATE

    def _times_at(self, now: datetime) -> Iterator[tuple[str, datetime, datetime]]:
        """Yield of each kind the latest instant up to now, and the one after it."""
        day = now.astimezone(self._rules.zone).date()
        if self._times.daily is not None:
            yield "daily", *around(now, day, self._times.daily, _DAY, self._rules.zone)
        if self._times.weekly is not None:
            yield "weekly", *around(now, monday_of(day), self._times.weekly, _WEEK, self._rules.zone)

    async def _tell_rooms(self, day: date, now: datetime) -> None:
        """Tell each duty room of the day; one that is told in the morning is of the day before."""
        of = day - _DAY if self._times.daily is not None and self._times.daily < _NOON else day
        for room in self._directory.duty_rooms():
            speaker = self._drafts.speaker(room.language or self._language, now)
            span = day_of(of, speaker.today)
            found = await self._figuring.of(span, now, duty=room.id)
            if found.summary.is_empty:
                continue
            text = await self._figuring.told(found, speaker)
            await self._tell(text, room.address, f"daily|{span.first}|{room.id}", now)

    async def _tell_managers(self, day: date, now: datetime) -> None:
        """Tell each manager privately; who cannot be reached so reads it in the first duty room."""
        span = week_before(day)
        figures = await self._figuring.of(span, now)
        if figures.summary.is_empty:
            return
        duty = next(iter(self._directory.duty_rooms()), None)
        home = duty.address if duty is not None else ""
        adapter = home.partition(":")[0]
        found = (
            self._directory.private_address(each, adapter) for each in self._rules.with_role(Role.MANAGER)
        )
        for address in filter(None, dict.fromkeys(each or home for each in found)):
            is_private = address != home
            language = duty.language if duty is not None and not is_private else ""
            speaker = self._drafts.speaker(language or self._language, now)
            text = await self._figuring.told(figures, speaker)
            file = await self._figuring.paper(figures, speaker) if is_private else None
            key = f"figures|{span.first}|{address}"
            await self._tell(
                text, address, key, now, fallback=home if is_private and home else None, file=file
            )

    async def _tell(
        self,
        text: str,
        address: str,
        key: str,
        now: datetime,
        *,
        fallback: str | None = None,
        file: Attached | None = None,
    ) -> None:
        message = Message(to=Place.DUTY, text=text, useful_for=_USEFUL, file=file)
        await self._desk.tell([Notice(message, address, fallback)], key, now)
