"""By when a promise must be kept, in every way in which contracts say it."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.calendar import Calendar, always, parse_weekly
from scheduler.intervals import Interval
from scheduler.targets import (
    CalendarDays,
    Instant,
    NthWorkingDay,
    Target,
    Within,
    WorkingDays,
    budget,
    due,
    share_instant,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
WORKDAY = Calendar("workday", SHANGHAI, parse_weekly({"mon-fri": ["09:00-17:30"]}), "CN")
ALWAYS = always(SHANGHAI)
NIGHT = Calendar("night", SHANGHAI, parse_weekly({"daily": ["22:00-06:00"]}))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def pause(start: str, end: str | None) -> Interval:
    return Interval(at(start), at(end) if end else None)


@pytest.mark.parametrize(
    ("target", "start", "expected"),
    [
        # 2026-03-06 is a Friday; the Spring Festival of 2026 lasts from 15 to 23 February, 14 and 28 are worked.
        (NthWorkingDay(2, time(6)), "2026-03-06 10:00", "2026-03-10 06:00"),
        (NthWorkingDay(2, time(6), counts_report_day=True), "2026-03-06 10:00", "2026-03-09 06:00"),
        (NthWorkingDay(2, time(6)), "2026-03-07 10:00", "2026-03-10 06:00"),
        (NthWorkingDay(2, time(6), counts_report_day=True), "2026-03-07 10:00", "2026-03-10 06:00"),
        (NthWorkingDay(2, time(6)), "2026-02-13 10:00", "2026-02-24 06:00"),
        (NthWorkingDay(1, time(17), counts_report_day=True), "2026-03-06 10:00", "2026-03-06 17:00"),
        # What is reported after that time of day cannot be due before it was reported.
        (NthWorkingDay(1, time(9), counts_report_day=True), "2026-03-06 10:00", "2026-03-09 09:00"),
        (WorkingDays(1), "2026-03-06 08:00", "2026-03-09 17:30"),
        (WorkingDays(1, counts_report_day=True), "2026-03-06 08:00", "2026-03-06 17:30"),
        (WorkingDays(1, counts_report_day=True), "2026-03-06 17:30", "2026-03-09 17:30"),
        (WorkingDays(60), "2026-01-05 10:00", "2026-04-03 17:30"),
        (CalendarDays(3), "2026-03-03 10:00", "2026-03-06 17:30"),
        (CalendarDays(3), "2026-03-05 10:00", "2026-03-09 17:30"),
        (CalendarDays(3, ends_on_working_day=False), "2026-03-05 10:00", "2026-03-09 00:00"),
        (CalendarDays(30), "2026-01-20 10:00", "2026-02-24 17:30"),
        (CalendarDays(1, counts_report_day=True), "2026-03-06 10:00", "2026-03-06 17:30"),
        (Instant(at("2026-03-07 21:00")), "2026-03-06 10:00", "2026-03-07 21:00"),
        (Within(timedelta(hours=2)), "2026-03-06 16:30", "2026-03-09 10:00"),
    ],
)
def test_a_target_is_due_as_the_contract_says(target: Target, start: str, expected: str) -> None:
    assert due(target, WORKDAY, at(start)) == at(expected)


def test_a_day_that_never_closes_ends_at_midnight() -> None:
    assert due(WorkingDays(1), ALWAYS, at("2026-03-06 10:00")) == at("2026-03-08 00:00")


def test_a_shift_over_midnight_ends_the_day_it_began_on() -> None:
    assert due(WorkingDays(1), NIGHT, at("2026-03-06 10:00")) == at("2026-03-08 06:00")


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (WorkingDays(2), "2026-03-13 17:30"),
        (CalendarDays(2), "2026-03-13 17:30"),
        (NthWorkingDay(2, time(6)), "2026-03-13 06:00"),
        (Instant(at("2026-03-11 10:00")), "2026-03-12 15:30"),
        (Instant(at("2026-03-11 20:00")), "2026-03-13 14:30"),
        (Instant(at("2026-03-12 16:00")), "2026-03-16 13:00"),
        (Within(timedelta(hours=17)), "2026-03-12 17:30"),
    ],
)
def test_of_days_those_do_not_count_at_whose_end_work_waits(target: Target, expected: str) -> None:
    pauses = [pause("2026-03-10 15:00", "2026-03-12 12:00")]
    assert due(target, WORKDAY, at("2026-03-09 12:00"), pauses) == at(expected)
    assert due(target, WORKDAY, at("2026-03-09 12:00"), pauses * 2) == at(expected)


@pytest.mark.parametrize(
    "stop", [("2026-03-09 09:00", "2026-03-09 12:00"), ("2026-03-09 18:00", "2026-03-10 08:00")]
)
def test_an_agreed_instant_stays_where_no_work_waited_meanwhile(stop: tuple[str, str]) -> None:
    # A pause before the start, and one in the night; Sunday evening is still Sunday evening.
    agreed = Instant(at("2026-03-15 20:00"))
    assert due(agreed, WORKDAY, at("2026-03-09 12:00"), [pause(*stop)]) == agreed.at


@pytest.mark.parametrize("end", ["2026-03-10 17:30", "2026-03-10 17:29"])
def test_a_day_counts_when_its_last_minute_counted(end: str) -> None:
    found = due(WorkingDays(1), WORKDAY, at("2026-03-09 12:00"), [pause("2026-03-10 09:00", end)])
    assert found == at("2026-03-11 17:30" if end.endswith("30") else "2026-03-10 17:30")


def test_a_pause_that_begins_at_closing_takes_nothing_from_the_day() -> None:
    pauses = [pause("2026-03-10 17:30", None)]
    assert due(WorkingDays(1), WORKDAY, at("2026-03-09 12:00"), pauses) == at("2026-03-10 17:30")
    assert due(WorkingDays(2), WORKDAY, at("2026-03-09 12:00"), pauses) is None


@pytest.mark.parametrize(
    "target", [WorkingDays(2), CalendarDays(2), NthWorkingDay(2, time(6)), Instant(at("2026-03-12 16:00"))]
)
def test_nothing_is_due_while_a_pause_is_open(target: Target) -> None:
    start, pauses = at("2026-03-09 12:00"), [pause("2026-03-10 09:00", None)]
    assert due(target, WORKDAY, start, pauses) is None
    assert share_instant(target, WORKDAY, start, pauses, 1.0) is None
    assert share_instant(target, WORKDAY, start, pauses, 1.5) is None
    # What was reached before it stays where it is.
    assert share_instant(target, WORKDAY, start, pauses, 0.01) is not None
    assert share_instant(target, WORKDAY, start, pauses, 0.99) is None


def test_shares_are_shares_of_the_working_time_between() -> None:
    start, target = at("2026-03-06 16:30"), Instant(at("2026-03-09 11:00"))
    assert budget(target, WORKDAY, start) == timedelta(hours=3)
    assert share_instant(target, WORKDAY, start, (), 0.5) == at("2026-03-09 09:30")
    assert share_instant(target, WORKDAY, start, (), 1.0) == at("2026-03-09 11:00")
    assert share_instant(target, WORKDAY, start, (), 1.5) == at("2026-03-09 12:30")


def test_shares_of_what_lies_outside_working_hours_are_shares_of_real_time() -> None:
    start, target = at("2026-03-06 18:00"), Instant(at("2026-03-06 22:00"))
    assert budget(target, WORKDAY, start) == timedelta(0)
    assert share_instant(target, WORKDAY, start, (), 0.5) == at("2026-03-06 20:00")
    assert share_instant(target, WORKDAY, start, (), 1.5) == at("2026-03-07 00:00")


@pytest.mark.parametrize(
    "made",
    [
        lambda: Within(timedelta(seconds=-1)),
        lambda: WorkingDays(0),
        lambda: CalendarDays(6000),
        lambda: NthWorkingDay(0, time(6)),
        lambda: Instant(datetime.fromisoformat("2026-03-06 10:00")),
    ],
)
def test_what_no_contract_promises_is_refused(made: Callable[[], Target]) -> None:
    with pytest.raises(ValueError, match=r"不|time zone"):
        made()
