"""What the board shows: open tickets with the promise each owes next, the most pressing first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from bot.tickets import timing
from bot.tickets.kinds import ClockKind, Status
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from scheduler.pauses import counted_between
from scheduler.targets import budget

_ON_A_PAGE = 100
_SOON = 4  # a promise is pressing when a fourth of its budget is left,
_VERY_SOON = timedelta(minutes=5)  # or this little


class Tone(StrEnum):
    """How a promise looks; the words beside it say the same."""

    LATE = "late"
    SOON = "soon"
    FINE = "fine"
    STILL = "still"  # paused, or nothing is promised


class Wanted(StrEnum):
    """Which tickets somebody wants to see."""

    ALL = ""
    UNCLAIMED = "unclaimed"
    OVERDUE = "overdue"
    SOLVED = "solved"


class Filter(msgspec.Struct, frozen=True):
    """What of the board somebody looks at; `room` is the id of one room, or empty for all, `page` counts from 1."""

    room: str = ""
    wanted: Wanted = Wanted.ALL
    page: int = 1


class Owed(msgspec.Struct, frozen=True):
    """The promise a ticket owes next; `due_at` is None while its clock stands still."""

    kind: ClockKind
    due_at: datetime | None
    tone: Tone


class Row(msgspec.Struct, frozen=True):
    """One ticket on the board. `rank` is 1 for the most urgent level of its policy, 0 without one."""

    ticket: Ticket
    customer: str
    room: str
    rank: int
    owed: Owed | None

    @property
    def is_unclaimed(self) -> bool:
        """True while nobody has taken it."""
        return self.ticket.status is Status.OPEN and self.ticket.owner is None

    @property
    def is_overdue(self) -> bool:
        """True when the promise owed next is broken."""
        return self.owed is not None and self.owed.tone is Tone.LATE

    @property
    def is_solved(self) -> bool:
        """True while the customer is asked whether it works."""
        return self.ticket.status is Status.SOLVED


class Counts(msgspec.Struct, frozen=True):
    """How many tickets there are of what people ask for first."""

    open: int
    unclaimed: int
    overdue: int
    solved: int


def rows(tickets: Iterable[Ticket], rules: Rules, now: datetime) -> list[Row]:
    """Return the rows of the board: broken promises and near ones first, what waits for the customer last."""
    return sorted((_row(ticket, rules, now) for ticket in tickets), key=_pressing)


def in_room(every: Sequence[Row], room: str) -> list[Row]:
    """Return the rows of one room, or all for the empty id."""
    return [row for row in every if not room or row.ticket.room == room]


def wanted(every: Sequence[Row], which: Wanted) -> list[Row]:
    """Return the rows somebody wants to see."""
    match which:
        case Wanted.UNCLAIMED:
            return [row for row in every if row.is_unclaimed]
        case Wanted.OVERDUE:
            return [row for row in every if row.is_overdue]
        case Wanted.SOLVED:
            return [row for row in every if row.is_solved]
        case Wanted.ALL:
            return list(every)


def paged(every: Sequence[Row], page: int) -> tuple[Sequence[Row], int, int]:
    """Return the rows of a page, which page that is, and how many there are; one behind the last is the last."""
    pages = max(1, -(-len(every) // _ON_A_PAGE))
    page = min(page, pages)
    return every[(page - 1) * _ON_A_PAGE : page * _ON_A_PAGE], page, pages


def counted(every: Sequence[Row]) -> Counts:
    """Return the numbers on top of the board."""
    return Counts(
        open=len(every),
        unclaimed=sum(row.is_unclaimed for row in every),
        overdue=sum(row.is_overdue for row in every),
        solved=sum(row.is_solved for row in every),
    )


def owed_next(ticket: Ticket, rules: Rules, now: datetime) -> Owed | None:
    """Return the running promise that is due first, or one that stands still when no other runs; None when none does."""
    if ticket.status is not Status.OPEN:
        return None
    running = [clock for clock in timing.clocks(ticket, rules, now) if clock.is_running]
    owed = [_owed(clock, now) for clock in running]
    return min(owed, key=lambda each: (each.due_at is None, each.due_at or now), default=None)


def _owed(clock: timing.Clock, now: datetime) -> Owed:
    due_at, course = clock.due_at, clock.state.course
    if due_at is None or course is None:
        return Owed(clock.kind, None, Tone.STILL)
    if now > due_at:
        return Owed(clock.kind, due_at, Tone.LATE)
    whole = budget(course.target, course.calendar, course.start)
    remaining = counted_between(course.calendar, now, due_at, course.pauses)
    is_soon = remaining <= max(whole / _SOON, _VERY_SOON)
    return Owed(clock.kind, due_at, Tone.SOON if is_soon else Tone.FINE)


def _row(ticket: Ticket, rules: Rules, now: datetime) -> Row:
    room = rules.rooms.get(ticket.room)
    return Row(
        ticket=ticket,
        customer=rules.customers.get(ticket.customer, ""),
        room=room.name if room else ticket.room,
        rank=rank(ticket, rules),
        owed=_owed_next_or_nothing(ticket, rules, now),
    )


def _owed_next_or_nothing(ticket: Ticket, rules: Rules, now: datetime) -> Owed | None:
    """One ticket whose clocks cannot be computed must not take the board from all the others."""
    try:
        return owed_next(ticket, rules, now)
    except Exception:  # noqa: BLE001 - the auditor finds and logs it
        return None


def rank(ticket: Ticket, rules: Rules) -> int:
    """Return how urgent the level of a ticket is: 1 for the first of its policy, 0 for none."""
    policy = rules.policies.get(ticket.policy)
    levels = [level.id for level in policy.levels] if policy else []
    return levels.index(ticket.level) + 1 if ticket.level in levels else 0


def _pressing(row: Row) -> tuple[bool, bool, float, int]:
    due_at = row.owed.due_at if row.owed else None
    return row.is_solved, due_at is None, due_at.timestamp() if due_at else 0.0, row.ticket.number
