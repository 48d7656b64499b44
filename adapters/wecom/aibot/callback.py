"""One intelligent robot through its encrypted callback: it may answer what it heard, and not speak first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Final

import structlog
from aiohttp import web
from yarl import URL

from adapters.admission import Refused
from adapters.clock_check import compared
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
from adapters.inbox import Inbox
from adapters.json_frames import Unreadable
from adapters.receipt import Receipt
from adapters.said import Said
from adapters.wechat.answers import OK, Rejected
from adapters.wechat.callbacks import Callbacks, taken
from adapters.wechat.crypto import Seal, read_key
from adapters.wechat.door import Door
from adapters.wechat.interface import Interface
from adapters.wecom import cards
from adapters.wecom.aibot import files, frames, wire
from adapters.wecom.aibot.card_answers import CardAnswers
from adapters.wecom.aibot.frames import Body
from adapters.wecom.aibot.replies import Replies, Reply
from adapters.wecom.aibot.settings import Settings
from adapters.wecom.enterprise import PLATFORM
from adapters.wecom.errors import failure
from adapters.wording import say

_log = structlog.get_logger(__name__)

_WINDOW: Final = timedelta(minutes=55)  # the platform allows an hour
_LONGEST_ADDRESS: Final = 2048


class CallbackAdapter:
    """Hears callbacks, and answers each once through the address that came with it."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self.name = surroundings.name
        self.capabilities = Capabilities(
            sees_all_messages=False,
            can_push=False,
            can_quote=False,
            can_edit=settings.cards,  # in the answer to the press of one of its buttons
            has_buttons=settings.cards,
            reply_window=_WINDOW,
            replies_per_message=1,
            per_minute_room=30,
            quotas=(Quota(1000, timedelta(hours=1)),),
            max_length=wire.LIMIT,
            length_unit="bytes",
        )
        self._settings = settings
        self._clock = surroundings.clock
        self._view = wire.View(surroundings.name, surroundings.bot_name, surroundings.people)
        self._inbox = Inbox()
        self._replies = Replies()
        self._said = Said()
        self._delivery = Delivery(wire.parts, self._send)
        self._server = Interface(settings.api_base, PLATFORM)
        self._origin = URL(settings.api_base).origin()
        # The robot of an enterprise: the receiver in what is sealed is empty.
        seal = Seal(read_key(settings.aes_key), "")
        self.changes = CardAnswers(settings.token, seal, surroundings.clock)
        self._callbacks = Callbacks(
            Door(settings.token, seal),
            adapter=self.name,
            clock=surroundings.clock,
            inbox=self._inbox,
            sealed_in=_sealed_in,
            take=self._take,
            answer=self.changes.answer,
            refused=self.changes.refused,
        )
        self._log = _log.bind(adapter=self.name)

    def incoming(self) -> AsyncIterator[Incoming | Notice]:
        """Yield what people say."""
        return self._inbox.messages()

    async def send(self, message: Outgoing) -> str:
        """Answer the message that is quoted, else the latest one in the room that has no answer yet; or change a card that was pressed.

        Raises:
            DeliveryFailed: Nothing can be answered there any more, refused, or it is unknown whether it arrived.
        """
        if message.edits is not None:
            wire.outgoing(message, self.name)
            number = cards.number_in(message.edits)
            if number and not self.changes.change(number, cards.card(message, number)):
                self._log.debug("card not changed", action="wecom_card_unchanged", room=message.room)
            return message.edits
        return await self._delivery.deliver(message)

    def can_change(self, platform_id: str) -> bool:
        """Say whether a card could be changed now: one of its buttons was just pressed."""
        return self.changes.is_awaited(cards.number_in(platform_id))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a callback; the bot works on it afterwards."""
        return await self._callbacks.handle(request)

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
        return await files.fetched(
            attachment, most, hosts=self._settings.file_hosts, key=self._settings.aes_key
        )

    async def close(self) -> None:
        """End all connections; `incoming` ends after what has already arrived."""
        self._inbox.close()
        await self._server.close()

    async def examine(self) -> list[Finding]:
        """Say where the platform must call; whether it does shows only there."""
        says = say(
            "请在机器人的“API 模式·URL 回调”里填 https://你的域名/hooks/{adapter}，保存成功即验证通过",
            adapter=self.name,
        )
        limits = say("群里只看得到 @它 的消息，每条只能回复一次，不能先开口：要主动提醒请改用长连接")
        times = compared(self._server.server_time, self._clock.now(), PLATFORM)
        return [Finding(say("回调"), True, says), Finding(say("权限"), True, limits), *times]

    async def _send(self, part: Outgoing) -> str:
        sent = wire.outgoing(part, self.name)
        # Each address takes one answer, so words that call somebody go before a card, which calls nobody.
        is_card = self._settings.cards and cards.fits(part) and not wire.calls(part, self.name)
        number = f"{cards.MARK}{cards.number_of(part)}" if is_card else f"key:{part.key}"
        body = _card(part) if is_card else sent.posted()
        try:
            await self._answer(part, body)
        except Rejected as rejected:
            if not is_card or rejected.retry_after is not None:
                raise
            self._log.warning("no card", action="wecom_card_refused", why=rejected.reason)
            await self._answer(part, sent.posted())
            number = f"key:{part.key}"
        self._said.remember(part.room, number, part.text, sent.content)
        return number

    async def _answer(self, part: Outgoing, body: dict[str, Any]) -> None:
        """Answer a message through its address, which is used up only by what is taken."""
        now = self._clock.monotonic()
        reply = self._replies.take(part.quotes, part.room, now) or self._replies.take_latest(part.room, now)
        if reply is None:
            raise DeliveryFailed(say("回调模式的机器人不能主动发言，要等有人再 @ 它；改用长连接就可以"))
        try:
            answer = await self._server.request("POST", URL(reply.through, encoded=True), body)
        except DeliveryFailed as failed:
            if failed.is_unknown:
                # The address holds for one answer, and that may have been it.
                raise DeliveryFailed(failed.reason, is_unknown=True) from failed
            self._replies.add(part.quotes or part.key, reply)
            raise
        if answer.code != OK:
            self._replies.add(part.quotes or part.key, reply)
            raise Rejected(failure(answer.code, answer.words).reason, answer.code)

    def _take(self, content: bytes) -> Receipt | None:
        try:
            body = frames.decode_body(content)
        except Unreadable as error:
            raise Refused(400, str(error)) from error
        message = wire.incoming(body, self._view, self._said)
        if message is None:
            self._log.debug("message ignored", action="wecom_message_ignored", kind=str(body.msgtype)[:60])
            return None
        receipt = taken(self._inbox, message)
        if card := wire.card_pressed(body):
            self.changes.pressed(receipt, card)
        if address := self._address(body):
            until = self._clock.monotonic() + _WINDOW.total_seconds()
            self._replies.add(message.message_id, Reply(message.room, address, until))
        return receipt

    def _address(self, body: Body) -> str:
        """Return where to answer, if that is on the configured server: nothing is ever sent elsewhere."""
        found = body.response_url
        if not isinstance(found, str) or not 0 < len(found) <= _LONGEST_ADDRESS:
            return ""
        try:
            if URL(found, encoded=True).origin() == self._origin:
                return found
        except ValueError:  # no address at all
            self._log.debug("no address", action="wecom_address_unreadable")
        self._log.warning(
            "cannot be answered", action="wecom_address_refused", why="not on the configured server"
        )
        return ""


def _sealed_in(body: bytes) -> str:
    try:
        sealed = frames.decode_body(body).encrypt
    except Unreadable as error:
        raise Refused(400, str(error)) from error
    if not isinstance(sealed, str) or not sealed:
        raise Refused(400, "nothing is encrypted in it")
    return sealed


def _card(part: Outgoing) -> dict[str, Any]:
    return {"msgtype": "template_card", "template_card": cards.card(part, cards.number_of(part))}
