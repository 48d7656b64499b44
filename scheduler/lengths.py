"""Lengths of time as people write them: 5m, 1h30m, 2d."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

from scheduler.mistaken import Mistaken

_WRITTEN = re.compile(r"(?:(\d{1,8})d)?(?:(\d{1,8})h)?(?:(\d{1,8})m)?(?:(\d{1,8})s)?")
_LONGEST = timedelta(days=36_525)  # a hundred years: more is a slip of the finger, and dates end at 9999
_SECOND = timedelta(seconds=1)


def parse_length(text: str) -> timedelta:
    """Return a length written as days, hours, minutes and seconds in this order, for example `1h30m`.

    A day is always 24 hours. Full-width digits, capitals and spaces are taken as meant; zero is a length.

    Raises:
        ValueError: The text is something else; the message says what was found and what is expected.
    """
    folded = "".join(unicodedata.normalize("NFKC", text).lower().split())
    found = _WRITTEN.fullmatch(folded)
    if not found or not folded:
        raise Mistaken(
            f"时长“{text}”看不懂，应写成 45s、5m、2h、1h30m 或 2d",
            f"length “{text}” makes no sense, write it as 45s, 5m, 2h, 1h30m or 2d",
        )
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if length > _LONGEST:
        raise Mistaken(
            f"时长“{text}”太长，最长 {_LONGEST.days}d",
            f"length “{text}” is too long, at most {_LONGEST.days}d",
        )
    return length


def format_length(length: timedelta) -> str:
    """Return a length as `parse_length` reads it, for example `1h30m`; fractions of a second are cut off."""
    sign = "-" if length < timedelta(0) else ""
    minutes, seconds = divmod(abs(length) // _SECOND, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [
        f"{count}{unit}"
        for count, unit in ((days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s"))
        if count
    ]
    return sign + "".join(parts) if parts else "0s"
