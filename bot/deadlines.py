"""Deadlines: what the passing of time does to tickets, and what of it is said, one list per room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from msgspec.structs import replace

from bot.drafts import Draft, Drafts
from bot.failing import Failures
from bot.filing import Filing
from bot.follow_ups import FollowUps
from bot.metrics import Meters
from bot.store.contract import Conflict, Kept, Saved, Store, StoreFault
from bot.storm_watch import StormWatch
from bot.tickets import steps as s
from bot.tickets.alerts import joined
from bot.tickets.events import AnyEvent, SurveyAsked
from bot.tickets.lifecycle import decide
from bot.tickets.messages import Message
from bot.tickets.model import Party, Ticket
from bot.tickets.replies import replies
from bot.tickets.storms import Alert, listed

_AT_ONCE = 200  # due tickets taken in one go


class Deadlines:
    """Takes tickets that are due. Failures are noted and stop no other ticket."""

    def __init__(
        self,
        *,
        store: Store,
        filing: Filing,
        follow_ups: FollowUps,
        drafts: Drafts,
        meters: Meters,
        failures: Failures,
    ) -> None:
        self._store = store
        self._filing = filing
        self._follow_ups = follow_ups
        self._drafts = drafts
        self._meters = meters
        self._failures = failures
        self._storms = StormWatch(store, filing.rules)
        self._log = structlog.get_logger("desk")

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
            events = decide(before, s.DeadlineReached(surveyed_at=surveyed_at), now, self._filing.rules)
            if any(isinstance(event, SurveyAsked) for event in events):
                asked[before.account] = now
            ticket, save = self._filing.saved(before, events, now, None)
            saved.append(save)
            decided[ticket.number] = before, events
            following = await self._follow_ups.tickets(ticket, events)
            saved.extend(self._filing.born(event, now, None)[1] for event in following)
            voices = self._drafts.voices(ticket, now, None)
            said = replies(before, ticket, events, voices, self._filing.rules)
            for message in said:
                if message.is_alert and isinstance(message.to, Party):
                    lists.setdefault(message.to.id, []).append(Alert(ticket, message))
                elif message.is_alert:
                    room = self._filing.rules.rooms.get(ticket.room)
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
                _, save = self._filing.saved(before, [*events, gathered], now, None)
                saved = [save if each.ticket.number == number else each for each in saved]
            if judged.verdict.said:
                drafts.extend(self._joined(group[0].ticket, judged.verdict.said, now))
        for group in lists.values():
            drafts.extend(self._joined(group[0].ticket, [each.message for each in group], now))
        await self._filing.commit(saved, drafts, None, at=now, kept=tuple(kept))

    def _joined(self, first: Ticket, said: Sequence[Message], now: datetime) -> list[Draft]:
        """Return the notices of one moment for one room as one message."""
        message = joined(said, self._drafts.voices(first, now, None).duty)
        return [
            Draft(replace(draft.queued, key=f"{draft.queued.key}.due"), draft.ask, draft.others)
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
                message = listed(load, known, speaker, self._filing.rules)
                key = f"{room_id}.{known[0].number}.{known[0].version}.{len(known)}.list"
                drafts = [
                    Draft(replace(draft.queued, key=key, ticket=None))
                    for draft in self._drafts.of_ticket([message] if message else [], known[0], now, None)
                ]
            await self._filing.commit(
                [],
                drafts,
                None,
                at=now,
                kept=(self._storms.told(room_id, now),),
                seen=f"storm.{room_id}.{load.gathered[0]}.{load.arrival}",
            )
