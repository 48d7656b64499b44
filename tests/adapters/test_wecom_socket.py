"""The long connection of an intelligent robot: logged in, kept alive, lost, taken over, and what is sent through it."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from adapters.contract import Connects, DeliveryFailed, Examines, File, Outgoing, TakesCallbacks
from adapters.wecom.aibot import Settings, SocketAdapter
from tests.adapters.wecom_peers import BOT_ID, BOT_SECRET, AibotServer

pytestmark = pytest.mark.asyncio

GROUP = "wecom:group:123456"
A_MOMENT = timedelta(seconds=1.25)  # before the first new attempt, with the jitter of these tests


def say(text: str, **more) -> Outgoing:
    return Outgoing(key=f"key of {text}", room=GROUP, text=text, **more)


class Robot:
    """An adapter that is being read, beside the server it connects to."""

    def __init__(self, adapter, listener, server, clock) -> None:
        self.adapter = adapter
        self.listener = listener
        self.server = server
        self.clock = clock

    async def session(self):
        """Wait for a connection on which both sides know that the login was accepted."""
        session = await self.server.next_session()
        await session.says("20001", "@小首 到")
        assert (await self.listener.next()).text == "到"
        assert self.adapter.is_connected
        return session

    async def pass_seconds(self, seconds: int) -> None:
        """Let time pass second by second, each to its end."""
        for _ in range(seconds):
            begun = len(self.clock.lengths)
            self.clock.advance(1)
            await self.clock.slept(begun + 1)

    async def reconnects(self, *, after: timedelta) -> None:
        """Check how long it waits before it connects again, and let that time pass."""
        waits = await self.clock.slept(1, at_least=after)
        assert set(waits) == {after}
        self.clock.advance(after.total_seconds())


@pytest.fixture
def robot(surroundings, host, listen, clock):
    """Return a function that starts a robot against a server."""

    async def started(server: AibotServer | None = None, **keys) -> Robot:
        server = server or AibotServer()
        url = (await host(server.handle)).replace("http", "ws")
        settings = Settings(url=url, **{"bot_id": BOT_ID, "secret": BOT_SECRET, **keys})
        adapter = SocketAdapter(settings, surroundings("wecom"), jitter=lambda: 0.5)
        return Robot(adapter, listen(adapter), server, clock)

    return started


async def test_the_first_frame_is_the_login(robot):
    it = await robot()
    await it.session()
    [login] = it.server.logins
    assert login["cmd"] == "aibot_subscribe"
    assert login["headers"]["req_id"].startswith("aibot_subscribe")
    assert login["body"] == {"bot_id": BOT_ID, "secret": BOT_SECRET}


async def test_it_has_the_powers_of_a_long_connection(wecom):
    adapter = wecom("wecom-aibot")
    assert isinstance(adapter, Connects)
    assert isinstance(adapter, Examines)
    assert not isinstance(adapter, TakesCallbacks)
    assert not adapter.is_connected
    can = adapter.capabilities
    assert (can.can_push, can.sees_all_messages, can.per_minute_room) == (True, False, 30)
    assert (can.max_length, can.length_unit) == (20_480, "bytes")


async def test_a_refused_login_is_not_tried_again_at_once(robot):
    it = await robot(secret="wrong")
    await it.reconnects(after=timedelta(seconds=30))
    async with asyncio.timeout(10):
        assert [await it.server.attempts.get() for _ in range(2)] == [0, 1]
    assert not it.adapter.is_connected


async def test_a_login_without_an_answer_is_given_up(robot):
    it = await robot(AibotServer(answers_login=False))
    await it.clock.slept(1)
    it.clock.advance(10)
    await it.reconnects(after=A_MOMENT)
    async with asyncio.timeout(10):
        assert [await it.server.attempts.get() for _ in range(2)] == [0, 1]
    assert not it.adapter.is_connected


async def test_a_ping_every_thirty_seconds_keeps_the_connection(robot):
    it = await robot()
    session = await it.session()
    for _ in range(4):
        await it.pass_seconds(30)
        assert (await session.next_ping()).startswith("ping")
        await session.says("20001", "@小首 又来")  # behind the answer to the ping
        assert (await it.listener.next()).text == "又来"
    assert len(it.server.logins) == 1


async def test_two_pings_without_an_answer_end_the_connection(robot):
    it = await robot()
    session = await it.session()
    session.answers_pings = False
    await it.pass_seconds(60)
    assert [await session.next_ping() for _ in range(2)]
    assert it.adapter.is_connected
    await it.pass_seconds(29)
    it.clock.advance(1)
    await session.over()
    assert not it.adapter.is_connected
    assert session.pings.empty()


async def test_a_day_without_a_word_renews_the_connection(robot):
    it = await robot()
    session = await it.session()
    it.clock.advance(24 * 3600)
    await session.over()
    await it.clock.slept(1, at_least=A_MOMENT)


async def test_whoever_is_thrown_out_waits_for_long(robot):
    it = await robot()
    session = await it.session()
    await session.tells(
        "aibot_event_callback", "e-1", {"msgtype": "event", "event": {"eventtype": "disconnected_event"}}
    )
    await session.over()
    with pytest.raises(DeliveryFailed) as failed:
        await it.adapter.send(say("在"))
    assert failed.value.retry_after
    assert not failed.value.is_unknown
    await it.reconnects(after=timedelta(minutes=5))
    await it.session()


@pytest.mark.parametrize("how", ["before", "on its way", "after"])
async def test_a_peer_that_is_killed_again_and_again_loses_and_doubles_nothing(robot, how, kills):
    """What was said is heard once; what the bot says is shown, and shown twice only with a mark."""
    it = await robot()
    shown: list[str] = []
    heard: list[str] = []

    def acknowledge(frame: dict) -> dict | None:
        shown.append(frame["body"]["markdown"]["content"])
        return None if how == "on its way" and dying else {"errcode": 0, "errmsg": "ok"}

    it.server.acknowledge = acknowledge
    dying = False
    for number in range(kills):
        session = await it.server.next_session()
        await session.says("20001", f"@小首 第 {number} 句", msgid=f"m{number}")
        heard.append((await it.listener.next()).text)
        dying = True
        if how == "before":
            await _killed(it, session)
        sending = asyncio.create_task(it.adapter.send(say(f"第 {number} 条")))
        if how != "before":
            await session.next_sent()
        if how == "after":
            assert await asyncio.wait_for(sending, 10)
        if how != "before":
            await _killed(it, session)
        if how != "after":
            with pytest.raises(DeliveryFailed) as failed:
                await asyncio.wait_for(sending, 10)
            assert failed.value.retry_after
            assert failed.value.is_unknown is (how == "on its way")
        dying = False
        it.clock.advance(61)
        if how != "after":  # as the outbox does
            mark = "（重发）" if failed.value.is_unknown else ""
            session = await it.session()
            await asyncio.wait_for(it.adapter.send(say(f"{mark}第 {number} 条")), 10)
            await session.next_sent()
            await _killed(it, session)
            it.clock.advance(61)
    assert heard == [f"第 {number} 句" for number in range(kills)]
    assert len(shown) == len(set(shown))
    for number in range(kills):
        texts = {f"第 {number} 条", f"（重发）第 {number} 条"}
        assert len(texts & set(shown)) == (2 if how == "on its way" else 1)


async def _killed(it, session) -> None:
    """Lose the connection without a word, and wait until both sides know."""
    begun = len(it.clock.lengths)
    session.socket._req.transport.abort()
    await session.over()
    await it.clock.slept(begun + 1)


async def test_a_redelivered_message_has_the_same_id(robot):
    it = await robot()
    session = await it.session()
    for _ in range(4):
        await session.says("20001", "@小首 打不开", msgid="CAIQ-same")
    assert {(await it.listener.next()).message_id for _ in range(4)} == {"CAIQ-same"}


@pytest.mark.parametrize(
    "frame",
    [
        "not json",
        "[]",
        "{}",
        '{"cmd": "aibot_new_thing", "headers": {"req_id": "x"}, "body": {}}',
        '{"cmd": "aibot_msg_callback", "headers": {"req_id": "x"}, "body": 7}',
        '{"cmd": "aibot_msg_callback"}',
        '{"cmd": "aibot_event_callback", "body": {"event": {"eventtype": "enter_chat"}}}',
        '{"cmd": 7, "headers": {"req_id": 7}}',
        '{"headers": {"req_id": "nobody asked"}, "errcode": 0}',
        '{"headers": null, "errcode": "x"}',
        b"\x00\x01",
    ],
)
async def test_an_odd_frame_costs_nothing_but_itself(robot, frame):
    it = await robot()
    session = await it.session()
    await (session.socket.send_bytes(frame) if isinstance(frame, bytes) else session.socket.send_str(frame))
    await session.says("20001", "@小首 还在吗")
    assert (await it.listener.next()).text == "还在吗"
    assert len(it.server.logins) == 1


async def test_what_somebody_pasted_stands_in_a_frame_as_it_is_and_is_heard(robot):
    it = await robot()
    session = await it.session()
    body = {
        "msgid": "m",
        "chattype": "single",
        "from": {"userid": "20001"},
        "msgtype": "text",
        "text": {"content": "第一行|第二行"},
    }
    frame = {"cmd": "aibot_msg_callback", "headers": {"req_id": "r"}, "body": body}
    await session.socket.send_str(json.dumps(frame, ensure_ascii=False).replace("|", "\x0b"))
    assert (await it.listener.next()).text == "第一行 第二行"


async def test_an_answer_goes_through_the_message_it_answers_but_only_once(robot):
    it = await robot()
    session = await it.session()
    number = await session.says("20001", "@小首 打不开")
    await it.listener.next()
    first = await it.adapter.send(say("重启", quotes=number))
    frame = await session.next_sent()
    assert frame["cmd"] == "aibot_respond_msg"
    assert session.chats[frame["headers"]["req_id"]] == "123456"
    assert frame["body"]["msgtype"] == "stream"
    assert frame["body"]["stream"]["finish"] is True
    assert frame["body"]["stream"]["content"] == "重启"
    second = await it.adapter.send(say("再重启", quotes=number))
    assert (await session.next_sent())["cmd"] == "aibot_send_msg"
    assert first != second


async def test_an_answer_that_comes_late_or_elsewhere_is_pushed(robot):
    it = await robot()
    session = await it.session()
    late = await session.says("20001", "@小首 一")
    await it.listener.next()
    elsewhere = await session.says("20001", "二", chat=None)
    await it.listener.next()
    it.clock.advance(300)
    await it.adapter.send(say("晚了", quotes=late))
    assert (await session.next_sent())["cmd"] == "aibot_send_msg"
    await it.adapter.send(say("别处", quotes=elsewhere))
    assert (await session.next_sent())["cmd"] == "aibot_send_msg"


@pytest.mark.parametrize("errcode", [846605, 846608])
async def test_an_answer_that_the_platform_finds_too_late_is_pushed(robot, errcode):
    it = await robot()
    session = await it.session()
    it.server.acknowledge = lambda frame: {
        "errcode": errcode if frame["cmd"] == "aibot_respond_msg" else 0,
        "errmsg": "",
    }
    number = await session.says("20001", "@小首 打不开")
    await it.listener.next()
    assert await it.adapter.send(say("重启", quotes=number))
    assert [(await session.next_sent())["cmd"] for _ in range(2)] == ["aibot_respond_msg", "aibot_send_msg"]


async def test_a_message_of_an_earlier_connection_is_answered_by_a_push(robot):
    it = await robot()
    session = await it.session()
    number = await session.says("20001", "@小首 打不开")
    await it.listener.next()
    await session.socket.close()
    await session.over()
    await it.reconnects(after=A_MOMENT)
    session = await it.session()
    await it.adapter.send(say("重启", quotes=number))
    assert (await session.next_sent())["cmd"] == "aibot_send_msg"


async def test_a_quote_of_what_the_bot_said_names_it(robot):
    it = await robot()
    session = await it.session()
    number = await it.adapter.send(say("⏳ 1026 *还没人接*"))
    quote = {"msgtype": "text", "text": {"content": "⏳ 1026 *还没人接*"}}
    await session.says("20002", "@小首 我来", quote=quote)
    assert (await it.listener.next()).quotes == number


@pytest.mark.parametrize(
    ("errcode", "retry_after"),
    [(45009, timedelta(minutes=1)), (-1, timedelta(seconds=5)), (40058, None), (40008, None), (99999, None)],
)
async def test_a_refusal_says_whether_to_try_again(robot, errcode, retry_after):
    it = await robot()
    await it.session()
    it.server.acknowledge = lambda _: {"errcode": errcode, "errmsg": "no"}
    with pytest.raises(DeliveryFailed) as failed:
        await it.adapter.send(say("在"))
    assert (failed.value.retry_after, failed.value.is_unknown) == (retry_after, False)


async def test_an_acknowledgement_that_says_nothing_leaves_it_unknown(robot):
    it = await robot()
    await it.session()
    it.server.acknowledge = lambda _: {"errmsg": "?"}
    with pytest.raises(DeliveryFailed) as failed:
        await it.adapter.send(say("在"))
    assert failed.value.is_unknown


async def test_no_acknowledgement_in_five_seconds_leaves_it_unknown(robot):
    it = await robot()
    session = await it.session()
    it.server.acknowledge = lambda _: None
    sending = asyncio.create_task(it.adapter.send(say("在")))
    await session.next_sent()
    await it.pass_seconds(4)
    assert not sending.done()
    await it.pass_seconds(1)
    with pytest.raises(DeliveryFailed) as failed:
        await asyncio.wait_for(sending, 10)
    assert failed.value.is_unknown
    assert failed.value.retry_after
    it.server.acknowledge = None
    assert await it.adapter.send(say("再说"))


async def test_a_piece_of_a_file_has_more_time_to_go_up(robot):
    it = await robot()
    session = await it.session()
    it.server.acknowledge = lambda _: None
    sending = asyncio.create_task(it.adapter.send_file(say("f"), File("a.pdf", b"%PDF")))
    begun = await session.next_sent()
    await session.socket.send_json(
        {"headers": begun["headers"], "errcode": 0, "errmsg": "ok", "body": {"upload_id": "u"}}
    )
    assert (await session.next_sent())["cmd"] == "aibot_upload_media_chunk"
    await it.pass_seconds(20)
    assert not sending.done()
    await it.pass_seconds(10)
    with pytest.raises(DeliveryFailed):
        await asyncio.wait_for(sending, 10)


async def test_a_connection_lost_before_the_acknowledgement_leaves_it_unknown(robot):
    it = await robot()
    session = await it.session()
    it.server.acknowledge = lambda _: None
    sending = asyncio.create_task(it.adapter.send(say("在")))
    await session.next_sent()
    session.socket._req.transport.abort()
    with pytest.raises(DeliveryFailed) as failed:
        await asyncio.wait_for(sending, 10)
    assert failed.value.is_unknown


async def test_a_platform_that_forgot_the_login_is_logged_in_to_again(robot):
    it = await robot()
    session = await it.session()
    it.server.acknowledge = lambda _: {"errcode": 846609, "errmsg": "not subscribed"}
    with pytest.raises(DeliveryFailed) as failed:
        await it.adapter.send(say("在"))
    assert failed.value.retry_after
    await session.over()
    it.server.acknowledge = None
    await it.reconnects(after=A_MOMENT)
    await it.session()
    assert await it.adapter.send(say("在"))


async def test_frames_of_one_message_wait_for_each_other(robot):
    it = await robot()
    session = await it.session()
    it.server.acknowledge = lambda _: None
    link = it.adapter._link
    asked = [
        asyncio.create_task(link.request("aibot_respond_msg", {"msgtype": "stream", "n": n}, "req-1"))
        for n in (1, 2)
    ]
    assert (await session.next_sent())["body"]["n"] == 1
    other = asyncio.create_task(link.request("aibot_send_msg", {"n": 3}, "req-2"))
    assert (await session.next_sent())["body"]["n"] == 3  # not kept back by the others
    assert session.sent.empty()
    for number in ("req-1", "req-2"):
        await session.socket.send_json({"headers": {"req_id": number}, "errcode": 0})
    assert (await session.next_sent())["body"]["n"] == 2
    await session.socket.send_json({"headers": {"req_id": "req-1"}, "errcode": 0})
    async with asyncio.timeout(10):
        assert [(await each).errcode for each in (*asked, other)] == [0, 0, 0]


async def test_a_text_longer_than_the_limit_arrives_in_parts(robot):
    it = await robot()
    session = await it.session()
    text = "第一句话。" * 3000
    await it.adapter.send(say(text))
    parts = [(await session.next_sent())["body"]["markdown"]["content"] for _ in range(3)]
    assert "".join(parts) == text
    assert all(len(part.encode()) <= 20_480 for part in parts)
    assert session.sent.empty()


async def test_ten_thousand_messages_at_once_all_arrive(robot):
    it = await robot()
    session = await it.session()
    frame = {
        "msgid": "",
        "chattype": "single",
        "from": {"userid": "20001"},
        "msgtype": "text",
        "text": {"content": "x"},
    }
    for number in range(10_000):
        frame["msgid"] = f"m{number}"
        await session.socket.send_str(
            json.dumps({"cmd": "aibot_msg_callback", "headers": {"req_id": f"r{number}"}, "body": frame})
        )
    async with asyncio.timeout(60):
        assert [(await it.listener.next()).message_id for _ in range(10_000)] == [
            f"m{number}" for number in range(10_000)
        ]
    assert len(it.adapter._sending.replies._open) <= 5000
