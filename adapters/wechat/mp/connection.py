"""One official account: what comes in through its callback, and what goes out through the HTTP interface."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

from aiohttp import web

from adapters.contract import Finding, Incoming, Notice, Outgoing, Surroundings
from adapters.delivery import Delivery
from adapters.inbox import Inbox
from adapters.splitting import split
from adapters.wechat.callbacks import Callbacks, taking
from adapters.wechat.crypto import Seal, read_key
from adapters.wechat.customers import CAPABILITIES, LONGEST_PART
from adapters.wechat.door import Door
from adapters.wechat.mp import examination, wire
from adapters.wechat.mp.api import Api
from adapters.wechat.mp.settings import Settings
from adapters.wechat.xml import sealed_in


class MpAdapter:
    """Answers followers one by one, within 48 hours and about five times for each message of theirs."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self.name = surroundings.name
        self.capabilities = CAPABILITIES
        self._clock = surroundings.clock
        names = {person.account: person.name for person in surroundings.people}
        self._view = wire.View(surroundings.name, surroundings.bot_name, names)
        self._inbox = Inbox()
        self._callbacks = Callbacks(
            Door(settings.token, Seal(read_key(settings.aes_key), settings.app_id), echoes_openly=True),
            adapter=self.name,
            clock=surroundings.clock,
            inbox=self._inbox,
            sealed_in=sealed_in,
            take=taking(self._inbox, partial(wire.incoming, view=self._view), adapter=self.name),
        )
        self._api = Api(settings, surroundings.clock)
        self._delivery = Delivery(partial(split, limit=LONGEST_PART), self._send)

    def incoming(self) -> AsyncIterator[Incoming | Notice]:
        """Yield what followers say."""
        return self._inbox.messages()

    async def send(self, message: Outgoing) -> str:
        """Deliver a message; WeChat gives no id, so a name made of its key stands for it.

        Raises:
            DeliveryFailed: The window is closed, refused, not reached, or it is unknown whether it arrived.
        """
        return await self._delivery.deliver(message)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a callback; the bot works on it afterwards."""
        return await self._callbacks.handle(request)

    async def close(self) -> None:
        """End all connections; `incoming` ends after what has already arrived."""
        self._inbox.close()
        await self._api.close()

    async def examine(self) -> list[Finding]:
        """Look at the secret, the right to answer, and the clocks."""
        return await examination.look(self._api, self._clock.now(), self.name)

    async def _send(self, part: Outgoing) -> str:
        await self._api.send(wire.outgoing(part, self.name))
        return f"key:{part.key}"
