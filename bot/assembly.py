"""One bot put together from its parts, the same for the running program, the replay and the tests."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.contract import Adapter
from bot.answering import Answering
from bot.auditor import Auditor
from bot.config import Config
from bot.desk import Desk
from bot.dialogue import Dialogue
from bot.directory import Directory
from bot.drafts import Drafts
from bot.finding import Finding
from bot.identifying import Identifying
from bot.knowledge import Knowledge, Thresholds
from bot.living import Living
from bot.newcomers import Newcomers
from bot.opening import Opening
from bot.orders import Orders
from bot.outbox import Outbox
from bot.planned_orders import PlannedOrders
from bot.planning import keep_plans
from bot.reception import Reception
from bot.setting_up import SettingUp
from bot.store.contract import Store
from bot.texts import Texts
from bot.tickets.rules import Rules
from bot.uploading import Uploading
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
    drafts: Drafts
    reception: Reception
    auditor: Auditor
    ticking: asyncio.Lock

    async def tick(self, now: datetime) -> None:
        """Let everything happen that is due at `now`."""
        async with self.ticking:
            await self.desk.tick(now)


async def assemble(
    config: Config,
    store: Store,
    adapters: Mapping[str, Adapter],
    clock: Clock,
    new_code: Callable[[], int] = lambda: 100_000 + secrets.randbelow(900_000),
) -> Bot:
    """Return a bot that is ready to receive; its knowledge is loaded, its outbox taken up where it was left."""
    living = Living(config, store)
    await living.load()
    rules, directory = living.rules, living.directory
    knowledge = Knowledge(store, Thresholds(config.faq.answer_at, config.faq.suggest_at))
    await knowledge.load()
    texts = Texts()
    outbox = Outbox(store, clock, adapters, lambda address: texts.translator(directory.language_at(address)))
    drafts = Drafts(directory, texts, rules, outbox)
    desk = Desk(store=store, rules=rules, drafts=drafts, outbox=outbox, first_ticket=config.bot.first_ticket)
    opening = Opening(desk=desk, drafts=drafts, directory=directory, store=store, rules=rules)
    answering = Answering(desk=desk, drafts=drafts, knowledge=knowledge, store=store, bot=config.bot)
    finding = Finding(store)
    planned = PlannedOrders(
        desk=desk, store=store, drafts=drafts, directory=directory, finding=finding, rules=rules
    )
    identifying = Identifying(living=living, desk=desk, drafts=drafts, store=store, new_code=new_code)
    uploading = Uploading(
        living=living, desk=desk, drafts=drafts, store=store, knowledge=knowledge, adapters=adapters
    )
    setting_up = SettingUp(
        living=living, desk=desk, drafts=drafts, store=store, identifying=identifying, uploading=uploading
    )
    newcomers = Newcomers(
        living=living, desk=desk, drafts=drafts, store=store, clock=clock, setting_up=setting_up
    )
    orders = Orders(
        desk=desk,
        drafts=drafts,
        directory=directory,
        finding=finding,
        rules=rules,
        opening=opening,
        planned=planned,
        setting_up=setting_up,
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
        newcomers=newcomers,
        uploading=uploading,
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
        drafts=drafts,
        reception=reception,
        auditor=Auditor(store=store, desk=desk, rules=rules, clock=clock),
        ticking=asyncio.Lock(),
    )
