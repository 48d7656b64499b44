"""Pictures from arrival to the ticket on Telegram, WeCom and Feishu: with a report, several at once, and as the answer to a question."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import pytest
from telegram import PhotoSize

from bot.clock import SystemClock
from bot.store.registry import open_store
from bot.tickets.events import Opened, Resumed, Supplemented
from tests.adapters import feishu_peers, telegram_peers
from tests.adapters.case import CUSTOMER, DUTY, WANG, ZHANG
from tests.adapters.conftest import NOON
from tests.adapters.feishu_peers import EventSender, FeishuServer
from tests.adapters.test_four_platforms import (
    CONFIG,
    GROUPS,
    NUMBERS,
    OnTelegram,
    OnWeCom,
    Program,
    Stage,
    running,
    telegram_block,
    wecom_server,  # noqa: F401 - a fixture
)
from tests.adapters.wecom_peers import AibotSession

pytestmark = pytest.mark.asyncio

GONE = "http://127.0.0.1:9/gone"  # nobody listens: a picture that cannot be had is told of all the same


class Shows(Stage, Protocol):
    """A stage on which the customer can show pictures, with words and without."""

    async def shows(self, count: int, words: str = "") -> None: ...


async def play(stage: Shows) -> None:
    """Report with two pictures; answer a question of the engineer with two, without a word."""
    await stage.shows(2, "报障 投影花屏")
    told, _ = await stage.next_in(CUSTOMER)
    assert told.startswith("已建单 1001"), told
    card, _ = await stage.next_in(DUTY)
    assert "投影花屏 [图片" in card, card
    await stage.says(DUTY, ZHANG, "接单 1001")
    await stage.next_in(DUTY)
    await stage.next_in(CUSTOMER)
    await stage.says(CUSTOMER, ZHANG, "1001 我看一下")
    await stage.says(CUSTOMER, ZHANG, "进度 1001")  # so that it is known to have been heard
    await stage.next_in(CUSTOMER)
    await stage.says(DUTY, ZHANG, "暂停 1001 等客户 机身背面的标签")
    needed, _ = await stage.next_in(CUSTOMER)
    assert "1001 需要您补充：机身背面的标签" in needed, needed
    await stage.shows(2)
    taken, _ = await stage.next_in(CUSTOMER)
    assert taken.startswith("收到，1001 继续处理"), taken
    while "1001 客户已补充" not in (heard := await stage.next_in(DUTY))[0]:
        assert "1001" in heard[0], heard
    await stage.says(CUSTOMER, WANG, "我的单")
    mine, _ = await stage.next_in(CUSTOMER)  # and nothing in between
    assert "1001（处理中）" in mine, mine


async def was_kept(program: Program, *added: str, report: str) -> None:
    store = await open_store(f"sqlite:{program.store}", NOON)
    try:
        events = [record.event for record in await store.records(1001)]
        assert await store.ticket(1002) is None
    finally:
        await store.close()
    assert isinstance(events[0], Opened)
    assert events[0].text == report
    assert [event.text for event in events if isinstance(event, Supplemented)] == list(added)
    assert any(isinstance(event, Resumed) for event in events)


class TelegramShows(OnTelegram):
    """An album is one message for each picture; only the first has the words."""

    async def shows(self, count: int, words: str = "") -> None:
        for index in range(count):
            caption = words if index == 0 else ""
            photo = [
                PhotoSize(f"s{index}", f"us{index}", 90, 90),
                PhotoSize(f"l{index}", f"ul{index}", 900, 900),
            ]
            update = self.api.said(
                int(NUMBERS[WANG]), WANG, "", photo=photo, caption=caption or None, media_group_id="136"
            )
            update["message"]["chat"]["id"] = int(GROUPS[CUSTOMER])
            del update["message"]["text"]
            await self.api.happens(update)


async def test_pictures_on_telegram(bot_api: telegram_peers.BotApi, tmp_path: Path) -> None:
    async with running(tmp_path, telegram_block(bot_api)) as program:
        await play(TelegramShows(bot_api))
    await was_kept(program, "[图片]", "[图片]", "[图片]", report="投影花屏 [图片]")


class WeComShows(OnWeCom):
    """A robot is called in words, so that pictures come mixed with them."""

    async def shows(self, count: int, words: str = "") -> None:
        picture = {"url": GONE, "aeskey": base64.b64encode(os.urandom(32)).decode()}
        items: list[dict[str, Any]] = [
            {"msgtype": "text", "text": {"content": f"@小首 {words}"}},
            *[{"msgtype": "image", "image": picture}] * count,
        ]
        await self.session.says(
            NUMBERS[WANG], "", chat=GROUPS[CUSTOMER], msgtype="mixed", mixed={"msg_item": items}
        )


async def test_pictures_on_wecom(wecom_server: Any, tmp_path: Path) -> None:  # noqa: F811
    server, block = wecom_server
    async with running(tmp_path, block) as program:
        session: AibotSession = await server.next_session()
        await play(WeComShows(session))
    await was_kept(program, "[图片×2]", report="投影花屏 [图片×2]")


class FeishuShows:
    """Pictures with words are a post, pictures alone are a message each."""

    def __init__(self, server: FeishuServer, sender: EventSender) -> None:
        self.server, self.sender = server, sender
        self.waiting: dict[str, list[tuple[str, list[str]]]] = {CUSTOMER: [], DUTY: []}

    async def says(self, place: str, person: str, text: str) -> None:
        assert await self.sender.posts(self.sender.message(NUMBERS[person], text, chat=GROUPS[place])) == 200

    async def shows(self, count: int, words: str = "") -> None:
        pictures = [{"tag": "img", "image_key": f"img_{index}"} for index in range(count)]
        if words:
            lines = [[{"tag": "text", "text": words}], *([picture] for picture in pictures)]
            contents = [("post", {"title": "", "content": lines})]
        else:
            contents = [("image", {"image_key": picture["image_key"]}) for picture in pictures]
        for kind, content in contents:
            event = self.sender.message(
                NUMBERS[WANG], "", chat=GROUPS[CUSTOMER], message_type=kind, content=json.dumps(content)
            )
            assert await self.sender.posts(event) == 200

    async def next_in(self, place: str) -> tuple[str, list[str]]:
        while not self.waiting[place]:
            posted = await self.server.next_posted()
            if not posted.is_edit:
                there = next(each for each, group in GROUPS.items() if group == posted.chat)
                self.waiting[there].append((posted.text, posted.called))
        return self.waiting[place].pop(0)


async def test_pictures_on_feishu(host: Any, client: aiohttp.ClientSession, tmp_path: Path) -> None:
    server = FeishuServer()
    block = (
        f'type = "feishu"\napp_id = "{feishu_peers.APP_ID}"\nsecret = "{feishu_peers.SECRET}"\n'
        f'encrypt_key = "{feishu_peers.ENCRYPT_KEY}"\nverification_token = "{feishu_peers.TOKEN}"\n'
        f'api_base = "{await host(server.handle)}"'
    )
    async with running(tmp_path, block, CONFIG) as program:
        url = f"{program.address}/hooks/p"
        sender = EventSender(url, client, server, now=lambda: SystemClock().now().timestamp())
        await play(FeishuShows(server, sender))
    await was_kept(program, "[图片]", "[图片]", report="投影花屏 [图片×2]")
