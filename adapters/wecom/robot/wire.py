"""The messages of a group robot; pure."""

from __future__ import annotations

import re
from typing import Any, Final

from adapters.contract import DeliveryFailed, Outgoing, RoomKind
from adapters.wecom.accounts import place, user_of
from adapters.wording import say

_MOBILE: Final = re.compile(r"1[3-9]\d{9}", re.ASCII)
LIMIT: Final = 2048  # bytes of a text


def check_group(room: str, name: str) -> None:
    """Refuse what is no group of this adapter.

    Raises:
        DeliveryFailed: It is not.
    """
    kind, _ = place(room, name)
    if kind is not RoomKind.GROUP:
        raise DeliveryFailed(say("“{room}”：群机器人只能发到它所在的群", room=room))


def outgoing(message: Outgoing, name: str) -> dict[str, Any]:
    """Return the body that shows a text in the group.

    As text, because nothing in it is read as markup; whom it calls stands beside it, and only accounts of persons do.

    Raises:
        DeliveryFailed: The room is not a group of this adapter.
    """
    check_group(message.room, name)
    if message.edits is not None:
        raise DeliveryFailed(say("企业微信不能修改已发出的消息"))
    text: dict[str, Any] = {"content": message.text}
    accounts = (
        user_of(mention.account, name) for mention in message.mentions if mention.name in message.text
    )
    if called := list(dict.fromkeys(account for account in accounts if account)):
        text["mentioned_list"] = called
        # A number may be somebody's userid as well; whoever is not found under one is looked for under the other.
        if mobiles := [account for account in called if _MOBILE.fullmatch(account)]:
            text["mentioned_mobile_list"] = mobiles
    return {"msgtype": "text", "text": text}
