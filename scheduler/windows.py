"""Opening hours as they are written: windows of local time on the days of a week."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import timedelta

import msgspec

from scheduler.mistaken import Mistaken

DAY = timedelta(days=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_WINDOW = re.compile(r"(\d{1,2}):(\d{2})[-~〜–—](\d{1,2}):(\d{2})")


class Window(msgspec.Struct, frozen=True, order=True):
    """Opening hours within a day: open from `opens` up to, not including, `closes`, both counted from local midnight.

    A window over midnight belongs to the day it starts on and closes after 24 hours: 22:00-06:00 closes at 30 hours.
    """

    opens: timedelta
    closes: timedelta

    def __post_init__(self) -> None:
        """Refuse a window that is empty, begins on another day or is longer than a day."""
        if not timedelta(0) <= self.opens < DAY:
            raise ValueError(f"a window opens on its own day, between 00:00 and 24:00, not at {self.opens}")
        if not self.opens < self.closes <= self.opens + DAY:
            raise ValueError(
                f"a window lasts up to 24 hours, but this one goes from {self.opens} to {self.closes}"
            )


def parse_window(text: str) -> Window:
    """Return the window written as `09:00-17:30`, `22:00-06:00` (over midnight) or `00:00-24:00` (the whole day).

    The hyphen may be any dash or tilde, and characters may be full-width.

    Raises:
        ValueError: The text is something else; the message says what was found and what is expected.
    """
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    found = _WINDOW.fullmatch(folded)
    if not found:
        raise Mistaken(
            f"时段“{text}”看不懂，应写成 09:00-17:30",
            f"hours “{text}” make no sense, write them as 09:00-17:30",
        )
    from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
    opens = timedelta(hours=from_hour, minutes=from_minute)
    closes = timedelta(hours=to_hour, minutes=to_minute)
    if from_minute > 59 or to_minute > 59 or opens >= DAY or closes > DAY:
        raise Mistaken(
            f"时段“{text}”里没有这个时刻，应在 00:00 到 24:00 之间，如 09:00-17:30",
            f"hours “{text}” name no time of day, stay between 00:00 and 24:00, as in 09:00-17:30",
        )
    if opens == closes:
        raise Mistaken(
            f"时段“{text}”的起止相同，全天应写成 00:00-24:00",
            f"hours “{text}” end where they begin, write the whole day as 00:00-24:00",
        )
    return Window(opens, closes if closes > opens else closes + DAY)


def parse_weekly(written: Mapping[str, Sequence[str]]) -> tuple[tuple[Window, ...], ...]:
    """Return the windows of each day of a week, Monday first.

    A key is a day (`sat`), a list (`mon,wed`), a range (`mon-fri`) or `daily`. The narrower key wins, so that
    `daily` with `sun = []` is closed on Sundays; days without a key are closed.

    Raises:
        ValueError: A key or a window is not readable, or two keys of the same breadth name the same day.
    """
    hours: dict[int, tuple[Window, ...]] = {}
    named_by: dict[int, tuple[int, str]] = {}
    # Broad keys first, so that narrow ones replace what they said.
    for key, texts in sorted(written.items(), key=lambda item: -len(_days(item[0]))):
        days = _days(key)
        windows = _parse_windows(key, texts)
        for day in days:
            breadth, earlier = named_by.get(day, (0, ""))
            if breadth == len(days):
                raise Mistaken(
                    f"{WEEKDAYS[day]} 写了两次：“{earlier}”和“{key}”，每天只应写一次",
                    f"{WEEKDAYS[day]} stands in “{earlier}” and in “{key}”, name each day once",
                )
            named_by[day] = (len(days), key)
            hours[day] = windows
    return tuple(hours.get(day, ()) for day in range(7))


def _parse_windows(key: str, texts: Sequence[str]) -> tuple[Window, ...]:
    if isinstance(texts, str):
        raise Mistaken(
            f'{key} 的时段“{texts}”应写成列表，如 ["09:00-17:30"]',
            f'write the hours “{texts}” of {key} as a list, as in ["09:00-17:30"]',
        )
    return tuple(sorted(parse_window(text) for text in texts))


def _days(key: str) -> frozenset[int]:
    days: set[int] = set()
    for part in "".join(unicodedata.normalize("NFKC", key).lower().split()).split(","):
        first, dash, last = part.partition("-")
        if part == "daily":
            days.update(range(7))
        elif first in WEEKDAYS and (last in WEEKDAYS or not dash):
            begin = WEEKDAYS.index(first)
            length = (WEEKDAYS.index(last) - begin) % 7 if dash else 0
            days.update((begin + step) % 7 for step in range(length + 1))
        else:
            raise Mistaken(
                f"星期“{key}”看不懂，应写成 mon、mon-fri、sat,sun 或 daily（{' '.join(WEEKDAYS)}）",
                f"days “{key}” make no sense, write mon, mon-fri, sat,sun or daily ({' '.join(WEEKDAYS)})",
            )
    return frozenset(days)
