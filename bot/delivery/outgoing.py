"""From a message of the outbox to what an adapter sends: with its marks, and as much as the platform can show."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from adapters.contract import Button, DeliveryFailed, Mention, Outgoing
from adapters.wording import packed, translated, unpacked
from bot.store.messages import Queued, QueuedFile, QueuedMention
from bot.tickets.errors import N_

HELD = N_("（接上）")
RESENT = N_("（重发）")
ELSEWHERE = N_("（原群现在发不进去）")


def rendered(
    message: Queued,
    edits: str | None,
    translator_at: Callable[[str], Callable[[str], str]],
    *,
    shows_pictures: bool,
) -> Outgoing:
    """Return what is sent; `edits` is the platform's id of the message that this one replaces."""
    text, mentions = _alone(message.room, message.text, message.mentions)
    if mark := RESENT if message.is_unknown and edits is None else HELD if message.was_held else "":
        text = translator_at(message.room)(mark) + text
    if message.pictures and not shows_pictures:
        text = "\n".join((text, *message.pictures))
    return Outgoing(
        key=message.key,
        room=message.room,
        text=text,
        mentions=tuple([Mention(mention.name, mention.account) for mention in mentions]),
        buttons=tuple([Button(button.label, button.command) for button in message.buttons]),
        quotes=message.quotes,
        edits=edits,
        pictures=message.pictures if shows_pictures else (),
    )


def _alone(
    room: str, text: str, mentions: tuple[QueuedMention, ...]
) -> tuple[str, tuple[QueuedMention, ...]]:
    """Call nobody by name to whom the bot speaks alone: `@王老师 好了回 1` is `好了回 1` there."""
    reader = room.replace(":private:", ":", 1)
    called = [mention for mention in mentions if mention.account == reader != room]
    for mention in called:
        name = re.escape(mention.name)
        text = re.sub(rf"(?m)^@{name} +", "", text)
        text = re.sub(rf"@{name}(?!\w)", mention.name, text)
    return (text, tuple(each for each in mentions if each not in called)) if called else (text, mentions)


def named(message: Queued, file: QueuedFile, translator_at: Callable[[str], Callable[[str], str]]) -> str:
    """Return what a file is called where it arrives: with the mark of a message that is sent again."""
    return translator_at(message.room)(RESENT) + file.name if message.is_unknown else file.name


def moved_text(message: Queued, translate: Callable[[str], str]) -> str:
    """Return the text for the room where it is said instead: of a message from another group, with why it is here."""
    return message.text + translate(ELSEWHERE) if ":group:" in message.room else message.text


def moved_file(message: Queued, translate: Callable[[str], str]) -> QueuedFile | None:
    """Return the file of a message that comes somewhere else, with the reason in its name: nothing else is said there."""
    if message.file is None or ":group:" not in message.room:
        return message.file
    return replace(message.file, name=translate(ELSEWHERE) + message.file.name)


def because(message: Queued, failure: DeliveryFailed) -> Queued:
    """Return a message with why it was not delivered, so that this can be said in every language."""
    return replace(message, reason=str(failure.reason), reason_made=packed(failure.reason))


def reason_of(message: Queued, translate: Callable[[str], str]) -> str:
    """Return why a message was not delivered, in the language of `translate`; what the platform said stays as it said it."""
    made = unpacked(message.reason_made)
    return translate(message.reason) if made is None else translated(made, translate)


def useful_until(now: datetime, useful_for: timedelta | None) -> datetime | None:
    """Return until when a message is worth delivering, or None for the outbox's own limit."""
    return now + useful_for if useful_for else None
