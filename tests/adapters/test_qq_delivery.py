"""How the QQ adapter gets a message out: answers first, then speaking first, and never twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from adapters.contract import Button, DeliveryFailed, Outgoing
from adapters.qq.outcome import Outcome, judge
from adapters.qq.windows import Pushes, Windows
from tests.adapters.qq_peers import refusal

GROUP = "qq:group:123456"


def outgoing(text: str = "已建单 1001", room: str = GROUP, **more) -> Outgoing:
    return Outgoing(**{"key": text, "room": room, "text": text, **more})


@pytest.fixture
def bot(qq_bot, listen):
    """Return a function that makes an adapter that is being read."""

    def make(**keys):
        adapter = qq_bot(**keys)
        return adapter, listen(adapter)

    return make


async def failure(adapter, message: Outgoing) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        await adapter.send(message)
    return failed.value


async def hears(listener, platform, text: str = "在吗", **more) -> str:
    """Let somebody in the group speak to the bot; return the platform's id of it."""
    number = await platform.group_says("123456", "20001", text, name="王老师", **more)
    assert (await listener.next()).message_id == number
    return number


@pytest.mark.asyncio
async def test_five_answers_to_a_message_then_speaking_first_then_nothing(bot, qq_open):
    adapter, listener = bot()
    await qq_open.was_ready(1)
    assert adapter.is_push(outgoing("a").room, None)
    number = await hears(listener, qq_open)
    assert not adapter.is_push(outgoing("a").room, None)
    for text in "abcde":
        await adapter.send(outgoing(text))
    assert adapter.is_push(outgoing("a").room, number)
    answers = [(await qq_open.next_posted()).body for _ in "abcde"]
    assert {body["msg_id"] for body in answers} == {number}
    assert len({body["msg_seq"] for body in answers}) == 5
    qq_open.may_push.add("123456")
    await adapter.send(outgoing("f"))
    assert (await qq_open.next_posted()).body == {"msg_type": 0, "content": "f"}
    qq_open.may_push.clear()
    failed = await failure(adapter, outgoing("g"))
    assert (failed.retry_after, failed.is_unknown) == (None, False)
    assert "主动" in failed.reason


@pytest.mark.asyncio
async def test_an_answer_goes_to_the_message_it_answers_else_to_the_freshest(bot, qq_open):
    adapter, listener = bot()
    await qq_open.was_ready(1)
    first = await hears(listener, qq_open, "一")
    second = await hears(listener, qq_open, "二")
    await adapter.send(outgoing("答一", quotes=first))
    await adapter.send(outgoing("提醒"))
    await adapter.send(outgoing("答无", quotes="ROBOT1.0_never_heard"))
    assert [(await qq_open.next_posted()).body["msg_id"] for _ in range(3)] == [first, second, second]


@pytest.mark.asyncio
async def test_after_five_minutes_nothing_is_answered_any_more(bot, qq_open, clock):
    adapter, listener = bot()
    await qq_open.was_ready(1)
    await hears(listener, qq_open)
    clock.advance(298)
    await failure(adapter, outgoing())
    assert [code for _, code in qq_open.refused] == [
        40034105
    ]  # it was tried to speak first, and not to answer


@pytest.mark.asyncio
async def test_private_messages_can_be_answered_for_an_hour_four_times(bot, qq_open, clock):
    adapter, listener = bot()
    await qq_open.was_ready(1)
    await qq_open.privately_says("U1", "在吗")
    heard = await listener.next()
    clock.advance(3590)
    for text in "abcd":
        await adapter.send(outgoing(text, heard.room))
        assert (await qq_open.next_posted()).openid == "U1"
    await failure(adapter, outgoing("e", heard.room))


@pytest.mark.asyncio
async def test_a_window_that_the_platform_has_closed_gives_way_to_the_next(bot, qq_open):
    adapter, listener = bot()
    await qq_open.was_ready(1)
    older = await hears(listener, qq_open, "一")
    newer = await hears(listener, qq_open, "二")
    qq_open.forgets(newer)
    await adapter.send(outgoing())
    assert (await qq_open.next_posted()).body["msg_id"] == older
    assert [code for _, code in qq_open.refused] == [40034005]


