"""A deadline is explained line by line, so that people can check it by hand."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.calendar import Calendar, always, parse_weekly, parse_window
from scheduler.clocks import Interval, account, explain

ZONE = ZoneInfo("Asia/Shanghai")
WORKDAY = Calendar("workday", ZONE, parse_weekly({"mon-fri": ["09:00-17:30"]}), "CN")
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def test_the_weekend_between_two_windows() -> None:
    assert explain(account(WORKDAY, at("2026-03-06 16:30"), 2 * HOUR, []), ZONE) == [
        "2026-03-09T10:00:00+08:00",
        "开始 2026-03-06 周五 16:30",
        "日历 workday，时限 120 分钟",
        "2026-03-06 周五 16:30–17:30 计 60 分钟",
        "2026-03-09 周一 09:00–10:00 计 60 分钟",
    ]


def test_a_pause_stands_where_it_happened() -> None:
    pauses = [Interval(at("2026-03-09 16:30"), at("2026-03-10 10:00"))]
    assert explain(account(WORKDAY, at("2026-03-09 16:00"), 4 * HOUR, pauses), ZONE) == [
        "2026-03-10T13:30:00+08:00",
        "开始 2026-03-09 周一 16:00",
        "日历 workday，时限 240 分钟",
        "2026-03-09 周一 16:00–17:30 计 30 分钟",
        "暂停 2026-03-09 周一 16:30 至 2026-03-10 周二 10:00，不计时",
        "2026-03-10 周二 09:00–13:30 计 210 分钟",
    ]


def test_a_pause_that_cost_the_clock_nothing_is_not_told() -> None:
    before = Interval(at("2026-03-09 09:30"), at("2026-03-09 16:00"))
    behind = Interval(at("2026-03-10 09:31"), at("2026-03-10 12:00"))
    found = account(WORKDAY, at("2026-03-09 16:00"), 2 * HOUR, [before, behind])
    assert (found.due_at, found.pauses) == (at("2026-03-10 09:30"), ())


def test_make_up_days_and_holidays_on_the_way_are_named() -> None:
    assert explain(account(WORKDAY, at("2026-02-13 17:00"), 10 * HOUR, []), ZONE)[3:] == [
        "2026-02-13 周五 17:00–17:30 计 30 分钟",
        "2026-02-14 周六 调休上班（春节）",
        "2026-02-14 周六 09:00–17:30 计 510 分钟",
        "2026-02-15 周日 至 2026-02-23 周一 放假（春节）",
        "2026-02-24 周二 09:00–10:00 计 60 分钟",
    ]


def test_special_days_are_named_and_two_in_a_row_that_differ_are_two_lines() -> None:
    special = {date(2026, 3, 10): (parse_window("09:00-10:00"),), date(2026, 3, 11): ()}
    calendar = Calendar("exams", ZONE, WORKDAY.weekly, "CN", special)
    assert explain(account(calendar, at("2026-03-09 17:30"), 2 * HOUR, []), ZONE)[3:] == [
        "2026-03-10 周二 特殊安排",
        "2026-03-10 周二 09:00–10:00 计 60 分钟",
        "2026-03-11 周三 特殊安排，不上班",
        "2026-03-12 周四 09:00–10:00 计 60 分钟",
    ]


def test_a_year_without_published_holidays_is_said_once() -> None:
    lines = explain(account(WORKDAY, at("2199-05-06 17:00"), 10 * HOUR, []), ZONE)
    assert lines[-1] == "2199 年放假安排尚未公布，暂按平日计算"
    assert sum("尚未公布" in line for line in lines) == 1


def test_an_open_pause_shows_what_is_left() -> None:
    told = account(WORKDAY, at("2026-03-09 09:00"), 4 * HOUR, [Interval(at("2026-03-09 09:30"), None)])
    assert explain(told, ZONE) == [
        "暂停中，恢复后再定到期时刻",
        "开始 2026-03-09 周一 09:00",
        "日历 workday，时限 240 分钟",
        "2026-03-09 周一 09:00–09:30 计 30 分钟",
        "暂停 2026-03-09 周一 09:30 起，尚未恢复",
        "已用 30 分钟，还剩 210 分钟",
    ]


def test_midnight_ends_a_day_at_24_and_a_night_on_the_next_day() -> None:
    assert explain(account(always(ZONE), at("2026-03-06 23:50"), HOUR / 2, []), ZONE)[3:] == [
        "2026-03-06 周五 23:50–24:00 计 10 分钟",
        "2026-03-07 周六 00:00–00:20 计 20 分钟",
    ]
    night = Calendar("night", ZONE, parse_weekly({"daily": ["22:00-06:00"]}))
    assert explain(account(night, at("2026-03-06 23:00"), 2 * HOUR, []), ZONE)[3:] == [
        "2026-03-06 周五 23:00–次日 01:00 计 120 分钟",
    ]


def test_a_clock_that_ends_at_midnight_has_not_met_the_next_day() -> None:
    calendar = Calendar("daily", ZONE, always(ZONE).weekly, "CN")
    lines = explain(account(calendar, at("2026-09-30 23:00"), HOUR, []), ZONE)
    assert lines[0] == "2026-10-01T00:00:00+08:00"
    assert not any("国庆" in line for line in lines)


def test_seconds_are_shown_when_there_are_any() -> None:
    lines = explain(account(WORKDAY, at("2026-03-09 09:00:30"), timedelta(seconds=90), []), ZONE)
    assert lines == [
        "2026-03-09T09:02:00+08:00",
        "开始 2026-03-09 周一 09:00:30",
        "日历 workday，时限 1 分 30 秒",
        "2026-03-09 周一 09:00:30–09:02 计 1 分 30 秒",
    ]


def test_another_zone_shows_its_own_time() -> None:
    lines = explain(account(WORKDAY, at("2026-03-09 09:00"), HOUR, []), ZoneInfo("Europe/London"))
    assert lines[0] == "2026-03-09T02:00:00+00:00"
    assert lines[-1] == "2026-03-09 周一 01:00–02:00 计 60 分钟"


def test_english() -> None:
    pauses = [
        Interval(at("2026-02-13 17:10"), at("2026-02-13 17:20")),
        Interval(at("2026-02-24 09:30"), None),
    ]
    assert explain(account(WORKDAY, at("2026-02-13 17:00"), 10 * HOUR, pauses), ZONE, "en") == [
        "Paused; the deadline is set when the pause ends",
        "Start 2026-02-13 Fri 17:00",
        "Calendar workday, budget 600 min",
        "2026-02-13 Fri 17:00–17:30 counts 20 min",
        "Paused 2026-02-13 Fri 17:10 to 2026-02-13 Fri 17:20, does not count",
        "2026-02-14 Sat make-up workday (Spring Festival)",
        "2026-02-14 Sat 09:00–17:30 counts 510 min",
        "2026-02-15 Sun to 2026-02-23 Mon holiday (Spring Festival)",
        "2026-02-24 Tue 09:00–09:30 counts 30 min",
        "Paused since 2026-02-24 Tue 09:30, still open",
        "Used 560 min, left 40 min",
    ]


def test_a_language_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="“fr”"):
        explain(account(WORKDAY, at("2026-03-09 09:00"), HOUR, []), ZONE, "fr")
