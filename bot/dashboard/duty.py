"""The page about people and time: who is on duty, who cannot be called, and what the auditor found."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from adapters.contract import Capabilities
from bot.dashboard.wording import stamp
from bot.duty.words import OnDuty, stretch
from bot.records.contracts import endings, sentence
from bot.rooms.reach import unreached
from bot.running import Bot
from bot.tickets.speaker import Speaker


class Turn(msgspec.Struct, frozen=True):
    """One rota in words. `waits_for` are those who have not said that they took over."""

    name: str
    called: str
    until: str
    following: str
    backup: str
    waits_for: str
    gaps: tuple[str, ...]


def turns(bot: Bot, speaker: Speaker) -> list[Turn]:
    """Return every rota as it stands now."""
    return [_turn(found, speaker) for found in bot.office.on_duty(speaker.now)]


def cannot_be_called(
    bot: Bot, powers: Mapping[str, Capabilities], connected: Mapping[str, bool], speaker: Speaker
) -> list[tuple[str, str]]:
    """Return names and reasons, platforms that are not connected now among them."""
    language = speaker.language
    lost = [
        (name, speaker.say("平台没有连上，发往它的提醒在等"))
        for name, is_well in connected.items()
        if not is_well
    ]
    return lost + [(each.name.of(language), each.why.of(language)) for each in unreached(bot.config, powers)]


def contracts(bot: Bot, speaker: Speaker) -> list[tuple[str, bool]]:
    """Return the contracts that end soon or are over, in sentences, and whether they are over."""
    return [(sentence(each, speaker), each.days_left < 0) for each in endings(bot.rules, speaker.now)]


def audit(bot: Bot, speaker: Speaker) -> list[str]:
    """Return what the latest round of the auditor found, in sentences."""
    found, say = bot.auditor.latest, speaker.say
    if found.finished_at is None:
        return [say("还没有核对过，启动后一分钟内会核对。")]
    lines = [
        say("{time} 核对了 {count} 张在办的单。", time=stamp(found.finished_at, speaker), count=found.checked)
    ]
    if found.repaired:
        lines.append(say("启动以来修正了 {count} 个下次要看的时刻，单上都有记录。", count=found.repaired))
    if found.unserved:
        lines.append(say("{count} 张单到点了还没有处理。", count=found.unserved))
    if found.failed:
        lines.append(say("{count} 张单的时限算不出来，原因在日志里。", count=found.failed))
    return lines


def _turn(found: OnDuty, speaker: Speaker) -> Turn:
    return Turn(
        name=found.rota.name,
        called=speaker.names(found.called),
        until=speaker.time(found.until),
        following=speaker.names(found.following),
        backup=speaker.names(found.backup),
        waits_for=speaker.names(found.waits_for),
        gaps=tuple(stretch(gap, speaker) for gap in found.gaps),
    )
