"""What is asked of the bot itself on QQ: to come into a group, and to be somebody's friend. Who is known may; pure."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from adapters.contract import KnownPerson
from adapters.onebot.frames import Call, Frame
from adapters.onebot.wire import identity

_MANAGING = frozenset({"leader", "manager", "director", "admin"})


class Trusted(msgspec.Struct, frozen=True):
    """Who of the configuration may ask: whoever manages takes the bot into groups, everybody may be its friend."""

    hosts: frozenset[str]
    friends: frozenset[str]


def trusted(people: Collection[KnownPerson]) -> Trusted:
    """Return who may ask, by their accounts."""
    hosts = frozenset(person.account for person in people if person.role in _MANAGING)
    return Trusted(hosts, frozenset(person.account for person in people))


def accepted(frame: Frame, name: str, people: Trusted, echo: str) -> Call | None:
    """Return the call that says yes; None for strangers, and for people who want to come into a group of their own."""
    account = f"{name}:{identity(frame.user_id)}"
    flag = frame.flag if isinstance(frame.flag, str) else ""
    if not flag:
        return None
    if frame.request_type == "group" and frame.sub_type == "invite" and account in people.hosts:
        return Call("set_group_add_request", {"flag": flag, "sub_type": "invite", "approve": True}, echo)
    if frame.request_type == "friend" and account in people.friends:
        return Call("set_friend_add_request", {"flag": flag, "approve": True}, echo)
    return None
