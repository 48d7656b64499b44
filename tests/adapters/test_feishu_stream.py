"""The long connection to Feishu: frames, fragments, pings, acknowledgements, and what happens when it is lost."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from adapters.contract import Button, Outgoing
from adapters.feishu import Settings, frames
from adapters.feishu.fragments import Fragments
from adapters.feishu.frames import Frame
from adapters.feishu.stream import pings_every
from adapters.json_frames import Unreadable
from adapters.registry import create
from tests.adapters import feishu_peers, feishu_stream_peers
from tests.adapters.feishu_peers import EventSender
from tests.adapters.feishu_stream_peers import SERVICE, Connection, Gateway

pytestmark = pytest.mark.asyncio

# Written by lark-oapi 1.7.5.
PING = "0800100018f681801020002a0c0a0474797065120470696e67"
DATA = (
    "088080808080808080800110ffffffffffffffffff0118fdffffffffffffffff0120012a0d0a047479706512056576656e742a100a0a6d"
    "6573736167655f696412026d312a080a0373756d1201322a080a037365711201312a0a0a03e9a2981203e580bc3204677a69703a046a73"
    "6f6e42117b2261223a22e68993e58db0e69cba227d4a083230323630333036"
)
DATA_FRAME = Frame(
    method=1,
    service=-3,
    seq=1 << 63,
    log=(1 << 64) - 1,
    headers=(("type", "event"), ("message_id", "m1"), ("sum", "2"), ("seq", "1"), ("题", "值")),
    payload='{"a":"打印机"}'.encode(),
    payload_encoding="gzip",
    payload_type="json",
    log_new="20260306",
)

# --- Frames -------------------------------------------------------------------------------------------------------


async def test_frames_of_the_official_sdk_are_read_and_written_byte_by_byte():
    assert frames.encode(frames.ping(SERVICE)).hex() == PING
    assert frames.decode(bytes.fromhex(DATA)) == DATA_FRAME
    assert frames.encode(DATA_FRAME).hex() == DATA


async def test_an_acknowledgement_is_the_frame_with_a_code():
    answer = frames.acknowledgement(DATA_FRAME, is_saved=False, took_ms=12)
    assert answer.payload == b'{"code":500}'
    assert answer.headers == (*DATA_FRAME.headers, ("biz_rt", "12"))


@given(
    st.builds(
        Frame,
        method=st.integers(-(1 << 31), (1 << 31) - 1),
        service=st.integers(-(1 << 31), (1 << 31) - 1),
        seq=st.integers(0, (1 << 64) - 1),
        log=st.integers(0, (1 << 64) - 1),
        headers=st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9)), max_size=5).map(tuple),
        payload=st.none() | st.binary(max_size=300),
        payload_encoding=st.none() | st.text(max_size=9),
        log_new=st.none() | st.text(max_size=9),
    )
)
async def test_googles_protobuf_reads_what_we_write_and_we_what_it_writes(frame):
    written = frames.encode(frame)
    theirs = feishu_stream_peers.Frame.FromString(written)
    assert (theirs.method, theirs.service, theirs.SeqID, theirs.LogID) == (
        frame.method, frame.service, frame.seq, frame.log,
    )  # fmt: skip
    assert tuple((each.key, each.value) for each in theirs.headers) == frame.headers
    assert (theirs.payload if theirs.HasField("payload") else None) == frame.payload
    assert frames.decode(theirs.SerializeToString()) == frame


@given(
    st.binary(max_size=60) | st.tuples(st.binary(max_size=8), st.just(bytes.fromhex(DATA)[:70])).map(b"".join)
)
async def test_anything_is_read_or_refused(content):
    with contextlib.suppress(Unreadable):
        read = frames.decode(content)
        with contextlib.suppress(DecodeError):  # it also wants what is required of headers
            theirs = feishu_stream_peers.Frame.FromString(content)
            assert (theirs.method, theirs.service) == (read.method, read.service)


# --- Fragments ----------------------------------------------------------------------------------------------------


def piece(index: int, count: int, content: bytes, number: str = "m") -> Frame:
    headers = (("message_id", number), ("sum", str(count)), ("seq", str(index)))
    return Frame(1, headers=headers, payload=content)


@given(st.binary(min_size=1, max_size=40), st.data())
async def test_pieces_in_any_order_and_twice_make_the_whole(content, data):
    count = data.draw(st.integers(1, len(content)))
    size = -(-len(content) // count)
    pieces = [piece(index, count, content[index * size : (index + 1) * size]) for index in range(count)]
    order = data.draw(st.permutations(pieces))
    fragments = Fragments()
    found = [fragments.add(each, 0.0) for each in [*order[:-1], *order[:-1], order[-1]]]
    assert found[-1] == content
    assert fragments.waiting == 0


async def test_what_never_becomes_whole_is_forgotten():
    fragments = Fragments()
    for number in range(100):
        assert fragments.add(piece(0, 2, b"x" * 100_000, str(number)), 0.0) is None
    assert fragments.waiting <= 4 << 20
    fragments.add(piece(0, 2, b"x", "late"), 31.0)
    assert fragments.waiting == 1


@pytest.mark.parametrize("frame", [piece(2, 2, b"x"), piece(0, 300, b"x"), piece(0, 2, b"x", "")])
async def test_a_piece_that_makes_no_sense_is_none(frame):
    fragments = Fragments()
    assert fragments.add(frame, 0.0) is None
    assert fragments.waiting == 0


@pytest.mark.parametrize(
    ("config", "seconds"),
    [({"PingInterval": 90}, 90), ({"PingInterval": 0}, 5), ({"PingInterval": 10**9}, 600), ({}, 120), (None, 120),
     ({"PingInterval": True}, 120), ({"PingInterval": "9"}, 120)],
)  # fmt: skip
async def test_pings_are_as_often_as_feishu_says_within_reason(config, seconds):
    assert pings_every(config) == timedelta(seconds=seconds)


# --- The connection -----------------------------------------------------------------------------------------------


@dataclass
class App:
    adapter: Any
    listener: Any
    gateway: Gateway
    sender: EventSender
    clock: Any


@pytest_asyncio.fixture
async def start(surroundings, host, client, listen, clock):
    made: list[Any] = []

    async def started(gateway: Gateway | None = None, **keys: Any) -> App:
        gateway = gateway or Gateway()
        gateway.base = await host(gateway.handle)
        login = {"app_id": feishu_peers.APP_ID, "secret": feishu_peers.SECRET, "mode": "websocket"}
        adapter = create("feishu", {**login, "api_base": gateway.base, **keys}, surroundings("feishu"))
        made.append(adapter)
        sender = EventSender(await host(adapter.handle), client, gateway.server)
        return App(adapter, listen(adapter), gateway, sender, clock)

    yield started
    for adapter in made:
        await adapter.close()


async def connected(app: App) -> Connection:
    connection = await app.gateway.next_connection()
    assert await connection.next_ping() == SERVICE
    return connection


async def test_an_event_is_heard_and_acknowledged_when_it_is_saved(start):
    app = await start()
    connection = await connected(app)
    number = await connection.brings(app.sender.message("20001", "打印机坏了"))
    message = await app.listener.next()
    assert (message.text, message.sender) == ("打印机坏了", "feishu:20001")
    assert await connection.next_ack() == (number, 200)
    assert app.adapter.is_connected


async def test_an_event_in_pieces_is_acknowledged_once(start):
    app = await start()
    connection = await connected(app)
    number = await connection.brings(
        app.sender.message("20001", "打印机坏了" * 40), pieces=4, order=(2, 0, 3, 1)
    )
    assert (await app.listener.next()).text == "打印机坏了" * 40
    assert await connection.next_ack() == (number, 200)
    assert connection.acks.empty()


async def test_events_arrive_in_order_also_when_names_are_asked_for(start):
    app = await start()
    connection = await connected(app)
    for number in range(20):
        await connection.brings(app.sender.message(f"ou_{number % 3}", str(number)))
    assert [(await app.listener.next()).text for _ in range(20)] == [str(number) for number in range(20)]


async def test_a_touched_button_comes_the_same_way(start):
    app = await start()
    connection = await connected(app)
    await app.adapter.send(
        Outgoing("k", "feishu:group:123456", "🆕 1001", buttons=(Button("接单", "接单 1001"),))
    )
    posted = await app.gateway.server.next_posted()
    await connection.brings(app.sender.touch("20002", posted, "接单"))
    pressed = await app.listener.next()
    assert (pressed.command, pressed.quotes) == ("接单 1001", posted.id)


async def test_what_cannot_be_taken_is_answered_as_failed_and_comes_again(start):
    app = await start()
    connection = await connected(app)
    app.adapter._inbox._most_waiting = 0
    event = app.sender.message("20001", "太多")
    number = await connection.brings(event)
    assert await connection.next_ack() == (number, 500)
    app.adapter._inbox._most_waiting = 10
    await connection.brings(event)
    assert (await app.listener.next()).text == "太多"


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b'{"header":{"event_type":"x"}}'])
async def test_odd_events_cost_nothing_but_themselves(start, content):
    app = await start()
    connection = await connected(app)
    await connection.socket.send_bytes(b"\x0b")
    await connection.socket.send_str("text")
    await connection.brings(content)
    await connection.socket.send_bytes(feishu_stream_peers.frame(1, b"{}", type="hologram"))
    await connection.brings(app.sender.message("20001", "在吗"))
    assert (await app.listener.next()).text == "在吗"


async def test_pings_are_as_often_as_the_server_says_also_later(start, clock):
    app = await start()
    connection = await app.gateway.next_connection()
    connection.pong = {"PingInterval": 30}
    await connection.next_ping()
    assert timedelta(seconds=90) in await clock.slept(1, at_least=timedelta(seconds=90))
    await connection.brings(app.sender.message("20001", "在吗"))  # behind the answer to the ping
    await app.listener.next()
    clock.advance(90)
    await connection.next_ping()
    assert timedelta(seconds=30) in await clock.slept(1, at_least=timedelta(seconds=30))


async def test_a_server_that_answers_no_pings_is_left(start, clock):
    app = await start(Gateway(answers_pings=False))
    await connected(app)
    await clock.slept(1, at_least=timedelta(seconds=90))
    clock.advance(90)
    await clock.slept(2, at_least=timedelta(seconds=90))
    clock.advance(90)
    await clock.slept(1, at_least=timedelta(seconds=1), below=timedelta(seconds=80))
    clock.advance(80)
    await connected(app)
    assert app.gateway.asked == 2


async def test_a_connection_that_brings_nothing_for_long_is_renewed_without_a_rest(start, clock):
    app = await start()
    connection = await app.gateway.next_connection()
    await connection.next_ping()
    await clock.slept(1, at_least=timedelta(seconds=90))
    await connection.brings(app.sender.message("20001", "在吗"))  # behind the answer to the ping
    await app.listener.next()
    clock.advance(1800)
    again = await app.gateway.next_connection()
    await again.brings(app.sender.message("20001", "还在吗"))
    assert (await app.listener.next()).text == "还在吗"


async def test_a_lost_connection_is_made_anew_a_hundred_times_and_nothing_is_doubled(start, clock):
    app = await start()
    heard: list[str] = []
    for number in range(100):
        connection = await connected(app)
        event = app.sender.message("20001", str(number))
        await connection.brings(event)
        message = await app.listener.next()
        heard.append(message.message_id)
        if number % 10 == 0:  # killed before the acknowledgement was read: it comes again, with the same id
            await connection.brings(event)
            assert (await app.listener.next()).message_id == message.message_id
        await connection.socket.close()
        await clock.slept(number + 1, at_least=timedelta(seconds=1), below=timedelta(seconds=80))
        clock.advance(80)
    assert len(set(heard)) == 100


@pytest.mark.parametrize(
    ("refusal", "waits"),
    [
        ({"code": 514, "msg": "auth failed"}, 30),
        ({"code": 1000040350, "msg": "too many"}, 30),
        ({"code": 1, "msg": "busy"}, 1),
        ({"code": 0, "data": {"URL": "wss://evil.example/ws?service_id=1"}}, 1),
        ({"code": 0, "data": {}}, 1),
    ],
    ids=["secret", "too many", "busy", "elsewhere", "nowhere"],
)
async def test_a_refusal_is_waited_out_and_nothing_elsewhere_is_connected_to(start, clock, refusal, waits):
    app = await start(Gateway(refusals=[refusal]))
    with capture_logs() as logs:
        waited = await clock.slept(1, at_least=timedelta(seconds=waits))
    assert waited
    assert not app.adapter.is_connected
    assert feishu_peers.SECRET not in str(logs)
    clock.advance(100)
    await connected(app)


async def test_nobody_is_let_in_by_the_address_of_callbacks(start):
    app = await start()
    await connected(app)
    assert await app.sender.posts(app.sender.message("20001", "冒充")) == 404


async def test_the_doctor_does_not_take_the_events_of_the_running_bot(start):
    app = await start()
    said = {finding.subject: finding for finding in await app.adapter.examine()}
    assert said["长连接"].is_well
    await connected(app)
    said = {finding.subject: finding for finding in await app.adapter.examine()}
    assert said["长连接"].says == "已登录"
    assert app.gateway.connections.empty()
    app.gateway.refusals = [{"code": 403, "msg": "forbidden"}]
    await app.adapter._stream.close()
    await asyncio.sleep(0)
    app.adapter._stream = None
    said = {finding.subject: finding for finding in await app.adapter.examine()}
    assert not said["长连接"].is_well
    assert "长连接接收事件" in said["长连接"].says


async def test_keys_of_callbacks_are_refused():
    with pytest.raises(ValueError, match="encrypt_key"):
        Settings(app_id="a", secret="s", mode="websocket", encrypt_key="k")
    with pytest.raises(ValueError, match="至少填一个"):
        Settings(app_id="a", secret="s")
    assert "s3" not in repr(Settings(app_id="a", secret="s3", mode="websocket"))
