"""重载: the configuration file is read again and counts at once, as a whole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from bot.beside import beside
from bot.config import Config, ConfigurationFaults, rules_of
from bot.configuration.differences import changed_at_any_time, changed_at_start
from bot.conversation.aside import NotesAside
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.rooms.living import Living
from bot.rooms.set_up import overlaid
from bot.still_known import refuse_forgotten_calendars
from bot.store.contract import Store
from bot.store.faults import StoreFault
from bot.tickets.errors import N_

_SHOWN = 1  # of the mistakes in a file: `shouwen check` lists all

# Reads the file once more, in a thread. Raises ConfigurationFaults.
Rereads = Callable[[], Config]


class Reloading(NotesAside):
    """Takes over a file that has no fault and changes nothing that the program was started with.

    Connections, queues, knowledge and what was said a moment ago stay as they are, so no message is lost by it.
    """

    def __init__(
        self,
        *,
        reread: Rereads,
        living: Living,
        store: Store,
        desk: Desk,
        drafts: Drafts,
        ticking: asyncio.Lock,
        afterwards: Callable[[datetime], Awaitable[None]],
    ) -> None:
        """`ticking` is held while time passes; `afterwards` lets those look anew who know more than the configuration says now."""
        super().__init__(desk, drafts)
        self._reread = reread
        self._living = living
        self._store = store
        self._ticking = ticking
        self._afterwards = afterwards
        self._log = structlog.get_logger("reloading")

    async def run(self, hearing: Hearing) -> None:
        """Read the file, and say what came of it."""
        try:
            async with self._ticking:
                text = await self._taken(hearing)
        except ConfigurationFaults as faults:
            text = self._mistaken(faults, hearing)
        except StoreFault as fault:
            speaker = self._speak(hearing)
            text = speaker.say("没有换上：{error}", error=fault.said(speaker.translate))
        await self._tell(hearing, text)

    async def _taken(self, hearing: Hearing) -> str:
        speaker, before = self._speak(hearing), self._living.file
        after = await beside(self._reread)
        if sections := changed_at_start(before, after):
            return speaker.say(
                "没有换上：{sections} 有改动，要重启才生效。重启时整个文件一起生效，现在仍按原来的配置。",
                sections=sections,
            )
        changed = changed_at_any_time(before, after)
        if not changed:
            return speaker.say("配置文件没有改动。")
        if (workers := await self._store.alive()) > 1:
            return speaker.say(
                "没有换上：有 {count} 个进程在一起工作，请逐个重启，免得各按各的配置。", count=workers
            )
        await refuse_forgotten_calendars(self._store, rules_of(overlaid(after, self._living.set_up)))
        await self._living.take(after)
        await self._afterwards(hearing.now)
        self._log.info("configuration read again", action="reloaded", sections=changed, by=hearing.by.id)
        return speaker.say("新的配置已生效：{sections}。单、消息和连接都没有动。", sections=changed)

    def _mistaken(self, faults: ConfigurationFaults, hearing: Hearing) -> str:
        speaker = self._speak(hearing)
        lines = faults.lines(hearing.origin.language)
        said = speaker.say("没有换上，配置有 {count} 处要改；现在仍按原来的配置。", count=len(lines))
        more = [speaker.say(N_("全部见 shouwen check。"))] if len(lines) > _SHOWN else []
        return "\n".join([said, *lines[:_SHOWN], *more])
