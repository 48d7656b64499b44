"""A whole case in two WeCom groups, over the long connection of the robot: reported, claimed, handed over, solved, rated."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot import app
from bot.config import load
from bot.store.registry import open_store
from bot.tickets.model import Closing, Status
from bot.tickets.records import first_break
from tests.adapters import wecom_peers
from tests.adapters.conftest import NOON
from tests.adapters.test_qq_case import CONFIG
from tests.adapters.wecom_peers import BOT_ID, BOT_SECRET, AibotServer, AibotSession

pytestmark = pytest.mark.asyncio

YUCAI, DUTY = "yucai", "duty"
WANG, ZHANG, LI = "wang", "zhang", "li"
BLOCK = 'type = "wecom-aibot"\nbot_id = "{bot}"\nsecret = "{secret}"\nurl = "{url}"\n'


def configured(store: Path, url: str) -> str:
    start, _, rest = CONFIG.partition('name = "qq"\n')
    people = rest[rest.index("[[people]]") :]
    for openid, user in (("M0WANG", WANG), ("M0ZHANG", ZHANG), ("M0LI", LI)):
        people = people.replace(f"qq:{openid}", f"wecom:{user}")
    for group, chat in (("GROUP0YUCAI", YUCAI), ("GROUP0DUTY", DUTY)):
        people = people.replace(f"qq:group:{group}", f"wecom:group:{chat}")
    text = start.format(store=json.dumps(f"sqlite:{store}")) + 'name = "wecom"\n'
    return text + BLOCK.format(bot=BOT_ID, secret=BOT_SECRET, url=url) + people.format()


@pytest_asyncio.fixture
async def rooms(host, tmp_path: Path) -> AsyncIterator[Rooms]:
    server = AibotServer()
    url = (await host(server.handle)).replace("http", "ws")
    file, store = tmp_path / "config.toml", tmp_path / "store.db"
    file.write_text(configured(store, url), encoding="utf-8")
    ending = asyncio.Event()
    running = asyncio.create_task(app.serve(load(file, {}), ending))
    yield Rooms(await server.next_session(), store, ending, running)
    ending.set()
    await running


class Rooms:
    """Both groups: a robot hears there only what calls it."""

    def __init__(
        self, session: AibotSession, store: Path, ending: asyncio.Event, running: asyncio.Task[None]
    ) -> None:
        self.session, self.store, self._ending, self._running = session, store, ending, running

    async def says(self, chat: str, user: str, text: str) -> None:
        await self.session.says(user, f"@小首 {text}", chat=chat)

    async def next(self, *chats: str) -> list[str]:
        """Return what the bot says next, once in each of these groups."""
        said: dict[str, str] = {}
        while len(said) < len(chats):
            frame = await self.session.next_sent()
            body = frame["body"]
            is_answer = frame["cmd"] == "aibot_respond_msg"
            chat = self.session.chats[frame["headers"]["req_id"]] if is_answer else body["chatid"]
            words = body["stream"]["content"] if is_answer else body["markdown"]["content"]
            assert chat in chats, (chat, words)
            assert chat not in said, (said, words)
            said[chat] = wecom_peers.shown(words)
        return [said[chat] for chat in chats]

    async def end(self) -> None:
        self._ending.set()
        await self._running


async def test_a_whole_case_on_wecom(rooms: Rooms) -> None:
    await rooms.says(YUCAI, WANG, "报障 三楼投影机不亮")
    told, card = await rooms.next(YUCAI, DUTY)
    assert told.startswith("已建单 1001（二级·个别服务）")
    assert card.startswith("🆕 1001 二级｜育才小学｜王老师：三楼投影机不亮")

    await rooms.says(DUTY, ZHANG, "接单 1001")
    claimed, owner = await rooms.next(DUTY, YUCAI)
    assert "由 老张 接单" in claimed
    assert owner.startswith("1001 由 老张 负责")
    await rooms.says(DUTY, LI, "接单 1001")
    (refused,) = await rooms.next(DUTY)
    assert "小李，已有人了" in refused

    await rooms.says(DUTY, ZHANG, "转交 1001 @小李 要懂投影机的")
    (offer,) = await rooms.next(DUTY)
    assert "接受 1001" in offer
    await rooms.says(DUTY, LI, "接受 1001")
    taken, now = await rooms.next(DUTY, YUCAI)
    assert "小李" in taken
    assert "1001 现由 小李 处理" in now

    await rooms.says(DUTY, LI, "解决 1001 原因:灯泡老化 方法:换灯泡 预防:定期除尘")
    (solved,) = await rooms.next(YUCAI)
    assert solved.startswith("✅ 1001 已处理")
    await rooms.says(YUCAI, WANG, "1")
    (closed,) = await rooms.next(YUCAI)
    assert closed.startswith("谢谢确认，1001 已关闭。")
    await rooms.says(YUCAI, WANG, "5 4 来得很快")
    await rooms.says(YUCAI, WANG, "我的单")
    (mine,) = await rooms.next(YUCAI)  # said after the rating, which itself is met with silence
    assert "没有在办的单" in mine

    await rooms.end()
    store = await open_store(f"sqlite:{rooms.store}", NOON)
    try:
        ticket = await store.ticket(1001)
        assert ticket is not None
        assert (ticket.status, ticket.closing) == (Status.CLOSED, Closing.CONFIRMED)
        assert ticket.survey is not None
        assert (ticket.survey.speed, ticket.survey.quality) == (5, 4)
        assert first_break(await store.records(1001)) is None
    finally:
        await store.close()
