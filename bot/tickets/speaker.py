"""How values are said to people: texts in their language, instants as absolute local times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from bot.tickets.errors import N_, Phrase, TicketError
from bot.tickets.model import Party

WEEKDAYS = (N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日"))
_DAY = N_("{at.month}-{at.day} {at:%H:%M}")
_PLAIN = frozenset({str, int})  # said as they are
_DAY_AND_YEAR = N_("{at.year}-{at.month}-{at.day} {at:%H:%M}")


def clock_of(offset: timedelta) -> str:
    """Return a time of day, since midnight, as it is written: 08:30."""
    hours, minutes = divmod(int(offset.total_seconds()) // 60, 60)
    return f"{hours:02}:{minutes:02}"


class Speaker(msgspec.Struct, frozen=True):
    """A voice in one language. `translate` maps a Chinese template to that language; `now` decides what "today" is."""

    translate: Callable[[str], str]
    zone: ZoneInfo
    now: datetime
    language: str = "zh"

    @property
    def today(self) -> date:
        """The present day in this zone."""
        return self.now.astimezone(self.zone).date()

    def say(self, template: str, **values: object) -> str:
        """Return a template in this language with its values filled in: instants, lengths and people are spelled out."""
        if not values:
            return self.translate(template).format()
        spelled = {
            name: value if type(value) in _PLAIN else self._spelled(value) for name, value in values.items()
        }
        return self.translate(template).format_map(spelled)

    def refuse(self, error: TicketError) -> str:
        """Return the text of a refusal."""
        return self.say(error.template, **error.values)

    def time(self, at: datetime) -> str:
        """Return an instant as people say it: 14:20, 明天 08:30, 周一 09:15, 6-28 15:00."""
        local, today = at.astimezone(self.zone), self.now.astimezone(self.zone).date()
        clock = f"{local.hour:02}:{local.minute:02}"
        days = (local.date() - today).days
        if days == 0:
            return clock
        if days in (-1, 1):
            return self.translate(N_("明天") if days == 1 else N_("昨天")) + " " + clock
        if 1 < days < 7:
            return self.translate(WEEKDAYS[local.weekday()]) + " " + clock
        is_this_year = local.year == today.year
        return self.translate(_DAY if is_this_year else _DAY_AND_YEAR).format(at=local)

    def day(self, day: date) -> str:
        """Return a day as people say it: 今天, 明天, 周六, 6-28."""
        ahead = (day - self.now.astimezone(self.zone).date()).days
        if ahead in (0, 1):
            return self.translate(N_("明天") if ahead else N_("今天"))
        if 1 < ahead < 7:
            return self.translate(WEEKDAYS[day.weekday()])
        return self.say(N_("{month}-{number}"), month=day.month, number=day.day)

    def length(self, length: timedelta) -> str:
        """Return a length as 8 分钟, 2 小时, 1 小时 20 分钟, 3 天."""
        minutes = int(length.total_seconds() // 60)
        days, rest = divmod(minutes, 24 * 60)
        hours, minutes = divmod(rest, 60)
        parts = []
        if days:
            parts.append(self.translate(N_("1 天") if days == 1 else N_("{count} 天")).format(count=days))
        if hours:
            parts.append(self.translate(N_("{count} 小时")).format(count=hours))
        if minutes and not days:
            parts.append(self.translate(N_("{count} 分钟")).format(count=minutes))
        return " ".join(parts) or self.translate(N_("不到 1 分钟"))

    def names(self, people: tuple[Party, ...]) -> str:
        """Return several names in one phrase."""
        return self._listed(people)

    def _spelled(self, value: object) -> object:
        if isinstance(value, datetime):
            return self.time(value)
        if isinstance(value, timedelta):
            return self.length(value)
        if isinstance(value, Party):
            return value.name
        if isinstance(value, Phrase):
            return self.say(value.template, **value.values)
        if isinstance(value, tuple):
            return self._listed(value)
        return value

    def _listed(self, values: tuple[object, ...]) -> str:
        return self.translate(N_("、")).join(str(self._spelled(value)) for value in values)