@pytest.mark.asyncio
async def test_a_refused_push_is_not_tried_again_until_the_owner_allows_it(bot, qq_open):
    adapter, _ = bot()
    await qq_open.was_ready(1)
    for text in "abc":
        await failure(adapter, outgoing(text))
    assert len(qq_open.refused) == 1
    qq_open.may_push.add("123456")
    change = {"group_openid": "123456", "op_member_openid": "20001", "timestamp": "2026-03-06T12:00:00+08:00"}
    await qq_open.emit("GROUP_MSG_RECEIVE", change, event="GROUP_MSG_RECEIVE:1")
    async with asyncio.timeout(10):
        while adapter._delivery.pushes.why_not(GROUP, 0.0) is not None:  # noqa: ASYNC110
            await asyncio.sleep(0)
    await adapter.send(outgoing("d"))
    await adapter.send(outgoing("e"))
    first, second = await qq_open.next_posted(), await qq_open.next_posted()
    assert first.body["event_id"] == "GROUP_MSG_RECEIVE:1"  # an event is answered once, without a number
    assert "msg_seq" not in first.body
    assert not {"event_id", "msg_id"} & set(second.body)


@pytest.mark.asyncio
async def test_after_an_hour_it_is_asked_again_whether_the_bot_may_speak_first(bot, qq_open, clock):
    adapter, _ = bot()
    await qq_open.was_ready(1)
    await failure(adapter, outgoing("a"))
    qq_open.may_push.add("123456")
    await failure(adapter, outgoing("a"))
    clock.advance(3601)
    await adapter.send(outgoing("a"))


@pytest.mark.asyncio
async def test_a_switch_turned_off_is_believed_at_once(bot, qq_open):
    adapter, listener = bot()
    await qq_open.was_ready(1)
    change = {"group_openid": "123456", "op_member_openid": "20001", "timestamp": "2026-03-06T12:00:00+08:00"}
    await qq_open.emit("GROUP_MSG_REJECT", change)
    await hears(listener, qq_open)
    for text in "abcde":
        await adapter.send(outgoing(text))
    assert (await failure(adapter, outgoing("f"))).retry_after is None
    assert qq_open.refused == []


@pytest.mark.asyncio
async def test_a_message_whose_fate_is_unknown_is_sent_again_with_its_number_and_shown_once(bot, qq_open):
    adapter, listener = bot(api_timeout_seconds=0.2)
    await qq_open.was_ready(1)
    await hears(listener, qq_open)
    lost = []

    def takes_and_says_nothing(posted):
        lost.append(posted)
        qq_open._by_the_rules(posted)
        qq_open.answer = None
        return 200, {}

    qq_open.answer = takes_and_says_nothing
    failed = await failure(adapter, outgoing())
    assert failed.is_unknown
    assert failed.retry_after == timedelta(seconds=5)
    assert await adapter.send(outgoing("（重发）已建单 1001", key="已建单 1001")) == "key:已建单 1001"
    again, code = qq_open.refused[-1]
    assert code == 40054005
    assert (again.body["msg_id"], again.body["msg_seq"]) == (lost[0].body["msg_id"], lost[0].body["msg_seq"])
    await adapter.send(outgoing("另一条"))
    assert [(await qq_open.next_posted()).text for _ in range(1)] == ["另一条"]


@pytest.mark.asyncio
async def test_a_page_in_place_of_an_answer_was_not_the_platform(bot, qq_open):
    adapter, listener = bot()
    await qq_open.was_ready(1)
    await hears(listener, qq_open)
    answers = [(200, "<html>请登录上网</html>"), None]
    qq_open.answer = lambda _posted: answers.pop(0)
    failed = await failure(adapter, outgoing())
    assert (failed.is_unknown, failed.retry_after) == (False, timedelta(seconds=5))
    assert "网页" in failed.reason
    assert not (await adapter.send(outgoing())).startswith("key:")


