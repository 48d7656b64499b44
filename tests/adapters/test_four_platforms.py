"""The life of a ticket over the real protocols of OneBot, the official QQ bot, WeCom and Telegram, with every rung of the ladder, and where the bot may not speak first.

For the ladder the program runs with time travel, so every rung comes at its own instant and nobody waits.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import pytest
import pytest_asyncio

from bot import app
from bot.config import load
from bot.store.registry import open_store
from bot.tickets.records import first_break
from tests.adapters import case, qq_peers, telegram_peers, wecom_peers
from tests.adapters.case import CHEN, CUSTOMER, DUTY, LI, WANG, ZHANG
from tests.adapters.conftest import NOON
from tests.adapters.wecom_peers import AibotServer, AibotSession

pytestmark = pytest.mark.asyncio

LIU = "刘组长"
NUMBERS = {WANG: "20001", ZHANG: "20002", CHEN: "20003", LI: "20004", LIU: "20005"}
GROUPS = {CUSTOMER: "123456", DUTY: "654321"}

# Everything is open at all hours: this test runs at any time of any day.
CONFIG = """
[store]
url = {store}
[web]
listen = "127.0.0.1:{port}"
time_travel = true
[[adapters]]
name = "web"
type = "web"
[[adapters]]
name = "p"
{adapter}
{people}
[[customers]]
id = "yucai"
name = "育才小学"
policy = "edu"
[[rooms]]
id = "yucai"
name = "育才群"
address = "p:group:123456"
kind = "customer"
customer = "yucai"
duty = "duty"
on_call = "first-line"
[[rooms]]
id = "duty"
name = "值班群"
address = "p:group:654321"
kind = "duty"
[rotas.first-line]
members = ["zhang"]
[policies.edu]
name = "教育"
ladder = "standard"
[[policies.edu.levels]]
id = "3"
name = "三级·个别服务"
clocks = [{{ kind = "respond", within = "30m" }}]
[[ladders.standard]]
at = "50%"
tell = ["on_call"]
[[ladders.standard]]
at = "80%"
tell = ["on_call", "leader"]
[[ladders.standard]]
at = "100%"
tell = ["manager"]
repeat = "15m"
"""
ROLES = {"wang": (WANG, "contact"), "zhang": (ZHANG, "engineer"), "chen": (CHEN, "manager"),
         "li": (LI, "engineer"), "liu": (LIU, "leader")}  # fmt: skip


def people() -> str:
    return "".join(
        f'[[people]]\nid = "{id_}"\nname = "{name}"\nrole = "{role}"\naccounts = ["p:{NUMBERS[name]}"]\n'
        + ('customer = "yucai"\n' if role == "contact" else "")
        for id_, (name, role) in ROLES.items()
    )


class Stage(Protocol):
    """A platform: people speak in two rooms, and what the bot says there is read, with the accounts that it calls."""

    async def says(self, place: str, person: str, text: str) -> None: ...

    async def next_in(self, place: str) -> tuple[str, list[str]]: ...


class Program:
    """The bot in this process, with a clock that can be moved."""

    def __init__(self, address: str, store: Path) -> None:
        self.address, self.store = address, store

    async def pass_minutes(self, minutes: int) -> None:
        """Let time pass; whatever falls due on the way happens at its own instant."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.address}/chat/travel", json={"seconds": minutes * 60}) as answer,
        ):
            assert answer.status == 200, await answer.text()


@asynccontextmanager
async def running(folder: Path, adapter: str, template: str = CONFIG) -> AsyncIterator[Program]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = int(taken.getsockname()[1])
    store, file, started, ending = (
        folder / "store.db", folder / "config.toml", asyncio.Event(), asyncio.Event(),
    )  # fmt: skip
    of_case = {
        "adapters": f'[[adapters]]\nname = "p"\n{adapter}',
        **{id_: f"p:{NUMBERS[name]}" for id_, (name, _) in ROLES.items() if id_ != "liu"},
        **{place: f"p:group:{group}" for place, group in GROUPS.items()},
    }
    if template is case.CONFIG:
        template = template.format(**of_case)
    text = template.format(store=json.dumps(f"sqlite:{store}"), port=port, adapter=adapter, people=people())
    file.write_text(text, encoding="utf-8")
    task = asyncio.create_task(app.serve(load(file, {}), ending, on_running=started.set))
    async with asyncio.timeout(20):
        await started.wait()
    try:
        yield Program(f"http://127.0.0.1:{port}", store)
    finally:
        ending.set()
        await task


