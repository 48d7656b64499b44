"""Callbacks of WeCom: verified, answered before anything is done, refused when anything is wrong; and what is sent back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from adapters.contract import Connects, DeliveryFailed, Examines, Incoming, Outgoing, RoomKind, TakesCallbacks
from adapters.inbox import Inbox
from tests.adapters.wecom_peers import AES_KEY, BORN, TOKEN, CallbackSender

pytestmark = pytest.mark.asyncio

INVISIBLE = "\u200b"
MEMBER = "wecom:private:20001"


def say(text: str, room: str = MEMBER, **more) -> Outgoing:
    return Outgoing(key=f"key of {text}", room=room, text=text, **more)


@pytest.fixture
def application(wecom_app_platform):
    return wecom_app_platform


@pytest.fixture
def robot(wecom_callback_platform):
    return wecom_callback_platform


# --- Coming in ----------------------------------------------------------------------------------------------------


async def test_the_address_is_verified_with_exactly_the_text(application, robot):
    assert await application.sender.verifies("1616140317555161061") == (200, b"1616140317555161061")
    assert await robot.sender.verifies("回声 \n") == (200, "回声 \n".encode())


async def test_it_has_the_powers_of_callbacks(application, robot):
    for platform in (application, robot):
        assert isinstance(platform.adapter, TakesCallbacks)
        assert isinstance(platform.adapter, Examines)
        assert not isinstance(platform.adapter, Connects)
    assert application.adapter.capabilities.max_length == 2048
    assert application.adapter.capabilities.length_unit == "bytes"
    assert robot.adapter.capabilities.can_push is False
    assert robot.adapter.capabilities.replies_per_message == 1


@pytest.mark.parametrize("type_name", ["wecom-app", "wecom-aibot"])
async def test_a_callback_is_answered_in_time_although_nothing_is_saved(
    wecom, host, client, listen, type_name
):
    adapter = wecom(type_name, **({"mode": "callback"} if type_name == "wecom-aibot" else {}))
    adapter._callbacks.save_within = 0.01
    listener = listen(adapter)
    listener.saves = False
    more = {"receiver": ""} if type_name == "wecom-aibot" else {}
    sender = CallbackSender(await host(adapter.handle), client, **more)
    says = sender.app_says if type_name == "wecom-app" else sender.aibot_says
    assert await says("20001", "在吗") == 503  # the platform brings it again
    listener.saves = True
    assert await says("20001", "在吗") == 200
    assert [(await listener.next()).text for _ in range(2)] == ["在吗", "在吗"]


async def test_a_callback_is_answered_when_it_is_saved_and_holds_up_no_other(wecom, host, client):
    adapter = wecom("wecom-app")
    sender = CallbackSender(await host(adapter.handle), client)
    heard = adapter.incoming()
    slow = asyncio.create_task(sender.app_says("20001", "慢"))
    first = await anext(heard)
    quick = asyncio.create_task(sender.app_says("20001", "快"))
    (await anext(heard)).receipt.settle(is_saved=True)
    assert await quick == 200
    assert not slow.done()
    first.receipt.settle(is_saved=True)
    assert await slow == 200


async def test_what_could_not_be_saved_is_left_to_the_platform_at_once(wecom, host, client):
    adapter = wecom("wecom-app")
    sender = CallbackSender(await host(adapter.handle), client)
    saying = asyncio.create_task(sender.app_says("20001", "x"))
    (await anext(adapter.incoming())).receipt.settle(is_saved=False)
    assert await saying == 503


async def test_three_redeliveries_have_the_same_id(application):
    document = application.sender.app_message("20001", "打不开")
    for nonce in ("a", "b", "c", "d"):
        assert await application.sender.posts_xml(document, nonce=nonce) == 200
    assert len({(await application.listener.next()).message_id for _ in range(4)}) == 1


async def test_events_and_unknown_types_are_answered_and_ignored(application, robot):
    assert (
        await application.sender.app_says("20001", "", MsgType="event", Event="enter_agent", MsgId="") == 200
    )
    assert await application.sender.app_says("20001", "x", MsgType="hologram") == 200
    assert await application.sender.app_says("20001", "我在") == 200
    assert (await application.listener.next()).text == "我在"
    assert await robot.sender.aibot_says("20001", "x", msgtype="stream", stream={"id": "s"}) == 200
    assert await robot.sender.aibot_says("20001", "@小首 我在") == 200
    assert (await robot.listener.next()).text == "我在"


@pytest.mark.parametrize(
    ("changes", "at", "status"),
    [
        ({"msg_signature": "0" * 40}, BORN, 403),
        ({"msg_signature": ""}, BORN, 403),
        ({"timestamp": str(BORN + 1)}, BORN, 403),
        ({"nonce": "other"}, BORN, 403),
        ({}, BORN - 301, 403),
        ({}, BORN + 301, 403),
    ],
)
async def test_a_callback_that_is_not_from_wecom_is_refused(application, changes, at, status):
    body, query = application.sender.sealed(application.sender.app_message("20001", "x"), at=at)
    with capture_logs() as logs:
        assert await application.sender.posts(body, {**query, **changes}) == status
    [entry] = [entry for entry in logs if entry["action"] == "callback_refused"]
    assert entry["status"] == status
    assert TOKEN not in str(entry)
    assert AES_KEY not in str(entry)


async def test_a_callback_for_another_enterprise_is_refused(application, host, client):
    other = CallbackSender(application.sender.url, client, receiver="ww999")
    assert await other.app_says("20001", "x") == 403
    assert await application.sender.app_says("20001", "x", ToUserName="ww999") == 403
    assert await application.sender.app_says("20001", "x", AgentID="1") == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"{}",
        b'{"encrypt": 7}',
        b"<xml/>",
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>',
    ],
)
async def test_a_body_that_is_none_is_refused(application, robot, body):
    for platform in (application, robot):
        assert await platform.sender.posts(body, {}) == 400


async def test_a_signed_message_that_is_no_message_is_refused(application, robot):
    assert await application.sender.posts_xml("not xml") == 400
    assert await application.sender.posts_xml('<!DOCTYPE x [<!ENTITY a "a">]><xml/>') == 400
    assert await robot.sender.posts_xml("not json") == 400  # not JSON on the outside
    body, query = robot.sender.sealed("not json")
    encrypt = body.partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
    assert await robot.sender.posts(f'{{"encrypt": "{encrypt}"}}', query) == 400


async def test_a_body_over_a_mebibyte_is_refused(application, client):
    assert await application.sender.posts(b"x" * ((1 << 20) + 1), {}) == 413

    async def in_chunks():
        for _ in range(17):
            yield b"x" * (1 << 16)

    async with client.post(application.sender.url, data=in_chunks()) as response:
        assert response.status == 413


async def test_other_methods_are_refused(application, client):
    async with client.put(application.sender.url, data=b"x") as response:
        assert (response.status, response.headers["Allow"]) == (405, "GET, POST")
    async with client.get(application.sender.url) as response:
        assert response.status == 403


async def test_a_closed_adapter_takes_nothing(application, robot):
    for platform in (application, robot):
        await platform.adapter.close()
    assert await application.sender.app_says("20001", "x") == 503
    assert await robot.sender.aibot_says("20001", "x") == 503


async def test_more_than_memory_can_hold_is_left_to_the_platform(wecom, host, client):
    adapter = wecom("wecom-app")
    adapter._callbacks.save_within = 0
    adapter._inbox._most_waiting = 2
    sender = CallbackSender(await host(adapter.handle), client)
    assert [await sender.app_says("20001", "x") for _ in range(3)] == [503] * 3
    await adapter.close()
    assert len([message async for message in adapter.incoming()]) == 2


async def test_an_inbox_ends_after_what_is_already_there():
    inbox = Inbox(most_waiting=1)
    message = Incoming("r", RoomKind.GROUP, "s", "n", "1", "x")
    assert inbox.put(message)
    assert not inbox.put(message)
    inbox.close()
    inbox.close()
    assert [each async for each in inbox.messages()] == [message]
    assert not inbox.put(message)


# --- An application speaks ----------------------------------------------------------------------------------------


async def test_a_message_goes_out_with_a_token_that_is_asked_for_once(application):
    assert await application.adapter.send(say("一")) == "msg-1"
    assert await application.adapter.send(say("二")) == "msg-2"
    posted = await application.api.next_posted()
    assert posted.path == "/cgi-bin/message/send"
    assert posted.query == {"access_token": "token-1"}
    assert application.api.tokens == ["token-1"]


async def test_many_at_once_ask_for_one_token(application):
    application.api.token_may_go = asyncio.Event()
    sending = [asyncio.create_task(application.adapter.send(say(f"第 {n} 条"))) for n in range(20)]
    await asyncio.wait_for(application.api.token_asked.wait(), 10)
    sending[0].cancel()  # whoever gives up must not cost the others the token
    application.api.token_may_go.set()
    results = await asyncio.wait_for(asyncio.gather(*sending, return_exceptions=True), 10)
    assert isinstance(results[0], asyncio.CancelledError)
    assert all(isinstance(each, str) for each in results[1:])
    assert application.api.tokens == ["token-1"]


async def test_a_token_is_renewed_before_it_ends(application, clock):
    await application.adapter.send(say("一"))
    clock.advance(7200 - 301)
    await application.adapter.send(say("二"))
    assert len(application.api.tokens) == 1
    clock.advance(1)
    await application.adapter.send(say("三"))
    assert len(application.api.tokens) == 2


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
async def test_a_token_that_is_not_taken_is_renewed_once(application, errcode):
    refusal = {"errcode": errcode, "errmsg": "invalid credential"}
    application.api.answers = [refusal]
    assert await application.adapter.send(say("一"))
    assert application.api.tokens == ["token-1", "token-2"]
    application.api.answers = [refusal, refusal]
    with pytest.raises(DeliveryFailed) as failed:
        await application.adapter.send(say("二"))
    assert failed.value.retry_after
    assert len(application.api.tokens) == 3


async def test_a_wrong_secret_is_said_without_being_told(application):
    application.api.token_answer = {"errcode": 40001, "errmsg": "invalid credential app-s3cret"}
    with pytest.raises(DeliveryFailed) as failed:
        await application.adapter.send(say("一"))
    assert failed.value.retry_after
    assert "secret" in failed.value.reason
    assert "app-s3cret" not in failed.value.reason


@pytest.mark.parametrize(
    ("answer", "retry_after", "is_unknown"),
    [
        ({"errcode": -1, "errmsg": "busy"}, timedelta(seconds=5), False),
        ({"errcode": 45009, "errmsg": "freq"}, timedelta(minutes=1), False),
        ({"errcode": 60020, "errmsg": "ip"}, None, False),
        ({"errcode": 81013, "errmsg": "user"}, None, False),
        ({"errcode": 0, "errmsg": "ok", "invaliduser": "20001"}, None, False),
        ({"errcode": 0, "errmsg": "ok", "unlicenseduser": "20001"}, None, False),
        (500, timedelta(seconds=5), False),
        (404, None, False),
        (302, timedelta(seconds=5), False),  # to the page of whoever stands in between
        (" \n<html>", timedelta(seconds=5), False),  # of whoever stands in between
        ("", None, True),
        ({"errmsg": "?"}, None, True),
        ("x" * ((1 << 20) + 1), timedelta(seconds=5), True),
    ],
)
async def test_a_refusal_says_whether_to_try_again(application, answer, retry_after, is_unknown):
    application.api.answers = [answer, answer]
    with pytest.raises(DeliveryFailed) as failed:
        await application.adapter.send(say("一"))
    assert (failed.value.retry_after, failed.value.is_unknown) == (retry_after, is_unknown)


async def test_who_must_allow_our_address_is_told_which_it_is(application):
    said = "not allow to access from your ip, hint: [17_18], from ip: 121.15.137.254, more info at https://x"
    application.api.answers = [{"errcode": 60020, "errmsg": said}]
    with pytest.raises(DeliveryFailed, match=r"本机的 IP 121\.15\.137\.254 不在"):
        await application.adapter.send(say("一"))


async def test_a_message_whose_answer_is_lost_arrives_once(application):
    application.api.answers = ["arrives, hangs up"]
    assert await application.adapter.send(say("一"))
    assert [posted.body["text"]["content"] for posted in application.api.delivered] == ["一"]


async def test_the_same_words_in_the_same_minute_arrive_as_often_as_they_are_said(application, clock):
    for key in ("a", "b", "c"):
        await application.adapter.send(Outgoing(key, MEMBER, "1024 由老张负责"))
    await application.adapter.send(Outgoing("d", "wecom:private:20002", "1024 由老张负责"))
    contents = [posted.body["text"]["content"] for posted in application.api.delivered]
    assert [content.rstrip(INVISIBLE) for content in contents] == ["1024 由老张负责"] * 4
    assert len(set(contents[:3])) == 3
    clock.advance(121)
    await application.adapter.send(Outgoing("e", MEMBER, "1024 由老张负责，"))
    assert len(application.adapter._repeats._counts) == 1  # nothing is remembered for longer than needed


async def test_a_message_whose_answer_is_lost_again_is_unknown(application):
    application.api.answers = ["hang up", "hang up"]
    with pytest.raises(DeliveryFailed) as failed:
        await application.adapter.send(say("一"))
    assert failed.value.is_unknown
    assert failed.value.retry_after


async def test_a_server_that_is_not_there_is_tried_again(wecom):
    adapter = wecom("wecom-app", api_base="http://127.0.0.1:9")
    with pytest.raises(DeliveryFailed) as failed:
        await adapter.send(say("一"))
    assert failed.value.retry_after
    assert not failed.value.is_unknown
    assert "s3cret" not in failed.value.reason
    await adapter.close()


async def test_closing_while_a_token_is_awaited_fails_the_message(application):
    application.api.token_may_go = asyncio.Event()
    sending = asyncio.create_task(application.adapter.send(say("一")))
    await asyncio.wait_for(application.api.token_asked.wait(), 10)
    await asyncio.wait_for(application.adapter.close(), 10)
    with pytest.raises(DeliveryFailed):
        await asyncio.wait_for(sending, 10)
    application.api.token_may_go.set()


async def test_a_text_longer_than_the_limit_arrives_in_parts(application):
    text = "第一句话。" * 300
    assert await application.adapter.send(say(text)) == "msg-1"
    parts = [posted.body["text"]["content"] for posted in application.api.delivered]
    assert "".join(parts).replace(INVISIBLE, "") == text
    assert len(parts) == 3
    assert all(len(part.encode()) <= 2048 for part in parts)


# --- A group robot speaks -----------------------------------------------------------------------------------------

DUTY = "wecom:group:duty"


@pytest.fixture
def webhook(wecom_robot_platform):
    return wecom_robot_platform


async def test_the_key_leads_to_the_group(webhook):
    assert await webhook.adapter.send(say("⏳ 1026", DUTY)) == "key:key of ⏳ 1026"
    posted = await webhook.api.next_posted()
    assert (posted.path, posted.query) == ("/cgi-bin/webhook/send", {"key": "k3y"})
    assert webhook.adapter.capabilities.per_minute == 20
    assert not isinstance(webhook.adapter, TakesCallbacks)


@pytest.mark.parametrize(
    ("answer", "retry_after", "is_unknown"),
    [
        ({"errcode": 45009, "errmsg": "freq"}, timedelta(minutes=1), False),
        ({"errcode": 93000, "errmsg": "invalid webhook url"}, None, False),
        ("hang up", None, True),
        ("<html>", timedelta(seconds=5), False),
        ("no JSON", None, True),
        (503, timedelta(seconds=5), False),
    ],
)
async def test_a_refusal_of_the_group_says_whether_to_try_again(webhook, answer, retry_after, is_unknown):
    webhook.api.answers = [answer]
    with pytest.raises(DeliveryFailed) as failed:
        await webhook.adapter.send(say("一", DUTY))
    assert (failed.value.retry_after, failed.value.is_unknown) == (retry_after, is_unknown)
    assert "k3y" not in failed.value.reason


async def test_a_robot_that_is_not_reached_tells_no_key(wecom):
    adapter = wecom("wecom-robot", webhook="http://127.0.0.1:9/send?key=k3y")
    with pytest.raises(DeliveryFailed) as failed:
        await adapter.send(say("一", DUTY))
    assert failed.value.retry_after
    assert "k3y" not in failed.value.reason
    assert failed.value.__cause__ is None  # whose text would tell it
    await adapter.close()


# --- An intelligent robot answers its callbacks -------------------------------------------------------------------

GROUP = "wecom:group:123456"


async def test_an_answer_goes_to_the_address_of_its_message_once(robot):
    for number in range(3):
        url = f"{robot.base}/cgi-bin/aibot/response?response_code={number}%2F"
        assert await robot.sender.aibot_says("20001", f"@小首 第 {number} 句", url=url) == 200
    questions = [await robot.listener.next() for _ in range(3)]
    await robot.adapter.send(say("答一", GROUP, quotes=questions[1].message_id))
    await robot.adapter.send(say("随便", GROUP))
    await robot.adapter.send(say("答一再", GROUP, quotes=questions[1].message_id))
    posted = [await robot.api.next_posted() for _ in range(3)]
    assert [each.query["response_code"] for each in posted] == ["1/", "2/", "0/"]
    assert posted[0].body == {"msgtype": "markdown", "markdown": {"content": "答一"}}
    with pytest.raises(DeliveryFailed, match="主动发言") as failed:
        await robot.adapter.send(say("没人问", GROUP))
    assert failed.value.retry_after is None


async def test_an_address_is_forgotten_before_the_platform_forgets_it(robot, clock):
    await robot.says("王老师", "在吗")
    await robot.listener.next()
    clock.advance(55 * 60)
    with pytest.raises(DeliveryFailed, match="主动发言"):
        await robot.adapter.send(say("太晚", GROUP))


@pytest.mark.parametrize(
    "url",
    ["", "https://evil.example/x", "http://127.0.0.1:1/x", "javascript:x", "http://[", 7, "x" * 5000, None],
)
async def test_nothing_is_ever_sent_to_another_server(robot, url):
    assert await robot.sender.aibot_says("20001", "@小首 在吗", url=url) == 200
    await robot.listener.next()
    with pytest.raises(DeliveryFailed):
        await robot.adapter.send(say("在", GROUP))
    assert robot.api.posted.empty()


async def test_an_address_that_was_not_reached_can_be_used_again(robot):
    await robot.says("王老师", "在吗")
    question = await robot.listener.next()
    robot.api.answers = [503]
    with pytest.raises(DeliveryFailed) as failed:
        await robot.adapter.send(say("在", GROUP, quotes=question.message_id))
    assert failed.value.retry_after
    assert await robot.adapter.send(say("在", GROUP, quotes=question.message_id))


async def test_an_address_that_may_have_been_used_is_not_used_again(robot):
    await robot.says("王老师", "在吗")
    await robot.listener.next()
    robot.api.answers = ["arrives, hangs up"]
    with pytest.raises(DeliveryFailed) as failed:
        await robot.adapter.send(say("在", GROUP))
    assert (failed.value.is_unknown, failed.value.retry_after) == (True, None)
    with pytest.raises(DeliveryFailed, match="主动发言"):
        await robot.adapter.send(say("再", GROUP))


async def test_what_the_platform_refuses_is_not_tried_again(robot):
    await robot.says("王老师", "在吗")
    await robot.listener.next()
    robot.api.answers = [{"errcode": 45009, "errmsg": "freq"}]
    with pytest.raises(DeliveryFailed) as failed:
        await robot.adapter.send(say("在", GROUP))
    assert failed.value.retry_after is None
