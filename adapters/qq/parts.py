"""A text that is too long for one message of QQ, sent in parts; what has arrived is not sent again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from adapters.contract import DeliveryFailed, Outgoing
from adapters.delivery import parts_of
from adapters.splitting import split

LONGEST: Final = 1800  # characters; the platform does not say, and takes this
_REMEMBERED: Final = 1000


@dataclass(frozen=True, slots=True)
class _Rest:
    text: str  # of the whole message
    parts: tuple[Outgoing, ...]
    first_id: str


class Parts:
    """Sends each part as a message of its own, in order, with a key of its own by which it is told from the others."""

    def __init__(self, send: Callable[[Outgoing], Awaitable[str]]) -> None:
        self._send = send
        self._unfinished: dict[str, _Rest] = {}

    async def send(self, message: Outgoing) -> str:
        """Send a message and return the id of its first part.

        Raises:
            DeliveryFailed: A part was not taken, or it is unknown whether all were.
        """
        if len(message.text) <= LONGEST and message.key not in self._unfinished:
            return await self._send(message)
        earlier = self._unfinished.pop(message.key, None)
        parts = _resumed(earlier, message.text) if earlier else _cut(message)
        first_id = earlier.first_id if earlier else ""
        doubt: DeliveryFailed | None = None
        for index, part in enumerate(parts):
            try:
                number = await self._send(part)
            except DeliveryFailed as failed:
                if failed.is_unknown and failed.retry_after is None:
                    doubt = failed  # very likely there, and nobody will try again: the rest must follow now
                    continue
                self._keep(
                    message.key, _Rest(earlier.text if earlier else message.text, parts[index:], first_id)
                )
                raise
            first_id = first_id or number
        if doubt is not None:
            raise doubt
        return first_id

    def _keep(self, key: str, rest: _Rest) -> None:
        self._unfinished[key] = rest
        while len(self._unfinished) > _REMEMBERED:
            del self._unfinished[next(iter(self._unfinished))]


def _cut(message: Outgoing) -> tuple[Outgoing, ...]:
    """Return the parts. Buttons stand below the last one, where people have read to."""
    parts = tuple(parts_of(message, split(message.text, LONGEST, len)))
    last = len(parts) - 1
    return tuple(
        replace(
            part,
            key=f"{message.key}#{index}" if index else message.key,
            buttons=message.buttons if index == last else (),
        )
        for index, part in enumerate(parts)
    )


def _resumed(rest: _Rest, text: str) -> tuple[Outgoing, ...]:
    """Return what is left, with the mark in front that the text got since then because it may be a repetition."""
    mark = text.removesuffix(rest.text) if text.endswith(rest.text) else ""
    first, *others = rest.parts
    return (replace(first, text=mark + first.text), *others)
