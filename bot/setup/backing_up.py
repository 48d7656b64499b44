"""备份: everything that is kept, written into one new file on the server and read once more."""

from __future__ import annotations

import asyncio

from bot.beside import beside
from bot.conversation.aside import NotesAside
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.store.faults import StoreFault
from bot.store.written import BacksUp
from bot.tickets.errors import N_

_NAMED = 5


class BackingUp(NotesAside):
    """Writes a backup for whoever asks for it."""

    def __init__(self, *, back_up: BacksUp, desk: Desk, drafts: Drafts) -> None:
        super().__init__(desk, drafts)
        self._back_up = back_up
        self._one_at_a_time = asyncio.Lock()

    async def run(self, hearing: Hearing) -> None:
        """Write one, and say where it lies."""
        try:
            async with self._one_at_a_time:
                done = await beside(self._back_up, hearing.now)
        except StoreFault as fault:
            speaker = self._speak(hearing)
            error = fault.said(speaker.translate)
            await self._tell(hearing, speaker.say("没有备份成：{error}", error=error))
            return
        if done.broken:
            await self._say(
                hearing,
                N_("已备份到 {file}，但 {numbers} 的记录对不上，请运行 shouwen audit。"),
                file=done.file,
                numbers=tuple(f"{number}" for number in done.broken[:_NAMED]),
            )
            return
        await self._say(
            hearing,
            N_("已备份到 {file}（{size} KB）：单 {tickets}，知识条目 {entries}。已重新读过一遍，是完整的。"),
            file=done.file,
            size=-(-done.size // 1024),
            tickets=done.tickets,
            entries=done.entries,
        )
