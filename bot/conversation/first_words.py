"""Which ticket the words of staff before a customer belong to: one that is owed a word, or one that they take by answering (首问)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bot.hearing import Hearing
from bot.meaning.alike import share
from bot.meaning.short_answers import takes_up
from bot.store.contract import Store
from bot.talk import Talk
from bot.tickets.kinds import ClockKind, Status
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from bot.tickets.timing import is_awaited, is_owed, promised_word
from faq.text import is_thanks


class FirstWords:
    """Finds it without a quote or a number; where it may be one of several, it is none."""

    def __init__(self, *, store: Store, rules: Rules, talk: Talk) -> None:
        self._store = store
        self._rules = rules
        self._talk = talk

    async def about(self, hearing: Hearing) -> Ticket | None:
        """Return the ticket that a word of staff in a customer's room answers, or None."""
        room = hearing.customer_room
        if room is None:
            return None
        here = [each for each in await self._store.open_tickets(room=room.id) if each.status is Status.OPEN]
        is_to_the_bot = hearing.is_addressed and hearing.quotes is None and not takes_up(hearing.text)
        if is_to_the_bot:
            return None  # who quotes it, or says that they come, speaks to the room: where it hears nothing else, too
        if awaiting := self._awaiting(hearing, here):
            return awaiting
        waiting = [each for each in here if each.owner is None and not each.kind.is_planned]
        return _unclaimed(hearing, waiting) or self._taken_up(hearing, waiting)

    def _awaiting(self, hearing: Hearing, here: Sequence[Ticket]) -> Ticket | None:
        """Return the ticket on which this owner owes the room a word: the first one, or news after a while.

        Of several it is the one whose requester is called, else the one that must be answered first.
        """
        own = [each for each in here if each.owner == hearing.by]
        owed = [each for each in own if is_awaited(each, self._rules)] or [
            each for each in own if is_owed(each, ClockKind.UPDATE, self._rules)
        ]
        called = [
            ticket
            for ticket in owed
            if ticket.account in hearing.mentions or f"@{ticket.requester.name}" in hearing.text
        ]
        return min(called or owed, key=self._answer_by, default=None)

    def _taken_up(self, hearing: Hearing, waiting: Sequence[Ticket]) -> Ticket | None:
        """Return the ticket nobody has taken that staff answer by saying that they come, right after its requester or by its words."""
        if hearing.mentions or not takes_up(hearing.text):
            return None
        asker = self._talk.last_customer(hearing)
        named = [ticket for ticket in waiting if share(hearing.text, ticket.text)]
        found = named or [ticket for ticket in waiting if ticket.account == asker]
        return found[0] if len(found) == 1 else None

    def _answer_by(self, ticket: Ticket) -> tuple[float, int]:
        word = promised_word(ticket, self._rules)
        return (word.timestamp() if word else math.inf, ticket.number)


def _unclaimed(hearing: Hearing, waiting: Sequence[Ticket]) -> Ticket | None:
    """Return the ticket nobody has taken whose requester is called by name: whoever answers them first takes it (首问)."""
    if is_thanks(hearing.text):
        return None
    called = [
        ticket
        for ticket in waiting
        if ticket.account in hearing.mentions or _names(ticket.requester.name, hearing.text)
    ]
    return called[0] if len(called) == 1 else None


def _names(name: str, text: str) -> bool:
    """Say whether a text calls somebody by a name that is more than a letter."""
    return len(name) > 1 and name in text
