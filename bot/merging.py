"""Merging: steps that several tickets take together, saved in one commit however far apart the store keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from bot.drafts import Draft, Drafts
from bot.filing import Filing
from bot.origin import Origin
from bot.store.contract import Saved, Store
from bot.tickets import joint_words
from bot.tickets.errors import N_, TicketError
from bot.tickets.events import AnyEvent
from bot.tickets.joint_events import Parted
from bot.tickets.merging import Together, merged, mirrored, split
from bot.tickets.messages import Message, Place
from bot.tickets.model import Ticket
from bot.tickets.replies import replies


class Echoes(msgspec.Struct, frozen=True):
    """What a step of a main ticket does to those that go along with it."""

    saved: list[Saved]
    drafts: list[Draft]


class Merging:
    """Decides on all tickets as they are now; who is faster makes the desk ask again."""

    def __init__(self, store: Store, filing: Filing, drafts: Drafts) -> None:
        self._store = store
        self._filing = filing
        self._drafts = drafts

    async def merged(self, into: int, numbers: Sequence[int], origin: Origin) -> Echoes:
        """Return what saves that tickets are merged into another.

        Raises:
            TicketError: There is none of a number, or the rules refuse it.
        """
        main = await self._known(into)
        others = [await self._known(number) for number in dict.fromkeys(numbers)]
        rules = self._filing.rules
        after, saved, drafts = await self._applied(
            main, others, merged(main, others, origin.by, origin.now, rules), origin
        )
        said = joint_words.merged(
            after,
            others,
            self._drafts.voices(after, origin.now, origin),
            owner_before=main.owner,
            by=origin.by,
        )
        return Echoes(saved, [*self._drafts.of_ticket(said, after, origin.now, origin), *drafts])

    async def split(self, number: int, origin: Origin) -> Echoes:
        """Return what saves that a ticket goes its own way again.

        Raises:
            TicketError: There is none of that number, or the rules refuse it.
        """
        ticket = await self._known(number)
        main = await self._store.ticket(ticket.follows) if ticket.follows is not None else None
        rules = self._filing.rules
        together = split(main, ticket, origin.by, rules)
        saved: list[Saved] = []
        if main is not None:
            saved.append(self._filing.saved(main, together.main, origin.now, origin.source)[1])
        after, save = self._filing.saved(ticket, together.others[0], origin.now, origin.source)
        said = joint_words.split(ticket, after, self._drafts.voices(after, origin.now, origin), rules)
        card = self._drafts.card(ticket, after, origin.now)
        drafts = [
            *self._drafts.of_ticket(said, after, origin.now, origin),
            *([card] if card else []),
        ]
        return Echoes([save, *saved], drafts)

    async def left(self, number: int, origin: Origin) -> Echoes:
        """Return what saves that somebody is no part of a ticket; nothing where they are not."""
        before = await self._store.ticket(number)
        if before is None or not before.has_reported(origin.by):
            return Echoes([], [])
        after, save = self._filing.saved(before, [Parted(by=origin.by)], origin.now, origin.source)
        card = self._drafts.card(before, after, origin.now)
        return Echoes([save], [card] if card else [])

    async def echoes(self, main: Ticket, events: Sequence[AnyEvent], now: datetime) -> Echoes:
        """Return what the events of a ticket do to those that go along with it, and what their own rooms read."""
        found = Echoes([], [])
        for number in main.followers:
            before = await self._store.ticket(number)
            if before is None or before.follows != main.number:
                continue
            done = self._mirrored(before, main, events, now)
            if done:
                after, save = self._filing.saved(before, done, now, None)
                found.saved.append(save)
                found.drafts.extend(self._told(before, after, done, now))
        return found

    def _mirrored(
        self, before: Ticket, main: Ticket, events: Sequence[AnyEvent], now: datetime
    ) -> list[AnyEvent]:
        done: list[AnyEvent] = []
        for event in events:
            try:
                done.extend(mirrored(before, main, event, now, self._filing.rules))
            except TicketError:  # it is solved, or waits for something of its own
                continue
        return done

    async def _applied(
        self, main: Ticket, others: Sequence[Ticket], together: Together, origin: Origin
    ) -> tuple[Ticket, list[Saved], list[Draft]]:
        after, save = self._filing.saved(main, together.main, origin.now, origin.source)
        saved, drafts = [save], list[Draft]()
        card = self._drafts.card(main, after, origin.now)
        drafts.extend([card] if card else [])
        for other, events in zip(others, together.others, strict=True):
            changed, save = self._filing.saved(other, events, origin.now, origin.source)
            saved.append(save)
            drafts.extend(self._told(other, changed, events, origin.now))
        return after, saved, drafts

    def _told(self, before: Ticket, after: Ticket, events: Sequence[AnyEvent], now: datetime) -> list[Draft]:
        """Return what the customer of a ticket reads; the duty room has read of the main one."""
        voices = self._drafts.voices(after, now, None)
        said: list[Message] = [
            message
            for message in replies(before, after, events, voices, self._filing.rules)
            if message.to is Place.CUSTOMER
        ]
        card = self._drafts.card(before, after, now)
        return [*self._drafts.of_ticket(said, after, now, None), *([card] if card else [])]

    async def _known(self, number: int) -> Ticket:
        ticket = await self._store.ticket(number)
        if ticket is None:
            raise TicketError(N_("没有查到 {number}。"), number=number)
        return ticket
