"""At which times somebody can come to a customer: in the hours of the contract or of the desk, not in class, not on leave, not while elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.tickets.model import Party, Ticket
from bot.tickets.rules import Rules
from scheduler.calendar import window_span
from scheduler.waking import open_until
from scheduler.work_windows import WorkWindows, is_allowed, next_slots
from scheduler.workdays import is_working_day, local_day

_STEP = timedelta(minutes=30)
_DAY = timedelta(days=1)
_LOOKS_AHEAD = 21  # days
OFFERED = 2


def free_times(
    ticket: Ticket, who: Party, taken: tuple[datetime, ...], now: datetime, rules: Rules
) -> tuple[datetime, ...]:
    """Return up to two times to offer, on different days, the sooner first; on full and half hours."""
    found: list[datetime] = []
    for at in _candidates(ticket, now, rules):
        is_new_day = all(_day(at, rules) != _day(other, rules) for other in found)
        if is_new_day and is_free(ticket, who, taken, at, rules):
            found.append(at)
        if len(found) == OFFERED:
            break
    return tuple(found)


def is_free(ticket: Ticket, who: Party, taken: tuple[datetime, ...], at: datetime, rules: Rules) -> bool:
    """Say whether somebody may come at a time, and can."""
    return is_open(ticket, at, rules) and not is_away(who, at, rules) and not _is_elsewhere(taken, at, rules)


def is_open(ticket: Ticket, at: datetime, rules: Rules) -> bool:
    """Say whether a visit at a time is within the hours of the contract, or else of the desk, and not in quiet hours."""
    until = at + rules.visits.takes
    room = rules.rooms.get(ticket.room)
    if room is not None and room.quiet is not None and open_until(room.quiet, rules.zone, at) is not None:
        return False
    window = work_window(ticket, rules)
    if window is not None:
        return is_allowed(window, at, until)
    calendar = rules.calendars[rules.visits.calendar]
    day = local_day(calendar, at)
    opens, closes = window_span(calendar, day, rules.visits.hours)
    return is_working_day(calendar, day) and opens <= at and until <= closes


def is_away(who: Party, at: datetime, rules: Rules) -> bool:
    """Say whether somebody is on leave."""
    leaves = (leave for rota in rules.rotas.values() for leave in rota.leaves)
    return any(leave.person == who.id and leave.start <= at < leave.end for leave in leaves)


def work_window(ticket: Ticket, rules: Rules) -> WorkWindows | None:
    """Return the hours in which the contract lets people work at the customer's; None where it has none."""
    policy = rules.policies.get(ticket.policy)
    return policy.work_window if policy else None


def _is_elsewhere(taken: tuple[datetime, ...], at: datetime, rules: Rules) -> bool:
    return any(abs(at - other) < rules.visits.takes for other in taken)


def _candidates(ticket: Ticket, now: datetime, rules: Rules) -> Iterator[datetime]:
    earliest = _rounded(now + rules.visits.lead)
    window = work_window(ticket, rules)
    if window is not None:
        for ahead in range(_LOOKS_AHEAD):
            yield from (
                slot.start for slot in next_slots(window, earliest + ahead * _DAY, rules.visits.takes)
            )
        return
    calendar = rules.calendars[rules.visits.calendar]
    first = local_day(calendar, earliest)
    for ahead in range(_LOOKS_AHEAD):
        opens, closes = window_span(calendar, first + ahead * _DAY, rules.visits.hours)
        at = max(opens, earliest)
        while at + rules.visits.takes <= closes:
            yield at
            at += _STEP


def _rounded(at: datetime) -> datetime:
    """Return the next full or half hour; nobody is asked to wait for 10:17."""
    whole = at.replace(minute=0, second=0, microsecond=0)
    return next(each for each in (whole, whole + _STEP, whole + 2 * _STEP) if each >= at)


def _day(at: datetime, rules: Rules) -> object:
    return at.astimezone(rules.zone).date()
