"""Filing: tickets with their new records, what is said about them and what else belongs to it, saved in one commit and handed to the outbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from msgspec.structs import replace

from adapters.remembered import Remembered
from bot.attaching import Attaching
from bot.drafts import Draft
from bot.origin import Origin
from bot.outbox import Outbox
from bot.store.contract import Change, Kept, Link, Saved, Store
from bot.store.faults import AlreadySeen
from bot.telemetry.journal import Journal
from bot.telemetry.metrics import Meters
from bot.tickets.events import AnyEvent, Opened
from bot.tickets.evolve import born, evolve
from bot.tickets.lifecycle import next_deadline
from bot.tickets.model import Ticket
from bot.tickets.records import Record, Source, sealed
from bot.tickets.rules import Rules

_REMEMBERED = 10_000  # handled messages: a redelivery is mostly recognised without asking the store


class Filing:
    """The one way into the store for tickets; `rules` are those that count now."""

    def __init__(
        self,
        *,
        store: Store,
        rules: Rules,
        outbox: Outbox,
        attaching: Attaching,
        meters: Meters,
        journal: Journal,
    ) -> None:
        self.rules = rules
        self.on_deadline: Callable[[datetime], None] = _unheard  # called when a commit brings a deadline
        self._store = store
        self._outbox = outbox
        self._attaching = attaching
        self._meters = meters
        self._journal = journal
        self._repeats = Remembered[str](_REMEMBERED)
        self._log = structlog.get_logger("desk")

    def has_handled(self, origin: Origin) -> bool:
        """Say whether this process has handled a message lately; True is certain, False is not."""
        return origin.seen in self._repeats

    def saved(
        self, before: Ticket, events: Sequence[AnyEvent], now: datetime, source: Source | None
    ) -> tuple[Ticket, Saved]:
        """Return a ticket after events, and what saves it."""
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
            next_due_at=next_deadline(ticket, self.rules, now),
        )

    def born(self, event: Opened, now: datetime, source: Source | None) -> tuple[Ticket, Saved]:
        """Return the ticket that an event opens, and what saves it."""
        record = sealed(Record(number=event.number, seq=1, at=now, event=event, source=source), "")
        ticket = replace(born(event, now), head=record.hash)
        due = next_deadline(ticket, self.rules, now)
        return ticket, Saved(ticket=ticket, expected_version=0, records=(record,), next_due_at=due)

    async def commit(
        self,
        saved: list[Saved],
        drafts: list[Draft],
        origin: Origin | None,
        links: tuple[Link, ...] = (),
        at: datetime | None = None,
        kept: tuple[Kept, ...] = (),
        seen: str | None = None,
    ) -> bool:
        """Save what follows from a message or from time, and send it; False when the message was handled before.

        Raises:
            Conflict: Somebody else saved one of the tickets first.
        """
        belongs = (origin.link(saved[0].ticket.number),) if origin and saved else ()
        now = origin.now if origin else at
        if now is None:
            raise ValueError("a commit happens at some time")
        if any(draft.file is not None for draft in drafts):
            drafts = await self._attaching.placed(drafts, now)
        change = Change(
            at=now,
            seen=origin.seen if origin else seen,
            kept=kept,
            tickets=tuple(saved),
            outgoing=tuple([draft.queued for draft in drafts]),
            asks=tuple([ask for draft in drafts for ask in draft.asks]),
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


def _unheard(_: datetime) -> None:
    """Stands for whoever wants to hear of deadlines."""
