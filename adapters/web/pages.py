"""The simulator over HTTP: one page, its stream of events, and what a browser may post."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlsplit

import jinja2
import msgspec
from aiohttp import web

from adapters.contract import Surroundings, TimeTravel
from adapters.web.audience import Listener, TimePassed
from adapters.web.chat import Chat
from adapters.web.refusals import Reason, Refused
from adapters.web.texts import LANGUAGES, pick_language
from adapters.web.wire import Press, Say, Travel, View

HERE = Path(__file__).parent
STATIC = HERE / "static"
LARGEST_BODY = 64 * 1024
HEARTBEAT = timedelta(seconds=15)  # proxies cut streams that are silent for a minute
RECONNECT = b"retry: 1500\n\n"

STATUS: Final = {
    Reason.CROSS_SITE: 403,
    Reason.NO_TRAVEL: 404,
    Reason.TOO_LARGE: 413,
    Reason.NOT_JSON: 415,
    Reason.BUSY: 503,
    Reason.CLOSED: 503,
}  # any other reason: 400

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

Body = TypeVar("Body", Say, Press, Travel)


class Pages:
    """Request handlers around one `Chat`."""

    def __init__(self, chat: Chat, surroundings: Surroundings) -> None:
        self._chat = chat
        self._around = surroundings
        self._travelling = asyncio.Lock()
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
        )
        self._template = environment.get_template("chat.html")
        self._version = _version()

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return every route; all are below `/chat`."""
        return [
            web.get("/chat", self.page),
            web.get("/chat/events", self.events),
            web.post("/chat/say", self.say),
            web.post("/chat/press", self.press),
            web.post("/chat/travel", self.travel),
            web.get("/chat/file", self.file),
            web.static("/chat/static", STATIC),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """Answer with the page; everything that changes comes as events."""
        language = self._language(request)
        html = self._template.render(
            t=LANGUAGES[language],
            language=language,
            texts=msgspec.json.encode(dict(LANGUAGES[language])).decode(),
            adapter=self._around.name,
            bot=self._around.bot_name,
            can_travel=self._around.travel is not None,
            version=self._version,
        )
        headers = {
            "Content-Security-Policy": POLICY,
            "Cache-Control": "no-store",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Vary": "Accept-Language",
        }
        return web.Response(text=html, content_type="text/html", headers=headers)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Answer with a snapshot and then with whatever changes, until one side has enough."""
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream; charset=utf-8",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            }
        )
        # The browser went away, or it was cut off because it read too slowly.
        with contextlib.suppress(ConnectionResetError):
            await response.prepare(request)
            await self._follow(request, response)
        return response

    async def say(self, request: web.Request) -> web.Response:
        """Take a message that a person typed."""

        async def act(body: Say) -> dict[str, Any]:
            said = self._chat.say(room=body.room, person=body.person, text=body.text, quotes=body.quotes)
            return {"id": said}

        return await self._answer(request, Say, act)

    async def file(self, request: web.Request) -> web.Response:
        """Answer with the file that a message of the bot brings, while the message is remembered."""
        try:
            room = self._chat.rooms.find(request.query.get("room", ""))
            file = room.find(request.query.get("message", "")).file
        except Refused:
            file = None
        if file is None:
            raise web.HTTPNotFound
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return web.Response(body=file.content, content_type="application/octet-stream", headers=headers)

    async def press(self, request: web.Request) -> web.Response:
        """Take a button that a person pressed."""

        async def act(body: Press) -> dict[str, Any]:
            pressed = self._chat.press(
                room=body.room, person=body.person, message=body.message, command=body.button
            )
            return {"id": pressed}

        return await self._answer(request, Press, act)

    async def travel(self, request: web.Request) -> web.Response:
        """Move the bot's clock; the answer says whether it moved and what it shows now."""
        travel = self._around.travel

        async def act(body: Travel) -> dict[str, Any]:
            if travel is None:
                raise Refused(Reason.NO_TRAVEL)
            async with self._travelling:
                has_moved = await _move(travel, body)
                now = self._around.clock.now()
            self._chat.audience.tell(TimePassed(now))
            return {"moved": has_moved, **self._view(request).clock(now)}

        return await self._answer(request, Travel, act)

    async def _follow(self, request: web.Request, response: web.StreamResponse) -> None:
        view = self._view(request)
        transport = request.transport
        listener = self._chat.audience.join(transport.abort if transport else lambda: None)
        heart = asyncio.create_task(self._beat(listener))
        try:
            # Nothing may be awaited between `join` and the snapshot, or a message could be in neither.
            snapshot = view.snapshot(
                bot=self._around.bot_name,
                rooms=self._chat.rooms.all(),
                people=self._chat.people.all(),
                now=self._around.clock.now(),
            )
            await response.write(RECONNECT + snapshot)
            async for event in listener.events():
                await response.write(view.event(event))
        finally:
            heart.cancel()
            self._chat.audience.leave(listener)

    async def _beat(self, listener: Listener) -> None:
        while True:
            await self._around.clock.sleep(HEARTBEAT)
            if not listener.tell(TimePassed(self._around.clock.now())):
                return

    async def _answer(
        self,
        request: web.Request,
        kind: type[Body],
        act: Callable[[Body], Awaitable[dict[str, Any]]],
    ) -> web.Response:
        try:
            _refuse_other_sites(request)
            return web.json_response(await act(_decode(await _body(request), kind)))
        except Refused as refusal:
            says = LANGUAGES[self._language(request)][f"refused_{refusal.reason}"]
            status = STATUS.get(refusal.reason, 400)
            return web.json_response({"error": refusal.reason, "says": says}, status=status)

    def _view(self, request: web.Request) -> View:
        return View(LANGUAGES[self._language(request)], self._around.zone)

    def _language(self, request: web.Request) -> str:
        accepted = request.headers.get("Accept-Language", "")
        return pick_language(request.query.get("lang"), accepted, self._around.language)


async def _move(travel: TimeTravel, body: Travel) -> bool:
    if body.seconds is not None:
        await travel.forward(timedelta(seconds=body.seconds))
        return True
    return await travel.to_next_deadline() is not None


def _refuse_other_sites(request: web.Request) -> None:
    """Let nobody post from a page of another site with the cookies of somebody who is logged in here."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Refused(Reason.CROSS_SITE)
    origin = request.headers.get("Origin")
    if (
        origin is not None
        and "Sec-Fetch-Site" not in request.headers
        and urlsplit(origin).netloc != request.host
    ):
        raise Refused(Reason.CROSS_SITE)
    if request.content_type != "application/json":
        raise Refused(Reason.NOT_JSON)


async def _body(request: web.Request) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_chunked(LARGEST_BODY):
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Refused(Reason.TOO_LARGE)
    return bytes(body)


def _decode(body: bytes, kind: type[Body]) -> Body:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused(Reason.MALFORMED) from None


def _version() -> str:
    """Return a short digest of the static files: browsers keep them until they change."""
    digest = hashlib.sha256()
    for file in sorted(STATIC.iterdir()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