async def climb(stage: Stage, program: Program) -> None:
    await stage.says(CUSTOMER, WANG, "报障 投影无信号")
    told, _ = await stage.next_in(CUSTOMER)
    card, _ = await stage.next_in(DUTY)
    assert told.startswith("已建单 1001（三级·个别服务）"), told
    assert card.startswith("🆕 1001 三级｜育才小学｜王老师：投影无信号"), card

    for minutes, says, called in (
        (15, "⏳ 1001 还没人接", [ZHANG]),
        (9, "⏳ 1001 还没人接", [ZHANG, LIU]),
        (6, "⚠️ 1001 响应超时，已报 ", [CHEN]),
        (15, "⚠️ 1001 响应已超时 15 分钟", [CHEN]),
    ):
        await program.pass_minutes(minutes)
        rung, accounts = await stage.next_in(DUTY)
        assert rung.startswith(says), rung
        assert accounts == [NUMBERS[each] for each in called], (rung, accounts)

    await stage.says(DUTY, CHEN, "改派 1001 小李 马上")
    given, _ = await stage.next_in(DUTY)  # and the customer hears it from whoever takes over
    assert given.startswith("1001 由 陈经理 改派给 "), given
    assert given.endswith("（理由：马上）。请马上联系客户。"), given
    await stage.says(CUSTOMER, LI, "1001 抱歉久等，我现在远程看一下")
    await stage.says(CUSTOMER, LI, "进度 1001")  # so that it is known to have been heard
    state, _ = await stage.next_in(CUSTOMER)
    assert "1001" in state, state

    await program.pass_minutes(60)
    await stage.says(DUTY, ZHANG, "进度 1001")
    state, _ = await stage.next_in(DUTY)  # and nothing in between
    assert state.startswith("1001"), state


