"""The desk: loads a ticket, lets the rules decide, saves events and messages in one commit, and hands them to the outbox.

It is the only place that changes tickets. When somebody else was faster, it decides again on what they saved, so the loser of a
race hears what the rules say to the loser.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from msgspec.structs import replace

from bot.drafts import Draft, Drafts
from bot.failing import Failures
from bot.journal import Journal
from bot.metrics import Meters
from bot.origin import Origin
from bot.outbox import Outbox
from bot.repeats import Repeats
from bot.store.contract import AlreadySeen, Change, Conflict, Kept, Link, Saved, Store, StoreFault
from bot.storm_watch import StormWatch
from bot.tickets import planned
from bot.tickets import steps as s
from bot.tickets.alerts import joined
from bot.tickets.calling import LOW_SCORE, call_about, is_listed, why_called
from bot.tickets.endings import callback_due
from bot.tickets.errors import N_, TicketError
from bot.tickets.events import AnyEvent, CalledBack, Closed, Opened, Rated, Realigned, Recovered, SurveyAsked
from bot.tickets.evolve import born, evolve
from bot.tickets.lifecycle import decide, next_deadline, opening
from bot.tickets.majors import review_of
from bot.tickets.messages import Message
from bot.tickets.model import Closing, Kind, Party, Status, Ticket
from bot.tickets.planned_events import Announced, Inspected
from bot.tickets.planned_steps import Drop, Hasten
from bot.tickets.records import Record, Source, sealed
from bot.tickets.replies import replies
from bot.tickets.rules import Role, Rules
from bot.tickets.storms import Alert, listed

_ATTEMPTS = (
    50  # races for one ticket are lost to somebody else's progress, so this many in a row mean a fault
)
_AT_ONCE = 200  # due tickets taken in one go


@dataclass(frozen=True, slots=True)
class Notice:
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
        first_ticket: int,
        meters: Meters,
        journal: Journal,
        failures: Failures,
    ) -> None:
        self._store = store
        self._rules = rules
        self._drafts = drafts
        self._outbox = outbox
        self._first_ticket = first_ticket
        self._meters = meters
        self._journal = journal
        self._failures = failures
        self._repeats = Repeats()
        self._storms = StormWatch(store, rules)
        self._log = structlog.get_logger("desk")
        self.on_deadline: Callable[[datetime], None] = lambda _: (
            None
        )  # called when a commit brings a deadline
        self.after_step: Callable[[Ticket, Ticket, datetime], Awaitable[None]] = _nothing

    async def open(self, step: s.Open, origin: Origin) -> Ticket | None:
        """Open a ticket; None when the message was handled before. The number of `step` is given here.

        Raises:
            TicketError: The rules refuse it.
        """
        step = replace(step, number=await self._store.next_number(self._first_ticket))
        event = opening(step, self._rules)
        ticket, saved = self._born(event, origin.now, origin.source)
        drafts = self._drafts_of(None, ticket, [event], origin.now, origin)
        if not await self._commit([saved], drafts, origin):
            return None
        self._meters.opened()
        return ticket

    async def plan(self, step: s.Open, now: datetime, seen: str) -> Ticket | None:
        """Open a ticket that no message asks for; None when the occurrence with this key was planned before."""
        step = replace(step, number=await self._store.next_number(self._first_ticket))
        event = opening(step, self._rules)
        ticket, saved = self._born(event, now, None)
        drafts = self._drafts_of(None, ticket, [event], now, None)
        return ticket if await self._commit([saved], drafts, None, at=now, seen=seen) else None

    async def unplan(self, ticket: Ticket, now: datetime) -> None:
        """Drop a ticket that nobody was told of yet."""
        after, saved = self._saved(ticket, decide(ticket, Drop(), now, self._rules), now, None)
        try:
            await self._commit([saved], [], None, at=now)
        except Conflict:
            self._log.info("somebody else dropped it", action="unplan_conflict", ticket=after.number)

    async def numbers(self, count: int) -> tuple[int, ...]:
        """Return numbers for tickets that a step will bring about."""
        return tuple([await self._store.next_number(self._first_ticket) for _ in range(count)])

    def has_handled(self, origin: Origin) -> bool:
        """Say whether this process has handled a message lately; True is certain, False is not."""
        return origin.seen in self._repeats

    async def is_handled(self, origin: Origin) -> bool:
        """Say whether a message was handled."""
        return self.has_handled(origin) or await self._store.is_seen(origin.seen)

    async def take(self, number: int, step: s.Step, origin: Origin) -> Ticket | None:
        """Let a step happen to a ticket and return it afterwards; None when the message was handled before.

        Raises:
            UnknownTicket: There is no such ticket.
            TicketError: The rules refuse the step.
        """
        for _ in range(_ATTEMPTS):
            if await self.is_handled(origin):
                return None
            before = await self._store.ticket(number)
            if before is None:
                raise UnknownTicket(number)
            events = decide(before, step, origin.now, self._rules)
            ticket, saved = self._saved(before, events, origin.now, origin.source)
            drafts = self._drafts_of(before, ticket, events, origin.now, origin)
            follow_ups = [
                self._born(event, origin.now, origin.source)[1]
                for event in await self._follow_ups(ticket, events)
            ]
            follow_ups += await self._beside(ticket, events, origin.now)
            try:
                is_new = await self._commit([saved, *follow_ups], drafts, origin)
            except Conflict:
                self._meters.lost_a_race()
                continue
            if not is_new:
                return None
            self._meters.stepped(step)
            await self.after_step(before, ticket, origin.now)
            return ticket
        raise RuntimeError(f"ticket {number} was changed by others {_ATTEMPTS} times in a row")

    async def answer(self, messages: Sequence[Message], origin: Origin, links: tuple[Link, ...] = ()) -> bool:
        """Say something that changes no ticket, once per message however often it is delivered; False when it was before."""
        drafts = [self._drafts.answer(message, origin, index) for index, message in enumerate(messages)]
        is_new = await self._commit([], drafts, origin, links)
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
        return await self._commit([], drafts, None, at=now, seen=key)

    async def note(
        self, kept: tuple[Kept, ...], drafts: list[Draft], now: datetime, seen: str | None
    ) -> bool:
        """Save something small together with what is said about it; False when what caused it was handled before."""
        return await self._commit([], drafts, None, at=now, kept=kept, seen=seen)

    def call_instead(self, people: Mapping[str, tuple[Party, ...]]) -> None:
        """From now on call these people instead of those whom a rota plans, by rota."""
        if people != self._rules.called_instead:
            self._rules = dataclasses.replace(self._rules, called_instead=people)

    async def tick(self, now: datetime) -> None:
        """Let time pass: take every ticket that is due at `now`, and say what follows, one list per room."""
        taken: set[int] = set()
        while (first := await self._store.next_due_at()) is not None and first <= now:
            due = [t for t in await self._store.claim_due(now, limit=_AT_ONCE) if t.number not in taken]
            if not due:
                break  # what is left was tried already, or belongs to another process
            taken.update(ticket.number for ticket in due)
            self._meters.late(first, now)
            await self._take_due(due, now)
        await self._tell_gathered(now)

    async def _take_due(self, due: list[Ticket], now: datetime) -> None:
        """Take tickets together, or one by one where that fails: one ticket must not stop the others."""
        try:
            await self._let_time_pass(due, now)
        except StoreFault:
            raise
        except Exception:  # noqa: BLE001 - the tickets are taken again one by one, and the one at fault is named there
            self._log.info(
                "due tickets are taken one by one", action="tick_retry", count=len(due), exc_info=True
            )
            for ticket in due:
                await self._alone(ticket.number, now)

    async def _alone(self, number: int, now: datetime) -> None:
        try:
            ticket = await self._store.ticket(number)
            due_at = await self._store.due_at(number)
            if ticket is not None and due_at is not None and due_at <= now:
                await self._let_time_pass([ticket], now)
        except Conflict:
            self._log.info("due ticket changed meanwhile", action="tick_conflict", ticket=number)
        except StoreFault:
            raise
        except Exception as fault:  # noqa: BLE001 - it stays due: the next tick tries again, and the dashboard says why
            self._log.exception("deadline failed", action="tick_failed", ticket=number)
            await self._failures.deadline(number, now, fault)
        else:
            await self._failures.is_kept(number)

    async def _let_time_pass(self, due: list[Ticket], now: datetime) -> None:
        saved: list[Saved] = []
        drafts: list[Draft] = []
        alerts: dict[str, list[Alert]] = {}
        lists: dict[str, list[Alert]] = {}  # what one person reads alone, by the person
        decided: dict[int, tuple[Ticket, list[AnyEvent]]] = {}  # by number, for notices that are gathered
        asked: dict[str, datetime] = {}  # who is asked for a rating in this very batch
        for before in due:
            surveyed_at = asked.get(before.account) or await self._store.surveyed_at(before.account)
            events = decide(before, s.DeadlineReached(surveyed_at=surveyed_at), now, self._rules)
            if any(isinstance(event, SurveyAsked) for event in events):
                asked[before.account] = now
            ticket, save = self._saved(before, events, now, None)
            saved.append(save)
            decided[ticket.number] = before, events
            following = await self._follow_ups(ticket, events)
            saved.extend(self._born(event, now, None)[1] for event in following)
            voices = self._drafts.voices(ticket, now, None)
            said = replies(before, ticket, events, voices, self._rules)
            for message in said:
                if message.is_alert and isinstance(message.to, Party):
                    lists.setdefault(message.to.id, []).append(Alert(ticket, message))
                elif message.is_alert:
                    room = self._rules.rooms.get(ticket.room)
                    alerts.setdefault(room.duty if room else "", []).append(Alert(ticket, message))
            drafts.extend(self._drafts.of_ticket([m for m in said if not m.is_alert], ticket, now, None))
            card = self._drafts.card(before, ticket, now)
            drafts.extend([card] if card else [])
        kept: list[Kept] = []
        for room_id, group in alerts.items():
            judged = await self._storms.judge(room_id, group, now)
            kept.extend(judged.kept)
            for number, gathered in judged.verdict.gathered.items():
                before, events = decided[number]
                _, save = self._saved(before, [*events, gathered], now, None)
                saved = [save if each.ticket.number == number else each for each in saved]
            if judged.verdict.said:
                drafts.extend(self._joined(group[0].ticket, judged.verdict.said, now))
        for group in lists.values():
            drafts.extend(self._joined(group[0].ticket, [each.message for each in group], now))
        await self._commit(saved, drafts, None, at=now, kept=tuple(kept))

    def _joined(self, first: Ticket, said: Sequence[Message], now: datetime) -> list[Draft]:
        """Return the notices of one moment for one room as one message."""
        message = joined(said, self._drafts.voices(first, now, None).duty)
        return [
            Draft(replace(draft.queued, key=f"{draft.queued.key}.due"), draft.ask)
            for draft in self._drafts.of_ticket([message], first, now, None)
        ]

    def next_list_at(self, now: datetime) -> datetime | None:
        """Return when gathered notices are said next, or None."""
        return self._storms.next_at(now)

    async def _tell_gathered(self, now: datetime) -> None:
        """Say what was gathered while a duty room was told enough, once there is room again."""
        await self._storms.load()
        for room_id, load in self._storms.ready(now).items():
            tickets = [await self._store.ticket(number) for number in load.gathered]
            known = [each for each in tickets if each is not None]
            drafts: list[Draft] = []
            if known:
                speaker = self._drafts.voices(known[0], now, None).duty
                message = listed(load, known, speaker, self._rules)
                key = f"{room_id}.{known[0].number}.{known[0].version}.{len(known)}.list"
                drafts = [
                    Draft(replace(draft.queued, key=key, ticket=None))
                    for draft in self._drafts.of_ticket([message] if message else [], known[0], now, None)
                ]
            await self._commit(
                [],
                drafts,
                None,
                at=now,
                kept=(self._storms.told(room_id, now),),
                seen=f"storm.{room_id}.{load.gathered[0]}.{load.arrival}",
            )

    async def realign(self, number: int, now: datetime) -> Realigned | None:
        """Save when to look at a ticket again where that is not when its clocks say; None where it is, or was changed."""
        before = await self._store.ticket(number)
        saved_at = await self._store.due_at(
            number
        )  # read after the ticket: a commit in between is a conflict
        if before is None:
            return None
        events = decide(before, s.Realign(saved_at), now, self._rules)
        if not events:
            return None
        _, saved = self._saved(before, events, now, None)
        try:
            await self._commit([saved], [], None, at=now)
        except Conflict:
            return None
        return next(event for event in events if isinstance(event, Realigned))

    def _saved(
        self, before: Ticket, events: Sequence[AnyEvent], now: datetime, source: Source | None
    ) -> tuple[Ticket, Saved]:
        ticket, records = before, []
        for event in events:
            after = evolve(ticket, event, now)
            record = Record(number=after.number, seq=after.version, at=now, event=event, source=source)
            record = sealed(record, ticket.head)
            ticket = replace(after, head=record.hash)
            records.append(record)
        return ticket, Saved(
            ticket=ticket,
            expected_version=before.version,
            records=tuple(records),
            next_due_at=next_deadline(ticket, self._rules, now),
        )

    def _born(self, event: Opened, now: datetime, source: Source | None) -> tuple[Ticket, Saved]:
        record = sealed(Record(number=event.number, seq=1, at=now, event=event, source=source), "")
        ticket = replace(born(event, now), head=record.hash)
        due = next_deadline(ticket, self._rules, now)
        return ticket, Saved(ticket=ticket, expected_version=0, records=(record,), next_due_at=due)

    async def _follow_ups(self, ticket: Ticket, events: Sequence[AnyEvent]) -> list[Opened]:
        """Return the tickets that events bring about."""
        steps: list[s.Open] = []
        for event in events:
            match event:
                case Rated(is_low=True):
                    if await self._call_owed(ticket) is None:
                        steps.append(await self._numbered(self._callback(ticket)))
                case Closed(closing=Closing.CONFIRMED | Closing.SILENCE):
                    reason = why_called(ticket, self._rules)
                    if reason and ticket.solved_at is not None and await self._call_owed(ticket) is None:
                        owed = call_about(ticket, reason, ticket.closed_at or ticket.solved_at, self._rules)
                        steps.append(await self._numbered(owed))
                case Announced() if ticket.status is Status.OPEN and ticket.plan:
                    following = planned.following(ticket, self._rules)
                    steps.extend([await self._numbered(following)] if following else [])
                case Recovered(by=by, review=int()):
                    steps.append(review_of(ticket, event, by))
                case Inspected(by=by, findings=findings):
                    steps.extend(planned.hazard_of(ticket, by, each.number, each.text) for each in findings)
                case _:
                    continue
        return [opening(step, self._rules) for step in steps]

    async def _numbered(self, step: s.Open) -> s.Open:
        return replace(step, number=await self._store.next_number(self._first_ticket))

    async def _call_owed(self, ticket: Ticket) -> Ticket | None:
        """Return the call about a ticket that is owed already, or None."""
        if not is_listed(ticket, self._rules):
            return None
        about = await self._store.about(ticket.number)
        return next(
            (each for each in about if each.kind is Kind.CALLBACK and each.status is Status.OPEN), None
        )

    async def _beside(self, ticket: Ticket, events: Sequence[AnyEvent], now: datetime) -> list[Saved]:
        """Return what a step does to another ticket: a low score makes a call sooner, a call is one about its ticket."""
        for event in events:
            match event:
                case Rated(is_low=True):
                    other = await self._call_owed(ticket)
                    step: s.Step = Hasten(LOW_SCORE, callback_due(now, self._rules))
                case CalledBack(by=by, result=result) if ticket.subject is not None:
                    other = await self._store.ticket(ticket.subject)
                    step = s.Report(by, result)
                case _:
                    continue
            try:
                changed = decide(other, step, now, self._rules) if other is not None else []
            except TicketError:  # nothing of the kind is owed on it
                continue
            if other is not None and changed:
                return [self._saved(other, changed, now, None)[1]]
        return []

    def _callback(self, ticket: Ticket) -> s.Open:
        """A low score owes the customer a manager's call."""
        managers = self._rules.with_role(Role.MANAGER)
        return s.Open(
            number=0,
            kind=Kind.CALLBACK,
            room=ticket.room,
            customer=ticket.customer,
            requester=ticket.requester,
            account=ticket.account,
            address=ticket.address,
            text=ticket.text,
            subject=ticket.number,
            owner=managers[0] if managers else None,
        )

    def _drafts_of(
        self,
        before: Ticket | None,
        ticket: Ticket,
        events: Sequence[AnyEvent],
        now: datetime,
        origin: Origin | None,
    ) -> list[Draft]:
        voices = self._drafts.voices(ticket, now, origin)
        said = replies(before, ticket, events, voices, self._rules)
        card = self._drafts.card(before, ticket, now) if before else None
        return [*self._drafts.of_ticket(said, ticket, now, origin), *([card] if card else [])]

    async def _commit(
        self,
        saved: list[Saved],
        drafts: list[Draft],
        origin: Origin | None,
        links: tuple[Link, ...] = (),
        at: datetime | None = None,
        kept: tuple[Kept, ...] = (),
        seen: str | None = None,
    ) -> bool:
        """Save what follows from a message or from time, and send it; False when the message was handled before."""
        belongs = tuple(origin.link(save.ticket.number) for save in saved[:1]) if origin else ()
        now = origin.now if origin else at
        if now is None:
            raise ValueError("a commit happens at some time")
        change = Change(
            at=now,
            seen=origin.seen if origin else seen,
            kept=kept,
            tickets=tuple(saved),
            outgoing=tuple(draft.queued for draft in drafts),
            asks=tuple(draft.ask for draft in drafts if draft.ask),
            closed_asks=origin.closed_asks if origin else (),
            links=(*belongs, *links),
        )
        began = self._meters.monotonic()
        try:
            await self._store.commit(change)
        except AlreadySeen:
            self._meters.repeated()
            self._log.debug("handled before", action="duplicate", key=change.seen)
            self._noted(change)
            return False
        self._meters.committed(began)
        if self._journal.is_on:
            self._journal.saved(change)
        self._noted(change)
        self._outbox.deliver(change.outgoing)
        for save in saved:
            if save.next_due_at is not None:
                self.on_deadline(save.next_due_at)
        return True

    def _noted(self, change: Change) -> None:
        if change.seen is not None:
            self._repeats.note(change.seen)


async def _nothing(before: Ticket, after: Ticket, now: datetime) -> None:
    """Stands for whoever wants to hear of every step that people took."""
