"""Files of people, fetched only from hosts that are allowed, and files of the bot."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from adapters.contract import Attachment, DeliveryFailed, File
from adapters.downloads import downloaded, too_large
from adapters.onebot.calls import Caller, NoSuchPower, Unanswered, ask
from adapters.onebot.frames import Call
from adapters.onebot.outcome import check
from adapters.onebot.wire import identity
from adapters.wording import words_of

# Seconds, until QQ has the file as well. Whoever loses patience earlier sends it once more, and people get it twice.
_UPLOADING: Final = 80.0
_LOOK_AFTER: Final = timedelta(seconds=30)  # whether it has arrived after all


async def fetch(
    caller: Caller,
    echoes: Iterator[str],
    room: str,
    attachment: Attachment,
    *,
    most: int,
    hosts: tuple[str, ...],
) -> bytes:
    """Return the content of a file: from the QQ side itself, or from where it says the file is.

    Raises:
        FileUnavailable: Too large, expired, or on a host that is not allowed.
    """
    url = attachment.url or ""
    if attachment.reference:
        told = await _told(caller, echoes, room, attachment.reference)
        if content := _content(told.get("base64"), most):
            return content
        url = told.get("url") or url
    return await downloaded(url if isinstance(url, str) else None, most=most, hosts=hosts)


async def _told(caller: Caller, echoes: Iterator[str], room: str, reference: str) -> dict[str, Any]:
    """Ask where a file is, first in the way every kind has, then in that of files of groups."""
    group = room.rpartition(":")[2]
    questions: list[tuple[str, dict[str, Any]]] = [("get_file", {"file_id": reference})]
    if ":group:" in room:
        number: int | str = int(group) if group.isdecimal() else group
        questions.append(("get_group_file_url", {"group_id": number, "file_id": reference}))
    for action, params in questions:
        try:
            data = await ask(caller, action, next(echoes), **params)
        except NoSuchPower:
            continue
        if isinstance(data, dict) and (data.get("base64") or data.get("url")):
            return data
    return {}


def _content(encoded: Any, most: int) -> bytes:
    if not isinstance(encoded, str):
        return b""
    if len(encoded) * 3 // 4 > most + 3:
        raise too_large(most)
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return b""


async def send(caller: Caller, echo: str, room: str, file: File) -> str:
    """Put a file into a room; most QQ sides give no id for it.

    Raises:
        DeliveryFailed: Refused, or it is unknown whether it arrived.
    """
    _, kind, number = room.split(":", 2)
    to: int | str = int(number) if number.isdecimal() else number
    encoded = "base64://" + base64.b64encode(file.content).decode()
    action = "upload_group_file" if kind == "group" else "upload_private_file"
    target = {"group_id": to} if kind == "group" else {"user_id": to}
    try:
        call = Call(action, {**target, "file": encoded, "name": file.name}, echo)
        answer = await caller.call(call, patience_seconds=_UPLOADING)
    except Unanswered as lost:
        raise DeliveryFailed(words_of(lost), retry_after=_LOOK_AFTER, is_unknown=True) from lost
    check(answer)
    return identity(answer.data.get("message_id")) if isinstance(answer.data, dict) else ""
