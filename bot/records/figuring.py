"""Figures of a span of days as they are told: read from the store ticket by ticket, while messages are answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Final

import msgspec

from bot.records.ledgers import Ledgers, Tickets
from bot.records.masked import for_paper
from bot.records.spans import Span
from bot.tickets.figure_papers import Counted, Days, figures_paper
from bot.tickets.model import Ticket
from bot.tickets.papers import Attached
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from bot.tickets.standings import line
from bot.tickets.summaries import Summary, facts_of, figures, summed, to_watch
from scheduler.workdays import instant_on

_AT_ONCE: Final = 10  # tickets that are looked at before messages have their turn
_MOST_STANDINGS: Final = 3
_MIDNIGHT: Final = time()


class Figures(msgspec.Struct, frozen=True):
    """What some days came to, and of which tickets; `open_tickets` are open now."""

    span: Span
    summary: Summary
    counted: tuple[Counted, ...]
    open_tickets: tuple[Ticket, ...]


class Figuring:
    """Reckons when it is asked; `duty` is the id of the duty room whose tickets count, empty for all."""

    def __init__(self, store: Tickets, ledgers: Ledgers, rules: Rules, public_url: str) -> None:
        self._store = store
        self._ledgers = ledgers
        self._rules = rules
        self._public_url = public_url

    async def of(self, span: Span, now: datetime, *, duty: str = "", customer: str = "") -> Figures:
        """Return the figures of a span, of all tickets, or those of a duty room or of a customer."""
        start, end = self._midnight(span.first), self._midnight(span.following)

        def is_meant(ticket: Ticket) -> bool:
            return self._is_of(ticket, duty) and customer in ("", ticket.customer)

        open_tickets = [each for each in await self._store.open_tickets() if is_meant(each)]
        counted = await self._counted(start, end, open_tickets, now, is_meant)
        return Figures(span, summed(facts for _, facts in counted), tuple(counted), tuple(open_tickets))

    async def told(self, found: Figures, speaker: Speaker) -> str:
        """Return the figures in a few lines: of a day with what is due next, else with how contracts are kept."""
        span = found.span
        is_over = span.following <= speaker.today
        lines = [figures(found.summary, span.called(speaker), speaker, is_over=is_over)]
        lines += (
            [to_watch(found.open_tickets, speaker, self._rules)]
            if span.is_day
            else await self._standings(span, speaker)
        )
        if self._public_url:
            page = "" if span.is_day else "standings"
            lines.append(speaker.say("明细：{url}", url=f"{self._public_url}/{page}"))
        return "\n".join(each for each in lines if each)

    async def paper(self, found: Figures, speaker: Speaker, customer: str = "") -> Attached:
        """Return the figures as a workbook, with the tickets behind them and how contracts are kept."""
        kept = await self._ledgers.of(
            (customer,) if customer else (), speaker.now, before=self._midnight(found.span.following)
        )
        lines = [(each.name, line(standing, speaker)) for each in kept for standing in each.standings]
        days = Days(found.span.first, found.span.last, customer)
        clean = [(for_paper(ticket), facts) for ticket, facts in found.counted]
        return figures_paper(days, clean, lines, speaker, self._rules)

    def _midnight(self, day: date) -> datetime:
        return instant_on(self._rules.zone, day, _MIDNIGHT)

    def _is_of(self, ticket: Ticket, duty: str) -> bool:
        room = self._rules.rooms.get(ticket.room)
        return not duty or (room is not None and room.duty == duty)

    async def _counted(
        self,
        start: datetime,
        end: datetime,
        open_tickets: list[Ticket],
        now: datetime,
        is_meant: Callable[[Ticket], bool],
    ) -> list[Counted]:
        """Return every ticket of which something counts, with what; messages are answered meanwhile."""
        known = {each.number: each for each in open_tickets}
        numbers = sorted({*known, *await self._store.closed_since(start)}, reverse=True)
        found: list[Counted] = []
        for first in range(0, len(numbers), _AT_ONCE):
            some = numbers[first : first + _AT_ONCE]
            closed = await asyncio.gather(
                *(self._store.ticket(number) for number in some if number not in known)
            )
            await asyncio.sleep(0)
            for ticket in (*(known[number] for number in some if number in known), *closed):
                if ticket is None or not is_meant(ticket):
                    continue
                facts = facts_of(ticket, start, end, self._rules, now)
                if facts is not None:
                    found.append((ticket, facts))
        return found

    async def _standings(self, span: Span, speaker: Speaker) -> list[str]:
        """Return how the shares and numbers of contracts stood in the end, those that are missed first."""
        end = self._midnight(span.following)
        every = [
            (standing.is_attained, each.name, standing)
            for each in await self._ledgers.of((), speaker.now, before=end)
            for standing in each.standings
            if standing.used or not standing.is_attained
        ]
        every.sort(key=lambda each: each[0])
        return [
            speaker.say("{customer} {standing}", customer=name, standing=line(standing, speaker))
            for _, name, standing in every[:_MOST_STANDINGS]
        ]