@pytest.mark.asyncio
async def test_what_lies_between_two_attempts_does_not_change_the_number(bot, qq_open, clock):
    adapter, listener = bot(api_timeout_seconds=0.2)
    await qq_open.was_ready(1)
    await hears(listener, qq_open)
    tried = []

    def stumbles(posted):
        tried.append((posted.body["msg_id"], posted.body["msg_seq"]))
        if len(tried) == 1:
            qq_open._by_the_rules(posted)
        return [(504, {}), refusal(22009), refusal(11244, 401), refusal(11244, 401), None][len(tried) - 1]

    qq_open.answer = stumbles
    for _ in range(3):
        assert (await failure(adapter, outgoing())).is_unknown
        await hears(listener, qq_open)  # a fresher message, which is not the one that may have been answered
    assert await adapter.send(outgoing()) == "key:已建单 1001"
    assert len(tried) == 5
    assert len(set(tried)) == 1


@pytest.mark.asyncio
async def test_after_a_restart_what_was_asked_before_is_still_answered_and_not_twice(
    bot, qq_bot, qq_open, clock
):
    adapter, listener = bot()
    await qq_open.was_ready(1)
    asked = await hears(listener, qq_open)
    await adapter.send(outgoing(quotes=asked))
    restarted = qq_bot(mode="webhook")
    assert (
        await restarted.send(outgoing("（重发）已建单 1001", key="已建单 1001", quotes=asked))
        == "key:已建单 1001"
    )
    await restarted.send(outgoing("另一条", quotes=asked))
    await failure(restarted, outgoing("提醒", "qq:group:777", quotes="ROBOT1.0_of_last_week"))
    assert [(await qq_open.next_posted()).body["msg_id"] for _ in range(2)] == [asked, asked]
    assert [code for _, code in qq_open.refused] == [40054005, 40034005, 40034105]
    later = qq_bot(mode="webhook")
    clock.advance(301)
    qq_open.refused.clear()
    await failure(later, outgoing("太晚", quotes=asked))
    assert [code for _, code in qq_open.refused] == [40034105]


@pytest.mark.asyncio
async def test_an_error_of_the_platform_leaves_the_fate_unknown_and_the_number_the_same(bot, qq_open):
    adapter, listener = bot()
    await qq_open.was_ready(1)
    await hears(listener, qq_open)
    tried = []

    def breaks_once(posted):
        tried.append(posted)
        return (502, {}) if len(tried) == 1 else None

    qq_open.answer = breaks_once
    assert (await failure(adapter, outgoing())).is_unknown
    await adapter.send(outgoing())
    assert tried[0].body == tried[1].body


@pytest.mark.asyncio
async def test_a_connection_that_breaks_is_tried_again_at_once_when_the_number_protects(bot, qq_open):
    adapter, listener = bot()
    await qq_open.was_ready(1)
    await hears(listener, qq_open)
    taken = []

    def dies(posted):
        """The request is read and carried out, and the connection ends without an answer."""
        taken.append(posted)
        qq_open._by_the_rules(posted)
        qq_open.answer = None
        raise asyncio.CancelledError

    qq_open.answer = dies
    assert (await adapter.send(outgoing())) == "key:已建单 1001"
    assert qq_open.refused[0][0].body == taken[0].body


@pytest.mark.asyncio
async def test_a_definite_refusal_takes_another_number(bot, qq_open):
    adapter, listener = bot()
    await qq_open.was_ready(1)
    await hears(listener, qq_open)
    tried = []

    def busy_once(posted):
        tried.append(posted.body["msg_seq"])
        return refusal(22009) if len(tried) == 1 else None

    qq_open.answer = busy_once
    failed = await failure(adapter, outgoing())
    assert (failed.retry_after, failed.is_unknown) == (timedelta(seconds=30), False)
    await adapter.send(outgoing())
    assert tried[0] != tried[1]


