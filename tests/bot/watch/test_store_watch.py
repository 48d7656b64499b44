"""A store that saves nothing is told of in the duty room past the store, and its end like everything else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.contract import DeliveryFailed
from bot.store.faults import StoreFault
from bot.watch.store_watch import LEAST_FREE, StoreWatch
from tests.bot.office import CUSTOMER, DUTY

pytestmark = pytest.mark.asyncio
FULL = StoreFault("磁盘满了（{error}），存不进数据库 {path}；请清出空间。", error="full", path="a.db")


class Disk:
    """A store that can be full; everything else it leaves to the real one."""

    def __init__(self) -> None:
        self.trouble: StoreFault | None = None
        self.free: int | None = 10 * LEAST_FREE

    async def free_bytes(self) -> int | None:
        return self.free


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def watch(office, disk) -> StoreWatch:
    bot = office.bot
    return StoreWatch(
        store=disk,
        clock=office.clock,
        living=bot.living,
        desk=bot.desk,
        drafts=bot.drafts,
        outbox=bot.outbox,
        unsaved=lambda: 3,
    )


async def pass_(office, watch, seconds: int) -> None:
    for _ in range(seconds):
        office.clock.move_to(office.clock.now() + timedelta(seconds=1))
        await watch.look()
    await office.bot.outbox.drain()


async def test_trouble_that_lasts_is_told_once_and_its_end_too(office, watch, disk):
    disk.trouble = FULL
    await pass_(office, watch, 19)
    assert office.said(DUTY) == []
    await pass_(office, watch, 60)
    (told,) = office.said(DUTY)
    assert told.splitlines() == [
        "⚠️ 10:00 起存不下东西：磁盘满了（full），存不进数据库 a.db；请清出空间。",
        "群里的话先记在内存里，好了再处理；这段时间请直接看群，别重启机器人。",
    ]
    assert await office.bot.store.waiting("chat") == []  # it was kept nowhere
    disk.trouble = None
    await pass_(office, watch, 5)
    assert office.said(DUTY) == []
    await pass_(office, watch, 30)
    assert office.said(DUTY) == [
        "✅ 又存得下了（10:00 起存不下）。其间没存下的 3 句话已接着处理，已到点的催办也会补上。"
    ]
    assert office.said(CUSTOMER) == []


async def test_a_disk_that_takes_some_and_refuses_some_is_one_trouble(office, watch, disk):
    for _ in range(20):
        disk.trouble = FULL
        await pass_(office, watch, 4)
        disk.trouble = None
        await pass_(office, watch, 4)
    assert len(office.said(DUTY)) == 1


async def test_a_server_that_is_replaced_by_another_is_nothing_to_tell(office, watch, disk):
    disk.trouble = FULL
    await pass_(office, watch, 15)
    disk.trouble = None
    await pass_(office, watch, 60)
    assert office.said(DUTY) == []


async def test_trouble_is_told_once_an_hour_however_the_platform_takes_it(office, watch, disk):
    send, told = office.chat.send, []

    async def refuses(message):
        told.append(message.text)
        raise DeliveryFailed("帐号被风控")

    office.chat.send = refuses
    disk.trouble = FULL
    await pass_(office, watch, 3600 + 30)
    assert len(told) == 2
    office.chat.send = send


async def test_a_disk_that_is_nearly_full_is_told_once_a_day(office, watch, disk):
    disk.free = LEAST_FREE - 1_000_000
    await pass_(office, watch, 1300)
    assert office.said(DUTY) == ["⚠️ 数据库的磁盘只剩 199 MB，满了就存不下群里的话。管理员请清出空间。"]
    office.clock.move_to(office.clock.now() + timedelta(days=1))
    await pass_(office, watch, 1)
    assert len(office.said(DUTY)) == 1


async def test_nothing_is_said_where_all_is_well_or_nobody_can_tell(office, watch, disk):
    await pass_(office, watch, 5)
    disk.free = None
    await pass_(office, watch, 1300)
    assert office.said(DUTY) == []
