"""Translation between customer service and the bot: doorbells, messages, changes of who serves, answers; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import msgspec

from adapters.addressing import addressed
from adapters.admission import Refused
from adapters.contract import Attachment, Incoming, Notice, Outgoing, RoomKind, What
from adapters.values import derived_id, instant, part, text_of, word
from adapters.wechat import xml
from adapters.wechat.customers import customer_in, is_customer, menu, plain
from adapters.wechat.kf.frames import Item
from adapters.wording import N_, say

_CUSTOMER: Final = 3  # `origin` of a message; 4 is an event, 5 is a person of the staff
_BELL: Final = "kf_msg_or_event"
_STAFF_SERVES: Final = frozenset({1, 2, 4})  # `change_type`: taken from the pool, passed on, taken up again
_STAFF_ENDED: Final = 3

_ATTACHMENTS: Final[Mapping[str, str]] = {
    "image": "picture",
    "voice": "voice",
    "video": "video",
    "file": "file",
}
_WORDLESS: Final = frozenset(
    {"business_card", "channels_shop_product", "channels_shop_order", "note", "msgmenu"}
)


class View(msgspec.Struct, frozen=True):
    """From where a message is read: the adapter, and who is known."""

    name: str
    bot_name: str
    people: Mapping[str, str]  # account to name


class Bell(msgspec.Struct, frozen=True):
    """Something has happened at an account of customer service; what, must be pulled with the token."""

    account: str
    token: str


class Served(msgspec.Struct, frozen=True):
    """Whether a person of the staff talks to a customer from now on, or the bot may again."""

    customer: str
    by_staff: bool


class Undelivered(msgspec.Struct, frozen=True):
    """A message of the bot that was taken and did not arrive after all."""

    customer: str
    message_id: str
    why: str


def bell(document: bytes, corp_id: str, agent_id: int) -> Bell | None:
    """Return the doorbell in a callback, or None when it is something else.

    Raises:
        Refused: Not the XML of a callback, or meant for another enterprise or application.
    """
    try:
        fields = xml.fields(document)
    except xml.Unreadable as error:
        raise Refused(400, str(error)) from error
    if fields.get("ToUserName") != corp_id:
        raise Refused(403, "meant for another enterprise")
    if agent_id and fields.get("AgentID", str(agent_id)).strip() != str(agent_id):
        raise Refused(403, "meant for another application")
    if fields.get("MsgType") != "event" or fields.get("Event") != _BELL:
        return None
    return Bell(fields.get("OpenKfId", "").strip(), fields.get("Token", "").strip())


def incoming(item: Item, view: View) -> Incoming | None:
    """Return what a customer said, or None for everything that is nobody's words."""
    customer, kind = text_of(item.external_userid), text_of(item.msgtype)
    if item.origin != _CUSTOMER or not is_customer(customer):
        return None
    content = _content(kind, item)
    if content is None:
        return None
    words, attachments = content
    room, sender = f"{view.name}:private:{customer}", f"{view.name}:{customer}"
    pressed = word(item.text, "menu_id") if kind == "text" else ""
    _, text = addressed(words.strip(), view.bot_name)
    heard = Incoming(
        room=room,
        room_kind=RoomKind.PRIVATE,
        sender=sender,
        sender_name=view.people.get(sender) or customer,
        message_id=text_of(item.msgid) or derived_id(room, repr(item.send_time), kind, text),
        text=text,
        is_addressed=True,
        attachments=attachments,
        sent_at=instant(item.send_time),
    )
    return replace(heard, text="", command=pressed) if pressed else heard


def served(item: Item) -> Served | None:
    """Return a change of who talks to a customer, or None when an item is none."""
    if word(item.event, "event_type") != "session_status_change":
        return None
    customer, change = _customer_of(item), part(item.event, "change_type")
    if not is_customer(customer) or isinstance(change, bool) or not isinstance(change, int):
        return None
    if change in _STAFF_SERVES:
        return Served(customer, by_staff=True)
    return Served(customer, by_staff=False) if change == _STAFF_ENDED else None


def entered(item: Item, view: View) -> tuple[Incoming, str] | None:
    """Return that somebody opened the chat, as what they want to know then, and what lets them be greeted; or None."""
    code, customer = word(item.event, "welcome_code"), _customer_of(item)
    if word(item.event, "event_type") != "enter_session" or not code or not is_customer(customer):
        return None
    account = f"{view.name}:{customer}"
    room = f"{view.name}:private:{customer}"
    opened = Incoming(
        room=room,
        room_kind=RoomKind.PRIVATE,
        sender=account,
        sender_name=view.people.get(account) or customer,
        message_id=text_of(item.msgid) or derived_id(room, code),
        text="/help",
        is_addressed=True,
        sent_at=instant(item.send_time),
    )
    return opened, code


