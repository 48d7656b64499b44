"""How calendars, rotas, ladders and policies of the file become the values that rules work with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.config_lines import Place
from bot.config_mistakes import Mistakes, Wording, nearest
from bot.config_values import length, moment, parsed, zone
from bot.settings import (
    CalendarSettings,
    ClockSettings,
    LevelSettings,
    PolicySettings,
    RotaSettings,
    RungSettings,
)
from bot.tickets.model import Promise, StartsAt
from bot.tickets.rules import Level, Policy
from scheduler.calendar import Calendar, Window, always, check, parse_weekly, parse_window
from scheduler.escalation import Ladder, Rung, parse_at
from scheduler.holidays import COUNTRIES
from scheduler.rota import Override, Rota

ALWAYS = "always"  # the calendar that nobody has to write

_BUILT_IN = Wording(
    "always 是内置的（全年无休），请换一个名字", "always is built in (24/7), choose another name"
)
_DATE_KEY = Wording('应为日期，如 "2026-02-13"', 'expected a date such as "2026-02-13"')
_COUNTRY = Wording("没有这个国家的节假日数据", "no public holidays are known of this country")
_TURNED = Wording("应晚于 from", "expected a moment after from")
_SHORTEST_SHIFT = timedelta(minutes=1)
_TOO_SHORT = Wording('应至少 1 分钟，如 "7d"', 'expected at least a minute, such as "7d"')


def calendars_of(
    settings: Mapping[str, CalendarSettings], local: ZoneInfo, mistakes: Mistakes
) -> dict[str, Calendar]:
    """Return all calendars that could be made, by id, with the one that is always there."""
    if ALWAYS in settings:
        mistakes.add(("calendars", ALWAYS), {}, _BUILT_IN)
    made = {ALWAYS: always(local)}
    for name, each in settings.items():
        calendar = _calendar(name, each, local, mistakes)
        if calendar:
            made[name] = calendar
    return made


def _calendar(name: str, settings: CalendarSettings, local: ZoneInfo, mistakes: Mistakes) -> Calendar | None:
    place: Place = ("calendars", name)
    if settings.timezone:
        local = zone(settings.timezone, (*place, "timezone"), mistakes, local)
    if settings.holidays and settings.holidays not in COUNTRIES:
        here = (*place, "holidays")
        mistakes.add(here, settings.holidays, nearest(settings.holidays, COUNTRIES, _COUNTRY))
    # Each day on its own first, so that every wrong one is named; then together, because days may not be named twice.
    for days, hours in settings.weekly.items():
        for index, text in enumerate(hours):
            parsed(parse_window, text, (*place, "weekly", days, index), mistakes)
        parsed(lambda key: parse_weekly({key: []}), days, (*place, "weekly", days), mistakes)
    special = dict(_special(settings, place, mistakes))
    if mistakes.is_within(place):
        return None
    try:
        calendar = Calendar(name, local, parse_weekly(settings.weekly), settings.holidays or None, special)
        check(calendar)
    except ValueError as fault:
        mistakes.add((*place, "weekly"), settings.weekly, str(fault))
        return None
    return calendar


def _special(
    settings: CalendarSettings, place: Place, mistakes: Mistakes
) -> list[tuple[date, tuple[Window, ...]]]:
    found: list[tuple[date, tuple[Window, ...]]] = []
    for written, hours in settings.special.items():
        here = (*place, "special", written)
        windows = [parsed(parse_window, text, (*here, index), mistakes) for index, text in enumerate(hours)]
        try:
            day = date.fromisoformat(written)
        except ValueError:
            mistakes.add(here, written, _DATE_KEY)
            continue
        found.append((day, tuple(window for window in windows if window)))
    return found


def rotas_of(settings: Mapping[str, RotaSettings], local: ZoneInfo, mistakes: Mistakes) -> dict[str, Rota]:
    """Return all rotas that could be made, by id."""
    made: dict[str, Rota] = {}
    for name, each in settings.items():
        rota = _rota(name, each, local, mistakes)
        if rota:
            made[name] = rota
    return made


def _rota(name: str, settings: RotaSettings, local: ZoneInfo, mistakes: Mistakes) -> Rota | None:
    place: Place = ("rotas", name)
    if settings.timezone:
        local = zone(settings.timezone, (*place, "timezone"), mistakes, local)
    shift = length(settings.shift, (*place, "shift"), mistakes)
    if timedelta(0) < shift < _SHORTEST_SHIFT:
        mistakes.add((*place, "shift"), settings.shift, _TOO_SHORT)
    starts = moment(settings.starts, (*place, "starts"), mistakes, local)
    overrides: list[Override] = []
    for index, each in enumerate(settings.overrides):
        here = (*place, "overrides", index)
        start = moment(each.from_, (*here, "from"), mistakes, local)
        end = moment(each.until, (*here, "until"), mistakes, local)
        if start >= end and not mistakes.is_within(here):
            mistakes.add((*here, "until"), each.until, _TURNED)
        overrides.append(Override(start, end, each.members))
    if mistakes.is_within(place):
        return None
    return Rota(
        id=name,
        members=settings.members,
        zone=local,
        shift=shift,
        starts=starts,
        overrides=tuple(overrides),
        backup=settings.backup,
    )


def ladders_of(settings: Mapping[str, tuple[RungSettings, ...]], mistakes: Mistakes) -> dict[str, Ladder]:
    """Return all ladders by id, without the rungs that could not be made."""
    made: dict[str, Ladder] = {}
    for name, rungs in settings.items():
        found = [_rung(each, ("ladders", name, index), mistakes) for index, each in enumerate(rungs)]
        made[name] = Ladder(name, tuple(rung for rung in found if rung))
    return made


def _rung(settings: RungSettings, place: Place, mistakes: Mistakes) -> Rung | None:
    at = parsed(parse_at, settings.at, (*place, "at"), mistakes)
    repeat = length(settings.repeat, (*place, "repeat"), mistakes) if settings.repeat else None
    return Rung(at, settings.tell, repeat) if at and not mistakes.is_within(place) else None


def policies_of(settings: Mapping[str, PolicySettings], mistakes: Mistakes) -> dict[str, Policy]:
    """Return all policies by id."""
    return {name: _policy(name, each, mistakes) for name, each in settings.items()}


def _policy(name: str, settings: PolicySettings, mistakes: Mistakes) -> Policy:
    levels = tuple(
        _level(each, settings.ladder, ("policies", name, "levels", index), mistakes)
        for index, each in enumerate(settings.levels)
    )
    # Levels go from the most urgent to the least, and nobody who does not say so is in a hurry.
    default = settings.default_level or (levels[-1].id if levels else "")
    return Policy(name, settings.name, levels, default, settings.first_response)


def _level(settings: LevelSettings, ladder: str, place: Place, mistakes: Mistakes) -> Level:
    promises = tuple(
        _promise(each, settings.calendar, ladder, (*place, "clocks", index), mistakes)
        for index, each in enumerate(settings.clocks)
    )
    return Level(settings.id, settings.name, settings.keywords, promises)


def _promise(
    settings: ClockSettings, calendar: str, ladder: str, place: Place, mistakes: Mistakes
) -> Promise:
    start = "reported" if settings.from_ == "report" else settings.from_
    return Promise(
        kind=settings.kind,
        within=length(settings.within, (*place, "within"), mistakes),
        calendar=settings.calendar or calendar,
        ladder=settings.ladder or ladder,
        start=StartsAt(start),
    )
