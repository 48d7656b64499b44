"""Customers who say that what they have just reported is more urgent than the level it was given."""

from __future__ import annotations

import re

from bot.hearing import Hearing
from bot.tickets import steps as s
from bot.tickets.kinds import Status
from bot.tickets.levels import level_at_start, most_urgent
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules

_MARKS = re.compile(r"[\s,，。.:：!！、;；]+")


def pressed(hearing: Hearing, ticket: Ticket, rules: Rules) -> s.Step | None:
    """Return what 紧急 means for a ticket: the most urgent level, or a call where it has that; None from who may not say so."""
    if ticket.status is not Status.OPEN or not rules.may_answer(ticket, hearing.by):
        return None
    level = most_urgent(ticket, rules)
    return s.ChangeLevel(hearing.by, level.id, hearing.text, is_raised=True) if level else s.Urge(hearing.by)


def raised(hearing: Hearing, ticket: Ticket, rules: Rules) -> s.ChangeLevel | None:
    """Return the change to the level that a text begins with (`一级！全校都打不开`), when that is more urgent; else None."""
    policy = rules.policies.get(ticket.policy)
    if policy is None or ticket.status is not Status.OPEN or not rules.may_answer(ticket, hearing.by):
        return None
    level, _ = level_at_start(policy, _MARKS.sub(" ", hearing.text).strip())
    ids = [each.id for each in policy.levels]
    if level is None or ticket.level not in ids or ids.index(level.id) >= ids.index(ticket.level):
        return None
    return s.ChangeLevel(hearing.by, level.id, hearing.text, is_raised=True)
