"""One application of Feishu: verified, understood, answered in time; cards, edits, quotes, and nothing shown twice."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from adapters.contract import (
    Attachment,
    Button,
    Connects,
    DeliveryFailed,
    Examines,
    Mention,
    Outgoing,
    TakesCallbacks,
    What,
)
from adapters.powers import FetchesFiles, FileUnavailable, Recalls
from tests.adapters.feishu_peers import BORN, ENCRYPT_KEY, SECRET, TOKEN

pytestmark = pytest.mark.asyncio

GROUP = "feishu:group:123456"


def say(text: str, room: str = GROUP, **more) -> Outgoing:
    return Outgoing(key=more.pop("key", f"key of {text}"), room=room, text=text, **more)


@pytest.fixture
def app(feishu_platform):
    return feishu_platform


# --- Coming in ----------------------------------------------------------------------------------------------------


async def test_it_has_every_power(app):
    for power in (TakesCallbacks, Examines, Connects, Recalls, FetchesFiles):
        assert isinstance(app.adapter, power)
    assert app.adapter.capabilities.can_edit
    assert app.adapter.capabilities.has_buttons


async def test_the_address_is_verified(app):
    challenge = {"type": "url_verification", "challenge": "abc", "token": TOKEN}
    status, body = await app.sender.exchanges(challenge)
    assert (status, json.loads(body)) == (200, {"challenge": "abc"})


async def test_redeliveries_have_the_same_id(app):
    event = app.sender.message("20001", "打不开")
    for _ in range(4):
        event["header"]["event_id"] += "x"  # it need not be the same, the id of the message is
        assert await app.sender.posts(event) == 200
    assert len({(await app.listener.next()).message_id for _ in range(4)}) == 1


async def test_what_applications_and_the_bot_say_is_no_input(app):
    other = app.sender.message("cli_other", "我是机器人")
    other["event"]["sender"]["sender_type"] = "app"
    assert await app.sender.posts(other) == 200
    assert await app.sender.posts(app.sender.message("ou_bot", "我自己")) == 200
    assert await app.sender.posts(app.sender.event("im.message.reaction.created_v1", {})) == 200
    await app.says("王老师", "我在")
    assert (await app.listener.next()).text == "我在"


async def test_a_touched_button_says_what_it_stands_for(app):
    await app.adapter.send(say("🆕 1001", buttons=(Button("接单", "接单 1001"),)))
    card = await app.server.next_posted()
    assert await app.sender.exchanges(app.sender.touch("20002", card, "接单")) == (200, b"{}")
    touched = await app.listener.next()
    assert (touched.command, touched.sender, touched.room) == ("接单 1001", "feishu:20002", GROUP)
    assert touched.quotes == card.id


async def test_notices_arrive(app):
    body = {"chat_id": "123456", "name": "育才群"}
    assert await app.sender.posts(app.sender.event("im.chat.member.bot.added_v1", body)) == 200
    notice = await app.listener.next_notice()
    assert (notice.what, notice.room, notice.room_name) == (What.BOT_ADDED, GROUP, "育才群")


async def test_people_who_are_not_configured_have_their_own_name_as_far_as_it_may_be_asked_for(app):
    app.server.names["ou_li"] = "李老师"
    for person in ("ou_li", "ou_nobody", "ou_li"):
        assert await app.sender.posts(app.sender.message(person, "在吗")) == 200
    names = [(await app.listener.next()).sender_name for _ in range(3)]
    assert names == ["李老师", "飞书用户", "李老师"]
    assert app.server.asked.count("GET contact/v3/users/ou_li") == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Lark_Signature": "0" * 64},
        {"X_Lark_Signature": ""},
        {"X_Lark_Request_Nonce": "other"},
        {"X_Lark_Request_Timestamp": str(BORN - 301)},
    ],
)
async def test_what_is_not_from_feishu_is_refused(app, headers):
    with capture_logs() as logs:
        assert await app.sender.exchanges(app.sender.message("20001", "x"), **headers) == (403, b"")
    [entry] = [entry for entry in logs if entry["action"] == "callback_refused"]
    for secret in (SECRET, TOKEN, ENCRYPT_KEY):
        assert secret not in str(entry)


async def test_bodies_that_are_none_are_refused(app, client):
    for body in (b"", b"\xff", b"[]", b"{}", b'{"encrypt": 7}', b"[" * 5000):
        assert (await app.sender.sends(body))[0] == 400
    assert (await app.sender.sends(b'{"encrypt": "AAAA"}'))[0] == 403
    assert (await app.sender.sends(b"x" * ((1 << 20) + 1)))[0] == 413
    async with client.get(app.sender.url) as response:
        assert (response.status, response.headers["Allow"]) == (405, "POST")


async def test_without_an_encrypt_key_the_token_is_the_proof(feishu, listen):
    adapter, _, sender = await feishu(encrypt_key="")
    listener = listen(adapter)
    assert await sender.posts(sender.message("20001", "在吗")) == 200
    assert (await listener.next()).text == "在吗"
    forged = sender.message("20001", "假的")
    forged["header"]["token"] = "guess"
    assert await sender.posts(forged) == 403


async def test_nothing_is_taken_before_the_bot_knows_who_it_is(feishu, listen, clock):
    adapter, server, sender = await feishu()
    adapter.know_within = 0.05
    server.me_answers = [(400, {"code": 99991672, "msg": "no right"}), (200, {"code": 0, "bot": {}})]
    listener = listen(adapter)
    await clock.slept(1, at_least=timedelta(seconds=30))
    assert not adapter.is_connected
    assert await sender.posts(sender.message("20001", "在吗")) == 503
    clock.advance(60)
    await clock.slept(2)
    clock.advance(60)
    adapter.know_within = 10.0
    assert await sender.posts(sender.message("20001", "现在呢")) == 200
    assert (await listener.next()).text == "现在呢"
    assert adapter.is_connected


async def test_what_cannot_be_saved_is_left_to_feishu_to_bring_again(app):
    app.adapter.save_within = 0.05
    app.listener.saves = False
    event = app.sender.message("20001", "打不开")
    assert await app.sender.posts(event) == 503
    app.listener.saves = True
    assert await app.sender.posts(event) == 200
    app.adapter._inbox._most_waiting = 0
    assert await app.sender.posts(event) == 503
    await app.adapter.close()
    assert await app.sender.posts(event) == 503


# --- Going out ----------------------------------------------------------------------------------------------------


async def test_a_card_is_changed_and_a_post_as_well(app):
    number = await app.adapter.send(say("🆕 1001", buttons=(Button("接单", "接单 1001"),)))
    card = await app.server.next_posted()
    assert (card.id, card.kind, card.text) == (number, "interactive", "🆕 1001\n[接单]")
    assert await app.adapter.send(say("1001 由老张负责", edits=number)) == number
    changed = await app.server.next_posted()
    assert (changed.is_edit, changed.text) == (True, "1001 由老张负责")
    plain = await app.adapter.send(say("已建单 1002"))
    await app.server.next_posted()
    assert await app.adapter.send(say("已建单 1002（二级）", edits=plain)) == plain
    assert (await app.server.next_posted()).text == "已建单 1002（二级）"


async def test_what_an_earlier_run_said_is_changed_whatever_it_is(app, feishu):
    numbers = [
        await app.adapter.send(say("卡", buttons=(Button("接单", "接单 1"),))),
        await app.adapter.send(say("字")),
    ]
    for _ in numbers:
        await app.server.next_posted()
    again, server, _ = await feishu(app.server)
    for number in numbers:
        await again.send(say("改了", edits=number))
        assert (await server.next_posted()).text == "改了"


async def test_people_are_called_in_a_card_too(app):
    zhang = Mention("老张", "feishu:20002")
    await app.adapter.send(
        say("@老张 请您接 1001 *", mentions=(zhang,), buttons=(Button("接受", "接受 1001"),))
    )
    card = await app.server.next_posted()
    assert (card.called, card.text) == (["20002"], "@20002 请您接 1001 *\n[接受]")


async def test_a_private_message_goes_to_the_person(app):
    await app.adapter.send(say("低分提醒", "feishu:private:ou_chen"))
    assert (await app.server.next_posted()).chat == "ou_chen"


async def test_what_was_taken_back_is_answered_without_quoting(app):
    await app.says("王老师", "在吗")
    question = await app.listener.next()
    app.server.answers = [(400, {"code": 230011, "msg": "The message has been recalled"})]
    await app.adapter.send(say("在", quotes=question.message_id))
    assert (await app.server.next_posted()).quotes is None
    await app.adapter.send(say("在的", quotes="touch-e1"))  # a touch is no message
    assert (await app.server.next_posted()).quotes is None


@pytest.mark.parametrize("answers", [["arrives, hangs up"], ["arrives, hangs up", "hang up"]])
async def test_a_message_whose_answer_is_lost_is_shown_once(app, answers):
    app.server.answers = list(answers)
    message = say("已建单 1001", key="k")
    if len(answers) == 2:
        with pytest.raises(DeliveryFailed) as failed:
            await app.adapter.send(message)
        assert failed.value.is_unknown
        assert failed.value.retry_after
        message = say("（重发）已建单 1001", key="k")
    assert await app.adapter.send(message) == (await app.server.next_posted()).id
    assert app.server.posted.empty()
    assert len(app.server.shown) == 1


async def test_a_token_that_has_expired_is_renewed_once(app):
    await app.adapter.send(say("一"))
    app.server.tokens.append("somebody else's")
    await app.adapter.send(say("二"))
    assert len([token for token in app.server.tokens if token.startswith("t-")]) == 2


@pytest.mark.parametrize("code", [99991661, 99991663, 99991664, 99991668, 99991671])
async def test_every_way_of_saying_that_a_token_is_wrong_brings_a_new_one(app, code):
    app.server.answers = [(400, {"code": code, "msg": "token"})]
    await app.adapter.send(say("一"))
    assert len(app.server.shown) == 1
    assert len(app.server.tokens) == 2


@pytest.mark.parametrize(
    ("answer", "retry_after", "is_unknown"),
    [
        ((400, {"code": 230002, "msg": "out of the chat"}), None, False),
        ((400, {"code": 230018, "msg": "muted"}), None, False),
        ((400, {"code": 99991400, "msg": "limit"}), timedelta(seconds=7), False),
        ((429, {"code": 1, "msg": "limit"}), timedelta(seconds=5), False),
        ((502, {}), timedelta(seconds=5), False),
        ("<html>", timedelta(seconds=5), False),
    ],
)
async def test_a_refusal_says_what_will_help(app, answer, retry_after, is_unknown):
    app.server.answers = [answer]
    with pytest.raises(DeliveryFailed) as failed:
        await app.adapter.send(say("一"))
    assert (failed.value.retry_after, failed.value.is_unknown) == (retry_after, is_unknown)
    assert SECRET not in failed.value.reason


@pytest.mark.parametrize(("code", "until_heard", "retry_after"), [(230018, True, None), (230035, True, None), (230002, False, None), (230101, False, timedelta(minutes=1))])  # fmt: skip
async def test_where_only_some_may_speak_words_wait(app, code, until_heard, retry_after):
    app.server.answers = [(400, {"code": code, "msg": "no"})]
    with pytest.raises(DeliveryFailed) as failed:
        await app.adapter.send(say("一"))
    assert (failed.value.until_heard, failed.value.retry_after) == (until_heard, retry_after)


async def test_a_long_text_arrives_in_parts_with_the_buttons_below_the_last(app):
    text = "第一句话，讲了很多。" * 1500
    await app.adapter.send(say(text, buttons=(Button("好了", "1"),)))
    parts = [await app.server.next_posted() for _ in range(3)]
    assert "".join(part.text for part in parts) == f"{text}\n[好了]"
    assert [part.kind for part in parts] == ["post", "post", "interactive"]


async def test_a_message_is_taken_back(app):
    number = await app.adapter.send(say("说错了"))
    await app.adapter.recall(GROUP, number)
    assert app.server.shown == {}
    with pytest.raises(DeliveryFailed):
        await app.adapter.recall(GROUP, number)
    with pytest.raises(DeliveryFailed):
        await app.adapter.recall(GROUP, "../x")


async def test_a_file_is_fetched_by_what_stood_in_its_message(app):
    app.server.files["file_1"] = b"x" * 2_000_000
    content = json.dumps({"file_key": "file_1", "file_name": "问答.xlsx"})
    await app.sender.posts(app.sender.message("20001", "", message_type="file", content=content))
    [attachment] = (await app.listener.next()).attachments
    assert len(await app.adapter.fetch(GROUP, attachment, 5_000_000)) == 2_000_000
    for lost, most in (
        (attachment, 1000),
        (Attachment("file", "x", reference="om_1/gone/file"), 1000),
        (Attachment("file", "x"), 1000),
    ):
        with pytest.raises(FileUnavailable):
            await app.adapter.fetch(GROUP, lost, most)
