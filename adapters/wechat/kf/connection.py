"""One customer service: what is pulled when its doorbell rings, and what goes out through the HTTP interface."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial

import structlog
from aiohttp import web
from msgspec.structs import replace

from adapters.contract import DeliveryFailed, File, Finding, Incoming, Notice, Outgoing, Surroundings
from adapters.delivery import Delivery
from adapters.inbox import Inbox
from adapters.splitting import split
from adapters.wechat.callbacks import Callbacks
from adapters.wechat.crypto import Seal, read_key
from adapters.wechat.customers import CAPABILITIES, LONGEST_PART
from adapters.wechat.door import Door
from adapters.wechat.kf import examination, wire
from adapters.wechat.kf.api import Api
from adapters.wechat.kf.frames import Item
from adapters.wechat.kf.pulling import Pulling
from adapters.wechat.kf.sending import GREETED_WITHIN, Sending
from adapters.wechat.kf.settings import Settings
from adapters.wechat.xml import sealed_in
from adapters.wecom.errors import LARGEST_FILE
from adapters.wording import say

_log = structlog.get_logger(__name__)


class KfAdapter:
    """Answers customers one by one, within 48 hours and at most five times for each message of theirs."""

    def __init__(
        self,
        settings: Settings,
        surroundings: Surroundings,
        *,
        jitter: Callable[[], float],  # in [0, 1)
    ) -> None:
        self.name = surroundings.name
        self.capabilities = replace(CAPABILITIES, max_file_bytes=LARGEST_FILE)
        self._settings = settings
        self._clock = surroundings.clock
        names = {person.account: person.name for person in surroundings.people}
        self._view = wire.View(surroundings.name, surroundings.bot_name, names)
        self._catch_up = timedelta(minutes=settings.catch_up_minutes)
        self._inbox = Inbox()
        self._callbacks = Callbacks(
            Door(settings.token, Seal(read_key(settings.aes_key), settings.corp_id)),
            adapter=self.name,
            clock=surroundings.clock,
            inbox=self._inbox,
            sealed_in=sealed_in,
            take=self._take,
        )
        self._api = Api(settings, surroundings.clock)
        self._pulling = Pulling(
            self._api, surroundings.clock, adapter=self.name, jitter=jitter, take=self._take_all
        )
        self._sending = Sending(self._api, self._pulling, self.name, surroundings.clock)
        self._delivery = Delivery(partial(split, limit=LONGEST_PART), self._sending.send)
        self._log = _log.bind(adapter=self.name)

    @property
    def is_connected(self) -> bool:
        """True while what customers say can be pulled."""
        return self._pulling.is_well

    def incoming(self) -> AsyncIterator[Incoming | Notice]:
        """Yield what customers say; it is pulled for as long as this is read."""
        return self._inbox.fed_by(self._pulling.run())

    async def send(self, message: Outgoing) -> str:
        """Deliver a message and return its id.

        Raises:
            DeliveryFailed: The window is closed, refused, not reached, or it is unknown whether it arrived.
        """
        if self._inbox.is_closed:
            raise DeliveryFailed(say("正在停止"), retry_after=timedelta(seconds=5))
        return await self._delivery.deliver(message)

    async def send_file(self, message: Outgoing, file: File) -> str:
        """Deliver a file and return its id.

        Raises:
            DeliveryFailed: The window is closed, refused, not reached, or it is unknown whether it arrived.
        """
        if self._inbox.is_closed:
            raise DeliveryFailed(say("正在停止"), retry_after=timedelta(seconds=5))
        return await self._sending.send_file(message, file)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a callback; what it announces is pulled afterwards."""
        return await self._callbacks.handle(request)

    async def close(self) -> None:
        """End all connections; `incoming` ends after what has already arrived."""
        self._inbox.close()
        await self._api.close()

    async def examine(self) -> list[Finding]:
        """Look at the secret, the accounts it opens, and the clocks."""
        return await examination.look(self._api, self._clock.now(), self.name)

    def _take(self, document: bytes) -> None:
        # Answered at once: what a bell announces is still there after a crash.
        bell = wire.bell(document, self._settings.corp_id, self._settings.agent_id)
        if bell is None:
            self._log.debug("event ignored", action="kf_event_ignored")
        else:
            self._pulling.ring(bell)

    async def _take_all(self, found: list[Item], is_new: bool) -> None:
        heard = []
        for item in found:
            if (notice := wire.recalled(item, self._view)) is not None:
                await self._inbox.put_when_free(notice)
            elif (entered := wire.entered(item, self._view)) is not None:
                await self._welcome(item, *entered)
            elif (message := self._heard(item)) is not None:
                heard.append(message)
        # The first pull of a run brings three days; what a later one brings late could not be pulled before.
        fresh = [message for message in heard if is_new or not self._is_old(message)]
        if len(fresh) < len(heard):
            self._log.info("not answered any more", action="kf_too_old", count=len(heard) - len(fresh))
        unknown = [message.sender for message in fresh if message.sender not in self._view.people]
        names = await self._api.nicknames(sender.partition(":")[2] for sender in unknown)
        for message in fresh:
            name = names.get(message.sender.partition(":")[2]) or message.sender_name
            # It can be pulled again, so it waits here rather than being lost.
            message = dataclasses.replace(message, sender_name=name, is_late=self._is_old(message))
            await self._inbox.put_when_free(message)

    async def _welcome(self, item: Item, opened: Incoming, code: str) -> None:
        """Let somebody who opened the chat be greeted, while the platform takes that."""
        customer, account = wire.account_of(item)
        age = self._clock.now() - opened.sent_at if opened.sent_at is not None else timedelta()
        if age < GREETED_WITHIN and not self._sending.is_staffed(customer):
            self._sending.entered(customer, account, code)
            await self._inbox.put_when_free(opened)

    def _heard(self, item: Item) -> Incoming | None:
        """Learn from an item what it tells, and return what a customer said in it if that is for the bot."""
        customer, account = wire.account_of(item)
        if customer and account:
            self._sending.wrote(customer, account)
        if (change := wire.served(item)) is not None:
            self._sending.served(change)
        elif (lost := wire.undelivered(item)) is not None:
            self._log.error(
                "not delivered after all",
                action="kf_not_delivered",
                customer=lost.customer,
                message=lost.message_id,
                why=lost.why,
            )
        message = wire.incoming(item, self._view)
        if message is None or self._sending.is_staffed(customer):
            self._log.debug("not for the bot", action="kf_item_ignored", kind=str(item.msgtype)[:60])
            return None
        return message

    def _is_old(self, message: Incoming) -> bool:
        return message.sent_at is not None and self._clock.now() - message.sent_at > self._catch_up
