"""Due batches: what the passing of time comes to for tickets that are due together, and what of it is said in one list per room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from bot.delivery.storm_watch import StormWatch
from bot.drafts import Draft, Drafts
from bot.filing import Filing
from bot.follow_ups import FollowUps
from bot.foresight import Foresight, Passed, served_at
from bot.store.contract import Due, Kept, Saved, Store
from bot.tickets.alerts import joined
from bot.tickets.events import SurveyAsked
from bot.tickets.messages import Message
from bot.tickets.model import Party, Ticket
from bot.tickets.storms import Alert


class Batch(msgspec.Struct):
    """Tickets that were due, and everything that one commit saves of them."""

    due: Sequence[Due]
    saved: dict[int, Saved] = msgspec.field(default_factory=dict)  # by number
    drafts: list[Draft] = msgspec.field(default_factory=list)
    kept: dict[str, str] = msgspec.field(default_factory=dict)
    asked: dict[str, datetime] = msgspec.field(
        default_factory=dict
    )  # when accounts are asked for a rating by it


class _Alerts(msgspec.Struct):
    """Notices of one moment, before it is known what of them is said."""

    rooms: dict[str, list[Alert]] = msgspec.field(default_factory=dict)  # by the id of the duty room
    people: dict[str, list[Alert]] = msgspec.field(
        default_factory=dict
    )  # what one person reads alone, by the person
    passed: dict[int, Passed] = msgspec.field(default_factory=dict)  # by number


class DueBatches:
    """Decides about tickets that are due; what it gives is not saved yet."""

    def __init__(
        self,
        *,
        store: Store,
        filing: Filing,
        follow_ups: FollowUps,
        drafts: Drafts,
        storms: StormWatch,
        foresight: Foresight,
    ) -> None:
        self._store = store
        self._filing = filing
        self._follow_ups = follow_ups
        self._drafts = drafts
        self._storms = storms
        self._foresight = foresight

    async def decided(self, due: Sequence[Due], now: datetime, before: Batch | None = None) -> Batch:
        """Return what becomes of tickets at `now`, in their order; `before` is a batch that is still being saved."""
        batch, alerts = Batch(due), _Alerts()
        for each in due:
            surveyed_at = await self._surveyed_at(each.ticket, batch, before)
            passed = self._foresight.passed(each.ticket, served_at(each, now), surveyed_at)
            await self._take_in(passed, now, batch, alerts)
        await self._judge(batch, alerts, now, before.kept if before else {})
        for group in alerts.people.values():
            batch.drafts += self._joined(group[0].ticket, [each.message for each in group], now)
        return batch

    async def _surveyed_at(self, ticket: Ticket, batch: Batch, before: Batch | None) -> datetime | None:
        if ticket.survey is None:
            return None  # nothing of it will be asked
        for each in (batch, before):
            if each is not None and ticket.account in each.asked:
                return each.asked[ticket.account]
        return await self._store.surveyed_at(ticket.account)

    async def _take_in(self, passed: Passed, now: datetime, batch: Batch, alerts: _Alerts) -> None:
        rules, before, ticket = self._filing.rules, passed.before, passed.ticket
        if any(isinstance(event, SurveyAsked) for event in passed.events):
            batch.asked[before.account] = now
        batch.saved[before.number] = passed.saved
        alerts.passed[before.number] = passed
        for opened in await self._follow_ups.tickets(ticket, passed.events, now):
            batch.saved[opened.number] = self._filing.born(opened, now, None)[1]
        for message in passed.said:
            if message.is_alert and isinstance(message.to, Party):
                alerts.people.setdefault(message.to.id, []).append(Alert(ticket, message))
            elif message.is_alert:
                room = rules.rooms.get(ticket.room)
                alerts.rooms.setdefault(room.duty if room else "", []).append(Alert(ticket, message))
        others = [message for message in passed.said if not message.is_alert]
        batch.drafts += self._drafts.of_ticket(others, ticket, now, None)
        if card := self._drafts.card(before, ticket, now):
            batch.drafts.append(card)

    async def _judge(self, batch: Batch, alerts: _Alerts, now: datetime, unsaved: Mapping[str, str]) -> None:
        """Say notices in one list per room, as many as it is to read in an hour; the rest is gathered."""
        for room_id, group in alerts.rooms.items():
            judged = await self._storms.judge(room_id, group, now, {**unsaved, **batch.kept})
            batch.kept.update((kept.key, kept.value) for kept in judged.kept)
            for number, gathered in judged.verdict.gathered.items():
                passed = alerts.passed[number]
                events = [*passed.events, gathered]
                batch.saved[number] = self._filing.saved(passed.before, events, passed.at, None)[1]
            if judged.verdict.said:
                batch.drafts += self._joined(group[0].ticket, judged.verdict.said, now)

    def _joined(self, first: Ticket, said: Sequence[Message], now: datetime) -> list[Draft]:
        """Return the notices of one moment for one room as one message."""
        message = joined(said, self._drafts.voices(first, now, None).duty)
        return [
            Draft(replace(draft.queued, key=f"{draft.queued.key}.due"), draft.ask, draft.others, draft.file)
            for draft in self._drafts.of_ticket([message], first, now, None)
        ]


def kept_of(batch: Batch) -> tuple[Kept, ...]:
    """Return the small records that a batch brings up to date."""
    return tuple(Kept(key, value) for key, value in batch.kept.items())
