"""The page of one ticket: promises with their reasons, the archive, what was said."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from adapters.contract import DeliveryFailed
from bot.dashboard.case import broken_at

_RESOLUTION = "解决 1001 原因:缺纸 方法:加纸 预防:常看"


def words(page: str) -> str:
    main = page.partition("<main")[2]
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", main).split()))


@pytest.mark.asyncio
async def test_a_ticket_shows_who_what_and_for_whom(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机坏了")
    await stand.say("zhang", "接单 1001", room="duty")

    said = words(await stand.page("/tickets/1001"))

    assert "1001 三级·个别服务 处理中 打印机坏了" in said
    assert (
        "负责人 老张 提出人 王老师 客户 育才小学 群 育才群 服务政策 教育两级 建单 2026-03-06 10:00:00" in said
    )


@pytest.mark.asyncio
async def test_promises_say_how_they_stand_and_why(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机坏了")
    await stand.pass_time(timedelta(minutes=35))
    await stand.say("zhang", "1001 我看一下")

    said = words(await stand.page("/tickets/1001"))

    assert (
        "响应 10:35 完成，超时 5 分钟 到期 2026-03-06 10:30:00 开始 2026-03-06 周五 10:00 日历 workday"
        in said
    )
    assert "解决 周一 09:30 前，还有 2 天 22 小时 到期 2026-03-09 09:30:00" in said
    assert "2026-03-06 周五 10:00–17:30 计 450 分钟 2026-03-09 周一 09:00–09:30 计 30 分钟" in said


@pytest.mark.asyncio
async def test_a_solved_ticket_stands_still_and_a_withdrawn_one_owes_nothing(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机坏了")
    await stand.say("王老师", "撤单 1001")
    await stand.say("王老师", "报障 投影不亮")
    await stand.say("zhang", "接单 1002", room="duty")
    await stand.say("zhang", _RESOLUTION.replace("1001", "1002"), room="duty")

    withdrawn, solved = words(await stand.page("/tickets/1001")), words(await stand.page("/tickets/1002"))

    assert "响应 随单关闭" in withdrawn
    assert "关单 2026-03-06 10:00:00 已撤单" in withdrawn
    assert "原因 缺纸 方法 加纸 预防 常看" in solved
    assert "解决 10:00 完成，按时" in solved


@pytest.mark.asyncio
async def test_the_archive_is_told_line_by_line_with_its_proof(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机坏了")
    await stand.say("zhang", "接单 1001", room="duty")

    said = words(await stand.page("/tickets/1001"))

    assert "档案完整 ✓" in said
    assert (
        "2026-03-06 10:00:00 王老师 提出（三级·个别服务）：打印机坏了 web:王老师 · web:group:yucai · u1"
        in said
    )
    assert "2026-03-06 10:00:00 老张 接单 web:zhang · web:group:duty · u2" in said


@pytest.mark.asyncio
async def test_what_was_said_is_shown_with_whether_it_arrived(stand: Any) -> None:
    stand.chat.refused["web:group:duty"] = DeliveryFailed("被移出群")
    await stand.say("王老师", "报障 打印机坏了")

    said = words(await stand.page("/tickets/1001"))

    assert "育才群 已送达 已建单 1001" in said
    assert "值班群 未送达 🆕 1001" in said
    assert "被移出群 web:group:duty" in said


@pytest.mark.asyncio
async def test_a_hand_over_in_the_air_is_told(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机坏了")
    await stand.say("zhang", "接单 1001", room="duty")
    await stand.say("zhang", "转交 1001 @陈经理 请看看", room="duty")

    assert "老张 请 陈经理 接手，等到 10:15；接受前仍由 老张 负责。" in words(
        await stand.page("/tickets/1001")
    )


@pytest.mark.asyncio
async def test_a_callback_and_its_ticket_lead_to_each_other(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机坏了")
    await stand.say("zhang", _RESOLUTION, room="duty")
    await stand.say("王老师", "1")
    await stand.say("王老师", "2 2 太慢")

    assert 'href="/tickets/1002"' in await stand.page("/tickets/1001")
    callback = await stand.page("/tickets/1002")
    assert 'href="/tickets/1001"' in callback
    assert "建回访单，针对 1001，由 陈经理 负责" in words(callback)
    assert "评分 速度 2，质量 2" in words(await stand.page("/tickets/1001"))
    assert "回访" in words(await stand.page("/"))


@pytest.mark.asyncio
async def test_what_people_type_stays_text_everywhere(stand: Any) -> None:
    stand.chat.refused["web:group:duty"] = DeliveryFailed("<script>reason</script>")
    await stand.say("<script>name</script>", "报障 <script>text</script>")
    await stand.say("<script>name</script>", "1001 <script>more</script>")

    for path in ("/", "/tickets/1001", "/letters"):
        page = await stand.page(path)
        assert "&lt;script&gt;" in page
        for hostile in ("<script>text", "<script>name", "<script>more", "<script>reason"):
            assert hostile not in page


@pytest.mark.asyncio
async def test_an_unknown_ticket_is_not_found(stand: Any) -> None:
    assert "没有查到 4711" in await stand.page("/tickets/4711", status=404)
    await stand.page("/tickets/9999999999", status=404)


@pytest.mark.asyncio
async def test_a_closed_ticket_is_still_shown(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机坏了")
    await stand.say("zhang", _RESOLUTION, room="duty")
    await stand.say("王老师", "1")
    await stand.pass_time(timedelta(days=3))
    assert "已关闭" in words(await stand.page("/tickets/1001"))


@pytest.mark.asyncio
async def test_an_archive_that_was_changed_shows_where(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机坏了")
    await stand.say("zhang", "接单 1001", room="duty")
    ticket, records = await stand.bot.store.ticket(1001), await stand.bot.store.records(1001)

    assert broken_at(ticket, records) is None
    assert broken_at(ticket, [records[0], replace(records[1], at=records[1].at + timedelta(hours=1))]) == 2
    assert broken_at(ticket, records[:1]) == 2
    assert broken_at(ticket, []) == 1
    assert broken_at(replace(ticket, head="another"), records) == 2
    assert (
        broken_at(replace(ticket, version=1, head=records[0].hash), records) is None
    )  # read a moment before


@pytest.mark.asyncio
async def test_a_ticket_whose_clocks_cannot_be_computed_shows_its_history_and_says_why(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机坏了")
    del stand.bot.rules.calendars["workday"]

    said = words(await stand.page("/tickets/1001"))

    assert "时限算不出来：配置里没有日历 workday" in said
    assert "没有约定时限" not in said
    assert "档案完整 ✓" in said
    assert "已建单 1001" in said


@pytest.mark.asyncio
async def test_a_fault_of_ours_in_the_clocks_is_named_too(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机坏了")
    stand.bot.rules.calendars["workday"] = None
    said = words(await stand.page("/tickets/1001"))
    assert "时限算不出来（AttributeError: " in said
    assert "档案完整 ✓" in said
