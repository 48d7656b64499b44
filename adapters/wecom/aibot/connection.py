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
    File,
    Finding,
    Incoming,
    Notice,
    Outgoing,
    Quota,
    Surroundings,
)
from adapters.delivery import Delivery
from adapters.dialling import Ended, NotConnected, dialled, keep_connected
from adapters.inbox import Inbox
from adapters.sessions import faithful
from adapters.wechat.answers import Rejected
from adapters.wecom import cards
from adapters.wecom.aibot import examination, files, wire
from adapters.wecom.aibot.frames import Body, Frame
from adapters.wecom.aibot.link import End, Link, NotReady, Unanswered
from adapters.wecom.aibot.replies import Reply
from adapters.wecom.aibot.sending import Sending
from adapters.wecom.aibot.settings import Settings
from adapters.wecom.errors import LARGEST_FILE
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
            can_edit=settings.cards,  # for five seconds after a button of the card was pressed
            has_buttons=settings.cards,
            per_minute_room=30,
            quotas=(Quota(1000, timedelta(hours=1)),),
            max_file_bytes=LARGEST_FILE,
            max_length=wire.LIMIT,
            length_unit="bytes",
        )
        self._settings = settings
        self._clock = surroundings.clock
        self._jitter = jitter
        self._view = wire.View(surroundings.name, surroundings.bot_name, surroundings.people)
        self._inbox = Inbox()
        self._link: Link | None = None
        self._latest_end: End | None = None
        self._refusal: Rejected | None = None
        self._sending = Sending(
            self._request, self._new_id, name=self.name, clock=self._clock, has_cards=settings.cards
        )
        self._delivery = Delivery(wire.parts, self._sending.send)
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
        """Deliver a message, or change a card, and return its id.

        Raises:
            DeliveryFailed: Not connected, refused, or it is unknown whether it arrived.
        """
        if message.edits is not None:
            return await self._sending.change(message, message.edits)
        return await self._delivery.deliver(message)

    def can_change(self, platform_id: str) -> bool:
        """Say whether a card could be changed now: one of its buttons was just pressed."""
        return self._sending.presses.is_open(cards.number_in(platform_id), self._clock.monotonic())

    async def send_file(self, message: Outgoing, file: File) -> str:
        """Deliver a file and return the id of its frame.

        Raises:
            DeliveryFailed: Not connected, refused, or it is unknown whether it arrived.
        """
        return await self._sending.send_file(message, file)

    async def fetch(self, room: str, attachment: Attachment, most: int) -> bytes:
        """Return the content of a file that somebody sent in the last five minutes.

        Raises:
            FileUnavailable: Too large, expired, on a host that is not allowed, or not to be decrypted.
        """
        return (await self.fetch_named(room, attachment, most)).content

    async def fetch_named(self, room: str, attachment: Attachment, most: int) -> File:  # noqa: ARG002 - it says all itself
        """Return such a file with the name that its sender gave it.

        Raises:
            FileUnavailable: As `fetch`.
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
            self._settings,
            self._clock.now(),
            is_connected=self.is_connected,
            latest_end=self._latest_end,
            refusal=self._refusal,
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
            self._refusal = link.refusal
            self._sending.forget()  # the ids of frames hold for their own connection

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
        message = wire.incoming(body, self._view, self._sending.said)
        if message is None:
            self._log.debug("message ignored", action="wecom_message_ignored", kind=str(body.msgtype)[:60])
            return
        if not self._inbox.put(message):
            self._log.error("too many messages are waiting", action="wecom_message_lost", room=message.room)
            return
        now = self._clock.monotonic()
        if card := wire.card_pressed(body):
            self._sending.presses.add(card, frame.req_id, now)
        elif frame.req_id:
            reply = Reply(message.room, frame.req_id, now + _ANSWER_WITHIN)
            self._sending.replies.add(message.message_id, reply)

    def _new_id(self, word: str) -> str:
        return f"{word}_{self._run}_{next(self._ids)}"
