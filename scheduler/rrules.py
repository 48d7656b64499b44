"""RRULEs of RFC 5545: when something comes back, as calendars write it to each other, such as every second Monday."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from dateutil.rrule import rrulestr
from msgspec.structs import replace as changed

from scheduler.crontab import LONGEST_WAIT
from scheduler.mistaken import Mistaken, in_english

_MOMENT = timedelta.resolution
_WEEK = 7
_MONTHS = 12
_CYCLE = 400
_LAST_YEAR = 9999 - 10
_MOST_TIMES = 10_000  # of COUNT
_EXAMPLE = "DTSTART:20260302T090000 RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO（每两周的周一 9 点）"
_LINES = frozenset({"DTSTART", "RRULE", "EXDATE", "RDATE"})
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_DAYS_OF = ("BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYWEEKDAY")


class RRule(msgspec.Struct, frozen=True):
    """When an RRULE comes, as wall-clock times without a zone; `besides` come too, `without` do not."""

    start: datetime
    frequency: str
    interval: int
    rule: Any  # of dateutil, which has no types: without its COUNT and UNTIL
    until: datetime | None = None
    besides: tuple[datetime, ...] = ()  # in order
    without: frozenset[datetime] = frozenset()

    def walls(self, day: date) -> Iterator[datetime]:
        """Yield its times from a day on, in order."""
        begins = datetime.combine(day, time())
        besides = [wall for wall in self.besides if wall >= begins and wall not in self.without]
        for wall in self.ruled(begins):
            while besides and besides[0] <= wall:
                extra = besides.pop(0)
                if extra != wall:
                    yield extra
            if wall not in self.without:
                yield wall
        yield from besides

    def ruled(self, begins: datetime) -> Iterator[datetime]:
        """Yield what the rule alone says from an instant on, until it has not come for `LONGEST_WAIT`."""
        begins = max(begins, self.start)
        while self.until is None or begins <= self.until:
            ends = begins + LONGEST_WAIT
            last = ends if self.until is None else min(ends, self.until)
            # The library searches for what never comes up to the year 9999. Our calendar is the same after 400 years, to the
            # day of the week, so it begins as few years before that as it can.
            cycles = (_LAST_YEAR - begins.year) // _CYCLE * _CYCLE
            rule = self.rule.replace(dtstart=_moved(self._anchor(begins), cycles), until=_moved(last, cycles))
            has_come = False
            for found in rule:
                wall = _moved(found, -cycles)
                if wall >= begins:
                    has_come = True
                    yield wall
            if not has_come:
                return
            begins = ends + _MOMENT

    def _anchor(self, instant: datetime) -> datetime:
        """Return a start near an instant from which the rule comes at the same times as from its own: cost is independent of age."""
        start = self.start
        if self.frequency in ("DAILY", "WEEKLY"):
            step = self.interval * (_WEEK if self.frequency == "WEEKLY" else 1)
            whole = (instant.date() - start.date()).days // step * step
            return _midnight(start + timedelta(days=whole)) if whole else start
        step = self.interval * (_MONTHS if self.frequency == "YEARLY" else 1)
        passed = (instant.year - start.year) * _MONTHS + instant.month - start.month
        whole = passed // step * step
        year, month = divmod(start.year * _MONTHS + start.month - 1 + whole, _MONTHS)
        month = 0 if self.frequency == "YEARLY" else month
        return _midnight(start.replace(year=year, month=month + 1, day=1)) if whole else start


def parse_rrule(text: str, zone: ZoneInfo) -> RRule:
    """Return when a rule comes: `DTSTART:…` and one `RRULE:…`, with `EXDATE:…` and `RDATE:…` for what falls out or comes besides.

    All times are local ones of `zone`; a `TZID` may stand beside them and must then name it. A rule goes by days and
    more: what comes several times a day is a length.

    Raises:
        ValueError: The text is something else, or never comes; the message says what is expected.
    """
    try:
        rule = _parsed(unicodedata.normalize("NFKC", text), zone)
        first = next(rule.walls(rule.start.date()), None)
    except (ValueError, OverflowError) as mistake:
        raise Mistaken(
            f"周期“{text}”看不懂，应像 {_EXAMPLE}：{mistake}",
            f"“{text}” makes no sense, write it like {_EXAMPLE}: {in_english(mistake)}",
        ) from mistake
    if first is None:
        raise Mistaken(f"周期“{text}”永远不会到", f"“{text}” never comes")
    return rule


def _parsed(text: str, zone: ZoneInfo) -> RRule:
    lines = _lines(text, zone)
    if any(len(lines.get(name, ())) != 1 for name in ("DTSTART", "RRULE")):
        raise Mistaken(
            "DTSTART（从哪天几点算起）和 RRULE 各写一个",
            "write one DTSTART (day and time to count from) and one RRULE",
        )
    start = _stamp(lines["DTSTART"][0])
    parts = _parts(lines["RRULE"][0])
    count, until = int(parts.pop("COUNT", "0")), parts.pop("UNTIL", "")
    said = _said_by_start(parts, start)
    rule = RRule(
        start=start,
        frequency=parts["FREQ"],
        interval=int(parts.get("INTERVAL", "1")),
        rule=rrulestr(";".join(f"{key}={value}" for key, value in {**said, **parts}.items()), dtstart=start),
        until=_stamp(until) if until else None,
        besides=tuple(sorted(set(_stamps(lines.get("RDATE", ()))))),
        without=frozenset(_stamps(lines.get("EXDATE", ()))),
    )
    if not count:
        return rule
    times = list(islice(rule.ruled(start), count))
    return changed(rule, until=times[-1]) if len(times) == count else rule


def _lines(text: str, zone: ZoneInfo) -> Mapping[str, list[str]]:
    """Return the values of each property."""
    found: dict[str, list[str]] = {}
    for line in text.split():
        name, _, value = line.rpartition(":")
        written, *parameters = (name or "RRULE").split(";")
        if written.upper() not in _LINES:
            raise Mistaken(f"没有 {written} 这一项", f"there is no {written}")
        for parameter in parameters:
            _check_parameter(parameter, zone)
        found.setdefault(written.upper(), []).append(value.upper())
    return found


def _check_parameter(text: str, zone: ZoneInfo) -> None:
    key, _, value = text.partition("=")
    if key.upper() == "TZID" and value != zone.key:
        raise Mistaken(
            f"时区 {value} 不是日历的 {zone.key}",
            f"time zone {value} is not {zone.key}, that of the calendar",
        )
    if key.upper() != "TZID" and text.upper() != "VALUE=DATE-TIME":
        raise Mistaken(f"没有 {text} 这种写法", f"{text} is not taken")


def _parts(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in text.strip(";").split(";")]
    parts = {key: value for key, _, value in pairs}
    if len(parts) != len(pairs) or not all(parts.values()):
        raise Mistaken("RRULE 的每一项写成 名=值，各写一次", "write each part of RRULE once, as NAME=VALUE")
    if parts.get("FREQ") not in _FREQUENCIES:
        raise Mistaken(
            f"FREQ 应为 {'、'.join(_FREQUENCIES)}", f"expected FREQ to be one of {', '.join(_FREQUENCIES)}"
        )
    if "BYEASTER" in parts:
        raise Mistaken("没有 BYEASTER 这一项", "there is no BYEASTER")
    if "COUNT" in parts and "UNTIL" in parts:
        raise Mistaken("COUNT 与 UNTIL 只能写一个", "write COUNT or UNTIL, not both")
    for key, most in (("INTERVAL", 1000), ("COUNT", _MOST_TIMES)):
        if key in parts and not (parts[key].isdecimal() and 1 <= int(parts[key]) <= most):
            raise Mistaken(
                f"{key} 应为 1 到 {most} 的整数", f"expected {key} to be a whole number from 1 to {most}"
            )
    return parts


def _said_by_start(parts: Mapping[str, str], start: datetime) -> dict[str, str]:
    """Return what only DTSTART says of the time and the day: the rule is also begun at other instants."""
    said = {"BYHOUR": str(start.hour), "BYMINUTE": str(start.minute), "BYSECOND": str(start.second)}
    if parts["FREQ"] not in ("MONTHLY", "YEARLY") or any(key in parts for key in _DAYS_OF):
        return said
    said["BYMONTHDAY"] = str(start.day)
    return said if parts["FREQ"] == "MONTHLY" else {"BYMONTH": str(start.month), **said}


def _midnight(at: datetime) -> datetime:
    return datetime.combine(at.date(), time())


def _moved(at: datetime, years: int) -> datetime:
    return at.replace(year=at.year + years)


def _stamps(values: Iterable[str]) -> Iterator[datetime]:
    for value in values:
        yield from map(_stamp, value.split(","))


def _stamp(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - on the wall
    except ValueError as mistake:
        raise Mistaken(
            f"时刻 {text} 应写成当地时间 20260302T090000，后面不写 Z",
            f"write the moment {text} in local time, as 20260302T090000 without Z",
        ) from mistake
