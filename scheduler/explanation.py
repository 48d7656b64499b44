"""Explanations of deadlines: an account of a clock as lines that people can check by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo

import msgspec

from scheduler.accounts import Account, UsedWindow
from scheduler.days import DayPlan, DayReason
from scheduler.intervals import Interval
from scheduler.windows import DAY
from scheduler.wordings import wording_in

_SECOND = timedelta(seconds=1)


class _Wording(msgspec.Struct, frozen=True):
    """The sentences of one language."""

    language: str
    weekdays: tuple[str, ...]
    paused: str
    start: str
    calendar: str
    window: str
    next_day: str
    pause: str
    open_pause: str
    days: str
    reasons: Mapping[DayReason, str]
    day_off: str
    occasion: str
    provisional: str
    used: str
    minutes: str
    seconds: str


_WORDINGS: Mapping[str, _Wording] = MappingProxyType(
    {
        "zh": _Wording(
            language="zh",
            weekdays=("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
            paused="暂停中，恢复后再定到期时刻",
            start="开始 {at}",
            calendar="日历 {id}，时限 {length}",
            window="{day} {opens}–{closes} 计 {length}",
            next_day="次日 {at}",
            pause="暂停 {start} 至 {end}，不计时",
            open_pause="暂停 {start} 起，尚未恢复",
            days="{first} 至 {last} {reason}",
            reasons=MappingProxyType(
                {
                    DayReason.SPECIAL: "特殊安排",
                    DayReason.MAKE_UP: "调休上班",
                    DayReason.HOLIDAY: "放假",
                    DayReason.WEEKLY: "平日",
                }
            ),
            day_off="特殊安排，不上班",
            occasion="{reason}（{name}）",
            provisional="{year} 年放假安排尚未公布，暂按平日计算",
            used="已用 {used}，还剩 {left}",
            minutes="{minutes} 分钟",
            seconds="{minutes} 分 {seconds} 秒",
        ),
        "en": _Wording(
            language="en",
            weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
            paused="Paused; the deadline is set when the pause ends",
            start="Start {at}",
            calendar="Calendar {id}, budget {length}",
            window="{day} {opens}–{closes} counts {length}",
            next_day="{at} the next day",
            pause="Paused {start} to {end}, does not count",
            open_pause="Paused since {start}, still open",
            days="{first} to {last} {reason}",
            reasons=MappingProxyType(
                {
                    DayReason.SPECIAL: "special hours",
                    DayReason.MAKE_UP: "make-up workday",
                    DayReason.HOLIDAY: "holiday",
                    DayReason.WEEKLY: "weekly hours",
                }
            ),
            day_off="closed specially",
            occasion="{reason} ({name})",
            provisional="The holidays of {year} are not published yet; counted as ordinary days",
            used="Used {used}, left {left}",
            minutes="{minutes} min",
            seconds="{minutes} min {seconds} s",
        ),
    }
)


def explain(account: Account, zone: ZoneInfo, language: str = "zh") -> list[str]:
    """Return an account as lines, in that zone; the first is the due instant in ISO 8601 with offset.

    Days with other than weekly hours are named by the calendar's own dates.

    Raises:
        ValueError: There are no words for the language.
    """
    wording = wording_in(language, _WORDINGS)
    aim = wording.calendar.format(id=account.calendar, length=_length(wording, account.budget))
    lines = explain_around(account, zone, aim, language)
    if account.due_at is None:
        used = sum((window.counted for window in account.windows), timedelta(0))
        left = _length(wording, account.budget - used)
        lines.append(wording.used.format(used=_length(wording, used), left=left))
    return lines + provisional_lines(account, language)


def explain_around(account: Account, zone: ZoneInfo, aim: str, language: str = "zh") -> list[str]:
    """Return the lines of an account with another sentence for what is promised.

    Raises:
        ValueError: There are no words for the language.
    """
    wording = wording_in(language, _WORDINGS)
    return [
        account.due_at.astimezone(zone).isoformat() if account.due_at else wording.paused,
        wording.start.format(at=_moment(wording, account.start.astimezone(zone))),
        aim,
        *(line for _, line in sorted(_met(wording, account, zone), key=lambda met: met[0])),
    ]


def provisional_lines(account: Account, language: str = "zh") -> list[str]:
    """Return a line for every year on the way whose holidays are not published yet."""
    years = sorted({plan.day.year for plan in account.days if plan.is_provisional})
    return [wording_in(language, _WORDINGS).provisional.format(year=year) for year in years]


def moment_text(at: datetime, zone: ZoneInfo, language: str = "zh") -> str:
    """Return an instant as the lines of an account write it: date, day of the week, time of day."""
    return _moment(wording_in(language, _WORDINGS), at.astimezone(zone))


def _met(wording: _Wording, account: Account, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    """Yield what the clock met on its way, each line with the key that puts it in order of time."""
    for run in _runs([plan for plan in account.days if plan.reason is not DayReason.WEEKLY]):
        yield run[0].day.isoformat(), _days(wording, run)
    for window in account.windows:
        yield window.opens.astimezone(zone).isoformat(), _window(wording, window, zone)
    for pause in account.pauses:
        yield pause.start.astimezone(zone).isoformat(), _pause(wording, pause, zone)


def _runs(plans: list[DayPlan]) -> list[list[DayPlan]]:
    """Return the days in runs that one line can tell: one after the other, for the same reason."""
    runs = [plans[:1]] if plans else []
    for earlier, later in pairwise(plans):
        if later.day - earlier.day == DAY and _reason_key(earlier) == _reason_key(later):
            runs[-1].append(later)
        else:
            runs.append([later])
    return runs


def _reason_key(plan: DayPlan) -> tuple[object, ...]:
    return plan.reason, plan.occasion, bool(plan.windows)


def _days(wording: _Wording, run: list[DayPlan]) -> str:
    plan = run[0]
    reason = (
        wording.reasons[plan.reason]
        if plan.windows or plan.reason is not DayReason.SPECIAL
        else wording.day_off
    )
    if plan.occasion is not None:
        name = plan.occasion.zh if wording.language == "zh" else plan.occasion.en
        reason = wording.occasion.format(reason=reason, name=name)
    first, last = _day(wording, plan.day), _day(wording, run[-1].day)
    return wording.days.format(first=first, last=last, reason=reason) if len(run) > 1 else f"{first} {reason}"


def _window(wording: _Wording, window: UsedWindow, zone: ZoneInfo) -> str:
    opens, closes = window.opens.astimezone(zone), window.closes.astimezone(zone)
    closing = _clock(closes)
    if closes.date() > opens.date():
        ends_at_midnight = closing == "00:00" and closes.date() - opens.date() == DAY
        closing = "24:00" if ends_at_midnight else wording.next_day.format(at=closing)
    length = _length(wording, window.counted)
    return wording.window.format(
        day=_day(wording, opens.date()), opens=_clock(opens), closes=closing, length=length
    )


def _pause(wording: _Wording, pause: Interval, zone: ZoneInfo) -> str:
    start = _moment(wording, pause.start.astimezone(zone))
    if pause.end is None:
        return wording.open_pause.format(start=start)
    return wording.pause.format(start=start, end=_moment(wording, pause.end.astimezone(zone)))


def _moment(wording: _Wording, at: datetime) -> str:
    return f"{_day(wording, at.date())} {_clock(at)}"


def _day(wording: _Wording, day: date) -> str:
    return f"{day.isoformat()} {wording.weekdays[day.weekday()]}"


def _clock(at: datetime) -> str:
    return at.strftime("%H:%M:%S" if at.second else "%H:%M")


def _length(wording: _Wording, length: timedelta) -> str:
    minutes, seconds = divmod(length // _SECOND, 60)
    return (wording.seconds if seconds else wording.minutes).format(minutes=minutes, seconds=seconds)
