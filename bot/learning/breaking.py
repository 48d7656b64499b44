"""Telling the knowledge managers when a change of knowledge breaks a question that must stay right."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.desk import Desk, Notice
from bot.drafts import Drafts
from bot.learning.keepers import Keepers
from bot.one_line import shortened
from bot.rooms.directory import Directory
from bot.tickets.errors import N_
from bot.tickets.messages import Message
from bot.tickets.speaker import Speaker
from faq.checks import Outcome

_SHOWN, _MOST_CHARACTERS = 3, 24
_FROM, _UNTIL = 8, 21  # o'clock, in the bot's zone


class Breaking:
    """Says it privately, once for the same questions and day however many processes notice."""

    def __init__(
        self, desk: Desk, drafts: Drafts, directory: Directory, keepers: Keepers, zone: ZoneInfo
    ) -> None:
        self._desk = desk
        self._drafts = drafts
        self._directory = directory
        self._keepers = keepers
        self._zone = zone

    def may_tell(self, now: datetime) -> bool:
        """Say whether people are awake: an entry that ends at midnight wakes nobody."""
        return _FROM <= now.astimezone(self._zone).hour < _UNTIL

    async def tell(self, broken: Sequence[Outcome], now: datetime) -> None:
        """Say which questions are not answered as expected any more. Where nobody is named as a knowledge manager the page says it."""
        if not broken or not self._keepers.are_named:
            return
        which = hashlib.blake2b("\n".join(each.expected.text for each in broken).encode(), digest_size=8)
        for party in self._keepers.people:
            address = self._directory.private_address(party, "")
            if address is None:
                continue
            speaker = self._drafts.speaker(self._directory.language_at(address), now)
            message = Message(to=party, text=_said(broken, speaker))
            key = f"broken|{which.hexdigest()}|{speaker.today}|{party.id}"
            await self._desk.tell([Notice(message, address)], key, now)


def _said(broken: Sequence[Outcome], speaker: Speaker) -> str:
    say = speaker.say
    lines = [say("⚠️ 知识改动之后，{count} 个该答对的问题不对了：", count=len(broken))]
    lines += [
        say(
            "“{question}”应为 {expected}，现在{got}",
            question=shortened(each.expected.text, _MOST_CHARACTERS),
            expected=each.expected.entry or say("不回答"),
            got=_now(each, speaker),
        )
        for each in broken[:_SHOWN]
    ]
    if len(broken) > _SHOWN:
        lines.append(say("……另有 {count} 个，见知识页。", count=len(broken) - _SHOWN))
    return "\n".join(lines)


def _now(outcome: Outcome, speaker: Speaker) -> str:
    if outcome.got:
        return speaker.say("答 {entry}", entry=outcome.got)
    if outcome.candidates:
        return speaker.say("给候选 {entries}", entries=outcome.candidates)
    return speaker.translate(N_("没有答案"))
