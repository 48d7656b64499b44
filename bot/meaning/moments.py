"""Instants as people type them: 明天10点, 周五下午三点半, 27号 15:00, 半小时后, 下周一 9:30, 17:00, tomorrow at 3pm, in 2 hours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
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
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_QUARTERS = {"一刻": 15, "三刻": 45}
_MORNING = time(10)
_WEEKS = {"": None, "本": 0, "这": 0, "下": 1, "下下": 2}

_N = r"(?:\d{1,2}|[零〇一二两三四五六七八九十]{1,3})"
_COUNT = rf"(?:\d{{1,4}}(?:\.\d)?|{_N})"
_IN = re.compile(
    r"in\s+(?P<count>\d{1,4}(?:\.\d)?|an?|half\s+an?)\s*(?P<unit>days?|hours?|minutes?|min|[dhm])\b",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"(?:(?P<half>半)个?(?P<of>小时|钟头|天)|(?P<quarter>一刻|三刻)钟"
    rf"|(?P<count>{_COUNT})(?:(?P<and_half>个半)(?P<bare>小时|钟头)|(?P<unit>天|日|个?小时|个?钟头|分钟?|d|h|m(?:in)?)))"
    r"(?:以?后|之后)",
    re.IGNORECASE,
)
_DAY = re.compile(
    rf"(?P<word>大后天|今天|今晚|明天|明早|明晚|后天|昨天|昨晚|前天|today|tomorrow|yesterday)"
    rf"|(?P<which>下下个?|下个?|本|这个?)?(?:周|星期|礼拜)(?P<week>[一二三四五六日天])"
    rf"|(?:on\s+)?(?P<following>next\s+)?(?P<weekday>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)\b"
    rf"|(?:(?P<year>\d{{4}})[-/年.])?(?P<month>{_N})[-/月](?P<day>{_N})[日号]?"
    rf"|(?:(?P<year_dot>\d{{4}})\.)?(?P<month_dot>\d{{1,2}})\.(?P<day_dot>\d{{1,2}})(?=[日号\s上下早中晚])[日号]?"
    rf"|(?P<only>{_N})[日号]",
    re.IGNORECASE,
)
_HALF = r"(?P<half>凌晨|早上|上午|中午|下午|傍晚|晚上|早|晚)?\s*"
_TIME = re.compile(
    rf"{_HALF}(?:(?P<hour>\d{{1,2}})[::](?P<minute>\d{{2}})|(?P<spoken>{_N})点(?:钟|整)?"
    rf"(?:(?P<half_hour>半)|(?P<quarter>一刻|三刻)|(?P<points>{_N})分?)?)(?!\d)"
)
_ENGLISH_TIME = re.compile(
    r"(?:at\s+)?(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s*(?P<noon>[ap])\.?m\b\.?"
    r"|at\s+(?P<clock>\d{1,2})(?::(?P<past>\d{2}))?(?=$|[\s,.;]*$|[,.;]|\s+(?:is|works|would|will|please|sounds|suits|ok(?:ay)?|then|if)\b)",
    re.IGNORECASE,
)
_DAY_LAST = re.compile(  # 10am tomorrow, 3 pm on Friday
    r"(?P<time>at\s+\d{1,2}|(?:at\s+)?\d{1,2}(?:[:.]\d{2}|(?:[:.]\d{2})?\s*[ap]\.?m\b\.?))\s+(?:on\s+)?(?P<day>today|tomorrow|(?:next\s+)?(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)\b",
    re.IGNORECASE,
)
# `一点都打不开` is no time of day: without a day or a part of one, what is spelled must end like a time.
_ENDS_LIKE_A_TIME = re.compile(r"$|[\s,，。.!！:：;；]|前|之前|以前|左右")
_BY = re.compile(r"^(?:前|之前|以前)(?=$|[\s,，。:：])")
_BETWEEN = " ,，。:：;；"
_PART = re.compile(r"早上|上午|中午|下午|傍晚|晚上")


def moment_at_start(text: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, str] | None:
    """Return the instant, in UTC, that a text begins with, and the rest; None when it begins with none.

    A time of day without a day is today's, as is a part of the day. A day needs a time or a part of the day. Without a
    year the next such date is meant, unless it is less than half a year ago; without a month the next such day.
    """
    plain = unicodedata.normalize("NFKC", text).lstrip()
    if (last := _DAY_LAST.match(plain)) is not None:
        plain = f"{last['day']} at {last['time'].removeprefix('at ')}{plain[last.end() :]}"
    today = now.astimezone(zone).date()
    after = _AFTER.match(plain) or _IN.match(plain)
    if after:
        return _after(after, plain, now, today, zone)
    found = _DAY.match(plain)
    day, end, implied = today, 0, ""
    if found:
        meant = _day(found, today)
        if meant is None:
            return None
        day, end = meant, found.end()
        implied = (found["word"] or "")[-1:]  # of 今晚, 明早
    return _on(day, plain, end, implied, zone, has_day=found is not None)


def moment_near(
    text: str, offered: Sequence[datetime], now: datetime, zone: ZoneInfo
) -> tuple[datetime, str] | None:
    """As `moment_at_start`; but a time without a day is of the one later day on which everything was offered."""
    found = moment_at_start(text, now, zone)
    plain = unicodedata.normalize("NFKC", text).lstrip()
    if found is None or _AFTER.match(plain) or _IN.match(plain) or _DAY.match(plain):
        return found
    days = {each.astimezone(zone).date() for each in offered}
    day = days.pop() if len(days) == 1 else None
    at = found[0].astimezone(zone)
    return (_at(day, at.time(), zone), found[1]) if day is not None and day > at.date() else found


def day_at_start(text: str, now: datetime, zone: ZoneInfo) -> date | None:
    """Return the day that a text begins with; None when it begins with none."""
    found = _DAY.match(unicodedata.normalize("NFKC", text).lstrip())
    return _day(found, now.astimezone(zone).date()) if found else None


def morning_at_start(text: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, str] | None:
    """Return the morning of the day that a text begins with without a time, in UTC, and the rest: `周五到货`."""
    plain = unicodedata.normalize("NFKC", text).lstrip()
    found = _DAY.match(plain)
    day = _day(found, now.astimezone(zone).date()) if found else None
    return (_at(day, _MORNING, zone), _rest(plain, found.end())) if found and day is not None else None


def is_day(text: str) -> bool:
    """Say whether a text names a day and nothing else."""
    return _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None


def _on(
    day: date, plain: str, end: int, implied: str, zone: ZoneInfo, *, has_day: bool
) -> tuple[datetime, str] | None:
    """Return the instant of a day that the text goes on with, and the rest."""
    start = end + len(plain[end:]) - len(plain[end:].lstrip(" ,的"))
    clock = _TIME.match(plain, start)
    if clock and (has_day or clock["half"] or _is_surely_a_time(clock, plain)):
        return _placed(day, _time(clock, implied), plain, clock.end(), zone)
    english = _ENGLISH_TIME.match(plain, start)
    if english:
        return _placed(day, _english_time(english), plain, english.end(), zone)
    part = _PART.match(plain, start)
    if part:
        return _at(day, _ALONE[part[0]], zone), _rest(plain, part.end())
    return None


def _placed(
    day: date, at: timedelta | None, plain: str, end: int, zone: ZoneInfo
) -> tuple[datetime, str] | None:
    if at is None:
        return None
    on, clock = day + timedelta(days=at.days), at - timedelta(days=at.days)
    hour, minute = divmod(clock.seconds // 60, 60)
    return _at(on, time(hour, minute), zone), _rest(plain, end)


def _is_surely_a_time(clock: re.Match[str], plain: str) -> bool:
    is_spelled = clock["spoken"] is not None and not clock["spoken"].isdigit()
    is_bare = clock["half_hour"] is None and clock["quarter"] is None and clock["points"] is None
    return not (is_spelled and is_bare) or _ENDS_LIKE_A_TIME.match(plain, clock.end()) is not None


def _after(
    found: re.Match[str], plain: str, now: datetime, today: date, zone: ZoneInfo
) -> tuple[datetime, str] | None:
    """Return an instant so long from now; after so many days a time of day may follow."""
    length = _length(found)
    if length is None:
        return None
    if length >= timedelta(days=1) and length % timedelta(days=1) == timedelta():
        clock = _on(today + length, plain, found.end(), "", zone, has_day=True)
        if clock is not None:
            return clock
    return in_utc(now) + length, _rest(plain, found.end())


def _length(found: re.Match[str]) -> timedelta | None:
    groups = found.groupdict()
    if groups.get("half"):
        return _unit(groups["of"]) / 2
    if groups.get("quarter"):
        return timedelta(minutes=_QUARTERS[groups["quarter"]])
    said = groups["count"].lower()
    if said.startswith(("a", "half")):
        return _unit(groups["unit"]) / (2 if said.startswith("half") else 1)
    count = float(said) if said[0].isdigit() else _number(said)
    if count is None:
        return None
    return _unit(groups.get("bare") or groups["unit"]) * (count + (0.5 if groups.get("and_half") else 0))


def _unit(word: str) -> timedelta:
    word = word.lower().removeprefix("个")
    if word[0] in "天日d":
        return timedelta(days=1)
    return timedelta(minutes=1) if word[0] in "分m" else timedelta(hours=1)


def _number(said: str) -> int | None:
    """Return a number up to 99, in digits or as it is spelled: 十, 二十七, 三."""
    if said.isdigit():
        return int(said)
    tens, ten, ones = said.partition("十")
    if not ten:
        return _DIGITS.get(said)
    high, low = _DIGITS.get(tens, 1 if not tens else None), _DIGITS.get(ones, 0 if not ones else None)
    return None if high is None or low is None else high * 10 + low


def _day(found: re.Match[str], today: date) -> date | None:
    if found["word"]:
        return today + timedelta(days=_DAYS[found["word"].lower()])
    if found["weekday"]:
        weekday = _ENGLISH_WEEKDAYS.index(found["weekday"][:3].lower())
        return _weekday(weekday, 1 if found["following"] else None, today)
    if found["week"]:
        weekday = min(_WEEKDAYS.index(found["week"]), 6)
        which = (found["which"] or "").removesuffix("个")
        return _weekday(weekday, _WEEKS[which], today)
    if found["only"]:
        return _day_of_month(_number(found["only"]), today)
    month, day = (_number(found[name] or found[f"{name}_dot"]) for name in ("month", "day"))
    year = found["year"] or found["year_dot"]
    if month is None or day is None:
        return None
    try:
        if year:
            return date(int(year), month, day)
        this_year = date(today.year, month, day)
    except ValueError:
        return None
    if this_year >= today - timedelta(days=182):
        return this_year
    try:
        return this_year.replace(year=today.year + 1)
    except ValueError:  # 29 February
        return None


def _weekday(weekday: int, weeks: int | None, today: date) -> date:
    """Return a day of this week or of one that follows; without a week the next such day."""
    if weeks is None:
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    return today + timedelta(days=7 * weeks - today.weekday() + weekday)


def _day_of_month(day: int | None, today: date) -> date | None:
    """Return the next such day of a month; a month without it is passed over."""
    for ahead in range(4):
        month = today.month - 1 + ahead
        try:
            found = date(today.year + month // 12, month % 12 + 1, day or 0)
        except ValueError:
            continue
        if found >= today:
            return found
    return None


def _time(found: re.Match[str], implied: str) -> timedelta | None:
    hour = _number(found["hour"] or found["spoken"])
    minute = _number(found["minute"] or found["points"] or "0")
    if hour is None or minute is None:
        return None
    if found["half_hour"] or found["quarter"]:
        minute = 30 if found["half_hour"] else _QUARTERS[found["quarter"]]
    half = found["half"] or implied
    if half in _HALVES and hour < 12 and not (half == "中午" and hour >= 11):
        hour += _HALVES[half]
    return _of_day(hour, minute)


def _english_time(found: re.Match[str]) -> timedelta | None:
    if found["clock"]:
        return _of_day(int(found["clock"]), int(found["past"] or 0))
    hour = int(found["hour"])
    if not 1 <= hour <= 12:
        return None
    return _of_day(hour % 12 + (12 if found["noon"].lower() == "p" else 0), int(found["minute"] or 0))


def _of_day(hour: int, minute: int) -> timedelta | None:
    """Return a time of day; 24 o'clock is the end of the day."""
    is_there = (hour < 24 and minute < 60) or (hour, minute) == (24, 0)
    return timedelta(hours=hour, minutes=minute) if is_there else None


def _at(day: date, at: time, zone: ZoneInfo) -> datetime:
    return in_utc(datetime.combine(day, at, zone))


def _rest(plain: str, end: int) -> str:
    rest = plain[end:].lstrip()
    return _BY.sub("", rest).lstrip(_BETWEEN)
