"""A OneBot adapter and its peer over real sockets: who gets in, what gets lost, who comes back."""

from __future__ import annotations

import asyncio
import json
import socket
from datetime import timedelta

import aiohttp
import pytest
from nonebot.adapters.onebot.v11 import Message, MessageSegment
from structlog.testing import capture_logs
from websockets.exceptions import InvalidStatus

from adapters.contract import DeliveryFailed, Mention, Outgoing, RoomKind

pytestmark = pytest.mark.asyncio

LONGER_THAN_A_WATCH = timedelta(seconds=1, milliseconds=1)  # tells waits for a reconnect from the link's own


def outgoing(text: str = "你好", **more) -> Outgoing:
    return Outgoing(key=text, room="qq:group:123456", text=text, **more)


async def until(is_so) -> None:
    """Let the event loop work until something is so that nothing announces."""
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0)


def actions(logs) -> list[str]:
    return [entry["action"] for entry in logs]


# --- reverse: who gets in ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("token", "status"), [("", 401), ("inc0rrect", 403)])
async def test_without_the_token_the_upgrade_is_refused_and_no_token_is_logged(
    onebot, serve, qq_peer, token, status
):
    url = await serve(onebot(access_token="s3cret").handle)
    with capture_logs() as logs, pytest.raises(InvalidStatus) as refused:
        await qq_peer(url, token=token)
    assert refused.value.response.status_code == status
    assert actions(logs) == ["onebot_refused"]
    assert "s3cret" not in str(logs)
    assert "inc0rrect" not in str(logs)


async def test_the_token_may_come_in_the_address(onebot, serve, qq_peer, listen):
    adapter = onebot(access_token="s3cret")
    url = await serve(adapter.handle)
    peer = await qq_peer(f"{url}?access_token=s3cret")
    await peer.group_says(123456, 20001, "在吗")
    assert (await listen(adapter).next()).text == "在吗"


async def test_another_account_is_refused(onebot, serve, qq_peer):
    url = await serve(onebot(self_id="10001000").handle)
    with pytest.raises(InvalidStatus) as refused:
        await qq_peer(url, self_id=666)
    assert refused.value.response.status_code == 403


async def test_a_plain_request_is_told_what_is_expected(onebot, serve):
    url = await serve(onebot().handle)
    async with aiohttp.ClientSession() as session, session.get(url.replace("ws:", "http:")) as response:
        assert response.status == 426


async def test_a_forward_adapter_takes_no_connections(onebot, serve):
    url = await serve(onebot(mode="forward", url="ws://127.0.0.1:1/").handle)
    async with aiohttp.ClientSession() as session, session.get(url.replace("ws:", "http:")) as response:
        assert response.status == 404


async def test_a_closed_adapter_takes_no_connections(onebot, serve, qq_peer):
    adapter = onebot()
    url = await serve(adapter.handle)
    await adapter.close()
    with pytest.raises(InvalidStatus) as refused:
        await qq_peer(url)
    assert refused.value.response.status_code == 503


# --- reverse: an independent QQ side -------------------------------------------------------------------------------


async def test_a_conversation_with_nonebot_as_qq(onebot, serve, qq_peer, listen):
    adapter = onebot(access_token="s3cret", self_id="10001000")
    peer = await qq_peer(await serve(adapter.handle), token="s3cret")
    listener = listen(adapter)
    await peer.comes_alive()
    await peer.beats(30_000)
    words = Message(
        [
            MessageSegment.reply(5001),
            MessageSegment.at(peer.self_id),
            MessageSegment.text(" 转交 1024 "),
            MessageSegment.at(20002),
            MessageSegment.image("http://example.com/a.png"),
        ]
    )
    number = await peer.group_says(123456, 20001, words, card="王老师")
    heard = await listener.next()
    assert (heard.message_id, heard.sender_name, heard.quotes) == (str(number), "王老师", "5001")
    assert (heard.text, heard.is_addressed) == ("转交 1024 @老张", True)
    assert heard.mentions == (Mention("老张", "qq:20002"),)
    assert [attachment.kind for attachment in heard.attachments] == ["picture"]

    answer = outgoing("@老张 [CQ:at,qq=all]", mentions=heard.mentions, quotes=heard.message_id)
    delivered = await adapter.send(answer)
    sent = await peer.next_sent()
    assert int(delivered) < 0
    assert sent.group_id == 123456
    assert sent.message == Message(
        [MessageSegment.reply(number), MessageSegment.at(20002), MessageSegment.text(" [CQ:at,qq=all]")]
    )


