"""Recurrence: when something comes back by the clock on the wall, written as a crontab line or as an RRULE."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo

from scheduler.crontab import Cron, parse_cron
from scheduler.rrules import RRule, parse_rrule

Recurrence = Cron | RRule


@lru_cache(maxsize=256)
def recurrence(text: str, zone: ZoneInfo) -> Recurrence:
    """Return when a line comes back, in the local time of a zone; only RRULEs contain `=`.

    Raises:
        ValueError: The text is neither, or never comes; the message says what is expected.
    """
    return parse_rrule(text, zone) if "=" in text else parse_cron(text)
