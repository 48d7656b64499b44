"""The shapes of what customer service tells: messages and events in the answer to a pull."""

from __future__ import annotations

from typing import Any

import msgspec


class Item(msgspec.Struct, gc=False):
    """A message or an event. Every field may be anything: one odd part must not cost the others."""

    msgid: Any = None
    open_kfid: Any = None
    external_userid: Any = None
    send_time: Any = None
    origin: Any = None
    msgtype: Any = None
    text: Any = None
    file: Any = None
    location: Any = None
    link: Any = None
    miniprogram: Any = None
    channels: Any = None
    merged_msg: Any = None
    event: Any = None


def items(found: Any) -> list[Item]:
    """Return what a list holds that looks like an item."""
    if not isinstance(found, list):
        return []
    return [msgspec.convert(each, Item) for each in found if isinstance(each, dict)]
