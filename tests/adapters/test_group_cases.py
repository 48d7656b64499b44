"""A whole case in two groups of one platform, through the running program, for platforms that share one way of playing it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.clock import SystemClock
from tests.adapters import case, feishu_peers
from tests.adapters.case import CHEN, CUSTOMER, DUTY, LI, WANG, ZHANG
from tests.adapters.feishu_peers import EventSender, FeishuServer
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
