"""One application of Feishu: events that come in at its address or over a long connection, and what goes out through the HTTP interface."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any, Final

import structlog
from aiohttp import web
from msgspec.structs import replace

from adapters.admission import Refused, body_of
from adapters.backoff import delay_after
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
from adapters.feishu import examination, wire, writing
from adapters.feishu.acquaintances import Acquaintances
from adapters.feishu.api import Api
from adapters.feishu.door import Challenge, Door
from adapters.feishu.files import fetched
from adapters.feishu.sending import Sending
from adapters.feishu.settings import Settings
from adapters.feishu.stream import Stream
from adapters.inbox import Inbox
from adapters.receipt import Receipt
from adapters.sessions import faithful
from adapters.stream_addresses import Unsuitable

_log = structlog.get_logger(__name__)
_LARGEST_FILE: Final = 30_000_000

SAVE_WITHIN: Final = 2.5  # seconds, of the three for which Feishu waits
_KNOW_WITHIN: Final = 2.0  # seconds for the bot to learn who it is


class FeishuAdapter:
    """Speaks for one application, in groups and alone."""

    def __init__(
        self,
        settings: Settings,
        surroundings: Surroundings,
        *,
        jitter: Callable[[], float],  # in [0, 1)
    ) -> None:
        self.name = surroundings.name
        self.capabilities = Capabilities(
            can_edit=True,
            can_recall=True,
            has_buttons=True,
            per_minute_room=300,
            per_minute=1000,
            max_length=20_000,
            length_unit="bytes",
            max_file_bytes=_LARGEST_FILE,
        )
        self._surroundings = surroundings
        self._settings = settings
        self._clock = surroundings.clock
        self._jitter = jitter
        self._people = {person.account: person.name for person in surroundings.people}
        self._door = Door(settings.encrypt_key, settings.verification_token)
        self._api = Api(settings, surroundings.clock)
        self._names = Acquaintances(self._api)
        self._sending = Sending(self._api, self.name)
        self._delivery = Delivery(writing.parts, self._sending.send)
        self._inbox = Inbox()
        self._view: wire.View | None = None  # from the moment the bot knows who it is
        self._knows = asyncio.Event()
        self._stream: Stream | None = None
        self.know_within = _KNOW_WITHIN
        self.save_within = SAVE_WITHIN
        self._log = _log.bind(adapter=self.name)

    @property
    def is_connected(self) -> bool:
        """True once events can come in, and be understood and answered."""
        is_open = self._stream is not None or self._settings.mode == "callback"
        return self._view is not None and is_open and not self._inbox.is_closed

    def incoming(self) -> AsyncIterator[Incoming | Notice]:
        """Yield what people say, and what happens in groups."""
        return self._inbox.fed_by(self._begin())

    async def send(self, message: Outgoing) -> str:
        """Deliver a message, or change one, and return its id.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        if message.edits is None:
            return await self._delivery.deliver(message)
        return await self._sending.send(replace(message, text=message.text.encode(errors="replace").decode()))

    async def send_file(self, message: Outgoing, file: File) -> str:
        """Deliver a file and return the id of its message.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        return await self._sending.send_file(message, file)

    async def recall(self, room: str, message_id: str) -> None:
        """Take a message of the bot back.

        Raises:
            DeliveryFailed: Too late, not the bot's, or not reached.
        """
        await self._sending.recall(room, message_id)

    async def fetch(self, room: str, attachment: Attachment, most: int) -> bytes:  # noqa: ARG002 - its reference says all
        """Return the content of a file that somebody sent.

        Raises:
            FileUnavailable: Too large, expired, or not to be had.
        """
        return await fetched(self._api, attachment, most)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one call of Feishu: as soon as what it brings is saved, and in time in any case."""
        if self._inbox.is_closed:
            return web.Response(status=503)
        if self._settings.mode != "callback":
            return web.Response(status=404)
        if request.method != "POST":
            return web.Response(status=405, headers={"Allow": "POST"})
        try:
            body = await body_of(request)
            found = self._door.open(request.headers, body, self._clock.now())
            if isinstance(found, Challenge):
                self._log.info("address verified", action="callback_verified")
                return web.json_response({"challenge": found.text})
            await self._save(found)
        except Refused as refused:
            self._log.warning(
                "callback refused", action="callback_refused", status=refused.status, why=refused.reason
            )
            return web.Response(status=refused.status)
        return web.json_response({})

    async def close(self) -> None:
        """End all connections; `incoming` ends after what has already arrived."""
        self._inbox.close()
        if self._stream is not None:
            await self._stream.close()
        await self._names.close()
        await self._api.close()

    async def examine(self) -> list[Finding]:
        """Look at the secret, the bot behind it, its rights and groups, and the clocks."""
        rooms = self._surroundings.rooms
        is_open = self._stream is not None
        return await examination.look(
            self._settings, self._api, rooms, self._clock.now(), self.name, is_open=is_open
        )

    async def _begin(self) -> None:
        """Learn who the bot is: without that nobody would be known to call it. Then connect, or wait for Feishu to call."""
        failures = 0
        while self._view is None:
            try:
                number, _ = await self._api.me()
                self._view = wire.View(self.name, self._surroundings.bot_name, number, self._people)
            except DeliveryFailed as failed:
                failures += 1
                delay = delay_after(failures, self._jitter(), is_refused=failed.retry_after is None)
                again = round(delay.total_seconds(), 1)
                self._log.warning(
                    "not connected", action="feishu_lost", why=failed.reason, retry_seconds=again
                )
                await self._clock.sleep(delay)
        self._knows.set()
        self._log.info("connected", action="feishu_connected")
        if self._settings.mode == "websocket":
            await keep_connected(self._connect, adapter=self.name, clock=self._clock, jitter=self._jitter)
        await asyncio.Event().wait()

    async def _connect(self) -> Ended:
        """Make one long connection and return how it ended."""
        async with faithful() as session:
            try:
                endpoint = await self._api.stream()
                socket = await dialled(session, endpoint.url)
            except DeliveryFailed as failed:
                is_refused = failed.retry_after is None or failed.retry_after >= timedelta(minutes=1)
                return Ended(failed.reason, is_refused=is_refused)
            except (Unsuitable, NotConnected) as error:
                return Ended(str(error))
            self._stream = Stream(
                socket,
                adapter=self.name,
                clock=self._clock,
                service=endpoint.service,
                ping_every=endpoint.ping_every,
                save_within=self.save_within,
                take=self._take,
            )
            try:
                return await self._stream.serve()
            finally:
                self._stream = None

    async def _save(self, event: dict[str, Any]) -> None:
        """Take what an event tells, and return when it is saved.

        Raises:
            Refused: Not yet possible, too much is waiting, or not saved in time. Feishu brings it again.
        """
        for receipt in await self._take(event):
            if not await receipt.wait(self.save_within):
                raise Refused(503, "not saved in time")

    async def _take(self, event: dict[str, Any]) -> list[Receipt]:
        """Take what an event tells, in its order.

        Raises:
            Refused: Not yet possible, or too much is waiting.
        """
        try:
            async with asyncio.timeout(self.know_within):
                await self._knows.wait()
        except TimeoutError:
            raise Refused(503, "the bot does not know yet who it is") from None
        assert self._view is not None
        receipts = [await self._put(happening) for happening in wire.happenings(event, self._view)]
        if not receipts:
            self._log.debug("event ignored", action="feishu_event_ignored")
        return receipts

    async def _put(self, happening: Incoming | Notice) -> Receipt:
        if isinstance(happening, Incoming) and not happening.sender_name:
            name = await self._names.name_of(happening.sender.partition(":")[2])
            happening = dataclasses.replace(happening, sender_name=name)
        receipt = self._inbox.put_for_receipt(happening)
        if receipt is None:
            raise Refused(503, "too many messages are waiting")
        return receipt
