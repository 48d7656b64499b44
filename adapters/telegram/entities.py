"""Whom a text calls: what Telegram marks in it, by UTF-16 offsets; pure."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from telegram import Message, MessageEntity, User

from adapters.contract import Mention
from adapters.telegram.utf16 import Units
from adapters.telegram.view import View


class Reading(msgspec.Struct, frozen=True):
    """A text with the calls of the bot taken out, and the names of people as the bot knows them."""

    text: str
    calls_bot: bool
    is_for_another: bool  # a command for another bot
    mentions: tuple[Mention, ...]


class _Replaced(msgspec.Struct, frozen=True):
    start: int
    end: int
    by: str
    calls_bot: bool = False
    is_for_another: bool = False
    mention: Mention | None = None


def read(message: Message, view: View) -> Reading:
    """Read text or caption of a message."""
    text = message.text if isinstance(message.text, str) else message.caption
    units = Units(text if isinstance(text, str) else "")
    marks = message.entities or message.caption_entities or ()
    pieces: list[str] = []
    position = 0
    used: list[_Replaced] = []
    for each in sorted(_replaced(units, marks, view), key=lambda one: one.start):
        if each.start < position:  # Telegram's marks do not overlap where they call somebody
            continue
        pieces += (units.cut(position, each.start), each.by)
        position = each.end
        used.append(each)
    pieces.append(units.cut(position, len(units)))
    mentions = {each.mention.account: each.mention for each in used if each.mention is not None}
    return Reading(
        text="".join(pieces),
        calls_bot=any(each.calls_bot for each in used),
        is_for_another=any(each.is_for_another for each in used),
        mentions=tuple(mentions.values()),
    )


def _replaced(units: Units, marks: tuple[MessageEntity, ...], view: View) -> Iterator[_Replaced]:
    for mark in marks:
        start, end = _span(mark, units)
        if start >= end:
            continue
        words = units.cut(start, end)
        if mark.type == MessageEntity.MENTION:
            found = _by_username(words, start, end, view)
        elif mark.type == MessageEntity.TEXT_MENTION and mark.user is not None:
            found = _by_id(mark.user, words, start, end, view)
        elif mark.type == MessageEntity.BOT_COMMAND:
            found = _command(words, start, end, view)
        else:
            continue
        if found is not None:
            yield found


def _span(mark: MessageEntity, units: Units) -> tuple[int, int]:
    start, length = mark.offset, mark.length
    if type(start) is not int or type(length) is not int or start < 0 or length <= 0:
        return 0, 0
    return start, min(start + length, len(units))


def _by_username(words: str, start: int, end: int, view: View) -> _Replaced | None:
    username = words.removeprefix("@").lower()
    if username == view.username.lower():
        return _call(start, end, view)
    if known := view.usernames.get(username):
        account, name = known
        return _Replaced(start, end, f"@{name}", mention=Mention(name, account))
    return None


def _by_id(user: User, words: str, start: int, end: int, view: View) -> _Replaced | None:
    if user.id == view.bot:
        return _call(start, end, view)
    if type(user.id) is not int or user.id <= 0:
        return None
    account = f"{view.name}:{user.id}"
    name = view.people.get(account) or words.strip().lstrip("@＠") or str(user.id)
    return _Replaced(start, end, f"@{name}", mention=Mention(name, account))


def _call(start: int, end: int, view: View) -> _Replaced:
    # In front it becomes the bot's own name, which is taken off together with the comma that may follow it.
    by = f"@{view.bot_name} " if start == 0 and view.bot_name.strip() else ""
    return _Replaced(start, end, by, calls_bot=True)


def _command(words: str, start: int, end: int, view: View) -> _Replaced | None:
    command, _, receiver = words.partition("@")
    if not receiver:
        return None
    if receiver.lower() == view.username.lower():
        return _Replaced(start, end, command, calls_bot=True)
    return _Replaced(start, end, words, is_for_another=start == 0)
