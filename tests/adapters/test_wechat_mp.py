"""A WeChat official account: verified, answered before anything is done, and allowed to speak only within its windows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from adapters.contract import Button, Connects, DeliveryFailed, Examines, Outgoing, TakesCallbacks
from adapters.inbox import Inbox
from tests.adapters.wechat_peers import MpSender, seen_text
from tests.adapters.wecom_peers import AES_KEY, BORN, TOKEN

pytestmark = pytest.mark.asyncio

WANG = "mp:private:20001"


def say(text: str, room: str = WANG, **more) -> Outgoing:
    return Outgoing(key=f"key of {text}", room=room, text=text, **more)


@pytest.fixture
def account(wechat_mp_platform):
    return wechat_mp_platform


async def heard(account, text: str = "在吗"):
    await account.says("王老师", text)
    return await account.listener.next()


# --- Coming in ----------------------------------------------------------------------------------------------------


async def test_it_has_the_powers_of_callbacks(account):
    assert isinstance(account.adapter, TakesCallbacks)
    assert isinstance(account.adapter, Examines)
    assert not isinstance(account.adapter, Connects)
    assert account.adapter.capabilities.can_push is False
    assert account.adapter.capabilities.reply_window == timedelta(hours=48)


async def test_the_address_is_verified_with_exactly_the_open_text(account):
    assert await account.sender.asks("1616140317555161061") == (200, b"1616140317555161061")


@pytest.mark.parametrize(
    ("changes", "at", "status"),
    [
        ({"signature": "0" * 40}, BORN, 403),
        ({"signature": ""}, BORN, 403),
        ({"nonce": "other"}, BORN, 403),
        ({}, BORN - 301, 403),
        ({"echostr": "<script>alert(1)</script>"}, BORN, 400),
        ({"echostr": ""}, BORN, 400),
        ({"echostr": "1" * 129}, BORN, 400),
    ],
)
async def test_an_address_is_not_verified_for_somebody_else(account, changes, at, status):
    assert await account.sender.asks("161614", at=at, **changes) == (status, b"")


async def test_redeliveries_have_the_same_id(account):
    document = account.sender.follower_message("20001", "打不开")
    click = account.sender.follower_message(
        "20001", "", MsgType="event", Event="CLICK", EventKey="我的单", MsgId=""
    )
    for nonce in ("a", "b", "c"):
        assert await account.sender.posts_xml(document, nonce=nonce) == 200
        assert await account.sender.posts_xml(click, nonce=nonce) == 200
    assert len({(await account.listener.next()).message_id for _ in range(6)}) == 2


@pytest.mark.parametrize(
    ("changes", "at", "status"),
    [
        ({"msg_signature": "0" * 40}, BORN, 403),
        ({"msg_signature": ""}, BORN, 403),
        ({"timestamp": str(BORN + 1)}, BORN, 403),
        ({}, BORN - 301, 403),
        ({}, BORN + 301, 403),
    ],
)
async def test_a_callback_that_is_not_from_wechat_is_refused(account, changes, at, status):
    body, query = account.sender.sealed(account.sender.follower_message("20001", "x"), at=at)
    with capture_logs() as logs:
        assert await account.sender.posts(body, {**query, **changes}) == status
    [entry] = [entry for entry in logs if entry["action"] == "callback_refused"]
    assert entry["status"] == status
    assert TOKEN not in str(entry)
    assert AES_KEY not in str(entry)


async def test_a_message_in_plain_mode_is_refused_because_nothing_protects_it(account):
    plain = account.sender.follower_message("20001", "报障 打印机坏了")
    _, query = account.sender.sealed("x")
    assert await account.sender.posts(plain, query) == 400


async def test_what_is_sealed_for_another_account_is_refused(account, client):
    other = MpSender(account.sender.url, client, receiver="wx000")
    assert await other.follower_says("20001", "x") == 403


async def test_bodies_that_are_none_are_refused(account, client):
    for body in (b"", b"\xff", b"{}", b"<xml/>"):
        assert await account.sender.posts(body, {}) == 400
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>'
    assert await account.sender.posts(bomb, {}) == 400
    assert await account.sender.posts(b"x" * ((1 << 20) + 1), {}) == 413
    assert await account.sender.posts_xml("not xml") == 400
    async with client.put(account.sender.url, data=b"x") as response:
        assert response.status == 405


async def test_a_new_follower_is_told_what_can_be_asked(account):
    changes = {"MsgType": "event", "Event": "subscribe", "EventKey": "qrscene_7", "MsgId": ""}
    document = account.sender.follower_message("20001", "", **changes)
    for nonce in ("a", "b"):
        assert await account.sender.posts_xml(document, nonce=nonce) == 200
    first, again = await account.listener.next(), await account.listener.next()
    assert (first.text, first.command, first.is_addressed) == ("/help", None, True)
    assert first.room == "mp:private:20001"
    assert first.message_id == again.message_id


async def test_events_are_answered_and_ignored(account):
    for event in ("unsubscribe", "SCAN", "LOCATION", "VIEW", "TEMPLATESENDJOBFINISH"):
        changes = {"MsgType": "event", "Event": event, "EventKey": "k", "MsgId": ""}
        assert await account.sender.follower_says("20001", "", **changes) == 200
    assert (await heard(account, "我在")).text == "我在"


async def test_a_sticker_is_nobodys_words_although_wechat_writes_some(account):
    for words in ("【收到不支持的消息类型，暂无法显示】", "[Unsupported Message]"):
        assert await account.sender.follower_says("20001", words) == 200
    assert (await heard(account, "我在")).text == "我在"


async def test_more_than_memory_can_hold_is_left_to_the_platform_and_nothing_after_the_end(account):
    account.adapter._inbox._most_waiting = 0
    assert await account.sender.follower_says("20001", "x") == 503
    account.adapter._inbox._most_waiting = Inbox()._most_waiting
    assert await account.sender.follower_says("20001", "x") == 200
    await account.adapter.close()
    assert await account.sender.follower_says("20001", "x") == 503


# --- Going out ----------------------------------------------------------------------------------------------------


async def test_an_answer_goes_out_with_a_stable_token_that_is_asked_for_once(account):
    await heard(account)
    assert await account.adapter.send(say("一")) == "key:key of 一"
    await account.adapter.send(say("二"))
    posted = await account.server.next_posted()
    assert posted.path == "/cgi-bin/message/custom/send"
    assert posted.query == {"access_token": "token-1"}
    assert posted.body == {"touser": "20001", "msgtype": "text", "text": {"content": "一"}}
    assert account.server.tokens == ["token-1"]


async def test_buttons_are_a_menu_that_can_be_touched(account):
    await heard(account)
    await account.adapter.send(say("✅ 1024 已处理。", buttons=(Button("好了", "1"),)))
    posted = await account.server.next_posted()
    assert posted.body["msgmenu"] == {
        "head_content": "✅ 1024 已处理。",
        "list": [{"id": "1", "content": "好了"}],
        "tail_content": "",
    }


async def test_chinese_goes_out_as_it_is(account):
    """Where it is written as \\uXXXX, WeChat shows just that to the follower."""
    account.server.windows.opened("20001")
    await account.adapter.send(Outgoing(key="k", room="mp:private:20001", text="已建单 1001"))
    assert "已建单 1001".encode() in account.server.sent


async def test_what_somebody_typed_never_becomes_a_link(account):
    await heard(account)
    typed = '<a href="weixin://bizmsgmenu?msgmenucontent=撤单&msgmenuid=1">点我</a>'
    await account.adapter.send(say(f"1024 王老师：{typed}"))
    posted = await account.server.next_posted()
    assert "<a" not in posted.body["text"]["content"]
    assert "</a" not in posted.body["text"]["content"]
    assert typed in seen_text(posted.body)


async def test_the_sixth_answer_waits_for_the_next_message(account, clock):
    await heard(account)
    for number in range(5):
        await account.adapter.send(say(f"答 {number}"))
    with pytest.raises(DeliveryFailed, match="条数") as failed:
        await account.adapter.send(say("答 5"))
    assert (failed.value.until_heard, failed.value.retry_after) == (True, None)
    await heard(account)
    assert await account.adapter.send(say("答 5"))
    clock.advance(48 * 3600 + 1)
    with pytest.raises(DeliveryFailed, match="48 小时") as failed:
        await account.adapter.send(say("回访"))
    assert failed.value.until_heard


@pytest.mark.parametrize(
    ("answer", "retry_after", "until_heard", "is_unknown"),
    [
        ({"errcode": -1, "errmsg": "busy"}, timedelta(seconds=5), False, False),
        ({"errcode": 45011, "errmsg": "freq"}, timedelta(minutes=1), False, False),
        ({"errcode": 45009, "errmsg": "quota"}, timedelta(hours=1), False, False),
        ({"errcode": 43004, "errmsg": "require subscribe"}, None, True, False),
        ({"errcode": 48001, "errmsg": "api unauthorized"}, None, False, False),
        ({"errcode": 40164, "errmsg": "invalid ip"}, timedelta(minutes=1), False, False),
        ({"errcode": 40003, "errmsg": "invalid openid"}, None, False, False),
        ("hang up", timedelta(seconds=5), False, True),
        ("<html>", timedelta(seconds=5), False, False),
        ("", None, False, True),
        (502, timedelta(seconds=5), False, False),
        (404, None, False, False),
    ],
)
async def test_a_refusal_says_what_will_help(account, answer, retry_after, until_heard, is_unknown):
    await heard(account)
    account.server.answers = [answer]
    with pytest.raises(DeliveryFailed) as failed:
        await account.adapter.send(say("一"))
    it = failed.value
    assert (it.retry_after, it.until_heard, it.is_unknown) == (retry_after, until_heard, is_unknown)
    assert "s3cret" not in it.reason
    assert "token-1" not in it.reason


async def test_who_must_allow_our_address_is_told_which_it_is(account):
    await heard(account)
    said = "invalid ip 47.97.61.101 ipv6 ::ffff:47.97.61.101, not in whitelist rid: 6"
    account.server.answers = [{"errcode": 40164, "errmsg": said}]
    with pytest.raises(DeliveryFailed, match=r"本机的 IP 47\.97\.61\.101 不在"):
        await account.adapter.send(say("一"))


async def test_a_token_that_somebody_else_has_replaced_is_renewed_once(account):
    await heard(account)
    refusal = {"errcode": 40001, "errmsg": "invalid credential"}
    account.server.answers = [refusal]
    assert await account.adapter.send(say("一"))
    assert account.server.tokens == ["token-1", "token-2"]
    account.server.answers = [refusal, refusal]
    with pytest.raises(DeliveryFailed) as failed:
        await account.adapter.send(say("二"))
    assert failed.value.retry_after


async def test_a_long_text_arrives_in_parts(account):
    await heard(account)
    text = "第一句话。" * 300
    await account.adapter.send(say(text))
    parts = [posted.body["text"]["content"] for posted in account.server.delivered]
    assert "".join(parts) == text
    assert all(len(part.encode()) <= 2048 for part in parts)
