"""Files over HTTP: the papers about a ticket, and what a message brings that was not delivered."""

from __future__ import annotations

import os
from asyncio import to_thread
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import quote

from aiohttp import hdrs, web

from bot.beside import beside
from bot.dashboard.rendering import Renderer
from bot.records.paper_files import MEDIA_TYPE, workbook
from bot.records.spans import span_between
from bot.running import Bot
from bot.tickets.papers import Attached

_ANY_BYTES: Final = "application/octet-stream"
_PIECE: Final = 131_072  # bytes


class Downloads:
    """Request handlers around one bot."""

    def __init__(self, bot: Bot, renderer: Renderer) -> None:
        self._bot = bot
        self._renderer = renderer

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return every route."""
        return [
            web.get(r"/tickets/{number:\d{1,9}}/report", self.report),
            web.get(r"/tickets/{number:\d{1,9}}/record", self.record),
            web.get("/letters/file", self.brought),
            web.get("/report", self.figures),
        ]

    async def report(self, request: web.Request) -> web.Response:
        """Answer with the report of an inspection, or with 404."""
        number, voice = int(request.match_info["number"]), self._renderer.voice(request)
        file = await self._bot.paperwork.report(number, voice.speaker)
        if file is None:
            say = voice.speaker.say
            title = say("{number} 没有报告。", number=number)
            return self._renderer.message(request, title, say("做完巡检才有。"), status=404)
        return await _paper(file)

    async def record(self, request: web.Request) -> web.Response:
        """Answer with the service record of a ticket, or with 404."""
        number, voice = int(request.match_info["number"]), self._renderer.voice(request)
        ticket = await self._bot.store.ticket(number)
        if ticket is None:
            raise web.HTTPNotFound
        return await _paper(await self._bot.paperwork.record(ticket, voice.speaker))

    async def figures(self, request: web.Request) -> web.Response:
        """Answer with the figures of some days, of all customers or of one; with 400 where the days make no sense."""
        asked, voice = request.query, self._renderer.voice(request)
        customer = asked.get("customer", "")
        try:
            first, last = (date.fromisoformat(asked.get(name, "")) for name in ("from", "until"))
            span = span_between(first, last)
        except (ValueError, OverflowError):
            first = last = date.max
        is_known = not customer or customer in self._bot.rules.customers
        if not is_known or first > last or first == date.max:
            say = voice.speaker.say
            text = say("请写从哪天到哪天，例：{example}", example="/report?from=2026-03-01&until=2026-03-31")
            return self._renderer.message(request, say("没有这样的报表"), text, status=400)
        found = await self._bot.figuring.of(span, voice.speaker.now, customer=customer)
        return await _paper(await self._bot.figuring.paper(found, voice.speaker, customer))

    async def brought(self, request: web.Request) -> web.Response:
        """Answer with the file of a message of the outbox, while it is kept."""
        message = await self._bot.store.outgoing(request.query.get("key", ""))
        if message is None or message.file is None:
            raise web.HTTPNotFound
        content = await self._bot.store.file(message.file.digest)
        if content is None:
            raise web.HTTPGone
        return _download(message.file.name, content, _ANY_BYTES)


async def _paper(file: Attached) -> web.Response:
    content = file.of if isinstance(file.of, bytes) else await beside(workbook, file.of)
    return _download(file.name, content, MEDIA_TYPE)


async def sent(request: web.Request, file: Path, name: str, media_type: str) -> web.StreamResponse:
    """Send a file piece by piece, so that nobody waits for a large one; it is not needed any more afterwards."""
    response = web.StreamResponse(headers={"Content-Disposition": f'attachment; filename="{name}"'})
    response.content_type = media_type
    with await to_thread(file.open, "rb") as content:
        response.content_length = await to_thread(content.seek, 0, os.SEEK_END)
        await to_thread(content.seek, 0)
        await response.prepare(request)
        with suppress(ConnectionResetError):  # whoever asked is gone
            while request.method != hdrs.METH_HEAD and (piece := await to_thread(content.read, _PIECE)):
                await response.write(piece)
            await response.write_eof()
    return response


def _download(name: str, content: bytes, media_type: str) -> web.Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=content, content_type=media_type, headers=headers)
