"""Files on the dashboard: the report of an inspection, and what could not be delivered."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from openpyxl import load_workbook

from bot.store.contract import Change
from bot.store.messages import Delivery, Queued, QueuedFile

PLAN = """
[[plans]]
id = "monthly"
customer = "yucai"
name = "{month} 月巡检"
cron = "30 17 9 * *"
owner = "zhang"
items = ["服务器", "交换机"]
"""
NAME = "育才小学-3月巡检.xlsx"


def cells(content: bytes) -> list[str]:
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return [str(value) for row in sheet.iter_rows(values_only=True) for value in row if value is not None]


@pytest.mark.asyncio
async def test_the_report_of_an_inspection_is_a_download_in_the_readers_language(opens: Any) -> None:
    stand = await opens(more=PLAN)
    await stand.pass_time(timedelta(minutes=1))
    assert "没有报告" in await stand.page("/tickets/1001/report", status=404)
    await stand.say("zhang", "备注 1001 机柜密码贴在门后", room="duty")
    await stand.say("zhang", "巡检 1001 完成 服务器磁盘82% 其余正常", room="duty")

    assert 'href="/tickets/1001/report"' in await stand.page("/tickets/1001")
    answer = await stand.get("/tickets/1001/report")
    assert answer.status == 200
    assert answer.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{quote(NAME)}"
    said = cells(await answer.read())
    assert "服务器磁盘82%（隐患单 1003）" in said
    assert "交换机" in said
    assert not any("密码" in each for each in said)
    english = cells(await (await stand.get("/tickets/1001/report?lang=en")).read())
    assert "Signed by the customer" in english


@pytest.mark.asyncio
async def test_where_no_file_can_come_the_duty_room_reads_where_it_is(opens: Any) -> None:
    stand = await opens(more=PLAN)
    await stand.pass_time(timedelta(minutes=1))
    await stand.say("zhang", "巡检 1001 完成 全部正常", room="duty")

    customers = [each.text for each in stand.chat.said if each.room == "web:group:yucai"]
    duty = [each.text for each in stand.chat.said if each.room == "web:group:duty"]
    assert customers[-1].endswith(f"报告：育才小学-3月巡检\n“{NAME}”在这里发不了，工程师会另外发给您。")
    assert any(each.endswith("可在看板的 /tickets/1001/report 下载。") for each in duty)


@pytest.mark.asyncio
async def test_a_file_that_nobody_took_is_fetched_from_the_letters(stand: Any) -> None:
    store, now = stand.bot.store, stand.clock.now()
    file = QueuedFile(NAME, await store.keep_file(b"PK\x00", now), 3)
    letter = Queued(
        key="t1.2.0.file", adapter="web", room="web:group:yucai", text="可在看板下载", created_at=now,
        state=Delivery.DEAD, file=file, reason="不收",
    )  # fmt: skip
    await store.commit(Change(at=now, outgoing=(letter,)))

    page = await stand.page("/letters")
    assert f'<a href="/letters/file?key=t1.2.0.file" download>📎 {NAME}</a>' in page
    assert await (await stand.get("/letters/file?key=t1.2.0.file")).read() == b"PK\x00"
    assert (await stand.get("/letters/file?key=nothing")).status == 404
    await store.tidy(now + timedelta(days=31))
    assert (await stand.get("/letters/file?key=t1.2.0.file")).status == 410


@pytest.mark.asyncio
async def test_notes_and_words_of_the_duty_room_are_in_no_record(stand: Any) -> None:
    for who, text, room in (
        ("王老师", "报障 打印机坏了", "yucai"),
        ("zhang", "接单 1001", "duty"),
        ("zhang", "记录 1001 这位老师不太懂电脑", "duty"),
        ("zhang", "解决 1001 原因:缺纸 方法:加纸 预防:常看", "duty"),
    ):
        await stand.say(who, text, room=room)
    said = cells(await (await stand.get("/tickets/1001/record")).read())
    assert "缺纸" in said
    assert any(each.startswith("已建单 1001") for each in said)
    assert not any("不太懂" in each or "🆕" in each or "接单：" in each for each in said)
    assert (await stand.get("/tickets/9999/record")).status == 404
    assert 'href="/tickets/1001/record"' in await stand.page("/tickets/1001")
