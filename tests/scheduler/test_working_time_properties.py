"""What always holds of working time, on calendars nobody would think of."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scheduler.calendar import (
    Calendar,
    Window,
    add_working_time,
    day_plan,
    is_open,
    next_opening,
    subtract_working_time,
    window_span,
    working_time_between,
    working_windows,
)

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

windows = st.builds(
    lambda opens, length: Window(opens * MINUTE, (opens + length) * MINUTE),
    st.integers(0, 1439),
    st.integers(1, 1440),
)
days = st.lists(windows, max_size=2).map(tuple)
calendars = st.builds(
    Calendar,
    id=st.just("any"),
    zone=st.sampled_from(
        [
            ZoneInfo(key)
            for key in ("Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati")
        ]
    ),
    weekly=st.lists(days, min_size=7, max_size=7).map(tuple).filter(any),
    holidays=st.sampled_from([None, "CN"]),
    special=st.dictionaries(st.dates(date(2026, 2, 1), date(2026, 3, 31)), days, max_size=3),
)
instants = st.integers(0, 400 * 24 * 3600).map(lambda seconds: EPOCH + timedelta(seconds=seconds))
amounts = st.integers(0, 14 * 24 * 3600).map(lambda seconds: timedelta(seconds=seconds))

quick = settings(deadline=None, max_examples=60)


@quick
@given(calendars, instants, amounts)
def test_what_was_added_can_be_measured(calendar: Calendar, start: datetime, amount: timedelta) -> None:
    end = add_working_time(calendar, start, amount)
    assert working_time_between(calendar, start, end) == amount
    if amount:
        assert working_time_between(calendar, start, end - timedelta.resolution) < amount


@quick
@given(calendars, instants, amounts)
def test_what_was_subtracted_can_be_measured(calendar: Calendar, end: datetime, amount: timedelta) -> None:
    start = subtract_working_time(calendar, end, amount)
    assert working_time_between(calendar, start, end) == amount
    if amount:
        assert working_time_between(calendar, start + timedelta.resolution, end) < amount


@quick
@given(calendars, instants, amounts, amounts)
def test_more_working_time_ends_later(
    calendar: Calendar, start: datetime, one: timedelta, more: timedelta
) -> None:
    assume(more)
    assert add_working_time(calendar, start, one) < add_working_time(calendar, start, one + more)


@quick
@given(calendars, instants, amounts, amounts)
def test_adding_in_two_steps_is_adding_at_once(
    calendar: Calendar, start: datetime, one: timedelta, other: timedelta
) -> None:
    assume(other)
    at_once = add_working_time(calendar, start, one + other)
    assert add_working_time(calendar, add_working_time(calendar, start, one), other) == at_once


@quick
@given(calendars, instants, st.integers(0, 60 * 24), st.integers(0, 60 * 24))
def test_measured_time_adds_up(calendar: Calendar, start: datetime, hours: int, more: int) -> None:
    middle = start + timedelta(hours=hours)
    end = middle + timedelta(hours=more)
    total = working_time_between(calendar, start, end)
    assert total == working_time_between(calendar, start, middle) + working_time_between(
        calendar, middle, end
    )
    assert timedelta(0) <= total <= end - start


@quick
@given(calendars, instants, st.integers(0, 12 * 24))
def test_windows_are_the_union_of_the_days(calendar: Calendar, start: datetime, hours: int) -> None:
    end = start + timedelta(hours=hours)
    first = start.astimezone(calendar.zone).date() - 2 * DAY
    spans = [
        window_span(calendar, plan.day, window)
        for plan in (day_plan(calendar, first + step * DAY) for step in range(hours // 24 + 6))
        for window in plan.windows
    ]
    found = list(working_windows(calendar, start, end))
    # Nothing in the windows that no day has, nothing of a day left out; each edge is where being open changes.
    edges = sorted({start, end, *(edge for span in spans for edge in span if start < edge < end)})
    for edge, following in pairwise(edges):
        middle = edge + (following - edge) / 2
        is_in_a_day = any(opens <= middle < closes for opens, closes in spans)
        is_in_a_window = any(each.start <= middle < (each.end or each.start) for each in found)
        assert is_in_a_day == is_in_a_window == is_open(calendar, middle)
    for earlier, later in pairwise(found):
        assert earlier.end is not None
        assert earlier.end < later.start


@quick
@given(calendars, instants)
def test_the_next_opening_is_the_first_open_instant(calendar: Calendar, at: datetime) -> None:
    opening = next_opening(calendar, at)
    assert is_open(calendar, opening)
    assert working_time_between(calendar, at, opening) == timedelta(0)
    assert (opening == at) == is_open(calendar, at)
