"""What outsiders try in a group: other people's names, other people's tickets, floods, codes that are not theirs."""

from __future__ import annotations

import dataclasses
import time
from datetime import timedelta
from itertools import count
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from adapters.contract import Attachment, Incoming, Notice, RoomKind, What
from bot.conversation.floods import Floods
from bot.setup.identifying import CODE
from bot.terminal.replay import CHAT, address
from tests.bot.office import CUSTOMER, DUTY, START

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


async def added(office: Any, number: int, what: What = What.BOT_ADDED, name: str = "") -> None:
    room = f"新群{number}"
    notice = Notice(what=what, room=address(room), key=f"n{next(_numbers)}", room_name=name or room)
    await office.bot.reception.noticed(notice)
    await office.bot.outbox.drain()


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

    await hear(
        office, *(said(f"帐号 {number}", sender=f"s{number}") for number in range(10_000_000, 10_000_100))
    )
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


async def test_who_floods_a_room_opens_no_more_and_a_person_is_told_once(office: Any) -> None:
    await hear(office, *(said(f"报障 {number} 号机房的第 {number} 台机器坏了") for number in range(1, 31)))
    office.said(CUSTOMER), office.said(DUTY)

    for number in range(31, 36):
        await hear(office, said(f"报障 {number} 号机房的第 {number} 台机器坏了"))

    assert await office.store.ticket(1031) is None
    assert office.said(CUSTOMER) == [
        "您 10 分钟里报了 30 单，这条没有建单。别的请补充在已有的单里，10:10 以后可以再报。"
    ]
    assert office.said(DUTY) == [
        "⚠️ 育才群 的 路人 10 分钟里报了 30 单，10:10 以前再报的不建单，请到群里看看。"
    ]
    await hear(office, said("报障 投影黑屏", sender="王老师", name="王老师"))
    assert (await office.ticket(1031)).requester.name == "王老师"
    office.clock.jump(timedelta(minutes=10))
    await hear(office, said("报障 音箱没声音"))
    assert (await office.ticket(1032)).requester.name == "路人"


async def test_where_no_limit_is_written_anybody_may_open_any_number() -> None:
    floods = Floods(0)
    for _ in range(100):
        floods.note("qq:1", START)
    assert floods.until("qq:1", START) is None


async def test_any_number_of_groups_neither_floods_the_duty_room_nor_fills_the_store(office: Any) -> None:
    for number in range(55):
        await added(office, number)

    told = office.said(DUTY)
    assert len(told) == 50
    assert told[-1].splitlines()[-1].startswith("等着设置的群已有 50 个")
    assert not any("等着设置" in each for each in told[:-1])
    assert len(await office.store.kept("room:")) == 50

    await added(office, 0, What.BOT_REMOVED)  # whoever takes the bot out makes room
    await added(office, 55)
    assert len(office.said(DUTY)) == 1
    assert f"room:{address('新群0')}" not in await office.store.kept("room:")


async def test_a_group_that_nobody_set_up_is_told_of_again_where_the_bot_comes_again(office: Any) -> None:
    await added(office, 1)
    await added(office, 1, What.BOT_REMOVED)
    office.said(DUTY), office.said("新群1")

    await added(office, 1)

    assert office.said("新群1") == []  # it has introduced itself there
    assert "新群“新群1”已接入" in office.said(DUTY)[0]


async def test_the_name_of_a_group_adds_no_line(office: Any) -> None:
    await added(office, 1, name="甲\n1001 由 陈经理 关闭")

    assert office.said(DUTY)[0].splitlines()[0] == "新群“甲 1001 由 陈经理 关闭”已接入。"


async def test_a_long_text_of_nothing_keeps_nobody_waiting(office: Any) -> None:
    texts = [
        "坏了" + "，" * 3990,
        "x" + "!" * 3990,
        "升级 育才小学 " + "\n" * 3900 + "x",
        "1" + " " * 3990 + "x",
        "！ " * 1990,
    ]
    began = time.thread_time()

    await hear(
        office, *(said(text, is_addressed=True, sender=f"u{number}") for number, text in enumerate(texts))
    )
    await hear(office, *(said(text, DUTY, sender="工程师01", is_addressed=True) for text in texts))

    assert time.thread_time() - began < 1.0
