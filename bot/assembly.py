"""One bot put together from its parts, the same for the running program, the replay and the tests."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.contract import Adapter
from bot.answering import Answering
from bot.auditor import Auditor
from bot.config import Config, rules_of
from bot.desk import Desk
from bot.dialogue import Dialogue
from bot.directory import Directory
from bot.drafts import Drafts
from bot.duty_office import DutyOffice
from bot.failing import Failures
from bot.finding import Finding
from bot.journal import Journal
from bot.knowledge import Knowledge, Thresholds
from bot.learning.school import School, school_of
from bot.ledgers import Ledgers
from bot.metrics import Meters
from bot.opening import Opening
from bot.orders import Orders
from bot.outbox import Outbox
from bot.planned_orders import PlannedOrders
from bot.planning import keep_plans
from bot.reception import Reception
from bot.store.contract import Store
from bot.texts import Texts
from bot.tickets.rules import Rules
from scheduler.loop import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """The parts others talk to. `ticking` is held while time passes, so that nothing is due twice at once."""

    config: Config
    store: Store
    clock: Clock
    rules: Rules
    directory: Directory
    knowledge: Knowledge
    outbox: Outbox
    desk: Desk
    ledgers: Ledgers
    drafts: Drafts
    reception: Reception
    school: School
    auditor: Auditor
    office: DutyOffice
    ticking: asyncio.Lock
    meters: Meters
    journal: Journal
    failures: Failures

    async def tick(self, now: datetime) -> None:
        """Let everything happen that is due at `now`; shifts first, because they say whom tickets call."""
        async with self.ticking:
            await self.office.tick(now)
            await self.desk.tick(now)
            await self.school.weekly.tick(now)

    async def next_due_at(self) -> datetime | None:
        """Return when something has to happen next."""
        deadline, listed = await self.store.next_due_at(), self.school.weekly.next_at(self.clock.now())
        return min((at for at in (deadline, listed, self.office.next_at()) if at is not None), default=None)


async def assemble(config: Config, store: Store, adapters: Mapping[str, Adapter], clock: Clock) -> Bot:
    """Return a bot that is ready to receive; its knowledge is loaded, its outbox taken up where it was left."""
    rules, directory = rules_of(config), Directory(config)
    knowledge = Knowledge(store, Thresholds(config.faq.answer_at, config.faq.suggest_at), config.bot.zone)
    await knowledge.load(clock.now())
    texts = Texts()
    meters, journal = Meters(clock.monotonic), Journal(is_on=config.monitoring.log == "steps")
    failures = Failures(store, meters)
    await failures.load()
    outbox = Outbox(
        store,
        clock,
        adapters,
        lambda address: texts.translator(directory.language_at(address)),
        meters=meters,
        journal=journal,
    )
    drafts = Drafts(directory, texts, rules, outbox)
    desk = Desk(
        store=store,
        rules=rules,
        drafts=drafts,
        outbox=outbox,
        first_ticket=config.bot.first_ticket,
        meters=meters,
        journal=journal,
        failures=failures,
    )
    office = DutyOffice(
        store=store, desk=desk, drafts=drafts, directory=directory, rules=rules, rooms=config.rooms
    )
    opening = Opening(desk=desk, drafts=drafts, directory=directory, store=store, rules=rules)
    school = school_of(
        config,
        store=store,
        rules=rules,
        directory=directory,
        drafts=drafts,
        desk=desk,
        knowledge=knowledge,
        clock=clock,
    )
    answering = Answering(
        desk=desk, drafts=drafts, knowledge=knowledge, store=store, bot=config.bot, noting=school.noting
    )
    finding = Finding(store)
    ledgers = Ledgers(store, config, rules)
    planned = PlannedOrders(
        desk=desk, store=store, drafts=drafts, directory=directory, finding=finding, rules=rules
    )
    orders = Orders(
        desk=desk,
        drafts=drafts,
        directory=directory,
        finding=finding,
        rules=rules,
        opening=opening,
        office=office,
        teaching=school.teaching,
        planned=planned,
        ledgers=ledgers,
    )
    dialogue = Dialogue(
        desk=desk,
        store=store,
        rules=rules,
        answering=answering,
        opening=opening,
        knowledge=knowledge,
        noting=school.noting,
        weekly=school.weekly,
    )
    reception = Reception(
        directory=directory,
        store=store,
        rules=rules,
        clock=clock,
        language=config.bot.language,
        desk=desk,
        finding=finding,
        orders=orders,
        dialogue=dialogue,
        answering=answering,
        opening=opening,
    )
    await outbox.recover()
    await keep_plans(desk, store, rules, clock.now())
    return Bot(
        config=config,
        store=store,
        clock=clock,
        rules=rules,
        directory=directory,
        knowledge=knowledge,
        outbox=outbox,
        desk=desk,
        ledgers=ledgers,
        drafts=drafts,
        reception=reception,
        office=office,
        school=school,
        auditor=Auditor(store=store, desk=desk, rules=rules, clock=clock),
        ticking=asyncio.Lock(),
        meters=meters,
        journal=journal,
        failures=failures,
    )
