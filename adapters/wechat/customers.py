"""People who write to an account one by one: their ids in the bot's addresses, and texts as WeChat shows them; pure."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from adapters.contract import Capabilities, DeliveryFailed, Finding, Outgoing, Quota, RoomKind
from adapters.wording import say

LIMIT: Final = 2048  # bytes of a text; WeChat refuses or cuts what is longer
# Room for the mark of a repeated message in front of a part, and for what keeps typed links from being some.
LONGEST_PART: Final = LIMIT - 160
CAPABILITIES: Final = Capabilities(
    can_push=False,
    can_mention=False,
    can_quote=False,
    has_buttons=True,
    reply_window=timedelta(hours=48),
    replies_per_message=5,
    quotas=(Quota(5, timedelta(hours=48), until_heard=True),),
    max_length=LIMIT,
    length_unit="bytes",
)
MENU_LIMIT: Final = 1024  # bytes of the text above a menu
MOST_BUTTONS: Final = 10
_LONGEST_BUTTON: Final = 128  # bytes of a label or of what it stands for

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
# WeChat makes links of `<a href=…>`, also of such as send a message when they are touched; nothing else is markup.
_LINK: Final = re.compile(r"<(?=\s*/?\s*a\b)", re.IGNORECASE)
_WEDGE: Final = "\u200b"


def limits() -> Finding:
    """Say when such an account may speak; the platform leaves no choice."""
    says = say("只能一对一；对方写来后 48 小时内最多回 5 条，不能先开口")
    return Finding(say("权限"), True, says)


def is_customer(value: str) -> bool:
    """Say whether a text can be the id of one person."""
    return _ID.fullmatch(value) is not None


def customer_in(message: Outgoing, name: str) -> str:
    """Return whom a message of the adapter called `name` is for.

    Raises:
        DeliveryFailed: Its room is not a private one of this adapter, or an edit is asked for.
    """
    adapter, _, rest = message.room.partition(":")
    kind, _, number = rest.partition(":")
    if adapter != name or kind != RoomKind.PRIVATE or not is_customer(number):
        raise DeliveryFailed(say("“{room}”不是 {name} 的私聊地址；这里没有群", room=message.room, name=name))
    if message.edits is not None:
        raise DeliveryFailed(say("微信不能修改已发出的消息"))
    return number


def plain(text: str) -> str:
    """Return a text that WeChat shows as it stands: what somebody typed never becomes a link that can be touched."""
    return _LINK.sub(f"<{_WEDGE}", text)


def menu(message: Outgoing) -> list[tuple[str, str]]:
    """Return label and command of every button that fits below a text; none when the text is too long for a menu."""
    if len(plain(message.text).encode()) > MENU_LIMIT:
        return []
    fitting = (
        (button.label, button.command)
        for button in message.buttons
        if all(0 < len(word.encode()) <= _LONGEST_BUTTON for word in (button.label, button.command))
    )
    return list(fitting)[:MOST_BUTTONS]
