"""From which day to which day something holds, and the words ahead of its end."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from scheduler.calendar import Calendar, parse_weekly
from scheduler.validity import Validity, is_valid, lasting, next_notice, notices

SHANGHAI = ZoneInfo("Asia/Shanghai")
WORKDAY = Calendar("workday", SHANGHAI, parse_weekly({"mon-fri": ["09:00-17:30"]}), "CN")
CONTRACT = Validity(date(2025, 9, 1), date(2026, 8, 31))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_both_days_are_included() -> None:
    assert is_valid(CONTRACT, date(2025, 9, 1))
    assert is_valid(CONTRACT, date(2026, 8, 31))
    assert not is_valid(CONTRACT, date(2025, 8, 31))
    assert not is_valid(CONTRACT, date(2026, 9, 1))
    assert is_valid(Validity(), date(1999, 1, 1))


@pytest.mark.parametrize(
    ("first", "years", "months", "counts_first_day", "last"),
    [
        (date(2025, 9, 1), 1, 0, True, date(2026, 8, 31)),
        (date(2025, 9, 1), 1, 0, False, date(2026, 9, 1)),
        (date(2025, 9, 15), 3, 0, True, date(2028, 9, 14)),
        (date(2024, 2, 29), 1, 0, True, date(2025, 2, 28)),
        (date(2026, 1, 31), 0, 1, True, date(2026, 2, 28)),
        (date(2026, 1, 31), 0, 1, False, date(2026, 2, 28)),
    ],
)
def test_so_many_years_and_months(
    first: date, years: int, months: int, counts_first_day: bool, last: date
) -> None:
    made = lasting(first, years=years, months=months, counts_first_day=counts_first_day)
    assert (made.first, made.last) == (first, last)


def test_ninety_thirty_and_seven_days_ahead_on_working_days() -> None:
    found = [(each.days_left, each.at) for each in notices(CONTRACT, WORKDAY)]
    # 2 June is a Tuesday; 1 August a Saturday; 24 August a Monday.
    assert found == [
        (90, at("2026-06-02 09:00")),
        (30, at("2026-07-31 09:00")),
        (7, at("2026-08-24 09:00")),
    ]
    upcoming = next_notice(CONTRACT, WORKDAY, at("2026-06-02 09:00"))
    assert upcoming is not None
    assert upcoming.days_left == 30
    assert next_notice(CONTRACT, WORKDAY, at("2026-08-24 09:00")) is None


def test_nothing_is_said_before_it_began_or_when_it_never_ends() -> None:
    short = Validity(date(2026, 8, 10), date(2026, 8, 31))
    assert [each.days_left for each in notices(short, WORKDAY)] == [7]
    assert notices(Validity(date(2026, 8, 10)), WORKDAY) == ()


def test_what_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="早于"):
        Validity(date(2026, 8, 31), date(2026, 8, 30))
    with pytest.raises(ValueError, match="至少一个月"):
        lasting(date(2026, 8, 31))
