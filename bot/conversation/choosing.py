"""What the number of a choice asks for: an entry of a menu, a ticket that was offered, whether it works, which of several commands."""

from __future__ import annotations

from bot.asks import (
    Agree,
    Answered,
    Ask,
    Check,
    Choices,
    Gap,
    Gaps,
    Joining,
    Menu,
    Offer,
    Remote,
    Suggestion,
    Times,
)
from bot.conversation.answering import Answering
from bot.conversation.checking import Checking
from bot.conversation.meanings import DECLINED
from bot.conversation.opening import Opening
from bot.conversation.visiting import Visiting
from bot.desk import Desk
from bot.hearing import Hearing, closing, part_of, restated
from bot.knowledge.live import Knowledge
from bot.learning.noting import Noting
from bot.learning.weekly import Weekly
from bot.meaning.complaints import grievance
from bot.meaning.short_answers import names_first_entry
from bot.store.contract import ClosedAsk
from bot.talk import Talk
from bot.tickets import site_steps as ss
from bot.tickets import steps as s
from bot.vocabulary import Word


class Choosing:
    """Does what somebody has chosen."""

    def __init__(
        self,
        *,
        desk: Desk,
        answering: Answering,
        opening: Opening,
        knowledge: Knowledge,
        noting: Noting,
        weekly: Weekly,
        visits: Visiting,
        talk: Talk,
        checking: Checking,
    ) -> None:
        self._desk = desk
        self._answering = answering
        self._opening = opening
        self._knowledge = knowledge
        self._noting = noting
        self._weekly = weekly
        self._visits = visits
        self._talk = talk
        self._checking = checking

    async def chosen(self, hearing: Hearing, ask: Ask, number: int, more: str) -> Hearing | None:
        """Do what a choice asks for, with what else was said; return the command that was accepted, as if it had been said."""
        about = ask.about
        closed = closing(hearing, ClosedAsk(ask.id, str(number)))
        if isinstance(about, Menu):
            if ask.person != hearing.origin.account:
                closed = hearing  # whoever quotes it takes it from nobody
            if number == 0:
                await self._opening.offered(
                    closed, about.question, self._talk.told_since(hearing, ask.asked_at, about.question, more)
                )
                await self._answering.missed(hearing, about.question)
            elif number <= len(about.entries):
                await self._pick(closed, about.entries, number, about.question)
        elif isinstance(about, Offer):
            if number == 1:
                more = self._talk.told_since(hearing, ask.asked_at, about.question, more)
                await self._opening.offered(
                    closed, about.question, more, outside=about.outside, asked=ask.person
                )
            elif number == DECLINED:
                await self._desk.answer([], closed.origin)
        elif isinstance(about, Answered):
            is_pick = about.entries[:1] not in ((), (about.entry,)) and names_first_entry(hearing.text)
            if number <= 1 and not is_pick:  # what the answer offers comes before the menu it was picked from
                await self._not_helped(closed, about, more)
            elif number <= len(about.entries):
                await self._noting.unpicked(about.entry, about.question, hearing.now)
                await self._pick(closed, about.entries, number, about.question)
        elif isinstance(about, Agree):
            if number in (1, 2):
                consent = s.Consent(hearing.by, hearing.origin.message, is_given=number == 1)
                await self._desk.take(about.ticket, consent, closed.origin)
        elif isinstance(about, Remote):
            if number in (1, 2):
                answer = ss.AnswerRemote(hearing.by, hearing.origin.message, number == 1, more)
                await self._desk.take(about.ticket, answer, closed.origin)
        elif isinstance(about, Times):
            await self._visits.chosen(hearing, about, number, more, closed)
        elif isinstance(about, Check):
            if grievance(more) is None:
                await self._checking.chosen(closed, about.ticket, number, more)
            else:  # the manager alone reads that
                await self._checking.chosen(part_of(closed, 1), about.ticket, number, "")
                return restated(hearing, f"/{Word.COMPLAIN} {more}")
        elif isinstance(about, Gaps):
            await self._weekly.chosen(hearing, about, number)  # the others of the list still wait
        elif isinstance(about, Gap):
            if number == 0:
                await self._weekly.dropped(closed, about)
        elif isinstance(about, Joining):
            if number == 0:
                await self._opening.apart(closed, about.question, about.ticket)
        elif isinstance(about, Suggestion) and number == 1:
            return restated(closed, about.command)
        elif isinstance(about, Choices) and 1 <= number <= len(about.commands):
            return restated(hearing, about.commands[number - 1])
        return None

    async def _not_helped(self, hearing: Hearing, about: Answered, more: str = "") -> None:
        """Open the ticket that an answer offered, because it did not help."""
        await self._opening.offered(hearing, about.question, more, tried=about.entry)
        if not hearing.role.is_staff:
            await self._noting.failed(
                about.entry, about.question, is_picked=bool(about.entries), now=hearing.now
            )

    async def _pick(self, hearing: Hearing, entries: tuple[str, ...], number: int, question: str) -> None:
        entry = self._knowledge.entry(entries[number - 1], hearing.now)
        if entry is None:
            await self._answering.gone(hearing, question)
            return
        await self._answering.give(hearing, entry, question, entries)
        if not hearing.role.is_staff:
            await self._noting.picked(entry.id, question, hearing.now)
