"""A whole case in two groups of one platform, through the running program, for platforms that share one way of playing it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.clock import SystemClock
from tests.adapters import case, dingtalk_peers, feishu_peers, satori_peers
from tests.adapters.case import CHEN, CUSTOMER, DUTY, LI, WANG, ZHANG
from tests.adapters.dingtalk_peers import DingTalkServer
from tests.adapters.feishu_peers import EventSender, FeishuServer
from tests.adapters.feishu_stream_peers import Connection
from tests.adapters.feishu_stream_peers import Gateway as FeishuGateway
from tests.adapters.satori_peers import Gateway
from tests.e2e.conftest import configured, run, saved_by  # noqa: F401 - the program as a process

pytestmark = pytest.mark.asyncio

CHATS = {CUSTOMER: "123456", DUTY: "654321"}


def now() -> float:
    """Return the real time in seconds: here the real clock is at work."""
    return SystemClock().now().timestamp()


def text_of(kind: str, keys: str, people: dict[str, str]) -> str:
    """Return a configuration with one adapter `p`."""
    accounts = {
        name: f"p:{people[person]}"
        for name, person in zip(("wang", "zhang", "li", "chen"), (WANG, ZHANG, LI, CHEN), strict=True)
    }
    adapters = f'[[adapters]]\nname = "p"\ntype = "{kind}"\n{keys}'
    rooms = {place: f"p:group:{chat}" for place, chat in CHATS.items()}
    return case.CONFIG.format(adapters=adapters, **accounts, customer=rooms[CUSTOMER], duty=rooms[DUTY])


@dataclass
class Kept:
    """Messages of the bot by room; changes of cards are put aside."""

    waiting: dict[str, list[str]] = field(default_factory=lambda: {CUSTOMER: [], DUTY: []})
    cards: list[str] = field(default_factory=list)


# --- Feishu -------------------------------------------------------------------------------------------------------

FEISHU = {WANG: "ou_wang", ZHANG: "ou_zhang", LI: "ou_li", CHEN: "ou_chen"}


@dataclass
class OnFeishu:
    server: FeishuServer
    sender: EventSender
    kept: Kept = field(default_factory=Kept)
    touchable: dict[str, Any] = field(default_factory=dict)

    async def says(self, place: str, person: str, text: str) -> None:
        if place == CUSTOMER and text.startswith("三楼"):
            text = f"@小首 {text}"
        await self._twice(self.sender.message(FEISHU[person], text, chat=CHATS[place]))

    async def touches(self, place: str, person: str, label: str, command: str) -> None:
        await self._twice(self.sender.touch(FEISHU[person], self.touchable[place], label))

    async def next_in(self, place: str) -> str:
        while not self.kept.waiting[place]:
            posted = await self.server.next_posted()
            text = posted.text
            for name, number in FEISHU.items():
                text = text.replace(f"@{number}", f"@{name}")
            if posted.is_edit:
                self.kept.cards.append(text)
                continue
            there = next(place for place, chat in CHATS.items() if chat == posted.chat)
            self.kept.waiting[there].append(text)
            if posted.kind == "interactive":
                self.touchable[there] = posted
        return self.kept.waiting[place].pop(0)

    async def _twice(self, event: dict[str, Any]) -> None:
        for _ in range(2):  # Feishu brings again what was not answered in time
            assert await self.sender.posts(event) == 200


async def test_a_whole_case_on_feishu(run, configured, host, client, saved_by):  # noqa: F811
    server = FeishuServer()
    keys = (
        f'app_id = "{feishu_peers.APP_ID}"\nsecret = "{feishu_peers.SECRET}"\n'
        f'encrypt_key = "{feishu_peers.ENCRYPT_KEY}"\nverification_token = "{feishu_peers.TOKEN}"\n'
        f'api_base = "{await host(server.handle)}"\n'
    )
    config = configured(text=text_of("feishu", keys, FEISHU))
    program = await run(config)
    address = await program.address()
    stage = OnFeishu(server, EventSender(f"{address}/hooks/p", client, server, now=now))
    await case.play(stage)
    assert any("小李 负责" in text for text in stage.kept.cards), stage.kept.cards
    program.terminate()
    assert await program.ended() == 0
    for secret in (feishu_peers.SECRET, feishu_peers.ENCRYPT_KEY, feishu_peers.TOKEN):
        assert secret not in program.said()
    await case.was_archived(await saved_by(config))


@dataclass
class OnFeishuStream(OnFeishu):
    """The same over the long connection; every third event comes in pieces."""

    connection: Connection | None = None
    brought: int = 0

    async def _twice(self, event: dict[str, Any]) -> None:
        assert self.connection is not None
        self.brought += 1
        for _ in range(2):
            number = await self.connection.brings(event, pieces=2 if self.brought % 3 == 0 else 1)
            assert await self.connection.next_ack() == (number, 200)


async def test_a_whole_case_on_feishu_without_a_public_address(run, configured, host, saved_by):  # noqa: F811
    gateway = FeishuGateway()
    gateway.base = await host(gateway.handle)
    keys = (
        f'app_id = "{feishu_peers.APP_ID}"\nsecret = "{feishu_peers.SECRET}"\n'
        f'mode = "websocket"\napi_base = "{gateway.base}"\n'
    )
    config = configured(text=text_of("feishu", keys, FEISHU))
    program = await run(config)
    await program.address()
    sender = EventSender("", None, gateway.server, now=now)
    stage = OnFeishuStream(gateway.server, sender, connection=await gateway.next_connection())
    await case.play(stage)
    assert any("小李 负责" in text for text in stage.kept.cards), stage.kept.cards
    program.terminate()
    assert await program.ended() == 0
    assert feishu_peers.SECRET not in program.said()
    await case.was_archived(await saved_by(config))


# --- DingTalk -----------------------------------------------------------------------------------------------------

DINGTALK = {WANG: "wang01", ZHANG: "zhang01", LI: "li01", CHEN: "chen01"}


@dataclass
class OnDingTalk:
    server: DingTalkServer
    kept: Kept = field(default_factory=Kept)

    async def says(self, place: str, person: str, text: str) -> None:
        body = self.server.message(DINGTALK[person], text, chat=CHATS[place])
        for _ in range(2):  # DingTalk brings again what was not acknowledged
            await self.server.says(body)

    async def touches(self, place: str, person: str, label: str, command: str) -> None:
        card = next(
            number for number, made in reversed(self.server.cards.items()) if label in str(made["cardData"])
        )
        frame = await self.server.presses(DINGTALK[person], label, card)
        await self.server.presses(DINGTALK[person], label, card, frame=frame)

    async def next_in(self, place: str) -> str:
        while not self.kept.waiting[place]:
            posted = await self.server.next_posted()
            if posted.through == "change":
                self.kept.cards.append(posted.text)
                continue
            there = next((place for place, chat in CHATS.items() if chat == posted.room), "")
            text = posted.text
            for name, number in DINGTALK.items():
                text = text.replace(f"@{number}", f"@{name}")
            assert there, posted
            self.kept.waiting[there].append(text)
        return self.kept.waiting[place].pop(0)


async def test_a_whole_case_on_dingtalk(run, configured, host, saved_by):  # noqa: F811
    server = DingTalkServer(now=now)
    server.base = await host(server.handle)
    keys = (
        f'client_id = "{dingtalk_peers.CLIENT_ID}"\nsecret = "{dingtalk_peers.SECRET}"\n'
        f'api_base = "{server.base}"\nwebhook_base = "{server.base}"\nper_minute_room = 0\n'
    )
    config = configured(text=text_of("dingtalk", keys, DINGTALK))
    program = await run(config)
    await program.address()
    await server.next_connection()
    await case.play(OnDingTalk(server))
    program.terminate()
    assert await program.ended() == 0
    assert dingtalk_peers.SECRET not in program.said()
    await case.was_archived(await saved_by(config))


# --- Satori -------------------------------------------------------------------------------------------------------

SATORI = {WANG: "u-wang", ZHANG: "u-zhang", LI: "u-li", CHEN: "u-chen"}


@dataclass
class OnSatori:
    gateway: Gateway
    kept: Kept = field(default_factory=Kept)

    async def says(self, place: str, person: str, text: str) -> None:
        if place == CUSTOMER and text.startswith("三楼"):
            text = f"@小首 {text}"
        event = self.gateway.event(SATORI[person], text, channel=CHATS[place])
        for _ in range(2):  # after a resume a gateway may tell what is known already
            await self.gateway.says(event)

    async def touches(self, place: str, person: str, label: str, command: str) -> None:
        await self.says(place, person, command)

    async def next_in(self, place: str) -> str:
        while not self.kept.waiting[place]:
            posted = await self.gateway.next_posted()
            if posted.is_edit:
                self.kept.cards.append(posted.text)
                continue
            there = next(place for place, chat in CHATS.items() if chat == posted.channel)
            self.kept.waiting[there].append(posted.text)
        return self.kept.waiting[place].pop(0)


async def test_a_whole_case_on_satori(run, configured, host, saved_by):  # noqa: F811
    gateway = Gateway(now=now)
    keys = (
        f'url = "{await host(gateway.handle)}/satori"\ntoken = "{satori_peers.TOKEN}"\nper_minute_room = 0\n'
    )
    config = configured(text=text_of("satori", keys, SATORI))
    program = await run(config)
    await program.address()
    await gateway.next_connection()
    stage = OnSatori(gateway)
    await case.play(stage)
    assert any("小李 负责" in text for text in stage.kept.cards), stage.kept.cards
    program.terminate()
    assert await program.ended() == 0
    assert satori_peers.TOKEN not in program.said()
    await case.was_archived(await saved_by(config))
