"""From the bot's messages to what Telegram is asked to show; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

import msgspec
from msgspec.structs import replace
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, User

from adapters.contract import Button, DeliveryFailed, Mention, Outgoing, pieces
from adapters.delivery import calls
from adapters.splitting import split
from adapters.telegram.addresses import Place, place, user_of
from adapters.telegram.utf16 import length, whole
from adapters.wording import say

LIMIT: Final = 4096
LONGEST_PART: Final = LIMIT - 64  # room for the mark of a repeated message
LONGEST_DATA: Final = 64  # bytes
_PER_ROW: Final = 3
_MOST_BUTTONS: Final = 12
# What Telegram would make a call of without being asked: whoever typed the name must not call its owner.
_USERNAME: Final = re.compile(r"(?<![A-Za-z0-9_])@(?=[A-Za-z][A-Za-z0-9_]{3,31})")
_APART: Final = "@\u2060"  # an invisible joiner of no width


class Shown(msgspec.Struct, frozen=True):
    """One message as Telegram takes it."""

    place: Place
    text: str
    entities: tuple[MessageEntity, ...] = ()
    keyboard: InlineKeyboardMarkup | None = None
    answers: int | None = None
    edits: int | None = None


def outgoing(message: Outgoing, name: str, kept: Callable[[str], str | None]) -> list[Shown]:
    """Return the messages that show a text, in order; more than one when it is too long, but for edits.

    `kept` returns what stands for a command that is too long for a button, or None to leave the button out.

    Raises:
        DeliveryFailed: The room is none of this adapter, or what is to be edited is no message.
    """
    where = place(message.room, name)
    edits = _number(message.edits) if message.edits is not None else None
    if message.edits is not None and edits is None:
        raise DeliveryFailed(say("要修改的消息“{number}”不是 Telegram 的消息", number=message.edits))
    keyboard = _keyboard(message.buttons, kept)
    if edits is not None:
        text, entities = _marked(message, name)
        return [Shown(where, text, entities, keyboard, edits=edits)]
    # A press is quoted by the message it was made on, whose number stands in front.
    answers = _number(message.quotes.partition("+")[0]) if message.quotes is not None else None
    parts = [_marked(part, name) for part in _parts(message)]
    shown = [Shown(where, text, entities) for text, entities in parts]
    shown[0] = replace(shown[0], answers=answers)
    shown[-1] = replace(shown[-1], keyboard=keyboard)
    return shown


def _parts(message: Outgoing) -> Iterator[Outgoing]:
    texts = split(whole(message.text), LONGEST_PART, _shown_length)
    for text, called in zip(texts, calls(message.mentions, texts), strict=True):
        yield replace(message, text=text, mentions=called)


def _shown_length(text: str) -> int:
    return length(_USERNAME.sub(_APART, text))


def _marked(message: Outgoing, name: str) -> tuple[str, tuple[MessageEntity, ...]]:
    """Return the text and whom it calls; nothing in it is markup, because no parse mode is ever asked for."""
    text = ""
    entities: list[MessageEntity] = []
    for piece in pieces(replace(message, text=whole(message.text))):
        if isinstance(piece, str):
            text += _USERNAME.sub(_APART, piece)
            continue
        words = f"@{whole(piece.name)}"
        if user := _called(piece, name):
            at = length(text)
            entities.append(MessageEntity(MessageEntity.TEXT_MENTION, at, length(words), user=user))
            text += words
        else:
            text += _USERNAME.sub(_APART, words)
    return text, tuple(entities)


def _called(mention: Mention, name: str) -> User | None:
    number = user_of(mention.account, name)
    return User(number, mention.name, is_bot=False) if number else None


def _keyboard(buttons: tuple[Button, ...], kept: Callable[[str], str | None]) -> InlineKeyboardMarkup | None:
    made: list[InlineKeyboardButton] = []
    for button in buttons[:_MOST_BUTTONS]:
        command = whole(button.command)
        data = command if 0 < len(command.encode()) <= LONGEST_DATA else kept(command)
        if data is not None and button.label.strip():
            made.append(InlineKeyboardButton(whole(button.label), callback_data=data))
    rows = [made[start : start + _PER_ROW] for start in range(0, len(made), _PER_ROW)]
    return InlineKeyboardMarkup(rows) if rows else None


def _number(identity: str) -> int | None:
    return int(identity) if identity.isascii() and identity.isdecimal() and len(identity) <= 16 else None
