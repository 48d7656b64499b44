"""One live stream: frames in their order, each acknowledged when what it brought is saved."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Final

import aiohttp
import structlog
from aiohttp import WSMsgType

from adapters.contract import Timekeeper
from adapters.dialling import Ended
from adapters.dingtalk import frames
from adapters.dingtalk.frames import Frame
from adapters.json_frames import Unreadable
from adapters.receipt import Receipt

_log = structlog.get_logger(__name__)

_SAVE_WITHIN: Final = 60.0  # seconds; what is not acknowledged comes again
_SILENT_AFTER: Final = 180.0  # seconds without a frame of a stream that had them
_DEAF_AFTER: Final = 3600.0  # seconds without any frame at all
_CALLBACK: Final = "CALLBACK"
_SYSTEM: Final = "SYSTEM"


class Stream:
    """A WebSocket to DingTalk from the moment it is open until it ends."""

    def __init__(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        *,
        adapter: str,
        clock: Timekeeper,
        take: Callable[[str, dict[str, Any], str], Receipt | None],  # None: there is nothing to wait for
    ) -> None:
        self._socket = socket
        self._clock = clock
        self._take = take
        # DingTalk sends a frame every half minute or so; until one was seen nobody knows that it does.
        self.silent_after = _SILENT_AFTER
        self._patience = _DEAF_AFTER
        self._waiting: set[asyncio.Task[None]] = set()
        self._log = _log.bind(adapter=adapter)

    async def serve(self) -> Ended:
        """Read until the connection ends, and return how it did."""
        opened_at = self._clock.monotonic()
        self._log.info("connected", action="dingtalk_connected")
        is_asked = False
        try:
            while not is_asked:
                message = await self._socket.receive(timeout=self._patience)
                if message.type is WSMsgType.TEXT:
                    is_asked = await self._hear(message.data)
                elif message.type is not WSMsgType.BINARY:
                    break
        except TimeoutError:
            # It answers pings and brings nothing: DingTalk may have forgotten it.
            self._log.warning("a silent stream", action="dingtalk_silent", seconds=self._patience)
            is_asked = True
        finally:
            for task in self._waiting:
                task.cancel()
            await asyncio.gather(*self._waiting, return_exceptions=True)
            await self.close()
        why = "钉钉要求重新连接，或很久没有一帧" if is_asked else f"closed with {self._socket.close_code}"
        return Ended(why, open_for=self._clock.monotonic() - opened_at, is_asked=is_asked)

    async def close(self) -> None:
        """Say goodbye."""
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(3.0):
                await self._socket.close()

    async def _hear(self, text: str) -> bool:
        """Take one frame; True when it asks for a new connection."""
        try:
            frame = frames.decode(text)
            if frame.type == _CALLBACK and frame.topic in (frames.ROBOT, frames.CARD):
                self._hear_message(frame)
                return False
            await self._acknowledge(frame)
            if frame.type == _SYSTEM and frame.topic == frames.PING:
                self._patience = self.silent_after
            return bool(frame.type == _SYSTEM and frame.topic == frames.DISCONNECT)
        except Unreadable as error:
            self._log.warning("frame ignored", action="dingtalk_frame_ignored", why=str(error)[:200])
        except Exception:  # noqa: BLE001 - one frame must not cost the connection and all that come after it
            self._log.exception("frame failed", action="dingtalk_frame_failed")
        return False

    def _hear_message(self, frame: Frame) -> None:
        try:
            receipt = self._take(frame.topic, frames.carried(frame), frame.number)
        except Unreadable as error:
            self._log.warning("message ignored", action="dingtalk_frame_ignored", why=str(error)[:200])
            receipt = None
        task = asyncio.create_task(self._acknowledge_when_saved(frame, receipt))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def _acknowledge_when_saved(self, frame: Frame, receipt: Receipt | None) -> None:
        if receipt is None or await receipt.wait(_SAVE_WITHIN):
            await self._acknowledge(frame)
        else:
            self._log.error("not saved", action="dingtalk_not_saved", frame=frame.number)

    async def _acknowledge(self, frame: Frame) -> None:
        if not frame.number:
            return
        with contextlib.suppress(ConnectionError):  # whoever reads sees that it is over
            await self._socket.send_str(frames.acknowledgement(frame))
