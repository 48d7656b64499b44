"""How single texts of the file are understood: lengths, hours, zones, moments, references to something defined elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.configuration.lines import Place
from bot.configuration.mistakes import Mistakes, Wording, complaint, nearest
from scheduler.lengths import parse_length

T = TypeVar("T")

_CLOCK_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_CLOCK_FORM = Wording('应为几点几分，如 "18:00"', 'expected a time of day such as "18:00"')
_ZONE = Wording('应为时区，如 "Asia/Shanghai"', 'expected a time zone such as "Asia/Shanghai"')
_NOT_ZERO = Wording("应为大于零的时长", "expected a length greater than zero")
_YEARS = range(1971, 9000)
_MOMENT = Wording(
    f"应为 {_YEARS.start} 到 {_YEARS.stop - 1} 年之间的时刻",
    f"expected a moment in the years {_YEARS.start} to {_YEARS.stop - 1}",
)


def parsed(parse: Callable[[str], T], text: str, place: Place, mistakes: Mistakes) -> T | None:
    """Return what a parser makes of a text; its complaint is noted and gives None."""
    try:
        return parse(text)
    except (ValueError, OverflowError) as fault:
        if not mistakes.is_at(place):
            mistakes.add(place, text, complaint(fault))
        return None


def length(text: str, place: Place, mistakes: Mistakes, *, may_be_zero: bool = False) -> timedelta:
    """Return a length, which must not be zero unless that has a meaning of its own; whatever else is noted."""
    found = parsed(parse_length, text, place, mistakes)
    if found == timedelta(0) and not may_be_zero:
        mistakes.add(place, text, _NOT_ZERO)
    return found or timedelta(0)


def clock_time(text: str, place: Place, mistakes: Mistakes) -> time:
    """Return a time of day; whatever else is noted."""
    found = _CLOCK_TIME.fullmatch(text)
    if found is None and not mistakes.is_at(place):
        mistakes.add(place, text, _CLOCK_FORM)
    return time(int(found[1]), int(found[2])) if found else time()


def zone(text: str, place: Place, mistakes: Mistakes, otherwise: ZoneInfo) -> ZoneInfo:
    """Return a time zone by its name; what is no zone is noted."""
    try:
        return ZoneInfo(text)
    # A name such as "Asia" is a folder of the zone data, and the system says so in its own way.
    except (KeyError, ValueError, OSError):
        if not mistakes.is_at(place):
            mistakes.add(place, text, _ZONE)
        return otherwise


def moment(found: datetime, place: Place, mistakes: Mistakes, local: ZoneInfo) -> datetime:
    """Return an aware moment; one without an offset is meant in the local zone."""
    if found.year not in _YEARS and not mistakes.is_at(place):
        mistakes.add(place, found, _MOMENT)
    return found if found.tzinfo else found.replace(tzinfo=local)


def refer(
    word: str, known: Collection[str], what: Wording, place: Place, mistakes: Mistakes, *, found: str = ""
) -> None:
    """Note a word that names nothing, with the nearest name; `found` is the whole text when the word is part of it."""
    if word not in known and not mistakes.is_at(place):
        missing = Wording(f"没有叫 {word} 的{what.zh}", f"there is no {what.en} called {word}")
        mistakes.add(place, found or word, nearest(word, known, missing))
