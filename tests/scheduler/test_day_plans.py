"""Which hours a day has: special day, make-up workday, public holiday, weekly hours."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.calendar import Calendar, DayReason, always, check, day_plan, parse_weekly, parse_window

ZONE = ZoneInfo("Asia/Shanghai")
WORKDAY = Calendar("workday", ZONE, parse_weekly({"mon-thu": ["09:00-17:30"], "fri": ["09:00-16:00"]}), "CN")
HALF = (parse_window("09:00-12:00"),)

MAKE_UP_SATURDAY = date(2026, 2, 14)
SPRING_FESTIVAL = date(2026, 2, 17)
MONDAY = date(2026, 3, 9)


def test_an_ordinary_day_has_its_weekly_hours() -> None:
    plan = day_plan(WORKDAY, MONDAY)
    assert (plan.windows, plan.reason, plan.is_provisional) == (
        (parse_window("09:00-17:30"),),
        DayReason.WEEKLY,
        False,
    )


def test_a_public_holiday_is_closed_and_named() -> None:
    plan = day_plan(WORKDAY, SPRING_FESTIVAL)
    assert (plan.windows, plan.reason) == ((), DayReason.HOLIDAY)
    assert plan.occasion is not None
    assert (plan.occasion.zh, plan.occasion.en) == ("春节", "Spring Festival")


def test_a_make_up_saturday_works_like_the_friday_before() -> None:
    plan = day_plan(WORKDAY, MAKE_UP_SATURDAY)
    assert (plan.windows, plan.reason) == ((parse_window("09:00-16:00"),), DayReason.MAKE_UP)


def test_a_make_up_day_skips_weekdays_without_hours() -> None:
    calendar = replace(
        WORKDAY, id="mon-wed", weekly=parse_weekly({"mon-wed": ["10:00-15:00"], "sat": ["09:00-10:00"]})
    )
    assert day_plan(calendar, MAKE_UP_SATURDAY).windows == (parse_window("10:00-15:00"),)


def test_a_desk_of_weekends_keeps_its_hours_on_a_make_up_saturday() -> None:
    calendar = replace(WORKDAY, id="weekend", weekly=parse_weekly({"sat-sun": ["10:00-15:00"]}))
    plan = day_plan(calendar, MAKE_UP_SATURDAY)
    assert (plan.windows, plan.reason) == ((parse_window("10:00-15:00"),), DayReason.WEEKLY)


@pytest.mark.parametrize("day", [MAKE_UP_SATURDAY, SPRING_FESTIVAL, MONDAY])
def test_a_special_day_wins_over_everything(day: date) -> None:
    plan = day_plan(replace(WORKDAY, special={day: HALF}), day)
    assert (plan.windows, plan.reason) == (HALF, DayReason.SPECIAL)


def test_a_special_day_without_windows_is_closed() -> None:
    assert day_plan(replace(WORKDAY, special={MONDAY: ()}), MONDAY).windows == ()


def test_without_a_country_holidays_are_days_like_others() -> None:
    plan = day_plan(replace(WORKDAY, holidays=None), SPRING_FESTIVAL)
    assert (plan.reason, bool(plan.windows), plan.is_provisional) == (DayReason.WEEKLY, True, False)


@pytest.mark.parametrize("year", [1999, 2003, 2199])
def test_a_year_that_is_not_published_counts_as_ordinary_and_says_so(year: int) -> None:
    monday = next(day for day in (date(year, 10, number) for number in range(1, 8)) if day.weekday() == 0)
    plan = day_plan(WORKDAY, monday)
    assert (plan.windows, plan.reason, plan.is_provisional) == (WORKDAY.weekly[0], DayReason.WEEKLY, True)


def test_a_published_year_is_certain_from_its_first_day_to_its_last() -> None:
    first = date(2025, 1, 1)
    plans = [day_plan(WORKDAY, first + timedelta(days=number)) for number in range(365)]
    assert not any(plan.is_provisional for plan in plans)
    # What the State Council announced for 2025: 28 days off, five make-up workdays.
    assert sum(plan.reason is DayReason.HOLIDAY for plan in plans) == 28
    assert [plan.day.isoformat() for plan in plans if plan.reason is DayReason.MAKE_UP] == [
        "2025-01-26",
        "2025-02-08",
        "2025-04-27",
        "2025-09-28",
        "2025-10-11",
    ]


def test_a_special_day_in_a_year_that_is_not_published_is_certain() -> None:
    day = date(2199, 10, 1)
    assert not day_plan(replace(WORKDAY, special={day: HALF}), day).is_provisional


def test_a_calendar_with_hours_is_accepted() -> None:
    check(WORKDAY)
    check(always(ZONE))


def test_a_calendar_without_working_time_is_refused() -> None:
    with pytest.raises(ValueError, match=r"“closed”.*没有任何工作时间"):
        check(Calendar("closed", ZONE, parse_weekly({"sun": []})))


def test_special_days_alone_are_refused_because_they_run_out() -> None:
    with pytest.raises(ValueError, match=r"“exams”.*没有任何工作时间"):
        check(Calendar("exams", ZONE, parse_weekly({}), special={MONDAY: HALF}))


def test_an_unknown_country_is_refused() -> None:
    with pytest.raises(ValueError, match=r"“XX”.*应为 CN"):
        check(replace(WORKDAY, holidays="XX"))


def test_a_week_has_seven_days() -> None:
    with pytest.raises(ValueError, match="expected 7"):
        Calendar("short", ZONE, ((parse_window("09:00-17:00"),),))


def test_a_calendar_cannot_change_after_it_was_made() -> None:
    special = {MONDAY: HALF}
    calendar = replace(WORKDAY, special=special)
    special[MONDAY] = ()
    assert day_plan(calendar, MONDAY).windows == HALF
    assert hash(calendar) == hash(replace(WORKDAY, special={MONDAY: HALF}))
    assert calendar == replace(WORKDAY, special={MONDAY: HALF})
    assert calendar != WORKDAY