async def test_the_string_form_and_private_messages(onebot, serve, qq_peer, listen):
    adapter = onebot()
    peer = await qq_peer(await serve(adapter.handle))
    listener = listen(adapter)
    await peer.group_says(123456, 20001, "a[b]&c,d", calls_bot=True, as_string=True)
    assert (await listener.next()).text == "a[b]&c,d"
    await peer.privately_says(20002, "在吗")
    heard = await listener.next()
    assert (heard.room, heard.room_kind, heard.is_addressed) == ("qq:private:20002", RoomKind.PRIVATE, True)
    await adapter.send(Outgoing(key="k", room=heard.room, text="在"))
    assert (await peer.next_sent()).user_id == 20002


async def test_answers_find_their_questions_out_of_order(onebot, serve, qq_peer):
    adapter = onebot()
    peer = await qq_peer(await serve(adapter.handle))
    held: list[dict] = []
    peer.answer = lambda call: held.append(call)
    sending = {text: asyncio.create_task(adapter.send(outgoing(text))) for text in ("一", "二", "三")}
    await until(lambda: len(held) == 3)
    assert len({call["echo"] for call in held}) == 3
    numbers = {}
    for number, call in enumerate(reversed(held), 100):
        numbers[call["params"]["message"][0]["data"]["text"]] = str(number)
        answer = {"status": "ok", "retcode": 0, "data": {"message_id": number}, "echo": call["echo"]}
        await peer.sends_raw(json.dumps(answer))
    assert {text: await asyncio.wait_for(task, 10) for text, task in sending.items()} == numbers


async def test_nonsense_is_logged_and_the_connection_stays(onebot, serve, qq_peer, listen):
    adapter = onebot()
    peer = await qq_peer(await serve(adapter.handle))
    listener = listen(adapter)
    nonsense = [
        "{",
        "[]",
        '{"post_type":1}',
        '{"post_type":"message","message":7}',
        b"\x00\x01",
        '"' + "x" * (2 << 20) + '"',
    ]
    with capture_logs() as logs:
        for frame in nonsense:
            await peer.sends_raw(frame)
        await peer.sends_raw('{"status":"ok","retcode":0,"echo":"nobody asked"}')
        await peer.sends_raw('{"post_type":"notice","notice_type":"essence","user_id":1,"message_id":2}')
        await peer.group_says(123456, 20001, "还在")
        assert (await listener.next()).text == "还在"
    assert actions(logs).count("onebot_frame_ignored") == len(nonsense)
    assert "onebot_event_ignored" in actions(logs)


async def test_a_message_of_another_account_on_the_same_connection_is_ignored(onebot, serve, qq_peer, listen):
    adapter = onebot(mode="reverse", self_id="10001000")
    peer = await qq_peer(await serve(adapter.handle))
    peer.self_id = 666
    await peer.group_says(123456, 20001, "给别人的")
    peer.self_id = 10001000
    await peer.group_says(123456, 20001, "给我的")
    assert (await listen(adapter).next()).text == "给我的"


# --- reverse: what gets lost ---------------------------------------------------------------------------------------


async def test_without_a_connection_a_message_may_be_sent_a_little_later(onebot, clock):
    sending = asyncio.create_task(onebot().send(outgoing()))
    await clock.slept(1)
    clock.advance(5.0)
    with pytest.raises(DeliveryFailed) as failed:
        await asyncio.wait_for(sending, 10)
    assert failed.value.retry_after is not None
    assert timedelta(seconds=1) <= failed.value.retry_after <= timedelta(seconds=10)
    assert not failed.value.is_unknown


