"""One application of the QQ platform: what comes in by gateway or webhook, and what goes out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

import structlog
from aiohttp import web

from adapters.contract import (
    Attachment,
    Capabilities,
    File,
    Finding,
    Incoming,
    Notice,
    Outgoing,
    Quota,
    Surroundings,
)
from adapters.delivery import Delivery as PartByPart
from adapters.downloads import downloaded
from adapters.inbox import Inbox
from adapters.qq import examination, wire
from adapters.qq.api import Api, NotReached, Unanswered
from adapters.qq.delivery import Delivery
from adapters.qq.frames import LARGEST, Envelope, Op
from adapters.qq.gateway import Gateway
from adapters.qq.settings import Settings
from adapters.qq.tokens import NoToken
from adapters.qq.webhook import Challenge, Refused, Signer, admit
from adapters.qq.windows import GROUP_REPLIES, GROUP_WINDOW
from adapters.splitting import split
from adapters.wording import say

_log = structlog.get_logger(__name__)

LONGEST: Final = 1800  # characters; the platform does not say, and takes this
_BODY_WITHIN: Final = 10.0  # seconds
_LARGEST_FILE: Final = 10_000_000  # it travels as base64 in one request
_REMEMBERED: Final = (
    20_000  # messages that a quote may name, and rooms and people that were mentioned in the log
)


class QQAdapter:
    """Speaks for one application: it answers where it was spoken to lately, and speaks first where it may."""

    def __init__(
        self,
        settings: Settings,
        surroundings: Surroundings,
        *,
        jitter: Callable[[], float],  # in [0, 1)
        seal: Signer | None = None,  # of the webhook
        save_within_seconds: float = 4.0,  # a call of the webhook waits until what it brought is saved
    ) -> None:
        self.name = surroundings.name
        self.capabilities = Capabilities(
            sees_all_messages=False,  # only where the owner of a group allows it
            accounts_are_local=True,  # openids
            can_push=False,  # likewise; it is tried all the same
            can_quote=settings.quote,
            has_buttons=settings.buttons,
            reply_window=GROUP_WINDOW,
            replies_per_message=GROUP_REPLIES,
            per_minute_room=settings.per_minute_room or None,
            quotas=_quotas(settings),
            max_length=LONGEST,
            max_file_bytes=_LARGEST_FILE,
            files_in_groups=False,  # pictures only; a refused one would reach the duty room all the same
        )
        self._settings = settings
        self._surroundings = surroundings
        self._clock = surroundings.clock
        self._seal = seal
        names = {person.account: person.name for person in surroundings.people}
        self._view = wire.View(surroundings.name, surroundings.bot_name, names)
        self._api = Api(settings, self._clock)
        self._ids: dict[str, str] = {}  # of messages, by the index that a quote names
        self._indices: dict[str, str] = {}  # the other way round
        self._delivery = Delivery(
            self.name,
            self._clock,
            self._api,
            has_markdown=settings.buttons,
            index_of=self._index_of,
        )
        self._parts = PartByPart(partial(split, limit=LONGEST, size=len), self._delivery.send)
        self._gateway = Gateway(
            settings, self._api, adapter=self.name, clock=self._clock, jitter=jitter, take=self._take_in_order
        )
        self._inbox = Inbox()
        self._save_within = save_within_seconds
        self._known = {*names, *(room.address for room in surroundings.rooms)}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False
        self._log = _log.bind(adapter=surroundings.name)

    @property
    def is_connected(self) -> bool:
        """True while events come in; with a webhook, until the platform refuses app id and secret."""
        if self._settings.mode == "webhook":
            return not self._is_closed and not self._api.tokens.is_refused
        return self._gateway.is_ready

    def incoming(self) -> AsyncIterator[Incoming | Notice]:
        """Yield what people say; the gateway is connected for as long as this is read."""
        if self._settings.mode == "websocket":
            return self._inbox.fed_by(self._gateway.run())
        return self._inbox.messages()

    def is_push(self, room: str, quotes: str | None) -> bool:  # noqa: ARG002 - any open window of the room is used
        """Say whether a message would be said first: nothing in the room can be answered any more."""
        return not self._delivery.windows.is_open(room, self._clock.monotonic())

    async def send(self, message: Outgoing) -> str:
        """Deliver a message and return the index by which quotes will name it.

        Raises:
            DeliveryFailed: It was refused, nothing can be answered and the bot may not speak first, or its fate is unknown.
        """
        return await self._parts.deliver(message)

    async def fetch(self, room: str, attachment: Attachment, most: int) -> bytes:  # noqa: ARG002 - its address says all
        """Return the content of a file that somebody sent; the platform keeps it for some time.

        Raises:
            FileUnavailable: Too large, expired, or on a host that is not allowed.
        """
        return await downloaded(attachment.url, most=most, hosts=self._settings.file_hosts)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Take one call of the platform's webhook."""
        if self._settings.mode != "webhook" or self._seal is None:
            return web.Response(status=404, text="this adapter connects by itself (mode = websocket)")
        if self._is_closed:
            return web.Response(status=503, text="shutting down")
        if request.method != "POST":
            return web.Response(status=405, text="POST is expected here", headers={"Allow": "POST"})
        body = await _body(request)
        if isinstance(body, bytes):
            call = admit(self._settings, self._seal, request.headers, body, self._clock.now())
        else:
            call = body
        if isinstance(call, Refused):
            self._log.warning("call refused", action="qq_call_refused", status=call.status, why=call.reason)
            return web.Response(status=call.status, text=call.reason)
        if isinstance(call, Challenge):
            self._log.info("address confirmed", action="qq_challenge")
            return web.json_response(dict(call.answer))
        if self._inbox.is_full:
            self._log.error("too many messages are waiting", action="qq_call_shed")
            return web.json_response({"op": Op.CALLBACK_ACK, "d": 1}, status=503)
        found = self._take(call.envelope)
        receipt = self._inbox.put_for_receipt(found) if found is not None else None
        if found is not None and not (receipt and await receipt.wait(self._save_within)):
            return web.json_response({"op": Op.CALLBACK_ACK, "d": 1}, status=503)
        return web.json_response({"op": Op.CALLBACK_ACK, "d": 0})

    async def send_file(self, message: Outgoing, file: File) -> str:
        """Deliver a file to a person and return the index by which quotes will name it.

        Raises:
            DeliveryFailed: Refused, nothing can be answered, or its fate is unknown.
        """
        return await self._delivery.send_file(message, file)

    async def close(self) -> None:
        """End all connections; `incoming` ends after what has already arrived."""
        if self._is_closed:
            return
        self._is_closed = True
        self._inbox.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._api.close()

    async def examine(self) -> list[Finding]:
        """Look at app id and secret, the gateway, the clock, and what the bot may do in the configured groups."""
        now = self._clock.monotonic()
        return await examination.of(
            self._settings,
            self._surroundings,
            self._api,
            lambda room: self._delivery.pushes.why_not(room, now),
        )

    async def _take_in_order(self, envelope: Envelope) -> None:
        found = self._take(envelope)
        if found is not None:
            if self._inbox.is_full:
                self._log.error("too many messages are waiting", action="qq_inbox_full")
            await self._inbox.put_when_free(found)

    def _take(self, envelope: Envelope) -> Incoming | Notice | None:
        found = wire.read(envelope, self._view)
        if found is None:
            self._log.debug("event ignored", action="qq_event_ignored", kind=str(envelope.t)[:64])
            return None
        if isinstance(found, wire.Said):
            return self._hear(found)
        if isinstance(found, wire.Pressed):
            return self._press(found)
        if isinstance(found, Notice):
            return found
        return self._change(found)

    def _hear(self, said: wire.Said) -> Incoming:
        message = said.message
        if said.index is not None:
            self._remember(message.message_id, said.index)
        if message.quotes is not None:
            # The bot's own messages are known by their index, so that quotes of them survive a restart.
            message = replace(message, quotes=self._ids.get(message.quotes, message.quotes))
        self._delivery.windows.heard(message.room, message.message_id, self._clock.monotonic())
        self._introduce(message)
        return message

    def _press(self, pressed: wire.Pressed) -> Incoming | None:
        # Beside everything else: the platform waits three seconds, and people see a spinning button.
        self._start(self._acknowledge(pressed.interaction))
        if pressed.message is not None:
            self._delivery.windows.heard(
                pressed.message.room, pressed.event, self._clock.monotonic(), is_event=True
            )
        return pressed.message

    def _change(self, changed: wire.Changed) -> Notice | None:
        self._log.info(
            "rights changed",
            action="qq_changed",
            what=changed.what,
            room=changed.room,
            may_push=changed.may_push,
        )
        now = self._clock.monotonic()
        if changed.may_push is False:
            self._delivery.pushes.refused(
                changed.room, say("对方关闭了机器人的主动消息，或机器人已不在那里"), now, is_told=True
            )
        else:
            self._delivery.pushes.allowed(changed.room)
            self._delivery.windows.heard(changed.room, changed.event, now, is_event=True)
        return changed.notice

    def _introduce(self, message: Incoming) -> None:
        """Tell whoever sets the bot up which addresses there are, once each: the platform lists them nowhere."""
        if message.room in self._known and message.sender in self._known:
            return
        if len(self._known) < _REMEMBERED:
            self._known |= {message.room, message.sender}
            self._log.info(
                "not in the configuration",
                action="qq_newcomer",
                room=message.room,
                account=message.sender,
                name=message.sender_name,
            )

    async def _acknowledge(self, interaction: str) -> None:
        try:
            answer = await self._api.acknowledge(interaction)
        except (NoToken, NotReached, Unanswered) as failure:
            self._log.warning("button not acknowledged", action="qq_press_unanswered", why=str(failure))
            return
        if answer.status >= 300:
            self._log.warning("button not acknowledged", action="qq_press_unanswered", why=answer.status)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _remember(self, number: str, index: str) -> None:
        self._ids[index] = number
        self._indices[number] = index
        while len(self._ids) > _REMEMBERED:
            oldest = next(iter(self._ids))
            self._indices.pop(self._ids.pop(oldest), None)

    def _index_of(self, number: str) -> str | None:
        return self._indices.get(number) if self._settings.quote else None


async def _body(request: web.Request) -> bytes | Refused:
    """Read what was sent, up to what an event can be, for as long as a call may take."""
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_WITHIN):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > LARGEST:
                    return Refused(413, f"larger than {LARGEST} bytes")
    except TimeoutError:
        return Refused(408, "the body did not come")
    return bytes(body)


def _quotas(settings: Settings) -> tuple[Quota, ...]:
    """Return what the platform lets the bot say first."""
    room = Quota(settings.per_day_room, timedelta(days=1), only_pushes=True)
    everywhere = Quota(settings.per_minute, timedelta(minutes=1), is_of_room=False, only_pushes=True)
    return tuple(quota for quota in (room, everywhere) if quota.most)
