"""Foresight: what the deadlines of the next seconds come to, worked out while nothing else is to be done.

Time is an argument, and what it comes to for a ticket follows from the ticket, the instant and the rules alone. So it can be
known before: at the instant itself only the saving is left. Whatever changed meanwhile makes it worthless, and it is worked
out anew, with the same result as if nobody had looked ahead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from bot.drafts import Drafts
from bot.filing import Filing
from bot.store.contract import Due, Saved, Store
from bot.tickets import steps as s
from bot.tickets.events import AnyEvent
from bot.tickets.lifecycle import decide
from bot.tickets.messages import Message
from bot.tickets.model import Ticket
from bot.tickets.replies import replies
from bot.tickets.rules import Rules

_AHEAD = timedelta(seconds=3)  # ticks come every second: whatever is due is seen twice before
_MOST = 1_500  # tickets that are known ahead, some kilobytes each
_PUNCTUAL = timedelta(seconds=1)


class Passed(msgspec.Struct, frozen=True):
    """What time comes to for one ticket at an instant."""

    before: Ticket
    at: datetime
    events: Sequence[AnyEvent]
    ticket: Ticket
    saved: Saved
    said: Sequence[Message]


def served_at(due: Due, now: datetime) -> datetime:
    """Return as of which instant a deadline is served: its own while it is late by less than a second, else `now`."""
    is_punctual = due.at <= now < due.at + _PUNCTUAL
    changed_at = due.ticket.changed_at or due.ticket.opened_at
    return due.at if is_punctual and changed_at <= due.at else now


class Foresight:
    """Works out what time comes to, and keeps what it worked out ahead until it is asked for or worthless."""

    def __init__(self, *, store: Store, filing: Filing, drafts: Drafts) -> None:
        self._store = store
        self._filing = filing
        self._drafts = drafts
        self._known: dict[int, Passed] = {}  # by the number of the ticket
        self._ruled_by = _state(filing.rules)  # what it was worked out by

    def passed(self, ticket: Ticket, at: datetime, surveyed_at: datetime | None) -> Passed:
        """Return what time comes to for a ticket; `surveyed_at` is when its requester was last asked for a rating."""
        known = self._known.pop(ticket.number, None)
        if known is not None and surveyed_at is None and self._is_valid(known, ticket, at):
            return known
        return self._worked_out(ticket, at, surveyed_at)

    async def look(self, now: datetime, goes_on: Callable[[], bool]) -> None:
        """Work out what comes to be due soon, a ticket at a time, as long as nothing else is to be done."""
        coming = [due for due in await self._store.due(now + _AHEAD, limit=_MOST) if due.at > now]
        self._forget({due.ticket.number for due in coming})
        for due in coming:
            await asyncio.sleep(0)
            if not goes_on():
                return
            known, ticket = self._known.get(due.ticket.number), due.ticket
            # Whom to ask for a rating also hangs on other tickets: that is looked up when it is due.
            if ticket.survey is None and (known is None or not self._is_valid(known, ticket, due.at)):
                self._known[ticket.number] = self._worked_out(ticket, due.at, None)

    def _forget(self, coming: set[int]) -> None:
        if self._ruled_by != (rules := _state(self._filing.rules)):
            self._known, self._ruled_by = {}, rules
        self._known = {number: passed for number, passed in self._known.items() if number in coming}

    def _is_valid(self, known: Passed, ticket: Ticket, at: datetime) -> bool:
        """The hash of its latest record stands for all that has happened to a ticket."""
        is_same = (known.before.version, known.before.head) == (ticket.version, ticket.head)
        return is_same and known.at == at and self._ruled_by == _state(self._filing.rules)

    def _worked_out(self, before: Ticket, at: datetime, surveyed_at: datetime | None) -> Passed:
        rules = self._filing.rules
        events = decide(before, s.DeadlineReached(surveyed_at), at, rules)
        ticket, saved = self._filing.saved(before, events, at, None)
        said = replies(before, ticket, events, self._drafts.voices(ticket, at, None), rules)
        return Passed(before, at, events, ticket, saved, said)


def _state(rules: Rules) -> tuple[object, ...]:
    """Return what tells rules from those of another moment: what is set up in chat changes some of them in place."""
    return _Same(rules), dict(rules.rooms), dict(rules.customers), dict(rules.rotas)


class _Same(msgspec.Struct, frozen=True, eq=False):
    """One object and no other, however equal."""

    rules: Rules

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.rules is other.rules

    def __hash__(self) -> int:
        return id(self.rules)