async def test_a_message_waits_for_a_connection_that_comes_soon(onebot, serve, qq_peer, clock):
    adapter = onebot()
    sending = asyncio.create_task(adapter.send(outgoing()))
    await clock.slept(1)
    peer = await qq_peer(await serve(adapter.handle))
    assert (await peer.next_sent()).text == "你好"
    assert await asyncio.wait_for(sending, 10)


async def test_a_refusal_carries_the_words_of_qq(onebot, serve, qq_peer):
    adapter = onebot()
    peer = await qq_peer(await serve(adapter.handle))
    peer.answer = lambda _: {"status": "failed", "retcode": 100, "data": None, "wording": "你已被移出该群"}
    with pytest.raises(DeliveryFailed, match="你已被移出该群") as failed:
        await adapter.send(outgoing())
    assert failed.value.retry_after is None
    assert not failed.value.is_unknown


async def test_when_the_peer_is_cut_what_was_under_way_is_unknown_and_it_may_come_back(
    onebot, serve, qq_peer
):
    adapter = onebot()
    url = await serve(adapter.handle)
    peer = await qq_peer(url)
    peer.answer = lambda _: None
    sending = asyncio.create_task(adapter.send(outgoing()))
    await peer.next_sent()
    peer.is_cut()
    with pytest.raises(DeliveryFailed) as failed:
        await asyncio.wait_for(sending, 10)
    assert failed.value.is_unknown
    await until(lambda: not adapter._voices.links)

    again = await qq_peer(url)
    assert await adapter.send(outgoing("又好了"))
    assert (await again.next_sent()).text == "又好了"


async def test_an_answer_that_never_comes_is_unknown_after_the_time_out(onebot, serve, qq_peer, clock):
    adapter = onebot(api_timeout_seconds=15)
    peer = await qq_peer(await serve(adapter.handle))
    peer.answer = lambda _: None
    sending = asyncio.create_task(adapter.send(outgoing()))
    await peer.next_sent()
    for _ in range(14):
        await clock.slept(len(clock.lengths))
        clock.advance(1.0)
        await until(lambda: clock._sleepers)
    assert not sending.done()
    clock.advance(1.0)
    with pytest.raises(DeliveryFailed) as failed:
        await asyncio.wait_for(sending, 10)
    assert failed.value.is_unknown
    peer.answer = peer._ok
    assert await adapter.send(outgoing("还连着"))


async def test_a_silent_peer_is_cut_after_three_heartbeats(onebot, serve, qq_peer, listen, clock):
    adapter = onebot()
    peer = await qq_peer(await serve(adapter.handle))
    listener = listen(adapter)
    await peer.beats(5_000)
    await peer.group_says(123456, 20001, "在吗")
    await listener.next()
    await until(lambda: clock._sleepers)
    clock.advance(14.9)
    await until(lambda: clock._sleepers)
    assert await adapter.send(outgoing("还在"))  # its answer is a sign of life
    clock.advance(14.9)
    await until(lambda: clock._sleepers)
    assert adapter._voices.links
    with capture_logs() as logs:
        clock.advance(1.0)
        await peer.closed()
        await until(lambda: not adapter._voices.links)
    assert "onebot_cut" in actions(logs)


async def test_without_heartbeats_a_quiet_peer_is_asked_for_a_sign_of_life_and_stays(onebot, serve, clock):
    adapter = onebot(history_minutes=0)
    url = await serve(adapter.handle)
    async with aiohttp.ClientSession() as session, session.ws_connect(url, autoping=False) as peer:
        await until(lambda: clock._sleepers)
        clock.advance(61.0)
        assert (await peer.receive(10)).type is aiohttp.WSMsgType.PING
        await peer.pong()
        await peer.ping(b"are you there")  # answered in order, so the pong before it has been heard
        answer = await peer.receive(10)
        assert (answer.type, answer.data) == (aiohttp.WSMsgType.PONG, b"are you there")
        await until(lambda: clock._sleepers)
        clock.advance(59.0)
        await until(lambda: clock._sleepers)
        assert adapter._voices.links


