"""The figures of some days as a workbook on the dashboard: of all customers, and of one."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

_MARCH = "/report?from=2026-03-01&until=2026-03-31"


def rows(content: bytes) -> list[list[str]]:
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    every = [[str(value) for value in row if value is not None] for row in sheet.iter_rows(values_only=True)]
    return [row for row in every if row]


async def _some_tickets(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机坏了")
    await stand.say("zhang", "接单 1001", room="duty")
    await stand.say("吴老师", "报障 =1+1 投影不亮", room="shiyan")
    await stand.pass_time(timedelta(hours=2))
    await stand.say("zhang", "解决 1001 原因:缺纸 方法:加纸 预防:常看", room="duty")


@pytest.mark.asyncio
async def test_the_workbook_of_a_month_has_figures_customers_and_tickets(stand: Any) -> None:
    await _some_tickets(stand)
    answer = await stand.get(_MARCH)
    assert answer.status == 200
    assert "2026-03-01-2026-03-31.xlsx" in answer.headers["Content-Disposition"]
    found = rows(await answer.read())
    assert ["日期", "2026-03-01 至 2026-03-31"] in found
    assert ["新单", "2"] in found
    assert ["待确认", "1"] in found
    assert [row[:4] for row in found if row[0] in ("育才小学", "实验小学")] == [
        ["实验小学", "1", "0", "1"],
        ["育才小学", "1", "0", "0"],
    ]
    tickets = [row for row in found if row[0] in ("1001", "1002")]
    assert [(row[0], row[1], row[2]) for row in tickets] == [
        ("1001", "育才小学", "打印机坏了"),
        ("1002", "实验小学", "=1+1 投影不亮"),
    ]
    assert "待确认" in tickets[0]


@pytest.mark.asyncio
async def test_the_workbook_of_a_customer_says_nothing_of_others(stand: Any) -> None:
    await _some_tickets(stand)
    answer = await stand.get(f"{_MARCH}&customer=yucai")
    said = rows(await answer.read())
    assert said[0] == ["育才小学 服务报表"]
    assert ["新单", "1"] in said
    assert not any("实验小学" in cell or "投影" in cell for row in said for cell in row)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "query",
    ["", "?from=2026-03-01", "?from=2026-03-02&until=2026-03-01", "?from=x&until=y", "?from=2026-03-01&until=2026-03-31&customer=no",
     "?from=0001-01-01&until=9999-12-31"],
)  # fmt: skip
async def test_days_that_make_no_sense_are_told(stand: Any, query: str) -> None:
    assert "没有这样的报表" in await stand.page(f"/report{query}", status=400)


@pytest.mark.asyncio
async def test_the_page_of_attainment_offers_the_month_before(stand: Any) -> None:
    shown = await stand.page("/standings")
    assert 'name="from" value="2026-02-01"' in shown
    assert 'name="until" value="2026-02-28"' in shown
    assert '<option value="yucai">育才小学</option>' in shown
