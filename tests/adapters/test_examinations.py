"""What `shouwen doctor` finds at each platform: one bot that is well, and every fault that can be found without doing anything."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from adapters.clock_check import compared
from adapters.contract import Examines, Finding
from adapters.wording import Wording, translated
from bot.texts import Texts
from tests.adapters import dingtalk_peers, wecom_peers
from tests.adapters.conftest import NOON, Archive
from tests.adapters.wecom_peers import AibotServer

pytestmark = pytest.mark.asyncio

# The clock of these tests stands in March, that of the servers played here runs.
_CLOCK = "时钟"
_NAMES = re.compile("育才群|值班群|育才客服|老张|首问|小首")
_CJK = re.compile(r"[\u4e00-\u9fff]")


async def found(adapter: Examines) -> dict[str, Finding]:
    """Return findings by subject, those about the clock apart from the rest."""
    findings = await adapter.examine()
    english = Texts().translator("en")
    for each in findings:
        for words in (each.subject, each.says):
            said = translated(words, english) if isinstance(words, Wording) else words
            assert not _CJK.search(_NAMES.sub("", said)), said
        assert "s3cret" not in each.says
    return {each.subject: each for each in findings}


def faults(findings: dict[str, Finding]) -> dict[str, str]:
    """Return what is wrong but for the clock."""
    return {
        each.subject: each.says for each in findings.values() if not each.is_well and each.subject != _CLOCK
    }


@pytest.mark.parametrize(
    ("apart", "is_well", "words"),
    [(0, True, "一致"), (59, True, "一致"), (61, False, "快 61"), (-300, False, "慢 300")],
)
async def test_clocks_may_differ_by_a_minute(apart, is_well, words):
    (clock,) = compared(NOON, NOON + timedelta(seconds=apart), "QQ")
    assert clock.is_well == is_well
    assert words in clock.says


async def test_a_platform_that_tells_no_time_is_not_compared():
    assert compared(None, NOON, "QQ") == []
    assert compared(datetime(2026, 3, 6, 4, 0), NOON, "QQ") == []  # noqa: DTZ001 - what a header without a zone gives
    assert NOON.tzinfo is UTC


# --- QQ through OneBot --------------------------------------------------------------------------------------------


async def _qq_side(adapter, serve, qq_peer, groups=(123456, 654321), **answers):
    """Connect a QQ side that is well but for these answers."""
    peer = await qq_peer(await serve(adapter.handle), token="s3cret")
    data = {
        "get_login_info": {"user_id": 10001000, "nickname": "小首"},
        "get_status": {"online": True, "good": True},
        "get_group_member_info": {"shut_up_timestamp": 0},
    } | answers
    peer.archive = Archive(lists={peer.self_id: list(groups)})
    peer.answer = lambda call: {"status": "ok", "retcode": 0, "data": data[call["action"]]}
    return peer


async def test_an_account_of_qq_that_is_well(onebot, serve, qq_peer):
    adapter = onebot(access_token="s3cret")
    await _qq_side(adapter, serve, qq_peer)
    findings = await found(adapter)
    assert faults(findings) == {}
    assert findings["账号"].says == "小首（10001000）"
    assert set(findings) == {"access_token", "账号", "群", "补收消息"}


@pytest.mark.parametrize(
    ("answers", "subject", "words"),
    [
        ({"get_status": {"online": False}}, "账号", "重新登录"),
        ({"groups": (123456,)}, "群", "qq:group:654321"),
        (
            {"get_group_member_info": {"shut_up_timestamp": int(NOON.timestamp()) + 600}},
            "群 育才群",
            "禁言到 2026-03-06 12:10。",
        ),
    ],
)
async def test_what_is_wrong_with_an_account_of_qq(onebot, serve, qq_peer, answers, subject, words):
    adapter = onebot(access_token="s3cret")
    await _qq_side(adapter, serve, qq_peer, **answers)
    assert words in faults(await found(adapter))[subject]


async def test_a_qq_side_whose_clock_is_wrong(onebot, serve, qq_peer, listen):
    adapter = onebot(access_token="s3cret")
    listener = listen(adapter)
    peer = await _qq_side(adapter, serve, qq_peer)
    beat = {"post_type": "meta_event", "meta_event_type": "heartbeat", "interval": 30000, "self_id": 10001000}
    await peer.sends_raw(json.dumps({**beat, "time": int(NOON.timestamp()) - 3600}))
    await peer.group_says(123456, 20001, "在吗")
    await listener.next()
    findings = await found(adapter)
    assert not findings[_CLOCK].is_well
    assert "快 3600" in findings[_CLOCK].says


# --- The official QQ bot ------------------------------------------------------------------------------------------


async def test_the_official_bot_of_qq(qq_bot, qq_open):
    for group in ("123456", "654321"):
        qq_open.bot_states[group] = {"allow_proactive_msg": True, "recv_msg_setting": "all"}
    findings = await found(qq_bot())
    assert faults(findings) == {}
    assert not findings[_CLOCK].is_well
    qq_open.bot_states["654321"] = {"allow_proactive_msg": False, "recv_msg_setting": "only_mention"}
    qq_open.logins_left = 0
    assert set(faults(await found(qq_bot()))) == {"网关", "群 值班群 收消息", "群 值班群 主动发言"}
    assert set(faults(await found(qq_bot(secret="wrong-s3cret")))) == {"app_id 与 secret"}
    qq_open.refuses_our_address = True
    says = faults(await found(qq_bot()))["网关"]
    assert "IP 白名单" in says
    assert "webhook" not in says  # which would be refused as well
    assert qq_open.posted.empty()


# --- WeCom --------------------------------------------------------------------------------------------------------


async def test_an_application_of_wecom_that_is_well(wecom_app_platform):
    findings = await found(wecom_app_platform.adapter)
    assert faults(findings) == {}
    assert "首问" in findings["应用"].says
    assert "/hooks/wecom" in findings["回调"].says
    assert not findings[_CLOCK].is_well
    assert wecom_app_platform.api.delivered == []


async def test_what_is_wrong_with_an_application_of_wecom(wecom_app_platform):
    api, adapter = wecom_app_platform.api, wecom_app_platform.adapter
    api.unseen = {"20002"}
    assert "老张" in faults(await found(adapter))["可见范围"]
    api.is_stopped = True
    assert "已停用" in faults(await found(adapter))["应用"]
    api.answers = [{"errcode": 60020, "errmsg": "not allow to access from your ip"}]
    assert "可信 IP" in faults(await found(adapter))["应用"]


async def test_a_token_that_has_expired_is_renewed_and_no_fault(wecom_app_platform):
    await found(wecom_app_platform.adapter)
    wecom_app_platform.api.tokens.append("of another program")
    assert faults(await found(wecom_app_platform.adapter)) == {}


async def test_a_secret_of_wecom_that_is_wrong(wecom_app_platform):
    wecom_app_platform.api.token_answer = {"errcode": 40001, "errmsg": "invalid credential"}
    assert "secret" in faults(await found(wecom_app_platform.adapter))["应用"]


async def test_the_robot_of_a_group_is_tried_without_a_word_there(wecom_robot_platform):
    findings = await found(wecom_robot_platform.adapter)
    assert findings["webhook"].is_well
    assert "育才群" in faults(findings)["群"]  # two rooms of these surroundings name the same robot
    assert wecom_robot_platform.api.delivered == []
    wecom_robot_platform.api.answers = [{"errcode": 93000, "errmsg": "invalid webhook url"}]
    assert "key" in faults(await found(wecom_robot_platform.adapter))["webhook"]
    assert "k3y" not in repr(await found(wecom_robot_platform.adapter))


async def test_an_intelligent_robot_is_not_thrown_out_by_the_look_at_it(wecom_socket_platform, wecom):
    adapter = wecom_socket_platform.adapter
    assert (await found(adapter))["长连接"].says == "已登录"
    findings = await found(wecom("wecom-aibot", url=adapter._settings.url))
    assert faults(findings) == {}
    assert not findings[_CLOCK].is_well
    assert adapter.is_connected


@pytest.mark.parametrize(("is_wrong", "words"), [(True, "Bot ID"), (False, "别处")])
async def test_an_intelligent_robot_that_cannot_log_in(wecom, host, listen, is_wrong, words):
    server = AibotServer()
    url = (await host(server.handle)).replace("http", "ws")
    adapter = wecom("wecom-aibot", url=url, **({"secret": "wrong-s3cret"} if is_wrong else {}))
    listen(adapter)
    if not is_wrong:
        session = await server.next_session()
        await session.tells("aibot_event_callback", "r", {"event": {"eventtype": "disconnected_event"}})
        await session.socket.close()
    says = await _soon(lambda: _fault(adapter, "长连接"))
    assert words in says


async def test_an_intelligent_robot_that_logs_in_too_often_is_not_told_that_its_secret_is_wrong(
    wecom, host, listen
):
    refusal = {"errcode": 45009, "errmsg": "api freq out of limit, hint: [1], from ip: 1.2.3.4"}
    server = AibotServer(refusal=refusal, always_refuses=True)
    adapter = wecom("wecom-aibot", url=(await host(server.handle)).replace("http", "ws"))
    listen(adapter)
    says = await _soon(lambda: _fault(adapter, "长连接"))
    assert "发送太频繁" in says
    assert "Secret" not in says


async def test_a_server_of_wecom_that_is_not_there(wecom):
    findings = await found(wecom("wecom-aibot", url="ws://127.0.0.1:9/?x=s3cret"))
    assert "127.0.0.1:9" in faults(findings)["长连接"]


async def test_the_address_for_callbacks_of_a_robot_is_told(wecom_callback_platform):
    findings = await found(wecom_callback_platform.adapter)
    assert faults(findings) == {}
    assert "/hooks/wecom" in findings["回调"].says
    assert wecom_peers.AES_KEY not in repr(findings)


# --- WeChat -------------------------------------------------------------------------------------------------------


async def test_customer_service(kf):
    adapter, server = await kf()
    findings = await found(adapter)
    assert faults(findings) == {}
    assert "育才客服" in findings["客服账号"].says
    assert "/hooks/kf" in findings["客服账号"].says
    server.fails = [{"errcode": 95017, "errmsg": "api not open"}]
    assert "可调用接口" in faults(await found(adapter))["收消息"]
    server.answers = [{"errcode": 60020, "errmsg": "ip"}]
    assert "可信 IP" in faults(await found(adapter))["客服账号"]
    server.accounts.clear()
    assert "没有可以使用的客服账号" in faults(await found(adapter))["客服账号"]
    assert server.delivered == []


async def test_an_official_account(wechat_mp_platform):
    adapter, server = wechat_mp_platform.adapter, wechat_mp_platform.server
    findings = await found(adapter)
    assert faults(findings) == {}
    assert "安全模式" in findings["公众号"].says
    for answer, words in (
        ({"errcode": 76022, "errmsg": "could not get quota of this path"}, ""),
        ({"errcode": 40164, "errmsg": "invalid ip"}, "白名单"),
        ({"errcode": 48001, "errmsg": "api unauthorized"}, "客服消息"),
    ):
        server.answers = [answer]
        assert words in faults(await found(adapter)).get("公众号", "")
    server.answers = [{"errcode": 0, "errmsg": "ok", "quota": {"daily_limit": 5, "used": 5, "remain": 0}}]
    assert "用完" in faults(await found(adapter))["次数"]


# --- Feishu, DingTalk, Satori -------------------------------------------------------------------------------------


async def test_an_application_of_feishu(feishu):
    adapter, server, _ = await feishu()
    findings = await found(adapter)
    assert faults(findings) == {}
    assert "/hooks/feishu" in findings["机器人"].says
    server.chats.remove("654321")
    server.left.add("123456")
    server.scopes = {"contact:user.base"}
    wrong = faults(await found(adapter))
    assert set(wrong) == {"看得到的消息", "权限", "群 育才群", "群 值班群"}
    assert "加进来" in wrong["群 值班群"]
    assert "chat_id" in wrong["群 值班群"]
    assert server.posted.empty()


async def test_a_secret_of_feishu_that_is_wrong(feishu):
    adapter, _, _ = await feishu(secret="wrong-s3cret")
    assert "secret" in faults(await found(adapter))["机器人"]


async def test_a_robot_of_dingtalk(dingtalk_platform, dingtalk):
    adapter, server = dingtalk_platform.adapter, dingtalk_platform.server
    assert faults(await found(adapter)) == {}
    assert adapter.is_connected  # the stream that is open stays
    server.refuses_login = True
    assert "Stream" in faults(await found(adapter))["长连接"]
    server.refuses_login, server.endpoint = False, "wss://elsewhere.example.com/connect"
    assert "api_base" in faults(await found(adapter))["长连接"]
    other, _ = await dingtalk(server, secret="wrong-s3cret")
    assert "secret" in faults(await found(other))["机器人"]
    assert dingtalk_peers.SECRET not in repr(await found(adapter))


async def test_a_gateway_of_satori(satori):
    adapter, gateway = await satori()
    gateway.logins[0]["features"] = ["channel.get"]
    findings = await found(adapter)
    assert faults(findings) == {}
    assert "x:bot1" in findings["网关"].says
    gateway.known.clear()
    assert set(faults(await found(adapter))) == {"群 育才群", "群 值班群"}
    gateway.logins[0]["status"] = 0
    assert "不在线" in faults(await found(adapter))["网关"]
    lost, _ = await satori(gateway, login="x:bot2")
    assert "x:bot1" in faults(await found(lost))["网关"]
    wrong, _ = await satori(gateway, token="wrong-s3cret")
    assert "token" in faults(await found(wrong))["网关"]
    nowhere, _ = await satori(url="http://127.0.0.1:9/satori")
    assert "连不上" in faults(await found(nowhere))["网关"]


async def _fault(adapter: Examines, subject: str) -> str:
    return faults(await found(adapter)).get(subject, "")


async def _soon(ask: Callable[[], Awaitable[str]]) -> str:
    """Ask until there is an answer: how a connection ended is known in its own time."""
    async with asyncio.timeout(10):
        while not (said := await ask()):  # noqa: ASYNC110 - nothing tells of it but the adapter itself
            await asyncio.sleep(0)
    return said
