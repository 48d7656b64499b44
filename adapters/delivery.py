"""Delivering one message in as many parts as the platform needs, also over several attempts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from adapters.contract import DeliveryFailed, Mention, Outgoing
from adapters.remembered import RememberedValues

_MOST_UNFINISHED: Final = 1000


class _Unfinished(msgspec.Struct, frozen=True):
    text: str  # of the whole message
    rest: tuple[Outgoing, ...]
    first_id: str


class Delivery:
    """Sends messages part by part. What has arrived is not sent again when a later part has to be tried once more."""

    def __init__(
        self, split: Callable[[str], Sequence[str]], send: Callable[[Outgoing], Awaitable[str]]
    ) -> None:
        self._split = split
        self._send = send
        self._unfinished = RememberedValues[str, _Unfinished](_MOST_UNFINISHED)

    async def deliver(self, message: Outgoing) -> str:
        """Send a message and return the id of its first part.

        Raises:
            DeliveryFailed: A part was not taken, or it is unknown whether all were.
        """
        text = _sendable(message.text)
        if text is not message.text:
            message = replace(message, text=text)
        earlier = self._unfinished.take(message.key, None)
        parts = _resumed(earlier, message) if earlier else tuple(parts_of(message, self._split(message.text)))
        first_id = earlier.first_id if earlier else ""
        doubt: DeliveryFailed | None = None
        for index, part in enumerate(parts):
            try:
                number = await self._send(part)
            except DeliveryFailed as failed:
                if failed.is_unknown and failed.retry_after is None:
                    doubt = failed  # very likely there, and nobody will try again: the rest must follow now
                    continue
                if index or earlier:
                    self._unfinished.note(message.key, _Unfinished(message.text, parts[index:], first_id))
                raise
            first_id = first_id or number
        if doubt is not None:
            raise doubt
        return first_id


def parts_of(message: Outgoing, texts: Sequence[str]) -> Iterator[Outgoing]:
    """Yield a message for each text: the first quotes, everybody is called once, buttons and pictures stand below the last.

    Each part after the first has a key of its own, so that a platform that knows repetitions can tell them apart.
    """
    if len(texts) == 1 and texts[0] == message.text and not message.mentions:
        yield message  # nearly always
        return
    for index, (text, called) in enumerate(zip(texts, calls(message.mentions, texts), strict=True)):
        yield replace(
            message,
            key=f"{message.key}#{index}" if index else message.key,
            text=text,
            mentions=called,
            buttons=message.buttons if index == len(texts) - 1 else (),
            pictures=message.pictures if index == len(texts) - 1 else (),
            quotes=message.quotes if index == 0 else None,
        )


def calls(mentions: Sequence[Mention], texts: Sequence[str]) -> list[tuple[Mention, ...]]:
    """Return who is called in each of the texts of one message: everybody once, where it says `@name`, or else the name."""
    places = [_first_naming(mention.name, texts) for mention in mentions]
    return [
        tuple(mention for mention, place in zip(mentions, places, strict=True) if place == index)
        for index in range(len(texts))
    ]


def _first_naming(name: str, texts: Sequence[str]) -> int | None:
    written = f"@{name}" if any(f"@{name}" in text for text in texts) else name
    return next((index for index, text in enumerate(texts) if written in text), None)


def _sendable(text: str) -> str:
    """Replace what UTF-8 cannot hold: halves of characters that some client has torn apart."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text


def _resumed(earlier: _Unfinished, message: Outgoing) -> tuple[Outgoing, ...]:
    """Return what is left, with the mark in front that the text got since then because it may be a repetition."""
    first, *others = earlier.rest
    mark = message.text.removesuffix(earlier.text) if message.text.endswith(earlier.text) else ""
    return (replace(first, text=mark + first.text), *others)
