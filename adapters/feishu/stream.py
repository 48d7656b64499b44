"""One live long connection to Feishu: kept alive by pings, its events in their order, each acknowledged when it is saved."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Final

import aiohttp
import msgspec
import structlog
from aiohttp import WSMsgType

from adapters.admission import Refused
from adapters.contract import Timekeeper
from adapters.dialling import Ended
from adapters.feishu import frames
from adapters.feishu.fragments import Fragments
from adapters.feishu.frames import Frame
from adapters.json_frames import Unreadable
from adapters.receipt import Receipt
from adapters.values import part

_log = structlog.get_logger(__name__)

PING_EVERY: Final = timedelta(seconds=120)  # until Feishu says another length
_SHORTEST_PING: Final = timedelta(seconds=5)
_LONGEST_PING: Final = timedelta(minutes=10)
# Feishu may go on answering pings and bring nothing; what it could not tell comes again on another connection.
_DEAF_AFTER: Final = 1800.0  # seconds
_MISSED: Final = 2
_EVENTS: Final = ("event", "card")


def pings_every(config: Any) -> timedelta:
    """Return how often Feishu wants to hear from this end, within reason."""
    seconds = part(config, "PingInterval")
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        return PING_EVERY
    return min(max(timedelta(seconds=min(seconds, 3600)), _SHORTEST_PING), _LONGEST_PING)


class Stream:
    """A WebSocket to Feishu from the moment it is open until it ends.

    `take` takes the events of one frame in their order and raises `Refused` for what cannot be taken now; what is not saved
    within `save_within` seconds is answered as failed, and Feishu brings it again.
    """

    def __init__(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        *,
        adapter: str,
        clock: Timekeeper,
        service: int,
        ping_every: timedelta,
        save_within: float,
        take: Callable[[dict[str, Any]], Awaitable[Sequence[Receipt]]],
    ) -> None:
        self._socket = socket
        self._clock = clock
        self._service = service
        self._ping_every = ping_every
        self._save_within = save_within
        self._take = take
        self._fragments = Fragments()
        self._unanswered = 0  # pings
        self._heard_at = 0.0
        self._is_deaf = False
        self._waiting: set[asyncio.Task[None]] = set()
        self._log = _log.bind(adapter=adapter)

    async def serve(self) -> Ended:
        """Read until the connection ends, and return how it did."""
        opened_at = self._heard_at = self._clock.monotonic()
        self._log.info("connected", action="feishu_stream_connected")
        pinging = asyncio.create_task(self._ping())
        try:
            async for message in self._socket:
                if message.type is WSMsgType.BINARY:
                    await self._hear(message.data)
                elif message.type is not WSMsgType.TEXT:
                    break
        finally:
            for task in (pinging, *self._waiting):
                task.cancel()
            await asyncio.gather(pinging, *self._waiting, return_exceptions=True)
            await self.close()
        why = "很久没有事件，换一条" if self._is_deaf else f"closed with {self._socket.close_code}"
        return Ended(why, open_for=self._clock.monotonic() - opened_at, is_asked=self._is_deaf)

    async def close(self) -> None:
        """Say goodbye."""
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(3.0):
                await self._socket.close()

    async def _ping(self) -> None:
        while True:
            await self._write(frames.ping(self._service))
            self._unanswered += 1
            await self._clock.sleep(self._ping_every)
            if self._unanswered >= _MISSED:
                self._log.warning("pings are not answered", action="feishu_stream_deaf")
                await self.close()
                return
            if self._clock.monotonic() - self._heard_at >= _DEAF_AFTER:
                self._is_deaf = True
                await self.close()
                return

    async def _hear(self, content: bytes) -> None:
        try:
            frame = frames.decode(content)
            if frame.method == frames.CONTROL:
                self._hear_control(frame)
            elif frame.method == frames.DATA and frame.header("type") in _EVENTS:
                await self._hear_event(frame)
            else:
                self._log.debug(
                    "frame ignored", action="feishu_frame_ignored", kind=frame.header("type")[:60]
                )
        except Unreadable as error:
            self._log.warning("frame ignored", action="feishu_frame_ignored", why=str(error)[:200])
        except Exception:  # noqa: BLE001 - one frame must not cost the connection and all that come after it
            self._log.exception("frame failed", action="feishu_frame_failed")

    def _hear_control(self, frame: Frame) -> None:
        if frame.header("type") != frames.PONG:
            return
        self._unanswered = 0
        if frame.payload:
            with contextlib.suppress(msgspec.DecodeError, RecursionError, UnicodeError):
                self._ping_every = pings_every(msgspec.json.decode(frame.payload))

    async def _hear_event(self, frame: Frame) -> None:
        began = self._heard_at = self._clock.monotonic()
        content = self._fragments.add(frame, began)
        if content is None:
            return
        receipts: Sequence[Receipt] | None
        try:
            receipts = await self._take(_object(content))
        except Refused as refused:
            self._log.warning("event refused", action="feishu_event_refused", why=refused.reason)
            receipts = None
        task = asyncio.create_task(self._acknowledge(frame, receipts, began))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def _acknowledge(self, frame: Frame, receipts: Sequence[Receipt] | None, began: float) -> None:
        is_saved = receipts is not None and all(
            [await receipt.wait(self._save_within) for receipt in receipts]
        )
        if not is_saved:
            self._log.error("not saved", action="feishu_not_saved", frame=frame.header("message_id")[:80])
        took = round((self._clock.monotonic() - began) * 1000)
        await self._write(frames.acknowledgement(frame, is_saved=is_saved, took_ms=took))

    async def _write(self, frame: Frame) -> None:
        with contextlib.suppress(ConnectionError):  # whoever reads sees that it is over
            await self._socket.send_bytes(frames.encode(frame))


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise Unreadable("not JSON") from None
    if not isinstance(found, dict):
        raise Unreadable("not an object")
    return found
