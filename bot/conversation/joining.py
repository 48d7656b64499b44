"""Joining: whoever reports what others of the room have reported is added to that ticket, and the duty room hears of several groups."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from bot.asks import Ask, Menu, Offer
from bot.config import Room
from bot.desk import Desk
from bot.hearing import Hearing, restated
from bot.meaning.short_answers import agreed, choice
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
_LONGEST_YES = 12  # letters of a number, or a yes, to an offer
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
        if ticket is None:  # a ticket that was offered to the other is theirs too, once it is taken
            return not hearing.is_addressed and await self._offer_to(account, hearing) is not None
        return await self.with_others(hearing, ticket, hearing.text)

    async def offered(self, hearing: Hearing) -> Ask | None:
        """Return the offer or menu that somebody was shown with whom whoever speaks has just joined in, when this may answer it."""
        if hearing.role.is_staff or len(hearing.text) > _LONGEST_YES:
            return None
        if choice(hearing.text) is None and agreed(hearing.text) is None:
            return None
        account = self._talk.has_joined(hearing, says_the_same)
        address, now = hearing.origin.address, hearing.now
        if account is None or await self._store.open_asks(address, hearing.origin.account, now):
            return None
        return await self._offer_to(account, hearing)

    async def taken_up(self, hearing: Hearing) -> Hearing:
        """Return what "me too" says to the bot after a question of somebody else that it could not answer: the same question."""
        is_all = hearing.is_addressed and not looks_like_trouble(hearing.text)  # 投影仪也黑屏了 says more
        account = self._talk.echoed(hearing, says_the_same) if is_all else None
        ask = await self._offer_to(account, hearing) if account is not None else None
        about = ask.about if ask is not None else None
        return restated(hearing, about.question) if isinstance(about, Offer | Menu) else hearing

    async def _offer_to(self, account: str, hearing: Hearing) -> Ask | None:
        asks = await self._store.open_asks(hearing.origin.address, account, hearing.now)
        return next((ask for ask in asks if isinstance(ask.about, Offer | Menu)), None)

    async def of_one_mind(self, hearing: Hearing, ticket: Ticket, account: str) -> None:
        """Add to a ticket just opened who has said before that they have the same as whoever asked, and whoever asked."""
        room, origin = hearing.customer_room, hearing.origin
        if not self._rules.same_within or room is None:
            return
        for line in self._talk.of_one_mind(hearing, account, says_the_same):
            if line.account == ticket.account:
                continue
            said = replace(
                origin, by=line.by, account=line.account, message=line.message, part="1", closed_asks=()
            )
            heard = replace(hearing, text=line.text, origin=said)
            await self._join(heard, room, ticket, line.text, is_told=False)

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
            language=hearing.origin.own_language(room),
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
