"""News of what contracts promise about tickets together: which share is missed now, which number has grown, since it was told last.

Pure: what was told of a customer is one small value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from bot.records.ledgers import CustomerStandings
from bot.tickets.speaker import Speaker
from bot.tickets.standings import Standing, line
from scheduler.written_ledgers import WrittenQuota

_MOST: Final = 6  # lines; who looks after many customers asks for the rest


class Told(msgspec.Struct, frozen=True):
    """How a standing was when it was told: of a number how many, of a share only whether it is kept."""

    used: int
    is_attained: bool


_NOTHING = Told(0, is_attained=True)


def as_told(standings: Iterable[Standing]) -> dict[str, Told]:
    """Return what is remembered of standings, by what each is about and its period; nothing of what is as if nothing had happened."""
    found = {
        _name(each): Told(each.used if isinstance(each.written, WrittenQuota) else 0, each.is_attained)
        for each in standings
    }
    return {name: told for name, told in found.items() if told != _NOTHING}


def worse(standings: Iterable[Standing], told: Mapping[str, Told]) -> list[Standing]:
    """Return the standings that are worse than when they were told."""

    def is_worse(each: Standing) -> bool:
        before = told.get(_name(each), _NOTHING)
        if isinstance(each.written, WrittenQuota):
            return each.used > before.used
        return before.is_attained and not each.is_attained

    return [each for each in standings if is_worse(each)]


def notice(found: Iterable[CustomerStandings], speaker: Speaker) -> str:
    """Return what whoever looks after contracts reads: one line for each."""
    every = [(each.name, standing) for each in found for standing in each.standings]
    lines = [
        speaker.say("📌 {customer} {standing}", customer=name, standing=line(standing, speaker))
        for name, standing in every[:_MOST]
    ]
    if every[_MOST:]:
        lines.append(speaker.say("另有 {count} 项，回“达标”看全部。", count=len(every[_MOST:])))
    if any(isinstance(each.written, WrittenQuota) and each.written.excludes for _, each in every):
        lines.append(speaker.say("不可抗力的不计，请回“标记 单号 不可抗力 证据”。"))
    return "\n".join(lines)


def _name(standing: Standing) -> str:
    return f"{standing.written.id}|{standing.subject}|{standing.period.start:%Y-%m-%d}"
