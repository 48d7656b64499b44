"""The desk: loads a ticket, lets the rules decide, saves events and messages in one commit, and hands them to the outbox.

It is the only place that changes tickets. When somebody else was faster, it decides again on what they saved, so the loser of a
race hears what the rules say to the loser.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

import msgspec
import structlog
from msgspec.structs import replace

from bot.attaching import Attaching
from bot.deadlines import Deadlines
from bot.drafts import Draft, Drafts
from bot.filing import Filing
from bot.follow_ups import FollowUps
from bot.merging import Echoes, Merging
from bot.origin import Origin
from bot.outbox import Outbox
from bot.store.contract import Kept, Link, Store
from bot.store.faults import Conflict
from bot.telemetry.failing import Failures
from bot.telemetry.journal import Journal
from bot.telemetry.metrics import Meters
from bot.tickets import steps as s
from bot.tickets.errors import N_, TicketError
from bot.tickets.events import AnyEvent, Realigned
from bot.tickets.joint_words import hinted
from bot.tickets.lifecycle import decide, opening
from bot.tickets.messages import Message
from bot.tickets.model import Party, Ticket
from bot.tickets.planned_steps import Drop
from bot.tickets.replies import replies
from bot.tickets.rules import Rules
from bot.tickets.site import shown

_ATTEMPTS = (
    50  # races for one ticket are lost to somebody else's progress, so this many in a row mean a fault
)


class Notice(msgspec.Struct, frozen=True):
    """Something to say at an address that no message asked for. `asked` is the account that may answer its question."""

    message: Message
    address: str
    fallback: str | None = None
    asked: str = ""


class UnknownTicket(TicketError):
    """There is no ticket of that number, or none the asker may know of."""

    def __init__(self, number: int) -> None:
        super().__init__(N_("没有查到 {number}。"), number=number)


class Desk:
    """One desk per process; its store may be shared with others."""

    def __init__(
        self,
        *,
        store: Store,
        rules: Rules,
        drafts: Drafts,
        outbox: Outbox,
        attaching: Attaching,
        first_ticket: int,
        meters: Meters,
        journal: Journal,
        failures: Failures,
    ) -> None:
        self._filing = Filing(
            store=store, rules=rules, outbox=outbox, attaching=attaching, meters=meters, journal=journal
        )
        self._follow_ups = FollowUps(store, self._filing, first_ticket)
        self._deadlines = Deadlines(
            store=store,
            filing=self._filing,
            follow_ups=self._follow_ups,
            drafts=drafts,
            meters=meters,
            failures=failures,
        )
        self._merging = Merging(store, self._filing, drafts)
        self._store = store
        self._drafts = drafts
        self._first_ticket = first_ticket
        self._meters = meters
        self._log = structlog.get_logger("desk")
        self.after_step: Callable[[Ticket, Ticket, datetime], Awaitable[None]] = _nothing

    async def open(
        self, step: s.Open, origin: Origin, *, alike: Sequence[Ticket] = (), leaving: int | None = None
    ) -> Ticket | None:
        """Open a ticket; None when the message was handled before. The number of `step` is given here.

        `alike` are tickets about what may be the same trouble; `leaving` is the one that its reporter is no part of after all.

        Raises:
            TicketError: The rules refuse it.
        """
        if self.has_handled(origin):
            return None  # a redelivery that this process knows of takes no number
        for _ in range(_ATTEMPTS):
            step = replace(step, number=await self._store.next_number(self._first_ticket))
            event = opening(step, self._filing.rules)
            ticket, saved = self._filing.born(event, origin.now, origin.source)
            drafts = self._drafts_of(None, ticket, [event], origin.now, origin, alike)
            left = await self._merging.left(leaving, origin) if leaving is not None else Echoes([], [])
            try:
                is_new = await self._filing.commit([saved, *left.saved], [*drafts, *left.drafts], origin)
            except Conflict:  # the other ticket was changed; or a server that gives numbers was put back
                self._meters.lost_a_race()
                continue
            if is_new:
                self._meters.opened()
            return ticket if is_new else None
        raise RuntimeError(f"a ticket could not be opened, {_ATTEMPTS} times in a row")

    async def plan(self, step: s.Open, now: datetime, seen: str) -> Ticket | None:
        """Open a ticket that no message asks for; None when the occurrence with this key was planned before."""
        step = replace(step, number=await self._store.next_number(self._first_ticket))
        event = opening(step, self._filing.rules)
        ticket, saved = self._filing.born(event, now, None)
        drafts = self._drafts_of(None, ticket, [event], now, None)
        return ticket if await self._filing.commit([saved], drafts, None, at=now, seen=seen) else None

    async def unplan(self, ticket: Ticket, now: datetime) -> None:
        """Drop a ticket that nobody was told of yet."""
        after, saved = self._filing.saved(ticket, decide(ticket, Drop(), now, self._filing.rules), now, None)
        try:
            await self._filing.commit([saved], [], None, at=now)
        except Conflict:
            self._log.info("somebody else dropped it", action="unplan_conflict", ticket=after.number)

    async def numbers(self, count: int) -> tuple[int, ...]:
        """Return numbers for tickets that a step will bring about."""
        return tuple([await self._store.next_number(self._first_ticket) for _ in range(count)])

    def has_handled(self, origin: Origin) -> bool:
        """Say whether this process has handled a message lately; True is certain, False is not."""
        return self._filing.has_handled(origin)

    async def is_handled(self, origin: Origin) -> bool:
        """Say whether a message was handled."""
        return self.has_handled(origin) or await self._store.is_seen(origin.seen)

    async def take(
        self, number: int, step: s.Step, origin: Origin, *, known: Ticket | None = None
    ) -> Ticket | None:
        """Let a step happen to a ticket and return it afterwards; None when the message was handled before.

        `known` is the ticket as it was read a moment ago. Whether another process handled the message, or this one long ago, is
        left to the commit: a refusal, too, is said in one that the store refuses then.

        Raises:
            UnknownTicket: There is no such ticket.
            TicketError: The rules refuse the step.
        """
        step = _with_what_came(step, origin.brings)
        for _ in range(_ATTEMPTS):
            if self.has_handled(origin):
                return None
            before, known = known or await self._store.ticket(number), None
            if before is None:
                raise UnknownTicket(number)
            events = decide(before, step, origin.now, self._filing.rules)
            events += shown(step, origin.by, origin.brings, self._filing.rules)
            ticket, saved = self._filing.saved(before, events, origin.now, origin.source)
            drafts = self._drafts_of(before, ticket, events, origin.now, origin)
            follow_ups = [
                self._filing.born(event, origin.now, origin.source)[1]
                for event in await self._follow_ups.tickets(ticket, events, origin.now)
            ]
            follow_ups += await self._follow_ups.beside(ticket, events, origin.now)
            if ticket.reporters:
                echoes = await self._merging.echoes(ticket, events, origin.now)
                follow_ups, drafts = [*follow_ups, *echoes.saved], [*drafts, *echoes.drafts]
            try:
                is_new = await self._filing.commit([saved, *follow_ups], drafts, origin)
            except Conflict:
                self._meters.lost_a_race()
                continue
            if not is_new:
                return None
            self._meters.stepped(step)
            await self.after_step(before, ticket, origin.now)
            return ticket
        raise RuntimeError(f"ticket {number} was changed by others {_ATTEMPTS} times in a row")

    async def merge(self, into: int, numbers: Sequence[int], origin: Origin) -> None:
        """Work on tickets together from now on, in one commit.

        Raises:
            TicketError: There is none of a number, or the rules refuse it.
        """
        await self._together(lambda: self._merging.merged(into, numbers, origin), origin)

    async def split(self, number: int, origin: Origin) -> None:
        """Let a merged ticket go its own way again.

        Raises:
            TicketError: There is none of that number, or the rules refuse it.
        """
        await self._together(lambda: self._merging.split(number, origin), origin)

    async def _together(self, decided: Callable[[], Awaitable[Echoes]], origin: Origin) -> None:
        for _ in range(_ATTEMPTS):
            if await self.is_handled(origin):
                return
            found = await decided()
            try:
                await self._filing.commit(found.saved, found.drafts, origin)
            except Conflict:
                self._meters.lost_a_race()
                continue
            return
        raise RuntimeError(f"tickets were changed by others {_ATTEMPTS} times in a row")

    async def answer(self, messages: Sequence[Message], origin: Origin, links: tuple[Link, ...] = ()) -> bool:
        """Say something that changes no ticket, once per message however often it is delivered; False when it was before."""
        drafts = [self._drafts.answer(message, origin, index) for index, message in enumerate(messages)]
        is_new = await self._filing.commit([], drafts, origin, links)
        if is_new and messages:
            self._meters.said(messages[0].about)
        return is_new

    async def tell(self, notices: Sequence[Notice], key: str, now: datetime) -> bool:
        """Say something that no message of a person asked for, once for a key; False when it was said before."""
        drafts = [
            self._drafts.notice(
                each.message, each.address, f"{key}.{index}", now, fallback=each.fallback, asked=each.asked
            )
            for index, each in enumerate(notices)
        ]
        return await self._filing.commit([], drafts, None, at=now, seen=key)

    async def note(
        self, kept: tuple[Kept, ...], drafts: list[Draft], now: datetime, seen: str | None
    ) -> bool:
        """Save something small together with what is said about it; False when what caused it was handled before."""
        return await self._filing.commit([], drafts, None, at=now, kept=kept, seen=seen)

    def call_instead(self, people: Mapping[str, tuple[Party, ...]]) -> None:
        """From now on call these people instead of those whom a rota plans, by rota."""
        if people != self._filing.rules.called_instead:
            self._filing.rules = replace(self._filing.rules, called_instead=people)

    def forget_ahead(self) -> None:
        """Work out anew what was worked out ahead: the rules have changed in place."""
        self._filing.rules = replace(self._filing.rules)

    async def tick(self, now: datetime) -> None:
        """Let time pass: take every ticket that is due at `now`, and say what follows, one list per room."""
        await self._deadlines.tick(now)

    async def look_ahead(self, now: datetime, goes_on: Callable[[], bool]) -> None:
        """Work out what the deadlines of the next seconds come to, as long as nothing else is to be done."""
        await self._deadlines.look_ahead(now, goes_on)

    def next_list_at(self, now: datetime) -> datetime | None:
        """Return when gathered notices are said next, or None."""
        return self._deadlines.next_list_at(now)

    def tell_deadlines(self, hear: Callable[[datetime], None]) -> None:
        """Call somebody whenever a commit brings a deadline."""
        self._filing.on_deadline = hear

    async def realign(self, number: int, now: datetime) -> Realigned | None:
        """Save when to look at a ticket again where that is not when its clocks say; None where it is, or was changed."""
        before = await self._store.ticket(number)
        saved_at = await self._store.due_at(
            number
        )  # read after the ticket: a commit in between is a conflict
        if before is None:
            return None
        events = decide(before, s.Realign(saved_at), now, self._filing.rules)
        if not events:
            return None
        _, saved = self._filing.saved(before, events, now, None)
        try:
            await self._filing.commit([saved], [], None, at=now)
        except Conflict:
            return None
        return next(event for event in events if isinstance(event, Realigned))

    def _drafts_of(
        self,
        before: Ticket | None,
        ticket: Ticket,
        events: Sequence[AnyEvent],
        now: datetime,
        origin: Origin | None,
        alike: Sequence[Ticket] = (),
    ) -> list[Draft]:
        voices = self._drafts.voices(ticket, now, origin)
        said = replies(before, ticket, events, voices, self._filing.rules)
        if alike:
            said = hinted(said, ticket, alike, voices.duty, self._filing.rules)
        card = self._drafts.card(before, ticket, now) if before else None
        return [*self._drafts.of_ticket(said, ticket, now, origin), *([card] if card else [])]


def _with_what_came(step: s.Step, brings: str) -> s.Step:
    """Return a step whose words tell of the pictures and files beside them."""
    if not brings or not isinstance(step, s.Supplement | s.Say | s.Reopen | s.Note):
        return step
    return replace(step, text=f"{step.text} {brings}".strip())


async def _nothing(before: Ticket, after: Ticket, now: datetime) -> None:
    """Stands for whoever wants to hear of every step that people took."""
