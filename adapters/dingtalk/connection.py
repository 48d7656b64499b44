"""One robot of DingTalk: what comes down its stream, and what goes out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final

import structlog

from adapters.contract import (
    Attachment,
    Capabilities,
    DeliveryFailed,
    File,
    Finding,
    Incoming,
    Notice,
    Outgoing,
    Surroundings,
)
from adapters.delivery import Delivery
from adapters.dialling import Ended, NotConnected, dialled, keep_connected
from adapters.dingtalk import cards, examination, frames, wire
from adapters.dingtalk.api import Api
from adapters.dingtalk.sending import Sending
from adapters.dingtalk.settings import Settings
from adapters.dingtalk.stream import Stream
from adapters.downloads import by_reference, downloaded
from adapters.inbox import Inbox
from adapters.receipt import Receipt
from adapters.sessions import faithful
from adapters.splitting import split
from adapters.stream_addresses import Unsuitable

_log = structlog.get_logger(__name__)

_LARGEST_FILE: Final = 20_000_000
_LONGEST_PART: Final = wire.LIMIT - 400  # ids may be longer than the names they stand for


class DingTalkAdapter:
    """Speaks for one robot."""

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
            can_edit=bool(settings.card_template),
            has_buttons=bool(settings.card_template),
            can_recall=True,
            per_minute_room=settings.per_minute_room or None,
            max_length=wire.LIMIT,
            max_file_bytes=_LARGEST_FILE,
        )
        self._clock = surroundings.clock
        self._jitter = jitter
        self._view = wire.View(surroundings.name, surroundings.bot_name, surroundings.people)
        self._api = Api(settings, surroundings.clock)
        self._file_hosts = settings.file_hosts
        self._sending = Sending(
            self._api, self.name, settings.client_id, surroundings.clock, settings.card_template
        )
        self._delivery = Delivery(partial(split, limit=_LONGEST_PART, size=len), self._sending.send)
        self._inbox = Inbox()
        self._stream: Stream | None = None
        self._log = _log.bind(adapter=self.name)

    @property
    def is_connected(self) -> bool:
        """True while the stream is open."""
        return self._stream is not None

    def incoming(self) -> AsyncIterator[Incoming | Notice]:
        """Yield what people say to the robot; the stream is kept open for as long as this is read."""
        dialling = keep_connected(self._connect, adapter=self.name, clock=self._clock, jitter=self._jitter)
        return self._inbox.fed_by(dialling)

    async def send(self, message: Outgoing) -> str:
        """Deliver a message and return its id; an answer to a conversation has none, so its key stands for it.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        return await self._delivery.deliver(message)

    async def send_file(self, message: Outgoing, file: File) -> str:
        """Deliver a file and return its id.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        return await self._sending.send_file(message, file)

    async def fetch(self, room: str, attachment: Attachment, most: int) -> bytes:  # noqa: ARG002 - its reference says all
        """Return the content of a file that somebody sent.

        Raises:
            FileUnavailable: Too large, expired, or not to be had.
        """
        address = await by_reference(attachment, partial(self._api.file, robot=self._sending.robot))
        return await downloaded(address, most=most, hosts=self._file_hosts)

    async def recall(self, room: str, message_id: str) -> None:
        """Take a message of the bot back.

        Raises:
            DeliveryFailed: Too late, or not possible for this message.
        """
        await self._sending.recall(room, message_id)

    async def close(self) -> None:
        """End all connections; `incoming` ends after what has already arrived."""
        self._inbox.close()
        if self._stream is not None:
            await self._stream.close()
        await self._api.close()

    async def examine(self) -> list[Finding]:
        """Look at the secret, the stream and what the bot may do; a stream that is open stays."""
        return await examination.look(self._api, self._clock.now())

    async def _connect(self) -> Ended:
        """Make one connection and return how it ended."""
        async with faithful() as session:
            try:
                url = await self._api.stream()
                socket = await dialled(session, url)
            except DeliveryFailed as failed:
                is_refused = failed.retry_after is None or failed.retry_after >= timedelta(minutes=1)
                return Ended(failed.reason, is_refused=is_refused)
            except (Unsuitable, NotConnected) as error:
                return Ended(str(error))
            self._stream = Stream(socket, adapter=self.name, clock=self._clock, take=self._take)
            try:
                return await self._stream.serve()
            finally:
                self._stream = None

    def _take(self, topic: str, body: dict[str, Any], frame: str) -> Receipt | None:
        if topic == frames.CARD:
            return self._put(cards.pressed(body, self._view, frame))
        session = wire.session(body, self._view)
        if session is not None:
            self._sending.heard(session)
        return self._put(wire.incoming(body, self._view, self._sending.spoken))

    def _put(self, message: Incoming | None) -> Receipt | None:
        if message is None:
            self._log.debug("message ignored", action="dingtalk_message_ignored")
            return None
        receipt = self._inbox.put_for_receipt(message)
        if receipt is None:  # never settled: it is not acknowledged, and comes again
            self._log.error("too many messages are waiting", action="dingtalk_not_taken", room=message.room)
            return Receipt()
        return receipt
