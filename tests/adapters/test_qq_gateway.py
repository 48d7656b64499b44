"""The QQ adapter and the gateway over real sockets: logging in, staying alive, and going on after a loss."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from adapters.contract import Outgoing
from adapters.inbox import Inbox
from adapters.qq.gateway import Unsuitable, start_of
from tests.adapters.qq_peers import SECRET

pytestmark = pytest.mark.asyncio

A_HEARTBEAT = 41.25


async def until(is_so) -> None:
    """Let the event loop work until something is so that nothing announces."""
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0)


def actions(logs) -> list[str]:
    return [entry["action"] for entry in logs]


async def says(platform, text: str, **more) -> str:
    return await platform.group_says("123456", "20001", text, name="王老师", **more)


async def waits(clock, times: int) -> timedelta:
    """Wait until the adapter waits before it connects again, for the so-many-th time; return for how long."""

    def reconnects() -> list[timedelta]:
        # With jitter 0 the first heartbeat comes after half an interval, the others after a whole one.
        beats = (timedelta(seconds=A_HEARTBEAT / 2), timedelta(seconds=A_HEARTBEAT))
        return [length for length in clock.lengths if length not in beats]

    await until(lambda: len(reconnects()) >= times)
    return reconnects()[times - 1]


async def test_it_logs_in_with_the_events_it_wants(qq_bot, qq_open, listen):
    adapter = qq_bot()
    assert not adapter.is_connected
    listener = listen(adapter)
    kind, data = await qq_open.next_login()
    assert kind == "identify"
    assert data == {
        "token": f"QQBot {qq_open.tokens[-1]}",
        "intents": 1 << 24 | 1 << 25 | 1 << 26,
        "shard": [0, 1],
        "properties": {},
    }
    await says(qq_open, "在吗")
    assert (await listener.next()).text == "在吗"
    assert adapter.is_connected


async def test_it_beats_with_the_last_number_and_goes_on_while_somebody_answers(
    qq_bot, qq_open, listen, clock
):
    adapter = qq_bot()
    listener = listen(adapter)
    await qq_open.was_ready(1)
    await says(qq_open, "一")
    await listener.next()
    await until(lambda: adapter._gateway._session.seq == 2)
    for seconds in (A_HEARTBEAT / 2, *[A_HEARTBEAT] * 5):
        sleeping = len(clock.lengths)
        clock.advance(seconds)
        async with asyncio.timeout(10):
            assert await qq_open.heartbeats.get() == 2
        await clock.slept(sleeping + 1)
        await until(lambda: adapter._gateway._line._missed == 0)
    assert adapter.is_connected


async def test_two_heartbeats_without_an_answer_end_the_connection(qq_bot, qq_open, listen, clock):
    adapter = qq_bot()
    listener = listen(adapter)
    await qq_open.was_ready(1)
    await says(qq_open, "一")
    await listener.next()
    qq_open.acks_heartbeats = False
    with capture_logs() as logs:
        for seconds in (A_HEARTBEAT / 2, A_HEARTBEAT, A_HEARTBEAT):
            sleeping = len(clock.lengths)
            clock.advance(seconds)
            await clock.slept(sleeping + 1)
        clock.advance((await waits(clock, 1)).total_seconds())
        await qq_open.was_ready(2)
    assert actions(logs)[:2] == ["qq_cut", "qq_lost"]
    assert [(await qq_open.next_login())[0] for _ in range(2)] == ["identify", "resume"]


async def test_what_was_said_meanwhile_is_heard_after_a_loss(qq_bot, qq_open, listen, clock):
    adapter = qq_bot()
    listener = listen(adapter)
    await qq_open.was_ready(1)
    await says(qq_open, "一")
    await listener.next()
    await until(lambda: adapter._gateway._session.seq == 2)
    qq_open.is_cut()
    await says(qq_open, "二")
    await says(qq_open, "三")
    assert await waits(clock, 1) == timedelta(seconds=1)
    assert not adapter.is_connected
    clock.advance(1)
    assert [(await listener.next()).text for _ in range(2)] == ["二", "三"]
    assert (await qq_open.next_login())[0] == "identify"
    kind, data = await qq_open.next_login()
    assert kind == "resume"
    assert data == {"token": f"QQBot {qq_open.tokens[-1]}", "session_id": qq_open.session.id, "seq": 2}


async def test_a_gateway_that_is_killed_again_and_again_loses_and_doubles_nothing(
    qq_bot, qq_open, listen, clock, kills
):
    listener = listen(qq_bot())
    await qq_open.was_ready(1)
    sent = []
    for death in range(kills):
        sent.append(await says(qq_open, f"前 {death}"))  # on its way when the connection dies
        qq_open.is_cut()
        sent.append(await says(qq_open, f"间 {death}"))  # while nobody is there
        clock.advance((await waits(clock, death + 1)).total_seconds())
        await qq_open.was_ready(death + 2)
        sent.append(await says(qq_open, f"后 {death}"))
    heard = []
    while len(set(heard)) < len(sent):
        heard.append((await listener.next()).message_id)
    # What was sent again is known by its id; in their order, nothing is missing.
    assert list(dict.fromkeys(heard)) == sent
    assert qq_open.logins.qsize() == kills + 1
    assert (await qq_open.next_login())[0] == "identify"
    assert {(await qq_open.next_login())[0] for _ in range(kills)} == {"resume"}


async def test_a_gateway_that_asks_for_it_gets_a_new_connection(qq_bot, qq_open, listen, clock):
    listener = listen(qq_bot())
    await qq_open.was_ready(1)
    await qq_open.session.socket.send_json({"op": 7, "d": None})
    clock.advance((await waits(clock, 1)).total_seconds())
    await qq_open.was_ready(2)
    assert [(await qq_open.next_login())[0] for _ in range(2)] == ["identify", "resume"]
    await says(qq_open, "在吗")
    assert (await listener.next()).text == "在吗"


async def test_an_invalid_session_begins_anew_after_two_seconds_at_least(qq_bot, qq_open, listen, clock):
    listen(qq_bot())
    await qq_open.was_ready(1)
    qq_open._sessions.clear()
    qq_open.is_cut()
    clock.advance((await waits(clock, 1)).total_seconds())
    delay = await waits(clock, 2)
    assert delay >= timedelta(seconds=2)
    clock.advance(delay.total_seconds())
    await qq_open.was_ready(2)
    assert [(await qq_open.next_login())[0] for _ in range(3)] == ["identify", "resume", "identify"]


@pytest.mark.parametrize(
    ("code", "then"),
    [(4008, "resume"), (4009, "resume"), (4006, "identify"), (4902, "identify"), (1000, "resume")],
)
async def test_close_codes_say_how_to_go_on(qq_bot, qq_open, listen, clock, code, then):
    listen(qq_bot())
    await qq_open.was_ready(1)
    await qq_open.closes(code)
    clock.advance((await waits(clock, 1)).total_seconds())
    await qq_open.was_ready(2)
    assert [(await qq_open.next_login())[0] for _ in range(2)] == ["identify", then]


@pytest.mark.parametrize("code", [4001, 4002, 4010, 4914, 4915])
async def test_what_only_a_person_can_mend_is_said_loudly_and_tried_rarely(
    qq_bot, qq_open, listen, clock, code
):
    adapter = qq_bot()
    listen(adapter)
    await qq_open.was_ready(1)
    with capture_logs() as logs:
        await qq_open.closes(code)
        assert await waits(clock, 1) == timedelta(minutes=10)
    entry = logs[-1]
    assert (entry["action"], entry["log_level"]) == ("qq_refused", "error")
    assert str(code) in entry["why"]
    assert not adapter.is_connected


async def test_without_a_right_it_asks_for_less_and_goes_on_with_the_bare_necessities(
    qq_bot, qq_open, listen, clock
):
    async def refuse(socket, frame):
        await socket.close(code=4014)

    adapter = qq_bot()
    listen(adapter)
    qq_open.login_answer = refuse
    for number, extra in enumerate((1 << 24 | 1 << 26, 1 << 26, 1 << 24), 1):
        assert (await qq_open.next_login())[1]["intents"] == 1 << 25 | extra
        clock.advance((await waits(clock, number)).total_seconds())
    assert (await qq_open.next_login())[1]["intents"] == 1 << 25
    assert await waits(clock, 4) == timedelta(minutes=10)
    qq_open.login_answer = None
    clock.advance(600)
    await qq_open.was_ready(1)


async def test_five_logins_that_do_not_hold_are_followed_by_a_pause(qq_bot, qq_open, listen, clock):
    async def refuse(socket, frame):
        await socket.send_json({"op": 9, "d": False})

    listen(qq_bot())
    qq_open.login_answer = refuse
    delays = []
    for time in range(6):
        delays.append(await waits(clock, time + 1))
        clock.advance(delays[-1].total_seconds())
    assert [delay.total_seconds() for delay in delays] == [2, 2, 4, 8, 600, 32]
    qq_open.login_answer = None
    await qq_open.was_ready(1)


async def test_a_token_that_the_gateway_does_not_know_is_fetched_anew(qq_bot, qq_open, listen, clock):
    async def refuse(socket, frame):
        qq_open.login_answer = None
        await socket.close(code=4004)

    listen(qq_bot())
    qq_open.login_answer = refuse
    clock.advance((await waits(clock, 1)).total_seconds())
    await qq_open.was_ready(1)
    assert qq_open.tokens_given == 2


async def test_a_wrong_secret_is_tried_every_half_minute_and_never_logged(qq_bot, qq_open, listen, clock):
    adapter = qq_bot(secret="inc0rrect-s3cret")
    with capture_logs() as logs:
        listen(adapter)
        assert await waits(clock, 1) == timedelta(seconds=30)
    assert actions(logs) == ["qq_refused"]
    assert "inc0rrect" not in str(logs)


async def test_when_no_logins_are_left_it_waits_for_the_next_day(qq_bot, qq_open, listen, clock):
    qq_open.logins_left, qq_open.reset_after = 0, 3_600_000
    with capture_logs() as logs:
        listen(qq_bot())
        assert await waits(clock, 1) == timedelta(hours=1)
    assert actions(logs) == ["qq_logins_used_up"]
    clock.advance(3600)
    await qq_open.was_ready(1)


async def test_a_gateway_that_is_configured_is_not_asked_for(qq_bot, qq_open, listen):
    listen(qq_bot(gateway_url=f"{qq_open.base.replace('http', 'ws')}/websocket"))
    qq_open.base = "http://127.0.0.1:1"
    await qq_open.was_ready(1)


@pytest.mark.parametrize(
    "frame",
    [
        "not json",
        "[]",
        "5",
        '{"op":"0"}',
        '{"op":99,"d":{}}',
        '{"op":11}',
        '{"op":10,"d":{"heartbeat_interval":"soon"}}',
        '{"op":0,"s":"x","t":5,"d":[]}',
        '{"op":0,"s":-1,"t":"GROUP_MESSAGE_CREATE","d":{"author":[]}}',
        '{"op":0,"s":99999999999999999999999,"t":"UNHEARD_OF","d":{}}',
        '{"op":0,"t":"INTERACTION_CREATE","d":{"id":""}}',
        "[" * 100_000,
        "x" * (2 << 20),
        b"\x00\x01",
    ],
)
async def test_odd_frames_cost_nothing_but_themselves(qq_bot, qq_open, listen, frame):
    listener = listen(qq_bot())
    await qq_open.was_ready(1)
    socket = qq_open.session.socket
    await (socket.send_bytes(frame) if isinstance(frame, bytes) else socket.send_str(frame))
    await says(qq_open, "还在吗")
    assert (await listener.next()).text == "还在吗"
    assert len(qq_open.sockets) == 1


@pytest.mark.parametrize("hello", ['{"op":0,"t":"READY","d":{"session_id":"x"}}', None])
async def test_a_peer_that_does_not_begin_as_a_gateway_is_left(qq_bot, host, listen, clock, hello):
    async def impostor(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if hello is not None:
            await socket.send_str(hello)
            await socket.receive()
        return socket

    adapter = qq_bot(gateway_url=(await host(impostor)).replace("http", "ws"))
    with capture_logs() as logs:
        listen(adapter)
        await waits(clock, 1)
    assert actions(logs) == ["qq_lost"]
    assert not adapter.is_connected


async def test_ten_thousand_messages_at_once_are_all_read_in_their_order(qq_bot, qq_open):
    adapter = qq_bot()
    reading = asyncio.ensure_future(anext(messages := adapter.incoming()))
    await qq_open.was_ready(1)
    for number in range(10_300):
        await says(qq_open, str(number))
        if number == 10_100:
            await until(lambda: adapter._inbox.is_full)
            assert adapter.is_connected
    async with asyncio.timeout(30):
        first = await reading
        assert first.text == "0"
        for number in range(1, 10_300):
            assert (await anext(messages)).text == str(number)
    await messages.aclose()


async def test_whoever_puts_too_much_waits_until_there_is_room(qq_bot, qq_open, listen):
    inbox = Inbox(2)
    message = await _some_message(qq_bot, qq_open, listen)
    await inbox.put_when_free(message)
    await inbox.put_when_free(message)
    third = asyncio.create_task(inbox.put_when_free(message))
    await asyncio.sleep(0)
    assert inbox.is_full
    assert not third.done()
    messages = inbox.messages()
    await anext(messages)
    await asyncio.wait_for(third, 10)
    inbox.close()
    assert len([each async for each in messages]) == 2


async def _some_message(qq_bot, qq_open, listen):
    listener = listen(qq_bot())
    await qq_open.was_ready(1)
    await says(qq_open, "在吗")
    return await listener.next()


async def test_rooms_and_people_that_nobody_configured_are_told_once_in_the_log(qq_bot, qq_open, listen):
    with capture_logs() as logs:
        listener = listen(qq_bot())
        await qq_open.was_ready(1)
        for group, member in (
            ("123456", "20001"),
            ("123456", "M0NEW"),
            ("123456", "M0NEW"),
            ("G0NEW", "20001"),
        ):
            await qq_open.group_says(group, member, "在吗", name="某人")
            await listener.next()
    told = [(entry["room"], entry["account"]) for entry in logs if entry["action"] == "qq_newcomer"]
    assert told == [("qq:group:123456", "qq:M0NEW"), ("qq:group:G0NEW", "qq:20001")]


async def test_nothing_secret_is_in_a_log_of_a_whole_conversation(qq_bot, qq_open, listen, clock):
    with capture_logs() as logs:
        adapter = qq_bot()
        listener = listen(adapter)
        await qq_open.was_ready(1)
        await says(qq_open, "在吗")
        await listener.next()
        await adapter.send(Outgoing(key="k", room="qq:group:123456", text="在"))
        await qq_open.closes(4009)
        clock.advance((await waits(clock, 1)).total_seconds())
        await qq_open.was_ready(2)
    assert SECRET not in str(logs)
    assert not [token for token in qq_open.tokens if token in str(logs)]


@pytest.mark.parametrize(
    ("url", "base", "is_fine"),
    [
        ("wss://api.sgroup.qq.com/websocket", "https://api.bot.qq.com", True),
        ("wss://proxy.example.com/ws", "https://proxy.example.com", True),
        ("wss://evil.example.com/ws", "https://api.bot.qq.com", False),
        ("wss://notqq.com/ws", "https://api.bot.qq.com", False),
        ("ws://api.sgroup.qq.com/websocket", "https://api.bot.qq.com", False),
        ("https://api.bot.qq.com", "https://api.bot.qq.com", False),
        ("wss://[", "https://api.bot.qq.com", False),
        (5, "https://api.bot.qq.com", False),
        (None, "https://api.bot.qq.com", False),
    ],
)
async def test_the_token_goes_to_no_gateway_outside_the_platform(url, base, is_fine):
    body = json.dumps({"url": url}).encode()
    if is_fine:
        assert start_of(body, base).url == url
    else:
        with pytest.raises(Unsuitable):
            start_of(body, base)
