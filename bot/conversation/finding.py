"""Finding: which ticket a word means, and who may know of a ticket."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.asks import CallList, Result
from bot.commands import Command
from bot.config import Room
from bot.desk import UnknownTicket
from bot.hearing import Hearing
from bot.store.contract import Store
from bot.tickets import events as e
from bot.tickets.coverage import is_undecided
from bot.tickets.errors import TicketError
from bot.tickets.grievances import is_grievance
from bot.tickets.kinds import ClockKind, Closing, Kind, Status
from bot.tickets.model import Ticket
from bot.vocabulary import Word
from faq.outages import may_mean

_JUST_CLAIMED = timedelta(minutes=10)
_JUST_URGED = timedelta(minutes=10)
_LATELY_URGED = timedelta(hours=12)  # a night: they were told what to answer if it is an emergency
_MOST_DIGITS = 9
_LONGEST_LIST = 20  # numbers of tickets are longer


def is_of(ticket: Ticket, room: Room | None) -> bool:
    """Say whether people of a room may know of a ticket; a manager's call about a rating is internal."""
    is_untold = ticket.announce_at is not None and ticket.kind.is_planned
    if room is None or ticket.kind in (Kind.CALLBACK, Kind.IMPROVEMENT) or is_untold:
        return False
    return ticket.room == room.id or (bool(room.customer) and ticket.customer == room.customer)


def owes_callback(ticket: Ticket) -> bool:
    """Say whether the policy of a ticket promises that a manager calls once it is solved."""
    return ticket.status is not Status.OPEN and any(
        each.kind is ClockKind.CALLBACK for each in ticket.promises
    )


_TROUBLES: Final = (Kind.FAULT, Kind.QUESTION, Kind.REQUEST)
_WAS_DONE: Final = (Closing.CONFIRMED, Closing.SILENCE, Closing.WITHDRAWN)  # 撤单 已经好了


