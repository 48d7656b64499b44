"""What becomes of an update: a message for the bot, an answer to a pressed button, or a line in the log."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, Final

import structlog
from telegram import Bot, User
from telegram.error import TelegramError

from adapters.contract import Incoming, Notice, Surroundings, What
from adapters.inbox import Inbox
from adapters.receipt import Receipt
from adapters.telegram.acquaintances import Acquaintances
from adapters.telegram.failures import said
from adapters.telegram.presses import Presses
from adapters.telegram.view import View
from adapters.telegram.wire import Standing, Unreadable, heard, number_of

_log = structlog.get_logger(__name__)

_MOST_ANSWERS: Final = (
    200  # to pressed buttons, under way at once; more presses are heard, but keep their hour-glass
)
_FORGOTTEN: Final = "这个按钮已经失效，请直接打字 / This button has expired, please type instead"
_GONE: Final = frozenset({"left", "kicked"})
_ADMINISTRATOR: Final = "administrator"


class Hearing:
    """Reads updates in the name of the bot that Telegram says we are."""

    def __init__(
        self,
        me: User,
        bot: Bot,
        surroundings: Surroundings,
        known: Acquaintances,
        presses: Presses,
        inbox: Inbox,
    ) -> None:
        self._bot = bot
        self._known = known
        self._presses = presses
        self._inbox = inbox
        self._sees_all = bool(me.can_read_all_group_messages)
        self._answers: set[asyncio.Task[None]] = set()
        self._log = _log.bind(adapter=surroundings.name)
        self._view = View(
            name=surroundings.name,
            bot_name=surroundings.bot_name,
            bot=me.id,
            username=me.username or "",
            people=known.people,
            usernames=known.usernames,
            homes=known.homes,
        )

    def take(self, update: Any) -> Receipt | None:
        """Read an update; return what the bot settles once its message is saved, or None when there is none in it."""
        try:
            found = heard(update, self._view)
        except Unreadable as error:
            self._log.warning("update ignored", action="telegram_update_ignored", why=str(error))
            return None
        if found.moved is not None:
            self._known.moved(found.moved)
        if found.standing is not None:
            self._note_standing(found.standing)
            return self._put(_notice(found.standing, number_of(update)))
        if found.member is not None:
            return self._put(replace(found.member, key=f"{number_of(update)}"))
        message = found.message
        if message is not None and message.command is not None:
            message = self._with_command(message, message.command)
        if found.query is not None:
            self._answer(found.query, "" if message or not found.message else _FORGOTTEN)
        if message is None:
            return None
        self._known.met(found.username, message)
        return self._put(message)

    async def close(self) -> None:
        """Stop answering presses."""
        for answer in self._answers:
            answer.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)

    def _put(self, happening: Incoming | Notice | None) -> Receipt | None:
        if happening is None:
            return None
        receipt = self._inbox.put_for_receipt(happening)
        if receipt is None:  # Telegram keeps it until there is a place
            receipt = Receipt()
            receipt.settle(is_saved=False)
        return receipt

    def _with_command(self, message: Incoming, data: str) -> Incoming | None:
        command = self._presses.meant(data)
        return replace(message, command=command) if command is not None else None

    def _answer(self, query: str, words: str) -> None:
        """Stop the hour-glass on a button, which people would press again; nothing depends on it."""
        if len(self._answers) < _MOST_ANSWERS:
            answer = asyncio.create_task(self._send_answer(query, words))
            self._answers.add(answer)
            answer.add_done_callback(self._answers.discard)

    async def _send_answer(self, query: str, words: str) -> None:
        try:
            await self._bot.answer_callback_query(query, text=words or None, show_alert=bool(words))
        except TelegramError as error:
            self._log.info("press not answered", action="telegram_press_unanswered", why=said(error))

    def _note_standing(self, standing: Standing) -> None:
        log = self._log.bind(room=standing.room, title=standing.title, status=standing.status)
        if standing.status in _GONE:
            log.warning("removed from a chat", action="telegram_removed")
        elif self._sees_all or standing.status == _ADMINISTRATOR:
            log.info("member of a chat, sees all messages", action="telegram_joined")
        else:
            log.warning(
                "member of a chat, but sees only what is said to it: disable the privacy mode (@BotFather, /setprivacy) "
                "and add the bot anew, or make it an administrator",
                action="telegram_joined_blind",
            )


def _notice(standing: Standing, update: int | None) -> Notice | None:
    """Return what the rest of the bot wants to know of its standing: that it came into a group, or went."""
    is_gone, was_gone = standing.status in _GONE, standing.before in _GONE
    if ":group:" not in standing.room:
        return None
    if is_gone != was_gone:
        what = What.BOT_REMOVED if is_gone else What.BOT_ADDED
    elif not is_gone and standing.may_speak != standing.might_speak:
        what = What.UNMUTED if standing.may_speak else What.MUTED
    else:
        return None
    return Notice(what=what, room=standing.room, key=f"{update}", room_name=standing.title)
