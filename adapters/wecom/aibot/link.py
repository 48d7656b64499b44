"""One long connection to WeCom: logged in first, kept alive by pings, requests and their acknowledgements."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final
from weakref import WeakValueDictionary

import structlog
from aiohttp import ClientWebSocketResponse, WSCloseCode, WSMsgType

from adapters.contract import Timekeeper
from adapters.cutting import cut
from adapters.json_frames import Unreadable
from adapters.wechat.answers import OK, Rejected, code
from adapters.wecom.aibot import frames
from adapters.wecom.aibot.frames import Body, Frame
from adapters.wecom.errors import NOT_SUBSCRIBED, failure
from adapters.wording import say

_log = structlog.get_logger(__name__)

PING_EVERY: Final = 30.0  # seconds
_MISSED_PINGS: Final = 2
ACK_WITHIN: Final = 5.0  # seconds
PIECE_WITHIN: Final = 30.0  # seconds, for half a megabyte of a file
_LOGIN_WITHIN: Final = 10.0  # seconds
# A link that answers pings may still have been forgotten by the platform: after a day without a word it is renewed.
DEAF_AFTER: Final = 24 * 3600.0  # seconds
_LOOK_EVERY: Final = timedelta(seconds=1)
_PATIENCE: Final = 3.0  # seconds, for the frames that end a connection


class End(StrEnum):
    """Why a connection is over."""

    LOST = "lost"
    REFUSED = "refused"  # the login was, mostly because bot_id or secret is wrong
    KICKED = "kicked"  # another program connected with the same bot_id
    STALE = "stale"  # a day without a word; renewed to be sure


class NotReady(Exception):
    """A request was not sent, because the connection is not logged in or already over."""


class Unanswered(Exception):
    """A request went out, and no acknowledgement will come: whether it took effect is unknown."""


class _Pending:
    """A request that waits for its acknowledgement; a text in its place says why none will come."""

    __slots__ = ("answer", "deadline")

    def __init__(self, deadline: float) -> None:
        self.answer: asyncio.Future[Frame | str] = asyncio.get_running_loop().create_future()
        self.deadline = deadline

    def settle(self, answer: Frame | str) -> None:
        if not self.answer.done():  # the caller may have given up in the same moment
            self.answer.set_result(answer)


class Link:
    """A WebSocket to WeCom, from the moment it is open until it is closed."""

    def __init__(
        self,
        socket: ClientWebSocketResponse,
        *,
        adapter: str,
        clock: Timekeeper,
        new_id: Callable[[str], str],  # a request id that begins with the word
    ) -> None:
        self.is_ready = False
        self.end = End.LOST
        self.refusal: Rejected | None = None  # why the login was refused
        self._socket = socket
        self._clock = clock
        self._new_id = new_id
        self._login = ""
        self._pings: set[str] = set()
        self._pending: dict[str, _Pending] = {}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._opened_at = self._pinged_at = self._heard_at = clock.monotonic()
        self._log = _log.bind(adapter=adapter)

    async def serve(self, bot_id: str, secret: str, on_message: Callable[[Frame, Body], None]) -> End:
        """Log in, then read until the connection ends, and return why it did."""
        self._login = self._new_id(frames.SUBSCRIBE)
        try:
            async with asyncio.TaskGroup() as group:
                watch = group.create_task(self._watch())
                await self._write(frames.SUBSCRIBE, self._login, {"bot_id": bot_id, "secret": secret})
                await self._read(on_message)
                watch.cancel()
        finally:
            self.is_ready = False
            for pending in self._pending.values():
                pending.settle(say("与企业微信的连接断开"))
            await self.close()
        return self.end

    async def request(self, cmd: str, body: dict[str, Any], req_id: str) -> Frame:
        """Send a frame and return its acknowledgement. Frames of one `req_id` go one after the other.

        Raises:
            NotReady: It was not sent.
            Unanswered: The connection ended or the time ran out first.
        """
        turn = self._turns.get(req_id)
        if turn is None:
            turn = self._turns[req_id] = asyncio.Lock()
        async with turn:
            if not self.is_ready:
                raise NotReady
            within = PIECE_WITHIN if cmd == frames.UPLOAD_PIECE else ACK_WITHIN
            pending = self._pending[req_id] = _Pending(self._clock.monotonic() + within)
            try:
                await self._write(cmd, req_id, body)
                answer = await pending.answer
            finally:
                del self._pending[req_id]
        if isinstance(answer, str):
            raise Unanswered(answer)
        return answer

    async def close(self) -> None:
        """Say goodbye; `serve` then ends."""
        self.is_ready = False
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._socket.close(code=WSCloseCode.GOING_AWAY)
        except TimeoutError:
            self._cut("no goodbye")

    async def _write(self, cmd: str, req_id: str, body: dict[str, Any] | None) -> None:
        # Whoever reads the connection sees that it is over, and settles what waits.
        with contextlib.suppress(ConnectionError):
            await self._socket.send_str(frames.encode(cmd, req_id, body))

    async def _read(self, on_message: Callable[[Frame, Body], None]) -> None:
        async for message in self._socket:
            if message.type is WSMsgType.TEXT:
                self._hear(message.data, on_message)
                if self.end in (End.REFUSED, End.KICKED):
                    return
            elif message.type is WSMsgType.BINARY:
                self._log.warning("binary frame ignored", action="wecom_frame_ignored")
            else:  # broken
                return

    def _hear(self, text: str, on_message: Callable[[Frame, Body], None]) -> None:
        try:
            frame = frames.decode(text)
            if frame.cmd == frames.MESSAGE:
                self._heard_at = self._clock.monotonic()
                on_message(frame, frames.body_of(frame))
            elif frame.cmd == frames.EVENT:
                self._heard_at = self._clock.monotonic()
                self._hear_event(frame, frames.body_of(frame), on_message)
            elif frame.cmd:
                self._log.debug(
                    "frame of unknown kind", action="wecom_frame_unknown", cmd=str(frame.cmd)[:60]
                )
            else:
                self._hear_acknowledgement(frame)
        except Unreadable as error:
            self._log.warning("frame ignored", action="wecom_frame_ignored", why=str(error))
        except Exception:  # noqa: BLE001 - one frame must not cost the connection and all that come after it
            self._log.exception("frame failed", action="wecom_frame_failed")

    def _hear_event(self, frame: Frame, body: Body, on_message: Callable[[Frame, Body], None]) -> None:
        if body.event_type == frames.KICKED:
            self.end = End.KICKED
        else:
            on_message(frame, body)

    def _hear_acknowledgement(self, frame: Frame) -> None:
        number = code(frame.errcode)
        if frame.req_id == self._login:
            self._log_in(number, frame)
        elif frame.req_id in self._pings:
            self._pings.clear()
        elif pending := self._pending.get(frame.req_id):
            pending.settle(frame)
        if number == NOT_SUBSCRIBED and self.is_ready:
            self._cut("the platform does not know this connection")

    def _log_in(self, number: int | None, frame: Frame) -> None:
        if number == OK:
            self.is_ready = True
            self._log.info("connected", action="wecom_connected")
        else:
            self.end = End.REFUSED
            said = frame.errmsg if isinstance(frame.errmsg, str) else ""
            self.refusal = failure(number if number is not None else 0, said)
            self._log.error(
                "login refused", action="wecom_refused", errcode=number, why=str(frame.errmsg)[:200]
            )

    async def _watch(self) -> None:
        """Give up on requests whose time ran out, and on a peer that does not answer pings."""
        while True:
            await self._clock.sleep(_LOOK_EVERY)
            now = self._clock.monotonic()
            for pending in self._pending.values():
                if now >= pending.deadline:
                    pending.settle(say("企业微信没有在限定时间内确认"))
            if not self.is_ready:
                if now - self._opened_at >= _LOGIN_WITHIN:
                    return self._cut("no answer to the login")
            elif now - self._heard_at >= DEAF_AFTER:
                self.end = End.STALE
                return self._cut("a day without a word")
            elif now - self._pinged_at >= PING_EVERY:
                if len(self._pings) >= _MISSED_PINGS:
                    return self._cut("pings are not answered")
                await self._ping(now)

    async def _ping(self, now: float) -> None:
        self._pinged_at = now
        number = self._new_id(frames.PING)
        self._pings.add(number)
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._write(frames.PING, number, None)
        except TimeoutError:  # it takes no more: the missing answer will cut it
            self._log.debug("ping not taken", action="wecom_ping_stuck")

    def _cut(self, why: str) -> None:
        """End the connection without asking the peer, who would not answer."""
        self._log.warning("connection cut", action="wecom_cut", why=why)
        self.is_ready = False
        cut(self._socket)
