"""What people read of targets and of promises as they stand, in both languages."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.accounts import account
from scheduler.calendar import Calendar, always, parse_weekly
from scheduler.clock_rules import ClockRule
from scheduler.clock_states import states
from scheduler.explanation import explain
from scheduler.history import Agreement, History
from scheduler.intervals import Interval
from scheduler.standing import ClockState, Phase
from scheduler.state_explanation import explain_state
from scheduler.target_explanation import describe, explain_target
from scheduler.targets import CalendarDays, Instant, NthWorkingDay, Target, Within, WorkingDays, due

SHANGHAI = ZoneInfo("Asia/Shanghai")
WORKDAY = Calendar("workday", SHANGHAI, parse_weekly({"mon-fri": ["09:00-17:30"]}), "CN")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_days_on_the_way_are_told_with_their_holidays() -> None:
    target = NthWorkingDay(2, time(6))
    assert explain_target(target, WORKDAY, at("2026-02-13 10:00"), (), SHANGHAI) == [
        "2026-02-24T06:00:00+08:00",
        "开始 2026-02-13 周五 10:00",
        "日历 workday，第 2 个工作日 06:00 前（起算当天不算）",
        "2026-02-14 周六 调休上班（春节）",
        "2026-02-15 周日 至 2026-02-23 周一 放假（春节）",
        "到期 2026-02-24 周二 06:00",
    ]


def test_pauses_are_told_with_their_rule() -> None:
    pauses = [Interval(at("2026-03-10 15:00"), at("2026-03-12 12:00"))]
    assert explain_target(WorkingDays(2), WORKDAY, at("2026-03-09 12:00"), pauses, SHANGHAI, "en") == [
        "2026-03-13T17:30:00+08:00",
        "Start 2026-03-09 Mon 12:00",
        "Calendar workday, within 2 working days, up to the closing of the last (the day of the start does not count)",
        "Paused 2026-03-10 Tue 15:00 to 2026-03-12 Thu 12:00, does not count",
        "A day at whose end work waits does not count",
        "Due 2026-03-13 Fri 17:30",
    ]


def test_a_year_without_published_holidays_is_told_loudly() -> None:
    lines = explain_target(CalendarDays(60), WORKDAY, at("2039-11-20 10:00"), (), SHANGHAI)
    assert lines[-2:] == [
        "2039 年放假安排尚未公布，暂按平日计算",
        "2040 年放假安排尚未公布，暂按平日计算",
    ]


def test_an_open_pause_has_no_due_instant() -> None:
    pauses = [Interval(at("2026-03-10 15:00"), None)]
    lines = explain_target(WorkingDays(2), WORKDAY, at("2026-03-09 12:00"), pauses, SHANGHAI)
    assert (lines[0], lines[3]) == ("暂停中，恢复后再定到期时刻", "暂停 2026-03-10 周二 15:00 起，尚未恢复")


def test_a_length_is_told_window_by_window() -> None:
    course = (WORKDAY, at("2026-03-06 16:30"))
    lines = explain_target(Within(timedelta(hours=2)), *course, (), SHANGHAI)
    assert lines == explain(account(*course, timedelta(hours=2), ()), SHANGHAI)


@pytest.mark.parametrize(
    ("target", "zh", "en"),
    [
        (Within(timedelta(minutes=90)), "1h30m 内（工作时间）", "within 1h30m of working time"),
        (
            CalendarDays(30),
            "30 日内，末日不上班则顺延（起算当天不算）",
            "within 30 days, moved on when the last is no working day (the day of the start does not count)",
        ),
        (
            CalendarDays(30, counts_report_day=True, ends_on_working_day=False),
            "30 日内，末日不顺延（起算当天算）",
            "within 30 days, working day or not (the first day counts)",
        ),
        (
            Instant(at("2026-03-11 10:00")),
            "约定 2026-03-11 周三 10:00 前",
            "by 2026-03-11 Wed 10:00, as agreed",
        ),
    ],
)
def test_targets_in_words(target: Target, zh: str, en: str) -> None:
    assert (describe(target, SHANGHAI), describe(target, SHANGHAI, "en")) == (zh, en)


@pytest.mark.parametrize(
    "target", [WorkingDays(3), CalendarDays(3), NthWorkingDay(3, time(6)), Instant(at("2026-03-12 10:00"))]
)
def test_the_first_line_is_the_due_instant(target: Target) -> None:
    lines = explain_target(target, WORKDAY, at("2026-03-09 12:00"), (), SHANGHAI)
    assert datetime.fromisoformat(lines[0]) == due(target, WORKDAY, at("2026-03-09 12:00"))


RESOLVE = ClockRule("resolve", "resolve", "always", ("resolved",), Within(timedelta(hours=4)))
LOAN = ClockRule(
    "loan",
    "loan",
    "always",
    ("loaned",),
    Within(timedelta(hours=12)),
    starts=("occurred", "reported"),
    after="missed:resolve",
)


def explained(history: History, now: str, language: str = "zh") -> dict[str, list[str]]:
    calendars = {"always": always(SHANGHAI)}
    found = states([RESOLVE, LOAN], history, calendars, at(now))
    return {rule.id: explain_state(rule, found[rule.id], SHANGHAI, language) for rule in (RESOLVE, LOAN)}


def test_a_chain_says_since_when_it_is_owed() -> None:
    told = explained(
        History(at("2026-03-09 10:00"), {"occurred": [at("2026-03-09 08:00")]}), "2026-03-09 14:30"
    )
    assert told["loan"][0] == "2026-03-09T20:00:00+08:00"
    assert told["loan"][-2:] == ["2026-03-09 周一 14:00 起才有这一条", "进行中"]
    assert told["resolve"][-2:] == ["迟 30m", "超时"]


def test_an_agreement_says_who_agreed_and_what_was_missed_before() -> None:
    agreed = Agreement("resolve", Instant(at("2026-03-10 16:00")), at("2026-03-09 14:30"), "m-17")
    history = History(at("2026-03-09 10:00"), {"resolved": [at("2026-03-10 12:00")]}, agreements=(agreed,))
    assert explained(history, "2026-03-10 13:00", "en")["resolve"][-4:] == [
        "Agreed with the customer 2026-03-09 Mon 14:30, consent in message m-17",
        "Had been due 2026-03-09 Mon 14:00 and was not kept",
        "Done 2026-03-10 Tue 12:00",
        "Kept in time",
    ]


def test_what_has_not_started_says_so_and_unknown_languages_are_refused() -> None:
    assert explain_state(LOAN, ClockState(Phase.PENDING), SHANGHAI) == ["还没有开始"]
    for refused in (lambda: explain_state(LOAN, ClockState(Phase.PENDING), SHANGHAI, "fr"),
                    lambda: describe(WorkingDays(1), SHANGHAI, "fr")):  # fmt: skip
        with pytest.raises(ValueError, match="fr"):
            refused()
