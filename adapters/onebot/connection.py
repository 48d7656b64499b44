"""One QQ account: its connections, what comes in, and what goes out."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from typing import Final

import structlog
from aiohttp import ClientWebSocketResponse, web

from adapters.contract import Capabilities, DeliveryFailed, Finding, Incoming, Outgoing, Surroundings
from adapters.onebot import examination, wire
from adapters.onebot.admission import Admitted, Refused, Role, admit
from adapters.onebot.dial import LARGEST_ACCEPTED, keep_connected
from adapters.onebot.frames import Frame
from adapters.onebot.link import Link, Socket, Unanswered
from adapters.onebot.outcome import delivered_id
from adapters.onebot.settings import Settings

_log = structlog.get_logger(__name__)

_RECONNECTING: Final = timedelta(seconds=5)  # NapCat's own pause before it connects again
_MOST_WAITING: Final = 10_000  # messages; reading cannot pause, because answers come down the same socket


class OneBotAdapter:
    """Speaks for one QQ account. The newest connection for each role is the one that counts."""

    def __init__(
        self,
        settings: Settings,
        surroundings: Surroundings,
        *,
        jitter: Callable[[], float],  # in [0, 1)
    ) -> None:
        self.name = surroundings.name
        self.capabilities = Capabilities(per_minute_room=settings.per_minute_room or None, max_length=2000)
        self._settings = settings
        self._clock = surroundings.clock
        self._jitter = jitter
        names = {person.account: person.name for person in surroundings.people}
        self._view = wire.View(surroundings.name, surroundings.bot_name, names)
        self._links: dict[Role, Link] = {}
        self._has_come = asyncio.Event()  # a new one for everybody who connects
        self._account = settings.self_id
        self._inbox: asyncio.Queue[Incoming | None] = asyncio.Queue()
        self._echoes = _echoes()
        self._is_closed = False
        self._log = _log.bind(adapter=surroundings.name)

    @property
    def is_connected(self) -> bool:
        """True while a connection of the QQ side takes calls."""
        return self._link_for_calls() is not None

    async def incoming(self) -> AsyncIterator[Incoming]:
        """Yield what people say; a forward connection is open for as long as this is read."""
        dialling = asyncio.create_task(self._dial()) if self._settings.mode == "forward" else None
        if dialling is not None:
            dialling.add_done_callback(lambda _: self._inbox.put_nowait(None))
        try:
            while (message := await self._inbox.get()) is not None:
                yield message
            if dialling is not None and dialling.done():
                dialling.result()  # it never ends by itself: this raises the mistake that ended it
        finally:
            if dialling is not None:
                dialling.cancel()
                await asyncio.gather(dialling, return_exceptions=True)

    async def send(self, message: Outgoing) -> str:
        """Deliver a message and return its id on QQ. Without a connection it waits a moment for the QQ side to come back.

        Raises:
            DeliveryFailed: Not connected, refused, or it is unknown whether it arrived.
        """
        call = wire.outgoing(message, self.name, next(self._echoes))
        link = self._link_for_calls() or await self._link_soon()
        if link is None:
            raise DeliveryFailed("QQ 端没有连接", retry_after=_RECONNECTING)
        try:
            answer = await link.call(call)
        except Unanswered as lost:
            raise DeliveryFailed(str(lost), retry_after=_RECONNECTING, is_unknown=True) from lost
        return delivered_id(answer, message.key)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Take a reverse WebSocket of the QQ side and serve it until it ends."""
        if self._settings.mode != "reverse":
            return web.Response(status=404, text="this adapter connects by itself (mode = forward)")
        if self._is_closed:
            return web.Response(status=503, text="shutting down")
        verdict = admit(self._settings, request.headers, request.query)
        if isinstance(verdict, Admitted):
            verdict = self._check_account(verdict)
        if isinstance(verdict, Refused):
            self._log.warning(
                "connection refused", action="onebot_refused", status=verdict.status, why=verdict.reason
            )
            return web.Response(status=verdict.status, text=verdict.reason)
        socket = web.WebSocketResponse(
            autoping=False, max_msg_size=LARGEST_ACCEPTED, compress=False, timeout=2.0
        )
        if not socket.can_prepare(request).ok:
            return web.Response(
                status=426, text="a WebSocket is expected here", headers={"Upgrade": "websocket"}
            )
        await socket.prepare(request)
        self._account = verdict.account or self._account
        await self._serve(socket, verdict.role)
        return socket

    async def close(self) -> None:
        """End all connections; `incoming` ends after what has already arrived."""
        self._is_closed = True
        self._inbox.put_nowait(None)
        self._has_come.set()  # nobody will
        await asyncio.gather(*(link.close("bye") for link in self._links.values()))

    async def examine(self) -> list[Finding]:
        """Look at the token, the connection and the account behind it."""
        link = self._link_for_calls()
        if link is not None:
            reached = await examination.account(link, next(self._echoes))
        elif self._settings.mode == "forward":
            reached = await examination.server(
                self._settings, adapter=self.name, clock=self._clock, echo=next(self._echoes)
            )
        else:
            reached = examination.nobody(self.name)
        return [examination.token(self._settings), reached]

    async def _dial(self) -> None:
        await keep_connected(
            self._settings,
            adapter=self.name,
            clock=self._clock,
            jitter=self._jitter,
            serve=self._serve_forward,
        )

    async def _serve_forward(self, socket: ClientWebSocketResponse) -> bool:
        return (await self._serve(socket, Role.UNIVERSAL)).is_refused

    async def _serve(self, socket: Socket, role: Role) -> Link:
        link = Link(
            socket, adapter=self.name, clock=self._clock, call_timeout=self._settings.api_timeout_seconds
        )
        older = self._links.get(role)
        self._links[role] = link
        self._has_come.set()
        self._has_come = asyncio.Event()
        self._log.info("connected", action="onebot_connected", role=role, account=self._account)
        try:
            # The older one is told beside the work of the new one: it may be dead and slow to notice.
            await asyncio.gather(link.serve(self._take), *([older.close("replaced")] if older else []))
        finally:
            # Only itself: a newer connection may have taken the place meanwhile.
            if self._links.get(role) is link:
                del self._links[role]
            self._log.info("disconnected", action="onebot_disconnected", role=role, account=self._account)
        return link

    def _check_account(self, admitted: Admitted) -> Admitted | Refused:
        """Keep a second account out, whose groups would be answered in the first one's name."""
        known = (
            self._account if any(link.is_open for link in self._links.values()) else self._settings.self_id
        )
        if known and admitted.account and admitted.account != known:
            return Refused(403, f"account {known} is connected; give every account an adapter of its own")
        return admitted

    def _link_for_calls(self) -> Link | None:
        for role in (Role.UNIVERSAL, Role.API):
            link = self._links.get(role)
            if link is not None and link.is_open:
                return link
        return None

    async def _link_soon(self) -> Link | None:
        """Return the link of whoever connects next, or None when nobody comes in the time a QQ side takes to come back."""
        if self._is_closed:
            return None
        tasks = (
            asyncio.create_task(self._has_come.wait()),
            asyncio.create_task(self._clock.sleep(_RECONNECTING)),
        )
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
        return self._link_for_calls()

    def _take(self, frame: Frame) -> None:
        if (mine := self._settings.self_id) and (wire.identity(frame.self_id) or mine) != mine:
            self._log.warning("event of another account", action="onebot_other_account")
            return
        message = wire.incoming(frame, self._view, self._account)
        if message is None:
            self._log.debug(
                "event ignored",
                action="onebot_event_ignored",
                post_type=frame.post_type,
                notice=frame.notice_type,
            )
        elif self._inbox.qsize() >= _MOST_WAITING:
            self._log.error("too many messages are waiting", action="onebot_message_lost", room=message.room)
        else:
            self._inbox.put_nowait(message)


def _echoes() -> Iterator[str]:
    """Return names for requests; a late answer to an earlier run of the program matches none of them."""
    run = secrets.token_hex(4)
    return (f"{run}-{number}" for number in itertools.count(1))
