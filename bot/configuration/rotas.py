"""How the rotas of the file become the plans by which people are on call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bot.configuration.lines import Place
from bot.configuration.mistakes import Mistakes, Wording
from bot.configuration.settings import PersonSettings, RotaSettings
from bot.configuration.values import length, moment, zone
from scheduler.duty import gaps
from scheduler.rota import Leave, Override, Rota, planned_for

_TURNED = Wording("应晚于 from", "expected a moment after from")
_SHORTEST_SHIFT = timedelta(minutes=1)
_TOO_SHORT = Wording('应至少 1 分钟，如 "7d"', 'expected at least a minute, such as "7d"')


def rotas_of(
    settings: Mapping[str, RotaSettings],
    people: Sequence[PersonSettings],
    local: ZoneInfo,
    mistakes: Mistakes,
) -> dict[str, Rota]:
    """Return all rotas that could be made, by id; whoever is on leave is so on each of them."""
    leaves = tuple(_leaves(people, local, mistakes))
    made: dict[str, Rota] = {}
    for name, each in settings.items():
        rota = _rota(name, each, local, mistakes)
        if rota:
            made[name] = replace(rota, leaves=leaves)
            _check_gaps(made[name], mistakes)
    return made


def _check_gaps(rota: Rota, mistakes: Mistakes) -> None:
    """Note the first stretch with nobody on call that nobody has written down as such: somebody is away and nobody steps in."""
    away = sorted((leave.start, leave.end) for leave in rota.leaves)
    stretches = (gap for start, end in away for gap in gaps(rota, start, end))
    gap = next((each for each in stretches if planned_for(rota, each.start)), None)
    if gap is None:
        return
    start, end = (f"{at.astimezone(rota.zone):%Y-%m-%d %H:%M}" for at in (gap.start, gap.end or gap.start))
    wording = Wording(
        f"{start} 到 {end} 轮到的人请假，没有人值班；写上后备，或在 overrides 里写明换谁（确实没有人就写 members = []）",
        f"from {start} to {end} whoever has the turn is away and nobody is on call; name a backup,"
        " or say in overrides who steps in (members = [] when nobody does)",
    )
    mistakes.add(("rotas", rota.id, "backup"), rota.backup, wording)


def _leaves(people: Sequence[PersonSettings], local: ZoneInfo, mistakes: Mistakes) -> Iterator[Leave]:
    for index, person in enumerate(people):
        for number, each in enumerate(person.leave):
            place: Place = ("people", index, "leave", number)
            start = moment(datetime.combine(each.from_, time()), (*place, "from"), mistakes, local)
            last = moment(datetime.combine(each.until, time()), (*place, "until"), mistakes, local)
            if not mistakes.is_within(place):
                yield Leave(person.id, start, last + timedelta(days=1))


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
    confirm = (
        length(settings.take_over_within, (*place, "take_over_within"), mistakes)
        if settings.take_over_within
        else None
    )
    ahead = length(settings.warn_ahead, (*place, "warn_ahead"), mistakes)
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
        name=settings.name or name,
        confirm_within=confirm,
        warn_ahead=ahead,
    )
