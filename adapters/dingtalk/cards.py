"""Interactive cards of DingTalk: a text with buttons that can be changed later, and what comes back when one is pressed; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from adapters.contract import Button, Incoming, Outgoing, RoomKind
from adapters.dingtalk.addresses import OUTSIDER, is_id, person_of, place
from adapters.dingtalk.wire import View
from adapters.markdown import plain
from adapters.values import derived_id, part, word

PUBLIC: Final = "1366a1eb-bc54-4859-ac88-517c56a9acb1.schema"  # DingTalk's own, open to every enterprise
MARK: Final = "card:"  # begins the id of a message that is a card
_LONGEST_COMMAND: Final = 200


def number_of(message: Outgoing) -> str:
    """Return by what DingTalk knows the card of a message: the same for every attempt, so that it is not shown twice."""
    return hashlib.blake2b(message.key.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def creation(message: Outgoing, name: str, robot: str, template: str) -> dict[str, Any]:
    """Return the body that puts a card into a room and calls people there.

    Raises:
        DeliveryFailed: The room is not one of this adapter.
    """
    kind, number = place(message.room, name)
    body: dict[str, Any] = {
        "cardTemplateId": template,
        "outTrackId": number_of(message),
        "callbackType": "STREAM",
        "userIdType": 1,
        "cardData": data(message, kind),
    }
    if kind is RoomKind.PRIVATE:
        return {
            **body,
            "openSpaceId": f"dtv1.card//IM_ROBOT.{number}",
            "imRobotOpenSpaceModel": {"supportForward": False},
            "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": robot},
        }
    called = {
        person: mention.name for mention in message.mentions if (person := _callable(mention.account, name))
    }
    return {
        **body,
        "openSpaceId": f"dtv1.card//IM_GROUP.{number}",
        "imGroupOpenSpaceModel": {"supportForward": False},
        "imGroupOpenDeliverModel": {"robotCode": robot, **({"atUserIds": called} if called else {})},
    }


def change(message: Outgoing, name: str, card: str) -> dict[str, Any]:
    """Return the body that gives a card another text and other buttons."""
    kind, _ = place(message.room, name)
    return {"outTrackId": card, "cardData": data(message, kind)}


def data(message: Outgoing, kind: RoomKind) -> dict[str, Any]:
    """Return what a card shows. Every value is a text, also the buttons."""
    group = place_in(message) if kind is RoomKind.GROUP else ""
    return {
        "cardParamMap": {
            "markdown": plain(message.text).replace("\n", "  \n"),
            "tips": "",
            "sys_full_json_obj": _json({"msgButtons": _buttons(message.buttons, group)}),
        }
    }


def place_in(message: Outgoing) -> str:
    """Return the platform's id of the room of a message."""
    return message.room.split(":", 2)[2]


def is_delivered(answer: Mapping[str, Any]) -> bool:
    """Say whether a card stands in its room: made and put there."""
    results = part(answer.get("result"), "deliverResults")
    each = results if isinstance(results, list) else []
    return answer.get("success") is not False and all(part(one, "success") is not False for one in each)


def carrier_of(answer: Mapping[str, Any]) -> str:
    """Return what DingTalk calls a card when somebody quotes it; empty where it does not say."""
    results = part(answer.get("result"), "deliverResults")
    each = results if isinstance(results, list) else []
    return next((name for one in each if (name := word(one, "carrierId"))), "")


def pressed(body: Mapping[str, Any], view: View, frame: str) -> Incoming | None:
    """Return what a person asks by pressing a button, or None for everything else that happens to cards."""
    content = _content(body.get("content"))
    params = part(part(content, "cardPrivateData"), "params")
    command, group = word(params, "command"), word(params, "group")
    person, card = word(body, "userId"), word(body, "outTrackId")
    if not is_id(person) or not 0 < len(command) <= _LONGEST_COMMAND or (group and not is_id(group)):
        return None
    kind = RoomKind.GROUP if group else RoomKind.PRIVATE
    room, account = f"{view.name}:{kind}:{group or person}", f"{view.name}:{person}"
    return Incoming(
        room=room,
        room_kind=kind,
        sender=account,
        sender_name=view.name_of(account) or person,
        message_id=f"press-{frame}" if frame else derived_id(room, account, card, command),
        text="",
        is_addressed=True,
        quotes=f"{MARK}{card}" if card else None,
        command=command,
    )


def _buttons(buttons: Sequence[Button], group: str) -> list[dict[str, Any]]:
    # A press tells who and on which card, but not for certain where: so the button knows.
    return [
        {
            "text": button.label,
            "color": "blue" if index == 0 else "gray",
            "id": str(index),
            "request": True,
            "params": {"command": button.command, "group": group},
        }
        for index, button in enumerate(buttons)
    ]


def _callable(account: str, name: str) -> str:
    person = person_of(account, name)
    return "" if person.startswith(OUTSIDER) else person


def _content(value: Any) -> Any:
    try:
        return msgspec.json.decode(value) if isinstance(value, str) else value
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
