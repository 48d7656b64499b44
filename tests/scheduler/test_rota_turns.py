"""Who is on call: turns, hand-over at the same time of day all year, overrides."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from scheduler.rota import Override, Rota, next_change, on_call

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
WEEK = timedelta(days=7)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


WEEKLY = Rota("first-line", ("zhang", "li", "zhou"), SHANGHAI, WEEK, at("2026-03-02 09:00"))


def test_members_take_turns() -> None:
    assert on_call(WEEKLY, at("2026-03-02 09:00")) == ("zhang",)
    assert on_call(WEEKLY, at("2026-03-09 08:59:59")) == ("zhang",)
    assert on_call(WEEKLY, at("2026-03-09 09:00")) == ("li",)
    assert on_call(WEEKLY, at("2026-03-16 09:00")) == ("zhou",)
    assert on_call(WEEKLY, at("2026-03-23 09:00")) == ("zhang",)


def test_before_the_first_hand_over_turns_are_counted_backwards() -> None:
    assert on_call(WEEKLY, at("2026-03-02 08:59")) == ("zhou",)


def test_the_next_change_is_the_next_hand_over_in_utc() -> None:
    change = next_change(WEEKLY, at("2026-03-04 12:00"))
    assert (change, change.tzinfo) == (at("2026-03-09 09:00"), UTC)
    assert next_change(WEEKLY, at("2026-03-09 09:00")) == at("2026-03-16 09:00")


@pytest.mark.parametrize(
    "day", ["2026-03-07", "2026-03-08", "2026-03-09", "2026-10-31", "2026-11-01", "2026-11-02"]
)
def test_hand_over_keeps_its_time_of_day_in_summer_and_winter(day: str) -> None:
    rota = Rota("daily", ("a", "b"), NEW_YORK, timedelta(days=1), at("2026-01-01 08:00", NEW_YORK))
    hand_over = at(f"{day} 08:00", NEW_YORK)
    before = on_call(rota, hand_over - timedelta(seconds=1))
    assert on_call(rota, hand_over) != before
    assert next_change(rota, hand_over - timedelta(seconds=1)) == hand_over


def test_half_day_shifts_keep_their_times_of_day() -> None:
    rota = Rota("halves", ("day", "night"), NEW_YORK, timedelta(hours=12), at("2026-01-01 08:00", NEW_YORK))
    for day in ("2026-03-07", "2026-03-08", "2026-03-09", "2026-11-01", "2026-11-02"):
        assert on_call(rota, at(f"{day} 08:00", NEW_YORK)) == ("day",)
        assert on_call(rota, at(f"{day} 19:59", NEW_YORK)) == ("day",)
        assert on_call(rota, at(f"{day} 20:00", NEW_YORK)) == ("night",)


def test_a_hand_over_in_the_hour_that_comes_twice_happens_once() -> None:
    rota = Rota("daily", ("a", "b"), NEW_YORK, timedelta(days=1), at("2026-10-31 01:30", NEW_YORK))
    seen = [
        on_call(rota, datetime(2026, 11, 1, 4, 0, tzinfo=UTC) + step * timedelta(minutes=10))
        for step in range(24)
    ]
    assert sum(one != other for one, other in pairwise(seen)) == 1


def test_an_override_wins_while_it_lasts() -> None:
    rota = replace(
        WEEKLY, overrides=(Override(at("2026-03-04 18:00"), at("2026-03-05 09:00"), ("zhou", "li")),)
    )
    assert on_call(rota, at("2026-03-04 17:59")) == ("zhang",)
    assert on_call(rota, at("2026-03-04 18:00")) == ("zhou", "li")
    assert on_call(rota, at("2026-03-05 09:00")) == ("zhang",)
    assert next_change(rota, at("2026-03-04 12:00")) == at("2026-03-04 18:00")
    assert next_change(rota, at("2026-03-04 18:00")) == at("2026-03-05 09:00")


def test_of_two_overrides_the_last_written_holds() -> None:
    long = Override(at("2026-03-04 00:00"), at("2026-03-06 00:00"), ("li",))
    short = Override(at("2026-03-05 00:00"), at("2026-03-05 12:00"), ("zhou",))
    assert on_call(replace(WEEKLY, overrides=(long, short)), at("2026-03-05 06:00")) == ("zhou",)
    assert on_call(replace(WEEKLY, overrides=(short, long)), at("2026-03-05 06:00")) == ("li",)


def test_a_hand_over_under_an_override_is_no_change() -> None:
    rota = replace(WEEKLY, overrides=(Override(at("2026-03-05 00:00"), at("2026-03-20 00:00"), ("li",)),))
    assert next_change(rota, at("2026-03-06 12:00")) == at("2026-03-20 00:00")


def test_an_override_that_ends_with_the_same_person_is_no_change() -> None:
    rota = replace(WEEKLY, overrides=(Override(at("2026-03-05 00:00"), at("2026-03-10 00:00"), ("li",)),))
    assert next_change(rota, at("2026-03-06 12:00")) == at("2026-03-16 09:00")


def test_nobody_may_be_put_on_call() -> None:
    rota = replace(WEEKLY, overrides=(Override(at("2026-03-04 18:00"), at("2026-03-05 09:00"), ()),))
    assert on_call(rota, at("2026-03-04 20:00")) == ()


def test_a_rota_without_members_has_nobody_on_call() -> None:
    empty = replace(WEEKLY, members=(), backup=("zhou",))
    assert on_call(empty, at("2026-03-04 20:00")) == ()
    assert next_change(empty, at("2026-03-04 20:00")) == at("2026-03-09 09:00")


def test_one_person_alone_changes_only_with_an_override_however_far() -> None:
    alone = replace(WEEKLY, members=("zhang",))
    assert next_change(alone, at("2026-03-04 20:00")) == at("2026-03-09 09:00")
    holiday = replace(alone, overrides=(Override(at("2027-03-04 00:00"), at("2027-03-05 00:00"), ("li",)),))
    assert next_change(holiday, at("2026-03-04 20:00")) == at("2027-03-04 00:00")


def test_a_shift_of_no_length_is_refused() -> None:
    with pytest.raises(ValueError, match="shift"):
        replace(WEEKLY, shift=timedelta(0))


def test_a_first_hand_over_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        replace(WEEKLY, starts=at("2026-03-02 09:00").replace(tzinfo=None))


@settings(deadline=None, max_examples=80)
@given(
    st.sampled_from([SHANGHAI, NEW_YORK, ZoneInfo("Australia/Lord_Howe")]),
    st.sampled_from([timedelta(hours=1), timedelta(hours=8), timedelta(hours=12), timedelta(days=1), WEEK]),
    st.integers(0, 24 * 60).map(
        lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.integers(0, 400 * 24 * 60).map(
        lambda minutes: datetime(2025, 12, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 500)), max_size=3),
)
def test_nobody_else_is_on_call_before_the_next_change(
    zone: ZoneInfo, shift: timedelta, starts: datetime, now: datetime, overridden: list[tuple[int, int]]
) -> None:
    hour = timedelta(hours=1)
    overrides = tuple(Override(starts + a * hour, starts + (a + b) * hour, ("d", "b")) for a, b in overridden)
    rota = Rota("any", ("a", "b", "c"), zone, shift, starts, overrides)
    change = next_change(rota, now)
    assert change > now
    assert on_call(rota, change) != on_call(rota, now)
    for step in range(12):
        assert on_call(rota, now + (change - now) * step / 12) == on_call(rota, now)
