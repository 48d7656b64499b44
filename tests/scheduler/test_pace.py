"""How often something is said again: even to begin with, then more and more rarely, and never too rarely."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.pace import RAREST, Pace

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("every", "rarest", "minutes"),
    [
        (15, 240, [15, 30, 45, 60, 75, 90, 105, 120, 150, 180, 240, 300, 420, 540, 780, 1020, 1260]),
        (30, 240, [30, 60, 90, 120, 150, 180, 210, 240, 300, 360, 480, 600, 840, 1080]),
        (15, 60, [15, 30, 45, 60, 75, 90, 105, 120, 150, 180, 240, 300, 360]),
        (15, 15, [15, 30, 45, 60, 75, 90, 105]),
        (1440, 240, [1440, 2880, 4320, 5760, 7200]),
    ],
)
def test_it_is_said_eight_times_at_one_pace_and_then_twice_at_each_slower_one(
    every: int, rarest: int, minutes: list[int]
) -> None:
    pace = Pace(every * MINUTE, rarest * MINUTE)
    assert [pace.after(count) // MINUTE for count in range(1, len(minutes) + 1)] == minutes


def test_a_night_is_few_calls_and_so_are_four_days() -> None:
    pace = Pace(15 * MINUTE)
    assert (pace.count(timedelta(hours=16)), pace.count(timedelta(days=4))) == (15, 35)


lengths = st.integers(1, 10_000).map(lambda count: count * MINUTE)


@given(lengths, st.just(RAREST) | lengths, st.integers(0, 300))
def test_what_lies_in_a_time_is_what_was_said_in_it(every: timedelta, rarest: timedelta, count: int) -> None:
    pace = Pace(every, rarest)
    assert pace.count(pace.after(count)) == count
    assert pace.count(pace.after(count + 1) - timedelta.resolution) == count


@given(lengths, st.just(RAREST) | lengths, st.integers(1, 300))
def test_a_pause_never_grows_shorter_nor_longer_than_allowed(
    every: timedelta, rarest: timedelta, count: int
) -> None:
    pace = Pace(every, rarest)
    assert every <= pace.pause(count - 1) <= pace.pause(count) <= max(every, rarest)


@given(lengths, st.just(RAREST) | lengths, lengths)
def test_once_it_is_rarer_nothing_is_said_within_half_its_pause_of_what_was_said_last(
    every: timedelta, rarest: timedelta, passed: timedelta
) -> None:
    pace = Pace(every, rarest)
    told = pace.told(passed)
    assert 2 * (pace.after(told + 1) - passed) >= pace.pause(told) or pace.pause(told) == every
    assert told - pace.count(passed) in (0, 1)