async def test_without_heartbeats_a_peer_that_gives_no_sign_of_life_is_cut(onebot, serve, clock):
    adapter = onebot(history_minutes=0)
    url = await serve(adapter.handle)
    async with aiohttp.ClientSession() as session, session.ws_connect(url, autoping=False) as peer:
        await until(lambda: clock._sleepers)
        clock.advance(61.0)
        assert (await peer.receive(10)).type is aiohttp.WSMsgType.PING
        await until(lambda: clock._sleepers)
        clock.advance(30.0)
        assert (await peer.receive(10)).type is aiohttp.WSMsgType.CLOSED
        await until(lambda: not adapter._voices.links)


async def test_a_peer_that_does_not_read_is_cut_and_holds_up_nobody(onebot, serve, clock):
    adapter = onebot(api_timeout_seconds=5, history_minutes=0)
    url = await serve(adapter.handle)
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as deaf:
        transport = deaf._conn.transport
        assert transport is not None
        transport.pause_reading()
        await until(lambda: adapter._voices.links)
        part = outgoing("长" * 1_000_000)  # far larger than one that is split
        sending = [asyncio.create_task(adapter._sending.send(part)) for _ in range(10)]
        await until(lambda: clock._sleepers and not any(task.done() for task in sending))
        for _ in range(100):  # the buffers of the system fill
            await asyncio.sleep(0)
        with capture_logs() as logs:
            clock.advance(5.0)
            results = await asyncio.wait_for(asyncio.gather(*sending, return_exceptions=True), 10)
            await until(lambda: not adapter._voices.links)
        assert all(isinstance(result, DeliveryFailed) and result.is_unknown for result in results)
        assert "the peer does not read" in [entry.get("why") for entry in logs]
        transport.abort()


# --- reverse: several connections ----------------------------------------------------------------------------------


async def test_the_newest_connection_wins_and_the_end_of_an_old_one_removes_only_itself(
    onebot, serve, qq_peer, listen
):
    adapter = onebot(self_id="10001000")
    url = await serve(adapter.handle)
    listener = listen(adapter)
    older = await qq_peer(url)
    newer = await qq_peer(url)
    assert await older.closed() == 1001
    await older.close()
    assert await adapter.send(outgoing("给新的"))
    assert (await newer.next_sent()).text == "给新的"
    assert older.nothing_sent()
    await newer.group_says(123456, 20001, "从新的")
    assert (await listener.next()).text == "从新的"


async def test_what_was_under_way_on_a_replaced_connection_is_unknown(onebot, serve, qq_peer):
    adapter = onebot()
    url = await serve(adapter.handle)
    older = await qq_peer(url)
    older.answer = lambda _: None
    sending = asyncio.create_task(adapter.send(outgoing()))
    await older.next_sent()
    await qq_peer(url)
    with pytest.raises(DeliveryFailed) as failed:
        await asyncio.wait_for(sending, 10)
    assert failed.value.is_unknown


async def test_events_and_calls_may_have_connections_of_their_own(onebot, serve, qq_peer, listen, clock):
    adapter = onebot()
    url = await serve(adapter.handle)
    events = await qq_peer(url, role="Event")
    sending = asyncio.create_task(adapter.send(outgoing()))
    await clock.slept(1, at_least=timedelta(seconds=5))
    clock.advance(5.0)
    with pytest.raises(DeliveryFailed) as failed:
        await asyncio.wait_for(sending, 10)
    assert failed.value.retry_after is not None
    calls = await qq_peer(url, role="API")
    await events.group_says(123456, 20001, "在吗")
    assert (await listen(adapter).next()).text == "在吗"
    await adapter.send(outgoing("在"))
    assert (await calls.next_sent()).text == "在"
    assert events.nothing_sent()


# --- forward -------------------------------------------------------------------------------------------------------


async def test_forward_comes_back_after_the_server_cut_it(onebot_forward_platform, clock):
    platform = onebot_forward_platform
    transport = platform.socket._req.transport
    assert transport is not None
    transport.abort()
    assert await clock.slept(1, at_least=timedelta(seconds=1))
    await until(lambda: not platform.adapter._voices.links)
    clock.advance(1.0)
    platform.socket = await platform.server.next_connection()
    await platform.says("王老师", "又好了")
    assert (await platform.listener.next()).text == "又好了"


