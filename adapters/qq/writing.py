"""How the bot's messages are written for the QQ platform; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from adapters.contract import DeliveryFailed, Outgoing, RoomKind, pieces
from adapters.places import place_of
from adapters.qq import markup
from adapters.wording import say


class Address(msgspec.Struct, frozen=True):
    """Where a message goes."""

    kind: RoomKind
    openid: str


class Style(msgspec.Struct, frozen=True):
    """How a message is written: as text or as markdown with buttons, and whether addresses keep their scheme."""

    as_markdown: bool = False
    has_links: bool = True


def address(message: Outgoing, name: str) -> Address:
    """Return where a message goes.

    Raises:
        DeliveryFailed: The room is not one of this adapter, or an edit is asked for, which QQ does not have.
    """
    place = place_of(message.room, name, bool)
    if message.edits is not None:
        raise DeliveryFailed(say("QQ 不能修改已发出的消息"))
    return Address(*place)


def media(info: str) -> dict[str, Any]:
    """Return the request that shows what was uploaded, without what it answers."""
    return {"msg_type": 7, "content": " ", "media": {"file_info": info}}


def body(message: Outgoing, name: str, to: Address, style: Style) -> dict[str, Any]:
    """Return the request that sends a message, without what it answers."""
    content = "".join(_written(message, name, to, style))
    if not style.as_markdown:
        return {"msg_type": 0, "content": content}
    request: dict[str, Any] = {"msg_type": 2, "markdown": {"content": content}}
    if message.buttons:
        request["keyboard"] = {"content": {"rows": list(_rows(message))}}
    return request


def _written(message: Outgoing, name: str, to: Address, style: Style) -> Iterator[str]:
    safe = markup.markdown if style.as_markdown else markup.plain
    for piece in pieces(message):
        if isinstance(piece, str):
            yield safe(piece if style.has_links else markup.without_schemes(piece))
            continue
        adapter, _, openid = piece.account.partition(":")
        if to.kind is RoomKind.GROUP and adapter == name and markup.can_be_called(openid):
            yield markup.called(openid)
        else:
            yield safe(f"@{piece.name}")


def _rows(message: Outgoing) -> Iterator[dict[str, Any]]:
    """Yield rows of at most five buttons, five rows: what the platform takes."""
    for row in range(0, min(len(message.buttons), 25), 5):
        yield {
            "buttons": [
                {
                    "id": str(row + place),
                    "render_data": {"label": button.label, "visited_label": button.label, "style": 1},
                    "action": {
                        "type": 1,  # tells us, and shows nothing in the chat
                        "permission": {"type": 2},  # everybody; who may is decided where the ticket is known
                        "data": button.command,
                        "unsupport_tips": f"请回：{button.command}",
                    },
                }
                for place, button in enumerate(message.buttons[row : row + 5])
            ]
        }


def sequence(key: str, refusals: int) -> int:
    """Return the `msg_seq` of a message: the same for every attempt whose fate is unknown, also after a restart.

    The platform refuses a number that it has seen for the same `msg_id`, so a repetition cannot be shown twice. After a
    definite refusal another number is taken, because it is not known whether the refused one counts as seen.
    """
    digest = hashlib.blake2b(f"{key}\0{refusals}".encode(errors="surrogatepass"), digest_size=8).digest()
    return 1 + int.from_bytes(digest) % 1_000_000