@pytest.mark.asyncio
async def test_markdown_that_is_not_granted_becomes_text_once_and_for_all(bot, qq_open):
    adapter, listener = bot()
    await qq_open.was_ready(1)
    await hears(listener, qq_open)
    buttons = (Button("接单", "接单 1001"),)
    await adapter.send(outgoing("🆕 1001 *急*", buttons=buttons))
    posted = await qq_open.next_posted()
    assert (posted.text, posted.buttons) == ("🆕 1001 *急*", [("接单", "接单 1001")])
    qq_open.grants_markdown = False
    await adapter.send(outgoing("🆕 1002 *急*", buttons=buttons))
    await adapter.send(outgoing("🆕 1003", buttons=buttons))
    for text in ("🆕 1002 *急*", "🆕 1003"):
        posted = await qq_open.next_posted()
        assert posted.body["content"] == text
    assert [code for _, code in qq_open.refused] == [40034090]
    # The refused request has used up none of the five answers.
    await adapter.send(outgoing("四"))
    await adapter.send(outgoing("五"))
    assert len(qq_open.refused) == 1


@pytest.mark.asyncio
async def test_links_are_sent_once_more_without_their_scheme(bot, qq_open):
    adapter, listener = bot()
    await qq_open.was_ready(1)
    await hears(listener, qq_open)
    qq_open.refuses_links = True
    await adapter.send(outgoing("图文：https://kb.example.com/37"))
    assert (await qq_open.next_posted()).text == "图文：kb.example.com/37"
    qq_open.answer = lambda posted: refusal(40054010)
    assert (await failure(adapter, outgoing("a.b"))).retry_after is None
    assert len(qq_open.refused) == 3


@pytest.mark.asyncio
async def test_what_is_under_review_is_left_alone(bot, qq_open):
    adapter, listener = bot()
    await qq_open.was_ready(1)
    await hears(listener, qq_open)
    for reply in (refusal(304023, 200), refusal(304024), (202, {}), (201, {"data": {}})):
        qq_open.answer = lambda posted, reply=reply: reply
        failed = await failure(adapter, outgoing())
        assert (failed.is_unknown, failed.retry_after) == (True, None)


@pytest.mark.parametrize("code", [11253, 11254, 40034100_9, 1, 50035])
@pytest.mark.asyncio
async def test_what_can_never_succeed_is_refused_for_good(bot, qq_open, code):
    adapter, listener = bot()
    await qq_open.was_ready(1)
    await hears(listener, qq_open)
    qq_open.answer = lambda posted: refusal(code)
    failed = await failure(adapter, outgoing())
    assert (failed.is_unknown, failed.retry_after) == (False, None)
    assert str(code) in failed.reason
    assert "t-1" in failed.reason  # by which the platform's support finds it


@pytest.mark.asyncio
async def test_a_platform_that_refuses_everything_is_not_asked_for_ever(bot, qq_open):
    adapter, listener = bot()
    await qq_open.was_ready(1)
    for _ in range(10):
        await hears(listener, qq_open)
    qq_open.answer = lambda posted: refusal(40034005)
    failed = await failure(adapter, outgoing())
    assert failed.retry_after is None
    assert len(qq_open.refused) == 11


@pytest.mark.asyncio
async def test_a_quote_names_the_index_where_it_is_wanted(bot, qq_open):
    adapter, listener = bot(quote=True)
    await qq_open.was_ready(1)
    number = await hears(listener, qq_open)
    await adapter.send(outgoing(quotes=number))
    posted = await qq_open.next_posted()
    assert posted.body["message_reference"] == {"message_id": f"REFIDX_{number}"}
    assert adapter.capabilities.can_quote