def greeting(request: dict[str, Any], code: str) -> dict[str, Any]:
    """Return the request that says the same as a greeting."""
    return {
        "code": code,
        **{key: value for key, value in request.items() if key not in ("touser", "open_kfid")},
    }


def recalled(item: Item, view: View) -> Notice | None:
    """Return which message a customer has taken back, or None when an item says no such thing."""
    number = word(item.event, "recall_msgid")
    customer, _ = account_of(item)
    if word(item.event, "event_type") != "user_recall_msg" or not number or not is_customer(customer):
        return None
    account = f"{view.name}:{customer}"
    return Notice(
        what=What.RECALLED,
        room=f"{view.name}:private:{customer}",
        key=number,
        account=account,
        name=view.people.get(account, ""),
        message_id=number,
    )


def undelivered(item: Item) -> Undelivered | None:
    """Return which message of the bot did not arrive, or None when an item says no such thing."""
    if word(item.event, "event_type") != "msg_send_fail":
        return None
    kind = part(item.event, "fail_type")
    why = say(_FAILURES.get(kind, _NO_REASON) if isinstance(kind, int) else _NO_REASON)
    return Undelivered(_customer_of(item), word(item.event, "fail_msgid"), why)


def account_of(item: Item) -> tuple[str, str]:
    """Return the customer of an item and the account they wrote to; either may be empty."""
    return _customer_of(item), text_of(item.open_kfid) or word(item.event, "open_kfid")


def document(message: Outgoing, name: str, account: str, media: str) -> dict[str, Any]:
    """Return the request that sends a file that was uploaded."""
    return {**_to(message, name, account), "msgtype": "file", "file": {"media_id": media}}


def _to(message: Outgoing, name: str, account: str) -> dict[str, Any]:
    return {
        "touser": customer_in(message, name),
        "open_kfid": account,
        "msgid": hashlib.blake2b(message.key.encode(), digest_size=16).hexdigest(),
    }


def outgoing(message: Outgoing, name: str, account: str) -> dict[str, Any]:
    """Return the request that sends a text from an account; buttons become a menu below it.

    The platform takes an id only once, so that the same message sent again is noticed.

    Raises:
        DeliveryFailed: The room is not a private one of this adapter.
    """
    request = _to(message, name, account)
    if buttons := menu(message):
        items = [{"type": "click", "click": {"id": command, "content": label}} for label, command in buttons]
        return {
            **request,
            "msgtype": "msgmenu",
            "msgmenu": {"head_content": plain(message.text), "list": items},
        }
    return {**request, "msgtype": "text", "text": {"content": plain(message.text)}}


def _customer_of(item: Item) -> str:
    return text_of(item.external_userid) or word(item.event, "external_userid")


def _content(kind: str, item: Item) -> tuple[str, tuple[Attachment, ...]] | None:
    match kind:
        case "text":
            return word(item.text, "content"), ()
        case "location":
            place = " ".join(filter(None, (word(item.location, "name"), word(item.location, "address"))))
            return f"位置：{place}", ()
        case "link":
            return "\n".join(filter(None, (word(item.link, "title"), word(item.link, "url")))), ()
        case "miniprogram" | "channels" | "merged_msg":
            return word(getattr(item, kind), "title"), ()
        case _ if kind in _ATTACHMENTS:
            return "", (Attachment(_ATTACHMENTS[kind], word(item.file, "filename")),)
        case _ if kind in _WORDLESS:
            return "", ()
        case _:
            return None


_NO_REASON: Final = N_("没有说原因")
_FAILURES: Final[Mapping[int, str]] = {
    1: N_("客服账号已被删除"),
    2: N_("应用已关闭"),
    4: N_("超过 48 小时"),
    5: N_("会话已关闭"),
    6: N_("超过 5 条"),
    7: N_("没有绑定视频号"),
    8: N_("企业没有验证主体"),
    9: N_("没有绑定视频号且没有验证主体"),
    10: N_("客户拒收"),
    11: N_("企业没有成员登录过企业微信"),
    12: N_("发送的消息被收回"),
}
