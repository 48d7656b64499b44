"""A bot that runs: its parts as others find them, and what happens to them as time passes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime

import msgspec

from bot.config import Config
from bot.delivery.quota_words import Says, Warned, warnings
from bot.desk import Desk
from bot.drafts import Drafts
from bot.duty.office import DutyOffice
from bot.knowledge.live import Knowledge
from bot.knowledge.workshop import Workshop
from bot.learning.school import School
from bot.outbox import Outbox
from bot.reception import Reception
from bot.records.figuring import Figuring
from bot.records.ledgers import Ledgers
from bot.records.paperwork import Paperwork
from bot.rooms.directory import Directory
from bot.rooms.living import Living
from bot.store.contract import Store
from bot.store.faults import StoreFault
from bot.telemetry.failing import Failures
from bot.telemetry.journal import Journal
from bot.telemetry.metrics import Meters
from bot.texts import Texts
from bot.tickets.rules import Rules
from bot.watch.auditor import Auditor
from bot.watch.contract_office import ContractOffice
from bot.watch.digests import Digests
from bot.watch.losses import Losses
from bot.watch.standing_office import StandingOffice
from bot.watch.unheard import Unheard
from scheduler.loop import Clock


class Bot(msgspec.Struct, frozen=True, kw_only=True):
    """The parts others talk to. `ticking` is held while time passes, so that nothing is due twice at once."""

    store: Store
    clock: Clock
    rules: Rules
    directory: Directory
    living: Living
    knowledge: Knowledge
    outbox: Outbox
    desk: Desk
    ledgers: Ledgers
    drafts: Drafts
    reception: Reception
    school: School
    auditor: Auditor
    office: DutyOffice
    contracts: ContractOffice
    standings: StandingOffice
    figuring: Figuring
    digests: Digests
    ticking: asyncio.Lock
    meters: Meters
    journal: Journal
    failures: Failures
    losses: Losses
    unheard: Unheard
    paperwork: Paperwork
    workshop: Workshop
    texts: Texts

    @property
    def config(self) -> Config:
        """What the file says, as it was read last."""
        return self.living.file

    async def tick(self, now: datetime) -> None:
        """Let everything happen that is due at `now`; shifts first, because they say whom tickets call.

        What fails keeps nobody from the others while there is a store, and is raised when they had their turn.
        """
        last = (self.digests, self.standings)  # they read many tickets
        parts = (self.office, self.contracts, self.desk, self.school.weekly, self.losses, self.unheard, *last)
        failed: list[Exception] = []
        async with self.ticking:
            for each in parts:
                try:
                    await each.tick(now)
                except StoreFault:
                    raise  # nobody else could do anything either
                except Exception as fault:  # noqa: BLE001 - a list that cannot be made must not stop a deadline
                    failed.append(fault)
        if len(failed) > 1:
            raise ExceptionGroup("several parts of a tick failed", failed)
        if failed:
            raise failed[0]

    def quota_warnings(self, voice: Says) -> Iterator[Warned]:
        """Yield what of the platforms' quotas is nearly used up, in somebody's words."""

        def name_of(address: str) -> str:
            room = self.directory.room_at(address)
            return room.name if room else address

        return warnings(self.outbox.quotas(), name_of, self.clock.now(), voice)

    def quotas_used(self) -> dict[str, float]:
        """Return the share of a quota that is used in the fullest room, for adapters whose platform has one."""
        now = self.clock.now()
        return {name: each.fullest(now) for name, each in self.outbox.quotas().items() if each.are_any}

    async def next_due_at(self) -> datetime | None:
        """Return when something has to happen next."""
        gathered = self.desk.next_list_at(self.clock.now())
        deadline, listed = await self.store.next_due_at(), self.school.weekly.next_at(self.clock.now())
        return min(
            (
                at
                for at in (
                    deadline,
                    listed,
                    gathered,
                    self.office.next_at(),
                    self.contracts.next_at(self.clock.now()),
                    self.losses.next_at(self.clock.now()),
                    self.unheard.next_at(self.clock.now()),
                    self.digests.next_at(self.clock.now()),
                    self.standings.next_at(self.clock.now()),
                )
                if at is not None
            ),
            default=None,
        )
