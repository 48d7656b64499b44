"""Pictures and files from arrival to the ticket and the knowledge base on Telegram, WeCom and Feishu: with a report, several at once, as an answer."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import aiohttp
import pytest
from aiohttp import web
from telegram import Document, PhotoSize

from bot.clock import SystemClock
from bot.store.registry import open_store
from bot.tickets.events import Opened, Resumed, Supplemented
from tests.adapters import feishu_peers, telegram_peers
from tests.adapters.case import CHEN, CUSTOMER, DUTY, WANG, ZHANG
from tests.adapters.conftest import NOON
from tests.adapters.feishu_peers import EventSender, FeishuServer
from tests.adapters.test_files_of_people import sealed
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
from tests.adapters.wecom_peers import AibotSession, said_in, shown

pytestmark = pytest.mark.asyncio

_Stage = TypeVar("_Stage")

GONE = "http://127.0.0.1:9/gone"  # nobody listens: a picture that cannot be had is told of all the same


class Shows(Stage, Protocol):
    """A stage on which the customer can show pictures, with words and without."""

    async def shows(self, count: int, words: str = "") -> None: ...


async def play(stage: Shows, program: Program) -> None:
    """Report with two pictures; answer a question of the engineer with two, without a word, when the report is long past."""
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
    await program.pass_minutes(20)
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
        await play(TelegramShows(bot_api), program)
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
        await play(WeComShows(session), program)
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


class Moved(Program):
    """A program whose clock was moved; whatever is signed for it is signed by that clock."""

    ahead = 0.0

    async def pass_minutes(self, minutes: int) -> None:
        await super().pass_minutes(minutes)
        self.ahead += minutes * 60

    def now(self) -> float:
        return SystemClock().now().timestamp() + self.ahead


@asynccontextmanager
async def on_feishu(
    host: Any,
    client: aiohttp.ClientSession,
    folder: Path,
    kind: Callable[[FeishuServer, EventSender], _Stage],
) -> AsyncIterator[tuple[_Stage, Program]]:
    server = FeishuServer()
    block = (
        f'type = "feishu"\napp_id = "{feishu_peers.APP_ID}"\nsecret = "{feishu_peers.SECRET}"\n'
        f'encrypt_key = "{feishu_peers.ENCRYPT_KEY}"\nverification_token = "{feishu_peers.TOKEN}"\n'
        f'api_base = "{await host(server.handle)}"'
    )
    async with running(folder, block, CONFIG) as program:
        moved = Moved(program.address, program.store)
        sender = EventSender(f"{program.address}/hooks/p", client, server, now=moved.now)
        yield kind(server, sender), moved


async def test_pictures_on_feishu(host: Any, client: aiohttp.ClientSession, tmp_path: Path) -> None:
    async with on_feishu(host, client, tmp_path, FeishuShows) as (stage, program):
        await play(stage, program)
    await was_kept(program, "[图片]", "[图片]", report="投影花屏 [图片×2]")


# --- Files of the FAQ ---------------------------------------------------------------------------------------------

FAQ = "问题,答案\n打印机卡纸怎么办,打开后盖抽出卡住的纸\n".encode()


class Brings(Stage, Protocol):
    """A stage on which the manager can send a file where staff talk; one that is gone, too."""

    async def brings(self, *, is_gone: bool = False) -> None: ...


async def imported(stage: Brings) -> None:
    """Send a file that is gone, then the file; look at what it would bring, confirm, and ask."""
    await stage.brings(is_gone=True)
    lost, _ = await stage.next_in(DUTY)
    assert "读不了：" in lost, lost
    await stage.brings()
    shown, _ = await stage.next_in(DUTY)
    assert "新增 1" in shown, shown
    assert "确认导入" in shown, shown
    await stage.says(DUTY, CHEN, "确认导入")
    done, _ = await stage.next_in(DUTY)
    assert done.startswith("已导入 1 条新的"), done
    await stage.says(DUTY, CHEN, "@小首 打印机卡纸怎么办")
    answer, _ = await stage.next_in(DUTY)
    assert "抽出卡住的纸" in answer, answer


class TelegramBrings(OnTelegram):
    async def brings(self, *, is_gone: bool = False) -> None:
        self.api.files["documents/f-1"] = FAQ
        document = Document("gone" if is_gone else "f-1", "u-1", file_name="常见问题.csv")
        update = self.api.said(int(NUMBERS[CHEN]), CHEN, "", document=document)
        update["message"]["chat"]["id"] = int(GROUPS[DUTY])
        del update["message"]["text"]
        await self.api.happens(update)


async def test_a_file_of_the_faq_on_telegram(bot_api: telegram_peers.BotApi, tmp_path: Path) -> None:
    files = f'\nbase_file_url = "{bot_api.base_url.replace("/bot", "/file/bot")}"'
    async with running(tmp_path, telegram_block(bot_api) + files):
        await imported(TelegramBrings(bot_api))


class WeComBrings(OnWeCom):
    """Files come privately only, under a name that only their host knows."""

    def __init__(self, session: AibotSession, shelf: str, key: bytes) -> None:
        super().__init__(session)
        self.shelf, self.key = shelf, base64.b64encode(key).decode()

    async def says(self, place: str, person: str, text: str) -> None:
        await self.session.says(NUMBERS[person], text, chat=None)

    async def next_in(self, place: str) -> tuple[str, list[str]]:
        body = (await self.session.next_sent())["body"]
        return shown(said_in(body)), []

    async def brings(self, *, is_gone: bool = False) -> None:
        file = {"url": GONE if is_gone else f"{self.shelf}/4f5e?x=1", "aeskey": self.key}
        await self.session.says(NUMBERS[CHEN], "", chat=None, msgtype="file", file=file)


async def test_a_file_of_the_faq_on_wecom(wecom_server: Any, host: Any, tmp_path: Path) -> None:  # noqa: F811
    key = os.urandom(32)

    async def handle(_: web.Request) -> web.Response:
        named = {"Content-Disposition": "attachment; filename*=UTF-8''%E5%B8%B8%E8%A7%81.csv"}
        return web.Response(body=sealed(FAQ, key), headers=named)

    server, block = wecom_server
    async with running(tmp_path, f'{block}\nfile_hosts = ["127.0.0.1"]'):
        session: AibotSession = await server.next_session()
        await imported(WeComBrings(session, await host(handle), key))


class FeishuBrings(FeishuShows):
    async def brings(self, *, is_gone: bool = False) -> None:
        self.server.files["file_v3_1"] = FAQ
        content = {"file_key": "file_gone" if is_gone else "file_v3_1", "file_name": "常见问题.csv"}
        event = self.sender.message(
            NUMBERS[CHEN], "", chat=GROUPS[DUTY], message_type="file", content=json.dumps(content)
        )
        assert await self.sender.posts(event) == 200


async def test_a_file_of_the_faq_on_feishu(host: Any, client: aiohttp.ClientSession, tmp_path: Path) -> None:
    async with on_feishu(host, client, tmp_path, FeishuBrings) as (stage, _):
        await imported(stage)
