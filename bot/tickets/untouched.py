"""A ticket that nobody has touched since it was reported, but that somebody may have claimed: what its clocks come to, without the
state of each.

Most questions about clocks are asked of such tickets, by every report and claim on its way to an answer and by every rung that is
told. The answers are those of `bot.tickets.timing`, which is asked whenever there is more to it (`None` here).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from bot.tickets.clockwork import rules_of
from bot.tickets.kinds import ClockKind, Kind
from bot.tickets.model import Promise, Ticket
from bot.tickets.rules import Rules
from scheduler.calendar import add_working_time
from scheduler.clock_rules import ClockRule
from scheduler.escalation import Ladder, Share
from scheduler.targets import Within, due

_CLAIMED = frozenset({"claimed"})


def next_rung(ticket: Ticket, rules: Rules) -> datetime | None:
    """Return when the next rung of any clock is told."""
    if not _is_untouched(ticket):
        return None
    lengths: dict[
        str, timedelta
    ] = {}  # the shortest by calendar: the earliest instant of all, whatever the day
    for rule in rules_of(ticket, rules.calendars).rules:
        ladder, told = rules.ladders.get(rule.ladder), ticket.told.get(rule.id)
        if ladder is None:
            continue
        highest = max(told.rungs, default=-1) if told is not None else -1
        share = ladder.first_share if highest < 0 else _share_above(ladder, highest)
        if share is None or not _begins_with_report(rule, ticket) or not isinstance(rule.target, Within):
            return None
        length = _part(rule.target.length, share)
        lengths[rule.calendar] = min(length, lengths.get(rule.calendar, length))
    return min(
        [
            add_working_time(rules.calendars[name], ticket.opened_at, length)
            for name, length in lengths.items()
        ],
        default=None,
    )


class Reached(NamedTuple):
    """The highest rung of a clock that is reached and not told, those below it that are passed over, and when the promise is due."""

    promise: Promise
    rung: int
    at: datetime
    skipped: tuple[int, ...]
    tell: tuple[str, ...]
    due_at: datetime


def reached(ticket: Ticket, rules: Rules, now: datetime) -> list[Reached] | None:
    """Return the rungs that are due, one of each clock at most, in the order of the promises."""
    if not _is_untouched(ticket):
        return None
    by_id = {rule.id: rule for rule in rules_of(ticket, rules.calendars).rules}
    found: list[Reached] = []
    for promise in ticket.promises:
        rule, told = by_id[promise.id], ticket.told.get(promise.id)
        ladder = rules.ladders.get(rule.ladder)
        if ladder is None:
            continue
        above = max(told.rungs, default=-1) + 1 if told is not None else 0
        if (
            not _is_simple(ladder, above)
            or not _begins_with_report(rule, ticket)
            or not isinstance(rule.target, Within)
        ):
            return None
        calendar, length = rules.calendars[rule.calendar], rule.target.length
        climbed: list[tuple[int, datetime]] = []
        for index, rung in enumerate(ladder.rungs[above:], above):
            if not isinstance(rung.at, Share):
                return None
            at = add_working_time(calendar, ticket.opened_at, _part(length, rung.at.of))
            if at > now:
                break
            climbed.append((index, at))
        if climbed:
            (*below, (highest, at)) = climbed
            due_at = add_working_time(calendar, ticket.opened_at, length)
            skipped = tuple([index for index, _ in below])
            found.append(Reached(promise, highest, at, skipped, ladder.rungs[highest].tell, due_at))
    return found


def first_word_by(ticket: Ticket, rules: Rules) -> datetime | None:
    """Return by when the customer hears from somebody for the first time."""
    if not _is_untouched(ticket):
        return None
    named = next((each.id for each in ticket.promises if each.kind is ClockKind.RESPOND), None)
    for rule in rules_of(ticket, rules.calendars).rules:
        if rule.id == named and _begins_with_report(rule, ticket) and rule.target is not None:
            calendar = rules.calendars[rule.calendar]
            if isinstance(rule.target, Within):
                return add_working_time(calendar, ticket.opened_at, rule.target.length)
            return due(rule.target, calendar, ticket.opened_at)
    return None


@lru_cache(maxsize=1024)  # a division of large numbers; policies have few lengths and few fractions
def _part(length: timedelta, share: float) -> timedelta:
    return length * share


def _is_untouched(ticket: Ticket) -> bool:
    """Say whether nothing has happened but a claim; that its rungs were told is nothing that happened to it."""
    if (
        ticket.kind is Kind.CALLBACK or ticket.coverage is not None
    ):  # its ladder may keep to the hours of the day
        return False
    is_changed = ticket.pauses or ticket.agreements or ticket.reporters or ticket.happened.keys() - _CLAIMED
    return not (is_changed or ticket.grace or ticket.acknowledged or ticket.closed_at)


def _begins_with_report(rule: ClockRule, ticket: Ticket) -> bool:
    """Say whether a clock counts from the report on, and nothing that has happened is to it."""
    return rule.begins_with_report and not (ticket.happened and any(map(rule.minds, ticket.happened)))


def _is_simple(ladder: Ladder, above: int) -> bool:
    """Say whether only the rungs from `above` on may be told, one after the other; what was told may be told again otherwise."""
    is_quiet = all(rung.repeat is None for rung in ladder.rungs[:above])
    return ladder.climbs and not ladder.at_once and is_quiet


def _share_above(ladder: Ladder, told: int) -> float | None:
    """Return the share at which the rung after one that was told is reached, where it is this that comes next."""
    if told + 1 >= len(ladder.rungs) or not _is_simple(ladder, told + 1):
        return None
    above = ladder.rungs[told + 1].at
    return above.of if isinstance(above, Share) else None
