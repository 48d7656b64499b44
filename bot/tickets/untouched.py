"""A ticket that nobody has touched since it was reported: what its clocks come to, without the state of each.

Most questions about clocks are asked of such tickets, by every report on its way to an answer. The answers are those of
`bot.tickets.timing`, which is asked whenever there is more to it (`None` here).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.tickets.clockwork import rules_of
from bot.tickets.model import ClockKind, Ticket
from bot.tickets.rules import Rules
from scheduler.calendar import add_working_time
from scheduler.escalation import Ladder, Share
from scheduler.targets import Within, due


def first_rung(ticket: Ticket, rules: Rules) -> datetime | None:
    """Return when the first rung of any clock is told."""
    if not _is_untouched(ticket):
        return None
    lengths: dict[
        str, timedelta
    ] = {}  # the shortest by calendar: the earliest instant of all, whatever the day
    for rule in rules_of(ticket, rules.calendars).rules:
        ladder = rules.ladders.get(rule.ladder)
        if ladder is None:
            continue
        share = _first_share(ladder)
        if share is None or not rule.begins_with_report or not isinstance(rule.target, Within):
            return None
        length = rule.target.length * share
        lengths[rule.calendar] = min(length, lengths.get(rule.calendar, length))
    return min(
        (
            add_working_time(rules.calendars[name], ticket.opened_at, length)
            for name, length in lengths.items()
        ),
        default=None,
    )


def first_word_by(ticket: Ticket, rules: Rules) -> datetime | None:
    """Return by when the customer hears from somebody for the first time."""
    if not _is_untouched(ticket):
        return None
    named = next((each.id for each in ticket.promises if each.kind is ClockKind.RESPOND), None)
    for rule in rules_of(ticket, rules.calendars).rules:
        if rule.id == named and rule.begins_with_report and rule.target is not None:
            return due(rule.target, rules.calendars[rule.calendar], ticket.opened_at)
    return None


def _is_untouched(ticket: Ticket) -> bool:
    is_changed = ticket.happened or ticket.told or ticket.pauses or ticket.agreements or ticket.reporters
    return not (is_changed or ticket.grace or ticket.acknowledged or ticket.closed_at)


def _first_share(ladder: Ladder) -> float | None:
    """Return the share of the time at which a ladder begins, where nothing else can come before it."""
    if not ladder.begins_with_first or ladder.at_once:
        return None
    first = ladder.rungs[0].at
    return first.of if isinstance(first, Share) else None
