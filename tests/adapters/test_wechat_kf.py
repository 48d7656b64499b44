"""WeChat customer service: pulled when the bell rings, answered within the windows, silent while a person serves."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from adapters.contract import (
    Button,
    Connects,
    DeliveryFailed,
    Examines,
    Outgoing,
    RoomKind,
    TakesCallbacks,
    What,
)
from adapters.inbox import Inbox
from tests.adapters.wechat_peers import KF, bell, seen_text
from tests.adapters.wecom_peers import AES_KEY, BORN, TOKEN, CallbackSender

pytestmark = pytest.mark.asyncio

WANG = "kf:private:20001"


def say(text: str, room: str = WANG, **more) -> Outgoing:
    return Outgoing(key=f"key of {text}", room=room, text=text, **more)


@pytest.fixture
def service(wechat_kf_platform):
    return wechat_kf_platform


# --- Coming in ----------------------------------------------------------------------------------------------------


async def test_it_has_the_powers_of_a_callback_that_pulls(service):
    assert isinstance(service.adapter, TakesCallbacks)
    assert isinstance(service.adapter, Examines)
    assert isinstance(service.adapter, Connects)
    assert service.adapter.capabilities.can_push is False
    assert service.adapter.capabilities.replies_per_message == 5
    assert service.adapter.capabilities.reply_window == timedelta(hours=48)
    await service.says("王老师", "在吗")
    await service.listener.next()
    assert service.adapter.is_connected


async def test_a_pull_goes_on_where_the_last_one_ended(service):
    await service.says("王老师", "一")
    await service.listener.next()
    await service.says("王老师", "二")
    assert (await service.listener.next()).text == "二"
    cursors = [pull.get("cursor") for pull in service.server.pulls]
    assert cursors[0] is None
    assert "1" in cursors
    assert service.server.pulls[-1]["token"].startswith("ENC")


async def test_everything_is_pulled_page_by_page(kf, listen):
    adapter, server = await kf()
    server.page = 3
    server.log = [server.item("20001", msgtype="text", text={"content": f"第 {n} 句"}) for n in range(8)]
    listener = listen(adapter)
    assert [(await listener.next()).text for _ in range(8)] == [f"第 {n} 句" for n in range(8)]


async def test_bells_that_ring_again_bring_nothing_twice(service):
    for nonce in ("a", "b", "c"):
        await service.server.rings(nonce=nonce)
    await service.says("王老师", "打不开")
    for nonce in ("a", "b", "c"):
        await service.server.rings(nonce=nonce)
    await service.says("王老师", "还是打不开")
    assert [(await service.listener.next()).text for _ in range(2)] == ["打不开", "还是打不开"]


async def test_the_next_run_gets_what_this_one_missed_with_the_same_ids_but_answers_nothing_old(
    kf, listen, clock
):
    adapter, server = await kf()
    listener = listen(adapter)
    await server.says("20001", "旧事")
    await listener.next()
    clock.advance(31 * 60)
    await server.says("20001", "听到了")
    first = await listener.next()
    await adapter.close()
    server.log.append(server.item("20001", msgtype="text", text={"content": "停机时说的"}))
    again, _ = await kf(server)
    listener = listen(again)
    repeated, missed = await listener.next(), await listener.next()
    assert (repeated.message_id, repeated.text) == (first.message_id, "听到了")
    assert missed.text == "停机时说的"
    # What was pulled also tells to which account the customer wrote.
    assert await again.send(say("在"))


async def test_what_could_not_be_pulled_for_an_hour_is_heard_all_the_same(service, clock):
    """How old it may be limits what a new run finds, not what this one waited for."""
    await service.says("王老师", "一")
    await service.listener.next()
    service.server.fails = [{"errcode": -1, "errmsg": "busy"}]
    await service.says("王老师", "断网时写的")
    await clock.slept(1, at_least=timedelta(seconds=1), below=timedelta(minutes=10))
    clock.advance(3600)
    late = await service.listener.next()
    assert (late.text, late.is_late) == ("断网时写的", True)


async def test_what_is_sent_before_the_first_pull_is_tried_again_soon(kf, listen):
    """Whether a customer wrote, and to which account, is not known yet: to wait for their next word would be too long."""
    adapter, server = await kf()
    server.log.append(server.item("20001", msgtype="text", text={"content": "打不开"}))
    server.windows.opened("20001")
    with pytest.raises(DeliveryFailed) as failed:
        await adapter.send(say("在"))
    assert (failed.value.until_heard, failed.value.retry_after) == (False, timedelta(seconds=5))
    await listen(adapter).next()
    while not adapter.is_connected:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert await adapter.send(say("在"))


async def test_a_pull_that_fails_is_made_later(service, clock):
    await service.says("王老师", "一")
    await service.listener.next()
    service.server.fails = [{"errcode": -1, "errmsg": "busy"}]
    await service.says("王老师", "二")
    await clock.slept(1, at_least=timedelta(seconds=1), below=timedelta(minutes=10))
    assert not service.adapter.is_connected
    clock.advance(2)
    assert (await service.listener.next()).text == "二"


async def test_a_bell_whose_token_has_expired_is_answered_all_the_same(service, clock):
    await service.says("王老师", "一")
    await service.listener.next()
    service.server.fails = [{"errcode": 95007, "errmsg": "invalid msg token"}]
    await service.says("王老师", "二")
    assert (await service.listener.next()).text == "二"
    assert any(
        "token" in refused and "token" not in again and refused["cursor"] == again["cursor"]
        for refused, again in pairwise(service.server.pulls)
    )


async def test_an_account_that_was_taken_away_keeps_no_other_waiting(kf, listen, clock):
    adapter, server = await kf()
    server.accounts = {"wk-gone": "停用的", **server.accounts}
    server.fails = [{"errcode": 95004, "errmsg": "open_kfid not exist"}]
    server.log.append(server.item("20001", msgtype="text", text={"content": "打不开"}))
    with capture_logs() as logs:
        listener = listen(adapter)
        assert (await listener.next()).text == "打不开"
    assert [each["account"] for each in logs if each["action"] == "kf_account_refused"] == ["wk-gone"]
    assert adapter.is_connected


async def test_what_no_bell_told_of_is_found_after_a_while(service, clock):
    await service.says("王老师", "一")
    await service.listener.next()
    service.server.log.append(service.server.item("20001", msgtype="text", text={"content": "没人按铃"}))
    await clock.slept(1, at_least=timedelta(minutes=10))
    clock.advance(10 * 60)
    assert (await service.listener.next()).text == "没人按铃"
    assert "token" not in service.server.pulls[-1]


async def test_what_the_staff_and_the_system_say_is_no_input(service):
    log = service.server.log
    log.append(service.server.item("20001", msgtype="text", text={"content": "我是客服小美"}, origin=5))
    log.append(service.server.item("20001", msgtype="text", text={"content": "机器人说的"}, origin=4))
    log.append(service.server.item("20001", msgtype="hologram"))
    await service.server.happens(event_type="enter_session", external_userid="20001", welcome_code="")
    await service.says("王老师", "我在")
    assert (await service.listener.next()).text == "我在"


async def test_whoever_opens_the_chat_is_greeted_once(service):
    service.server.codes = {"W"}
    await service.server.happens(event_type="enter_session", external_userid="20001", welcome_code="W")
    opened = await service.listener.next()
    assert (opened.text, opened.room_kind, opened.is_addressed) == ("/help", RoomKind.PRIVATE, True)
    await service.adapter.send(say("我在。直接说问题就行", room=opened.room))
    greeted = await service.server.next_posted()
    assert greeted.path.endswith("/kf/send_msg_on_event")
    assert greeted.body["text"] == {"content": "我在。直接说问题就行"}
    with pytest.raises(DeliveryFailed) as failed:  # nothing was written yet, so that nothing more can be said
        await service.adapter.send(say("还有", room=opened.room))
    assert failed.value.until_heard


async def test_a_greeting_that_comes_too_late_or_is_refused_is_an_ordinary_message(service, clock):
    for code, seconds in (("W", 21), ("used up", 0)):
        service.server.codes = {"W"}
        await service.says("王老师", "在吗")
        await service.listener.next()
        await service.server.happens(event_type="enter_session", external_userid="20001", welcome_code=code)
        await service.listener.next()
        clock.advance(seconds)
        await service.adapter.send(say(f"在的 {code}"))
        assert (await service.server.next_posted()).path.endswith("/kf/send_msg")


async def test_who_opened_the_chat_long_ago_or_talks_to_the_staff_is_not_greeted(service, clock):
    change = {"event_type": "session_status_change", "external_userid": "20001"}
    await service.server.happens(**change, change_type=1, new_servicer_userid="mei")
    await service.server.happens(event_type="enter_session", external_userid="20001", welcome_code="W")
    for odd in ({"welcome_code": ""}, {"welcome_code": 7}, {"welcome_code": "W", "external_userid": "a b"}):
        await service.server.happens(**{"event_type": "enter_session", "external_userid": "20002", **odd})
    await service.server.says("20002", "我在")
    assert (await service.listener.next()).text == "我在"


async def test_what_a_customer_takes_back_is_noticed(service):
    await service.server.happens(event_type="user_recall_msg", external_userid="20001", recall_msgid="m7")
    notice = await service.listener.next_notice()
    assert (notice.what, notice.message_id) == (What.RECALLED, "m7")
    assert notice.room.endswith(":private:20001")


async def test_the_bot_is_silent_while_a_person_serves(service):
    await service.says("王老师", "在吗")
    await service.listener.next()
    change = {"event_type": "session_status_change", "external_userid": "20001"}
    await service.server.happens(**change, change_type=1, new_servicer_userid="mei")
    await service.says("王老师", "找人工")
    await service.server.happens(**change, change_type=2, old_servicer_userid="mei")
    await service.server.says("20002", "我也在")
    assert (await service.listener.next()).text == "我也在"
    with pytest.raises(DeliveryFailed, match="客服人员") as failed:
        await service.adapter.send(say("⏳ 1026"))
    assert failed.value.until_heard
    await service.server.happens(**change, change_type=3)
    await service.says("王老师", "人工走了")
    assert (await service.listener.next()).text == "人工走了"
    assert await service.adapter.send(say("在的"))


async def test_a_touched_menu_is_a_command(service):
    touched = service.server.item("20001", msgtype="text", text={"content": "好了", "menu_id": "确认 1024"})
    service.server.log.append(touched)
    await service.server.rings()
    pressed = await service.listener.next()
    assert (pressed.command, pressed.text) == ("确认 1024", "")


async def test_customers_who_are_not_configured_have_the_name_they_gave_themselves(service):
    service.server.nicknames["wmStranger"] = "李老师"
    await service.server.says("wmStranger", "有人吗")
    await service.server.says("wmNobody", "有人吗")
    names = [(await service.listener.next()).sender_name for _ in range(2)]
    assert names == ["李老师", "wmNobody"]


async def test_a_full_inbox_makes_the_pull_wait(kf, listen):
    adapter, server = await kf()
    adapter._inbox = Inbox(most_waiting=2)
    server.log = [server.item("20001", msgtype="text", text={"content": f"第 {n} 句"}) for n in range(5)]
    listener = listen(adapter)
    assert [(await listener.next()).text for _ in range(5)] == [f"第 {n} 句" for n in range(5)]


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
async def test_a_bell_that_is_not_from_wecom_is_refused(service, changes, at, status):
    sender = service.server.sender
    body, query = sender.sealed(bell("ENC", KF), at=at)
    with capture_logs() as logs:
        assert await sender.posts(body, {**query, **changes}) == status
    [entry] = [entry for entry in logs if entry["action"] == "callback_refused"]
    assert TOKEN not in str(entry)
    assert AES_KEY not in str(entry)


async def test_a_bell_for_somebody_else_or_of_another_kind_rings_nowhere(service, client, kf):
    sender = service.server.sender
    other = CallbackSender(sender.url, client, receiver="ww999")
    assert await other.posts_xml(bell("ENC", KF)) == 403
    assert await sender.posts_xml(bell("ENC", KF, ToUserName="ww999")) == 403
    assert await sender.posts_xml(bell("ENC", KF, Event="kf_account_auth_change")) == 200
    assert await sender.posts_xml("not xml") == 400
    assert await sender.posts_xml('<!DOCTYPE x [<!ENTITY a "a">]><xml/>') == 400
    assert await sender.posts(b"x" * ((1 << 20) + 1), {}) == 413
    assert await sender.posts(b"<xml/>", {}) == 400
    adapter, server = await kf(agent_id=218)
    assert await server.sender.posts_xml(bell("ENC", KF, AgentID="1")) == 403
    assert await server.sender.posts_xml(bell("ENC", KF, AgentID="218")) == 200
    await adapter.close()
    assert await server.sender.posts_xml(bell("ENC", KF)) == 503


async def test_the_address_is_verified(service):
    assert await service.server.sender.verifies("1616140317555161061") == (200, b"1616140317555161061")


# --- Going out ----------------------------------------------------------------------------------------------------


async def test_an_answer_goes_out_from_the_account_that_was_written_to(service):
    service.server.accounts["wkOther"] = "第二个"
    await service.server.says("20001", "在吗", open_kfid="wkOther")
    await service.listener.next()
    number = await service.adapter.send(say("在"))
    posted = await service.server.next_posted()
    assert posted.path == "/cgi-bin/kf/send_msg"
    assert posted.body == {
        "touser": "20001",
        "open_kfid": "wkOther",
        "msgid": number,
        "msgtype": "text",
        "text": {"content": "在"},
    }


async def test_buttons_are_a_menu_that_can_be_touched(service):
    await service.says("王老师", "好了")
    await service.listener.next()
    await service.adapter.send(
        say("✅ 1024 已处理。回 1 确认。", buttons=(Button("好了", "1"), Button("还有问题", "2")))
    )
    posted = await service.server.next_posted()
    assert posted.body["msgmenu"] == {
        "head_content": "✅ 1024 已处理。回 1 确认。",
        "list": [
            {"type": "click", "click": {"id": "1", "content": "好了"}},
            {"type": "click", "click": {"id": "2", "content": "还有问题"}},
        ],
    }


async def test_a_text_too_long_for_a_menu_is_told_without_one(service):
    await service.says("王老师", "x")
    await service.listener.next()
    await service.adapter.send(say("长" * 400, buttons=(Button("好了", "1"),)))
    assert (await service.server.next_posted()).body["msgtype"] == "text"


async def test_the_sixth_answer_waits_for_the_next_message(service):
    await service.says("王老师", "一")
    await service.listener.next()
    for number in range(5):
        await service.adapter.send(say(f"答 {number}"))
    with pytest.raises(DeliveryFailed, match="5 条") as failed:
        await service.adapter.send(say("答 5"))
    assert (failed.value.until_heard, failed.value.retry_after) == (True, None)
    await service.says("王老师", "二")
    await service.listener.next()
    assert await service.adapter.send(say("答 5"))


async def test_after_two_days_nothing_can_be_said(service, clock):
    await service.says("王老师", "一")
    await service.listener.next()
    clock.advance(48 * 3600 + 1)
    with pytest.raises(DeliveryFailed, match="48 小时") as failed:
        await service.adapter.send(say("回访"))
    assert failed.value.until_heard


async def test_somebody_who_never_wrote_is_not_written_to(kf, listen):
    adapter, server = await kf()
    server.accounts["wkOther"] = "第二个"
    listen(adapter)
    while not adapter.is_connected:  # noqa: ASYNC110
        await asyncio.sleep(0)
    with pytest.raises(DeliveryFailed) as failed:
        await adapter.send(say("您好", "kf:private:wmSilent"))
    assert failed.value.until_heard
    assert server.delivered == []


async def test_a_message_whose_answer_is_lost_is_shown_once(service):
    await service.says("王老师", "一")
    await service.listener.next()
    service.server.answers = ["arrives, hangs up"]
    assert await service.adapter.send(say("在"))
    assert [seen_text(posted.body) for posted in service.server.delivered] == ["在"]


async def test_a_message_that_is_sent_again_later_with_a_mark_is_still_shown_once(service):
    await service.says("王老师", "一")
    await service.listener.next()
    service.server.answers = ["arrives, hangs up", "hang up"]
    with pytest.raises(DeliveryFailed) as failed:
        await service.adapter.send(say("在"))
    assert failed.value.is_unknown
    assert failed.value.retry_after
    number = await service.adapter.send(Outgoing("key of 在", WANG, "（重发）在"))
    assert number == service.server.delivered[0].body["msgid"]
    assert len(service.server.delivered) == 1


async def test_parts_of_a_long_text_have_ids_of_their_own(service):
    await service.says("王老师", "一")
    await service.listener.next()
    text = "第一句话。" * 300
    await service.adapter.send(say(text))
    parts = [posted.body["text"]["content"] for posted in service.server.delivered]
    assert "".join(parts) == text
    assert len(parts) == len({posted.body["msgid"] for posted in service.server.delivered}) == 3
    assert all(len(part.encode()) <= 2048 for part in parts)


@pytest.mark.parametrize(
    ("answer", "retry_after", "until_heard"),
    [
        ({"errcode": -1, "errmsg": "busy"}, timedelta(seconds=5), False),
        ({"errcode": 45009, "errmsg": "freq"}, timedelta(minutes=1), False),
        ({"errcode": 95018, "errmsg": "send msg session status invalid"}, None, True),
        ({"errcode": 95004, "errmsg": "no account"}, None, False),
        ({"errcode": 95017, "errmsg": "off"}, None, False),
        ({"errcode": 60020, "errmsg": "ip"}, None, False),
        (500, timedelta(seconds=5), False),
    ],
)
async def test_a_refusal_says_what_will_help(service, answer, retry_after, until_heard):
    await service.says("王老师", "一")
    await service.listener.next()
    service.server.answers = [answer]
    with pytest.raises(DeliveryFailed) as failed:
        await service.adapter.send(say("一"))
    assert (failed.value.retry_after, failed.value.until_heard) == (retry_after, until_heard)
    assert "s3cret" not in failed.value.reason


async def test_what_did_not_arrive_after_all_is_told_in_the_log(service):
    with capture_logs() as logs:
        await service.server.happens(
            event_type="msg_send_fail", external_userid="20001", fail_msgid="m1", fail_type=10
        )
        await service.says("王老师", "一")
        await service.listener.next()
    [entry] = [entry for entry in logs if entry.get("action") == "kf_not_delivered"]
    assert (entry["customer"], entry["message"], entry["why"]) == ("20001", "m1", "客户拒收")
