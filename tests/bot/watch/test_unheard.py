"""Words for a customer that wait: whoever wrote them hears of it, also when the store fails in between."""

from __future__ import annotations

import pytest

from bot.store.faults import StoreFault
from tests.bot.office import CUSTOMER, DUTY, Office

pytestmark = pytest.mark.asyncio


async def test_what_waits_is_told_of_after_the_store_has_failed(office: Office) -> None:
    await office.hear(CUSTOMER, "王老师", "报障 打印机坏了")
    await office.hear(DUTY, "工程师01", "接单 1001")
    office.chat.silence(CUSTOMER, is_over=False)
    office.said(DUTY)
    outgoing, failing = office.store.outgoing, [True, True]

    async def fails(key: str) -> object:
        if failing:
            failing.pop()
            raise StoreFault("数据库写不进去")
        return await outgoing(key)

    await office.hear(DUTY, "工程师01", "更新 1001 卡纸了，正在拆")
    office.store.outgoing = fails
    for _ in range(2):
        with pytest.raises(StoreFault):
            await office.bot.unheard.tick(office.clock.now())
    await office.bot.unheard.tick(office.clock.now())
    await office.bot.unheard.tick(office.clock.now())
    await office.bot.outbox.drain()

    told = [text for text in office.said(DUTY) if "客户还没看到" in text]
    assert len(told) == 1
    assert told[0].startswith("1001 这句客户还没看到")
    assert office.bot.unheard.next_at(office.clock.now()) is None
