"""Knowledge in a real browser: a spreadsheet comes in, somebody asks, the answer is corrected and approved, the next asker gets the new one."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.async_api import Page, expect

from tests.e2e.test_browser import CUSTOMER, DUTY, Room

pytestmark = pytest.mark.asyncio


def a_spreadsheet(folder: Path) -> Path:
    book = Workbook()
    sheet = book.active
    sheet.append(["标准问法", "相似问法", "答案", "分类", "适用客户"])
    sheet.append(["班牌怎么换背景图片", "班牌背景图怎么换", "在“班牌管理”里上传图片", "班牌", "育才小学"])
    sheet.append(["体温枪怎么校准", "", "按住电源键十秒", "设备", ""])
    sheet.append(["没有答案的一行", "", "", "", ""])
    file = folder / "知识.xlsx"
    book.save(file)
    return file


async def test_from_a_spreadsheet_to_the_corrected_answer(
    run,
    example: Path,
    page: Page,
    tmp_path: Path,
) -> None:
    program = await run(example)
    address = await program.address()
    question = "@小首 班牌怎么换背景图片？"

    await page.goto(f"{address}/knowledge")
    await page.get_by_label("文件", exact=True).set_input_files(a_spreadsheet(tmp_path))
    await page.get_by_role("button", name="先看会改什么").click()
    await expect(page.locator("main")).to_contain_text("新增 2")
    await expect(page.locator("main")).to_contain_text("第 4 行缺答案")
    await page.get_by_label("谁在改").select_option("chen")
    await page.get_by_role("button", name="导入这个文件").click()
    await expect(page.locator("#notice")).to_contain_text("新增 2")
    await page.screenshot(path=tmp_path / "list.png", full_page=True)

    await page.goto(f"{address}/chat")
    await page.wait_for_selector("body[data-connected]")
    customer, duty = Room(page, CUSTOMER), Room(page, DUTY)
    await customer.says("wang", question)
    await expect(customer.of_bot("在“班牌管理”里上传图片")).to_have_count(1)
    await duty.says("li", "改 K-104 在“班牌管理-主题”里上传 1920×1080 的图片")
    await expect(duty.of_bot("K-104 等知识管理员")).to_have_count(1)

    await page.goto(f"{address}/knowledge")
    waiting = page.locator('[data-kind="draft"]')
    await expect(waiting).to_contain_text("班牌怎么换背景图片")
    await waiting.get_by_label("答案").fill("在“班牌管理-主题”里上传 1920×1080 的图片，10 分钟后生效")
    await waiting.get_by_role("button", name="通过").click()
    await expect(page.locator("#notice")).to_contain_text("K-104 已上线")
    await expect(page.locator('[data-kind="draft"]')).to_have_count(0)

    await page.goto(f"{address}/chat")
    await page.wait_for_selector("body[data-connected]")
    await customer.says("wang", question)  # a moment after the wrong one was given
    await expect(customer.of_bot("10 分钟后生效")).to_have_count(1)
    await customer.says("wang", "好了，谢谢")

    await page.goto(f"{address}/knowledge/try")
    await page.get_by_label("问题").fill("体温枪怎么校准")
    await page.get_by_role("button", name="试", exact=True).click()
    await expect(page.get_by_test_id("verdict")).to_contain_text("直接回答 K-105")
    await page.screenshot(path=tmp_path / "try.png", full_page=True)

    await page.goto(f"{address}/knowledge/entries/K-104")
    await expect(page.locator("main")).to_contain_text("答过 2 次，有用 1 次")
    await page.get_by_label("谁在改").select_option("chen")
    await page.get_by_role("button", name="停用").click()
    await expect(page.locator("h2")).to_contain_text("已停用")
    await page.get_by_role("button", name="恢复成这样").last.click()
    await expect(page.locator("h2")).not_to_contain_text("已停用")
    await expect(page.locator("textarea[name=answer]")).to_have_value("在“班牌管理”里上传图片")
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.screenshot(path=tmp_path / "entry-phone.png", full_page=True)
    assert "Traceback" not in program.said()
