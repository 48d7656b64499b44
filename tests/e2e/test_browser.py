"""A whole case in a real browser: reported, claimed, left too long, escalated, solved, confirmed, rated, seen on the dashboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

pytestmark = pytest.mark.asyncio

CUSTOMER, DUTY = "web:group:yucai", "web:group:duty"


class Room:
    """A room of the simulator as a person sees it."""

    def __init__(self, page: Page, address: str) -> None:
        self._room = page.locator(f'[data-testid="room"][data-room="{address}"]')

    async def says(self, person: str, text: str) -> None:
        await self._room.get_by_test_id("speaker").select_option(f"web:{person}")
        await self._room.get_by_test_id("text").fill(text)
        await self._room.get_by_test_id("text").press("Enter")

    def of_bot(self, text: str) -> Locator:
        """The messages of the bot that contain a text."""
        messages = self._room.locator('[data-testid="message"][data-person="bot"]')
        return messages.get_by_test_id("message-text").filter(has_text=text)

    def button(self, command: str) -> Locator:
        return self._room.locator(f'[data-testid="button"][data-command="{command}"]')


async def test_from_report_to_rating(run, example: Path, page: Page, tmp_path: Path) -> None:
    wrongs: list[str] = []
    page.on("pageerror", lambda error: wrongs.append(str(error)))
    page.on("console", lambda said: wrongs.append(said.text) if said.type == "error" else None)
    program = await run(example)
    address = await program.address()
    await page.goto(f"{address}/chat")
    await page.wait_for_selector("body[data-connected]")
    customer, duty = Room(page, CUSTOMER), Room(page, DUTY)

    await customer.says("wang", "报障 一级 教务系统全校打不开")
    await expect(customer.of_bot("🔴 已建单 1001（一级·瘫痪）")).to_have_count(1)
    await expect(duty.of_bot("🔴 1001 一级｜育才小学｜王老师：教务系统全校打不开")).to_have_count(1)

    await (
        page.locator(f'[data-testid="room"][data-room="{DUTY}"]')
        .get_by_test_id("speaker")
        .select_option("web:zhang")
    )
    await duty.button("接单 1001").first.click()
    await expect(duty.of_bot("1001 由 老张 接单（")).to_have_count(1)
    await expect(customer.of_bot("1001 由 老张 负责")).to_have_count(1)

    await page.get_by_test_id("travel-300").click()
    await expect(duty.of_bot("⏳ 1001 客户还没等到回话，响应")).to_have_count(2)
    await expect(duty.of_bot("⚠️ 1001 响应超时，已报")).to_have_count(1)
    await expect(customer.of_bot("超时")).to_have_count(0)
    await page.screenshot(path=tmp_path / "ladder.png")

    await page.goto(f"{address}/")
    row = page.locator('[data-ticket="1001"]')
    await expect(row).to_contain_text("教务系统全校打不开")
    await expect(row).to_contain_text("老张")
    await page.screenshot(path=tmp_path / "dashboard.png")

    await page.goto(f"{address}/chat")
    await page.wait_for_selector("body[data-connected]")
    await duty.says("zhang", "解决 1001 原因:数据库满了 方法:清理归档 预防:加监控")
    await expect(customer.of_bot("✅ 1001 已处理（老张）：数据库满了，清理归档。")).to_have_count(1)
    await customer.says("wang", "1")
    await expect(customer.of_bot("谢谢确认，1001 已关闭。给这次服务打个分吧")).to_have_count(1)
    await customer.says("wang", "5 4 处理得很快")
    await customer.says("wang", "我的单")
    await expect(customer.of_bot("1001")).to_have_count(4)

    await page.goto(f"{address}/tickets/1001")
    await expect(page.locator("body")).to_contain_text("处理得很快")
    await page.screenshot(path=tmp_path / "ticket.png", full_page=True)
    assert wrongs == []
    assert "Traceback" not in program.said()