class Played:
    """A stage for the whole case: where there are buttons, what they stand for is typed."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def says(self, place: str, person: str, text: str) -> None:
        await self._stage.says(place, person, text)

    async def touches(self, place: str, person: str, label: str, command: str) -> None:
        if isinstance(self._stage, OnWeCom):
            await self._stage.touches(place, person, label)
        else:
            await self._stage.says(place, person, command)

    async def next_in(self, place: str) -> str:
        text, _ = await self._stage.next_in(place)
        for name, number in NUMBERS.items():
            text = text.replace(f"<@{number}>", f"@{name}").replace(f"@{number}", f"@{name}")
        return text


async def played(stage: Stage, program: Program) -> None:
    """Open a ticket, claim it, hand it over, let a deadline come near, solve and rate it."""
    await case.play(Played(stage))
    assert program.store.exists()


async def was_recorded(program: Program) -> None:
    store = await open_store(f"sqlite:{program.store}", NOON)
    try:
        records = await store.records(1001)
        assert first_break(records) is None
        happened = [type(record.event).__name__ for record in records]
        assert happened[0] == "Opened"
        assert happened.count("Escalated") == 4, happened
        assert happened[-2:] == ["Reassigned", "Responded"], happened
    finally:
        await store.close()


# --- OneBot -------------------------------------------------------------------------------------------------------


class OnOneBot:
    def __init__(self, peer: Any) -> None:
        self.peer = peer
        self.waiting: dict[str, list[tuple[str, list[str]]]] = {CUSTOMER: [], DUTY: []}

    async def says(self, place: str, person: str, text: str) -> None:
        calls = text.startswith("三楼")
        group, person_number = int(GROUPS[place]), int(NUMBERS[person])
        await self.peer.group_says(group, person_number, text, card=person, calls_bot=calls)

    async def next_in(self, place: str) -> tuple[str, list[str]]:
        while not self.waiting[place]:
            sent = await self.peer.next_sent()
            there = next(each for each, group in GROUPS.items() if int(group) == sent.group_id)
            called = [part.data["qq"] for part in sent.message["at"]]
            words = (
                part.data.get("text", "") or f"@{part.data['qq']}"
                for part in sent.message
                if part.type in ("text", "at")
            )
            self.waiting[there].append(("".join(words), called))
        return self.waiting[place].pop(0)


ONEBOT = 'type = "onebot"\naccess_token = "s3cret"\nper_minute_room = 0\nper_minute = 0'


async def test_the_ladder_climbs_over_onebot(qq_peer, tmp_path):
    async with running(tmp_path, ONEBOT) as program:
        url = program.address.replace("http", "ws") + "/hooks/p"
        await climb(OnOneBot(await qq_peer(url, token="s3cret")), program)
    await was_recorded(program)


async def test_a_whole_case_over_onebot(qq_peer, tmp_path):
    async with running(tmp_path, ONEBOT, case.CONFIG) as program:
        url = program.address.replace("http", "ws") + "/hooks/p"
        await played(OnOneBot(await qq_peer(url, token="s3cret")), program)
    await case.was_archived(await open_store(f"sqlite:{program.store}", NOON))


# --- The official QQ bot ------------------------------------------------------------------------------------------


class OnQQ:
    def __init__(self, platform: qq_peers.OpenPlatform) -> None:
        self.platform = platform
        self.waiting: dict[str, list[tuple[str, list[str]]]] = {CUSTOMER: [], DUTY: []}
        self.heard: dict[str, list[str]] = {CUSTOMER: [], DUTY: []}  # what may be answered for a while

    async def says(self, place: str, person: str, text: str) -> None:
        number = await self.platform.group_says(
            GROUPS[place], NUMBERS[person], text, name=person, sees_all=True
        )
        self.heard[place].append(number)

    async def next_in(self, place: str) -> tuple[str, list[str]]:
        while not self.waiting[place]:
            posted = await self.platform.next_posted()
            there = next(each for each, group in GROUPS.items() if group == posted.openid)
            self.waiting[there].append((posted.text, posted.called))
        return self.waiting[place].pop(0)


def qq_block(platform: qq_peers.OpenPlatform) -> str:
    return (
        f'type = "qq"\napp_id = "{qq_peers.APP_ID}"\nsecret = "{qq_peers.SECRET}"\nper_minute_room = 0\n'
        f'api_base = "{platform.base}"\ntoken_url = "{platform.base}/app/getAppAccessToken"'
    )


async def test_the_ladder_climbs_over_the_official_qq_bot(qq_open, tmp_path):
    qq_open.may_push |= set(GROUPS.values())
    async with running(tmp_path, qq_block(qq_open)) as program:
        await qq_open.was_ready(1)
        await climb(OnQQ(qq_open), program)
    await was_recorded(program)
    assert qq_open.posted.empty()


async def test_a_whole_case_over_the_official_qq_bot(qq_open, tmp_path):
    qq_open.may_push |= set(GROUPS.values())
    async with running(tmp_path, qq_block(qq_open), case.CONFIG) as program:
        await qq_open.was_ready(1)
        await played(OnQQ(qq_open), program)
    await case.was_archived(await open_store(f"sqlite:{program.store}", NOON))


async def test_a_group_that_may_not_be_spoken_to_first_hears_it_with_the_next_word(qq_open, tmp_path):
    """The ladder climbs in the duty room all the same, and nothing is lost."""
    qq_open.may_push = {GROUPS[DUTY]}
    async with running(tmp_path, qq_block(qq_open)) as program:
        await qq_open.was_ready(1)
        stage = OnQQ(qq_open)
        await climb(stage, program)
        for number in stage.heard[CUSTOMER]:
            qq_open.forgets(number)
        await stage.says(DUTY, LI, "解决 1001 原因:灯泡老化 方法:换灯泡 预防:定期除尘")
        await stage.says(DUTY, LI, "我的单")
        await stage.next_in(DUTY)  # the word is often spoken while the refusal is still on its way
        assert stage.waiting[CUSTOMER] == []
        await stage.says(CUSTOMER, WANG, "在吗")
        solved, _ = await stage.next_in(CUSTOMER)
        assert "1001 已处理（小李）" in solved, solved


# --- WeCom --------------------------------------------------------------------------------------------------------


class OnWeCom:
    """Both groups: a robot hears there only what calls it."""

    def __init__(self, session: AibotSession) -> None:
        self.session = session
        self.waiting: dict[str, list[tuple[str, list[str]]]] = {CUSTOMER: [], DUTY: []}
        self.touchable: dict[str, Any] = {}
        self.uncalled: dict[str, str] = {}
        self.changed: list[str] = []  # cards as they stood after a press

    async def says(self, place: str, person: str, text: str) -> None:
        await self.session.says(NUMBERS[person], f"@小首 {text}", chat=GROUPS[place])

    async def touches(self, place: str, person: str, label: str) -> None:
        """Press a button, and let WeCom tell of it twice."""
        pressed = (NUMBERS[person], self.touchable[place], label)
        number = await self.session.presses(*pressed, chat=GROUPS[place])
        await self.session.presses(*pressed, chat=GROUPS[place], at=number.removeprefix("press-"))

    async def next_in(self, place: str) -> tuple[str, list[str]]:
        while not self.waiting[place]:
            frame = await self.session.next_sent()
            body = frame["body"]
            if frame["cmd"] == "aibot_respond_update_msg":
                self.changed.append(wecom_peers.card_shown(body["template_card"]))
                continue
            is_answer = frame["cmd"] == "aibot_respond_msg"
            chat = self.session.chats[frame["headers"]["req_id"]] if is_answer else body["chatid"]
            there = next(each for each, group in GROUPS.items() if group == chat)
            if body["msgtype"] == "template_card":
                self.touchable[there] = body["template_card"]
                text = wecom_peers.card_shown(body["template_card"])
                if "@" in text or "已报" in text:  # whom it names is called behind it
                    self.uncalled[there] = text
                else:
                    self.waiting[there].append((text, []))
                continue
            words = wecom_peers.said_in(body)
            if not words.replace(" ", "").strip("<@>0123456789"):
                self.waiting[there].append((self.uncalled.pop(there), wecom_peers.calls_in(words)))
                continue
            self.waiting[there].append((wecom_peers.shown(words), wecom_peers.calls_in(words)))
        return self.waiting[place].pop(0)


@pytest_asyncio.fixture
async def wecom_server(host) -> tuple[AibotServer, str]:
    server = AibotServer()
    url = (await host(server.handle)).replace("http", "ws")
    login = f'bot_id = "{wecom_peers.BOT_ID}"\nsecret = "{wecom_peers.BOT_SECRET}"'
    return server, f'type = "wecom-aibot"\n{login}\nurl = "{url}"'


async def test_the_ladder_climbs_over_wecom(wecom_server, tmp_path):
    server, block = wecom_server
    async with running(tmp_path, block) as program:
        await climb(OnWeCom(await server.next_session()), program)
    await was_recorded(program)


async def test_the_button_of_an_old_card_of_wecom_is_refused_kindly(wecom_server, tmp_path):
    server, block = wecom_server
    async with running(tmp_path, block, case.CONFIG):
        stage = OnWeCom(await server.next_session())
        await stage.says(CUSTOMER, WANG, "报障 打印机坏了")
        await stage.next_in(DUTY)
        await stage.touches(DUTY, ZHANG, "接单")
        claimed, _ = await stage.next_in(DUTY)
        assert claimed.startswith("1001 由 老张 接单"), claimed
        await stage.touches(DUTY, LI, "接单")  # their client still shows what it was
        refused, _ = await stage.next_in(DUTY)
        assert "老张" in refused, refused
        assert len(stage.changed) == 1  # and nothing of it on the card


async def test_a_whole_case_over_wecom(wecom_server, tmp_path):
    server, block = wecom_server
    async with running(tmp_path, block, case.CONFIG) as program:
        stage = OnWeCom(await server.next_session())
        await played(stage, program)
    assert "老张 负责" in stage.changed[0], stage.changed
    await case.was_archived(await open_store(f"sqlite:{program.store}", NOON))


# --- Telegram -----------------------------------------------------------------------------------------------------


class OnTelegram:
    def __init__(self, api: telegram_peers.BotApi) -> None:
        self.api = api
        self.waiting: dict[str, list[tuple[str, list[str]]]] = {CUSTOMER: [], DUTY: []}

    async def says(self, place: str, person: str, text: str) -> None:
        update = self.api.said(int(NUMBERS[person]), person, text, calls_bot=text.startswith("三楼"))
        update["message"]["chat"]["id"] = int(GROUPS[place])
        await self.api.happens(update)

    async def next_in(self, place: str) -> tuple[str, list[str]]:
        while not self.waiting[place]:
            sent = await self.api.next_sent()
            if sent.method == "editMessageText":
                continue  # the card
            there = next(each for each, group in GROUPS.items() if int(group) == sent.chat)
            self.waiting[there].append((sent.text, [str(each) for each in sent.called]))
        return self.waiting[place].pop(0)


def telegram_block(api: telegram_peers.BotApi) -> str:
    return (
        f'type = "telegram"\ntoken = "{telegram_peers.TOKEN}"\nbase_url = "{api.base_url}"\n'
        "per_minute_room = 0"
    )


async def test_the_ladder_climbs_over_telegram(bot_api, tmp_path):
    async with running(tmp_path, telegram_block(bot_api)) as program:
        await climb(OnTelegram(bot_api), program)
    await was_recorded(program)


async def test_a_whole_case_over_telegram(bot_api, tmp_path):
    async with running(tmp_path, telegram_block(bot_api), case.CONFIG) as program:
        await played(OnTelegram(bot_api), program)
    await case.was_archived(await open_store(f"sqlite:{program.store}", NOON))
