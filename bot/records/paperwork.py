"""Papers about tickets, made from what the store keeps: the report of an inspection, the record of a service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from bot.meaning.masking import without_secrets
from bot.records.masked import for_paper
from bot.rooms.directory import Directory
from bot.store.messages import Delivery, Queued
from bot.tickets import events as e
from bot.tickets.inspected import report
from bot.tickets.model import Ticket
from bot.tickets.papers import Attached
from bot.tickets.planned_events import Inspected
from bot.tickets.presence_events import TakenBack
from bot.tickets.records import Record
from bot.tickets.rules import Rules
from bot.tickets.service_records import Words, service_record
from bot.tickets.simulating import Course, as_it_went
from bot.tickets.speaker import Speaker


class Shelf(Protocol):
    """Where what is said on paper is read from: a store, or a copy of what concerns one ticket."""

    async def ticket(self, number: int) -> Ticket | None: ...

    async def records(self, number: int) -> list[Record]: ...

    async def said_about(self, number: int) -> list[Queued]: ...


class Paperwork:
    """What is said about a ticket on paper; everything in it is for the customer's eyes."""

    def __init__(self, *, store: Shelf, directory: Directory, rules: Rules) -> None:
        self._store = store
        self._directory = directory
        self._rules = rules

    async def report(self, number: int, speaker: Speaker) -> Attached | None:
        """Return the report of an inspection that was done, or None where there is none."""
        ticket = await self._store.ticket(number)
        if ticket is None:
            return None
        for record in reversed(await self._store.records(number)):
            if isinstance(record.event, Inspected):
                return report(record.event, record.at, ticket, speaker, self._rules)
        return None

    async def record(self, ticket: Ticket, speaker: Speaker) -> Attached:
        """Return the service record of a ticket as it stands."""
        records = await self._store.records(ticket.number)
        course = self._course(ticket, records, speaker)
        heard = self._heard(ticket, await self._store.said_about(ticket.number))
        words = sorted((*heard, *self._told(ticket, records)), key=lambda each: each.at)
        return service_record(for_paper(ticket), course, words, speaker, self._rules)

    def _course(self, ticket: Ticket, records: Sequence[Record], speaker: Speaker) -> Course | None:
        try:
            return as_it_went(ticket, records, self._rules, speaker.now)
        except KeyError:  # a calendar or the policy is gone; the rest is true all the same
            return None

    def _told(self, ticket: Ticket, records: Sequence[Record]) -> Iterator[Words]:
        """Yield what customers told of the ticket in their group, without secrets; nothing of somebody who took words back."""
        room = self._directory.room_at(ticket.address)
        if room is None or room.kind != "customer":
            return
        took_back = {record.event.by.id for record in records if isinstance(record.event, TakenBack)}
        for record in records:
            event, source = record.event, record.source
            if (
                not isinstance(event, e.Supplemented | e.Reopened)
                or source is None
                or source.room != ticket.address
            ):
                continue
            is_staff = self._rules.role(event.by).is_staff
            if event.text and not is_staff and event.by.id not in took_back:
                yield Words(record.at, without_secrets(event.text), event.by.name)

    def _heard(self, ticket: Ticket, said: Sequence[Queued]) -> tuple[Words, ...]:
        """Return what arrived in the group of the customer, and nothing that was said anywhere else."""
        room = self._directory.room_at(ticket.address)
        if room is None or room.kind != "customer":
            return ()
        return tuple(
            Words(message.created_at, without_secrets(message.text))
            for message in said
            if message.room == ticket.address
            and message.state is Delivery.SENT
            and message.edits is None
            and message.file is None
        )
