"""Figures of a span of days as they are told: read from the store ticket by ticket, while messages are answered."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final

from bot.ledgers import Ledgers
from bot.spans import Span
from bot.store.contract import Store
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from bot.tickets.standings import line
from bot.tickets.summaries import Facts, Summary, facts_of, figures, summed, to_watch
from scheduler.workdays import instant_on

_PAGE: Final = 100
_AT_ONCE: Final = 10  # tickets that are looked at before messages have their turn
# A ticket that is done or late in a span was opened no longer before it.
_OPEN_BEFORE: Final = timedelta(days=60)
_MOST_STANDINGS: Final = 3
_MIDNIGHT: Final = time()


class Figuring:
    """Reckons when it is asked; `duty` is the id of the duty room whose tickets count, empty for all."""

    def __init__(self, store: Store, ledgers: Ledgers, rules: Rules, public_url: str) -> None:
        self._store = store
        self._ledgers = ledgers
        self._rules = rules
        self._public_url = public_url

    async def summary(self, span: Span, now: datetime, duty: str = "") -> tuple[Summary, list[Ticket]]:
        """Return the figures of a span, and the tickets that are open now."""
        start, end = (instant_on(self._rules.zone, day, _MIDNIGHT) for day in (span.first, span.following))
        open_tickets = [each for each in await self._store.open_tickets() if self._is_of(each, duty)]
        return summed(await self._facts(start, end, open_tickets, now, duty)), open_tickets

    async def told(
        self, span: Span, summary: Summary, open_tickets: Sequence[Ticket], speaker: Speaker
    ) -> str:
        """Return the figures in a few lines: of a day with what is due next, else with how contracts are kept."""
        is_over = span.following <= speaker.today
        lines = [figures(summary, span.called(speaker), speaker, is_over=is_over)]
        lines += (
            [to_watch(open_tickets, speaker, self._rules)] if span.is_day else await self._standings(speaker)
        )
        if self._public_url:
            page = "" if span.is_day else "standings"
            lines.append(speaker.say("明细：{url}", url=f"{self._public_url}/{page}"))
        return "\n".join(each for each in lines if each)

    def _is_of(self, ticket: Ticket, duty: str) -> bool:
        room = self._rules.rooms.get(ticket.room)
        return not duty or (room is not None and room.duty == duty)

    async def _facts(
        self, start: datetime, end: datetime, open_tickets: list[Ticket], now: datetime, duty: str
    ) -> list[Facts]:
        """Return what counts of every ticket; messages are answered meanwhile."""
        found: dict[int, Facts | None] = {}
        await self._look_at(open_tickets, found, start, end, now)
        before: int | None = None
        while page := await self._store.recent_tickets(limit=_PAGE, before=before):
            await self._look_at([each for each in page if self._is_of(each, duty)], found, start, end, now)
            before = page[-1].number
            if all(each.opened_at < start - _OPEN_BEFORE for each in page):
                break
        return [each for each in found.values() if each is not None]

    async def _look_at(
        self,
        tickets: list[Ticket],
        found: dict[int, Facts | None],
        start: datetime,
        end: datetime,
        now: datetime,
    ) -> None:
        for index, ticket in enumerate(tickets):
            if ticket.number not in found:
                found[ticket.number] = facts_of(ticket, start, end, self._rules, now)
            if index % _AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _standings(self, speaker: Speaker) -> list[str]:
        """Return how the shares and numbers of contracts stand, those that are missed first."""
        every = [
            (standing.is_attained, each.name, standing)
            for each in await self._ledgers.of((), speaker.now)
            for standing in each.standings
            if standing.used or not standing.is_attained
        ]
        every.sort(key=lambda each: each[0])
        return [
            speaker.say("{customer} {standing}", customer=name, standing=line(standing, speaker))
            for _, name, standing in every[:_MOST_STANDINGS]
        ]