async def test_forward_waits_longer_each_time_and_starts_anew_after_a_healthy_minute(onebot, listen, clock):
    with socket.socket() as nobody:  # a port that is taken and refuses
        nobody.bind(("127.0.0.1", 0))
        listen(onebot(mode="forward", url=f"ws://127.0.0.1:{nobody.getsockname()[1]}/"))
        for times in range(1, 9):
            await clock.slept(times)
            clock.advance(60.0)
    assert [length.total_seconds() for length in clock.lengths[:8]] == [1, 2, 4, 8, 16, 32, 60, 60]


async def test_forward_counts_anew_after_a_connection_that_held_for_a_minute(onebot, serve, listen, clock):
    server = QQFailingFirst(failures=4)
    with capture_logs() as logs:
        listen(onebot(mode="forward", url=await serve(server.handle)))
        for times in range(1, 5):
            await clock.slept(times)
            clock.advance(8.0)
        await asyncio.wait_for(server.opened.wait(), 10)
        await clock.slept(5)  # the watch of the open connection
        clock.advance(60.0)
        server.close.set()
        await until(lambda: actions(logs).count("onebot_lost") == 5)
    waits = [entry["retry_seconds"] for entry in logs if entry["action"] == "onebot_lost"]
    assert waits == [1, 2, 4, 8, 1]


class QQFailingFirst:
    """A server that fails some upgrades and then holds one connection until told."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.attempts = 0
        self.opened = asyncio.Event()
        self.close = asyncio.Event()

    async def handle(self, request: aiohttp.web.Request) -> aiohttp.web.StreamResponse:
        self.attempts += 1
        if self.attempts <= self.failures:
            return aiohttp.web.Response(status=502)
        held = aiohttp.web.WebSocketResponse()
        await held.prepare(request)
        self.opened.set()
        await self.close.wait()
        await held.close()
        return held


@pytest.mark.parametrize(
    "refusal", [{}, {"refuses_in_frame": True}, {"refuses_in_frame": True, "closes_after_refusal": False}]
)
async def test_forward_with_a_wrong_token_waits_half_a_minute_and_says_so_loudly(
    onebot, serve, listen, clock, qq_server, refusal
):
    server = qq_server(token="right", **refusal)
    with capture_logs() as logs:
        listen(onebot(mode="forward", url=await serve(server.handle), access_token="wr0ng"))
        (delay, *_) = await clock.slept(1, at_least=LONGER_THAN_A_WATCH)
        assert delay >= timedelta(seconds=30)
        await until(lambda: "onebot_refused" in actions(logs))
    loud = [entry for entry in logs if entry["action"] == "onebot_refused"]
    assert [entry["log_level"] for entry in loud] == ["error"]
    assert "wr0ng" not in str(logs)
    assert server.attempts == 1


async def test_forward_closes_while_it_waits_to_connect(onebot, listen, clock):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        adapter = onebot(mode="forward", url=f"ws://127.0.0.1:{nobody.getsockname()[1]}/?access_token=s3cret")
        with capture_logs() as logs:
            listener = listen(adapter)
            await clock.slept(1)
            await adapter.close()
            await listener.ended()
        assert "onebot_lost" in actions(logs)
        assert "s3cret" not in str(logs)


# --- how fast -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "limit"), [({}, 20), ({"per_minute_room": 6}, 6), ({"per_minute_room": 0}, None)]
)
async def test_what_a_room_may_get_a_minute_is_a_setting(onebot, keys, limit):
    assert onebot(**keys).capabilities.per_minute_room == limit


@pytest.mark.parametrize(("keys", "limit"), [({}, 40), ({"per_minute": 9}, 9), ({"per_minute": 0}, None)])
async def test_what_all_rooms_may_get_a_minute_is_a_setting(onebot, keys, limit):
    """QQ restricts accounts that speak in many rooms within a second."""
    assert onebot(**keys).capabilities.per_minute == limit
