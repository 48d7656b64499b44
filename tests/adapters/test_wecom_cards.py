"""Cards with buttons on WeCom: shown, pressed, changed while that is allowed, and said as text where they are refused."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from wecom_aibot_sdk import WSClient

from adapters.contract import Button, DeliveryFailed, File, Incoming, Mention, Outgoing
from adapters.receipt import Receipt
from adapters.wecom import cards
from tests.adapters.test_wecom_counterpart import Quiet
from tests.adapters.wecom_peers import BOT_ID, BOT_SECRET, AibotServer, card_shown, said_in

pytestmark = pytest.mark.asyncio

GROUP, ALONE = "wecom:group:123456", "wecom:private:20001"
CLAIM = Button("接单", "接单 1001")
TEXT = "🆕 1001 三级｜育才小学\n王老师：打印机坏了\n响应 14:30 前"


def new(key: str = "k", room: str = GROUP, **more: Any) -> Outgoing:
    return Outgoing(key, room, more.pop("text", TEXT), buttons=(CLAIM,), **more)


def changed(earlier: str, room: str = GROUP) -> Outgoing:
    return Outgoing("k2", room, "🆕 1001\n小李 负责", buttons=(Button("进度", "进度 1001"),), edits=earlier)


# --- What a card looks like ---------------------------------------------------------------------------------------


async def test_a_short_first_line_is_the_heading():
    card = cards.card(new(), "n")
    assert card["main_title"] == {"title": "🆕 1001 三级｜育才小学"}
    assert card["sub_title_text"] == "王老师：打印机坏了\n响应 14:30 前"
    assert card["button_list"] == [{"text": "接单", "style": 1, "key": "接单 1001"}]


async def test_a_long_first_line_stands_with_the_rest():
    card = cards.card(new(text="长" * 27 + "\n完"), "n")
    assert "main_title" not in card
    assert card["sub_title_text"] == "长" * 27 + "\n完"


@pytest.mark.parametrize(
    "message",
    [
        Outgoing("k", GROUP, TEXT),
        Outgoing("k", GROUP, "长" * 113, buttons=(CLAIM,)),
        Outgoing("k", GROUP, "多", buttons=tuple(Button(str(n), str(n)) for n in range(7))),
        Outgoing("k", GROUP, "同", buttons=(CLAIM, Button("再接", CLAIM.command))),
        Outgoing("k", GROUP, "长", buttons=(Button("一二三四五六七八九十一", "1"),)),
    ],
    ids=["nothing to touch", "too long", "too many", "twice the same", "a long label"],
)
async def test_what_is_no_card_is_said_as_text(message):
    assert not cards.fits(message)


@given(st.text(max_size=300), st.lists(st.tuples(st.text(max_size=12), st.text(max_size=20)), max_size=8))
async def test_a_card_says_the_whole_text(text, buttons):
    message = Outgoing("k", GROUP, text, buttons=tuple(Button(*each) for each in buttons))
    if cards.fits(message):
        shown = card_shown(cards.card(message, cards.number_of(message)))
        assert shown.replace("\n", "").startswith(text.replace("\n", ""))


# --- The robot over its long connection ---------------------------------------------------------------------------


class Robot:
    def __init__(self, adapter: Any, listener: Any, server: AibotServer, session: Any) -> None:
        self.adapter = adapter
        self.listener = listener
        self.server = server
        self.session = session

    async def shows(self, message: Outgoing) -> tuple[str, dict[str, Any]]:
        number = await self.adapter.send(message)
        return number, (await self.session.next_sent())["body"]


@pytest_asyncio.fixture
async def robot(wecom, host, listen) -> Robot:
    server = AibotServer()
    adapter = wecom("wecom-aibot", url=(await host(server.handle)).replace("http", "ws"))
    listener = listen(adapter)
    session = await server.next_session()
    await session.says("20001", "@小首 到")
    await listener.next()
    return Robot(adapter, listener, server, session)


async def test_a_press_is_a_command_of_whoever_pressed_and_quotes_the_card(robot):
    number, body = await robot.shows(new())
    assert number == f"card:{body['template_card']['task_id']}"
    await robot.session.presses("20002", body["template_card"], "接单")
    pressed = await robot.listener.next()
    assert isinstance(pressed, Incoming)
    assert (pressed.room, pressed.sender, pressed.sender_name) == (GROUP, "wecom:20002", "老张")
    assert (pressed.command, pressed.text, pressed.quotes) == ("接单 1001", "", number)
    await robot.session.presses("20002", body["template_card"], "接单", chat=None)
    assert (await robot.listener.next()).room == "wecom:private:20002"


async def test_a_press_told_of_again_has_the_same_id(robot):
    _, body = await robot.shows(new())
    for _ in range(2):
        await robot.session.presses("20002", body["template_card"], "接单", at="77")
    first, second = await robot.listener.next(), await robot.listener.next()
    assert first.message_id == second.message_id


async def test_a_card_that_was_just_pressed_is_changed_for_everybody(robot):
    number, body = await robot.shows(new())
    assert not robot.adapter.can_change(number)
    pressed = await robot.session.presses("20002", body["template_card"], "接单")
    await robot.listener.next()
    assert robot.adapter.can_change(number)
    assert await robot.adapter.send(changed(number)) == number
    assert not robot.adapter.can_change(number)
    frame = await robot.session.next_sent()
    assert (frame["cmd"], frame["headers"]["req_id"]) == ("aibot_respond_update_msg", pressed)
    assert card_shown(frame["body"]["template_card"]) == "🆕 1001\n小李 负责\n[进度]"
    assert frame["body"]["template_card"]["task_id"] == body["template_card"]["task_id"]
    assert "userids" not in frame["body"]


async def test_five_seconds_after_a_press_the_card_stays_as_it_is_and_nothing_is_lost(robot, clock):
    number, body = await robot.shows(new())
    await robot.session.presses("20002", body["template_card"], "接单")
    await robot.listener.next()
    clock.advance(5)
    assert not robot.adapter.can_change(number)
    assert await robot.adapter.send(changed(number)) == number
    assert await robot.adapter.send(changed("aibot_send_msg_1")) == "aibot_send_msg_1"
    _, said = await robot.shows(Outgoing("z", GROUP, "1001 由 小李 接单"))
    assert said_in(said) == "1001 由 小李 接单"


async def test_a_change_that_is_refused_costs_nothing(robot):
    number, body = await robot.shows(new())
    await robot.session.presses("20002", body["template_card"], "接单")
    await robot.listener.next()
    robot.session.presses_open.clear()
    assert await robot.adapter.send(changed(number)) == number


async def test_an_answer_to_a_message_may_be_a_card(robot):
    await robot.session.says("20001", "@小首 打不开")
    question = await robot.listener.next()
    await robot.adapter.send(new(quotes=question.message_id))
    frame = await robot.session.next_sent()
    assert (frame["cmd"], frame["body"]["msgtype"]) == ("aibot_respond_msg", "template_card")


async def test_a_refused_card_is_said_as_text(robot):
    robot.server.refuses_cards = True
    number = await robot.adapter.send(new())
    frames = [await robot.session.next_sent() for _ in range(2)]
    assert [frame["body"]["msgtype"] for frame in frames] == ["template_card", "markdown"]
    assert not number.startswith("card:")


async def test_whom_a_card_names_is_called_behind_it(robot):
    called = Mention("老张", "wecom:20002")
    number = await robot.adapter.send(new(text="⏳ 1026 @老张", mentions=(called,)))
    card, call = [(await robot.session.next_sent())["body"] for _ in range(2)]
    assert (number, card_shown(card["template_card"])) == (
        f"card:{card['template_card']['task_id']}",
        "⏳ 1026 @老张\n[接单]",
    )
    assert said_in(call) == "<@20002>"


async def test_a_call_that_fails_is_made_again_without_a_second_card(robot):
    called = Mention("老张", "wecom:20002")
    message = new(text="⏳ 1026 @老张", mentions=(called,))
    busy = {"errcode": 45009, "errmsg": "freq"}
    robot.server.acknowledge = lambda frame: (
        busy if frame["body"]["msgtype"] == "markdown" else {"errcode": 0}
    )
    with pytest.raises(DeliveryFailed) as failed:
        await robot.adapter.send(message)
    assert failed.value.retry_after == timedelta(minutes=1)
    robot.server.acknowledge = None
    await robot.adapter.send(message)
    kinds = [(await robot.session.next_sent())["body"]["msgtype"] for _ in range(3)]
    assert kinds == ["template_card", "markdown", "markdown"]


async def test_a_card_that_may_have_arrived_is_not_shown_twice(robot, clock):
    robot.server.acknowledge = lambda _: {}
    sending = asyncio.create_task(robot.adapter.send(new()))
    frame = await robot.session.next_sent()
    await clock.slept(1)
    clock.advance(6)
    with pytest.raises(DeliveryFailed) as failed:
        await asyncio.wait_for(sending, 10)
    assert failed.value.is_unknown
    robot.server.acknowledge = None
    robot.server.tasks.add(frame["body"]["template_card"]["task_id"])  # it had arrived
    assert (await robot.adapter.send(new())).startswith("card:")


async def test_without_cards_what_to_type_stands_in_the_text(wecom):
    for kind in ("wecom-aibot", "wecom-app"):
        can = wecom(kind, cards=False).capabilities
        assert (can.has_buttons, can.can_edit) == (False, False)


async def test_a_file_goes_up_in_pieces_and_is_shown(robot):
    content = bytes(range(256)) * 3000  # more than one piece
    number = await robot.adapter.send_file(new("f"), File("育才-6月巡检.xlsx", content))
    frames = [await robot.session.next_sent() for _ in range(5)]
    assert [frame["cmd"].rpartition("_")[2] for frame in frames] == [
        "init",
        "chunk",
        "chunk",
        "finish",
        "msg",
    ]
    assert robot.server.files == {"media-0": ("育才-6月巡检.xlsx", content)}
    assert frames[-1]["body"] == {"chatid": "123456", "msgtype": "file", "file": {"media_id": "media-0"}}
    assert number == frames[-1]["headers"]["req_id"]


# --- The published SDK --------------------------------------------------------------------------------------------


async def test_a_published_sdk_sends_presses_changes_and_uploads_in_the_same_frames(wecom, host, listen):
    """The SDK, which is not ours, and our adapter do the same things against the same server."""
    server = AibotServer()
    url = (await host(server.handle)).replace("http", "ws")
    card = cards.card(new(), cards.number_of(new()))
    after = cards.card(changed(""), cards.number_of(new()))
    client, pressed = (
        WSClient(BOT_ID, BOT_SECRET, ws_url=url, logger=Quiet(), ws_options={"proxy": None}),
        asyncio.Queue(),
    )
    client.on("event.template_card_event", pressed.put_nowait)
    await client.connect()
    session = await server.next_session()
    async with asyncio.timeout(10):
        await client.send_message("123456", {"msgtype": "template_card", "template_card": card})
        await session.presses("20002", card, "接单")
        frame = await pressed.get()
        assert frame["body"]["event"]["template_card_event"]["event_key"] == "接单 1001"
        await client.update_template_card(frame, after)
        media = await client.upload_media(b"PK", type="file", filename="a.xlsx")
        await client.send_media_message("123456", "file", media["media_id"])
        theirs = [await session.next_sent() for _ in range(6)]
    await client.disconnect()
    await session.over()

    server.tasks.clear()
    adapter = wecom("wecom-aibot", url=url)
    listener = listen(adapter)
    session = await server.next_session()
    await session.says("20001", "@小首 到")
    await listener.next()
    number = await adapter.send(new())
    await session.presses("20002", card, "接单")
    await listener.next()
    await adapter.send(changed(number))
    await adapter.send_file(new("f"), File("a.xlsx", b"PK"))
    ours = [await session.next_sent() for _ in range(6)]
    assert [_plain(frame) for frame in ours] == [_plain(frame) for frame in theirs]


def _plain(frame: dict[str, Any]) -> Any:
    body = {**frame["body"]}
    for key in ("upload_id",):
        body.pop(key, None)
    if "file" in body:
        body["file"] = sorted(body["file"])
    return frame["cmd"], sorted(frame), body


# --- The robot that is called back --------------------------------------------------------------------------------


async def test_a_robot_that_is_called_back_answers_with_a_card_and_changes_it_in_its_answer(
    wecom_callback_platform,
):
    it = wecom_callback_platform
    await it.says("王老师", "打印机坏了")
    question = await it.listener.next()
    number = await it.adapter.send(new(quotes=question.message_id))
    card = (await it.api.next_posted()).body["template_card"]
    pressing = asyncio.create_task(it.sender.aibot_presses("20002", card, "接单", url=f"{it.base}/answer"))
    pressed = await it.listener.next()
    assert (pressed.command, pressed.quotes) == ("接单 1001", number)
    assert it.adapter.can_change(number)
    assert await it.adapter.send(changed(number)) == number
    status, answer = await asyncio.wait_for(pressing, 10)
    assert (status, answer["response_type"]) == (200, "update_template_card")
    assert card_shown(answer["template_card"]) == "🆕 1001\n小李 负责\n[进度]"
    await it.adapter.send(Outgoing("z", GROUP, "1001 由 老张 接单"))
    assert said_in((await it.api.next_posted()).body) == "1001 由 老张 接单"


async def test_a_press_that_changes_nothing_is_answered_with_nothing(wecom_callback_platform):
    it = wecom_callback_platform
    it.adapter.changes.within = 0.01
    card = cards.card(new(), "n1")
    assert await it.sender.aibot_presses("20002", card, "接单") == (200, None)
    assert await it.adapter.send(changed("card:n1")) == "card:n1"


async def test_nobody_waits_any_more_for_a_press_that_was_not_saved(wecom_callback_platform):
    it = wecom_callback_platform
    it.listener.saves = False
    it.adapter._callbacks.save_within = 0.01
    assert (await it.sender.aibot_presses("20002", cards.card(new(), "n2"), "接单"))[0] == 503
    assert not it.adapter.can_change("card:n2")


async def test_a_press_that_took_its_time_to_be_saved_is_answered_at_once(wecom_callback_platform):
    it = wecom_callback_platform
    receipt = Receipt()
    it.adapter.changes.pressed(receipt, "n1")
    it.adapter.changes.within = 60.0
    async with asyncio.timeout(10):
        assert (await it.adapter.changes.answer(receipt, -0.5)).body is None
    assert not it.adapter.can_change("card:n1")


async def test_a_refused_card_is_said_as_text_through_the_same_address(wecom_callback_platform):
    it = wecom_callback_platform
    it.api.refuses_cards = True
    await it.says("王老师", "打印机坏了")
    await it.listener.next()
    await it.adapter.send(new())
    assert "打印机坏了" in said_in((await it.api.next_posted()).body)


# --- The application ----------------------------------------------------------------------------------------------


async def test_a_card_of_the_application_is_changed_once_and_once_more_after_a_press(wecom_app_platform):
    it = wecom_app_platform
    number = await it.adapter.send(new(room=ALONE))
    sent = (await it.api.next_posted()).body
    assert (sent["touser"], sent["agentid"], card_shown(sent["template_card"])) == (
        "20001",
        218,
        f"{TEXT}\n[接单]",
    )
    assert await it.adapter.send(changed(number, ALONE)) == number
    first = (await it.api.next_posted()).body
    assert not it.adapter.can_change(number)
    assert (first["userids"], first["agentid"]) == (["20001"], 218)
    assert await it.adapter.send(changed(number, ALONE)) == number  # no code is left: it stays
    code = it.api.code_for(sent["template_card"]["task_id"])
    assert await it.sender.app_presses("20001", sent["template_card"], "接单", code) == 200
    pressed = await it.listener.next()
    assert it.adapter.can_change(number)
    assert (pressed.room, pressed.command, pressed.quotes) == (ALONE, "接单 1001", number)
    await it.adapter.send(changed(number, ALONE))
    assert (await it.api.next_posted()).body["response_code"] == code


async def test_a_refused_card_of_the_application_is_said_as_text(wecom_app_platform):
    it = wecom_app_platform
    it.api.refuses_cards = True
    await it.adapter.send(new(room=ALONE))
    assert (await it.api.next_posted()).body["text"]["content"] == TEXT


async def test_a_card_of_the_application_that_may_have_arrived_is_not_shown_twice(wecom_app_platform):
    it = wecom_app_platform
    it.api.answers = ["arrives, hangs up"]
    with pytest.raises(DeliveryFailed) as failed:
        await it.adapter.send(new(room=ALONE))
    assert failed.value.is_unknown
    task = (await it.api.next_posted()).body["template_card"]["task_id"]
    it.api.code_for(task)
    assert await it.adapter.send(new(room=ALONE)) == f"card:{task}"


async def test_an_enterprise_that_says_its_accounts_has_them_counted(wecom):
    assert [quota.most for quota in wecom("wecom-app", accounts=50).capabilities.quotas] == [1000, 10_000]
    assert [quota.most for quota in wecom("wecom-app").capabilities.quotas] == [1000]