@pytest.mark.asyncio
async def test_quotes_find_the_bots_messages_and_those_of_people(bot, qq_open):
    adapter, listener = bot()
    await qq_open.was_ready(1)
    question = await hears(listener, qq_open, "打不开")
    mine = await adapter.send(outgoing())
    assert mine.startswith("REFIDX_out")
    for index, means in (
        (mine, mine),
        (f"REFIDX_{question}", question),
        ("REFIDX_of_last_year", "REFIDX_of_last_year"),
    ):
        scene = {"source": "default", "ext": [f"ref_msg_idx={index}", "msg_idx=REFIDX_x"]}
        await qq_open.group_says("123456", "20002", "我来", message_scene=scene, message_type=103)
        assert (await listener.next()).quotes == means


@pytest.mark.asyncio
async def test_a_pressed_button_is_acknowledged_and_can_be_answered(bot, qq_open):
    adapter, listener = bot()
    await qq_open.was_ready(1)
    press = {
        "id": "I/1",
        "group_openid": "123456",
        "group_member_openid": "20002",
        "data": {"resolved": {"button_data": "接单 1001"}},
    }
    await qq_open.emit("INTERACTION_CREATE", press, event="INTERACTION_CREATE:9")
    async with asyncio.timeout(10):
        assert await qq_open.acknowledged.get() == ("I/1", {"code": 0})
    heard = await listener.next()
    assert (heard.command, heard.text, heard.sender) == ("接单 1001", "", "qq:20002")
    await adapter.send(outgoing("1001 由 老张 接单", quotes=heard.message_id))
    assert (await qq_open.next_posted()).body["event_id"] == "INTERACTION_CREATE:9"


@pytest.mark.asyncio
async def test_a_long_text_goes_in_parts_and_what_has_arrived_is_not_sent_again(bot, qq_open):
    adapter, listener = bot()
    await qq_open.was_ready(1)
    await hears(listener, qq_open)
    sentences = [f"第 {number} 步，把设置页里的开关逐个打开。" for number in range(200)]
    text = "".join(sentences)
    calls = []

    def is_busy_once(posted):
        calls.append(posted)
        return refusal(22009) if len(calls) == 2 else None

    qq_open.answer = is_busy_once
    long = outgoing(text, key="k", buttons=(Button("好了", "好了"),))
    assert (await failure(adapter, long)).retry_after is not None
    await adapter.send(long)
    posted = [await qq_open.next_posted() for _ in range(3)]
    assert "".join(each.text for each in posted) == text
    assert all(len(each.text) <= 1800 for each in posted)
    assert [len(each.buttons) for each in posted] == [0, 0, 1]
    assert qq_open.posted.empty()
    assert [code for _, code in qq_open.refused] == [22009]


@pytest.mark.asyncio
async def test_a_part_whose_fate_is_unknown_is_marked_and_the_rest_follows(bot, qq_open):
    adapter, listener = bot()
    await qq_open.was_ready(1)
    await hears(listener, qq_open)
    calls = []

    def loses_one(posted):
        calls.append(posted)
        return (502, {}) if len(calls) == 2 else None

    qq_open.answer = loses_one
    text = "一二三四五六七八九。" * 400
    assert (await failure(adapter, outgoing(text, key="k"))).is_unknown
    await adapter.send(outgoing(f"（重发）{text}", key="k"))
    posted = [await qq_open.next_posted() for _ in range(3)]
    assert posted[1].text.startswith("（重发）一")
    assert "".join(each.text for each in posted).replace("（重发）", "") == text
    qq_open.answer = lambda posted: (202, {})
    before = len(qq_open.refused)
    failed = await failure(adapter, outgoing(text, key="k2"))
    assert (failed.is_unknown, failed.retry_after) == (True, None)
    assert len(qq_open.refused) == before


# --- the access token ----------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_one_token_is_fetched_for_all_and_renewed_before_it_ends(qq_bot, qq_open, clock):
    adapter = qq_bot(mode="webhook")
    qq_open.may_push.add("123456")
    qq_open.token_gate.clear()
    sending = [asyncio.create_task(adapter.send(outgoing(str(number)))) for number in range(20)]
    qq_open.token_gate.set()
    await asyncio.gather(*sending)
    assert qq_open.tokens_given == 1
    clock.advance(7200 - 46)
    await adapter.send(outgoing("a"))
    assert qq_open.tokens_given == 1
    clock.advance(2)
    await adapter.send(outgoing("b"))
    assert qq_open.tokens_given == 2


