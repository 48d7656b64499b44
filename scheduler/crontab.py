"""Crontab lines: when something comes back, as five fields of the clock on the wall."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec
from apscheduler.triggers.cron import CronTrigger

from scheduler.mistaken import Mistaken

# 29 February comes back after eight years at the latest; what has not come by then never does.
LONGEST_WAIT: Final = timedelta(days=9 * 366)
_NUMBERED = re.compile(r"\d")
_MOMENT = timedelta.resolution
_PROBE = datetime(2024, 1, 1, tzinfo=UTC)


class Cron(msgspec.Struct, frozen=True):
    """When a crontab line comes, as wall-clock times without a zone."""

    trigger: CronTrigger  # in UTC, as a clock on the wall: summer time is dealt with in one place for plans and calendars

    def walls(self, day: date) -> Iterator[datetime]:
        """Yield its times from a day on, in order."""
        wall: datetime | None = datetime(day.year, day.month, day.day, tzinfo=UTC)
        while wall := self.trigger.get_next_fire_time(None, wall):
            yield wall.replace(tzinfo=None)
            wall += _MOMENT


def parse_cron(text: str) -> Cron:
    """Return when a crontab line `minute hour day month weekday` comes.

    Days of the week are names, `mon` to `sun`; `day` may also be `last`, `1st mon` (as `1st_mon`) or `last_fri`. Where day and
    weekday are both given, both must fit.

    Raises:
        ValueError: The line is something else, or never comes; the message says what is expected.
    """
    fields = unicodedata.normalize("NFKC", text).lower().split()
    if len(fields) != 5:
        raise Mistaken(
            f"周期“{text}”应有 5 段：分 时 日 月 星期，如 0 9 1 * *（每月 1 日 9 点）",
            f"“{text}” should have 5 fields, minute hour day month weekday, as in 0 9 1 * * (9:00 on the 1st of each month)",
        )
    if _NUMBERED.search(fields[4]):
        # Crontabs count from Sunday, the library from Monday: a number would mean another day than was meant.
        raise Mistaken(
            f"周期“{text}”的星期应写名字：mon tue wed thu fri sat sun，不写数字",
            f"name the weekday in “{text}”, mon tue wed thu fri sat sun; numbers are not taken",
        )
    minute, hour, day, month, weekday = fields
    try:
        trigger = CronTrigger(
            minute=minute,
            hour=hour,
            day=day.replace("_", " "),
            month=month,
            day_of_week=weekday,
            timezone=UTC,
            end_date=_PROBE + LONGEST_WAIT,
        )
    except ValueError as mistake:
        raise Mistaken(
            f"周期“{text}”看不懂，应像 0 9 1 * *（每月 1 日 9 点）：{mistake}",
            f"“{text}” makes no sense, write it like 0 9 1 * * (9:00 on the 1st of each month): {mistake}",
        ) from mistake
    if trigger.get_next_fire_time(None, _PROBE) is None:
        raise Mistaken(f"周期“{text}”永远不会到", f"“{text}” never comes")
    trigger.end_date = None
    return Cron(trigger)