class Finding:
    """Looks tickets up for somebody in a room."""

    def __init__(self, store: Store, reopen_within: timedelta) -> None:
        self._store = store
        self._reopen_within = reopen_within

    async def visible(self, hearing: Hearing, number: int) -> Ticket:
        """Return a ticket the asker may know of.

        Raises:
            TicketError: There is none, or it belongs to another customer; both read alike.
        """
        ticket = await self.going_on(number)
        if hearing.is_for_staff:
            is_hidden = ticket is not None and is_grievance(ticket) and not hearing.role.is_manager
            if ticket is None or is_hidden:
                raise UnknownTicket(number)
            return ticket
        if ticket is None or not _is_known(ticket, hearing):
            if hearing.is_private and hearing.customer_room is None:
                raise TicketError("没有查到您报的 {number}。", number=number)
            raise TicketError("没有查到本群的 {number}。", number=number)
        return ticket

    async def going_on(self, number: int) -> Ticket | None:
        """Return a ticket, or the one of the same room as which it goes on since they were merged."""
        ticket = await self._store.ticket(number)
        while ticket is not None and ticket.closing is Closing.MERGED and ticket.follows is not None:
            ticket = await self._store.ticket(ticket.follows)
        return ticket

    async def named(self, hearing: Hearing, words: str) -> Ticket | None:
        """Return the ticket whose number is all that the words say, or None."""
        number = words.strip("# ").rstrip("?？")
        if not number.isdecimal() or len(number) > _MOST_DIGITS:
            return None
        ticket = await self.going_on(int(number))
        is_known = ticket is not None and (hearing.is_for_staff or _is_known(ticket, hearing))
        return ticket if is_known else None

    async def listed_call(self, hearing: Hearing, number: int) -> int:
        """Return the ticket that a small number means in the latest list of calls; any other number is itself."""
        if number > _LONGEST_LIST:
            return number
        asks = await self._store.open_asks(hearing.origin.address, hearing.origin.account, hearing.now)
        lists = (ask.about.tickets for ask in asks if isinstance(ask.about, CallList))
        latest = next(lists, ())
        return latest[number - 1] if 1 <= number <= len(latest) else number

    async def callback_of(self, number: int) -> int:
        """Return the callback that is owed about a ticket; its own number works too.

        Raises:
            TicketError: None is owed.
        """
        about = [ticket for ticket in await self._store.about(number) if ticket.kind is Kind.CALLBACK]
        waiting = [ticket for ticket in about if ticket.status is not Status.CLOSED]
        if waiting:
            return waiting[0].number
        own = await self._store.ticket(number)
        if own is not None and (own.kind is Kind.CALLBACK or owes_callback(own)):
            return number
        raise TicketError("{number} 没有等着的回访。", number=number)

    async def fitting(self, hearing: Hearing, command: Command) -> list[Ticket]:
        """Return the tickets that a command without a number can mean, by number."""
        room = hearing.customer_room
        if command.word is Word.CALLBACK:
            return []
        if command.word is Word.UNDO:
            return await self._undoable(hearing)
        if hearing.is_for_staff:
            found = await self._store.open_tickets()
            working = [each for each in found if each.kind is not Kind.CALLBACK and not each.kind.is_planned]
            return [ticket for ticket in working if _fits(ticket, hearing, command.word)]
        if hearing.role.is_staff and room is not None and command.word is Word.CLAIM:
            here = await self._store.open_tickets(room=room.id)
            return [each for each in here if each.owner is None and not each.kind.is_planned]
        if hearing.role.is_staff:
            return []
        reported = await self._store.tickets_of(hearing.origin.account)
        own = [each for each in reported if _is_known(each, hearing)]
        is_over = command.word in (Word.REOPEN, Word.RATE)
        left_out = Status.OPEN if is_over else Status.CLOSED
        if command.word is Word.KEEP_LEVEL:
            own = [each for each in own if each.level_before]
        return sorted((each for each in own if each.status is not left_out), key=lambda each: each.number)

    async def just_claimed(self, hearing: Hearing) -> list[Ticket]:
        """Return the ticket that was claimed last, if that was a moment ago: whoever claims now may mean it."""
        claimed = [
            (ticket.claimed_at, ticket)
            for ticket in await self.queue(hearing)
            if ticket.claimed_at is not None and hearing.now - ticket.claimed_at < _JUST_CLAIMED
        ]
        return [max(claimed, key=lambda found: found[0])[1]] if claimed and hearing.is_for_staff else []

    async def lacking(self, hearing: Hearing) -> tuple[int, ...]:
        """Return the tickets whose owner, who speaks, was just asked for what is missing of their result."""
        asks = await self._store.open_asks(hearing.origin.address, hearing.origin.account, hearing.now)
        about = next((ask.about for ask in asks if isinstance(ask.about, Result)), None)
        found = [await self._store.ticket(each) for each in about.tickets] if about else []
        return tuple(each.number for each in found if each is not None and each.status is Status.OPEN)

    async def _undoable(self, hearing: Hearing) -> list[Ticket]:
        """Return the ticket of somebody's own last action here, also when that action closed it."""
        known = await self._store.tickets_of(hearing.origin.account)
        if hearing.is_for_staff:
            known += await self._store.open_tickets()
        elif not hearing.role.is_staff:
            known = [each for each in known if is_of(each, hearing.customer_room)]
        own = [(each.undo.at, each) for each in known if each.undo is not None and each.undo.by == hearing.by]
        return [max(own, key=lambda found: found[0])[1]] if own else []

    async def mine(self, hearing: Hearing) -> list[Ticket]:
        """Return what somebody has open: tickets they own, or tickets they reported here, by number."""
        if hearing.role.is_staff:
            return [each for each in await self.queue(hearing) if each.owner == hearing.by]
        reported = await self._store.tickets_of(hearing.origin.account)
        room = hearing.customer_room
        own = [each for each in reported if each.status is not Status.CLOSED and _is_known(each, hearing)]
        own += [each for each in await self._joined(hearing, room) if each not in own]
        return sorted(own, key=lambda each: each.number)

    async def mine_open(self, hearing: Hearing) -> list[Ticket]:
        """Return of `mine` what is not solved yet."""
        return [each for each in await self.mine(hearing) if each.status is Status.OPEN]

    async def _joined(self, hearing: Hearing, room: Room | None) -> list[Ticket]:
        here = await self._store.open_tickets(room=room.id) if room is not None else []
        return [each for each in here if each.has_reported(hearing.by)]

    async def open_here(self, hearing: Hearing) -> list[Ticket]:
        """Return the troubles of this customer's room that are not solved yet, by number."""
        room = hearing.customer_room
        here = await self._store.open_tickets(room=room.id) if room is not None else []
        return [each for each in here if each.status is Status.OPEN and each.kind in _TROUBLES]

    async def common(self, hearing: Hearing) -> Ticket | None:
        """Return the trouble that many of this room have now: a major incident, or one with several reporters; the latest."""
        many = [each for each in await self.open_here(hearing) if each.commander or len(each.reporters) > 1]
        return many[-1] if many else None

    async def solved_before(self, hearing: Hearing) -> Ticket | None:
        """Return what was solved lately for who speaks and may be meant by what they say now, the latest."""
        for ticket in await self._store.tickets_of(hearing.origin.account):
            is_over = ticket.status is Status.SOLVED or ticket.closing in _WAS_DONE
            since = ticket.closed_at or ticket.solved_at
            is_late = since is None or hearing.now - since > self._reopen_within
            if is_over and not is_late and ticket.kind is Kind.FAULT and is_of(ticket, hearing.customer_room):
                return ticket if may_mean(hearing.text, ticket.text) else None
        return None

    async def has_just_urged(self, hearing: Hearing, number: int) -> bool:
        """Say whether who speaks has urged a moment ago, and nobody has done anything since: how it stands tells them more."""
        for record in reversed(await self._store.records(number)):
            match record.event:
                case e.Urged(by=by) if by == hearing.by:
                    return hearing.now - record.at < _JUST_URGED
                case e.Urged() | e.Supplemented():
                    continue
                case _:
                    return False
        return False

    async def just_reported(self, hearing: Hearing) -> Ticket | None:
        """Return the only ticket that who speaks has open here, when they reported it a moment ago or asked for news of it lately."""
        own = await self.mine_open(hearing)
        if hearing.role.is_staff or len(own) != 1:
            return None
        if hearing.now - own[0].opened_at < _JUST_URGED:
            return own[0]
        urged = (
            record.at
            for record in await self._store.records(own[0].number)
            if isinstance(record.event, e.Urged) and record.event.by == hearing.by
        )
        return own[0] if any(hearing.now - at < _LATELY_URGED for at in urged) else None

    async def queue(self, hearing: Hearing) -> list[Ticket]:
        """Return what staff have to do, here or everywhere; calls about ratings only for managers."""
        working = [each for each in await self._store.open_tickets() if not each.is_ahead]
        if not hearing.is_for_staff:
            return [each for each in working if is_of(each, hearing.customer_room)]
        return [each for each in working if each.kind is not Kind.CALLBACK or hearing.role.is_manager]


def _is_known(ticket: Ticket, hearing: Hearing) -> bool:
    """Say whether whoever speaks may know of a ticket where they speak: privately, of what they have reported from the same account."""
    if is_of(ticket, hearing.customer_room):
        return True
    is_own = ticket.account == hearing.origin.account and ticket.kind in _TROUBLES
    return is_own and hearing.is_private and hearing.customer_room is None


def _fits(ticket: Ticket, hearing: Hearing, word: Word) -> bool:
    match word:
        case Word.QUOTE | Word.TURN_DOWN:
            return is_undecided(ticket)
        case Word.CLAIM | Word.ASSIST:
            return ticket.owner is None
        case Word.ACCEPT | Word.DECLINE:
            return ticket.offer is not None and ticket.offer.to == hearing.by
        case Word.REASSIGN | Word.CHANGE_LEVEL:
            return True
        case Word.RESUME:
            return ticket.waiting is not None and ticket.owner == hearing.by
        case _:
            return ticket.owner == hearing.by
