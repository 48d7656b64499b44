"""What comes back by the calendar: crontab lines, closed days, summer time."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.calendar import Calendar, always, parse_weekly
from scheduler.crontab import parse_cron
from scheduler.plans import Moves, Plan, next_occurrence, planned_between

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
WORKDAY = Calendar("workday", SHANGHAI, parse_weekly({"mon-fri": ["09:00-17:30"]}), "CN")
ALWAYS = always(SHANGHAI)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def days(plan: Plan, start: str, end: str) -> list[str]:
    zone = plan.calendar.zone
    found = planned_between(plan, at(start, zone), at(end, zone))
    return [each.at.astimezone(zone).strftime("%m-%d %H:%M") for each in found]


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        # New Year, the Spring Festival's eve, Labour Day and National Day of 2026 fall on such days.
        (Moves.KEEP, ["02-01 09:00", "03-01 09:00", "04-01 09:00", "05-01 09:00"]),
        (Moves.NEXT, ["02-02 09:00", "03-02 09:00", "04-01 09:00", "05-06 09:00"]),
        (Moves.PREVIOUS, ["01-30 09:00", "02-28 09:00", "04-01 09:00", "04-30 09:00"]),
        (Moves.SKIP, ["04-01 09:00"]),
    ],
)
def test_a_closed_day_moves_what_is_planned_as_the_plan_says(moves: Moves, expected: list[str]) -> None:
    assert days(Plan("p", "0 9 1 * *", WORKDAY, moves), "2026-01-10 00:00", "2026-05-10 00:00") == expected


def test_what_is_moved_beyond_an_instant_is_still_ahead_of_it() -> None:
    plan = Plan("p", "0 9 1 * *", WORKDAY, Moves.NEXT)
    # Planned for Sunday 1 February, moved to Monday: on Sunday evening it is still to come.
    found = next_occurrence(plan, at("2026-02-01 20:00"))
    assert found is not None
    assert (found.planned_at, found.at) == (at("2026-02-01 09:00"), at("2026-02-02 09:00"))
    # And so it is on that Monday, until it comes: who starts the bot before nine misses nothing.
    for morning in ("00:00", "08:59"):
        assert next_occurrence(plan, at(f"2026-02-02 {morning}")) == found
    assert days(plan, "2026-02-02 09:00", "2026-03-02 12:00") == ["03-02 09:00"]


@settings(max_examples=25)
@given(
    cron=st.sampled_from(["0 9 * * sun", "0 9 1 * *", "0 7,23 * * *", "30 17 last * *", "0 9 5 10 *"]),
    moves=st.sampled_from(Moves),
    hours=st.integers(0, 24 * 40),
    first=st.sampled_from(["2026-01-25 00:00", "2026-09-20 12:00"]),
)
def test_whenever_one_asks_nothing_planned_is_missed_or_made_up(
    cron: str, moves: Moves, hours: int, first: str
) -> None:
    plan, begin = Plan("p", cron, WORKDAY, moves), at(first)
    asked, end = begin + timedelta(hours=hours), begin + timedelta(days=50)
    whole = planned_between(plan, begin - timedelta(days=10), end)
    assert planned_between(plan, asked, end) == tuple(each for each in whole if each.at > asked)


def test_days_of_a_holiday_that_are_moved_to_one_day_come_once() -> None:
    plan = Plan("p", "0 9 * * *", WORKDAY, Moves.NEXT)
    assert days(plan, "2026-02-14 12:00", "2026-02-25 12:00") == ["02-24 09:00", "02-25 09:00"]


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 9 1 1,7 *", ["01-01 09:00", "07-01 09:00"]),
        ("30 17 last 3,4 *", ["03-31 17:30", "04-30 17:30"]),
        ("0 8 1st_mon 3,4 *", ["03-02 08:00", "04-06 08:00"]),
        ("0 8 * 3 mon", ["03-02 08:00", "03-09 08:00", "03-16 08:00", "03-23 08:00", "03-30 08:00"]),
        ("０ 8 １ 3 *", ["03-01 08:00"]),
    ],
)
def test_crontab_lines(cron: str, expected: list[str]) -> None:
    assert days(Plan("p", cron, ALWAYS, Moves.KEEP), "2025-12-31 12:00", "2026-12-31 00:00") == expected


def test_a_plan_lasts_from_its_first_to_its_last_day() -> None:
    plan = Plan("p", "0 9 1 * *", ALWAYS, Moves.KEEP, date(2026, 3, 1), date(2026, 4, 1))
    assert days(plan, "2026-01-01 00:00", "2027-01-01 00:00") == ["03-01 09:00", "04-01 09:00"]
    assert next_occurrence(plan, at("2026-04-01 09:00")) is None


def test_times_of_day_stay_in_summer_and_winter() -> None:
    plan = Plan("p", "30 2 * * *", always(NEW_YORK), Moves.KEEP)
    # 02:30 is left out on 8 March (the clock shows 03:30 then), and 01:30 comes twice on 1 November.
    assert days(plan, "2026-03-07 00:00", "2026-03-09 12:00") == ["03-07 02:30", "03-08 03:30", "03-09 02:30"]
    twice = Plan("p", "30 1 * * *", always(NEW_YORK), Moves.KEEP)
    assert (
        len(planned_between(twice, at("2026-11-01 00:00", NEW_YORK), at("2026-11-02 00:00", NEW_YORK))) == 1
    )


def test_a_year_that_is_not_published_is_marked() -> None:
    found = next_occurrence(Plan("p", "0 9 1 * *", WORKDAY), at("2040-02-10 00:00"))
    assert found is not None
    assert found.is_provisional


def test_what_is_always_left_out_ends_instead_of_searching_for_ever() -> None:
    plain = Calendar("plain", SHANGHAI, parse_weekly({"mon-fri": ["09:00-17:30"]}))
    assert next_occurrence(Plan("p", "0 9 * * sun", plain, Moves.SKIP), at("2026-01-01 00:00")) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0 9 1 *", "5 段"),
        ("0 9 * * 1", "写名字"),
        ("0 25 * * *", "看不懂"),
        ("0 9 30 2 *", "永远不会到"),
        ("每月一号", "5 段"),
    ],
)
def test_lines_that_are_no_crontab_are_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_cron(text)
    with pytest.raises(ValueError, match=says):
        Plan("p", text, ALWAYS)
