"""The shares and numbers of contracts on the dashboard."""

from __future__ import annotations

from datetime import timedelta

import pytest

pytestmark = pytest.mark.asyncio
PROMISED = """
[[policies.edu.quotas]]
id = "faults"
name = "影响教学的故障"
limit = 1
levels = ["1"]
"""


async def test_what_was_promised_stands_there_customer_by_customer(opens):
    stand = await opens(more=PROMISED)
    page = await stand.page("/standings")
    assert page.count("✓ 影响教学的故障：0/1 次") == 2
    for text in ("报障 打印机坏了", "报障 全校瘫痪", "报障 又瘫痪了"):
        await stand.say("王老师", text)
        await stand.pass_time(timedelta(days=1))
    page = await stand.page("/standings")
    late = page.index("✗ 影响教学的故障：2/1 次")
    assert page.index("育才小学") < late < page.index("实验小学") < page.index("✓ 影响教学的故障：0/1 次")
    assert page.count('class="late"') == page.count("✗")


async def test_where_nothing_of_the_kind_was_promised_the_page_says_so(stand):
    assert "合同里没有比例和次数的约定。" in await stand.page("/standings")
