"""Which steps of a ladder can never lie inside their clock, whenever it starts; checked against many starts one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scheduler.calendar import Calendar, always, parse_weekly
from scheduler.clock_rules import Beats, Every
from scheduler.escalation import Ladder, Rung, Share
from scheduler.longest import outside_the_clock
from scheduler.plans import Moves, Plan
from scheduler.points import After, Before, instant_at
from scheduler.targets import CalendarDays, Instant, NthWorkingDay, Target, Within, WorkingDays, due

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFFICE = Calendar("office", SHANGHAI, parse_weekly({"mon-fri": ["09:00-12:00", "13:00-17:00"]}))
HOLIDAYS = Calendar("cn", SHANGHAI, parse_weekly({"mon-fri": ["09:00-17:00"]}), "CN")
SUMMER = Calendar(
    "school",
    SHANGHAI,
    parse_weekly({"mon-fri": ["09:00-17:00"]}),
    special={date(2027, 7, 1) + day * DAY: () for day in range(60)},
)
JANUARY = replace(OFFICE, special={date(2035, 1, 1) + day * DAY: () for day in range(20)})
NIGHTS = Calendar("nights", ZoneInfo("Europe/Berlin"), parse_weekly({"daily": ["22:00-06:00"]}))
ROUND_THE_CLOCK = always(SHANGHAI)


def is_outside(point: Before, aim: Target | Beats, calendar: Calendar) -> bool:
    ladder = Ladder("one", (Rung(Share(0.5), ("owner",)), Rung(point, ("owner",)), Rung(After(HOUR), ("x",))))
    return 1 in outside_the_clock(ladder, aim, calendar)


def longest(aim: Target | Beats, calendar: Calendar, *, is_wall: bool) -> timedelta:
    ladder = Ladder("far", (Rung(Before(3000 * DAY, is_wall), ("owner",)),))
    (most,) = outside_the_clock(ladder, aim, calendar).values()
    return most


# What a clock lasts at most, in working time and by the clock on the wall.
MOST = {
    "a length round the clock": (Within(2 * HOUR), ROUND_THE_CLOCK, 2 * HOUR, 2 * HOUR),
    "an hour in an office": (Within(HOUR), OFFICE, HOUR, 2 * DAY + 17 * HOUR),
    "the end of this day": (WorkingDays(1, counts_report_day=True), OFFICE, 7 * HOUR, 3 * DAY),
    "the end of the next day": (WorkingDays(1), OFFICE, 14 * HOUR, 3 * DAY + 17 * HOUR),
    "the second working day at six": (NthWorkingDay(2, time(6)), OFFICE, 14 * HOUR, 4 * DAY + 6 * HOUR),
    "seven days": (CalendarDays(7), OFFICE, 42 * HOUR, 9 * DAY + 17 * HOUR),
    "a beat": (Every(HOUR), ROUND_THE_CLOCK, HOUR, HOUR),
    "every working day at nine": (
        Plan("p", "0 9 * * mon-fri", OFFICE, Moves.KEEP),
        OFFICE,
        7 * HOUR,
        3 * DAY,
    ),
    "the first of a month, moved over a closed January": (
        Plan("p", "0 9 1 * *", JANUARY, Moves.NEXT),
        JANUARY,
        161 * HOUR,
        52 * DAY,
    ),
    "a day before a closed January": (WorkingDays(1), JANUARY, 14 * HOUR, 24 * DAY + 17 * HOUR),
    "an hour before the spring festival of 2020": (Within(HOUR), HOLIDAYS, HOUR, 10 * DAY + 17 * HOUR),
    "an hour before the school closes": (Within(HOUR), SUMMER, HOUR, 60 * DAY + 17 * HOUR),
    "an hour in the night": (Within(HOUR), NIGHTS, HOUR, 17 * HOUR),
}


@pytest.mark.parametrize(("aim", "calendar", "working", "real"), MOST.values(), ids=MOST)
def test_what_a_clock_lasts_at_most(
    aim: Target | Beats, calendar: Calendar, working: timedelta, real: timedelta
) -> None:
    for most, is_wall in ((working, False), (real, True)):
        assert longest(aim, calendar, is_wall=is_wall) == most
        assert not is_outside(Before(most, is_wall), aim, calendar)
        assert is_outside(Before(most + timedelta(seconds=1), is_wall), aim, calendar)


RRULE = Plan("p", "DTSTART:20260302T090000 RRULE:FREQ=DAILY", OFFICE, Moves.KEEP)


@pytest.mark.parametrize(
    "aim",
    [Instant(datetime(2026, 3, 6, tzinfo=UTC)), RRULE, WorkingDays(600)],
    ids=["agreed", "rrule", "long"],
)
def test_what_is_not_certain_is_not_outside(aim: Target | Beats) -> None:
    assert not is_outside(Before(900 * DAY, is_wall=True), aim, HOLIDAYS)


CALENDARS = {calendar.id: calendar for calendar in (OFFICE, NIGHTS, ROUND_THE_CLOCK)}
AIMS = st.one_of(
    st.builds(Within, st.integers(1, 3000).map(lambda minutes: timedelta(minutes=minutes))),
    st.builds(WorkingDays, st.integers(1, 12), st.booleans()),
    st.builds(CalendarDays, st.integers(1, 12), st.booleans(), st.booleans()),
    st.builds(
        NthWorkingDay, st.integers(1, 4), st.sampled_from([time(6), time(17), time(23, 30)]), st.booleans()
    ),
)


@settings(max_examples=50)
@given(
    aim=AIMS,
    name=st.sampled_from(sorted(CALENDARS)),
    minutes=st.integers(0, 2 * 366 * 24 * 60),
    is_wall=st.booleans(),
)
@example(aim=WorkingDays(1, counts_report_day=True), name="office", minutes=17 * 60, is_wall=True)
def test_no_start_brings_what_is_outside_into_the_clock(
    aim: Target, name: str, minutes: int, is_wall: bool
) -> None:
    calendar = CALENDARS[name]
    start = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    most = longest(aim, calendar, is_wall=is_wall)
    beyond = Before(most + timedelta(seconds=1), is_wall)
    # It is told with the start then, or where that lies outside of working time when the desk opens.
    earliest = instant_at(Before(366 * DAY, is_wall), calendar, start, aim, ())
    assert instant_at(beyond, calendar, start, aim, ()) == earliest
    due_at = due(aim, calendar, start)
    assert due_at is not None
    assert not is_wall or due_at - start <= most
