"""A whole case in QQ groups, from the report to the rating: the real bot, and the platform that these tests play."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from bot import app
from bot.config import load
from bot.store.registry import open_store
from bot.tickets.kinds import Closing, Status
from bot.tickets.records import first_break
from tests.adapters.conftest import NOON
from tests.adapters.qq_peers import APP_ID, SECRET, OpenPlatform, Posted, called

pytestmark = [
    pytest.mark.asyncio,
    # The program says this to aiohttp in a way that aiohttp has meanwhile given up; it is not what is tested here.
]

YUCAI, DUTY = "GROUP0YUCAI", "GROUP0DUTY"
WANG = "M0WANG"
ZHANG, LI = "M0ZHANG", "M0LI"

# Everything is open at all hours: this test runs at any time of any day.
CONFIG = """
[store]
url = {store}
[web]
listen = "127.0.0.1:0"
[survey]
waking = "00:00-24:00"
[[adapters]]
name = "qq"
type = "qq"
app_id = "{app_id}"
secret = "env:QQ_SECRET"
api_base = "{base}"
token_url = "{base}/app/getAppAccessToken"
per_minute_room = 0
[[people]]
id = "wang"
name = "王老师"
role = "contact"
accounts = ["qq:M0WANG"]
customer = "yucai"
[[people]]
id = "zhang"
name = "老张"
role = "engineer"
accounts = ["qq:M0ZHANG"]
[[people]]
id = "li"
name = "小李"
role = "engineer"
accounts = ["qq:M0LI"]
[[customers]]
id = "yucai"
name = "育才小学"
policy = "edu"
[[rooms]]
id = "yucai"
name = "育才群"
address = "qq:group:GROUP0YUCAI"
kind = "customer"
customer = "yucai"
duty = "duty"
[[rooms]]
id = "duty"
name = "值班群"
address = "qq:group:GROUP0DUTY"
kind = "duty"
[policies.edu]
name = "教育"
ladder = "standard"
[[policies.edu.levels]]
id = "2"
name = "二级·个别服务"
clocks = [{{ kind = "respond", within = "30m" }}, {{ kind = "resolve", within = "8h" }}]
[[ladders.standard]]
at = "100%"
tell = ["on_call"]
"""


@dataclass
class Running:
    """The bot in this process, on a store of its own."""

    store: Path
    ending: asyncio.Event
    task: asyncio.Task[None]

    async def end(self) -> None:
        self.ending.set()
        await self.task


@pytest_asyncio.fixture
async def running(qq_open: OpenPlatform, tmp_path: Path) -> AsyncIterator[Running]:
    """The bot, logged in to the platform."""
    # The duty group has given the right to speak first, the customer's group has not.
    qq_open.may_push.add(DUTY)
    store, file = tmp_path / "store.db", tmp_path / "config.toml"
    text = CONFIG.format(store=json.dumps(f"sqlite:{store}"), app_id=APP_ID, base=qq_open.base)
    file.write_text(text, encoding="utf-8")
    ending = asyncio.Event()
    task = asyncio.create_task(app.serve(load(file, {"QQ_SECRET": SECRET}), ending))
    await qq_open.was_ready(1)
    bot = Running(store, ending, task)
    yield bot
    await bot.end()


async def says(platform: OpenPlatform, group: str, member: str, name: str, text: str, **more) -> None:
    await platform.group_says(group, member, text, name=name, sees_all=True, **more)


async def next_in(platform: OpenPlatform, *groups: str) -> list[Posted]:
    """Return the next messages of the bot, one for each of these groups."""
    posted = [await platform.next_posted() for _ in groups]
    by_group = {message.openid: message for message in posted}
    assert set(by_group) == set(groups), [message.text for message in posted]
    return [by_group[group] for group in groups]


async def test_a_case_from_the_report_to_the_rating(running, qq_open):
    await says(qq_open, YUCAI, WANG, "王老师", "报障 三楼投影机不亮")
    told, card = await next_in(qq_open, YUCAI, DUTY)
    assert told.text.startswith("已建单 1001（二级·个别服务）")
    assert "msg_id" in told.body
    assert card.text.startswith("🆕 1001 二级｜育才小学｜王老师：三楼投影机不亮")
    assert "msg_id" not in card.body
    assert card.buttons[0] == ("接单", "接单 1001")

    # A button pressed and a command typed in the same moment: one owner.
    press = {
        "id": "I-1",
        "group_openid": DUTY,
        "group_member_openid": LI,
        "data": {"resolved": {"button_data": "接单 1001"}},
    }
    await qq_open.emit("INTERACTION_CREATE", press)
    await says(qq_open, DUTY, ZHANG, "老张", "接单 1001")
    first, second, owner = await _two_and_one(qq_open)
    winner, loser = ("小李", "老张") if "由 小李 接单" in first.text else ("老张", "小李")
    assert f"由 {winner}" in first.text
    assert winner in second.text
    assert owner.text.startswith(f"1001 由 {winner} 负责，")
    async with asyncio.timeout(10):
        assert (await qq_open.acknowledged.get())[0] == "I-1"

    # Handed over to the other, who accepts.
    member, other = (LI, ZHANG) if winner == "小李" else (ZHANG, LI)
    await says(
        qq_open, DUTY, member, winner, f"转交 1001 <@{other}> 要懂投影机的", mentions=[called(other, loser)]
    )
    (offer,) = await next_in(qq_open, DUTY)
    assert offer.called == [other]
    await says(qq_open, DUTY, other, loser, "接受 1001")
    taken, now = await next_in(qq_open, DUTY, YUCAI)
    assert loser in taken.text
    assert f"1001 现由 {loser} 处理" in now.text

    # Solved, confirmed by one digit, rated.
    await says(qq_open, DUTY, other, loser, "解决 1001 原因:灯泡老化 方法:换灯泡 预防:定期除尘")
    (solved,) = await next_in(qq_open, YUCAI)
    assert solved.text.startswith("✅ 1001 已处理")
    assert solved.called == [WANG]
    await says(qq_open, YUCAI, WANG, "王老师", "1")
    (closed,) = await next_in(qq_open, YUCAI)
    assert closed.text.startswith("谢谢确认，1001 已关闭。")
    await says(qq_open, YUCAI, WANG, "王老师", "5 4 来得很快")
    await says(qq_open, YUCAI, WANG, "王老师", "我的单")
    await next_in(qq_open, YUCAI)  # said after the rating, which itself is met with silence
    assert qq_open.posted.empty()
    assert qq_open.refused == []

    await running.end()
    store = await open_store(f"sqlite:{running.store}", NOON)
    try:
        ticket = await store.ticket(1001)
        assert (ticket.status, ticket.closing) == (Status.CLOSED, Closing.CONFIRMED)
        assert first_break(await store.records(1001)) is None
    finally:
        await store.close()


async def test_a_code_given_privately_and_said_in_the_group_makes_the_private_chat_somebodys(
    running, qq_open
):
    await says(qq_open, DUTY, ZHANG, "老张", "帐号")
    (refused,) = await next_in(qq_open, DUTY)  # his openid of the group is nobody's outside of it
    assert refused.text == "这里别人也看得到，码不能说。请私聊我说“帐号”。"

    await qq_open.privately_says("U0ZHANG", "帐号")
    (given,) = await next_in(qq_open, "U0ZHANG")
    (code,) = re.findall(r"帐号 (\d{8})（", given.text)
    await says(qq_open, DUTY, ZHANG, "老张", f"帐号 {code}")
    known, welcomed = await next_in(qq_open, DUTY, "U0ZHANG")
    assert known.text.startswith("认得了，老张：")
    assert welcomed.text == "认得您了，老张。"

    await qq_open.privately_says("U0ZHANG", "待办")
    (mine,) = await next_in(qq_open, "U0ZHANG")
    assert mine.text == "没有在办的单。"


async def _two_and_one(platform: OpenPlatform) -> tuple[Posted, Posted, Posted]:
    posted = [await platform.next_posted() for _ in range(3)]
    duty = [message for message in posted if message.openid == DUTY]
    customer = [message for message in posted if message.openid == YUCAI]
    assert (len(duty), len(customer)) == (2, 1), [message.text for message in posted]
    return duty[0], duty[1], customer[0]
