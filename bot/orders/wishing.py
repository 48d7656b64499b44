"""需求 and 培训: what customers ask for where nothing is broken, as tickets of their own kind."""

from __future__ import annotations

from typing import Final

from bot.commands import Command
from bot.conversation.opening import Opening
from bot.hearing import Hearing
from bot.rooms.directory import Directory
from bot.tickets.kinds import Kind
from bot.vocabulary import Word
from faq.text import looks_like_question, looks_like_trouble

WISHES: Final = {Word.WISH: Kind.REQUEST, Word.TRAINING: Kind.TRAINING}


class Wishing:
    """Opens them; what people suggest to each other is speech."""

    def __init__(self, opening: Opening, directory: Directory) -> None:
        self._opening = opening
        self._directory = directory

    async def run(self, hearing: Hearing, command: Command) -> bool:
        """Open what somebody asks the bot for; False when it is said among people, or asks about it."""
        if not self._is_meant(hearing, command):
            return False
        await self._opening.reported(hearing, command.rest, kind=WISHES[command.word])
        return True

    def _is_meant(self, hearing: Hearing, command: Command) -> bool:
        if command.is_marked:
            return True
        is_of_a_trouble = command.word is Word.TRAINING and looks_like_trouble(
            command.rest
        )  # 培训 视频打不开
        if looks_like_question(command.rest) or is_of_a_trouble:
            return False
        if hearing.is_for_staff and not hearing.is_addressed:  # 建议 育才小学 加导出, not 建议 大家早点来
            room, words = self._directory.room_at_start(command.rest)
            return room is not None and bool(words)
        return hearing.is_addressed or hearing.is_private
