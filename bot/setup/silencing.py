"""静默: for a while only whoever calls the bot is answered in a customer's group; tickets and what they owe go on."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bot.commands import Command
from bot.config import Room
from bot.conversation.aside import NotesAside
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.meaning.moments import moment_at_start
from bot.rooms.living import Living
from bot.rooms.set_up import SILENT, SilentNote, noted
from bot.tickets.errors import N_
from scheduler.lengths import parse_length

_LONGEST = timedelta(days=7)
_ENDS = " 。.前"
_OVER = re.compile(r"(?:结束|取消|关闭|解除|0|off|end)[。.!！]?", re.IGNORECASE)
_IS_LONG = re.compile(r"(?:天|小时|钟头|分钟)$")
_LATER = "后"
_UNTIL = re.compile(r"(?:直?到|until)\s*", re.IGNORECASE)


class Silencing(NotesAside):
    """Runs 静默; `run` returns False when the word was ordinary speech after all."""

    def __init__(self, *, living: Living, desk: Desk, drafts: Drafts) -> None:
        super().__init__(desk, drafts)
        self._living = living

    async def run(self, hearing: Hearing, command: Command) -> bool:
        """Be silent in a group, the one that is named or where it is said, or end that."""
        room, rest = hearing.customer_room, command.rest
        if hearing.is_for_staff or hearing.is_private:
            room, rest = self._living.directory.room_at_start(command.rest)
        is_over = _OVER.fullmatch(rest) is not None
        until = hearing.now if is_over else silent_until(rest, hearing, self._living)
        if room is None or until is None:
            if not (command.is_marked or hearing.is_addressed or hearing.is_for_staff):
                return False
            await self._say(
                hearing,
                N_("请写明哪个群、多久（最多 7 天），例：静默 {room} 2h；静默 {room} 结束"),
                room=self._example(),
            )
            return True
        if not await self._desk.note(
            (noted(SILENT + room.address, SilentNote(until=until)),), [], hearing.now, hearing.origin.seen
        ):
            return True
        await self._living.load()
        await self._told(hearing, room, until, is_over=is_over)
        return True

    async def _told(self, hearing: Hearing, room: Room, until: datetime, *, is_over: bool) -> None:
        speaker = self._speak(hearing)
        text = (
            speaker.say("“{room}”照常回答了。", room=room.name)
            if is_over
            else speaker.say(
                "“{room}”静默到 {time}：只回答 @我 的人，报障和工单照常。提前结束回“静默 {room} 结束”。",
                room=room.name,
                time=until,
            )
        )
        await self._desk.note((), [self._aside(hearing, text)], hearing.now, f"{hearing.origin.seen}|said")

    def _example(self) -> str:
        return next((each.name for each in self._living.config.rooms if each.kind == "customer"), "–")


def silent_until(text: str, hearing: Hearing, living: Living) -> datetime | None:
    """Return the end of a silence that is written as a length (`2h`, `2小时`, 半小时) or a time (`到18:00`); None for anything else."""
    plain, begun = text.strip().removesuffix("。"), _UNTIL.match(text)
    said = text[begun.end() :] if begun else text
    if _IS_LONG.search(plain):
        said = plain.replace(" ", "") + _LATER  # 2小时后 is read elsewhere
    try:
        until = hearing.now + parse_length(plain)
    except ValueError:
        moment = moment_at_start(said, hearing.now, living.rules.zone)
        if moment is None or moment[1].strip(_ENDS):
            return None
        until = moment[0]
    return until if hearing.now < until <= hearing.now + _LONGEST else None
