"""The board: what it shows, in which order, and for whom."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from adapters.contract import Capabilities, DeliveryFailed, Quota
from bot.dashboard import live


def shown(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'data-ticket="(\d+)"', page)]


def row(page: str, number: int) -> str:
    found = re.search(rf'<tr[^>]*data-ticket="{number}".*?</tr>', page, re.DOTALL)
    assert found is not None
    return found[0]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def tiles(page: str) -> dict[str, int]:
    found = re.findall(r"<b>(\d+)</b> <span>(.*?)</span>", page)
    return {name: int(count) for count, name in found}


@pytest.mark.asyncio
async def test_a_new_ticket_shows_its_promise_with_time_and_time_left(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机坏了")

    said = words(row(await stand.page("/"), 1001))

    assert (
        said
        == "1001 三级·个别服务 打印机坏了 王老师｜育才小学｜育才群 没人接 待接 响应 10:30 前 还有 30 分钟"
    )


@pytest.mark.asyncio
async def test_a_claimed_ticket_names_its_owner(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机坏了")
    await stand.say("zhang", "接单 1001", room="duty")

    said = words(row(await stand.page("/"), 1001))

    assert "老张 处理中" in said
    assert "没人接" not in said


@pytest.mark.asyncio
async def test_the_most_pressing_ticket_is_first_and_what_waits_for_the_customer_last(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机坏了")
    await stand.say("zhang", "解决 1001 原因:缺纸 方法:加纸 预防:常看", room="duty")
    await stand.say("王老师", "报障 投影不亮")
    await stand.say("王老师", "报障 瘫痪 全校没网")

    assert shown(await stand.page("/")) == [1003, 1002, 1001]


@pytest.mark.asyncio
async def test_a_broken_promise_says_by_how_much(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机坏了")
    await stand.pass_time(timedelta(minutes=35))

    page = await stand.page("/")

    assert "超时 5 分钟" in words(row(page, 1001))
    assert tiles(page) == {"在办": 1, "没人接": 1, "超时": 1, "等确认": 0, "未送达": 0}


@pytest.mark.asyncio
async def test_a_promise_that_is_nearly_due_is_marked_and_one_kept_to_the_instant_is_not_late(
    stand: Any,
) -> None:
    await stand.say("王老师", "报障 打印机坏了")
    assert 'class="fine"' in row(await stand.page("/"), 1001)
    await stand.pass_time(timedelta(minutes=23))
    assert 'class="soon"' in row(await stand.page("/"), 1001)
    await stand.pass_time(timedelta(minutes=7))
    assert 'class="soon"' in row(await stand.page("/"), 1001)
    await stand.pass_time(timedelta(seconds=1))
    assert 'class="late"' in row(await stand.page("/"), 1001)


@pytest.mark.asyncio
async def test_plain_links_filter_by_state_and_room(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机坏了")
    await stand.say("吴老师", "报障 投影不亮", room="shiyan")
    await stand.say("zhang", "接单 1002", room="duty")

    assert shown(await stand.page("/?state=unclaimed")) == [1001]
    assert shown(await stand.page("/?room=shiyan")) == [1002]
    assert shown(await stand.page("/?state=nonsense")) == [1001, 1002]
    empty = await stand.page("/?room=shiyan&state=unclaimed")
    assert shown(empty) == []
    assert "这里没有单" in empty
    assert 'href="/?room=shiyan&amp;state=overdue"' in empty  # the numbers stay in the room


@pytest.mark.asyncio
async def test_an_empty_board_says_where_tickets_come_from(stand: Any) -> None:
    assert "没有在办的单" in await stand.page("/")


@pytest.mark.asyncio
async def test_what_people_type_stays_text(stand: Any) -> None:
    await stand.say("<script>alert(1)</script>", '报障 <img src=x onerror="alert(2)"> & {{ 7*7 }}')

    page = await stand.page("/")

    assert "&lt;img src=x onerror=&#34;alert(2)&#34;&gt; &amp; {{ 7*7 }}" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


@pytest.mark.asyncio
async def test_the_header_counts_what_was_not_delivered(stand: Any) -> None:
    stand.chat.refused["web:group:duty"] = DeliveryFailed("被移出群")
    await stand.say("王老师", "报障 打印机坏了")

    page = await stand.page("/")

    assert '<span class="badge" data-part="badge">1</span>' in page
    assert tiles(page)["未送达"] == 1


@pytest.mark.asyncio
async def test_the_bots_time_is_shown_when_it_can_be_moved(opens: Any) -> None:
    assert ">2026-03-06 10:00</time>" in await (await opens()).page("/")


@pytest.mark.asyncio
async def test_the_bots_time_is_not_shown_where_it_is_that_of_the_wall(opens: Any) -> None:
    stand = await opens(travel=False)
    await stand.get(stand.access.link(""))
    assert 'data-part="clock"' not in await stand.page("/")


@pytest.mark.asyncio
async def test_the_language_is_asked_for_and_remembered(stand: Any) -> None:
    assert '<html lang="zh-CN">' in await stand.page("/")
    assert '<html lang="en">' in await stand.page("/", Accept_Language="en-GB,zh;q=0.5")
    assert '<html lang="en">' in await stand.page("/?lang=en")
    assert '<html lang="en">' in await stand.page("/", Accept_Language="zh")
    assert '<html lang="zh-CN">' in await stand.page("/?lang=zh")


@pytest.mark.asyncio
async def test_a_quota_that_is_nearly_used_up_is_told_and_measured(stand: Any) -> None:
    quotas = stand.bot.outbox.quotas()
    ((name, counted),) = quotas.items()
    counted.__init__(Capabilities(quotas=(Quota(10, timedelta(hours=1)),)))
    for _ in range(8):
        counted.take("web:group:yucai", stand.clock.now(), is_push=True)

    assert "育才群：这一小时发了 8 条，平台只让发 10 条" in words(await stand.page("/"))
    assert f'shouwen_quota_used_ratio{{adapter="{name}"}} 0.8' in await stand.page("/metrics")


@pytest.mark.asyncio
async def test_more_tickets_than_are_counted_are_said_to_be_there(
    stand: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("打印机坏了", "投影不亮", "音响没声"):
        await stand.say("王老师", f"报障 {text}")
    monkeypatch.setattr(live, "MOST_TICKETS", 3)
    assert "只数最早的" not in await stand.page("/")
    monkeypatch.setattr(live, "MOST_TICKETS", 2)
    page = await stand.page("/")
    assert shown(page) == [1001, 1002]
    assert "没关的单多于" in page


@pytest.mark.asyncio
async def test_a_hundred_tickets_are_on_a_page_the_most_pressing_first(stand: Any) -> None:
    for number in range(103):
        await stand.say(f"老师{number}", f"报障 第{number}教室投影不亮")
    first, second = await stand.page("/"), await stand.page("/?page=2")
    assert shown(first) == list(range(1001, 1101))
    assert shown(second) == [1101, 1102, 1103]
    assert "第 1 页，共 2 页" in words(first)
    assert 'href="/?page=2" rel="next"' in first
    assert 'rel="prev"' not in first
    assert 'href="/" rel="prev"' in second
    assert 'rel="next"' not in second
    assert tiles(second)["在办"] == 103
    assert 'data-live="/live/board?page=2"' in second or "/live/board?page=2" in second
    for odd in ("9", "0", "-1", "999999", "x"):
        assert shown(await stand.page(f"/?page={odd}"))
    assert shown(await stand.page("/?page=9")) == [1101, 1102, 1103]


@pytest.mark.asyncio
async def test_a_board_of_one_page_names_no_pages(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机坏了")
    assert 'class="pages"' not in await stand.page("/")
    assert 'class="pages"' not in await stand.page("/?page=2")
