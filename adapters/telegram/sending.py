"""Delivering the bot's messages to Telegram: in parts, over several attempts, and without what it refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec
import structlog
from msgspec.structs import replace
from telegram import Bot, InputFile, LinkPreviewOptions, Message, MessageEntity, ReplyParameters
from telegram.error import ChatMigrated, TelegramError

from adapters.contract import DeliveryFailed, File, Outgoing, Timekeeper
from adapters.remembered import RememberedValues
from adapters.telegram.acquaintances import Acquaintances
from adapters.telegram.addresses import place
from adapters.telegram.failures import Burden, Flooded, burden_of, failure, is_unchanged
from adapters.telegram.outgoing import Shown, outgoing
from adapters.telegram.presses import Presses
from adapters.telegram.transport import understood
from adapters.telegram.wire import Moved
from adapters.wording import say

_log = structlog.get_logger(__name__)

_MOST_UNFINISHED: Final = 1000
_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


class _Unfinished(msgspec.Struct, frozen=True):
    text: str  # of the whole message
    rest: tuple[Shown, ...]
    first_id: str


class Sending:
    """Sends messages part by part. What has arrived is not sent again when a later part has to be tried once more."""

    def __init__(
        self,
        bot: Bot,
        name: str,
        *,
        clock: Timekeeper,
        presses: Presses,
        known: Acquaintances,
    ) -> None:
        self._bot = bot
        self._name = name
        self._clock = clock
        self._presses = presses
        self._known = known
        self._quiet_until = 0.0  # on the monotonic clock; Telegram's floods concern the whole bot
        self._unfinished = RememberedValues[str, _Unfinished](_MOST_UNFINISHED)
        self._log = _log.bind(adapter=name)

    async def deliver(self, message: Outgoing) -> str:
        """Send a message and return the id of its first part.

        Raises:
            DeliveryFailed: A part was not taken, or it is unknown whether it was.
        """
        parts = tuple(outgoing(message, self._name, self._presses.keep))
        self._check_flood()
        earlier = self._unfinished.take(message.key, None)
        first_id = earlier.first_id if earlier else ""
        parts = _resumed(earlier, message.text) if earlier else parts
        for index, part in enumerate(parts):
            try:
                number = await self._show(part)
            except DeliveryFailed:
                if first_id:
                    self._unfinished.note(message.key, _Unfinished(message.text, parts[index:], first_id))
                raise
            first_id = first_id or number
        return first_id

    async def send_file(self, message: Outgoing, file: File) -> str:
        """Send a file and return the id of its message.

        Raises:
            DeliveryFailed: It was not taken, or it is unknown whether it was.
        """
        where, quoted = place(message.room, self._name), message.quotes or ""
        self._check_flood()
        document = InputFile(file.content, filename=file.name)
        for _ in range(2):
            sending = self._bot.send_document(
                chat_id=self._known.chat_now(where.chat),
                document=document,
                message_thread_id=where.topic,
                reply_parameters=_answering(int(quoted) if quoted.isdecimal() else None),
                disable_content_type_detection=True,
            )
            try:
                return str((await understood(sending)).message_id)
            except ChatMigrated as moved:
                self._known.moved(Moved(where.chat, moved.new_chat_id))
            except TelegramError as error:
                self._note_flood(error)
                raise failure(error) from None  # its own trace may show what stands in an address
        raise DeliveryFailed(say("Telegram 一再拒绝这条消息"))

    async def _show(self, part: Shown) -> str:
        """Send one part; whatever of it Telegram refuses to take is left out, but never the text."""
        for _ in range(1 + len(Burden)):
            try:
                return await self._call(part)
            except ChatMigrated as moved:
                self._known.moved(Moved(part.place.chat, moved.new_chat_id))
            except TelegramError as error:
                if part.edits is not None and is_unchanged(error):
                    return str(part.edits)
                lighter = _without(part, burden_of(error))
                if lighter == part:
                    self._note_flood(error)
                    raise failure(error) from None  # its own trace may show what stands in an address
                self._log.warning("sent plainly", action="telegram_plain", why=error.message[:200])
                part = lighter
        raise DeliveryFailed(say("Telegram 一再拒绝这条消息"))

    async def _call(self, part: Shown) -> str:
        chat = self._known.chat_now(part.place.chat)
        if part.edits is not None:
            edit = self._bot.edit_message_text(
                chat_id=chat,
                message_id=part.edits,
                text=part.text,
                entities=part.entities,
                reply_markup=part.keyboard,
                link_preview_options=_PREVIEW,
            )
            await understood(edit)
            return str(part.edits)
        sending = self._bot.send_message(
            chat_id=chat,
            text=part.text,
            entities=part.entities,
            message_thread_id=part.place.topic,
            reply_parameters=_answering(part.answers),
            reply_markup=part.keyboard,
            link_preview_options=_PREVIEW,
        )
        sent: Message = await understood(sending)
        return str(sent.message_id)

    def _check_flood(self) -> None:
        left = self._quiet_until - self._clock.monotonic()
        if left > 0:
            raise DeliveryFailed(say("Telegram 要求放慢"), retry_after=timedelta(seconds=left))

    def _note_flood(self, error: TelegramError) -> None:
        if isinstance(error, Flooded):
            until = self._clock.monotonic() + error.wait.total_seconds()
            self._quiet_until = max(self._quiet_until, until)


def _answering(message: int | None) -> ReplyParameters | None:
    return ReplyParameters(message, allow_sending_without_reply=True) if message is not None else None


def _without(part: Shown, burden: Burden | None) -> Shown:
    match burden:
        case Burden.MARKS:
            return replace(part, entities=())
        case Burden.BUTTONS:
            return replace(part, keyboard=None)
        case Burden.QUOTE:
            return replace(part, answers=None)
        case None:
            return part


def _resumed(earlier: _Unfinished, text: str) -> tuple[Shown, ...]:
    """Return what is left, with the mark in front that the text got since then because it may be a repetition."""
    first, *others = earlier.rest
    mark = text.removesuffix(earlier.text) if text.endswith(earlier.text) else ""
    moved = MessageEntity.shift_entities(mark, first.entities)
    return (replace(first, text=mark + first.text, entities=tuple(moved)), *others)
