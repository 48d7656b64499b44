"""Follow-ups: the tickets that a step brings about, and what it does to others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from bot.filing import Filing
from bot.store.contract import Saved, Store
from bot.tickets import planned
from bot.tickets import steps as s
from bot.tickets.calling import (
    LOW_SCORE,
    UNRATED,
    better_next_time,
    call_about,
    is_called_unrated,
    is_listed,
    manager_call,
    why_called,
)
from bot.tickets.endings import callback_due
from bot.tickets.errors import TicketError
from bot.tickets.events import AnyEvent, CalledBack, Closed, Opened, Rated, Recovered, SurveyExpired
from bot.tickets.kinds import Closing, Kind, Status
from bot.tickets.lifecycle import decide, opening
from bot.tickets.majors import review_of
from bot.tickets.model import Improvement, Ticket
from bot.tickets.planned_events import Announced, Inspected
from bot.tickets.planned_steps import Hasten


class FollowUps:
    """Looks at events for what else they owe somebody."""

    def __init__(self, store: Store, filing: Filing, first_ticket: int) -> None:
        self._store = store
        self._filing = filing
        self._first_ticket = first_ticket

    async def tickets(self, ticket: Ticket, events: Sequence[AnyEvent], now: datetime) -> list[Opened]:
        """Return the tickets that events bring about."""
        steps: list[s.Open] = []
        for event in events:
            match event:
                case Rated(is_low=True):
                    if await self._call_owed(ticket) is None:
                        steps.append(await self._numbered(manager_call(ticket, self._filing.rules)))
                case Closed(closing=Closing.CONFIRMED | Closing.SILENCE):
                    reason = why_called(ticket, self._filing.rules)
                    if reason and ticket.solved_at is not None and await self._call_owed(ticket) is None:
                        owed = call_about(
                            ticket, reason, ticket.closed_at or ticket.solved_at, self._filing.rules
                        )
                        steps.append(await self._numbered(owed))
                case SurveyExpired() if is_called_unrated(ticket, self._filing.rules):
                    if all(each.kind is not Kind.CALLBACK for each in await self._store.about(ticket.number)):
                        owed = call_about(ticket, UNRATED, now, self._filing.rules)
                        steps.append(await self._numbered(owed))
                case Announced() if ticket.status is Status.OPEN and ticket.plan:
                    following = planned.following(ticket, self._filing.rules)
                    steps.extend([await self._numbered(following)] if following else [])
                case Recovered(by=by, review=int()):
                    steps.append(review_of(ticket, event, by))
                case CalledBack(by=by, improvement=Improvement() as better):
                    steps.append(better_next_time(ticket, better, by))
                case Inspected(by=by, findings=findings):
                    steps.extend(planned.hazard_of(ticket, by, each.number, each.text) for each in findings)
                case _:
                    continue
        return [opening(step, self._filing.rules) for step in steps]

    async def _numbered(self, step: s.Open) -> s.Open:
        return replace(step, number=await self._store.next_number(self._first_ticket))

    async def _call_owed(self, ticket: Ticket) -> Ticket | None:
        """Return the call about a ticket that is owed already, or None."""
        if not is_listed(ticket, self._filing.rules):
            return None
        about = await self._store.about(ticket.number)
        return next(
            (each for each in about if each.kind is Kind.CALLBACK and each.status is Status.OPEN), None
        )

    async def beside(self, ticket: Ticket, events: Sequence[AnyEvent], now: datetime) -> list[Saved]:
        """Return what a step does to another ticket: a low score makes a call sooner, a call is one about its ticket."""
        for event in events:
            match event:
                case Rated(is_low=True):
                    other = await self._call_owed(ticket)
                    step: s.Step = Hasten(LOW_SCORE, callback_due(now, self._filing.rules))
                case CalledBack(by=by, result=result) if ticket.subject is not None:
                    other = await self._store.ticket(ticket.subject)
                    step = s.Report(by, result)
                case _:
                    continue
            try:
                changed = decide(other, step, now, self._filing.rules) if other is not None else []
            except TicketError:  # nothing of the kind is owed on it
                continue
            if other is not None and changed:
                return [self._filing.saved(other, changed, now, None)[1]]
        return []
