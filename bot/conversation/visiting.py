"""Visits by appointment in chat: what staff offer, what the customer chooses, and when an engineer is elsewhere."""

from __future__ import annotations

from datetime import datetime

from bot.asks import Times
from bot.commands import Command
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.meaning.moments import EXAMPLES, moment_at_start, moment_near
from bot.rooms.directory import Directory
from bot.store.contract import Store
from bot.tickets import events as e
from bot.tickets import visit_events as ve
from bot.tickets import visit_steps as vs
from bot.tickets.errors import Phrase, TicketError
from bot.tickets.kinds import Telling
from bot.tickets.messages import Message, Place
from bot.tickets.model import Party, Ticket
from bot.tickets.rules import Rules
from bot.tickets.visits import who_comes

_BETWEEN = " ,，、;；/或"


class Visiting:
    """Knows the appointments of everybody, and asks for new ones."""

    def __init__(
        self, *, desk: Desk, store: Store, drafts: Drafts, directory: Directory, rules: Rules
    ) -> None:
        self._desk = desk
        self._store = store
        self._drafts = drafts
        self._directory = directory
        self._rules = rules

    async def offer(self, hearing: Hearing, command: Command, ticket: Ticket, words: str) -> None:
        """Ask the customer of a ticket when somebody may come: `明天10点`, `今天16:30 明天08:00 @小周`, or the next free times."""
        times, rest = self._times(words, hearing.now)
        called = self._directory.called_at_start(rest, hearing.mentions) if rest else None
        if called is not None:
            more, rest = self._times(called[1], hearing.now)
            times = (*times, *more)
        elif rest:
            raise TicketError(
                "请写上时间，例：{example}（{others} 都可以）",
                example=Phrase(command.spec.example),
                others=Phrase(EXAMPLES),
            )
        who = called[0] if called else None
        comes = who or who_comes(ticket) or hearing.by
        taken = await self.taken(comes, ticket.number)
        wished = await self._wished(ticket.number) if len(times) == 1 else None
        step = vs.OfferVisit(hearing.by, who, times, taken, wished)
        await self._desk.take(ticket.number, step, hearing.origin)

    async def _wished(self, number: int) -> vs.Wished | None:
        """Return the time that was wished for last, of which nothing has been agreed since."""
        for record in reversed(await self._store.records(number)):
            match record.event:
                case e.Supplemented(by=by, telling=Telling.WISHES, at=datetime() as at) if record.source:
                    return vs.Wished(by, at, record.source.message)
                case ve.VisitAgreed():
                    return None
        return None

    async def pick(self, number: int, hearing: Hearing, at: datetime, answered: Hearing) -> None:
        """Agree on a time that the customer chose; `answered` is the hearing that closes the question."""
        ticket = await self._store.ticket(number)
        visit = ticket.visit if ticket is not None else None
        taken = await self.taken(visit.who, number) if visit else ()
        step = vs.PickVisit(hearing.by, at, hearing.origin.message, taken)
        await self._desk.take(number, step, answered.origin)

    async def chosen(self, hearing: Hearing, about: Times, number: int, more: str, answered: Hearing) -> None:
        """Take a number of the question; the one after the last asks for a time in the customer's own words."""
        if 1 <= number <= len(about.times):
            await self.pick(about.ticket, hearing, about.times[number - 1], answered)
            return
        if number != len(about.times) + 1:
            return
        own = moment_near(more, about.times, hearing.now, self._rules.zone) if more else None
        if own is not None:
            await self.pick(about.ticket, hearing, own[0], answered)
            return
        await self.ask_again(hearing, about.ticket)

    async def ask_again(self, hearing: Hearing, number: int) -> None:
        """Ask for a time in the customer's own words."""
        speaker = self._drafts.speaker(hearing.origin.language, hearing.now)
        text = speaker.say("请直接写时间，例：{examples}", examples=Phrase(EXAMPLES))
        await self._desk.answer([Message(to=Place.ASKER, text=text, ticket=number)], hearing.origin)

    async def taken(self, who: Party, besides: int) -> tuple[datetime, ...]:
        """Return when somebody is at a customer's, by the appointments of other tickets."""
        found = await self._store.open_tickets()
        return tuple(
            each.appointment.at
            for each in found
            if each.appointment is not None and each.appointment.who == who and each.number != besides
        )

    def _times(self, words: str, now: datetime) -> tuple[tuple[datetime, ...], str]:
        """Return the instants that a text begins with, one after the other, and the rest."""
        times: list[datetime] = []
        rest = words.strip()
        while rest and (found := moment_at_start(rest, now, self._rules.zone)) is not None:
            times.append(found[0])
            rest = found[1].lstrip(_BETWEEN)
        return tuple(dict.fromkeys(times)), rest
