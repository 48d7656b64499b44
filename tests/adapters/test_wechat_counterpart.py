"""A published SDK beside our adapters: it reads the same callbacks, and asks the same of the servers of these tests.

`wechatpy` is not ours. It is given the token that our adapter has got, because its own address for that cannot be changed;
the messages that it sends must be those that we send.
"""

from __future__ import annotations

import asyncio

import pytest
from wechatpy import WeChatClient, parse_message
from wechatpy.exceptions import WeChatClientException
from wechatpy.work import WeChatClient as WorkClient

from adapters.contract import Button, Outgoing
from adapters.wechat.kf import wire as kf
from adapters.wechat.kf.frames import items
from adapters.wechat.mp import wire as mp
from tests.adapters.wechat_peers import APP, KF
from tests.adapters.wecom_peers import CORP

pytestmark = pytest.mark.asyncio


async def test_wechatpy_sends_to_followers_what_we_send(wechat_mp_platform, clock):
    account = wechat_mp_platform
    await account.says("王老师", "在吗")
    await account.listener.next()
    base = str(account.adapter._api._account._interface._server.address("cgi-bin"))
    await account.adapter.examine()
    client = WeChatClient(APP, "mp-s3cret", access_token=account.server.tokens[-1])
    client.API_BASE_URL = f"{base}/"
    await asyncio.to_thread(client.message.send_text, "20001", "在 <3")
    theirs = (await account.server.next_posted()).body
    await account.adapter.send(Outgoing("k", account.room, "在 <3"))
    assert (await account.server.next_posted()).body == theirs
    clock.advance(3 * 86400)
    with pytest.raises(WeChatClientException, match="45015"):
        await asyncio.to_thread(client.message.send_text, "20001", "太晚")


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"Content": "打不开"}, "text"),
        ({"MsgType": "image", "PicUrl": "https://p.example/1.jpg", "MediaId": "m"}, "image"),
        ({"MsgType": "voice", "MediaId": "m", "Format": "amr", "Recognition": "坏了"}, "voice"),
        ({"MsgType": "shortvideo", "MediaId": "m", "ThumbMediaId": "t"}, "shortvideo"),
        (
            {"MsgType": "location", "Location_X": "1", "Location_Y": "2", "Scale": "3", "Label": "西区"},
            "location",
        ),
        ({"MsgType": "link", "Title": "标题", "Description": "d", "Url": "https://a.b"}, "link"),
        ({"MsgType": "event", "Event": "CLICK", "EventKey": "我的单", "MsgId": ""}, "event"),
        ({"MsgType": "event", "Event": "subscribe", "MsgId": ""}, "event"),
    ],
)
async def test_wechatpy_reads_the_messages_of_followers_as_we_do(wechat_mp_platform, changes, kind):
    document = wechat_mp_platform.sender.follower_message("oAnn", changes.pop("Content", ""), **changes)
    theirs = parse_message(document)
    ours = mp.incoming(document.encode(), mp.View("mp", "小首", {}))
    assert theirs.type == kind
    assert ours.sender == f"mp:{theirs.source}"
    assert ours.sent_at.timestamp() == theirs.create_time.timestamp()
    if kind == "text":
        assert (ours.text, ours.message_id) == (theirs.content, str(theirs.id))
    if kind == "event":
        assert (ours.command or ours.text) == (theirs.key or "/help")
    if kind == "location":
        assert theirs.label in ours.text
    if kind in ("image", "voice", "shortvideo"):
        assert ours.attachments


async def test_wechatpy_pulls_and_answers_customers_as_we_do(wechat_kf_platform):
    service = wechat_kf_platform
    service.server.nicknames["wmStranger"] = "李老师"
    await service.server.says("wmStranger", "打不开")
    heard = await service.listener.next()
    client = WorkClient(CORP, "kf-s3cret", access_token=service.server.tokens[-1])
    client.API_BASE_URL = f"{service.adapter._api._calls._interface._server.address('cgi-bin')}/"
    assert (await asyncio.to_thread(client.kf.get_account_list))["account_list"][0]["open_kfid"] == KF
    token = list(service.server.bells)[-1]
    pulled = await asyncio.to_thread(client.kf.sync_msg, token)
    [message] = [kf.incoming(item, kf.View("kf", "小首", {})) for item in items(pulled["msg_list"])]
    assert (message.message_id, message.text) == (heard.message_id, "打不开")
    [customer] = (await asyncio.to_thread(client.kf.batchget_customer, "wmStranger"))["customer_list"]
    assert customer["nickname"] == heard.sender_name

    room = "kf:private:wmStranger"
    for ours, theirs in (
        (Outgoing("a", room, "在"), lambda: client.kf_message.send_text("wmStranger", KF, "在", "m1")),
        (
            Outgoing("b", room, "已处理", buttons=(Button("好了", "1"),)),
            lambda: client.kf_message.send_msgmenu(
                "wmStranger",
                KF,
                "已处理",
                [{"type": "click", "click": {"id": "1", "content": "好了"}}],
                "",
                "m2",
            ),
        ),
    ):
        await service.adapter.send(ours)
        sent = (await service.server.next_posted()).body
        await asyncio.to_thread(theirs)
        expected = (await service.server.next_posted()).body
        expected.get("msgmenu", {}).pop("tail_content", None)  # what stands below a menu may be left out
        assert {**sent, "msgid": ""} == {**expected, "msgid": ""}
