"""RRULEs: the same times as the library walked naively, in local time, and what is refused."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scheduler.calendar import Calendar, always, parse_weekly
from scheduler.plan_explanation import explain_plan
from scheduler.plans import Moves, Plan, next_occurrence, planned_between
from scheduler.rrules import parse_rrule

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
WORKDAY = Calendar("workday", SHANGHAI, parse_weekly({"mon-fri": ["09:00-17:30"]}), "CN")
FORTNIGHT = "DTSTART:20260302T090000 RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def days(plan: Plan, start: str, end: str) -> list[str]:
    zone = plan.calendar.zone
    found = planned_between(plan, at(start, zone), at(end, zone))
    return [each.at.astimezone(zone).strftime("%m-%d %H:%M") for each in found]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (FORTNIGHT, ["03-02 09:00", "03-16 09:00", "03-30 09:00", "04-13 09:00"]),
        (f"{FORTNIGHT};COUNT=2", ["03-02 09:00", "03-16 09:00"]),
        (f"{FORTNIGHT};UNTIL=20260316T090000", ["03-02 09:00", "03-16 09:00"]),
        (
            f"{FORTNIGHT};COUNT=3 EXDATE:20260316T090000 RDATE:20260318T140000",
            ["03-02 09:00", "03-18 14:00", "03-30 09:00"],
        ),
        (
            "DTSTART;TZID=Asia/Shanghai:20260131T080000\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            ["02-27 08:00", "03-31 08:00"],
        ),
        ("DTSTART:20260131T080000 RRULE:FREQ=MONTHLY", ["03-31 08:00"]),
        ("DTSTART;VALUE=DATE-TIME:20260131T080000 RRULE:FREQ=MONTHLY", ["03-31 08:00"]),
        ("ＤＴＳＴＡＲＴ：20260210T080000 freq=yearly；interval=1", ["02-10 08:00"]),
    ],
)
def test_rules_as_calendars_write_them(rule: str, expected: list[str]) -> None:
    assert (
        days(Plan("p", rule, always(SHANGHAI), Moves.KEEP), "2026-02-01 00:00", "2026-04-14 00:00")
        == expected
    )


def test_every_second_week_keeps_its_weeks_however_late_one_asks() -> None:
    found = next_occurrence(Plan("p", FORTNIGHT, always(SHANGHAI), Moves.KEEP), at("2036-01-01 00:00"))
    assert found is not None
    assert (found.at - at("2026-03-02 09:00")) % timedelta(days=14) == timedelta(0)


def test_a_closed_day_moves_what_a_rule_says_too() -> None:
    plan = Plan("p", "DTSTART:20260101T090000 RRULE:FREQ=MONTHLY;INTERVAL=2", WORKDAY, Moves.NEXT)
    assert days(plan, "2026-01-10 00:00", "2026-05-10 00:00") == ["03-02 09:00", "05-06 09:00"]


def test_times_of_day_stay_in_summer_and_winter() -> None:
    plan = Plan("p", "DTSTART:20260307T023000 RRULE:FREQ=DAILY", always(NEW_YORK), Moves.KEEP)
    # 02:30 is left out on 8 March: the clock shows 03:30 then.
    assert days(plan, "2026-03-07 00:00", "2026-03-09 12:00") == ["03-07 02:30", "03-08 03:30", "03-09 02:30"]


def test_what_never_comes_again_ends() -> None:
    plan = Plan("p", f"{FORTNIGHT};COUNT=2", always(SHANGHAI), Moves.KEEP)
    assert next_occurrence(plan, at("2026-03-16 09:00")) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("DTSTART:99990302T090000 RRULE:FREQ=DAILY", "看不懂"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "DTSTART"),
        ("DTSTART:20260302T090000Z RRULE:FREQ=DAILY", "不写 Z"),
        ("DTSTART;TZID=Europe/Berlin:20260302T090000 RRULE:FREQ=DAILY", "时区 Europe/Berlin"),
        ("DTSTART;VALUE=DATE:20260302 RRULE:FREQ=DAILY", "没有 VALUE=DATE"),
        ("DTSTART:20260302T090000 RRULE:FREQ=HOURLY", "FREQ"),
        ("DTSTART:20260302T090000 RRULE:FREQ=WEEKLY;BYDAY=MO;BYDAY=TU", "各写一次"),
        ("DTSTART:20260302T090000 RRULE:FREQ=DAILY;UNTIL=", "名=值"),
        ("DTSTART:20260302T090000 RRULE:FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("DTSTART:20260302T090000 RRULE:FREQ=DAILY;COUNT=2;UNTIL=20270101T000000", "COUNT"),
        ("DTSTART:20260302T090000 RRULE:FREQ=DAILY;BYDAY=XX", "看不懂"),
        ("DTSTART:20260302T090000 RRULE:FREQ=DAILY;WHENEVER=1", "看不懂"),
        ("DTSTART:20260302T090000 RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "永远不会到"),
        ("DTSTART:20260302T090000 RRULE:FREQ=DAILY RRULE:FREQ=WEEKLY", "各写一个"),
        ("DTSTART:20260302T090000 RRULE:FREQ=DAILY EXRULE:FREQ=WEEKLY", "EXRULE"),
        ("DTSTART:20260302T090000 RRULE:FREQ=DAILY;UNTIL=20260101T000000", "永远不会到"),
    ],
)
def test_what_is_no_rule_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Plan("p", text, always(SHANGHAI))


_ON_THE_WALL = st.datetimes(datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2026-12-31")).map(
    lambda at: at.replace(microsecond=0)
)
_PARTS = {
    "BYDAY": st.sampled_from(["MO", "TU,TH", "MO,WE,FR", "SA,SU"]),
    "BYMONTHDAY": st.sampled_from(["1", "15,-1", "31"]),
    "BYMONTH": st.sampled_from(["1", "2,8", "3,6,9,12"]),
    "BYHOUR": st.sampled_from(["9", "8,17"]),
    "WKST": st.sampled_from(["MO", "SU"]),
    "COUNT": st.integers(1, 40).map(str),
}
_RULES = st.builds(
    lambda frequency, interval, parts: ";".join(
        [f"FREQ={frequency}", f"INTERVAL={interval}", *(f"{key}={value}" for key, value in parts.items())]
    ),
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(1, 7),
    st.fixed_dictionaries({}, optional=_PARTS),
)


@settings(max_examples=60)
@example(
    start=datetime.fromisoformat("2020-01-01 10:00"), rule="FREQ=DAILY;INTERVAL=1;BYHOUR=9", years=0, day=1
)
@given(start=_ON_THE_WALL, rule=_RULES, years=st.integers(0, 4), day=st.integers(0, 400))
def test_any_rule_from_any_day_on_comes_as_the_library_walks_it_from_its_start(
    start: datetime, rule: str, years: int, day: int
) -> None:
    begins = (start + timedelta(days=365 * years + day)).replace(hour=0, minute=0, second=0)
    horizon = start + timedelta(days=6 * 366)
    naive = [
        wall for wall in rrulestr(rule, dtstart=start).between(start, horizon, inc=True) if wall >= begins
    ][:12]
    try:
        made = parse_rrule(f"DTSTART:{start:%Y%m%dT%H%M%S} RRULE:{rule}", SHANGHAI)
    except ValueError:
        assert not naive
        return
    found = list(islice(takewhile(lambda wall: wall <= horizon, made.walls(begins.date())), 12))
    assert found == naive
    assert all(earlier < later for earlier, later in pairwise(found))


@given(text=st.text(alphabet="DTSARULE:=;,+-0123456789FQWKYMONTHBC ()Z", max_size=60))
def test_whatever_is_written_is_a_rule_or_a_sentence(text: str) -> None:
    with suppress(ValueError):
        parse_rrule(f"DTSTART:20260302T090000 RRULE:FREQ=DAILY;{text}", SHANGHAI)


def test_the_next_times_are_told_with_what_moved_them() -> None:
    plan = Plan("p", "DTSTART:20260501T090000 RRULE:FREQ=YEARLY;COUNT=2", WORKDAY, until=date(2026, 12, 31))
    assert explain_plan(plan, at("2026-01-01 00:00")) == [
        "2026-05-06T09:00:00+08:00",
        "周期 DTSTART:20260501T090000 RRULE:FREQ=YEARLY;COUNT=2",
        "日历 workday（Asia/Shanghai），遇不上班顺延",
        "2026-05-06 周三 09:00（原定 2026-05-01 周五 09:00）",
        "以后不再有",
    ]
    assert explain_plan(plan, at("2026-06-01 00:00"), "en")[0] == "Nothing comes after that"
