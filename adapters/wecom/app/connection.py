"""One WeCom application: what comes in through its callback, and what goes out through the HTTP interface."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any, Final

import structlog
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
    Quota,
    Surroundings,
)
from adapters.delivery import Delivery
from adapters.downloads import by_reference
from adapters.inbox import Inbox
from adapters.remembered import RememberedValues
from adapters.splitting import split
from adapters.wechat.answers import Answer, Rejected
from adapters.wechat.callbacks import Callbacks, taking
from adapters.wechat.crypto import Seal, read_key
from adapters.wechat.door import Door
from adapters.wechat.xml import sealed_in
from adapters.wecom import cards
from adapters.wecom.app import examination, wire
from adapters.wecom.app.api import Api
from adapters.wecom.app.repeats import Repeats
from adapters.wecom.app.settings import Settings
from adapters.wecom.doubtful import Doubtful
from adapters.wecom.errors import LARGEST_FILE
from adapters.wording import say

_log = structlog.get_logger(__name__)

_MOST: Final = 5000
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
            can_edit=settings.cards,  # once after it was sent, and once after each press
            has_buttons=settings.cards,
            per_minute_room=30,
            quotas=_quotas(settings),
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
            take=taking(self._inbox, self._read, adapter=self.name),
        )
        self._people = surroundings.people
        self._api = Api(settings, surroundings.clock)
        self._delivery = Delivery(partial(split, limit=_LONGEST_PART), self._send)
        self._repeats = Repeats(_REMEMBERED)
        self._codes = RememberedValues[str, str](_MOST)  # by card: with what it can be changed once
        self._doubtful = Doubtful(_MOST)
        self._log = _log.bind(adapter=self.name)

    def incoming(self) -> AsyncIterator[Incoming | Notice]:
        """Yield what members say."""
        return self._inbox.messages()

    async def send(self, message: Outgoing) -> str:
        """Deliver a message, or change a card, and return its id at WeCom.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        if message.edits is not None:
            return await self._change(message, message.edits)
        return await self._delivery.deliver(message)

    def can_change(self, platform_id: str) -> bool:
        """Say whether a card could be changed now: a code for it is known."""
        return cards.number_in(platform_id) in self._codes

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

    def _read(self, document: bytes) -> Incoming | None:
        message = wire.incoming(document, self._view)
        if message is not None and message.command is not None:
            self._keep_code(*wire.change_code(document))
        return message

    async def _send(self, part: Outgoing) -> str:
        if self._settings.cards and cards.fits(part):
            try:
                return await self._card(part)
            except Rejected as rejected:
                if rejected.retry_after is not None:
                    raise
                self._log.warning("no card", action="wecom_card_refused", why=rejected.reason)
        text = self._repeats.distinct(part.room, part.text, self._clock.monotonic())
        body = wire.outgoing(replace(part, text=text), self.name, self._settings.agent_id)
        return await self._delivered(part, body)

    async def _card(self, part: Outgoing) -> str:
        task = cards.number_of(part)
        body = wire.card(part, self.name, self._settings.agent_id, task)
        with self._doubtful.trying(task):
            answer = _reached(await self._api.send(body))
            self._keep_code(task, answer.response_code)
        return f"{cards.MARK}{task}"

    async def _change(self, message: Outgoing, earlier: str) -> str:
        """Give a card another text and other buttons while there is a code for it; else it stays, and the next message carries what is new."""
        task = cards.number_in(earlier)
        code = self._codes.take(task, "")
        wire.member(message.room, self.name)
        if code:
            body = wire.change(message, self.name, self._settings.agent_id, task, code)
            try:
                self._keep_code(task, (await self._api.change(body)).response_code)
            except DeliveryFailed as failed:
                self._log.info("card not changed", action="wecom_card_unchanged", why=failed.reason)
        return earlier

    def _keep_code(self, task: str, code: object) -> None:
        if task and isinstance(code, str) and code:
            self._codes.note(task, code)

    async def _delivered(self, part: Outgoing, body: dict[str, Any]) -> str:
        try:
            answer = await self._api.send(body)
        except DeliveryFailed as failed:
            if not failed.is_unknown or failed.retry_after is None:
                raise
            # The very same text once more: WeCom drops it if the first one has arrived.
            answer = await self._api.send(body)
        _reached(answer)
        return answer.msgid if isinstance(answer.msgid, str) and answer.msgid else f"key:{part.key}"


def _reached(answer: Answer) -> Answer:
    if answer.invaliduser:
        raise DeliveryFailed(say("企业微信没有送达：没有这个成员，或他不在应用的可见范围里"))
    if answer.unlicenseduser:
        raise DeliveryFailed(say("企业微信没有送达：这个成员没有“接口许可”，或已过期，请到企业微信后台续上"))
    return answer


def _quotas(settings: Settings) -> tuple[Quota, ...]:
    """Return how much a member may get an hour, and the enterprise a day, which depends on how many accounts it has."""
    member = Quota(1000, timedelta(hours=1))
    enterprise = Quota(200 * settings.accounts, timedelta(days=1), is_of_room=False)
    return (member, enterprise) if settings.accounts else (member,)
