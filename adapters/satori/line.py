"""One live connection to a gateway: who we are, where we were, heartbeats, and events in their order."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import aiohttp
import structlog
from aiohttp import WSMsgType

from adapters.contract import Timekeeper
from adapters.dialling import Ended
from adapters.json_frames import Unreadable
from adapters.receipt import Receipt
from adapters.satori import frames
from adapters.satori.frames import Frame, Op

_log = structlog.get_logger(__name__)

_PING_EVERY: Final = timedelta(seconds=10)  # some gateways drop whoever is silent for twelve
_MISSED_PONGS: Final = 3
_READY_WITHIN: Final = 10.0  # seconds
_MOST_UNSAVED: Final = 20_000  # events; more than an inbox holds


class Progress:
    """How far events have been saved: from there a gateway goes on after a loss."""

    def __init__(self) -> None:
        self._taken: deque[tuple[int, Receipt | None]] = deque()
        self._saved: int | None = None
        self._is_stuck = (
            False  # too much came after what is not saved: it is told again after a loss, all of it
        )

    def took(self, number: int | None, receipt: Receipt | None) -> None:
        """Note an event that was taken; without a receipt there is nothing to save."""
        if number is not None and not self._is_stuck:
            self._taken.append((number, receipt))
        self._settle()
        if len(self._taken) > _MOST_UNSAVED:
            self._taken.clear()
            self._is_stuck = True

    def restart(self) -> int | None:
        """Return the number of the last event up to which all is saved; what came later is told again."""
        self._settle()
        self._taken.clear()
        self._is_stuck = False
        return self._saved

    def _settle(self) -> None:
        while self._taken and (self._taken[0][1] is None or self._taken[0][1].is_saved):
            self._saved = self._taken.popleft()[0]


class Line:
    """A WebSocket from the moment it is open until it ends.

    `begin` learns what the gateway says at the start and returns why that will not do, or nothing; `take` gets every event.
    """

    def __init__(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        *,
        adapter: str,
        clock: Timekeeper,
        begin: Callable[[Any], str],
        take: Callable[[Any], Receipt | None],
    ) -> None:
        self.is_ready = False
        self._socket = socket
        self._clock = clock
        self._begin = begin
        self._take = take
        self._missed = 0
        self._log = _log.bind(adapter=adapter)

    async def serve(self, token: str, progress: Progress) -> Ended:
        """Say who we are, and read until the connection ends."""
        beating: asyncio.Task[None] | None = None
        ready_at: float | None = None
        why = ""
        try:
            await self._send(frames.identify(token, progress.restart()))
            async with asyncio.timeout(_READY_WITHIN):
                why = await self._ready()
            if not why:
                self.is_ready = True
                ready_at = self._clock.monotonic()
                self._log.info("connected", action="satori_connected")
                beating = asyncio.create_task(self._beat())
                await self._read(progress)
        except TimeoutError:
            why = "网关没有在限定时间内回答登录"
        finally:
            self.is_ready = False
            if beating is not None:
                beating.cancel()
                await asyncio.gather(beating, return_exceptions=True)
            await self.close()
        open_for = self._clock.monotonic() - ready_at if ready_at is not None else 0.0
        return Ended(why or f"closed with {self._socket.close_code}", open_for=open_for, is_refused=bool(why))

    async def close(self) -> None:
        """Say goodbye."""
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(3.0):
                await self._socket.close()

    async def _ready(self) -> str:
        """Wait for the gateway to accept us; return why it did not."""
        async for message in self._socket:
            if message.type is WSMsgType.TEXT and (frame := self._decoded(message.data)) is not None:
                if frame.op == Op.READY:
                    return self._begin(frame.body)
                self._log.debug("too early", action="satori_frame_ignored")
        return f"网关没有接受登录（{self._socket.close_code}），请核对 token"

    async def _read(self, progress: Progress) -> None:
        async for message in self._socket:
            if message.type is not WSMsgType.TEXT or (frame := self._decoded(message.data)) is None:
                continue
            if frame.op == Op.PONG:
                self._missed = 0
            elif frame.op == Op.EVENT:
                self._hear(frame.body, progress)

    def _hear(self, event: Any, progress: Progress) -> None:
        receipt: Receipt | None = None
        try:
            receipt = self._take(event)
        except Exception:  # noqa: BLE001 - one event must not cost the connection and all that come after it
            self._log.exception("event failed", action="satori_event_failed")
        progress.took(frames.number_of(event), receipt)

    def _decoded(self, text: str) -> Frame | None:
        try:
            return frames.decode(text)
        except Unreadable as error:
            self._log.warning("frame ignored", action="satori_frame_ignored", why=str(error)[:200])
            return None

    async def _beat(self) -> None:
        while True:
            if self._missed >= _MISSED_PONGS:
                self._log.warning("connection cut", action="satori_cut", why="pings are not answered")
                return await self.close()
            self._missed += 1
            await self._send(frames.ping())
            await self._clock.sleep(_PING_EVERY)

    async def _send(self, text: str) -> None:
        with contextlib.suppress(ConnectionError):  # whoever reads sees that it is over
            await self._socket.send_str(text)