@pytest.mark.asyncio
async def test_a_token_that_is_no_longer_good_is_fetched_anew_once(qq_bot, qq_open):
    adapter = qq_bot(mode="webhook")
    qq_open.may_push.add("123456")
    await adapter.send(outgoing("a"))
    qq_open.tokens.clear()
    await adapter.send(outgoing("b"))
    assert qq_open.tokens_given == 2
    qq_open.answer = lambda posted: refusal(11243, 401)
    failed = await failure(adapter, outgoing("c"))
    assert (failed.retry_after, failed.is_unknown) == (timedelta(seconds=30), False)
    assert qq_open.tokens_given == 3


@pytest.mark.asyncio
async def test_a_wrong_secret_is_not_tried_for_every_message_and_never_shown(qq_bot, qq_open, clock):
    adapter = qq_bot(mode="webhook", secret="inc0rrect-s3cret")
    with capture_logs() as logs:
        for text in "abc":
            failed = await failure(adapter, outgoing(text))
            assert failed.retry_after == timedelta(seconds=30)
            assert "inc0rrect" not in failed.reason
    assert qq_open.tokens_given == 1
    assert not adapter.is_connected
    assert "inc0rrect" not in str(logs) + repr(adapter._settings)
    clock.advance(30)
    await failure(adapter, outgoing("d"))
    assert qq_open.tokens_given == 2


@pytest.mark.asyncio
async def test_the_old_token_serves_while_no_new_one_can_be_had(qq_bot, qq_open, clock):
    adapter = qq_bot(mode="webhook")
    qq_open.may_push.add("123456")
    await adapter.send(outgoing("a"))
    qq_open.token_answer = lambda: (500, {})
    clock.advance(7170)
    await adapter.send(outgoing("b"))
    clock.advance(30)
    assert (await failure(adapter, outgoing("c"))).retry_after == timedelta(seconds=5)
    assert adapter.is_connected  # an outage is no refusal


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"code": 100001}),
        (200, {"access_token": "", "expires_in": "7200"}),
        (200, {"access_token": "x", "expires_in": None}),
        (200, {"access_token": 5, "expires_in": "7200"}),
        (200, {}),
        (400, {"err_code": 100007, "message": "s3cret"}),
    ],
)
@pytest.mark.asyncio
async def test_an_answer_without_a_token_is_a_failure_that_can_be_waited_for(qq_bot, qq_open, answer):
    adapter = qq_bot(mode="webhook")
    qq_open.token_answer = lambda: answer
    failed = await failure(adapter, outgoing())
    assert failed.retry_after is not None
    assert not failed.is_unknown
    assert "s3cret" not in failed.reason


@pytest.mark.asyncio
async def test_an_address_that_is_not_on_the_list_loses_nothing_and_costs_no_token(qq_bot, qq_open):
    adapter = qq_bot(mode="webhook")
    qq_open.refuses_our_address = True
    failed = await failure(adapter, outgoing())
    assert failed.retry_after is not None
    assert "IP 白名单" in failed.reason
    assert qq_open.tokens_given == 1


@pytest.mark.asyncio
async def test_a_platform_that_cannot_be_reached_has_taken_nothing(qq_bot):
    adapter = qq_bot(mode="webhook", api_base="http://127.0.0.1:1", token_url="http://127.0.0.1:1/token")
    failed = await failure(adapter, outgoing())
    assert (failed.retry_after, failed.is_unknown) == (timedelta(seconds=5), False)


# --- verdicts and windows by themselves ----------------------------------------------------------------------------


def test_where_two_codes_are_told_the_newer_one_decides():
    assert judge(400, b'{"code": 11244, "err_code": 40034105}', {}).outcome is Outcome.PUSH


