"""Whether what was solved works: what its requester chooses, rates, or says in their own words of one ticket or of several."""

from __future__ import annotations

from bot.asks import Ask, Check
from bot.conversation.finding import Finding
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing, closing, part_of
from bot.meaning.alike import share
from bot.meaning.outcomes import outcome, says_it_works
from bot.meaning.short_answers import GOOD, confirmed_with_scores, corrected, praise, says_broken, scores
from bot.meaning.works_or_not import fails_when_asked, works_when_asked
from bot.store.contract import ClosedAsk, Store
from bot.tickets import steps as s
from bot.tickets.errors import N_, TicketError
from bot.tickets.messages import Message, Place
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from bot.tickets.surveys import may_correct

_WORKS, _FAILS = 1, 2


class Checking:
    """Closes solved tickets, or opens them again, as their requesters say."""

    def __init__(self, *, desk: Desk, drafts: Drafts, store: Store, finding: Finding, rules: Rules) -> None:
        self._finding = finding
        self._rules = rules
        self._desk = desk
        self._drafts = drafts
        self._store = store

    async def chosen(self, hearing: Hearing, number: int, choice_made: int, more: str) -> None:
        """Take the number that was asked for."""
        ticket = await self._store.ticket(number)
        if choice_made == _WORKS and ticket is not None:
            await self.confirm(hearing, ticket)
        elif choice_made == _FAILS:
            await self._desk.take(number, s.Reopen(hearing.by, more), hearing.origin)

    async def confirm(self, hearing: Hearing, ticket: Ticket) -> None:
        """Close a solved ticket because its requester says that it works."""
        surveyed_at = await self._store.surveyed_at(ticket.account)
        await self._desk.take(ticket.number, s.Confirm(hearing.by, surveyed_at), hearing.origin)

    async def said(self, hearing: Hearing, checks: list[Ask]) -> str | None:
        """Take what is said in words of the tickets that wait; return what is asked besides, None when nothing is said of them."""
        waiting = await self._waiting(checks)
        found = outcome(hearing.text, [ticket.text for _, ticket in waiting])
        if found is None:
            return None
        told = [(place, _WORKS) for place in found.works]
        told += [(found.fails, _FAILS)] if found.fails is not None else []
        for count, (place, choice_made) in enumerate(told, 1):
            ask, ticket = waiting[place]
            is_last = count == len(told) and not found.rest
            heard = hearing if is_last else part_of(hearing, count)
            closed = closing(heard, ClosedAsk(ask.id, str(choice_made)))
            await self.chosen(closed, ticket.number, choice_made, hearing.text)
        return found.rest

    async def told(self, hearing: Hearing, checks: list[Ask]) -> bool:
        """Take whole words that say of what is asked about that it works, or that it does not, or not wholly; False for anything else."""
        waiting = {ticket.number: (ask, ticket) for ask, ticket in await self._waiting(checks)}
        for says, choice_made in ((works_when_asked, _WORKS), (fails_when_asked, _FAILS)):
            found = [each for each in waiting.values() if says(hearing.text, each[1].text)]
            if len(found) > 1:
                found = [each for each in found if share(hearing.text, each[1].text)]
            if len(found) == 1:
                ask, ticket = found[0]
                closed = closing(hearing, ClosedAsk(ask.id, str(choice_made)))
                await self.chosen(closed, ticket.number, choice_made, hearing.text)
                return True
        return False

    async def is_of_another(self, hearing: Hearing, number: int) -> bool:
        """Say whether words answer nothing about a ticket because by its subject they say of another one that it works.

        Raises:
            TicketError: They may be said of either.
        """
        own = await self._finding.mine_open(hearing)
        named = sorted(each.number for each in own if says_it_works(hearing.text, each.text, is_quiet=False))
        if number in named and len(named) > 1:
            raise TicketError(
                N_("{numbers} 都可能是它。请带上单号，例：{first} 好了"),
                numbers=tuple(f"{each}" for each in named),
                first=named[0],
            )
        return bool(named) and number not in named

    async def graded(self, hearing: Hearing, ask: Ask) -> bool:
        """Take a rating that is the yes that was asked for as well; what may be a 1 or a 2 is asked about. False: it is neither."""
        ticket = await self._ticket(ask)
        if ticket is None:
            return False
        confirmed = confirmed_with_scores(hearing.text)
        given = confirmed or praise(hearing.text) or scores(hearing.text)
        if given is None:
            return False
        is_good = min(given[:2]) >= GOOD or (given[2] and not says_broken(given[2]))
        if confirmed is None and not is_good:
            await self.ask_again(hearing, ticket)
        else:
            rated = closing(hearing, ClosedAsk(ask.id, "rated"))
            await self._desk.take(ticket.number, s.Rate(hearing.by, *given), rated.origin)
        return True

    async def corrected(self, hearing: Hearing) -> bool:
        """Take the scores of whoever has just mistyped them; False when they say anything else, or have rated nothing."""
        meant = corrected(hearing.text)
        for ticket in await self._store.tickets_of(hearing.origin.account) if meant else ():
            if meant and may_correct(ticket, hearing.now, self._rules):
                step = s.Rate(hearing.by, *meant, is_correction=True)
                await self._desk.take(ticket.number, step, hearing.origin, known=ticket)
                return True
        return False

    async def in_doubt(self, hearing: Hearing, ask: Ask) -> None:
        """Ask once more whoever was asked and says neither."""
        if (ticket := await self._ticket(ask)) is not None:
            await self.ask_again(hearing, ticket)

    async def ask_again(self, hearing: Hearing, ticket: Ticket) -> None:
        """Ask whether a solved ticket works now, because what was said about it says neither."""
        speaker = self._drafts.speaker(hearing.origin.language, hearing.now)
        text = speaker.say("{number} 现在好了吗？好了回 1，还有问题回 2。", number=ticket.number)
        about = Check(ticket=ticket.number)
        message = Message(to=Place.ASKER, text=text, about=about, ticket=ticket.number)
        await self._desk.answer([message], hearing.origin)

    async def _waiting(self, checks: list[Ask]) -> list[tuple[Ask, Ticket]]:
        return [(ask, ticket) for ask in checks if (ticket := await self._ticket(ask)) is not None]

    async def _ticket(self, ask: Ask) -> Ticket | None:
        return await self._store.ticket(ask.about.ticket) if isinstance(ask.about, Check) else None
