"""What outsiders try in a group: other people's names, other people's tickets, floods, codes that are not theirs."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from adapters.contract import Attachment, Incoming, Notice, RoomKind, What
from bot.replay import CHAT, address
from tests.bot.office import CUSTOMER, DUTY, OTHER_CUSTOMER

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
