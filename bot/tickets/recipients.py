"""Whom a rung of a ladder tells."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.tickets.model import Party, Ticket
from bot.tickets.rules import Role, Rules
from bot.tickets.visiting_hours import is_away

_ROLES = {"leader": Role.LEADER, "manager": Role.MANAGER, "director": Role.DIRECTOR}
_CLIMB = (Role.LEADER, Role.MANAGER, Role.DIRECTOR)


def recipients(tell: Iterable[str], ticket: Ticket, rules: Rules, now: datetime) -> tuple[Party, ...]:
    """Return the people a rung names, each once, in its order.

    Where a rung finds nobody (no owner, nobody on call, no such role), or nobody whom any platform can call, it tells the next
    role above at once, so that a promise is never watched by nobody.
    """
    found: list[Party] = []
    for word in tell:
        found.extend(party for party in _named(word, ticket, rules, now) if party not in found)
    if not any(rules.can_be_told(party) for party in found):
        found.extend(party for party in next_in_charge(rules) if party not in found)
    return tuple(found)


def next_in_charge(rules: Rules) -> tuple[Party, ...]:
    """Return the people of the lowest role above engineers that has somebody who can be told; else of the lowest at all."""
    people = [rules.with_role(role) for role in _CLIMB]
    reachable = (each for each in people if any(map(rules.can_be_told, each)))
    return next(reachable, next(filter(None, people), ()))


def former(ticket: Ticket, rules: Rules, now: datetime) -> Party | None:
    """Return who had the ticket that this one follows and still has to do with it: nobody has taken this one, and they are at work."""
    found = ticket.former
    if (
        found is None
        or ticket.owner is not None
        or not rules.role(found).is_staff
        or is_away(found, now, rules)
    ):
        return None
    return None if found == ticket.requester else found


def in_charge(rules: Rules) -> tuple[Party, ...]:
    """Return the managers, or where there are none whoever else leads the engineers."""
    return rules.with_role(Role.MANAGER) or next_in_charge(rules)


def _named(word: str, ticket: Ticket, rules: Rules, now: datetime) -> tuple[Party, ...]:
    if word == "owner":
        found = ticket.owner or former(ticket, rules, now)
        return (found,) if found else ()
    if word == "commander":
        return (ticket.commander,) if ticket.commander else ()
    if word == "on_call":
        # With an owner the promise is theirs; the engineer on call is asked only while nobody has taken it.
        return rules.on_call(ticket.room, now) if ticket.owner is None else (ticket.owner,)
    if word in _ROLES:
        return rules.with_role(_ROLES[word])
    return (rules.staff[word],) if word in rules.staff else ()
