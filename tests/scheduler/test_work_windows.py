"""When work may be done at a customer's, and what to offer instead."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.calendar import Calendar, parse_weekly, parse_window
from scheduler.intervals import Interval
from scheduler.work_windows import WorkWindows, allowed_stretches, is_allowed, next_slots

SHANGHAI = ZoneInfo("Asia/Shanghai")
SCHOOL = Calendar("school", SHANGHAI, parse_weekly({"mon-fri": ["08:00-17:30"]}), "CN")
NIGHTS = WorkWindows(SCHOOL, (parse_window("22:30-06:00"),))
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "end", "allowed"),
    [
        ("2026-06-15 20:00", "2026-06-15 21:00", False),
        ("2026-06-15 22:30", "2026-06-15 23:30", True),
        ("2026-06-15 22:29", "2026-06-15 23:30", False),
        ("2026-06-16 05:00", "2026-06-16 06:00", True),
        ("2026-06-16 05:00", "2026-06-16 06:01", False),
        # From Friday night over the weekend to Monday morning.
        ("2026-06-12 22:30", "2026-06-15 06:00", True),
        ("2026-06-12 22:30", "2026-06-15 06:01", False),
        # Thursday 1 October is a holiday; Saturday 10 October makes up for one.
        ("2026-10-01 10:00", "2026-10-01 12:00", True),
        ("2026-10-10 10:00", "2026-10-10 12:00", False),
    ],
)
def test_at_night_and_on_free_days(start: str, end: str, allowed: bool) -> None:
    assert is_allowed(NIGHTS, at(start), at(end)) is allowed


def test_what_ends_before_it_starts_is_not_allowed() -> None:
    assert not is_allowed(NIGHTS, at("2026-06-15 23:30"), at("2026-06-15 22:30"))


def test_the_next_night_and_the_next_free_day_are_offered() -> None:
    # Monday 2026-06-15; Friday 19 June is the Dragon Boat Festival.
    assert next_slots(NIGHTS, at("2026-06-15 20:00"), HOUR) == (
        Interval(at("2026-06-15 22:30"), at("2026-06-15 23:30")),
        Interval(at("2026-06-19 09:00"), at("2026-06-19 10:00")),
    )


def test_a_slot_begins_no_earlier_than_asked() -> None:
    assert next_slots(NIGHTS, at("2026-06-16 01:00"), HOUR)[0].start == at("2026-06-16 01:00")
    # Two hours no longer fit in before 06:00.
    assert next_slots(NIGHTS, at("2026-06-16 05:00"), 2 * HOUR)[0].start == at("2026-06-16 22:30")


def test_what_fits_in_nowhere_has_no_slot() -> None:
    only_nights = WorkWindows(SCHOOL, (parse_window("22:30-06:00"),), non_working_days=False)
    assert next_slots(only_nights, at("2026-06-15 20:00"), 8 * HOUR) == ()
    with pytest.raises(ValueError, match="大于 0"):
        next_slots(NIGHTS, at("2026-06-15 20:00"), timedelta(0))


def test_windows_in_which_nothing_may_be_done_are_refused() -> None:
    with pytest.raises(ValueError, match="non_working_days"):
        WorkWindows(SCHOOL, (), non_working_days=False)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60 * 24 * 60), st.integers(1, 9 * 60))
def test_every_slot_that_is_offered_is_allowed(minutes: int, length: int) -> None:
    after = at("2026-09-01 00:00") + timedelta(minutes=minutes)
    for slot in next_slots(NIGHTS, after, timedelta(minutes=length)):
        assert slot.end is not None
        assert after <= slot.start
        assert slot.end - slot.start == timedelta(minutes=length)
        assert is_allowed(NIGHTS, slot.start, slot.end)


def test_stretches_are_merged_and_cut() -> None:
    found = list(allowed_stretches(NIGHTS, at("2026-06-12 12:00"), at("2026-06-15 23:00")))
    assert found == [
        Interval(at("2026-06-12 22:30"), at("2026-06-15 06:00")),
        Interval(at("2026-06-15 22:30"), at("2026-06-15 23:00")),
    ]
