"""Explanations of targets: what is promised in words, and how its due instant comes about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import assert_never
from zoneinfo import ZoneInfo

import msgspec

from scheduler.accounts import account, account_until
from scheduler.calendar import Calendar
from scheduler.explanation import explain, explain_around, moment_text, provisional_lines
from scheduler.intervals import Interval
from scheduler.lengths import format_length
from scheduler.targets import CalendarDays, Instant, NthWorkingDay, Target, Within, WorkingDays, due
from scheduler.wordings import wording_in


class _Wording(msgspec.Struct, frozen=True):
    """The sentences of one language."""

    within: str
    working_days: str
    calendar_days: str
    nth_working_day: str
    instant: str
    day_counts: str
    day_does_not: str
    moved_on: str
    as_it_is: str
    calendar: str
    waits: str
    due: str


_WORDINGS: Mapping[str, _Wording] = MappingProxyType(
    {
        "zh": _Wording(
            within="{length} 内（工作时间）",
            working_days="{count} 个工作日内，末日下班为止（{first}）",
            calendar_days="{count} 日内，末日{last}（{first}）",
            nth_working_day="第 {count} 个工作日 {at} 前（{first}）",
            instant="约定 {at} 前",
            day_counts="起算当天算",
            day_does_not="起算当天不算",
            moved_on="不上班则顺延",
            as_it_is="不顺延",
            calendar="日历 {id}，{aim}",
            waits="一天结束时在暂停的，那天不算",
            due="到期 {at}",
        ),
        "en": _Wording(
            within="within {length} of working time",
            working_days="within {count} working days, up to the closing of the last ({first})",
            calendar_days="within {count} days, {last} ({first})",
            nth_working_day="by {at} on working day {count} ({first})",
            instant="by {at}, as agreed",
            day_counts="the first day counts",
            day_does_not="the day of the start does not count",
            moved_on="moved on when the last is no working day",
            as_it_is="working day or not",
            calendar="Calendar {id}, {aim}",
            waits="A day at whose end work waits does not count",
            due="Due {at}",
        ),
    }
)


def describe(target: Target, zone: ZoneInfo, language: str = "zh") -> str:
    """Return a target in words, as a contract says it; instants are in that zone.

    Raises:
        ValueError: There are no words for the language.
    """
    wording = wording_in(language, _WORDINGS)
    match target:
        case Within(length):
            return wording.within.format(length=format_length(length))
        case WorkingDays(count, counts_report_day):
            return wording.working_days.format(count=count, first=_first(wording, counts_report_day))
        case CalendarDays(count, counts_report_day, ends_on_working_day):
            last = wording.moved_on if ends_on_working_day else wording.as_it_is
            return wording.calendar_days.format(
                count=count, first=_first(wording, counts_report_day), last=last
            )
        case NthWorkingDay(n, at, counts_report_day):
            first = _first(wording, counts_report_day)
            return wording.nth_working_day.format(count=n, at=at.strftime("%H:%M"), first=first)
        case Instant(at):
            return wording.instant.format(at=moment_text(at, zone, language))
        case _:
            assert_never(target)


def explain_target(
    target: Target,
    calendar: Calendar,
    start: datetime,
    pauses: Sequence[Interval],
    zone: ZoneInfo,
    language: str = "zh",
) -> list[str]:
    """Return how a due instant comes about, as lines; the first is the instant in ISO 8601, or that it is paused.

    Raises:
        ValueError: There are no words for the language.
    """
    if isinstance(target, Within):
        return explain(account(calendar, start, target.length, pauses), zone, language)
    wording = wording_in(language, _WORDINGS)
    due_at = due(target, calendar, start, pauses)
    made = account_until(calendar, start, due_at, pauses)
    aim = wording.calendar.format(id=calendar.id, aim=describe(target, zone, language))
    lines = explain_around(made, zone, aim, language)
    if made.pauses and not isinstance(target, Instant):
        lines.append(wording.waits)
    if due_at is not None:
        lines.append(wording.due.format(at=moment_text(due_at, zone, language)))
    return lines + provisional_lines(made, language)


def _first(wording: _Wording, counts_report_day: bool) -> str:
    return wording.day_counts if counts_report_day else wording.day_does_not
