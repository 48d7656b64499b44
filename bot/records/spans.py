"""Days in a row that figures are asked of: a day, a week, a month; and when what is told each of them comes."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from bot.tickets.errors import N_
from bot.tickets.speaker import Speaker
from scheduler.periods import months_later
from scheduler.workdays import instant_on

_DAY: Final = timedelta(days=1)


class Span(msgspec.Struct, frozen=True):
    """Days in a row: what they are called, the first, and the one after the last."""

    name: str
    first: date
    following: date
    is_day: bool = False  # a week has only one on its Monday

    @property
    def last(self) -> date:
        """The last day that belongs to it."""
        return self.following - _DAY

    def called(self, speaker: Speaker) -> str:
        """Return its name, with its days where it has several."""
        name = speaker.say(self.name)
        if self.following - self.first <= _DAY:
            return name
        first, last = (_day(day, speaker) for day in (self.first, self.last))
        return speaker.say("{name}（{first} 至 {last}）", name=name, first=first, last=last)


def span_between(first: date, last: date) -> Span:
    """Return the days from one to another, both included."""
    return Span("", first, last + _DAY)


def span_of(found: re.Match[str], today: date) -> Span:
    """Return which days are asked about: 日报 is of today, 周报 and 月报 of the last whole week and month."""
    when = (found["when"] or "").replace("个", "")
    what = found["what"] or found["every"] or ""
    return _SPANS.get(when, _SPANS.get(what.lower(), _this_week))(today)


def day_of(day: date, today: date) -> Span:
    """Return today or the day before it."""
    return Span(N_("今日") if day == today else N_("昨日"), day, day + _DAY, is_day=True)


def _today(today: date) -> Span:
    return day_of(today, today)


def _yesterday(today: date) -> Span:
    return day_of(today - _DAY, today)


def _this_week(today: date) -> Span:
    return Span(N_("本周"), monday_of(today), today + _DAY)


def week_before(today: date) -> Span:
    return Span(N_("上周"), monday_of(today) - 7 * _DAY, monday_of(today))


def _this_month(today: date) -> Span:
    return Span(N_("本月"), today.replace(day=1), today + _DAY)


def month_before(today: date) -> Span:
    """Return the whole month before the one that a day lies in."""
    first = today.replace(day=1)
    return Span(N_("上月"), months_later(first, -1), first)


def _this_year(today: date) -> Span:
    return Span(N_("今年"), today.replace(month=1, day=1), today + _DAY)


def monday_of(day: date) -> date:
    """Return the first day of a week."""
    return day - day.weekday() * _DAY


def around(now: datetime, day: date, at: time, every: timedelta, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return of what comes `every` so many days at a time of day, also on `day`, the last up to now and the one after it, in UTC."""
    before, found, after = (instant_on(zone, each, at) for each in (day - every, day, day + every))
    return (found, after) if found <= now else (before, found)


def _day(day: date, speaker: Speaker) -> str:
    return speaker.say("{month}-{number}", month=day.month, number=day.day)


_SPANS = {
    "今天": _today, "今日": _today, "日报": _today, "看板": _today, "daily": _today,
    "昨天": _yesterday, "昨日": _yesterday,
    "这周": _this_week, "本周": _this_week,
    "上周": week_before, "周报": week_before, "weekly": week_before,
    "这月": _this_month, "本月": _this_month,
    "上月": month_before, "月报": month_before, "monthly": month_before,
    "今年": _this_year,
}  # fmt: skip
