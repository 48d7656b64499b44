"""The first day in a group over the real protocols: introduced once, set up from the duty room, and then a place like any other."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.adapters.case import CHEN, CUSTOMER, DUTY, WANG
from tests.adapters.test_four_platforms import (
    CONFIG,
    GROUPS,
    NUMBERS,
    ONEBOT,
    OnOneBot,
    OnQQ,
    OnTelegram,
    OnWeCom,
    Stage,
    qq_block,
    running,
    telegram_block,
    wecom_server,
)

pytestmark = pytest.mark.asyncio
__all__ = ["wecom_server"]

_BEFORE, _, _REST = CONFIG.partition('[[rooms]]\nid = "yucai"')
NEW_GROUP = _BEFORE + '[[rooms]]\nid = "duty"' + _REST.partition('[[rooms]]\nid = "duty"')[2]


HELLO = "大家好，我是服务助手小首。直接说问题并 @我"


async def first_day(stage: Stage, joins: Callable[[], Awaitable[object]], greeting: str) -> None:
    for _ in range(2):  # platforms tell of it more than once
        await joins()
    welcome, _ = await stage.next_in(CUSTOMER)
    told, _ = await stage.next_in(DUTY)
    assert welcome.startswith(greeting), welcome
    assert told.startswith("新群“"), told
    assert "还差 4 步：① 绑定" in told, told
    await stage.says(DUTY, CHEN, "绑定 育才小学")
    bound, _ = await stage.next_in(DUTY)
    assert "已绑定 育才小学" in bound, bound
    if greeting == HELLO:
        await joins()
    await stage.says(CUSTOMER, WANG, "报障 投影无信号")
    opened, _ = await stage.next_in(CUSTOMER)  # and no second introduction before it
    card, _ = await stage.next_in(DUTY)
    assert opened.startswith("已建单 1001"), opened
    assert card.startswith("🆕 1001"), card


async def test_over_onebot(qq_peer, tmp_path: Path):
    async with running(tmp_path, ONEBOT, NEW_GROUP) as program:
        peer = await qq_peer(program.address.replace("http", "ws") + "/hooks/p", token="s3cret")
        joined = {
            "time": 1767225600, "self_id": peer.self_id, "post_type": "notice", "notice_type": "group_increase", "sub_type": "invite",
            "group_id": int(GROUPS[CUSTOMER]), "operator_id": int(NUMBERS[CHEN]), "user_id": peer.self_id,
        }  # fmt: skip
        await first_day(OnOneBot(peer), lambda: peer.sends_raw(json.dumps(joined)), HELLO)


async def test_over_the_official_qq_bot(qq_open, tmp_path: Path):
    qq_open.may_push |= set(GROUPS.values())
    async with running(tmp_path, qq_block(qq_open), NEW_GROUP) as program:
        assert program
        await qq_open.was_ready(1)
        joined = {
            "group_openid": GROUPS[CUSTOMER],
            "op_member_openid": NUMBERS[CHEN],
            "timestamp": 1767225600,
        }
        await first_day(
            OnQQ(qq_open),
            lambda: qq_open.emit("GROUP_ADD_ROBOT", joined, event="GROUP_ADD_ROBOT:1"),
            HELLO,
        )


async def test_over_wecom_which_tells_nobody_of_joining(wecom_server, tmp_path: Path):
    server, block = wecom_server
    async with running(tmp_path, block, NEW_GROUP):
        stage = OnWeCom(await server.next_session())
        await first_day(
            stage,
            lambda: stage.says(CUSTOMER, WANG, "在吗"),
            "大家好，我是服务助手小首，刚到这个群，还没设置好",
        )


async def test_over_telegram(bot_api, tmp_path: Path):
    bot = {"id": int(bot_api.me.id), "is_bot": True, "first_name": "小首"}
    joined = {
        "chat": {"id": int(GROUPS[CUSTOMER]), "type": "group", "title": "育才群"},
        "from": {"id": int(NUMBERS[CHEN]), "is_bot": False, "first_name": CHEN},
        "date": 1767225600,
        "old_chat_member": {"status": "left", "user": bot},
        "new_chat_member": {"status": "member", "user": bot},
    }
    async with running(tmp_path, telegram_block(bot_api), NEW_GROUP):
        await first_day(OnTelegram(bot_api), lambda: bot_api.happens({"my_chat_member": joined}), HELLO)
