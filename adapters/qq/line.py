"""One live WebSocket to the gateway: login or resume, heartbeats, and events in their order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

import aiohttp
import msgspec
import structlog
from aiohttp import WSMsgType

from adapters.contract import Timekeeper
from adapters.cutting import cut
from adapters.qq import closing
from adapters.qq.closing import GoOn
from adapters.qq.frames import Data, Envelope, Op, Unreadable, decode, part, word
from adapters.wording import say

_log = structlog.get_logger(__name__)

_READY_WITHIN: Final = 20.0  # seconds
_MISSED_ACKS: Final = 2
_PATIENCE: Final = 3.0  # seconds, for a heartbeat to be written
_USUAL_HEARTBEAT: Final = 41.25  # seconds, when the gateway says nothing sensible


class Session(msgspec.Struct):
    """What a later connection needs to go on where this one was."""

    id: str = ""
    seq: int | None = None  # of the last event that was taken

    def forget(self) -> None:
        """Begin anew."""
        self.id = ""
        self.seq = None


class Ended(msgspec.Struct, frozen=True):
    """How a connection went."""

    go_on: GoOn
    why: str
    open_for: float = 0.0  # seconds; 0 when it never was ready
    has_logged_in: bool = False  # and so used up one of the logins of the day
    is_refused: bool = False  # app id or secret are wrong
    is_session_invalid: bool = False


class Line:
    """A connection from the moment it is open until it ends."""

    def __init__(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        session: Session,
        *,
        adapter: str,
        clock: Timekeeper,
        jitter: Callable[[], float],
        take: Callable[[Envelope], Awaitable[None]],
    ) -> None:
        self.is_ready = False
        self._socket = socket
        self._session = session
        self._clock = clock
        self._jitter = jitter
        self._take = take
        self._ready_at = 0.0
        self._missed = 0
        self._is_taking = False
        self._has_logged_in = False
        self._log = _log.bind(adapter=adapter)

    async def serve(self, token: str, intents: int) -> Ended:
        """Log in or resume, and read until the connection ends."""
        try:
            ended = await self._serve(token, intents)
        except TimeoutError:
            ended = Ended(GoOn.RESUME, say("网关没有在限定时间内回答登录"))
        except ConnectionError as error:
            ended = Ended(GoOn.RESUME, type(error).__name__)
        finally:
            self.is_ready = False
            await self._close()
        return Ended(
            ended.go_on,
            ended.why,
            open_for=self._clock.monotonic() - self._ready_at if self._ready_at else 0.0,
            has_logged_in=self._has_logged_in,
            is_session_invalid=ended.is_session_invalid,
        )

    async def _serve(self, token: str, intents: int) -> Ended:
        async with asyncio.timeout(_READY_WITHIN) as patience:
            hello = await self._read()
            if isinstance(hello, Ended):
                return hello
            if hello.op != Op.HELLO:
                return Ended(GoOn.RESUME, say("网关没有先打招呼"))
            beating = asyncio.create_task(self._beat(_seconds(part(Data, hello.d).heartbeat_interval)))
            try:
                await self._log_in(token, intents)
                while True:
                    envelope = await self._read()
                    if isinstance(envelope, Ended):
                        return envelope
                    if (ended := await self._hear(envelope)) is not None:
                        return ended
                    if self.is_ready:
                        patience.reschedule(None)
            finally:
                beating.cancel()
                await asyncio.gather(beating, return_exceptions=True)

    async def _log_in(self, token: str, intents: int) -> None:
        if self._session.id:
            resume = {
                "token": f"QQBot {token}",
                "session_id": self._session.id,
                "seq": self._session.seq or 0,
            }
            await self._send(Op.RESUME, resume)
            return
        self._has_logged_in = True
        identify = {"token": f"QQBot {token}", "intents": intents, "shard": [0, 1], "properties": {}}
        await self._send(Op.IDENTIFY, identify)

    async def _read(self) -> Envelope | Ended:
        """Return the next frame that can be read, or how the connection ended."""
        while True:
            message = await self._socket.receive()
            if message.type is WSMsgType.TEXT:
                try:
                    return decode(message.data)
                except Unreadable as error:
                    self._log.warning("frame ignored", action="qq_frame_ignored", why=str(error))
            elif message.type is WSMsgType.BINARY:
                self._log.warning("binary frame ignored", action="qq_frame_ignored", why="binary")
            else:  # closed, closing or broken
                code = self._socket.close_code
                return Ended(closing.after(code), closing.words(code))

    async def _hear(self, envelope: Envelope) -> Ended | None:
        if type(envelope.op) is not int:
            self._log.warning("frame ignored", action="qq_frame_ignored", why="no op")
            return None
        match envelope.op:
            case Op.DISPATCH:
                await self._hear_event(envelope)
            case Op.HEARTBEAT:
                await self._send(Op.HEARTBEAT, self._session.seq)
            case Op.HEARTBEAT_ACK:
                self._missed = 0
            case Op.RECONNECT:
                return Ended(GoOn.RESUME, say("网关要求重新连接"))
            case Op.INVALID_SESSION:
                return Ended(GoOn.IDENTIFY, say("网关说会话无效"), is_session_invalid=True)
        return None

    async def _hear_event(self, envelope: Envelope) -> None:
        if envelope.t == "READY":
            self._session.id = word(part(Data, envelope.d).session_id)
            self._is_now_ready("logged in")
        elif envelope.t == "RESUMED":
            self._is_now_ready("resumed")
        else:
            self._is_taking = True
            try:
                await self._take(envelope)
            except Exception:  # noqa: BLE001 - one event must not cost the connection and all that come after it
                self._log.exception("event failed", action="qq_event_failed", kind=str(envelope.t)[:64])
            finally:
                self._is_taking = False
        if type(envelope.s) is int and 0 <= envelope.s < 2**63:
            self._session.seq = envelope.s  # only now: what was not taken is sent again after a loss

    def _is_now_ready(self, how: str) -> None:
        self.is_ready = True
        self._ready_at = self._clock.monotonic()
        self._log.info("connected", action="qq_connected", how=how)

    async def _beat(self, every: float) -> None:
        """Send heartbeats; cut the connection when nobody answers two of them."""
        # The first one early, so that many bots that lost the same gateway do not beat as one.
        await self._clock.sleep(timedelta(seconds=every * (0.5 + self._jitter() / 2)))
        while True:
            if self._is_taking:
                self._missed = 0  # it is we who are slow: the acknowledgement may be waiting behind the event
            if self._missed >= _MISSED_ACKS:
                return self._cut("no heartbeat is answered")
            self._missed += 1
            try:
                async with asyncio.timeout(_PATIENCE):
                    await self._send(Op.HEARTBEAT, self._session.seq)
            except (TimeoutError, ConnectionError):
                return self._cut("the gateway does not read")
            await self._clock.sleep(timedelta(seconds=every))

    async def _send(self, op: Op, data: object) -> None:
        await self._socket.send_str(json.dumps({"op": op, "d": data}))

    def _cut(self, why: str) -> None:
        """End the connection without asking the peer, who would not answer."""
        self._log.warning("connection cut", action="qq_cut", why=why)
        self.is_ready = False
        cut(self._socket)

    async def _close(self) -> None:
        # 4000 keeps the session alive, whereas 1000 would end it and with it what is still to be sent again.
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._socket.close(code=4000)
        except TimeoutError:
            self._cut("no goodbye")


def _seconds(interval: Any) -> float:
    if isinstance(interval, (int, float)) and not isinstance(interval, bool) and 1000 <= interval < 3_600_000:
        return interval / 1000
    return _USUAL_HEARTBEAT
