"""The pages in a browser, wide and narrow: what people would have to look for is in sight, whatever the names are."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page

pytestmark = pytest.mark.asyncio

LONG = "欧阳震华·信息中心高级工程师（兼实验室管理员，周一至周五在东校区）"
_SAY = """([person, room, text]) => fetch("/chat/say", {method: "POST", headers: {"Content-Type": "application/json"},
  body: JSON.stringify({room: `web:group:${room}`, person: `web:${person}`, text, quotes: null})}).then((a) => a.status)"""

_HEIGHTS = """[...document.querySelectorAll("td.source")].map((cell) => {
  const words = document.createRange();
  words.selectNodeContents(cell);
  return words.getBoundingClientRect().height;
})"""


async def share(page: Page, cell: str) -> float:
    """Return how much of its table's width a cell has."""
    return await page.evaluate(
        "(cell) => { const it = document.querySelector(cell); return it.offsetWidth / it.closest('table').offsetWidth; }",
        cell,
    )


@pytest.fixture
def long_named(example: Path) -> Path:
    """The example, with an engineer whose name is long."""
    text = example.read_text(encoding="utf-8")
    example.write_text(text.replace('name = "老张"', f'name = "{LONG}"'), encoding="utf-8")
    return example


async def test_long_names_and_narrow_screens_hide_nothing(run, long_named: Path, page: Page) -> None:
    program = await run(long_named)
    address = await program.address()
    await page.goto(f"{address}/chat")
    assert await page.evaluate(_SAY, ["wang", "yucai", "报障 打印机坏了"]) == 200
    # What is said is taken at once, and understood a moment later.
    await page.get_by_text("已建单 1001").first.wait_for()
    assert await page.evaluate(_SAY, ["zhang", "duty", "接单 1001"]) == 200
    await page.goto(address)
    await page.get_by_text("打印机坏了").wait_for()
    await page.get_by_text(LONG).wait_for()
    assert await share(page, "td.what") > 0.4

    await page.goto(f"{address}/setup")
    assert await share(page, "td.what") < 0.4
    heights = await page.evaluate(_HEIGHTS)
    assert heights
    assert max(heights) < 30  # one line

    await page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/setup", "/standings", "/"):
        await page.goto(f"{address}{path}?lang=en")
        here = await page.locator(".top nav [aria-current]").bounding_box()
        assert here
        assert here["x"] >= 0
        assert here["x"] + here["width"] <= 390
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_a_long_address_in_what_waits_makes_no_page_wider_than_a_phone(
    run, example: Path, page: Page
) -> None:
    program = await run(example)
    address = await program.address()
    await page.goto(f"{address}/chat")
    link = "https://example.com/" + "path/that/never/ends/" * 5
    assert await page.evaluate(_SAY, ["wang", "yucai", f"报障 门禁读卡器不亮 {link}"]) == 200
    await page.get_by_text("已建单 1001").first.wait_for()
    for text in ("接单 1001", "解决 1001 原因:电源坏了 方法:更换电源 预防:装防雷"):
        assert await page.evaluate(_SAY, ["zhang", "duty", text]) == 200
    await page.get_by_text("好了回 1").first.wait_for()
    assert await page.evaluate(_SAY, ["wang", "yucai", "1"]) == 200
    await page.get_by_text("1001 可入库").first.wait_for()
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(f"{address}/knowledge")
    await page.get_by_text("等处理").wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
