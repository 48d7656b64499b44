"""What a bot does before it listens: says who it is, offers its menu, and settles how updates arrive."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog
from telegram import Bot, User
from telegram.error import ChatMigrated, TelegramError

from adapters.contract import DeliveryFailed, RoomKind, Surroundings
from adapters.telegram import menu
from adapters.telegram.acquaintances import Acquaintances
from adapters.telegram.addresses import can_move, place
from adapters.telegram.examination import host_of
from adapters.telegram.failures import said
from adapters.telegram.polling import Patience
from adapters.telegram.settings import Settings
from adapters.telegram.transport import understood
from adapters.telegram.wire import ALLOWED, Moved

_log = structlog.get_logger(__name__)

_T = TypeVar("_T")
_CONNECTIONS: Final = 20  # that Telegram may open to the webhook at once


class Beginning:
    """The steps in order; what must succeed is tried until it does."""

    def __init__(self, bot: Bot, settings: Settings, surroundings: Surroundings, patience: Patience) -> None:
        self._bot = bot
        self._settings = settings
        self._surroundings = surroundings
        self._patience = patience
        self._log = _log.bind(adapter=surroundings.name)

    async def who_am_i(self) -> User:
        """Ask until Telegram has said it."""
        me = await self._until_done(self._ask_who)
        self._log.info("connected", action="telegram_connected", username=me.username, id=me.id)
        if not me.can_read_all_group_messages:
            self._log.warning(
                "privacy mode: in groups only messages to the bot are seen, unless it is an administrator",
                action="telegram_privacy",
            )
        return me

    async def offer_menu(self) -> None:
        """Set the menu of commands; without it everything can still be typed."""
        try:
            await understood(menu.offer(self._bot, self._surroundings.language))
        except TelegramError as error:
            self._log.warning("no menu", action="telegram_no_menu", why=said(error))

    async def find_moved(self, known: Acquaintances) -> None:
        """Ask for the small groups of the configuration, which may have become supergroups while we were away."""
        for chat in self._small_groups():
            try:
                await understood(self._bot.get_chat(chat))
            except ChatMigrated as moved:
                known.moved(Moved(chat, moved.new_chat_id))
            except TelegramError as error:
                self._log.warning("group not found", action="telegram_no_group", chat=chat, why=said(error))

    async def settle_webhook(self) -> None:
        """Tell Telegram our address, or take back the one it has: it would keep everything from those who ask."""
        if self._settings.mode == "polling":
            await self._until_done(self._unregister)
        elif self._settings.url:
            await self._until_done(self._register)

    async def _ask_who(self) -> User:
        me = await self._bot.get_me()
        if type(me.id) is not int or not isinstance(me.username, str):
            raise TelegramError("Invalid server response")
        return me

    async def _register(self) -> None:
        await self._bot.set_webhook(
            self._settings.url,
            secret_token=self._settings.secret_token,
            allowed_updates=ALLOWED,
            max_connections=_CONNECTIONS,
        )

    async def _unregister(self) -> None:
        info = await self._bot.get_webhook_info()
        if info.url:
            self._log.warning("webhook taken back", action="telegram_webhook_removed", host=host_of(info.url))
            await self._bot.delete_webhook(drop_pending_updates=False)

    async def _until_done(self, step: Callable[[], Awaitable[_T]]) -> _T:
        while True:
            try:
                result = await understood(step())
            except TelegramError as error:
                await self._patience.after(error)
            else:
                self._patience.reset()
                return result

    def _small_groups(self) -> list[int]:
        chats = []
        for room in self._surroundings.rooms:
            try:
                where = place(room.address, self._surroundings.name)
            except DeliveryFailed as failed:
                self._log.error("wrong address", action="telegram_wrong_address", why=failed.reason)
                continue
            if where.kind is RoomKind.GROUP and can_move(where.chat):
                chats.append(where.chat)
        return chats
