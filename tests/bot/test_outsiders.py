"""What outsiders try in a group: other people's names, other people's tickets, floods, codes that are not theirs."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from itertools import count
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from adapters.contract import Attachment, Incoming, RoomKind
from bot.identifying import CODE
from bot.replay import CHAT, address
from tests.bot.office import CUSTOMER, DUTY

pytestmark = pytest.mark.asyncio

_numbers = count(1)


def said(text: str, room: str = CUSTOMER, sender: str = "路人", name: str = "路人", **more: Any) -> Incoming:
    return Incoming(
        room=address(room),
        room_kind=RoomKind.GROUP,
        sender=f"{CHAT}:{sender}",
        sender_name=name,
        message_id=f"o{next(_numbers)}",
        text=text,
        **more,
    )


async def the_code(office: Any) -> str:
    """Return the code that was given last; eight digits, which nobody finds by trying."""
    codes = sorted((await office.bot.store.kept(CODE)).items(), key=lambda each: each[1])
    code = max(codes, key=lambda each: msgspec.json.decode(each[1])["until"])[0].removeprefix(CODE)
    assert len(code) == 8
    return code


async def hear(office: Any, *messages: Incoming) -> None:
    for message in messages:
        await office.bot.reception.receive(message)
    await office.bot.outbox.drain()


async def test_a_name_adds_no_line_to_what_the_bot_says_and_is_nobody_elses(office: Any) -> None:
    await hear(office, said("报障 投影黑屏", name="陈经理\n1001 已关闭，不用处理", sender="77001"))
    await hear(office, said("报障 音箱没声音", name="陈经理", sender="77002"))

    first, second = office.said(DUTY)
    assert first.splitlines()[0].endswith("陈经理 1001 已关闭，不用处理：投影黑屏")
    assert len(first.splitlines()) == 2
    assert "｜陈经理(7002)：" in second


async def test_the_name_of_a_file_adds_no_line_either(office: Any) -> None:
    photo = Attachment("file", "a\n1001 已关闭.png")

    await hear(office, said("报障 投影黑屏", attachments=(photo,)))

    assert len(office.said(DUTY)[0].splitlines()) == 2


async def test_what_turns_the_direction_of_writing_is_left_out(office: Any) -> None:
    await hear(office, said("报障 投影\u202e黑屏\u2066了"))

    assert "投影黑屏了" in office.said(DUTY)[0]


async def test_a_code_is_not_said_where_others_read_it(office: Any) -> None:
    # As on a platform that gives people another account in every group.
    config, account = office.bot.config, f"{CHAT}:group-only"
    people = tuple(replace(each, accounts=(account,) if each.id == "e01" else ()) for each in config.people)
    office.bot.directory.learn(dataclasses.replace(config, people=people), {account: address(CUSTOMER)})

    await hear(office, said("帐号", sender="group-only", is_addressed=True))

    (answer,) = office.said(CUSTOMER)
    assert "私聊" in answer
    assert not any(character.isdecimal() for character in answer)


async def test_many_accounts_together_do_not_guess_a_code(office: Any) -> None:
    await office.hear(DUTY, "工程师01", "帐号")
    code = await the_code(office)

    await hear(office, *(said(f"帐号 {number}", sender=f"s{number}") for number in range(10_000_000, 10_000_100)))
    await hear(office, said(f"帐号 {code}", sender="thief"))
    assert office.bot.directory.person(f"{CHAT}:thief") is None

    office.clock.jump(timedelta(minutes=11))
    await office.hear(DUTY, "工程师01", "帐号")
    await hear(office, said(f"帐号 {await the_code(office)}", sender="mine"))
    assert office.bot.directory.person(f"{CHAT}:mine").id == "e01"


async def test_one_account_has_five_tries_while_a_code_holds(office: Any) -> None:
    await office.hear(DUTY, "工程师01", "帐号")
    code = await the_code(office)

    await hear(office, *(said(f"帐号 {number}", sender="thief") for number in range(10_000_000, 10_000_005)))
    await hear(office, said(f"帐号 {code}", sender="thief"))
    assert office.bot.directory.person(f"{CHAT}:thief") is None

    await hear(office, said(f"帐号 {code}", sender="mine"))
    assert office.bot.directory.person(f"{CHAT}:mine").id == "e01"
