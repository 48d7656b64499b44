"""One live WebSocket to the QQ side: requests and their answers, and whether anybody is still there."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from aiohttp import WSCloseCode, WSMsgType

from adapters.contract import Timekeeper
from adapters.cutting import cut
from adapters.onebot.calls import Unanswered
from adapters.onebot.frames import Call, Frame, Unreadable, decode, encode
from adapters.onebot.outcome import is_refusal
from adapters.onebot.outlet import Outlet, Socket
from adapters.onebot.wire import instant
from adapters.wording import say

_log = structlog.get_logger(__name__)

_LOOK_EVERY: Final = 1.0  # seconds
_MISSED_HEARTBEATS: Final = 3
# Seconds. For a QQ side without heartbeats: it is asked for a sign of life after a quiet minute. aiohttp could do
# that too, but sets a timer anew for every frame.
_PING_AFTER: Final = 60.0
_PONG_WITHIN: Final = 30.0
_PATIENCE: Final = 3.0  # seconds, for the frames that end or probe a connection


class _Pending:
    """A request that waits for its answer; a text in its place says why none will come."""

    __slots__ = ("answer", "deadline", "is_written")

    def __init__(self, answer: asyncio.Future[Frame | str], deadline: float) -> None:
        self.answer = answer
        self.deadline = deadline
        self.is_written = False

    def settle(self, answer: Frame | str) -> None:
        if not self.answer.done():  # the caller may have given up in the same moment
            self.answer.set_result(answer)


class Link:
    """A WebSocket in either direction, from the moment it is open until it is closed.

    The socket must not answer pings by itself (`autoping=False`), because a pong is a sign of life. `transport` lies under a
    server's socket without compression.
    """

    def __init__(
        self,
        socket: Socket,
        *,
        adapter: str,
        clock: Timekeeper,
        call_timeout: float,
        transport: asyncio.Transport | None = None,
        on_login: Callable[[], None] | None = None,  # QQ has the account again
    ) -> None:
        self.is_open = True
        # As far as the QQ side tells: it may run on after QQ has thrown the account out.
        self.is_logged_in = True
        self.is_refused = False  # the QQ side said that our token is wrong
        self._socket = socket
        self._outlet = Outlet(socket, transport)
        self._clock = clock
        self._call_timeout = call_timeout
        self._loop = asyncio.get_running_loop()
        self._pending: dict[str, _Pending] = {}
        self._heard_at = clock.monotonic()
        self._heartbeat_every = 0.0  # seconds; 0 until the first heartbeat says it
        self._times: tuple[datetime, datetime] | None = None
        self._on_login = on_login
        self._log = _log.bind(adapter=adapter)

    async def call(self, call: Call, *, patience_seconds: float | None = None) -> Frame:
        """Send a request and return its answer; many may be under way at once.

        Raises:
            Unanswered: The connection ended or the time ran out first.
        """
        patience = patience_seconds or self._call_timeout
        pending = _Pending(self._loop.create_future(), self._clock.monotonic() + patience)
        self._pending[call.echo] = pending
        try:
            await self._outlet.say(encode(call))
            pending.is_written = True
            answer = await pending.answer
        except ConnectionError as error:
            raise Unanswered(say("与 QQ 端的连接断开")) from error
        finally:
            del self._pending[call.echo]
        if isinstance(answer, str):
            raise Unanswered(answer)
        return answer

    def times(self) -> tuple[datetime, datetime] | None:
        """Return the instant of the QQ side, as of its latest sign of life, and ours."""
        return self._times

    async def serve(self, on_event: Callable[[Frame], None]) -> None:
        """Read until the connection ends; every event goes to `on_event`, answers go to whoever asked."""
        try:
            async with asyncio.TaskGroup() as group:
                watch = group.create_task(self._watch())
                await self._read(on_event)
                watch.cancel()
        finally:
            self.is_open = False
            for pending in self._pending.values():
                pending.settle(say("与 QQ 端的连接断开"))
            await self.close("bye")

    async def close(self, reason: str) -> None:
        """Say goodbye; `serve` then ends."""
        self.is_open = False
        self._outlet.flush()
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._socket.close(code=WSCloseCode.GOING_AWAY, message=reason.encode())
        except TimeoutError:
            self._cut("no goodbye")

    async def _read(self, on_event: Callable[[Frame], None]) -> None:
        receive, monotonic = self._socket.receive, self._clock.monotonic
        while True:
            message = await receive()
            self._heard_at = monotonic()
            if message.type is WSMsgType.TEXT:
                self._hear(message.data, on_event)
                if self.is_refused:
                    return
            elif message.type is WSMsgType.BINARY:
                self._log.warning("binary frame ignored", action="onebot_frame_ignored")
            elif message.type is WSMsgType.PING:
                await self._socket.pong(message.data)
            elif message.type is not WSMsgType.PONG:  # closed, closing or broken
                return

    def _hear(self, text: str, on_event: Callable[[Frame], None]) -> None:
        try:
            frame = decode(text)
            if frame.post_type is None:
                self._hear_answer(frame)
            elif frame.post_type == "meta_event":
                self._hear_meta(frame)
            else:
                if frame.notice_type == "bot_offline" and self._heartbeat_every:
                    self.is_logged_in = False  # until a heartbeat tells otherwise; without them nothing would
                on_event(frame)
        except Unreadable as error:
            self._log.warning("frame ignored", action="onebot_frame_ignored", why=str(error))
        except Exception:  # noqa: BLE001 - one frame must not cost the connection and all that come after it
            self._log.exception("frame failed", action="onebot_frame_failed")

    def _hear_answer(self, frame: Frame) -> None:
        if is_refusal(frame):
            self.is_refused = True
        pending = self._pending.get(frame.echo) if isinstance(frame.echo, str) else None
        if pending is not None:
            pending.settle(frame)
        else:
            self._log.debug("answer to nothing", action="onebot_answer_unmatched", retcode=frame.retcode)

    def _hear_meta(self, frame: Frame) -> None:
        if (theirs := instant(frame.time)) is not None:
            self._times = theirs, self._clock.now()
        if frame.meta_event_type == "heartbeat":
            self._heartbeat_every = _seconds(frame.interval)
            self._hear_status(frame.status)

    def _hear_status(self, status: Any) -> None:
        is_online = status.get("online") if isinstance(status, dict) else None
        if not isinstance(is_online, bool) or is_online is self.is_logged_in:
            return
        self.is_logged_in = is_online
        log = self._log.info if is_online else self._log.error
        log("account", action="onebot_account", is_online=is_online)
        if is_online and self._on_login is not None:
            self._on_login()

    async def _watch(self) -> None:
        """Give up on requests whose time ran out, and on a peer that fell silent."""
        while True:
            await self._clock.sleep(timedelta(seconds=min(_LOOK_EVERY, self._call_timeout)))
            now = self._clock.monotonic()
            overdue = [pending for pending in self._pending.values() if now >= pending.deadline]
            for pending in overdue:
                pending.settle(say("QQ 端没有在限定时间内回答"))
            if not all(pending.is_written for pending in overdue):
                return self._cut("the peer does not read")
            silence = now - self._heard_at
            patience = _MISSED_HEARTBEATS * self._heartbeat_every or _PING_AFTER + _PONG_WITHIN
            if silence > patience:
                return self._cut("silent", seconds=round(silence))
            if silence > _PING_AFTER:
                await self._ping()

    async def _ping(self) -> None:
        # A connection that ends in this moment is seen by whoever reads it; one that takes no more will be cut.
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await self._socket.ping()

    def _cut(self, why: str, **details: Any) -> None:
        """End the connection without asking the peer, who would not answer."""
        self._log.warning("connection cut", action="onebot_cut", why=why, **details)
        self.is_open = False
        cut(self._socket)


def _seconds(interval: Any) -> float:
    if isinstance(interval, (int, float)) and not isinstance(interval, bool) and 0 < interval < 86_400_000:
        return interval / 1000
    return 0.0
