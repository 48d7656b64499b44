"""One bot put together from its parts, the same for the running program, the replay and the tests."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NoReturn

from adapters.contract import Adapter
from bot.attaching import Attaching
from bot.config import Config
from bot.conversation.adverts import Adverts
from bot.conversation.answering import Answering
from bot.conversation.asking_owner import AskingOwner
from bot.conversation.checking import Checking
from bot.conversation.choosing import Choosing
from bot.conversation.complaining import Complaining
from bot.conversation.dialogue import Dialogue
from bot.conversation.finding import Finding
from bot.conversation.first_words import FirstWords
from bot.conversation.following_on import FollowingOn
from bot.conversation.in_hand import InHand
from bot.conversation.joining import Joining
from bot.conversation.opening import Opening
from bot.conversation.presence import Presence
from bot.conversation.resulting import Resulting
from bot.conversation.shown import Shown
from bot.conversation.strangers import Strangers
from bot.conversation.usual_waits import UsualWaits
from bot.conversation.visiting import Visiting
from bot.conversation.wordless import Wordless
from bot.desk import Desk
from bot.drafts import Drafts
from bot.duty.office import DutyOffice
from bot.knowledge.kept_index import KeptIndex, index_file
from bot.knowledge.live import Knowledge, Thresholds
from bot.knowledge.understanding import understanding_of
from bot.knowledge.workshop import Workshop
from bot.learning.school import school_of
from bot.orders.asking_after import AskingAfter
from bot.orders.by_place import ByPlace
from bot.orders.commands import Orders
from bot.orders.informing import Informing
from bot.orders.merging import MergingOrders
from bot.orders.of_a_ticket import OfATicket
from bot.orders.planned_work import PlannedOrders
from bot.orders.promising import Promising
from bot.orders.reporting import Reporting
from bot.orders.runbooks import IncidentOrders
from bot.outbox import Outbox
from bot.planning import keep_plans
from bot.reception import Reception
from bot.records.figuring import Figuring
from bot.records.ledgers import Ledgers
from bot.records.paperwork import Paperwork
from bot.rooms.living import Living
from bot.running import Bot
from bot.setup.identifying import Identifying
from bot.setup.newcomers import Newcomers
from bot.setup.registering import Registering
from bot.setup.reloading import Reloading, Rereads
from bot.setup.setting_up import SettingUp
from bot.setup.uploading import Uploading
from bot.store.contract import Store
from bot.store.faults import StoreFault
from bot.store.written import BacksUp
from bot.talk import Talk
from bot.telemetry.failing import Failures
from bot.telemetry.journal import Journal
from bot.telemetry.metrics import Meters
from bot.texts import Texts
from bot.tickets.errors import N_
from bot.watch.auditor import Auditor
from bot.watch.contract_keepers import ContractKeepers
from bot.watch.contract_office import ContractOffice
from bot.watch.digests import Digests
from bot.watch.losses import Losses
from bot.watch.standing_office import StandingOffice
from bot.watch.unheard import Unheard
from scheduler.loop import Clock


def _no_backup(_: datetime) -> NoReturn:
    raise StoreFault(N_("这里是演练，什么也不备份。"))


async def assemble(
    config: Config,
    store: Store,
    adapters: Mapping[str, Adapter],
    clock: Clock,
    new_code: Callable[[], int] = lambda: 10_000_000 + secrets.randbelow(90_000_000),
    back_up: BacksUp = _no_backup,
    reread: Rereads | None = None,
) -> Bot:
    """Return a bot that is ready to receive; its knowledge is loaded, its outbox taken up where it was left."""
    local = [name for name, each in adapters.items() if each.capabilities.accounts_are_local]
    living = Living(config, store, local)
    await living.load()
    rules, directory = living.rules, living.directory
    knowledge = Knowledge(
        store,
        Thresholds(config.faq.answer_at, config.faq.suggest_at, config.faq.ask_itself),
        config.bot.zone,
        understanding=understanding_of(config.faq, store),
        index=KeptIndex(index_file(config, os.environ)),
    )
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
        attaching=Attaching(
            store=store,
            outbox=outbox,
            directory=directory,
            speaker=drafts.speaker,
            public_url=config.web.public_url,
        ),
        first_ticket=config.bot.first_ticket,
        meters=meters,
        journal=journal,
        failures=failures,
    )
    office = DutyOffice(store=store, desk=desk, drafts=drafts, directory=directory, rules=rules)
    keepers = ContractKeepers(drafts, directory, rules, config.bot.language)
    contracts = ContractOffice(store=store, desk=desk, keepers=keepers, rules=rules)
    await contracts.load()
    talk, shown = Talk(), Shown()
    joining = Joining(desk=desk, store=store, rules=rules, talk=talk)
    strangers = Strangers(living=living, desk=desk, drafts=drafts, store=store)
    complaining = Complaining(
        desk=desk, drafts=drafts, store=store, rules=rules, strangers=strangers, directory=directory
    )
    opening = Opening(
        desk=desk,
        drafts=drafts,
        directory=directory,
        store=store,
        rules=rules,
        joining=joining,
        shown=shown,
        strangers=strangers,
    )
    school = school_of(
        living, store=store, drafts=drafts, desk=desk, knowledge=knowledge, clock=clock, talk=talk
    )
    finding = Finding(store, rules.reopen_within)
    asking_owner = AskingOwner(desk=desk, drafts=drafts, finding=finding, rules=rules)
    answering = Answering(
        desk=desk,
        drafts=drafts,
        knowledge=knowledge,
        store=store,
        bot=config.bot,
        noting=school.noting,
        joining=joining,
        waits=UsualWaits(store, directory, rules),
        directory=directory,
        rules=rules,
        asking_owner=asking_owner,
        strangers=strangers,
    )
    ledgers = Ledgers(store, lambda: living.config.customers, rules)
    standings = StandingOffice(store=store, desk=desk, ledgers=ledgers, keepers=keepers, rules=rules)
    visits = Visiting(desk=desk, store=store, drafts=drafts, directory=directory, rules=rules)
    planned = PlannedOrders(
        desk=desk,
        store=store,
        drafts=drafts,
        directory=directory,
        finding=finding,
        rules=rules,
        visits=visits,
    )
    identifying = Identifying(living=living, desk=desk, drafts=drafts, store=store, new_code=new_code)
    workshop = Workshop()
    uploading = Uploading(
        living=living,
        desk=desk,
        drafts=drafts,
        store=store,
        knowledge=knowledge,
        adapters=adapters,
        workshop=workshop,
    )
    ticking = asyncio.Lock()

    async def look_anew(now: datetime) -> None:
        desk.forget_ahead()
        ledgers.forget()
        office.forget()
        await contracts.load()
        await keep_plans(desk, store, rules, now)

    reloading = Reloading(
        reread=reread or (lambda: living.file),
        living=living,
        store=store,
        desk=desk,
        drafts=drafts,
        ticking=ticking,
        afterwards=look_anew,
    )
    registering = Registering(living=living, desk=desk, drafts=drafts, store=store)
    setting_up = SettingUp(
        living=living,
        desk=desk,
        drafts=drafts,
        store=store,
        identifying=identifying,
        registering=registering,
        uploading=uploading,
        back_up=back_up,
        reloading=reloading,
    )
    newcomers = Newcomers(
        living=living, desk=desk, drafts=drafts, store=store, clock=clock, setting_up=setting_up
    )
    paperwork = Paperwork(store=store, directory=directory, rules=rules)
    informing = Informing(
        desk=desk,
        drafts=drafts,
        directory=directory,
        finding=finding,
        rules=rules,
        office=office,
        ledgers=ledgers,
    )
    promising = Promising(
        desk=desk, drafts=drafts, directory=directory, finding=finding, informing=informing, rules=rules
    )
    orders = Orders(
        promising=promising,
        informing=informing,
        paperwork=paperwork,
        complaining=complaining,
        desk=desk,
        drafts=drafts,
        directory=directory,
        finding=finding,
        rules=rules,
        opening=opening,
        teaching=school.teaching,
        planned=planned,
        setting_up=setting_up,
        ledgers=ledgers,
        visits=visits,
        merging=MergingOrders(desk=desk, finding=finding),
        incidents=IncidentOrders(desk=desk, store=store, finding=finding),
    )
    checking = Checking(desk=desk, drafts=drafts, store=store, finding=finding, rules=rules)
    choosing = Choosing(
        desk=desk,
        answering=answering,
        opening=opening,
        knowledge=knowledge,
        noting=school.noting,
        weekly=school.weekly,
        visits=visits,
        talk=talk,
        checking=checking,
    )
    dialogue = Dialogue(
        choosing=choosing,
        checking=checking,
        resulting=Resulting(desk=desk, drafts=drafts, talk=talk),
        desk=desk,
        store=store,
        rules=rules,
        answering=answering,
        opening=opening,
        noting=school.noting,
        weekly=school.weekly,
        visits=visits,
        talk=talk,
    )
    asking_after = AskingAfter(desk=desk, drafts=drafts, finding=finding, orders=orders, rules=rules)
    figuring = Figuring(store, ledgers, rules, config.web.public_url)
    digests = Digests(
        times=config.digests,
        figuring=figuring,
        desk=desk,
        drafts=drafts,
        directory=directory,
        rules=rules,
        language=config.bot.language,
    )
    following_on = FollowingOn(desk=desk, finding=finding, talk=talk, asking_owner=asking_owner, rules=rules)
    of_a_ticket = OfATicket(
        desk=desk,
        finding=finding,
        checking=checking,
        asking_after=asking_after,
        joining=joining,
        following_on=following_on,
        opening=opening,
        first_words=FirstWords(store=store, rules=rules, talk=talk),
        answering=answering,
    )
    wordless = Wordless(
        store=store,
        desk=desk,
        finding=finding,
        dialogue=dialogue,
        answering=answering,
        talk=talk,
        shown=shown,
    )
    reception = Reception(
        promising=promising,
        pending=school.pending,
        complaining=complaining,
        reporting=Reporting(desk=desk, drafts=drafts, figuring=figuring, rules=rules),
        directory=directory,
        store=store,
        clock=clock,
        language=config.bot.language,
        desk=desk,
        finding=finding,
        by_place=ByPlace(
            store=store,
            finding=finding,
            desk=desk,
            talk=talk,
            asking_after=asking_after,
            checking=checking,
            opening=opening,
        ),
        in_hand=InHand(
            desk=desk, drafts=drafts, finding=finding, talk=talk, directory=directory, rules=rules
        ),
        orders=orders,
        asking_after=asking_after,
        dialogue=dialogue,
        answering=answering,
        newcomers=newcomers,
        uploading=uploading,
        joining=joining,
        following_on=following_on,
        of_a_ticket=of_a_ticket,
        wordless=wordless,
        adverts=Adverts(directory=directory, desk=desk, drafts=drafts, clock=clock),
        talk=talk,
        shown=shown,
        drafts=drafts,
        presence=Presence(
            directory=directory,
            desk=desk,
            drafts=drafts,
            store=store,
            clock=clock,
            language=config.bot.language,
        ),
    )
    losses = Losses(living=living, desk=desk, drafts=drafts, store=store)
    unheard = Unheard(living=living, desk=desk, drafts=drafts, store=store)
    outbox.on_loss, outbox.on_hold = losses.lost, unheard.held
    await losses.load()
    await outbox.recover()
    await keep_plans(desk, store, rules, clock.now())
    return Bot(
        store=store,
        clock=clock,
        rules=rules,
        directory=directory,
        living=living,
        knowledge=knowledge,
        outbox=outbox,
        desk=desk,
        ledgers=ledgers,
        drafts=drafts,
        reception=reception,
        office=office,
        contracts=contracts,
        standings=standings,
        figuring=figuring,
        digests=digests,
        school=school,
        auditor=Auditor(store=store, desk=desk, rules=rules, clock=clock),
        ticking=ticking,
        meters=meters,
        journal=journal,
        failures=failures,
        losses=losses,
        unheard=unheard,
        paperwork=paperwork,
        workshop=workshop,
        texts=texts,
    )