def test_what_the_platform_calls_a_request_is_told_whether_it_stands_in_the_body_or_not():
    assert "trace t-7" in judge(400, b'{"err_code": 7, "trace_id": "t-7"}', {"X-Tps-trace-ID": "t-8"}).said
    assert "trace t-8" in judge(500, b"", {"X-Tps-trace-ID": "t-8"}).said


@pytest.mark.parametrize(
    ("codes", "outcome"),
    [
        ((11242, 11243, 11244), Outcome.TOKEN),
        ((40034005, 40034024, 40034025, 40034026, 40034128), Outcome.WINDOW),
        ((40054005,), Outcome.ALREADY_SENT),
        ((22009, 40034100, 100017, 40023002, 11298), Outcome.BUSY),
        ((40034102, 40034105, 40054013, 40054004), Outcome.PUSH),
        ((40034090, 50056), Outcome.MARKDOWN),
        ((40054010, 304003), Outcome.LINK),
        ((304023, 304024), Outcome.REVIEW),
        ((11253, 11254, 7), Outcome.REFUSED),
    ],
)
@pytest.mark.parametrize("name", ["err_code", "code"])
@pytest.mark.parametrize("as_text", [False, True])
def test_the_code_decides_whatever_the_status(codes, outcome, name, as_text):
    for code in codes:
        for status in (200, 400, 403):
            body = f'{{"{name}": "{code}"}}' if as_text else f'{{"{name}": {code}}}'
            assert judge(status, body.encode(), {}).outcome is outcome


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, b'{"id":"x"}', Outcome.SENT),
        (200, b"", Outcome.SENT),
        (200, b'{"code":0,"id":"x"}', Outcome.SENT),
        (202, b'{"id":"x"}', Outcome.SENT),
        (202, b"{}", Outcome.REVIEW),
        (401, b"<html>", Outcome.TOKEN),
        (429, b"", Outcome.BUSY),
        (404, b"[]", Outcome.REFUSED),
        (302, b"", Outcome.REFUSED),
        (500, b"\xff", Outcome.UNKNOWN),
        (504, b"[" * 100_000, Outcome.UNKNOWN),
        (200, b'{"code":"no number"}', Outcome.REFUSED),
    ],
)
def test_the_status_decides_where_there_is_no_code(status, body, outcome):
    assert judge(status, body, {}).outcome is outcome


@pytest.mark.parametrize(
    ("given", "seconds"), [("7", 7), ("0", 1), ("999999", 3600), ("soon", 30), ("", 30), ("-1", 30)]
)
def test_the_platform_says_how_long_to_wait(given, seconds):
    assert judge(429, b"", {"Retry-After": given}).retry_after == timedelta(seconds=seconds)


def test_windows_do_not_grow_without_limit_and_keep_what_is_fresh():
    windows = Windows()
    for number in range(100):
        windows.heard("qq:group:1", str(number), 0.0)
    assert len(windows._rooms["qq:group:1"]) == 16
    source = windows.take("qq:group:1", None, 1.0)
    assert source is not None
    assert source.id == "99"
    for number in range(10_050):
        windows.heard(f"qq:group:{number}", "x", 2.0)
    assert len(windows._rooms) == 10_000
    assert not windows.is_open("qq:group:5", 3.0)
    assert windows.is_open("qq:group:10049", 3.0)
    assert not windows.is_open("qq:group:10049", 300.0)
    pushes = Pushes()
    for number in range(10_050):
        pushes.refused(str(number), "no", 0.0)
    assert pushes.why_not("0", 1.0) is None
    assert pushes.why_not("10049", 1.0) == "no"


def test_a_redelivered_message_can_not_be_answered_more_often():
    windows = Windows()
    for _ in range(3):
        windows.heard("qq:group:1", "M", 0.0)
        windows.take("qq:group:1", "M", 0.0)
    windows.heard("qq:group:1", "M", 200.0)
    taken = [windows.take("qq:group:1", None, 250.0) for _ in range(5)]
    assert sum(source is not None for source in taken) == 2
    windows.heard("qq:group:1", "M", 250.0)
    assert windows.take("qq:group:1", None, 251.0) is None
