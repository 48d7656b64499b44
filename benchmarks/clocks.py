"""How long it takes to say when a promise is due, beside the barest program that walks the same time day by day."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

from chinese_calendar import is_workday

from benchmarks.table import Goal, Row, at_most
from scheduler.calendar import Calendar, add_working_time, always, parse_weekly
from scheduler.clock_rules import ClockRule, Every
from scheduler.clock_states import promised, states
from scheduler.escalation import Ladder, Rung, Share, next_rung
from scheduler.history import History, Pause
from scheduler.targets import NthWorkingDay, Within, WorkingDays, due

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar("workday", ZONE, parse_weekly({"mon-fri": ["09:00-17:30"]}), "CN")
START = datetime(2026, 1, 5, 10, tzinfo=ZONE).astimezone(UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(hours=8, minutes=30)
LADDER = Ladder("standard", tuple(Rung(Share(of), ("owner",)) for of in (0.5, 0.8, 1.0, 1.5)))
WAITS = frozenset({"customer"})
ROUNDS = 15
NO_SLOWER = Goal("ratio", 1.0, is_upper=True)
PEER = "a walk from day to day, without lunch breaks, pauses or reasons"


def run() -> list[Row]:
    """Measure; takes a few seconds."""
    assert add_working_time(CALENDAR, START, 60 * DAY) == _walk(START, 60 * DAY)
    return [
        _row(
            "add_working_time, 1 h",
            lambda: add_working_time(CALENDAR, START, HOUR),
            lambda: _walk(START, HOUR),
        ),
        _row(
            "add_working_time, 60 working days",
            lambda: add_working_time(CALENDAR, START, 60 * DAY),
            lambda: _walk(START, 60 * DAY),
        ),
        _row(
            "due, 60 working days",
            lambda: due(WorkingDays(60), CALENDAR, START),
            lambda: _walk_days(START, 60),
        ),
        Row(
            "states and next rungs, 6 clocks, 40 events",
            statistics.median(_microseconds(_another) for _ in range(ROUNDS)),
            None,
            "µs",
            at_most(1500),
            "of a ticket that was not looked at before",
        ),
        Row(
            "… looked at again",
            statistics.median(_microseconds(lambda: _ticket(PAST)) for _ in range(ROUNDS)),
            None,
            "µs",
            None,
            "with nothing new",
        ),
    ]


def _row(name: str, ours: Callable[[], object], peer: Callable[[], object]) -> Row:
    mine, other = [], []
    for _ in range(ROUNDS):  # in turns, so that a slow moment of the machine hits both
        mine.append(_microseconds(ours))
        other.append(_microseconds(peer))
    return Row(name, statistics.median(mine), statistics.median(other), "µs", NO_SLOWER, PEER)


def _microseconds(call: Callable[[], object], times: int = 200) -> float:
    begin = perf_counter()
    for _ in range(times):
        call()
    return (perf_counter() - begin) / times * 1_000_000


def _walk(start: datetime, amount: timedelta) -> datetime:
    """Add working time the way everybody writes it first: from day to day, asking for each whether it is worked."""
    local, left = start.astimezone(ZONE), amount
    while True:
        opens = local.replace(hour=9, minute=0, second=0, microsecond=0)
        closes = local.replace(hour=17, minute=30, second=0, microsecond=0)
        begins = max(local, opens)
        if is_workday(local.date()) and begins < closes:
            if closes - begins >= left:
                return (begins + left).astimezone(UTC)
            left -= closes - begins
        local = (opens + timedelta(days=1)).replace(hour=0)


def _walk_days(start: datetime, count: int) -> date:
    day = start.astimezone(ZONE).date()
    while count:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day


def _rule(kind: str, hours: int, kept_by: str, **other: object) -> ClockRule:
    return ClockRule(kind, kind, "workday", (kept_by,), Within(hours * HOUR), **other)  # type: ignore[arg-type]


RULES = (
    _rule("respond", 1, "responded"),
    _rule("arrive", 2, "arrived", starts=("dispatched",), stops_for=WAITS),
    _rule("resolve", 40, "resolved", stops_for=WAITS),
    _rule("loan", 12, "loaned", after="missed:resolve"),
    ClockRule("minor", "resolve", "workday", ("fixed",), NthWorkingDay(2, datetime(2026, 1, 1, 6).time())),  # noqa: DTZ001
    ClockRule(
        "update",
        "update",
        "always",
        ("updated",),
        beats=Every(HOUR),
        starts=("major",),
        cancelled_by=("resolved",),
    ),
)
CALENDARS = {"workday": CALENDAR, "always": always(ZONE)}
PROMISED = promised(RULES)


def _past(by: timedelta) -> History:
    """What happened to a ticket, so much later: no two tickets are the same."""
    start = START + by
    return History(
        start,
        {
            "responded": [start + HOUR / 4],
            "dispatched": [start + HOUR],
            "arrived": [start + 2 * HOUR],
            "major": [start + HOUR],
            "updated": [start + HOUR + step * HOUR / 2 for step in range(30)],
        },
        tuple(
            Pause(start + (3 + 2 * step) * HOUR, start + (4 + 2 * step) * HOUR, "customer")
            for step in range(3)
        ),
    )


PAST = _past(timedelta())
OTHERS = itertools.cycle([_past(number * timedelta.resolution) for number in range(1, 3000)])
NOW = START + 18 * HOUR


def _another() -> list[datetime | None]:
    return _ticket(next(OTHERS))


def _ticket(past: History) -> list[datetime | None]:
    """When to look at a ticket again: the state of six clocks, and the next rung of those that run."""
    found = states(PROMISED, past, CALENDARS, NOW)
    return [
        next_rung(LADDER, *state.course, {}, False, NOW)
        for state in found.values()
        if state.course is not None and not state.is_over
    ]
