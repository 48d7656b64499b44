"""Ladders in waking hours and in real time: moved to the morning, never lost, never twice."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.calendar import Calendar, always, parse_weekly, parse_window
from scheduler.escalation import (
    After,
    Before,
    Ladder,
    Rung,
    Share,
    due,
    next_rung,
    parse_at,
    rung_instant,
)
from scheduler.intervals import Interval
from scheduler.targets import NthWorkingDay, Within, WorkingDays
from scheduler.waking import asleep_since, awake_from, open_since, open_until

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
ALWAYS = always(SHANGHAI)
WORKDAY = Calendar("workday", SHANGHAI, parse_weekly({"mon-fri": ["09:00-17:30"]}), "CN")
DAYTIME = parse_window("08:00-22:00")
HOUR = timedelta(hours=1)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("now", "awake", "asleep"),
    [
        ("09 07:59", "09 08:00", "08 22:00"),
        ("09 08:00", "09 08:00", None),
        ("09 21:59", "09 21:59", None),
        ("09 22:00", "10 08:00", "09 22:00"),
    ],
)
def test_awake_and_asleep(now: str, awake: str, asleep: str | None) -> None:
    assert awake_from(DAYTIME, SHANGHAI, at(now)) == at(awake)
    assert asleep_since(DAYTIME, SHANGHAI, at(now)) == (at(asleep) if asleep else None)
    is_open = asleep is None
    assert open_since(DAYTIME, SHANGHAI, at(now)) == (at("09 08:00") if is_open else None)
    assert open_until(DAYTIME, SHANGHAI, at(now)) == (at("09 22:00") if is_open else None)


def test_people_on_night_duty_are_awake_over_midnight() -> None:
    night = parse_window("20:00-06:00")
    assert awake_from(night, SHANGHAI, at("09 02:00")) == at("09 02:00")
    assert awake_from(night, SHANGHAI, at("09 06:00")) == at("09 20:00")


def test_waking_hours_are_hours_of_the_wall_clock_in_summer_too() -> None:
    assert awake_from(DAYTIME, NEW_YORK, at("08 01:00", NEW_YORK)) == at("08 08:00", NEW_YORK)
    assert awake_from(DAYTIME, NEW_YORK, at("07 23:00", NEW_YORK)) == at("08 08:00", NEW_YORK)
    # On the night of the change these hours are left out: 02:30 and 03:30 are one instant.
    left_out = parse_window("02:30-03:30")
    assert awake_from(left_out, NEW_YORK, at("08 01:00", NEW_YORK)) == at("09 02:30", NEW_YORK)


LADDER = Ladder(
    "quiet",
    (
        Rung(Share(0.5), ("owner",)),
        Rung(Share(1.0), ("manager",), repeat=HOUR),
        Rung(Share(2.0), ("director",), waking=parse_window("00:00-24:00")),
    ),
    waking=DAYTIME,
)


def test_what_falls_into_the_night_is_told_in_the_morning_and_only_the_highest() -> None:
    # From 18:00: half at 20:00, due at 22:00, twice the time at 02:00, which may be told at any hour.
    course = (ALWAYS, at("09 18:00"), Within(4 * HOUR), ())
    assert rung_instant(LADDER.rungs[1], *course, LADDER.waking) == at("10 08:00")
    assert due(LADDER, *course, {0: at("09 20:00")}, False, at("09 23:00")) is None
    told = due(LADDER, *course, {0: at("09 20:00")}, False, at("10 02:00"))
    assert told is not None
    assert (told.rung, told.rung_at) == (2, at("10 02:00"))
    # The director has been told: the manager below is not told for the first time any more.
    assert due(LADDER, *course, {2: at("10 02:00")}, False, at("10 08:00")) is None


def test_repetitions_of_the_night_become_one_in_the_morning() -> None:
    ladder = Ladder("quiet", LADDER.rungs[:2], DAYTIME)
    course = (ALWAYS, at("09 16:30"), Within(4 * HOUR), ())
    fired = {1: at("09 21:30")}
    assert next_rung(ladder, *course, fired, True) == at("10 08:00")
    assert due(ladder, *course, fired, True, at("10 07:59")) is None
    told = due(ladder, *course, fired, True, at("10 08:00"))
    assert told is not None
    assert (told.rung_at, told.is_repeat) == (at("10 08:00"), True)
    assert next_rung(ladder, *course, {1: at("10 08:00")}, True) == at("10 12:30")


def test_what_a_downtime_made_late_is_not_said_at_night_either() -> None:
    ladder = Ladder("quiet", LADDER.rungs[:2], DAYTIME)
    course = (ALWAYS, at("09 14:30"), Within(4 * HOUR), ())
    # Due at 18:30, down until 23:15.
    for fired, rung_at, owed_at in (
        ({0: at("09 16:30")}, "09 18:30", "09 18:30"),
        ({1: at("09 18:30")}, "10 07:30", "09 19:30"),
    ):
        assert due(ladder, *course, fired, True, at("09 23:15")) is None
        assert next_rung(ladder, *course, fired, True, at("09 23:15")) == at("10 08:00")
        # While they are awake it keeps its own instant, past as it is.
        assert next_rung(ladder, *course, fired, True, at("10 09:00")) == at(owed_at)
        told = due(ladder, *course, fired, True, at("10 08:00"))
        assert told is not None
        assert told.rung_at == at(rung_at if not told.is_repeat else "10 08:00")


def test_who_may_be_told_at_night_is_told_at_night_after_a_downtime() -> None:
    course = (ALWAYS, at("09 14:30"), Within(2 * HOUR), ())
    told = due(LADDER, *course, {0: at("09 15:30")}, True, at("09 23:15"))
    assert told is not None
    assert (told.rung, told.rung_at, told.skipped) == (2, at("09 18:30"), (1,))


def test_a_pause_that_begins_before_they_wake_keeps_quiet() -> None:
    course = (ALWAYS, at("09 18:00"), Within(4 * HOUR))
    rung = LADDER.rungs[1]
    assert rung_instant(rung, *course, [Interval(at("10 07:00"), None)], DAYTIME) is None
    resumed = [Interval(at("10 07:00"), at("10 21:00"))]
    assert rung_instant(rung, *course, resumed, DAYTIME) == at("10 21:00")
    overnight = [Interval(at("10 07:00"), at("10 23:00"))]
    assert rung_instant(rung, *course, overnight, DAYTIME) == at("11 08:00")
    once_more = [*overnight, Interval(at("11 07:30"), at("11 09:30"))]
    assert rung_instant(rung, *course, once_more, DAYTIME) == at("11 09:30")


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("+30m wall", After(timedelta(minutes=30), is_wall=True)),
        ("-15m wall", Before(timedelta(minutes=15), is_wall=True)),
        ("１ｈＷＡＬＬ", After(HOUR, is_wall=True)),
        ("+30m", After(timedelta(minutes=30))),
    ],
)
def test_real_time_is_written_wall(text: str, point: After | Before) -> None:
    assert parse_at(text) == point


@pytest.mark.parametrize("text", ["50% wall", "wall", "+30m wal"])
def test_a_share_has_no_wall(text: str) -> None:
    with pytest.raises(ValueError, match="看不懂"):
        parse_at(text)


def test_real_time_runs_on_when_the_desk_is_closed() -> None:
    course = (WORKDAY, at("06 16:30"), Within(HOUR))
    assert rung_instant(Rung(After(HOUR), ("x",)), *course, ()) == at("09 10:00")
    assert rung_instant(Rung(After(HOUR, is_wall=True), ("x",)), *course, ()) == at("06 18:30")
    early = (WORKDAY, at("06 17:00"), Within(HOUR))
    assert rung_instant(Rung(Before(HOUR), ("x",)), *early, ()) == at("06 17:00")
    assert rung_instant(Rung(Before(HOUR, is_wall=True), ("x",)), *early, ()) == at("09 08:30")
    # Never before the clock has started.
    assert rung_instant(Rung(Before(90 * HOUR, is_wall=True), ("x",)), *early, ()) == at("06 17:00")


def test_real_time_that_falls_into_a_pause_waits_for_its_end() -> None:
    course = (ALWAYS, at("09 10:00"), Within(HOUR))
    rung = Rung(After(HOUR, is_wall=True), ("x",))
    assert rung_instant(rung, *course, [Interval(at("09 11:30"), at("09 13:00"))]) == at("09 13:00")
    assert rung_instant(rung, *course, [Interval(at("09 11:30"), None)]) is None


def test_rungs_around_the_end_of_days() -> None:
    course = (WORKDAY, at("06 10:00"), WorkingDays(2), ())
    assert rung_instant(Rung(Before(HOUR), ("x",)), *course) == at("10 16:30")
    assert rung_instant(Rung(After(HOUR), ("x",)), *course) == at("11 10:00")
    early = (WORKDAY, at("06 10:00"), NthWorkingDay(2, time(6)), ())
    assert rung_instant(Rung(Before(HOUR), ("x",)), *early) == at("09 16:30")
    assert rung_instant(Rung(Before(HOUR, is_wall=True), ("x",)), *early) == at("10 05:00")
