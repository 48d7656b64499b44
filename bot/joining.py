"""Joining: whoever reports what others of the room have reported is added to that ticket, and the duty room hears of several groups."""

from __future__ import annotations

from datetime import timedelta

from bot.config import Room
from bot.desk import Desk
from bot.hearing import Hearing
from bot.store.contract import Store
from bot.talk import Talk
from bot.tickets import joint_steps as js
from bot.tickets.errors import TicketError
from bot.tickets.kinds import Status
from bot.tickets.merging import is_mergeable
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from faq.outages import may_be_one, says_no_more, says_the_same, speaks_of_one
from faq.text import looks_like_trouble

_AT_ONCE = timedelta(minutes=10)  # reports of several groups within this are worth a hint
_JUST_REPORTED = timedelta(minutes=30)
_LOOKED_AT = 50  # tickets of a room, and of all rooms


class Joining:
    """Looks for the ticket that a text may be about. Only troubles that many have at once cost a look into the store."""

    def __init__(self, *, desk: Desk, store: Store, rules: Rules, talk: Talk) -> None:
        self._desk = desk
        self._store = store
        self._rules = rules
        self._talk = talk

    async def joined(
        self, hearing: Hearing, text: str, *, is_told: bool, is_report: bool = False, level: str | None = None
    ) -> bool:
        """Add who speaks to the ticket about the same trouble; False when there is none, or it is over meanwhile.

        `level` is the one that they asked for: a ticket of another level is not meant.
        """
        room = hearing.customer_room
        is_off = not self._rules.same_within
        if room is None or is_off or hearing.role.is_staff or not speaks_of_one(text):
            return False
        ticket = await self._same(hearing, room, text, level, is_asking=is_told)
        return ticket is not None and await self._join(
            hearing, room, ticket, text, is_told=is_told, is_report=is_report
        )

    async def echoed(self, hearing: Hearing) -> bool:
        """Add who says that they have the same as somebody who has just reported it: +1, 我们这边也是; False when nobody has.

        Who says no more than that to nobody is added without a word, as in a group one nods.
        """
        room = hearing.customer_room
        if room is None or not self._rules.same_within or hearing.role.is_staff or hearing.mentions:
            return False
        account = self._talk.echoed(hearing, says_the_same)
        if account is None:
            return False
        since = hearing.now - _JUST_REPORTED
        here = await self._store.open_tickets(room=room.id, limit=_LOOKED_AT)
        own = [each for each in here if each.account == account and each.opened_at >= since]
        ticket = own[-1] if own else None
        return ticket is not None and await self.with_others(hearing, ticket, hearing.text)

    async def with_others(self, hearing: Hearing, ticket: Ticket, text: str) -> bool:
        """Add who says that they have the same to a ticket of somebody else; False when they say nothing like it."""
        room = hearing.customer_room
        is_theirs = ticket.requester == hearing.by or ticket.has_reported(hearing.by)
        is_open = (
            ticket.status is Status.OPEN and is_mergeable(ticket) and ticket.address == hearing.origin.address
        )
        if room is None or is_theirs or not is_open or not says_the_same(text):
            return False
        is_told = hearing.is_addressed or hearing.quotes is not None or looks_like_trouble(text)
        return await self._join(hearing, room, ticket, text, is_told=is_told)

    async def _join(
        self,
        hearing: Hearing,
        room: Room,
        ticket: Ticket,
        text: str,
        *,
        is_told: bool,
        is_report: bool = False,
    ) -> bool:
        step = js.Join(
            by=hearing.by,
            account=hearing.origin.account,
            address=hearing.origin.address,
            room=room.id,
            customer=hearing.customer,
            text=text,
            is_told=is_told,
            is_report=is_report,
        )
        try:
            await self._desk.take(ticket.number, step, hearing.origin)
        except TicketError:
            return False
        return True

    async def alike(self, text: str, room: Room, hearing: Hearing) -> tuple[Ticket, ...]:
        """Return the open tickets about what may be the same: of the room, and of others of its duty room just now."""
        if not room.duty or not speaks_of_one(text):
            return ()
        return tuple(
            ticket
            for ticket in await self._store.recent_tickets(limit=_LOOKED_AT)
            if hearing.now - ticket.opened_at
            <= (self._rules.same_within if ticket.room == room.id else _AT_ONCE)
            and ticket.follows is None
            and self._is_in_duty_of(ticket, room)
            and ticket.status is Status.OPEN
            and is_mergeable(ticket)
            and may_be_one(ticket.text, text)
        )

    async def _same(
        self, hearing: Hearing, room: Room, text: str, level: str | None, *, is_asking: bool
    ) -> Ticket | None:
        """Return the latest ticket of the room that somebody else has open for the same trouble.

        What was said to nobody must name nothing else: it is not answered, so a mistake would stay.
        """
        since = hearing.now - self._rules.same_within
        for ticket in reversed(await self._store.open_tickets(room=room.id, limit=_LOOKED_AT)):
            if (
                ticket.opened_at >= since
                and ticket.status is Status.OPEN
                and is_mergeable(ticket)
                and ticket.address == hearing.origin.address
                and ticket.requester != hearing.by
                and level in (None, ticket.level)
                and may_be_one(ticket.text, text)
                and (is_asking or says_no_more(text, ticket.text))
            ):
                return ticket
        return None

    def _is_in_duty_of(self, ticket: Ticket, room: Room) -> bool:
        other = self._rules.rooms.get(ticket.room)
        return other is not None and other.duty == room.duty
