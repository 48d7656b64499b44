"""Shares that must be kept and numbers that must not be exceeded, per period."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.ledgers import Entry, Quota, Ratio, Trips, attainment, counts
from scheduler.periods import Periods, Span, months_later, period_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
YEARS = Periods(Span.YEAR, SHANGHAI)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("span", "anchor", "start", "end"),
    [
        (Span.MONTH, date(2000, 1, 1), "2026-02-01", "2026-03-01"),
        (Span.QUARTER, date(2000, 1, 1), "2026-01-01", "2026-04-01"),
        (Span.YEAR, date(2000, 1, 1), "2026-01-01", "2027-01-01"),
        (Span.YEAR, date(2025, 9, 1), "2025-09-01", "2026-09-01"),
        (Span.MONTH, date(2025, 8, 31), "2026-01-31", "2026-02-28"),
    ],
)
def test_periods(span: Span, anchor: date, start: str, end: str) -> None:
    period = period_of(Periods(span, SHANGHAI, anchor), at("2026-02-10 12:00"))
    assert (period.start, period.end) == (at(f"{start} 00:00"), at(f"{end} 00:00"))


def test_for_ever_begins_with_the_contract() -> None:
    period = period_of(Periods(Span.FOREVER, SHANGHAI, date(2025, 9, 1)), at("2026-02-10 12:00"))
    assert (period.start, period.end) == (at("2025-09-01 00:00"), None)


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.dates(date(1990, 1, 1), date(2060, 1, 1)))
def test_every_instant_lies_in_its_period(anchor: date, day: date) -> None:
    for span in (Span.MONTH, Span.QUARTER, Span.YEAR):
        now = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
        period = period_of(Periods(span, SHANGHAI, anchor), now)
        assert period.end is not None
        assert period.start <= now < period.end
        assert period_of(Periods(span, SHANGHAI, anchor), period.end).start == period.end


def test_a_month_without_that_day_ends_on_its_last() -> None:
    assert months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_later(date(2026, 1, 31), -2) == date(2025, 11, 30)


def cases(kept: int, failed: int) -> list[Entry]:
    flags = [True] * kept + [False] * failed
    return [
        Entry(at("2026-02-01 09:00") + n * timedelta(hours=1), str(n), flag) for n, flag in enumerate(flags)
    ]


@pytest.mark.parametrize(
    ("kept", "failed", "is_attained", "room"),
    [(9, 1, True, 0), (18, 1, True, 1), (8, 2, False, -1), (0, 0, True, 0), (20, 0, True, 2)],
)
def test_at_least_nine_of_ten(kept: int, failed: int, is_attained: bool, room: int) -> None:
    ratio = Ratio("onsite", YEARS, at_least=Fraction(9, 10))
    found = attainment(ratio, cases(kept, failed), at("2026-06-01 00:00"))
    assert (found.kept, found.total) == (kept, kept + failed)
    assert (found.is_attained, found.room) == (is_attained, room)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 99))
def test_the_room_is_how_many_more_it_bears(kept: int, failed: int, percent: int) -> None:
    ratio = Ratio("r", YEARS, at_least=Fraction(percent, 100))
    found = attainment(ratio, cases(kept, failed), at("2026-06-01 00:00"))
    if found.is_attained:
        assert attainment(ratio, cases(kept, failed + found.room), at("2026-06-01 00:00")).is_attained
        assert not attainment(ratio, cases(kept, failed + found.room + 1), at("2026-06-01 00:00")).is_attained
    else:
        fixed = cases(kept - found.room, failed + found.room)
        assert attainment(ratio, fixed, at("2026-06-01 00:00")).is_attained
        almost = cases(kept - found.room - 1, failed + found.room + 1)
        assert not attainment(ratio, almost, at("2026-06-01 00:00")).is_attained


def test_at_most_one_of_ten_may_be_put_off() -> None:
    ratio = Ratio("agreed", YEARS, at_most=Fraction(1, 10))
    found = attainment(ratio, cases(1, 9), at("2026-06-01 00:00"))
    assert (found.share, found.is_attained, found.room) == (Fraction(1, 10), True, 0)
    assert not attainment(ratio, cases(2, 9), at("2026-06-01 00:00")).is_attained
    assert attainment(ratio, cases(2, 18), at("2026-06-01 00:00")).is_attained


def test_other_periods_and_excused_cases_do_not_count() -> None:
    entries = [
        Entry(at("2025-12-31 23:59"), "a", is_kept=False),
        Entry(at("2026-01-01 00:00"), "b"),
        Entry(at("2026-05-01 00:00"), "c", is_kept=False, excused="force_majeure"),
        Entry(at("2027-01-01 00:00"), "d", is_kept=False),
    ]
    found = attainment(Ratio("r", YEARS, at_least=Fraction(1)), entries, at("2026-06-01 00:00"))
    assert (found.kept, found.total, found.is_attained) == (1, 1, True)


def test_not_more_than_twice_a_year_bears_the_second() -> None:
    quota = Quota("faults", YEARS, 2)
    (twice,) = counts(quota, cases(2, 0), at("2026-06-01 00:00"))
    assert (twice.used, twice.left, twice.is_exceeded) == (2, 0, False)
    (thrice,) = counts(quota, cases(3, 0), at("2026-06-01 00:00"))
    assert thrice.is_exceeded
    (excused,) = counts(
        quota, [Entry(each.at, "", excused="停电") for each in cases(3, 0)], at("2026-06-01 00:00")
    )
    assert (excused.used, excused.left) == (0, 2)


def test_twice_and_more_trips_at_the_second_of_each_device() -> None:
    quota = Quota("device", Periods(Span.FOREVER, SHANGHAI), 2, Trips.AT, per_subject=True)
    entries = [Entry(at("2025-01-01 00:00"), "SN1"), Entry(at("2026-01-01 00:00"), "SN2")]
    once = counts(quota, entries, at("2026-06-01 00:00"))
    assert [(each.subject, each.used, each.left, each.is_exceeded) for each in once] == [
        ("SN1", 1, 0, False),
        ("SN2", 1, 0, False),
    ]
    again = counts(quota, [*entries, Entry(at("2026-02-01 00:00"), "SN1")], at("2026-06-01 00:00"))
    assert [each.is_exceeded for each in again] == [True, False]


@pytest.mark.parametrize(
    "bounds", [{}, {"at_least": Fraction(1, 2), "at_most": Fraction(1, 2)}, {"at_most": Fraction(2)}]
)
def test_ratios_without_one_bound_are_refused(bounds: dict[str, Fraction]) -> None:
    with pytest.raises(ValueError, match="at_least"):
        Ratio("r", YEARS, **bounds)


def test_limits_that_nothing_can_keep_are_refused() -> None:
    with pytest.raises(ValueError, match="上限"):
        Quota("q", YEARS, 0, Trips.AT)
    with pytest.raises(ValueError, match="上限"):
        Quota("q", YEARS, -1)
