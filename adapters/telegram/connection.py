"""One Telegram bot: how it connects, what comes in, and what goes out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Final

import structlog
from aiohttp import web
from msgspec.structs import replace
from telegram import Bot

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
from adapters.inbox import Inbox
from adapters.telegram import door, examination, files
from adapters.telegram.acquaintances import Acquaintances
from adapters.telegram.beginning import Beginning
from adapters.telegram.hearing import Hearing
from adapters.telegram.outgoing import LIMIT
from adapters.telegram.polling import Patience, keep_polling
from adapters.telegram.presses import Presses
from adapters.telegram.sending import Sending
from adapters.telegram.settings import Settings
from adapters.telegram.transport import Transport
from adapters.wording import say

_log = structlog.get_logger(__name__)

LARGEST_FILE: Final = 50_000_000  # what Telegram takes of bots
_PER_MINUTE: Final = 1500  # Telegram's own limit is about 30 a second
MOST_WAITING: Final = 1000  # Telegram keeps the others
_AFTER_RESTART: Final = timedelta(seconds=5)


class TelegramAdapter:
    """Speaks for one bot."""

    def __init__(
        self,
        settings: Settings,
        surroundings: Surroundings,
        *,
        jitter: Callable[[], float],  # in [0, 1)
        save_within_seconds: float = 4.0,  # a call of the webhook waits until what it brought is saved
    ) -> None:
        self.name = surroundings.name
        self.capabilities = Capabilities(
            can_edit=True,
            has_buttons=True,
            per_minute_room=settings.per_minute_room or None,
            per_minute=_PER_MINUTE,
            max_length=LIMIT,
            max_file_bytes=LARGEST_FILE,
            length_unit="utf16",
        )
        clock = surroundings.clock
        self._settings = settings
        self._save_within = save_within_seconds
        self._surroundings = surroundings
        self._transport = Transport(
            clock=clock, proxy=settings.proxy, timeout_seconds=settings.api_timeout_seconds
        )
        self._bot = Bot(
            settings.token,
            base_url=settings.base_url,
            base_file_url=settings.base_file_url,
            request=self._transport,
            get_updates_request=self._transport,
        )
        self._known = Acquaintances(surroundings)
        self._presses = Presses()
        self._sending = Sending(self._bot, self.name, clock=clock, presses=self._presses, known=self._known)
        self._patience = Patience(self.name, clock, jitter)
        self._inbox = Inbox(MOST_WAITING)
        self._hearing: Hearing | None = None  # from the moment Telegram has told who the bot is
        self._is_reached = False
        self._log = _log.bind(adapter=self.name)

    @property
    def is_connected(self) -> bool:
        """True while Telegram answers or calls."""
        return self._is_reached and not self._inbox.is_closed

    def incoming(self) -> AsyncIterator[Incoming | Notice]:
        """Yield what people say; the connection is kept for as long as this is read."""
        return self._inbox.fed_by(self._work())

    async def send(self, message: Outgoing) -> str:
        """Deliver a message and return its id on Telegram.

        Raises:
            DeliveryFailed: Not reached, refused, or it is unknown whether it arrived.
        """
        if self._inbox.is_closed:
            raise DeliveryFailed(say("与 Telegram 的连接已关闭"), retry_after=_AFTER_RESTART)
        return await self._sending.deliver(message)

    async def send_file(self, message: Outgoing, file: File) -> str:
        """Deliver a file as a document and return its id on Telegram.

        Raises:
            DeliveryFailed: Not reached, refused, or it is unknown whether it arrived.
        """
        if self._inbox.is_closed:
            raise DeliveryFailed(say("与 Telegram 的连接已关闭"), retry_after=_AFTER_RESTART)
        return await self._sending.send_file(message, file)

    async def fetch(self, room: str, attachment: Attachment, most: int) -> bytes:  # noqa: ARG002 - its reference says all
        """Return the content of a file that somebody sent.

        Raises:
            FileUnavailable: Too large (Telegram gives bots no more than 20 MB), expired, or not to be had.
        """
        return await files.fetched(
            self._bot, self._transport, attachment, most, base=self._settings.base_file_url
        )

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Take one update that Telegram brings.

        Answered with 200 as soon as it is saved; what cannot be saved now comes again after a 503.
        """
        if self._settings.mode != "webhook":
            return web.Response(status=404, text="this adapter asks by itself (mode = polling)")
        update = await door.admit(request, self._settings.secret_token)
        if isinstance(update, door.Refused):
            self._log.warning(
                "call refused", action="telegram_call_refused", status=update.status, why=update.reason
            )
            return web.Response(status=update.status, text=update.reason)
        if self._inbox.is_closed or self._inbox.is_full or self._hearing is None:
            return web.Response(status=503, text="not now")
        receipt = self._hearing.take(update)
        if receipt is not None and not await receipt.wait(self._save_within):
            return web.Response(status=503, text="busy")
        return web.Response()

    async def close(self) -> None:
        """End all connections; `incoming` ends after what has already arrived."""
        self._inbox.close()
        if self._hearing is not None:
            await self._hearing.close()
        await self._transport.shutdown()

    async def examine(self) -> list[Finding]:
        """Look at the token, the clock, how updates arrive, and what the bot may do in its groups."""
        return await examination.examine(
            self._bot,
            self._settings,
            self._transport,
            name=self.name,
            rooms=self._surroundings.rooms,
            now=self._surroundings.clock.now(),
        )

    async def _work(self) -> None:
        beginning = Beginning(self._bot, self._settings, self._surroundings, self._patience)
        me = await beginning.who_am_i()
        self.capabilities = replace(self.capabilities, sees_all_messages=bool(me.can_read_all_group_messages))
        await beginning.offer_menu()
        await beginning.find_moved(self._known)
        self._hearing = Hearing(me, self._bot, self._surroundings, self._known, self._presses, self._inbox)
        await beginning.settle_webhook()
        self._is_reached = True
        if self._settings.mode == "webhook":
            await asyncio.Event().wait()  # from here on Telegram calls
        await keep_polling(
            self._bot,
            self._hearing.take,
            clock=self._surroundings.clock,
            patience=self._patience,
            on_state=self._note_reached,
        )

    def _note_reached(self, is_reached: bool) -> None:
        self._is_reached = is_reached
