"""Explanations of plans: when something comes back next, and what closed days made of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from types import MappingProxyType

import msgspec

from scheduler.explanation import moment_text
from scheduler.plans import Moves, Occurrence, Plan, occurrences
from scheduler.wordings import wording_in

_SHOWN = 8


class _Wording(msgspec.Struct, frozen=True):
    """The sentences of one language."""

    recurs: str
    calendar: str
    moves: Mapping[Moves, str]
    moved: str
    provisional: str
    over: str


_WORDINGS: Mapping[str, _Wording] = MappingProxyType(
    {
        "zh": _Wording(
            recurs="周期 {text}",
            calendar="日历 {id}（{zone}），遇不上班{moves}",
            moves=MappingProxyType(
                {Moves.KEEP: "照旧", Moves.NEXT: "顺延", Moves.PREVIOUS: "提前", Moves.SKIP: "跳过"}
            ),
            moved="{at}（原定 {planned}）",
            provisional="{line}（节假日尚未公布，暂按平日）",
            over="以后不再有",
        ),
        "en": _Wording(
            recurs="Recurs {text}",
            calendar="Calendar {id} ({zone}), {moves} when closed",
            moves=MappingProxyType(
                {
                    Moves.KEEP: "kept",
                    Moves.NEXT: "moved on",
                    Moves.PREVIOUS: "moved forward",
                    Moves.SKIP: "left out",
                }
            ),
            moved="{at} (planned for {planned})",
            provisional="{line} (holidays not published yet, taken as an ordinary day)",
            over="Nothing comes after that",
        ),
    }
)


def explain_plan(plan: Plan, after: datetime, language: str = "zh") -> list[str]:
    """Return the next times of a plan as lines; the first is the next instant in ISO 8601, or that it is over.

    Raises:
        ValueError: There are no words for the language.
    """
    wording, zone = wording_in(language, _WORDINGS), plan.calendar.zone
    found = list(islice(occurrences(plan, after), _SHOWN))
    calendar = wording.calendar.format(id=plan.calendar.id, zone=zone.key, moves=wording.moves[plan.moves])
    lines = [wording.recurs.format(text=plan.recurs), calendar]
    lines += [_line(wording, each, plan, language) for each in found]
    if len(found) < _SHOWN:
        lines.append(wording.over)
    return [found[0].at.astimezone(zone).isoformat() if found else wording.over, *lines]


def _line(wording: _Wording, occurrence: Occurrence, plan: Plan, language: str) -> str:
    zone = plan.calendar.zone
    line = moment_text(occurrence.at, zone, language)
    if occurrence.at != occurrence.planned_at:
        planned = moment_text(occurrence.planned_at, zone, language)
        line = wording.moved.format(at=line, planned=planned)
    return wording.provisional.format(line=line) if occurrence.is_provisional else line
