"""How a message of the bot is written for Feishu: a post, or a card where there is something to touch; pure."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Final

import msgspec

from adapters.contract import Mention, Outgoing, RoomKind, pieces
from adapters.feishu.addresses import person_of
from adapters.splitting import size_in_bytes, split

# Whatever begins or ends markup in a card, in the form that the documents of Feishu give for showing it as it is.
_MARKUP: Final = re.compile(r"[&<>~\-!*/\\\[\]()#:+\"'`$_|]")
_LONGEST: Final = 20_000  # bytes; a card or post may have 30 KB with everything around the text
_LINE: Final = 40  # bytes that a line costs besides its words


def parts(text: str) -> list[str]:
    """Cut a text so that each part is short enough in every form."""
    return split(text, _LONGEST, _size)


def _size(text: str) -> int:
    return size_in_bytes(escaped(text)) + _LINE * text.count("\n")


def escaped(text: str) -> str:
    """Return what a card shows as this text."""
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", text)


def is_card(message: Outgoing) -> bool:
    """Say whether there is something to touch."""
    return bool(message.buttons)


def post(message: Outgoing, name: str, kind: RoomKind) -> str:
    """Return a message as a post: lines of words and of people who are called. Nothing in the words is markup."""
    lines: list[list[dict[str, str]]] = [[]]
    for piece in pieces(message):
        if isinstance(piece, Mention) and (person := _called(piece, name, kind)):
            lines[-1].append({"tag": "at", "user_id": person})
            continue
        first, *others = (piece if isinstance(piece, str) else f"@{piece.name}").split("\n")
        lines[-1].append({"tag": "text", "text": first})
        lines.extend([{"tag": "text", "text": line}] for line in others)
    return _json({"zh_cn": {"content": lines}})


def card(message: Outgoing, name: str, kind: RoomKind) -> str:
    """Return a message as a card that may be changed later, with its buttons below."""
    found = list(pieces(message))
    if any(isinstance(piece, Mention) and _called(piece, name, kind) for piece in found):
        text = {"tag": "lark_md", "content": "".join(_marked(piece, name, kind) for piece in found)}
    else:
        text = {"tag": "plain_text", "content": message.text}
    elements: list[dict[str, Any]] = [{"tag": "div", "text": text}]
    if message.buttons:
        actions = [
            {
                "tag": "button",
                "text": {"tag": "plain_text", "content": button.label},
                "type": "primary" if index == 0 else "default",
                "value": {"command": button.command, "room": str(kind)},
            }
            for index, button in enumerate(message.buttons)
        ]
        elements.append({"tag": "action", "actions": actions})
    return _json({"config": {"update_multi": True, "wide_screen_mode": True}, "elements": elements})


def file_type(name: str) -> str:
    """Return what Feishu calls the kind of a file: it opens those it knows."""
    suffix = name.rpartition(".")[2].lower()
    known = {
        "pdf": "pdf",
        "doc": "doc",
        "docx": "doc",
        "xls": "xls",
        "xlsx": "xls",
        "ppt": "ppt",
        "pptx": "ppt",
    }
    return known.get(suffix, "stream")


def idempotency(message: Outgoing) -> str:
    """Return what Feishu tells a repetition by, for an hour."""
    return hashlib.blake2b(message.key.encode(), digest_size=16).hexdigest()


def _marked(piece: str | Mention, name: str, kind: RoomKind) -> str:
    if isinstance(piece, str):
        return escaped(piece)
    person = _called(piece, name, kind)
    return f"<at id={person}></at>" if person else escaped(f"@{piece.name}")


def _called(mention: Mention, name: str, kind: RoomKind) -> str:
    return person_of(mention.account, name) if kind is RoomKind.GROUP else ""


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
