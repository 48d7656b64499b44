"""Merging at the desk: one commit for all tickets, whoever else works on them at the same moment."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.tickets import joint_events as je
from bot.tickets.kinds import Closing, Status
from tests.bot.office import CUSTOMER, DUTY, ENGINEERS, OTHER_CUSTOMER, Office

ONE, TWO = ENGINEERS[:2]


async def _reported(office: Office) -> None:
    await office.hear(CUSTOMER, "王老师", "报障 平台打不开了")
    await office.hear(OTHER_CUSTOMER, "吴老师", "报障 登不上 502")


@pytest.mark.asyncio
async def test_a_merge_that_is_heard_twice_happens_once(office: Office) -> None:
    await _reported(office)
    await office.hear(DUTY, ONE, "合并 1002 到 1001", times=3)
    assert [type(each) for each in await office.events()][1:] == [je.Absorbed]
    assert (await office.ticket(1002)).follows == 1001


@pytest.mark.asyncio
async def test_while_all_claim_and_merge_there_is_one_owner_of_both(office: Office) -> None:
    await _reported(office)
    claims = (office.hear(DUTY, name, f"接单 {1001 + index % 2}") for index, name in enumerate(ENGINEERS[:6]))
    await asyncio.gather(*claims, office.hear(DUTY, "陈经理", "合并 1002 到 1001"))
    main, other = await office.ticket(1001), await office.ticket(1002)
    assert main.followers == (1002,)
    assert main.owner is not None
    assert other.owner == main.owner


@pytest.mark.asyncio
async def test_of_two_who_merge_crosswise_one_is_refused(offices: Any) -> None:
    one, two = await offices(), await offices()
    await _reported(one)
    await asyncio.gather(one.hear(DUTY, ONE, "合并 1002 到 1001"), two.hear(DUTY, TWO, "合并 1001 到 1002"))
    follows = [(await one.ticket(number)).follows for number in (1001, 1002)]
    assert sorted(follows, key=lambda each: each or 0) in ([None, 1001], [None, 1002])


@pytest.mark.asyncio
async def test_everybody_of_one_room_is_on_one_ticket(office: Office) -> None:
    await office.hear(CUSTOMER, "王老师", "报障 平台打不开了")
    names = [f"老师{number}" for number in range(20)]
    await asyncio.gather(*(office.hear(CUSTOMER, name, "报障 也登不上") for name in names))
    ticket = await office.ticket()
    assert {each.party.name for each in ticket.reporters} == set(names)
    assert await office.store.ticket(1002) is None


@pytest.mark.asyncio
async def test_a_solution_reaches_both_rooms_in_one_commit(office: Office) -> None:
    await _reported(office)
    await office.hear(DUTY, ONE, "接单 1001")
    await office.hear(DUTY, ONE, "合并 1002 到 1001")
    office.said(CUSTOMER)
    office.said(OTHER_CUSTOMER)
    await office.hear(DUTY, ONE, "解决 1001 原因:主机 方法:切换 预防:监控")
    assert [(await office.ticket(each)).status for each in (1001, 1002)] == [Status.SOLVED] * 2
    (first,), (second,) = office.said(CUSTOMER), office.said(OTHER_CUSTOMER)
    assert ("1001" in first, "王老师" in first, "1002" in second, "吴老师" in second) == (True,) * 4
    assert "1001" not in second
    await office.hear(DUTY, ONE, "撤销 1001")
    assert [(await office.ticket(each)).status for each in (1001, 1002)] == [Status.OPEN] * 2


@pytest.mark.asyncio
async def test_who_said_no_has_a_ticket_of_their_own_and_left_the_other(office: Office) -> None:
    await office.hear(CUSTOMER, "王老师", "报障 平台打不开了")
    await office.hear(CUSTOMER, "李老师", "@小首 登不上")
    assert (await office.ticket()).people == 2
    await office.hear(CUSTOMER, "李老师", "0", times=3)
    assert (await office.ticket()).people == 1
    assert (await office.ticket(1002)).requester.name == "李老师"
    assert await office.store.ticket(1003) is None


@pytest.mark.asyncio
async def test_a_merged_ticket_of_the_room_is_meant_by_its_number_until_it_is_split(office: Office) -> None:
    await office.hear(CUSTOMER, "王老师", "报障 课表不对")
    await office.hear(CUSTOMER, "李老师", "报障 课表少了周五")
    await office.hear(DUTY, ONE, "合并 1002 到 1001")
    assert (await office.ticket(1002)).closing is Closing.MERGED
    await office.hear(DUTY, ONE, "接单 1002")
    assert (await office.ticket(1001)).owner is not None
    await office.hear(DUTY, ONE, "拆分 1002")
    assert (await office.ticket(1002)).status is Status.OPEN
    assert (await office.ticket(1001)).people == 1
