"""Plans at the start of the program: the next time of each is always a ticket, announced when its day comes near.

While the program runs, announcing one time brings about the ticket of the next, in the same commit. So no time is lost or
doubled, however often and however long the program stands still.
"""

from __future__ import annotations

from datetime import datetime

import structlog

from bot.desk import Desk
from bot.store.contract import Store
from bot.tickets.kinds import Kind, Status
from bot.tickets.model import Ticket
from bot.tickets.planned import ANNOUNCED, fixed_at, opening_of, promises_of
from bot.tickets.planned_changes import DUE
from bot.tickets.planned_rules import PlanRules
from bot.tickets.rules import Rules
from bot.tickets.steps import Open

_LOOKED_AT = 50


async def keep_plans(desk: Desk, store: Store, rules: Rules, now: datetime) -> None:
    """Let every plan have the ticket of its next time, also after the configuration was changed."""
    for plan in tuple(rules.plans.values()):
        await _keep(plan, desk, store, rules, now)


async def _keep(plan: PlanRules, desk: Desk, store: Store, rules: Rules, now: datetime) -> None:
    tickets = await store.tickets_of(plan.account, limit=_LOOKED_AT)
    inspections = [each for each in tickets if each.kind is Kind.INSPECTION]
    waiting = [each for each in inspections if each.announce_at is not None and each.status is Status.OPEN]
    expected = opening_of(plan, _since(inspections, waiting, now), rules)
    kept = next((each for each in waiting if expected is not None and _is_same(each, expected, rules)), None)
    for ticket in waiting:
        if ticket is not kept:
            await desk.unplan(ticket, now)
    if kept is None and expected is not None and expected.due_at is not None:
        opened = await desk.plan(
            expected, now, f"plan:{plan.id}:{expected.due_at.isoformat()}:{len(tickets)}"
        )
        if opened is not None:
            log = structlog.get_logger("planning")
            log.info("planned", action="planned", plan=plan.id, ticket=opened.number, due=expected.due_at)


def _since(inspections: list[Ticket], waiting: list[Ticket], now: datetime) -> datetime:
    """Return after which instant the next time is looked for: the latest that was announced, or when the plan was first seen."""
    announced = [at for each in inspections if ANNOUNCED in each.happened and (at := fixed_at(each, DUE))]
    if announced:
        return max(announced)
    return min((each.opened_at for each in waiting), default=now)


def _is_same(ticket: Ticket, step: Open, rules: Rules) -> bool:
    is_due_then = fixed_at(ticket, DUE) == step.due_at and ticket.announce_at == step.announce_at
    is_promised_so = ticket.promises == promises_of(step, rules)
    is_owned_so = ticket.version > 1 or ticket.owner == step.owner  # somebody may have taken it already
    return is_due_then and is_owned_so and ticket.text == step.text and is_promised_so
