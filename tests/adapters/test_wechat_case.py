"""A whole case with a customer on WeChat and a duty room on QQ, through the running program; and a window that closes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from bot.clock import SystemClock
from tests.adapters import case, wechat_peers, wecom_peers
from tests.adapters.case import CHEN, CUSTOMER, DUTY, LI, WANG, ZHANG
from tests.adapters.wechat_peers import KfServer, MpSender, MpServer, Windows, seen_text
from tests.adapters.wecom_peers import BORN, CallbackSender
from tests.e2e.conftest import configured, run, saved_by  # noqa: F401 - the program as a process

pytestmark = pytest.mark.asyncio

TEACHER = "wmWang"
STAFF = {ZHANG: 20002, LI: 20004, CHEN: 20003}
CALLBACK = f"""
token = "{wecom_peers.TOKEN}"
aes_key = "{wecom_peers.AES_KEY}"
"""
KINDS = {
    "wechat-kf": f'type = "wechat-kf"\ncorp_id = "{wecom_peers.CORP}"\nsecret = "kf-s3cret"\n',
    "wechat-mp": f'type = "wechat-mp"\napp_id = "{wechat_peers.APP}"\nsecret = "mp-s3cret"\n',
}


def seconds() -> float:
    """Return the seconds since the doubles' beginning: here the real clock is at work."""
    return SystemClock().now().timestamp() - BORN


def said_on_qq(sent: Any) -> str:
    names = {str(number): name for name, number in STAFF.items()}
    return "".join(
        f"@{names[segment.data['qq']]}" if segment.type == "at" else segment.data.get("text", "")
        for segment in sent.message
    )


@dataclass
class TwoPlatforms:
    """WeChat for the customer, QQ for the duty room."""

    server: Any
    sender: Any
    peer: Any
    menu: list[Any]

    async def says(self, place: str, person: str, text: str) -> None:
        if place == DUTY:
            await self.peer.group_says(654321, STAFF[person], text, card=person)
        else:
            await self._customer(text, "")

    async def touches(self, place: str, person: str, label: str, command: str) -> None:
        if place == DUTY:
            return await self.says(place, person, command)
        [found] = [each for each in self.menu if (each.get("click") or each)["content"] == label]
        return await self._customer(label, (found.get("click") or found)["id"])

    async def next_in(self, place: str) -> str:
        if place == DUTY:
            return said_on_qq(await self.peer.next_sent())
        body = (await self.server.next_posted()).body
        assert body["touser"] == TEACHER
        self.menu = body.get("msgmenu", {}).get("list", [])
        return seen_text(body)

    async def _customer(self, text: str, touched: str) -> None:
        if isinstance(self.server, KfServer):
            item = self.server.item(TEACHER, msgtype="text", text={"content": text, "menu_id": touched})
            self.server.windows.opened(TEACHER)
            self.server.log.append(item)
            await self.server.rings()
            await self.server.rings(nonce="again")
            return
        self.server.windows.opened(TEACHER)
        document = self.sender.follower_message(
            TEACHER, text, bizmsgmenuid=touched, CreateTime=str(int(BORN + seconds()))
        )
        for nonce in ("a", "b"):  # every message is delivered twice
            assert await self.sender.posts_xml(document, at=int(BORN + seconds()), nonce=nonce) == 200


@pytest_asyncio.fixture(params=["wechat-kf", "wechat-mp"])
async def stage(request, run, configured, host, client, qq_peer):  # noqa: F811
    server = KfServer() if request.param == "wechat-kf" else MpServer()
    server.windows = Windows(seconds)
    adapters = f"""
[[adapters]]
name = "wx"
{KINDS[request.param]}{CALLBACK}api_base = "{await host(server.handle)}"
[[adapters]]
name = "qq"
type = "onebot"
access_token = "s3cret"
per_minute_room = 0
per_minute = 0
"""
    text = case.CONFIG.format(
        adapters=adapters,
        wang=f"wx:{TEACHER}",
        zhang="qq:20002",
        li="qq:20004",
        chen="qq:20003",
        customer=f"wx:private:{TEACHER}",
        duty="qq:group:654321",
    )
    config = configured(text=text)
    program = await run(config)
    address = await program.address()
    hook = f"{address}/hooks/wx"
    sender: CallbackSender = (
        CallbackSender(hook, client)
        if isinstance(server, KfServer)
        else MpSender(hook, client, receiver=wechat_peers.APP)
    )
    server.sender = sender
    peer = await qq_peer(f"{address.replace('http', 'ws')}/hooks/qq", token="s3cret")
    return TwoPlatforms(server, sender, peer, []), program, config


async def test_a_whole_case_with_a_customer_on_wechat(stage, saved_by):  # noqa: F811
    platforms, program, config = stage
    await case.play(platforms)
    program.terminate()
    assert await program.ended() == 0
    for secret in ("s3cret", wecom_peers.AES_KEY, wecom_peers.TOKEN):
        assert secret not in program.said()
    await case.was_archived(await saved_by(config))


async def test_what_may_not_be_said_is_said_when_the_customer_writes_again(stage):
    platforms, _, _ = stage
    await platforms.says(CUSTOMER, WANG, "报障 三楼投影机不亮")
    await platforms.next_in(CUSTOMER)
    await platforms.next_in(DUTY)
    platforms.server.windows.left[TEACHER] = 0
    await platforms.says(DUTY, ZHANG, "接单 1001")
    assert (await platforms.next_in(DUTY)).startswith("1001 由 老张 接单（")
    async with asyncio.timeout(10):
        assert await platforms.server.windows.refusals.get() == TEACHER
    # The store writes in order: after this answer it is noted that the message waits.
    await platforms.says(DUTY, LI, "接单 1001")
    assert "老张" in await platforms.next_in(DUTY)
    assert platforms.server.posted.empty()
    await platforms.says(CUSTOMER, WANG, "进度 1001")
    said = [await platforms.next_in(CUSTOMER) for _ in range(2)]
    assert any(text.startswith("（接上）1001 由 老张 负责") for text in said), said
