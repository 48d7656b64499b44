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
from bot.finding import Finding
from bot.knowledge import Knowledge, Thresholds
from bot.ledgers import Ledgers
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
    auditor: Auditor
    ticking: asyncio.Lock

    async def tick(self, now: datetime) -> None:
        """Let everything happen that is due at `now`."""
        async with self.ticking:
            await self.desk.tick(now)


async def assemble(config: Config, store: Store, adapters: Mapping[str, Adapter], clock: Clock) -> Bot:
    """Return a bot that is ready to receive; its knowledge is loaded, its outbox taken up where it was left."""
    rules, directory = rules_of(config), Directory(config)
    knowledge = Knowledge(store, Thresholds(config.faq.answer_at, config.faq.suggest_at))
    await knowledge.load()
    texts = Texts()
    outbox = Outbox(store, clock, adapters, lambda address: texts.translator(directory.language_at(address)))
    drafts = Drafts(directory, texts, rules, outbox)
    desk = Desk(store=store, rules=rules, drafts=drafts, outbox=outbox, first_ticket=config.bot.first_ticket)
    opening = Opening(desk=desk, drafts=drafts, directory=directory, store=store, rules=rules)
    answering = Answering(desk=desk, drafts=drafts, knowledge=knowledge, store=store, bot=config.bot)
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
        planned=planned,
        ledgers=ledgers,
    )
    dialogue = Dialogue(
        desk=desk, store=store, rules=rules, answering=answering, opening=opening, knowledge=knowledge
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
        auditor=Auditor(store=store, desk=desk, rules=rules, clock=clock),
        ticking=asyncio.Lock(),
    )
