"""Accounts where everybody has another one in each group, and one more in private: a code goes the other way round."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from bot.terminal.replay import CHAT
from bot.tickets.model import Party
from tests.bot.office import CUSTOMER, DUTY, Office

pytestmark = pytest.mark.asyncio

MINE = "私聊 我的私聊"  # of 工程师01, as nobody knows yet
ZHANG = "工程师01"


@pytest_asyncio.fixture
async def office(offices: Any) -> Office:
    """One whose platform gives people another account in every room."""
    chat = (await offices()).chat
    chat.capabilities = replace(chat.capabilities, accounts_are_local=True)
    return await offices()


async def a_code(office: Office, room: str = MINE) -> str:
    await office.hear(room, room.removeprefix("私聊 "), "帐号")
    (told,) = office.said(room)
    found = re.search(r"帐号 (\d{8})（10:10 前有效", told)
    assert found
    return found[1]


async def test_a_code_given_privately_and_said_in_the_group_makes_the_chat_somebodys(office: Office) -> None:
    code = await a_code(office)

    await office.hear(DUTY, ZHANG, f"帐号 {code}", times=2)

    assert office.said(DUTY) == [
        f"认得了，{ZHANG}：给您这个码的私聊也是您。码不是您自己要的？马上回“帐号 取消”。"
    ]
    assert office.said(MINE) == [f"认得您了，{ZHANG}。"]
    assert office.bot.directory.person(f"{CHAT}:我的私聊").id == "e01"
    assert office.bot.directory.private_address(Party("e01", ZHANG), CHAT) == f"{CHAT}:private:我的私聊"
    assert (
        office.bot.directory.account(Party("e01", ZHANG), CHAT, f"{CHAT}:group:值班群") == f"{CHAT}:{ZHANG}"
    )

    await office.hear(DUTY, "工程师02", f"帐号 {code}")  # it held once
    assert office.bot.directory.person(f"{CHAT}:我的私聊").id == "e01"


async def test_whoever_overhears_such_a_code_becomes_nobody(office: Office) -> None:
    code = await a_code(office)

    await office.hear(CUSTOMER, "路人", f"帐号 {code}")

    assert office.said(CUSTOMER) == ["我在这里也还不认得您，请到认得您的群里说，或请管理员登记。"]
    assert office.bot.directory.person(f"{CHAT}:路人") is None
    assert office.bot.directory.person(f"{CHAT}:我的私聊") is None
    await office.hear(DUTY, ZHANG, f"帐号 {code}")  # who is known says it where that is known
    assert office.bot.directory.person(f"{CHAT}:我的私聊").id == "e01"


async def test_a_chat_that_is_already_somebodys_stays_theirs(office: Office) -> None:
    first, second = await a_code(office), await a_code(office)
    await office.hear(DUTY, ZHANG, f"帐号 {first}")

    await office.hear(DUTY, "工程师02", f"帐号 {second}")

    assert office.bot.directory.person(f"{CHAT}:我的私聊").id == "e01"


async def test_such_a_code_holds_for_ten_minutes(office: Office) -> None:
    code = await a_code(office)
    office.clock.jump(timedelta(minutes=11))

    await office.hear(DUTY, ZHANG, f"帐号 {code}")

    assert office.bot.directory.person(f"{CHAT}:我的私聊") is None


async def test_who_asks_for_many_codes_gets_three(office: Office) -> None:
    for _ in range(5):
        await office.hear(MINE, "我的私聊", "帐号", times=2)

    assert len(office.said(MINE)) == 3


async def test_no_code_goes_to_a_private_chat_that_the_account_of_a_group_would_not_have(
    office: Office,
) -> None:
    await office.hear(DUTY, ZHANG, "帐号")

    assert office.said(DUTY) == ["这里别人也看得到，码不能说。请私聊我说“帐号”。"]
    assert office.said(f"私聊 {ZHANG}") == []


async def test_a_known_private_chat_takes_the_code_for_another_group(office: Office) -> None:
    await office.hear(DUTY, ZHANG, f"帐号 {await a_code(office)}")
    for room in (DUTY, MINE):
        office.said(room)

    await office.hear(DUTY, ZHANG, "帐号")
    (told,) = office.said(MINE)
    code = re.search(r"帐号 (\d{8})", told)
    assert code
    await office.hear(CUSTOMER, "老张在育才", f"帐号 {code[1]}")

    assert office.said(CUSTOMER) == [f"认得您了，{ZHANG}。"]
    party = Party("e01", ZHANG)
    assert office.bot.directory.account(party, CHAT, f"{CHAT}:group:{CUSTOMER}") == f"{CHAT}:老张在育才"
    assert office.bot.directory.private_address(party, CHAT) == f"{CHAT}:private:我的私聊"


async def test_where_accounts_are_the_same_everywhere_a_stranger_gets_no_code(offices: Any) -> None:
    office = await offices()

    await office.hear(MINE, "我的私聊", "帐号")

    assert not any("有效" in told for told in office.said(MINE))


async def test_what_a_code_was_said_for_is_taken_back_where_others_read_without_naming_it(
    office: Office,
) -> None:
    await office.hear(DUTY, ZHANG, f"帐号 {await a_code(office)}")
    for room in (DUTY, MINE):
        office.said(room)

    await office.hear(CUSTOMER, ZHANG, "帐号 取消")

    assert office.said(CUSTOMER) == [f"用确认码认的那个帐号不再是 {ZHANG} 的。"]
    assert office.bot.directory.person(f"{CHAT}:我的私聊") is None
    assert office.bot.directory.person(f"{CHAT}:{ZHANG}").id == "e01"


async def test_which_of_several_is_taken_back_is_asked_where_nobody_else_reads(office: Office) -> None:
    other = "私聊 另一个私聊"
    for room in (MINE, other):
        await office.hear(DUTY, ZHANG, f"帐号 {await a_code(office, room)}")
        office.said(DUTY)
        office.said(room)

    await office.hear(CUSTOMER, ZHANG, "帐号 取消")
    assert office.said(CUSTOMER) == ["认过的帐号不止一个，取消哪个请私聊我说“帐号 取消”。"]

    await office.hear(MINE, "我的私聊", "帐号 取消")
    assert office.said(MINE) == [
        (
            f"用确认码认过的帐号：{CHAT}:另一个私聊（{ZHANG}）、{CHAT}:我的私聊（{ZHANG}）。"
            f"取消一个：帐号 取消 {CHAT}:另一个私聊"
        )
    ]
    await office.hear(MINE, "我的私聊", f"帐号 取消 {CHAT}:另一个私聊")
    assert office.said(MINE) == [f"{CHAT}:另一个私聊 不再是 {ZHANG} 的帐号。"]
    assert office.bot.directory.person(f"{CHAT}:我的私聊").id == "e01"
