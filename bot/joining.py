"""Joining: whoever reports what others of the room have reported is added to that ticket, and the duty room hears of several groups."""

from __future__ import annotations

from datetime import timedelta

from bot.config import Room
from bot.desk import Desk
from bot.hearing import Hearing
from bot.store.contract import Store
from bot.tickets import joint_steps as js
from bot.tickets.errors import TicketError
from bot.tickets.kinds import Status
from bot.tickets.merging import is_mergeable
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from faq.outages import may_be_one, says_no_more, speaks_of_one

_AT_ONCE = timedelta(minutes=10)  # reports of several groups within this are worth a hint
_LOOKED_AT = 50  # tickets of a room, and of all rooms


class Joining:
    """Looks for the ticket that a text may be about. Only troubles that many have at once cost a look into the store."""

    def __init__(self, *, desk: Desk, store: Store, rules: Rules) -> None:
        self._desk = desk
        self._store = store
        self._rules = rules

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
        if ticket is None:
            return False
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
