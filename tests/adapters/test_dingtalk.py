"""One robot of DingTalk over its stream: acknowledged when saved, answered through the conversation, back after every loss."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.contract import Button, Connects, DeliveryFailed, Examines, Mention, Outgoing
from adapters.powers import Recalls
from tests.adapters.dingtalk_peers import BOT, CARD, CLIENT_ID, ROBOT, SECRET

pytestmark = pytest.mark.asyncio

GROUP = "dingtalk:group:123456"


def say(text: str, room: str = GROUP, **more) -> Outgoing:
    return Outgoing(key=f"key of {text}", room=room, text=text, **more)


@pytest.fixture
def robot(dingtalk_platform):
    return dingtalk_platform


# --- The stream ---------------------------------------------------------------------------------------------------


async def test_it_asks_for_a_stream_of_its_messages(robot):
    assert robot.server.opened == [
        {
            "clientId": CLIENT_ID,
            "clientSecret": SECRET,
            "subscriptions": [{"type": "CALLBACK", "topic": topic} for topic in (ROBOT, CARD)],
            "ua": "shouwen",
        }
    ]
    for power in (Connects, Examines, Recalls):
        assert isinstance(robot.adapter, power)
    assert robot.adapter.is_connected
    assert robot.adapter.capabilities.per_minute_room == 20
    assert robot.adapter.capabilities.has_buttons
    assert robot.adapter.capabilities.can_edit


async def test_a_message_is_acknowledged_when_it_is_saved(robot):
    robot.listener.saves = False
    number = await robot.server.says(robot.server.message("20001", "打不开"))
    message = await robot.listener.next()
    assert robot.server.current.acks.empty()
    message.receipt.settle(is_saved=True)
    ack = await robot.server.current.next_ack()
    assert (ack["code"], ack["headers"]["messageId"]) == (200, number)


async def test_what_was_not_saved_is_not_acknowledged(robot):
    robot.listener.saves = False
    await robot.server.says(robot.server.message("20001", "打不开"))
    (await robot.listener.next()).receipt.settle(is_saved=False)
    robot.listener.saves = True
    number = await robot.server.says(robot.server.message("20001", "又来"))
    assert (await robot.server.current.next_ack())["headers"]["messageId"] == number


async def test_redeliveries_have_the_same_id(robot):
    body = robot.server.message("20001", "打不开")
    for _ in range(4):
        await robot.server.says(body)
    assert len({(await robot.listener.next()).message_id for _ in range(4)}) == 1


async def test_pings_are_echoed_and_other_frames_acknowledged(robot):
    stream = robot.server.current
    await stream.sends("SYSTEM", "ping", '{"opaque":"abc"}', "p1")
    await stream.sends("EVENT", "*", "{}", "e1")
    await stream.sends("CALLBACK", "/v1.0/card/instances/callback", "{}", "c1")
    acks = [await stream.next_ack() for _ in range(3)]
    assert [ack["headers"]["messageId"] for ack in acks] == ["p1", "e1", "c1"]
    assert acks[0]["data"] == '{"opaque":"abc"}'


async def test_frames_that_are_none_cost_no_connection(robot):
    stream = robot.server.current
    for text in ("{", "[]", "x" * (1 << 21), '{"type":7}', '{"headers":{"messageId":7}}'):
        await stream.socket.send_str(text)
    await stream.socket.send_bytes(b"\x00")
    await stream.sends("CALLBACK", ROBOT, "not json", "bad")
    await robot.says("王老师", "我在")
    assert (await robot.listener.next()).text == "我在"
    assert {(await stream.next_ack())["headers"]["messageId"] for _ in range(2)} >= {"bad"}


async def test_a_stream_that_had_held_is_renewed_at_once_when_dingtalk_asks(robot, clock):
    old = robot.server.current
    clock.advance(61)
    await old.sends("SYSTEM", "disconnect", '{"reason":"persistent connection is timeout"}', "d1")
    assert (await robot.server.next_connection()).ticket != old.ticket
    await robot.says("王老师", "我在")
    assert (await robot.listener.next()).text == "我在"
    assert clock.lengths == []  # without a rest


async def test_a_stream_that_falls_silent_is_renewed(robot):
    old = robot.server.current
    robot.adapter._stream.silent_after = 0.05
    await old.sends("SYSTEM", "ping", '{"opaque":"o"}', "p1")
    with capture_logs() as logs:
        await old.over()
    assert [each["action"] for each in logs if each["action"] == "dingtalk_silent"]


async def test_a_request_to_disconnect_brings_a_new_stream(robot, clock):
    old = robot.server.current
    await old.sends("SYSTEM", "disconnect", '{"reason":"connection is expired"}', "d1")
    assert (await old.next_ack())["headers"]["messageId"] == "d1"
    await old.over()
    await clock.slept(1, at_least=timedelta(seconds=1))
    clock.advance(2)
    new = await robot.server.next_connection()
    assert new.ticket != old.ticket
    await robot.says("王老师", "我在")
    assert (await robot.listener.next()).text == "我在"


async def test_a_hundred_lost_streams_cost_no_message_and_double_none(robot, clock):
    for number in range(100):
        body = robot.server.message("20001", f"第 {number} 句")
        await robot.server.says(body)
        heard = await robot.listener.next()
        assert heard.text == f"第 {number} 句"
        old = robot.server.current
        old.socket._req.transport.abort()
        await clock.slept(number + 1, at_least=timedelta(seconds=1))
        clock.advance(61)
        await robot.server.next_connection()
        await robot.server.says(body)  # it was not acknowledged, for all DingTalk knows
        assert (await robot.listener.next()).message_id == heard.message_id


async def test_a_refused_login_is_tried_again_after_half_a_minute(dingtalk, listen, clock):
    adapter, server = await dingtalk()
    server.refuses_login = True
    with capture_logs() as logs:
        listen(adapter)
        [length] = await clock.slept(1, at_least=timedelta(seconds=30))
    assert length >= timedelta(seconds=30)
    assert not adapter.is_connected
    assert SECRET not in str(logs)
    server.refuses_login = False
    clock.advance(61)
    await server.next_connection()


@pytest.mark.parametrize(
    "endpoint", ["wss://evil.example/connect", "https://api.dingtalk.com", "", "wss://", "x"]
)
async def test_no_stream_elsewhere_is_connected_to(dingtalk, listen, clock, endpoint):
    adapter, server = await dingtalk()
    server.endpoint = endpoint or "wss://xdingtalk.com/connect"
    listen(adapter)
    await clock.slept(1, at_least=timedelta(seconds=1))
    assert server.tickets == {"ticket-1"}
    assert not adapter.is_connected


async def test_too_many_messages_are_not_acknowledged(robot):
    robot.adapter._inbox._most_waiting = 0
    await robot.server.says(robot.server.message("20001", "太多"))
    await robot.server.current.sends("SYSTEM", "ping", "{}", "p1")
    assert (await robot.server.current.next_ack())["headers"]["messageId"] == "p1"
    assert robot.server.current.acks.empty()


# --- Going out ----------------------------------------------------------------------------------------------------


async def test_a_conversation_is_answered_and_people_are_called_there(robot):
    await robot.says("王老师", "在吗")
    await robot.listener.next()
    await robot.adapter.send(say("⏳ 1026 @老张", mentions=(Mention("老张", "dingtalk:20002"),)))
    posted = await robot.server.next_posted()
    assert (posted.through, posted.text, posted.called) == ("session", "⏳ 1026 @20002", ["20002"])


async def test_after_the_conversation_has_ended_the_robot_speaks_first(robot, clock):
    await robot.says("王老师", "在吗")
    await robot.listener.next()
    clock.advance(5400 - 60)
    number = await robot.adapter.send(say("⏳ 1026"))
    posted = await robot.server.next_posted()
    assert (posted.through, posted.text, posted.called) == ("push", "⏳ 1026", [])
    assert number.startswith("pqk")


async def test_whoever_is_called_first_is_called_on_a_card(robot):
    number = await robot.adapter.send(say("⏳ 1026 @老张", mentions=(Mention("老张", "dingtalk:20002"),)))
    posted = await robot.server.next_posted()
    assert (posted.through, posted.text, posted.called) == ("card", "⏳ 1026 @老张", ["20002"])
    assert number.startswith("card:")


async def test_an_address_that_holds_no_longer_is_not_used_again(robot):
    await robot.says("王老师", "在吗")
    await robot.listener.next()
    robot.server.answers = [(200, {"errcode": 300001, "errmsg": "session 不存在"})]
    for text in ("一", "二"):
        await robot.adapter.send(say(text))
        assert (await robot.server.next_posted()).through == "push"


@pytest.mark.parametrize(
    "webhook", ["https://evil.example/x", "http://127.0.0.1:1/x", "javascript:x", "http://["]
)
async def test_nothing_is_ever_sent_to_another_server(robot, webhook):
    await robot.server.says(robot.server.message("20001", "在吗", sessionWebhook=webhook))
    await robot.listener.next()
    await robot.adapter.send(say("在"))
    assert (await robot.server.next_posted()).through == "push"


async def test_a_private_message_goes_to_the_person(robot):
    await robot.adapter.send(say("低分提醒", "dingtalk:private:20002"))
    posted = await robot.server.next_posted()
    assert posted.body["userIds"] == ["20002"]
    with pytest.raises(DeliveryFailed, match="没有这个人"):
        await robot.adapter.send(say("低分提醒", "dingtalk:private:nobody"))


@pytest.mark.parametrize(
    ("answer", "retry_after", "is_unknown"),
    [
        ((200, {"errcode": 130101, "errmsg": "too fast"}), timedelta(minutes=10), False),
        ((503, {}), timedelta(seconds=5), False),
        ("hang up", timedelta(seconds=5), True),
    ],
)
async def test_a_refusal_of_the_conversation_says_what_will_help(robot, answer, retry_after, is_unknown):
    await robot.says("王老师", "在吗")
    await robot.listener.next()
    robot.server.answers = [answer]
    with pytest.raises(DeliveryFailed) as failed:
        await robot.adapter.send(say("一"))
    assert (failed.value.retry_after, failed.value.is_unknown) == (retry_after, is_unknown)
    assert "session=" not in failed.value.reason


async def test_a_token_that_has_expired_is_renewed_once(robot):
    await robot.adapter.send(say("一"))
    robot.server.tokens.append("somebody else's")
    await robot.adapter.send(say("二"))
    assert [token for token in robot.server.tokens if token.startswith("t-")] == ["t-1", "t-3"]


async def test_a_group_without_the_robot_is_named(robot):
    with pytest.raises(DeliveryFailed, match="不在群里") as failed:
        await robot.adapter.send(say("一", "dingtalk:group:gone"))
    assert failed.value.retry_after is None


async def test_what_was_said_first_is_taken_back(robot):
    number = await robot.adapter.send(say("说错了"))
    await robot.adapter.recall(GROUP, number)
    await robot.adapter.recall("dingtalk:private:20002", "pqk9")
    assert robot.server.recalled == [number, "pqk9"]
    with pytest.raises(DeliveryFailed):
        await robot.adapter.recall(GROUP, "key:k")


async def test_a_long_text_arrives_in_parts(robot):
    text = "第一句话。" * 1500
    await robot.adapter.send(say(text))
    parts = [(await robot.server.next_posted()).text for _ in range(2)]
    assert "".join(parts) == text


# --- Cards --------------------------------------------------------------------------------------------------------

CLAIM = (Button("接单", "接单 1001"), Button("看单", "进度 1001"))


async def test_a_button_is_pressed_and_the_card_changes(robot):
    number = await robot.adapter.send(say("🆕 1001 *紧急*\n投影", buttons=CLAIM))
    posted = await robot.server.next_posted()
    assert (posted.through, posted.room, posted.text) == ("card", "123456", "🆕 1001 *紧急*\n投影")
    frame = await robot.server.presses("20002", "接单")
    pressed = await robot.listener.next()
    assert (pressed.room, pressed.sender, pressed.sender_name) == (GROUP, "dingtalk:20002", "老张")
    assert (pressed.command, pressed.text, pressed.is_addressed) == ("接单 1001", "", True)
    assert pressed.quotes == number
    assert (await robot.server.current.next_ack())["headers"]["messageId"] == frame
    assert await robot.adapter.send(say("1001 由 老张 接单", edits=number)) == number
    changed = await robot.server.next_posted()
    assert (changed.through, changed.text) == ("change", "1001 由 老张 接单")
    shown = changed.body["cardData"]["cardParamMap"]["sys_full_json_obj"]
    assert shown == '{"msgButtons":[]}'


def quoting(
    message: dict[str, Any], msg_type: str, content: object, *, author: str = BOT, key: str = ""
) -> dict[str, Any]:
    """Return a message as one that quotes another, as DingTalk writes it."""
    replied = {
        "createdAt": 1774947711809,
        "senderId": author,
        "msgType": msg_type,
        "msgId": "msg5Lk==",
        "content": content,
    }
    text = {**message["text"], "isReplyMsg": True, "repliedMsg": replied}
    return {**message, "text": text, **({"originalProcessQueryKey": key} if key else {})}


async def test_who_quotes_what_the_bot_said_names_it_whatever_way_it_was_said(robot):
    card = await robot.adapter.send(say("🆕 1001 三级｜投影", buttons=CLAIM))
    pushed = await robot.adapter.send(say("🆕 1002 三级｜打印机"))
    await robot.server.says(robot.server.message("20001", "在吗"))
    await robot.listener.next()
    answered = await robot.adapter.send(say("已建单 1003：无法上网，请 @老张 看", mentions=(Mention("老张", "dingtalk:20002"),)))  # fmt: skip
    # DingTalk names a card by what it was carried in, and tells none of its words, or all of them in a tree.
    tree = {
        "elementType": "CARD",
        "children": [
            {"elementType": "TEXT", "value": "消息"},
            {"elementType": "TEXT", "value": "🆕 1001 三级｜投影"},
        ],
    }
    words = "已建单 1003：无法上网，请 @老张 看"
    shapes: tuple[tuple[str, object, str, str], ...] = (
        ("interactiveCard", None, f"carrier-{card.removeprefix('card:')}", card),
        ("interactiveCard", {"cardContent": tree}, "", card),
        ("text", None, pushed, pushed),
        ("text", {"content": "🆕 1002 三级｜打印机"}, "", pushed),
        ("text", {"text": words}, "unknown", answered),
        ("text", {"content": words.replace("老张", "20002")}, "", answered),
        ("richText", {"richText": [{"msgType": "text", "content": words}]}, "", answered),
    )
    for kind, content, key, number in shapes:
        said = robot.server.message("20002", "接单")
        await robot.server.says(quoting(said, kind, content, key=key))
        heard = await robot.listener.next()
        assert (heard.text, heard.quotes) == ("接单", number), kind


async def test_a_changed_card_is_quoted_by_its_new_words(robot):
    number = await robot.adapter.send(say("🆕 1001", buttons=CLAIM))
    await robot.adapter.send(say("1001 由 老张 接单", edits=number))
    tree = {"cardContent": {"value": "1001 由 老张 接单"}}
    await robot.server.says(quoting(robot.server.message("20002", "完成"), "interactiveCard", tree))
    assert (await robot.listener.next()).quotes == number


async def test_quoted_words_of_a_person_or_of_another_room_are_none_of_the_bot(robot):
    await robot.adapter.send(say("好的"))
    elsewhere = robot.server.message("20002", "接单", chat="999")
    await robot.server.says(quoting(elsewhere, "text", {"content": "好的"}))
    assert (await robot.listener.next()).quotes is None
    of_somebody = quoting(robot.server.message("20002", "接单"), "text", {"content": "好的"}, author="$:LWCP_v1:$20001")  # fmt: skip
    await robot.server.says(of_somebody)
    assert (await robot.listener.next()).quotes is None


async def test_a_card_in_a_private_chat_is_pressed_there(robot):
    await robot.adapter.send(say("好了吗", "dingtalk:private:20001", buttons=(Button("好了", "1"),)))
    assert (await robot.server.next_posted()).body["openSpaceId"] == "dtv1.card//IM_ROBOT.20001"
    await robot.server.presses("20001", "好了")
    pressed = await robot.listener.next()
    assert (pressed.room, pressed.command) == ("dingtalk:private:20001", "1")


async def test_a_press_that_is_not_acknowledged_comes_again_under_the_same_name(robot):
    await robot.adapter.send(say("🆕 1001", buttons=CLAIM))
    stream, body = robot.server.current, {}
    body = {"userId": "20002", "outTrackId": "c", "content": {"cardPrivateData": {"params": {"command": "接单 1001", "group": "123456"}}}}  # fmt: skip
    for _ in range(2):
        await stream.sends("CALLBACK", CARD, json.dumps(body), "f-7")
    assert {(await robot.listener.next()).message_id for _ in range(2)} == {"press-f-7"}


async def test_the_same_message_is_the_same_card_however_often_it_is_sent(robot):
    robot.server.answers = ["hang up"]
    with pytest.raises(DeliveryFailed) as failed:
        await robot.adapter.send(say("🆕 1001", buttons=CLAIM))
    assert failed.value.is_unknown
    first = await robot.adapter.send(say("🆕 1001", buttons=CLAIM))
    again = await robot.adapter.send(say("🆕 1001", buttons=CLAIM))
    assert first == again
    assert list(robot.server.cards) == [first.removeprefix("card:")]


async def test_a_card_that_may_be_there_is_neither_made_again_nor_said_as_text(robot):
    refusal = (400, {"code": "param.outTrackIdRepeat", "message": "outTrackId 重复"})
    robot.server.answers = [refusal]
    await robot.adapter.send(say("别的", buttons=CLAIM))
    assert (await robot.server.next_posted()).through == "push"  # nothing is known of it: it is said as text
    robot.server.answers = ["hang up", refusal]
    with pytest.raises(DeliveryFailed):
        await robot.adapter.send(say("🆕 1001", buttons=CLAIM))
    assert (await robot.adapter.send(say("🆕 1001", buttons=CLAIM))).startswith("card:")
    assert robot.server.posted.empty()


async def test_without_the_right_to_cards_it_is_said_as_text_from_then_on(robot):
    robot.server.grants_cards = False
    with capture_logs() as logs:
        for text in ("一", "二"):
            await robot.adapter.send(say(text, buttons=CLAIM))
            assert (await robot.server.next_posted()).through == "push"
    assert [entry["action"] for entry in logs].count("dingtalk_card_refused") == 1


async def test_a_card_that_was_made_but_not_delivered_is_said_as_text(robot):
    with pytest.raises(DeliveryFailed, match="不在群里"):
        await robot.adapter.send(say("一", "dingtalk:group:gone", buttons=CLAIM))


async def test_text_that_was_said_stays_when_it_should_change(robot):
    number = await robot.adapter.send(say("一"))
    await robot.server.next_posted()
    assert await robot.adapter.send(say("二", edits=number)) == number
    assert robot.server.posted.empty()


async def test_a_card_is_emptied_when_it_is_taken_back(robot):
    number = await robot.adapter.send(say("说错了", buttons=CLAIM))
    await robot.server.next_posted()
    await robot.adapter.recall(GROUP, number)
    gone = await robot.server.next_posted()
    assert (gone.through, gone.text) == ("change", "（已撤回）")


async def test_another_pace_of_a_room_can_be_set(dingtalk):
    adapter, _ = await dingtalk(per_minute_room=40)
    assert adapter.capabilities.per_minute_room == 40
    adapter, _ = await dingtalk(per_minute_room=0)
    assert adapter.capabilities.per_minute_room is None


async def test_without_cards_in_the_configuration_there_are_none(dingtalk, listen):
    adapter, server = await dingtalk(card_template="")
    listen(adapter)
    await server.next_connection()
    assert not adapter.capabilities.has_buttons
    assert not adapter.capabilities.can_edit
    await adapter.send(say("一", buttons=CLAIM))
    assert (await server.next_posted()).through == "push"


@pytest.mark.parametrize(
    "changes",
    [
        {"userId": ""},
        {"userId": "@all"},
        {"userId": None},
        {"content": "no json"},
        {"content": "{}"},
        {"content": json.dumps({"cardPrivateData": {"params": {"command": "", "group": "123456"}}})},
        {"content": json.dumps({"cardPrivateData": {"params": {"command": "接单 1", "group": "../x y"}}})},
        {"content": json.dumps({"cardPrivateData": {"params": {"command": "x" * 5000, "group": ""}}})},
        {"content": json.dumps({"cardPrivateData": {"params": {"command": ["接单"], "group": ""}}})},
    ],
)
async def test_a_press_that_is_none_is_acknowledged_and_ignored(robot, changes):
    await robot.adapter.send(say("🆕 1001", buttons=CLAIM))
    frame = await robot.server.presses("20002", "接单", **changes)
    assert (await robot.server.current.next_ack())["headers"]["messageId"] == frame
    await robot.says("王老师", "在吗")
    assert (await robot.listener.next()).text == "在吗"
