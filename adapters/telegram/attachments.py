"""Pictures, files and voices that came with a message; pure."""

from __future__ import annotations

from typing import Any

from telegram import Message

from adapters.contract import Attachment
from adapters.telegram.utf16 import word


def attachments(message: Message) -> list[Attachment]:
    """Return pictures and files by name; their addresses would hold the bot's token and are left out."""
    found: list[tuple[str, Any]] = []
    if message.photo:
        found.append(("picture", message.photo[-1]))  # the largest
    if message.document is not None and message.animation is None:  # an animation comes as both
        found.append(("file", message.document))
    for kind, media in (
        ("file", message.audio),
        ("voice", message.voice),
        ("video", message.video or message.video_note or message.animation),
    ):
        if media is not None:
            found.append((kind, media))
    return [
        Attachment(kind, _file_name(kind, media), reference=word(media.file_id)[:256])
        for kind, media in found
    ]


def _file_name(kind: str, media: Any) -> str:
    given = word(getattr(media, "file_name", ""))[:255]
    return given or f"{kind}-{word(media.file_unique_id)[:64]}"
