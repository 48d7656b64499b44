"""What somebody goes on to tell about the ticket they have just opened, or to the engineer who talks with them: it belongs to
the ticket, and the bot does not talk between the two."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from bot.conversation.asking_owner import AskingOwner, wants_above
from bot.conversation.finding import Finding
from bot.conversation.raising import raised
from bot.conversation.tellings import addition, may_ask, may_wish, supplement, telling
from bot.desk import Desk
from bot.hearing import Hearing
from bot.meaning.alike import says_alike, share
from bot.meaning.complaints import is_about_us
from bot.meaning.deciding import announces
from bot.meaning.outcomes import outcome, says_it_works
from bot.meaning.short_answers import not_yet, says_again, says_still
from bot.meaning.visit_wishes import is_of_a_visit
from bot.talk import Talk, tells
from bot.tickets import steps as s
from bot.tickets.grievances import is_grievance
from bot.tickets.kinds import Status, Telling
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from faq.outages import says_no_more
from faq.text import fold, is_noise, is_thanks, looks_like_question, looks_like_trouble

_SHORT: Final = 6  # letters: 还是不行
_LEAST_TOLD: Final = 6  # letters of what is told after a complaint


class FollowingOn:
    """Adds to tickets what is said to nobody and belongs to them."""

    def __init__(
        self, *, desk: Desk, finding: Finding, talk: Talk, asking_owner: AskingOwner, rules: Rules
    ) -> None:
        self._asking_owner = asking_owner
        self._rules = rules
        self._desk = desk
        self._finding = finding
        self._talk = talk

    async def heard(self, hearing: Hearing, fresh: int | None) -> bool:
        """Take care of such words; False when they are for somebody else. `fresh` is the ticket just opened for who speaks."""
        if fresh is not None and await self._complained(hearing, fresh):
            return True
        is_called = hearing.is_addressed and not hearing.is_private  # privately every word is said to the bot
        if is_called or hearing.role.is_staff or hearing.customer_room is None:
            return False
        if await self._works(hearing):
            return True
        if not hearing.is_private and self._talk.is_with_staff(hearing):
            return await self._said_to_staff(hearing, fresh)
        if fresh is None or hearing.mentions:
            return False
        ticket = await self._finding.going_on(fresh)
        if ticket is None or ticket.status is not Status.OPEN or is_grievance(ticket):
            return False
        news = telling(hearing.text, hearing.now, self._rules.zone)
        is_news = news is not None and news[0] is not Telling.ASKS  # may be asked of colleagues
        is_more = is_news or goes_on_about(hearing.text, ticket.text)
        return is_more and await self._add(hearing, ticket)

    async def _complained(self, hearing: Hearing, fresh: int) -> bool:
        """Add what is told right after a complaint to it: nobody but the manager is to read that; False when it is something else."""
        text = hearing.text
        ticket = await self._finding.going_on(fresh)
        if ticket is None or not is_grievance(ticket) or ticket.status is not Status.OPEN:
            return False
        is_other = looks_like_trouble(text) and not is_about_us(text) and not share(text, ticket.text)
        is_told = tells(text) and (len(fold(text)) >= _LEAST_TOLD or is_about_us(text))
        if hearing.mentions or is_other or announces(text) or not is_told:
            return False
        await self._desk.take(fresh, s.Supplement(hearing.by, text), hearing.origin, known=ticket)
        return True

    async def _said_to_staff(self, hearing: Hearing, fresh: int | None) -> bool:
        """Add it to the only ticket that it can be about; without one it is left to the two when one called the other."""
        own = await self._finding.mine_open(hearing)
        ticket = next((each for each in own if each.number == fresh), own[0] if len(own) == 1 else None)
        if ticket is None or announces(hearing.text):
            return self._talk.is_called_by_staff(hearing)
        return await self._add(hearing, ticket, is_heard=True)

    async def fails_still(self, hearing: Hearing, fresh: int | None) -> bool:
        """Pass on to its owner what fails still, or again, of a ticket that is open; False when it is of none, or just reported."""
        text = hearing.text
        if hearing.is_addressed or hearing.role.is_staff or hearing.mentions or fresh is not None:
            return False
        is_sure = _fails_again(text)
        is_told = is_sure or (looks_like_trouble(text) and says_again(text))
        if not is_told or looks_like_question(text) or self._talk.is_with_staff(hearing):
            return False
        own = await self._finding.mine_open(hearing)
        named = [each for each in own if share(text, each.text)]
        is_only = (
            len(own) == 1
            and is_sure
            and (
                says_no_more(text, own[0].text) and says_alike(text, own[0].text)
                if looks_like_trouble(text)
                else len(fold(text)) <= _SHORT and self._talk.is_quiet(hearing)
            )
        )
        meant = named if len(named) == 1 else own if is_only else []
        if len(meant) != 1:
            return False
        step = self.supplement(hearing, text)
        if not self._talk.has_just_said(hearing, _fails_again):  # once is passed on
            step = replace(step, telling=step.telling or Telling.TELLS)
        await self._desk.take(meant[0].number, step, hearing.origin, known=meant[0])
        return True

    async def _works(self, hearing: Hearing) -> bool:
        """Pass on to the owner that it works, when they have just spoken, or when the words can be about nothing else.

        They have yet to say so themselves, with what helped.
        """
        if hearing.mentions or not outcome(hearing.text, (hearing.text,)):
            return False
        own = await self._finding.mine_open(hearing)
        if len(own) > 1:  # of several the one that is named
            own = [each for each in own if says_it_works(hearing.text, each.text, is_quiet=False)]
        owner = own[0].owner if len(own) == 1 else None
        if owner is None:
            return False
        is_answer = self._talk.last_staff(hearing) == owner.id
        if not is_answer and not says_it_works(
            hearing.text, own[0].text, is_quiet=self._talk.is_quiet(hearing)
        ):
            return False
        found = outcome(hearing.text, (own[0].text,))
        if found is None or not found.works or found.rest:
            return False
        works = s.Supplement(hearing.by, hearing.text, telling=Telling.WORKS)
        await self._desk.take(own[0].number, works, hearing.origin, known=own[0])
        return True

    async def wished(self, hearing: Hearing) -> bool:
        """Pass on when somebody who calls the bot wishes us to come, or what they ask of the work; False when they have not just one
        ticket open, or say else."""
        if not hearing.is_addressed or hearing.role.is_staff or hearing.customer_room is None:
            return False
        if wants_above(hearing.text):
            return False
        news = telling(hearing.text, hearing.now, self._rules.zone)
        if news is None or news[0] not in (Telling.WISHES, Telling.ASKS):
            return False
        ticket = await self._only_open(hearing)
        return ticket is not None and await self._add(hearing, ticket)

    async def asked(self, hearing: Hearing) -> bool:
        """Pass on what somebody asks of the work on their only ticket, or when and where its owner may come, while nobody else speaks;
        False when they say else."""
        if hearing.role.is_staff or hearing.customer_room is None or hearing.mentions:
            return False
        if wants_above(hearing.text):
            return self._talk.is_quiet(hearing) and await self._asking_owner.above(hearing)
        is_visit = is_of_a_visit(hearing.text)
        may_be_told = is_visit or may_ask(hearing.text) or may_wish(hearing.text)
        if not may_be_told or not self._talk.is_quiet(hearing):
            return False
        news = telling(hearing.text, hearing.now, self._rules.zone)
        if not is_visit and (news is None or news[0] not in (Telling.ASKS, Telling.WISHES)):
            return False
        ticket = await self._only_open(hearing)
        if ticket is None:
            return False
        if news is not None:
            return await self._add(hearing, ticket)
        telling_it = Telling.TELLS if ticket.owner is not None else None  # else whoever takes it reads it
        step = s.Supplement(hearing.by, hearing.text, telling=telling_it)
        await self._desk.take(ticket.number, step, hearing.origin, known=ticket)
        return True

    async def _only_open(self, hearing: Hearing) -> Ticket | None:
        own = await self._finding.mine_open(hearing)
        return own[0] if len(own) == 1 else None

    def supplement(self, hearing: Hearing, text: str) -> s.Supplement:
        """Return what somebody adds to a ticket, with what its owner must read of it at once."""
        return addition(hearing.by, text, hearing.now, self._rules.zone)

    async def _add(self, hearing: Hearing, ticket: Ticket, *, is_heard: bool = False) -> bool:
        """Add it; what is asked of staff who are there need not be passed on to them."""
        if (change := raised(hearing, ticket, self._rules)) is not None:
            await self._desk.take(ticket.number, change, hearing.origin, known=ticket)
            return True
        if not (is_noise(hearing.text) or is_thanks(hearing.text)):
            step = self.supplement(hearing, hearing.text)
            if is_heard and step.telling is Telling.ASKS:
                step = supplement(hearing.by, hearing.text)
            await self._desk.take(ticket.number, step, hearing.origin, known=ticket)
        return True


def _fails_again(text: str) -> bool:
    return says_still(text) and (looks_like_trouble(text) or not_yet(text))


def goes_on_about(text: str, known: str) -> bool:
    """Say whether words right after a report tell more of it: not a question, an announcement, or another trouble."""
    if announces(text) or looks_like_question(text) or not tells(text):
        return False
    return not looks_like_trouble(text) or says_still(text) or share(text, known)
