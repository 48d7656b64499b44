"""Who may take the bot into a group, and be its friend: people of the configuration, and nobody else."""

from __future__ import annotations

import asyncio
import json

import pytest

from adapters.contract import KnownPerson
from adapters.onebot.frames import Call, decode
from adapters.onebot.requests import accepted, trusted

PEOPLE = trusted((KnownPerson("qq:1", "陈经理", "manager"), KnownPerson("qq:2", "王老师", "contact")))


def asked(
    user: object, kind: object = "group", sub_type: object = "invite", flag: object = "f-1"
) -> Call | None:
    request = {
        "post_type": "request",
        "request_type": kind,
        "sub_type": sub_type,
        "flag": flag,
        "user_id": user,
    }
    return accepted(decode(json.dumps({"self_id": 9, "group_id": 5, **request})), "qq", PEOPLE, "e1")


def test_whoever_manages_takes_the_bot_into_a_group() -> None:
    yes = Call("set_group_add_request", {"flag": "f-1", "sub_type": "invite", "approve": True}, "e1")
    assert asked(1) == asked("1") == yes


def test_known_people_may_be_its_friends() -> None:
    yes = Call("set_friend_add_request", {"flag": "f-1", "approve": True}, "e1")
    assert asked(1, "friend", None) == asked(2, "friend", None) == yes


@pytest.mark.parametrize(
    "request_",
    [
        (2,),  # a customer takes it nowhere
        (3,),
        (None,),
        (3, "friend", None),
        (1, "group", "add"),  # somebody wants to come into a group: its owner decides
        (1, "telepathy"),
        (1, ["group"]),
        (1, "group", "invite", ""),
        (1, "group", "invite", 7),
    ],
)
def test_anything_else_waits_for_a_person(request_: tuple[object, ...]) -> None:
    assert asked(*request_) is None


@pytest.mark.asyncio
async def test_an_invitation_is_accepted_over_the_protocol(surroundings, serve, qq_peer, listen):
    from msgspec.structs import replace

    from adapters.registry import create

    around = surroundings("qq")
    chen = KnownPerson("qq:20003", "陈经理", "manager")
    adapter = create("onebot", {}, replace(around, people=(*around.people, chen)))
    listen(adapter)
    peer = await qq_peer(await serve(adapter.handle))
    told: asyncio.Queue[dict] = asyncio.Queue()
    usual = peer.answer
    peer.answer = lambda call: (told.put_nowait(call), usual(call))[1]
    invited = {"time": 1, "self_id": peer.self_id, "post_type": "request", "request_type": "group", "sub_type": "invite", "group_id": 5, "comment": ""}  # fmt: skip
    await peer.sends_raw(json.dumps({**invited, "user_id": 666, "flag": "stranger's"}))
    await peer.sends_raw(json.dumps({**invited, "user_id": 20003, "flag": "f-7"}))
    async with asyncio.timeout(10):
        call = await told.get()
        while call["action"] != "set_group_add_request":
            call = await told.get()
    assert call["params"] == {"flag": "f-7", "sub_type": "invite", "approve": True}
    await adapter.close()
