"""Days as people write them beside an entry: until when it is true, and when somebody should look again; pure."""

from __future__ import annotations

import re
from datetime import date, timedelta

import msgspec

_A_DAY = r"(?:\d{4}\s*[-/.年]\s*)?\d{1,2}\s*[-/.月]\s*\d{1,2}\s*[日号]?"
_ONE = re.compile(
    r"(?:(?P<year>\d{4})\s*[-/.年]\s*)?(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?"
)
_SPAN = re.compile(
    rf"(?:从|自|from\s)?\s*(?P<first>{_A_DAY})\s*(?:起|到|至|—|~|-{{1,2}}|until|to)\s*(?P<last>{_A_DAY})?\s*(?:止|为止)?",
    re.IGNORECASE,
)
_FROM = re.compile(rf"(?:从|自|from\s)\s*(?P<first>{_A_DAY})\s*(?:起|开始)?", re.IGNORECASE)
_UNTIL = re.compile(rf"(?:期?\s*(?:到|至)|until\s|to\s)?\s*(?P<last>{_A_DAY})\s*(?:止|为止)?", re.IGNORECASE)
_LONGEST = 40
_ALWAYS = re.compile(r"长期(?:有效)?|永久(?:有效)?|一直|不限|always", re.IGNORECASE)
_NEVER = re.compile(r"不用(?:了)?|不再|无|none|never", re.IGNORECASE)


_CALLED = re.compile("(昨天|yesterday)|(今天|今日|即日|today)|(明天|tomorrow)|(后天)", re.IGNORECASE)
_YESTERDAY = -1  # of the first group


class Span(msgspec.Struct, frozen=True):
    """Between which days something is true, both included; None: no end on that side."""

    first: date | None
    last: date | None


def span_of(text: str, today: date) -> Span | None:
    """Return the days of `到 2026-12-31`, `9-1 到 12-31`, `从 9-1 起` or `长期`; None for anything else. Without a year the next such day is meant."""
    text = _dated(text.strip(" 。.!！"), today)
    if len(text) > _LONGEST:
        return None
    if _ALWAYS.fullmatch(text):
        return Span(None, None)
    for pattern in (_FROM, _UNTIL, _SPAN):
        if found := pattern.fullmatch(text):
            parts = found.groupdict()
            first = day_of(parts["first"], today) if parts.get("first") else None
            last = day_of(parts["last"], first or today) if parts.get("last") else None
            is_whole = bool(first) == bool(parts.get("first")) and bool(last) == bool(parts.get("last"))
            return Span(first, last) if is_whole and (not first or not last or first <= last) else None
    return None


def day_of(text: str, today: date) -> date | None:
    """Return the day that a text is, None where it is none. Without a year it is the next such day from `today` on."""
    found = _ONE.fullmatch(_dated(text.strip(" 。.!！"), today))
    if found is None:
        return None
    for year in [int(found["year"])] if found["year"] else [today.year, today.year + 1]:
        try:
            day = date(year, int(found["month"]), int(found["day"]))
        except ValueError:
            continue
        if found["year"] or day >= today:
            return day
    return None


def _dated(text: str, today: date) -> str:
    """Return a text with the dates of the days that it calls by a word: `从今天起`."""
    if not _CALLED.search(text):
        return text

    def date_of(found: re.Match[str]) -> str:
        return (today + timedelta(days=_YESTERDAY - 1 + (found.lastindex or 0))).isoformat()

    return _CALLED.sub(date_of, text)


def says_never(text: str) -> bool:
    """Say whether nobody shall look at it again."""
    return _NEVER.fullmatch(text.strip(" 。.!！")) is not None


def a_year_after(day: date) -> date:
    """Return the same day of the next year, the last of February for its 29th."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)
