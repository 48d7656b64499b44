"""How calendars, ladders and policies of the file become the values that rules work with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bot.configuration.ledgers import work_window_of
from bot.configuration.lines import Place
from bot.configuration.mistakes import UNSHOWN, Mistakes, Wording, complaint, nearest
from bot.configuration.settings import (
    CalendarSettings,
    LevelSettings,
    PolicySettings,
    RungSettings,
)
from bot.configuration.values import length, parsed, zone
from bot.tickets.kinds import ClockKind, Kind, StartsAt
from bot.tickets.model import Promise
from bot.tickets.planned_rules import LADDERS
from bot.tickets.rules import Level, Policy
from scheduler.calendar import Calendar, Window, always, check, parse_weekly, parse_window
from scheduler.clock_rules import ClockRule, in_order
from scheduler.escalation import Ladder, Rung, parse_at
from scheduler.history import MISSED, REPORTED
from scheduler.holidays import COUNTRIES
from scheduler.lengths import parse_length
from scheduler.written_clocks import KEPT_BY, WrittenClock, WrittenFault, clock_rule

ALWAYS = "always"  # the calendar that nobody has to write

# What clocks may count from, be kept by or end with: what people do with tickets, by the names that archives have.
EVENTS = frozenset({event for events in KEPT_BY.values() for event in events}) | {
    "reported",
    "occurred",
    "claimed",
    "said",
    "promised",
    "reopened",
    "major",
    "recovered",
    "received",
    "replacement_ordered",
}
_OTHERS: Final = {
    Kind.QUESTION: {"zh": "咨询", "en": "question"},
    Kind.REQUEST: {"zh": "需求", "en": "request"},
    Kind.TRAINING: {"zh": "培训", "en": "training"},
}
_CHINESE: Final = re.compile("[\u4e00-\u9fff]")
_ANSWERS: Final = (ClockKind.RESPOND, ClockKind.ANSWER)
_EVENT = Wording("没有这样的事件", "there is no such event")

_BUILT_IN = Wording(
    "always 是内置的（全年无休），请换一个名字", "always is built in (24/7), choose another name"
)
_DATE_KEY = Wording('应为日期，如 "2026-02-13"', 'expected a date such as "2026-02-13"')
_COUNTRY = Wording("没有这个国家的节假日数据", "no public holidays are known of this country")
_OVERLAPS = Wording("和同一天的另一个时段重叠", "overlaps with other hours of the same day")


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
        _check_apart(hours, (*place, "weekly", days), mistakes)
    for day, hours in settings.special.items():
        _check_apart(hours, (*place, "special", day), mistakes)
    special = dict(_special(settings, place, mistakes))
    if mistakes.is_within(place):
        return None
    try:
        calendar = Calendar(name, local, parse_weekly(settings.weekly), settings.holidays or None, special)
        check(calendar)
    except ValueError as fault:
        mistakes.add((*place, "weekly"), settings.weekly, complaint(fault))
        return None
    return calendar


def _check_apart(hours: Sequence[str], place: Place, mistakes: Mistakes) -> None:
    """Note every window of a day that begins before an earlier one ends; which of them cannot be read is told elsewhere."""
    known: list[tuple[int, Window]] = []
    for index, text in enumerate(hours):
        try:
            known.append((index, parse_window(text)))
        except ValueError:
            continue
    known.sort(key=lambda each: (each[1].opens, each[1].closes))
    for (_, earlier), (index, later) in pairwise(known):
        here = (*place, index)
        if later.opens < earlier.closes and not mistakes.is_at(here):
            mistakes.add(here, hours[index], _OVERLAPS)


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


def ladders_of(settings: Mapping[str, tuple[RungSettings, ...]], mistakes: Mistakes) -> dict[str, Ladder]:
    """Return all ladders by id, without the rungs that could not be made; those of planned work need not be written."""
    made = dict(LADDERS)
    for name, rungs in settings.items():
        found = [_rung(each, ("ladders", name, index), mistakes) for index, each in enumerate(rungs)]
        made[name] = Ladder(name, tuple(rung for rung in found if rung))
    return made


def _rung(settings: RungSettings, place: Place, mistakes: Mistakes) -> Rung | None:
    at = parsed(parse_at, settings.at, (*place, "at"), mistakes)
    repeat = length(settings.repeat, (*place, "repeat"), mistakes) if settings.repeat else None
    rarest = length(settings.rarest, (*place, "rarest"), mistakes) if settings.rarest else None
    waking = parsed(parse_window, settings.waking, (*place, "waking"), mistakes) if settings.waking else None
    return Rung(at, settings.tell, repeat, waking, rarest) if at and not mistakes.is_within(place) else None


def policies_of(
    settings: Mapping[str, PolicySettings], calendars: Mapping[str, Calendar], mistakes: Mistakes
) -> dict[str, Policy]:
    """Return all policies by id."""
    return {name: _policy(name, each, calendars, mistakes) for name, each in settings.items()}


def _policy(
    name: str, settings: PolicySettings, calendars: Mapping[str, Calendar], mistakes: Mistakes
) -> Policy:
    levels = tuple(
        replace(
            _level(each, settings.ladder, ("policies", name, "levels", index), calendars, mistakes),
            # Of several levels the first is the most urgent; a level that is alone says so itself.
            is_urgent=(index == 0 and len(settings.levels) > 1) if each.urgent is None else each.urgent,
        )
        for index, each in enumerate(settings.levels)
    )
    # Levels go from the most urgent to the least, and nobody who does not say so is in a hurry.
    default = settings.default_level or (levels[-1].id if levels else "")
    place: Place = ("policies", name)
    return Policy(
        name,
        settings.name,
        levels,
        default,
        settings.first_response,
        work_window=work_window_of(settings.work_window, place, calendars, mistakes),
        ratios=settings.ratios,
        quotas=settings.quotas,
        callback=settings.callback,
        others=_others(levels, default),
    )


def _others(levels: tuple[Level, ...], default: str) -> tuple[Level, ...]:
    """Return what tickets may be of where nothing is broken: somebody answers as soon as at the default level, and no more is promised.

    What the policy has a level of the same name for is of that level. Names are in the language of the levels.
    """
    language = "zh" if not levels or any(_CHINESE.search(each.name) for each in levels) else "en"
    usual = next((each for each in levels if each.id == default), None)
    promises = tuple(
        each
        for each in (usual.promises if usual else ())
        if each.kind in _ANSWERS
        and each.start is None
        and (each.clock is None or each.clock.from_ == REPORTED)
    )
    known = {word for each in levels for word in (each.id, each.name)}
    return tuple(
        Level(kind.value, name[language], (), promises, kind=kind)
        for kind, name in _OTHERS.items()
        if known.isdisjoint({kind.value, *name.values()})
    )


def _level(
    settings: LevelSettings, ladder: str, place: Place, calendars: Mapping[str, Calendar], mistakes: Mistakes
) -> Level:
    written = [_as_events(each) for each in settings.clocks]
    rules = [
        rule
        for index, each in enumerate(written)
        if (rule := _rule(each, settings.calendar, ladder, (*place, "clocks", index), calendars, mistakes))
    ]
    ids = [rule.id for rule in rules]
    if len(rules) == len(written) and len(set(ids)) == len(ids):
        try:
            in_order(rules)
        except ValueError as fault:
            mistakes.add((*place, "clocks"), UNSHOWN, complaint(fault))
    promises = tuple(_promise(each, settings.calendar, ladder) for each in written)
    return Level(
        settings.id,
        settings.name,
        settings.keywords,
        promises,
        settings.readings,
        settings.stages,
        settings.consult,
        settings.free_after_contract,
    )


def _as_events(written: WrittenClock) -> WrittenClock:
    """`report` is how contracts write it."""
    return replace(written, from_=REPORTED) if written.from_ == "report" else written


def _rule(
    written: WrittenClock,
    calendar: str,
    ladder: str,
    place: Place,
    calendars: Mapping[str, Calendar],
    mistakes: Mistakes,
) -> ClockRule | None:
    """Return the rule that a clock means, or None when it means none; what is wrong with it is noted."""
    if written.within:
        length(written.within, (*place, "within"), mistakes)
    starts = (written.from_,) if isinstance(written.from_, str) else written.from_
    for key, events in (("from", starts), ("met_by", written.met_by), ("until", written.until)):
        for event in events:
            if event not in EVENTS and not event.startswith(MISSED):
                mistakes.add((*place, key), event, nearest(event, sorted(EVENTS), _EVENT))
    # A calendar that does not exist, or was not made, is told elsewhere.
    if mistakes.is_within(place) or (written.calendar or calendar) not in calendars:
        return None
    try:
        return clock_rule(written, calendar=calendar, ladder=ladder, calendars=calendars)
    except WrittenFault as fault:
        mistakes.add((*place, fault.key), getattr(written, fault.key, UNSHOWN) or UNSHOWN, complaint(fault))
        return None


def _promise(written: WrittenClock, calendar: str, ladder: str) -> Promise:
    """Return a clock as tickets keep it: most are no more than a length and a start."""
    kind, found, named = ClockKind(written.kind), written.calendar or calendar, written.ladder or ladder
    start = written.from_ if isinstance(written.from_, str) else ""
    is_plain = written == WrittenClock(
        kind=written.kind,
        within=written.within,
        from_=start,
        calendar=written.calendar,
        ladder=written.ladder,
    )
    if not is_plain or start not in set(StartsAt) or not written.within:
        return Promise(kind=kind, calendar=found, ladder=named, clock=written)
    try:
        within = parse_length(written.within)
    except ValueError:  # noted already
        within = timedelta(0)
    at = None if start == StartsAt.REPORTED else StartsAt(start)
    return Promise(kind=kind, within=within, calendar=found, ladder=named, start=at)
