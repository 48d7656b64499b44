"""Instants as people type them: 明天10点, 周五下午3点, 6-27 15:00, 2小时后, 下周一 9:30, 17:00, tomorrow 10:00, in 2 hours."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.tickets.errors import N_
from scheduler.intervals import in_utc

EXAMPLES = N_("明天10点、周五下午3点、6-27 15:00、2小时后")
_DAYS = {"今天": 0, "今晚": 0, "今": 0, "明天": 1, "明早": 1, "明晚": 1, "明": 1, "后天": 2, "大后天": 3, "昨天": -1, "昨晚": -1, "前天": -2, "today": 0, "tomorrow": 1, "yesterday": -1}  # fmt: skip
_ENGLISH_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAYS = "一二三四五六日天"
_HALVES = {"凌晨": 0, "早上": 0, "早": 0, "上午": 0, "中午": 12, "下午": 12, "傍晚": 12, "晚上": 12, "晚": 12}
# A part of the day without an hour means its usual beginning of work, or its end.
_ALONE = {
    "早上": time(9),
    "上午": time(9),
    "中午": time(12),
    "下午": time(14),
    "傍晚": time(17),
    "晚上": time(19),
}

_IN = re.compile(r"in\s+(\d{1,4})\s*(days?|hours?|minutes?|min|[dhm])\b", re.IGNORECASE)
_AFTER = re.compile(r"(\d{1,4})\s*(天|日|个?小时|个?钟头|分钟?|d|h|m(?:in)?)(?:以?后|之后)", re.IGNORECASE)
_DAY = re.compile(
    r"(?P<word>大后天|今天|今晚|明天|明早|明晚|后天|昨天|昨晚|前天|today|tomorrow|yesterday)"
    r"|(?P<next>下个?)?(?:周|星期|礼拜)(?P<week>[一二三四五六日天])"
    r"|(?P<weekday>mon|tue|wed|thu|fri|sat|sun)[a-z]*\b"
    r"|(?:(?P<year>\d{4})[-/年])?(?P<month>\d{1,2})[-/月](?P<day>\d{1,2})[日号]?",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?P<half>凌晨|早上|上午|中午|下午|傍晚|晚上|早|晚)?\s*(?P<hour>\d{1,2})(?:[::](?P<minute>\d{2})|点(?:(?P<half_hour>半)|(?P<points>\d{1,2})分?)?)(?!\d)"
)
_BY = re.compile(r"^(?:前|之前|以前)(?=$|[\s,，。:：])")
_BETWEEN = " ,，。:：;；"
_PART = re.compile(r"早上|上午|中午|下午|傍晚|晚上")


def moment_at_start(text: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, str] | None:
    """Return the instant, in UTC, that a text begins with, and the rest; None when it begins with none.

    A time of day without a day is today's, as is a part of the day. A day needs a time or a part of the day. Without a
    year the next such date is meant, unless it is less than half a year ago.
    """
    plain = unicodedata.normalize("NFKC", text).lstrip()
    after = _AFTER.match(plain) or _IN.match(plain)
    if after:
        return in_utc(now) + _length(int(after[1]), after[2]), _rest(plain, after.end())
    today = now.astimezone(zone).date()
    found = _DAY.match(plain)
    day, end = today, 0
    implied = ""
    if found:
        meant = _day(found, today)
        if meant is None:
            return None
        day, end = meant, found.end()
        implied = (found["word"] or "")[-1:]  # of 今晚, 明早
    gap = len(plain[end:]) - len(plain[end:].lstrip())
    clock = _TIME.match(plain, end + gap)
    if clock:
        at = _time(clock, implied)
        return (_at(day, at, zone), _rest(plain, clock.end())) if at else None
    part = _PART.match(plain, end + gap)
    if part:
        return _at(day, _ALONE[part[0]], zone), _rest(plain, part.end())
    return None


def _length(count: int, unit: str) -> timedelta:
    unit = unit.lower()
    if unit[0] in "天日d":
        return timedelta(days=count)
    return timedelta(minutes=count) if unit[0] in "分m" else timedelta(hours=count)


def _day(found: re.Match[str], today: date) -> date | None:
    if found["word"]:
        return today + timedelta(days=_DAYS[found["word"].lower()])
    if found["weekday"]:
        weekday = _ENGLISH_WEEKDAYS.index(found["weekday"].lower())
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    if found["week"]:
        weekday = min(_WEEKDAYS.index(found["week"]), 6)
        if found["next"]:
            return today + timedelta(days=7 - today.weekday() + weekday)
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    try:
        if found["year"]:
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
        this_year = date(today.year, int(found["month"]), int(found["day"]))
    except ValueError:
        return None
    if this_year >= today - timedelta(days=182):
        return this_year
    try:
        return this_year.replace(year=today.year + 1)
    except ValueError:  # 29 February
        return None


def _time(found: re.Match[str], implied: str) -> time | None:
    hour = int(found["hour"])
    minute = 30 if found["half_hour"] else int(found["minute"] or found["points"] or 0)
    half = found["half"] or implied
    if half in _HALVES and hour < 12 and not (half == "中午" and hour >= 11):
        hour += _HALVES[half]
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _at(day: date, at: time, zone: ZoneInfo) -> datetime:
    return in_utc(datetime.combine(day, at, zone))


def _rest(plain: str, end: int) -> str:
    rest = plain[end:].lstrip()
    return _BY.sub("", rest).lstrip(_BETWEEN)
