"""One intelligent robot over its long connection: what comes in, and what goes out."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Final

import structlog
from aiohttp import ClientWebSocketResponse

from adapters.contract import (
    Attachment,
    Capabilities,
    DeliveryFailed,
    Finding,
    Incoming,
    Notice,
    Outgoing,
    Surroundings,
)
from adapters.delivery import Delivery
from adapters.dialling import Ended, NotConnected, dialled, keep_connected
from adapters.inbox import Inbox
from adapters.sessions import faithful
from adapters.wechat.answers import OK, code
from adapters.wecom.aibot import examination, files, frames, wire
from adapters.wecom.aibot.frames import Body, Frame
from adapters.wecom.aibot.link import End, Link, NotReady, Unanswered
from adapters.wecom.aibot.replies import Replies, Reply
from adapters.wecom.aibot.said import Said
from adapters.wecom.aibot.settings import Settings
from adapters.wecom.errors import REPLY_IMPOSSIBLE, failure
from adapters.wording import say, words_of

_log = structlog.get_logger(__name__)

_ANSWER_WITHIN: Final = 300.0  # seconds; the platform allows six minutes
_RECONNECTING: Final = timedelta(seconds=5)
# Whoever was thrown out by a newer connection must not throw that one out in turn.
_COOL_DOWN: Final = timedelta(minutes=5)


class SocketAdapter:
    """Speaks for one robot. An answer goes through the message it answers, everything else is pushed."""

    def __init__(
        self,
        settings: Settings,
        surroundings: Surroundings,
        *,
        jitter: Callable[[], float],  # in [0, 1)
    ) -> None:
        self.name = surroundings.name
        self.capabilities = Capabilities(
            sees_all_messages=False,
            can_quote=False,
            per_minute_room=30,
            max_length=wire.LIMIT,
            length_unit="bytes",
        )
        self._settings = settings
        self._clock = surroundings.clock
        self._jitter = jitter
        self._view = wire.View(surroundings.name, surroundings.bot_name, surroundings.people)
        self._inbox = Inbox()
        self._replies = Replies()
        self._said = Said()
        self._delivery = Delivery(wire.parts, self._send)
        self._link: Link | None = None
        self._latest_end: End | None = None
        self._ids = itertools.count(1)
        self._run = secrets.token_hex(
            6
        )  # a late answer to an earlier run of the program matches no id of this one
        self._log = _log.bind(adapter=self.name)

    @property
    def is_connected(self) -> bool:
        """True while the robot is logged in."""
        return self._link is not None and self._link.is_ready

    def incoming(self) -> AsyncIterator[Incoming | Notice]:
        """Yield what people say; the connection is kept open for as long as this is read."""
        dialling = keep_connected(self._connect, adapter=self.name, clock=self._clock, jitter=self._jitter)
        return self._inbox.fed_by(dialling)

    async def send(self, message: Outgoing) -> str:
        """Deliver a message and return the id of its frame.

        Raises:
            DeliveryFailed: Not connected, refused, or it is unknown whether it arrived.
        """
        return await self._delivery.deliver(message)

    async def fetch(self, room: str, attachment: Attachment, most: int) -> bytes:  # noqa: ARG002 - it says all itself
        """Return the content of a file that somebody sent in the last five minutes.

        Raises:
            FileUnavailable: Too large, expired, on a host that is not allowed, or not to be decrypted.
        """
        return await files.fetched(attachment, most, hosts=self._settings.file_hosts)

    async def close(self) -> None:
        """End the connection; `incoming` ends after what has already arrived."""
        self._inbox.close()
        if self._link is not None:
            await self._link.close()

    async def examine(self) -> list[Finding]:
        """Look whether the platform can be reached, without throwing out a robot that is running."""
        return await examination.look(
            self._settings, self._clock.now(), is_connected=self.is_connected, latest_end=self._latest_end
        )

    async def _connect(self) -> Ended:
        """Make one connection and return how it ended. It pings by frames of its own."""
        async with faithful() as session:
            try:
                socket = await dialled(session, self._settings.url, heartbeat=None)
            except NotConnected as error:
                return Ended(str(error))
            opened_at = self._clock.monotonic()
            end = await self._serve(socket)
        if end is End.KICKED:
            self._log.error("another program uses this bot_id", action="wecom_kicked")
        return Ended(
            f"{end}, closed with {socket.close_code}",
            open_for=self._clock.monotonic() - opened_at,
            is_refused=end is End.REFUSED,
            pause=_COOL_DOWN if end is End.KICKED else timedelta(),
        )

    async def _serve(self, socket: ClientWebSocketResponse) -> End:
        link = Link(socket, adapter=self.name, clock=self._clock, new_id=self._new_id)
        self._link = link
        try:
            self._latest_end = await link.serve(self._settings.bot_id, self._settings.secret, self._take)
            return self._latest_end
        finally:
            self._link = None
            self._replies.clear()  # the ids of frames hold for their own connection

    async def _send(self, part: Outgoing) -> str:
        sent = wire.outgoing(part, self.name)
        number = await self._answered(part, sent) or await self._pushed(sent)
        self._said.remember(part.room, number, part.text, sent.content)
        return number

    async def _answered(self, part: Outgoing, sent: wire.Sent) -> str:
        """Send through the message that is answered; return nothing when that is not possible any more."""
        if not self.is_connected:
            return ""
        reply = self._replies.take(part.quotes, part.room, self._clock.monotonic())
        if reply is None:
            return ""
        stream = self._new_id("stream")
        answer = await self._request(frames.RESPOND, sent.answered(stream), reply.through)
        return "" if code(answer.errcode) in REPLY_IMPOSSIBLE else _delivered(answer, stream)

    async def _pushed(self, sent: wire.Sent) -> str:
        number = self._new_id(frames.SEND)
        return _delivered(await self._request(frames.SEND, sent.pushed(), number), number)

    async def _request(self, cmd: str, body: dict[str, object], req_id: str) -> Frame:
        link = self._link
        if link is None or self._inbox.is_closed:
            raise DeliveryFailed(say("企业微信长连接没有连上"), retry_after=_RECONNECTING)
        try:
            return await link.request(cmd, body, req_id)
        except NotReady:
            raise DeliveryFailed(say("企业微信长连接没有连上"), retry_after=_RECONNECTING) from None
        except Unanswered as lost:
            raise DeliveryFailed(words_of(lost), retry_after=_RECONNECTING, is_unknown=True) from lost

    def _take(self, frame: Frame, body: Body) -> None:
        message = wire.incoming(body, self._view, self._said)
        if message is None:
            self._log.debug("message ignored", action="wecom_message_ignored", kind=str(body.msgtype)[:60])
            return
        if not self._inbox.put(message):
            self._log.error("too many messages are waiting", action="wecom_message_lost", room=message.room)
            return
        if frame.req_id:
            until = self._clock.monotonic() + _ANSWER_WITHIN
            self._replies.add(message.message_id, Reply(message.room, frame.req_id, until))

    def _new_id(self, word: str) -> str:
        return f"{word}_{self._run}_{next(self._ids)}"


def _delivered(answer: Frame, number: str) -> str:
    errcode = code(answer.errcode)
    if errcode == OK:
        return number
    if errcode is None:
        raise DeliveryFailed(say("企业微信的确认看不懂，不知是否送到"), is_unknown=True)
    raise failure(errcode, answer.errmsg if isinstance(answer.errmsg, str) else "")
