"""The parts that learn, put together."""

from __future__ import annotations

import msgspec

from bot.desk import Desk
from bot.drafts import Drafts
from bot.knowledge.live import Knowledge
from bot.learning.breaking import Breaking
from bot.learning.correcting import Correcting
from bot.learning.curator import Curator
from bot.learning.keepers import Keepers
from bot.learning.noting import Noting
from bot.learning.pending import Pending
from bot.learning.proposing import Proposing
from bot.learning.regression import Regression
from bot.learning.saying import Saying
from bot.learning.teaching import Teaching
from bot.learning.weekly import Weekly
from bot.rooms.living import Living
from bot.store.contract import Store
from bot.talk import Talk
from scheduler.loop import Clock


class School(msgspec.Struct, frozen=True):
    """What notes, proposes, asks and changes."""

    noting: Noting
    curator: Curator
    keepers: Keepers
    weekly: Weekly
    teaching: Teaching
    pending: Pending
    regression: Regression


def school_of(
    living: Living,
    *,
    store: Store,
    drafts: Drafts,
    desk: Desk,
    knowledge: Knowledge,
    clock: Clock,
    talk: Talk,
) -> School:
    """Return the parts for one bot; from now on the desk tells them of every step."""
    rules, directory = living.rules, living.directory
    curator, keepers, saying = Curator(store, knowledge), Keepers(living), Saying(desk, drafts, rules)
    correcting = Correcting(
        store=store, rules=rules, knowledge=knowledge, curator=curator, keepers=keepers, saying=saying
    )
    weekly = Weekly(
        desk=desk,
        drafts=drafts,
        directory=directory,
        store=store,
        rules=rules,
        knowledge=knowledge,
        curator=curator,
        keepers=keepers,
        saying=saying,
    )
    proposing = Proposing(
        desk=desk,
        drafts=drafts,
        directory=directory,
        store=store,
        rules=rules,
        knowledge=knowledge,
        keepers=keepers,
    )
    pending = Pending(store=store, keepers=keepers, saying=saying, talk=talk)
    teaching = Teaching(
        store=store,
        rules=rules,
        knowledge=knowledge,
        curator=curator,
        keepers=keepers,
        weekly=weekly,
        correcting=correcting,
        saying=saying,
        proposing=proposing,
        pending=pending,
    )
    breaking = Breaking(desk, drafts, directory, keepers, rules.zone)
    regression = Regression(living.file.faq.checks, knowledge, clock, breaking)
    desk.after_step = proposing.after_step
    noting = Noting(store, rules)
    return School(noting, curator, keepers, weekly, teaching, pending, regression)
