"""Files over HTTP: the report of an inspection, and what a message brings that was not delivered."""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import quote

from aiohttp import web

from bot.assembly import Bot
from bot.dashboard.rendering import Renderer, Voice
from bot.paper_files import MEDIA_TYPE, workbook
from bot.tickets.inspected import report
from bot.tickets.papers import Attached
from bot.tickets.planned_events import Inspected

_ANY_BYTES: Final = "application/octet-stream"


class Downloads:
    """Request handlers around one bot."""

    def __init__(self, bot: Bot, renderer: Renderer) -> None:
        self._bot = bot
        self._renderer = renderer

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return every route."""
        return [
            web.get(r"/tickets/{number:\d{1,9}}/report", self.report),
            web.get("/letters/file", self.brought),
        ]

    async def report(self, request: web.Request) -> web.Response:
        """Answer with the report of an inspection, or with 404."""
        number, voice = int(request.match_info["number"]), self._renderer.voice(request)
        file = await self._report(number, voice)
        if file is None:
            return self._missing(request, voice, number)
        content = file.of if isinstance(file.of, bytes) else await asyncio.to_thread(workbook, file.of)
        return _download(file.name, content, MEDIA_TYPE)

    async def brought(self, request: web.Request) -> web.Response:
        """Answer with the file of a message of the outbox, while it is kept."""
        message = await self._bot.store.outgoing(request.query.get("key", ""))
        if message is None or message.file is None:
            raise web.HTTPNotFound
        content = await self._bot.store.file(message.file.digest)
        if content is None:
            raise web.HTTPGone
        return _download(message.file.name, content, _ANY_BYTES)

    async def _report(self, number: int, voice: Voice) -> Attached | None:
        ticket = await self._bot.store.ticket(number)
        if ticket is None:
            return None
        for record in reversed(await self._bot.store.records(number)):
            if isinstance(record.event, Inspected):
                return report(record.event, record.at, ticket, voice.speaker, self._bot.rules)
        return None

    def _missing(self, request: web.Request, voice: Voice, number: int) -> web.Response:
        say = voice.speaker.say
        return self._renderer.message(
            request, say("{number} 没有报告。", number=number), say("做完巡检才有。"), status=404
        )


def _download(name: str, content: bytes, media_type: str) -> web.Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=content, content_type=media_type, headers=headers)
