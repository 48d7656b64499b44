"""Messages as the markdown that intelligent robots speak: only we can call somebody; pure."""

from __future__ import annotations

from adapters.contract import Outgoing, RoomKind, pieces
from adapters.markdown import plain
from adapters.wecom.accounts import user_of


def rendered(message: Outgoing, name: str, kind: RoomKind) -> str:
    """Return a message as markdown; people are called where there is a group to call them in."""
    shown: list[str] = []
    for piece in pieces(message):
        if isinstance(piece, str):
            shown.append(plain(piece))
        elif kind is RoomKind.GROUP and (user := user_of(piece.account, name)):
            shown.append(f"<@{user}>")
        else:
            shown.append(plain(f"@{piece.name}"))
    return "".join(shown)
