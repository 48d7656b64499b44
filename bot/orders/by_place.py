"""What somebody says of several tickets or offers of theirs by their places: 第一个取消, 第二个好了, 上面两个报修怎么还没人来."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.asks import Ask, Offer
from bot.commands import parse
from bot.conversation.checking import Checking
from bot.conversation.finding import Finding
from bot.conversation.opening import Opening
from bot.desk import Desk
from bot.hearing import Hearing, closing, part_of
from bot.meaning.outcomes import outcome
from bot.meaning.placed import Placed, names_places, placed
from bot.meaning.short_answers import agreed
from bot.meaning.wishes import Wish, is_pressing, wish
from bot.orders.asking_after import AskingAfter
from bot.store.contract import ClosedAsk, Store
from bot.talk import Talk
from bot.tickets import steps as s
from bot.tickets.kinds import Kind, Status
from bot.tickets.model import Ticket
from bot.vocabulary import Word

_CALLS_OFF = re.compile(
    r"(?:都|就)?(?:取消|撤[掉销回单]?|不要|please cancel|cancel|withdraw)(?:了|吧|掉|一下|啊|哈)*"
)
_REPORTS = re.compile(
    r"(?:也|都|就|再)?(?:帮我|麻烦)?(?:报[修障单]?|转|要|report|please report)(?:一下|了|吧|啊|的)*"
)
_WISHES = {Word.WITHDRAW: Wish.NO_MORE, Word.URGE: Wish.SOONER, Word.PROGRESS: Wish.HOW_FAR}


class ByPlace:
    """Counts tickets in the order of their numbers, and offers in the order in which they were made."""

    def __init__(
        self,
        *,
        store: Store,
        finding: Finding,
        desk: Desk,
        talk: Talk,
        asking_after: AskingAfter,
        checking: Checking,
        opening: Opening,
    ) -> None:
        self._store = store
        self._finding = finding
        self._desk = desk
        self._talk = talk
        self._asking_after = asking_after
        self._checking = checking
        self._opening = opening

    async def taken(self, hearing: Hearing) -> bool:
        """Take care of such a text; False when it says anything else, or whoever speaks has not several."""
        if hearing.role.is_staff or hearing.mentions or hearing.customer_room is None:
            return False
        if not names_places(hearing.text):
            return False
        origin = hearing.origin
        asks = await self._store.open_asks(origin.address, origin.account, hearing.now)
        own = [each for each in await self._finding.mine(hearing) if each.kind is Kind.FAULT]
        for ask in asks:
            if isinstance(ask.about, Offer) and ask.about.earlier:
                return await self._of_offers(hearing, ask, ask.about, own)
        return await self._of_tickets(hearing, own)

    async def _of_offers(self, hearing: Hearing, ask: Ask, offer: Offer, own: Sequence[Ticket]) -> bool:
        """Open the tickets that were offered and are taken now; an offer that nobody named stands.

        What is called off may be a ticket that was opened for one of them.
        """
        questions = (*offer.earlier, offer.question)
        said = placed(hearing.text, len(questions))
        if not said or any(_takes(each.said) is None for each in said):
            return False
        taken = [place for each in said if _takes(each.said) for place in each.places]
        if not taken and await self._of_tickets(hearing, own):
            return True
        named = {place for each in said for place in each.places}
        whole = closing(hearing, ClosedAsk(ask.id, "placed")) if len(named) == len(questions) else hearing
        for part, place in enumerate(taken, 1):
            heard = whole if part == len(taken) else part_of(hearing, part)
            outside = offer.outside if place == len(offer.earlier) else ""
            await self._opening.offered(heard, questions[place], outside=outside)
        if not taken:
            await self._desk.answer([], whole.origin)
        return True

    async def _of_tickets(self, hearing: Hearing, own: Sequence[Ticket]) -> bool:
        said = placed(hearing.text, len(own))
        meant = [(each, [own[place] for place in each.places]) for each in said]
        doings = [_meant(each, tickets) for each, tickets in meant]
        if not doings or None in doings:
            return False
        is_said_to_us = hearing.is_addressed or self._talk.is_quiet(hearing)
        if not is_said_to_us and any(isinstance(each, Wish) for each in doings):
            return False
        for part, (doing, (_, tickets)) in enumerate(zip(doings, meant, strict=True), 1):
            heard = part_of(hearing, part) if len(doings) > 1 else hearing
            if isinstance(doing, Wish):
                await self._asking_after.about_several(heard, tickets, doing)
            else:
                await self._checked(heard, tickets, works=bool(doing))
        if len(doings) > 1:
            await self._desk.answer([], hearing.origin)
        return True

    async def _checked(self, hearing: Hearing, tickets: Sequence[Ticket], *, works: bool) -> None:
        """Close solved tickets that work, or open those again that do not."""
        for count, ticket in enumerate(tickets, 1):
            heard = hearing if count == len(tickets) else part_of(hearing, count)
            if works:
                await self._checking.confirm(heard, ticket)
            else:
                await self._desk.take(ticket.number, s.Reopen(hearing.by, hearing.text), heard.origin)


def _takes(said: str) -> bool | None:
    """Return whether an offer is taken by what is said of it; None when that says something else."""
    if not said or _REPORTS.fullmatch(said) or wish(said) is Wish.SOMEBODY:
        return True
    if _CALLS_OFF.fullmatch(said) or wish(said) is Wish.NO_MORE:
        return False
    return agreed(said)


def _meant(said: Placed, tickets: Sequence[Ticket]) -> Wish | bool | None:
    """Return what is wished of open tickets, whether solved ones work; None when it is neither, or they are of both kinds."""
    found = outcome(said.said, tuple(each.text for each in tickets[:1])) if said.said else None
    works = None if found is None or found.rest else found.fails is None
    if all(each.status is Status.SOLVED for each in tickets):
        return works
    if any(each.status is not Status.OPEN for each in tickets) or not said.said:
        return None
    command = parse(said.said)
    if command is not None and not command.rest and command.number is None:
        return _WISHES.get(command.word)
    if _CALLS_OFF.fullmatch(said.said):
        return Wish.NO_MORE
    wished = wish(said.said) or (Wish.SOONER if is_pressing(said.said) else None)
    return wished or (Wish.NO_MORE if works else None)
