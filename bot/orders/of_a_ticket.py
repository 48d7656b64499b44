"""What is said of a ticket that is quoted or named: by a customer, by staff to the customer, and by staff among themselves."""

from __future__ import annotations

import re

from bot.conversation.answering import Answering
from bot.conversation.checking import Checking
from bot.conversation.finding import Finding
from bot.conversation.first_words import FirstWords
from bot.conversation.following_on import FollowingOn
from bot.conversation.joining import Joining
from bot.conversation.opening import Opening
from bot.desk import Desk
from bot.hearing import Hearing
from bot.meaning.leading_numbers import LEADING_NUMBER, NO_UNIT, without_number
from bot.meaning.outcomes import says_it_works
from bot.meaning.said_secrets import without_said_secrets
from bot.meaning.short_answers import asks_for_remote, says_broken
from bot.orders.asking_after import AskingAfter
from bot.orders.intentions import tells_of_a_call
from bot.store.contract import Link
from bot.talk import tells
from bot.tickets import site_steps as ss
from bot.tickets import steps as s
from bot.tickets.errors import TooOld
from bot.tickets.kinds import Kind, Status, Telling
from bot.tickets.model import Ticket
from faq.text import is_helped, is_noise, is_thanks

_NUMBERS = re.compile(rf"(?<![\d.:-])\d{{3,9}}(?![\d.:-]){NO_UNIT}", re.IGNORECASE)
_LEADING = re.compile(r"(?:单号?|工单|[#＃])?\s*$")  # what may stand before the number a sentence begins with


class OfATicket:
    """Takes words about one ticket; whether they are about any is found out here."""

    def __init__(
        self,
        *,
        desk: Desk,
        finding: Finding,
        checking: Checking,
        asking_after: AskingAfter,
        joining: Joining,
        following_on: FollowingOn,
        opening: Opening,
        first_words: FirstWords,
        answering: Answering,
    ) -> None:
        self._desk = desk
        self._finding = finding
        self._checking = checking
        self._asking_after = asking_after
        self._joining = joining
        self._following_on = following_on
        self._opening = opening
        self._first_words = first_words
        self._answering = answering

    async def said(self, hearing: Hearing, link: Link | None) -> bool:
        """Add what a customer says about a ticket, by quoting or by number, or open it again. False: it is about none."""
        ticket = await self._meant(hearing, link)
        if ticket is None:
            return False
        said = without_number(ticket.number, hearing.text)
        is_named = ticket.status is Status.OPEN and says_it_works(said, ticket.text, is_quiet=False)
        if is_named or is_thanks(said) or is_noise(said):
            if ticket.status is Status.SOLVED and is_helped(said):
                await self._checking.confirm(hearing, ticket)
            elif ticket.status is Status.OPEN and ticket.owner is not None and (is_named or is_helped(said)):
                works = s.Supplement(hearing.by, said, telling=Telling.WORKS)
                await self._desk.take(ticket.number, works, hearing.origin, known=ticket)
            return True
        if await self._asking_after.asked_about(hearing, ticket, said):
            return True
        if await self._joining.with_others(hearing, ticket, said):
            return True
        if ticket.status is Status.OPEN:
            step = self._following_on.supplement(hearing, said)
            await self._desk.take(ticket.number, step, hearing.origin, known=ticket)
        elif ticket.status is Status.SOLVED and not says_broken(said):
            await self._checking.ask_again(hearing, ticket)
        else:
            try:
                await self._desk.take(ticket.number, s.Reopen(hearing.by, said), hearing.origin, known=ticket)
            except TooOld:
                await self._opening.again(hearing, ticket, said)
        return True

    async def said_by_staff(self, hearing: Hearing, link: Link | None) -> None:
        """Staff speak to the customer: a word that belongs to a ticket stops its clock, and takes it if nobody has."""
        if is_noise(hearing.text):
            return  # a thumb is no answer
        ticket = await self._meant(hearing, link) or await self._first_words.about(hearing)
        if ticket is None:
            if hearing.is_addressed and not await self._desk.is_handled(hearing.origin):
                await self._answering.question(hearing)
            return
        if ticket.status is not Status.CLOSED:
            text = without_said_secrets(hearing.text)
            is_remote = ticket.status is Status.OPEN and asks_for_remote(text)
            said = ss.AskRemote(hearing.by, text) if is_remote else s.Say(hearing.by, text)
            await self._desk.take(ticket.number, said, hearing.origin, known=ticket)

    async def noted(self, hearing: Hearing, link: Link | None) -> bool:
        """Keep what staff tell each other of a ticket they quote or name first, as 记录 does; False when it tells nothing."""
        named = LEADING_NUMBER.match(hearing.text) if link is None and _NUMBERS.match(hearing.text) else None
        number = link.ticket if link is not None else int(named[1]) if named is not None else None
        ticket = await self._finding.going_on(number) if number is not None else None
        if (
            ticket is None
            or ticket.status is Status.CLOSED
            or hearing.is_addressed
            or not tells(hearing.text)
        ):
            return False
        if ticket.kind is Kind.CALLBACK or ticket.kind.is_planned:
            return False
        told = without_number(ticket.number, hearing.text)
        note = s.Note(hearing.by, told, tells_of_a_call(told))
        await self._desk.take(ticket.number, note, hearing.origin, known=ticket)
        return True

    async def _meant(self, hearing: Hearing, link: Link | None) -> Ticket | None:
        """Return the ticket of this customer that a text is about: the quoted one, or the one whose number stands in it."""
        if link is not None and link.ticket is not None:
            return await self._finding.visible(hearing, link.ticket)
        if hearing.customer_room is None:
            return None
        for found in _NUMBERS.finditer(hearing.text):
            is_named = (
                hearing.role.is_staff or hearing.is_addressed or _LEADING.match(hearing.text[: found.start()])
            )
            if not is_named:
                continue
            ticket = await self._finding.going_on(int(found[0]))
            is_here = ticket is not None and ticket.room == hearing.customer_room.id
            if ticket is not None and is_here and ticket.kind is not Kind.CALLBACK:
                return ticket
        return None
