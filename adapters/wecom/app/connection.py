"""One WeCom application: what comes in through its callback, and what goes out through the HTTP interface."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any, Final

from aiohttp import web
from msgspec.structs import replace

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
from adapters.downloads import by_reference
from adapters.inbox import Inbox
from adapters.splitting import split
from adapters.wechat.callbacks import Callbacks, taking
from adapters.wechat.crypto import Seal, read_key
from adapters.wechat.door import Door
from adapters.wechat.xml import sealed_in
from adapters.wecom.app import examination, wire
from adapters.wecom.app.api import Api
from adapters.wecom.app.repeats import Repeats
from adapters.wecom.app.settings import Settings
from adapters.wecom.errors import LARGEST_FILE
from adapters.wording import say

# Room for the mark of a repeated message in front of a part, and for what tells repeated texts apart behind it.
_LONGEST_PART: Final = wire.LIMIT - 160
_REMEMBERED: Final = 2.0 * wire.DUPLICATE_SECONDS  # the platform's minute may begin later than ours


class AppAdapter:
    """Speaks for one application, to members one by one."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self.name = surroundings.name
        self.capabilities = Capabilities(
            can_mention=False,
            can_quote=False,
            per_minute_room=30,
            max_length=wire.LIMIT,
            length_unit="bytes",
            max_file_bytes=LARGEST_FILE,
        )
        self._settings = settings
        self._clock = surroundings.clock
        names = {person.account: person.name for person in surroundings.people}
        self._view = wire.View(
            surroundings.name, surroundings.bot_name, settings.corp_id, settings.agent_id, names
        )
        self._inbox = Inbox()
        self._callbacks = Callbacks(
            Door(settings.token, Seal(read_key(settings.aes_key), settings.corp_id)),
            adapter=self.name,
            clock=surroundings.clock,
            inbox=self._inbox,
            sealed_in=sealed_in,
            take=taking(self._inbox, partial(wire.incoming, view=self._view), adapter=self.name),
        )
        self._people = surroundings.people
        self._api = Api(settings, surroundings.clock)
        self._delivery = Delivery(partial(split, limit=_LONGEST_PART), self._send)
        self._repeats = Repeats(_REMEMBERED)

    def incoming(self) -> AsyncIterator[Incoming | Notice]:
        """Yield what members say."""
        return self._inbox.messages()

    async def send(self, message: Outgoing) -> str:
        """Deliver a message and return its id at WeCom.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        return await self._delivery.deliver(message)

    async def send_file(self, message: Outgoing, file: File) -> str:
        """Deliver a file and return its id at WeCom.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        wire.member(message.room, self.name)
        body = wire.document(message, self.name, self._settings.agent_id, await self._api.upload(file))
        return await self._delivered(message, body)

    async def fetch(self, room: str, attachment: Attachment, most: int) -> bytes:  # noqa: ARG002 - its reference says all
        """Return the content of a file that somebody sent; WeCom keeps it for three days.

        Raises:
            FileUnavailable: Too large, expired, or not to be had.
        """
        return await by_reference(attachment, partial(self._api.file, most=most))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a callback; the bot works on it afterwards."""
        return await self._callbacks.handle(request)

    async def close(self) -> None:
        """End all connections; `incoming` ends after what has already arrived."""
        self._inbox.close()
        await self._api.close()

    async def examine(self) -> list[Finding]:
        """Look at the secret, the application behind it, whom it reaches, and the clocks."""
        return await examination.look(self._api, self._people, self._clock.now(), self.name, wire.LIMIT)

    async def _send(self, part: Outgoing) -> str:
        text = self._repeats.distinct(part.room, part.text, self._clock.monotonic())
        body = wire.outgoing(replace(part, text=text), self.name, self._settings.agent_id)
        return await self._delivered(part, body)

    async def _delivered(self, part: Outgoing, body: dict[str, Any]) -> str:
        try:
            answer = await self._api.send(body)
        except DeliveryFailed as failed:
            if not failed.is_unknown or failed.retry_after is None:
                raise
            # The very same text once more: WeCom drops it if the first one has arrived.
            answer = await self._api.send(body)
        if answer.invaliduser:
            raise DeliveryFailed(say("企业微信没有送达：没有这个成员，或他不在应用的可见范围里"))
        return answer.msgid if isinstance(answer.msgid, str) and answer.msgid else f"key:{part.key}"
