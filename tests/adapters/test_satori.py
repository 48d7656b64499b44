"""One account at a Satori gateway: events that go on where they were, channels made for people, nothing lost or doubled."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from adapters.contract import Connects, DeliveryFailed, Examines, Outgoing, What
from adapters.powers import Recalls
from adapters.receipt import Receipt
from adapters.satori.line import Progress
from tests.adapters.satori_peers import TOKEN

pytestmark = pytest.mark.asyncio

GROUP = "satori:group:123456"


def say(text: str, room: str = GROUP, **more) -> Outgoing:
    return Outgoing(key=f"key of {text}", room=room, text=text, **more)


@pytest.fixture
def account(satori_platform):
    return satori_platform


# --- The connection -----------------------------------------------------------------------------------------------


async def test_it_logs_in_and_learns_what_it_may_do(account, satori, listen):
    assert account.gateway.current.identity == {"token": TOKEN}
    for power in (Connects, Examines, Recalls):
        assert isinstance(account.adapter, power)
    assert account.adapter.is_connected
    assert account.adapter.capabilities.can_edit
    assert account.adapter.capabilities.can_recall
    assert account.adapter.capabilities.per_minute_room == 20
    other, gateway = await satori(per_minute_room=0)
    gateway.logins[0]["features"] = []
    listener = listen(other)
    await gateway.next_connection()
    await gateway.says(gateway.event("20001", "在吗"))
    await listener.next()
    assert not other.capabilities.can_edit
    assert other.capabilities.per_minute_room is None


async def test_it_goes_on_where_it_was(account, clock):
    await account.says("王老师", "一")
    await account.listener.next()
    account.gateway.current.cut()
    account.gateway.current = None
    await account.gateway.says(account.gateway.event("20001", "断线时说的"))
    await _reconnected(account, clock)
    assert account.gateway.current.identity["sn"] == 2
    assert (await account.listener.next()).text == "断线时说的"


async def _reconnected(account, clock, losses: int = 1):
    """Wait until the bot waits before connecting again, which is shorter than between two pings, and let it."""
    await clock.slept(losses, at_least=timedelta(seconds=1), below=timedelta(seconds=5))
    clock.advance(61)
    return await account.gateway.next_connection()


async def test_what_was_not_saved_is_told_again(account, clock):
    account.listener.saves = False
    await account.says("王老师", "没存")
    first = await account.listener.next()
    first.receipt.settle(is_saved=False)
    account.listener.saves = True
    await account.says("王老师", "存了")
    await account.listener.next()
    account.gateway.current.cut()
    await _reconnected(account, clock)
    assert account.gateway.current.identity["sn"] == 1  # the greeting of the fixture
    again = [await account.listener.next() for _ in range(2)]
    assert again[0].message_id == first.message_id
    assert [message.text for message in again] == ["没存", "存了"]


async def test_what_is_never_saved_fills_no_memory_and_is_told_again():
    progress = Progress()
    progress.took(1, None)
    progress.took(2, Receipt())
    for number in range(3, 50_000):
        progress.took(number, None)
    assert len(progress._taken) <= 20_000
    assert progress.restart() == 1
    progress.took(2, None)
    assert progress.restart() == 2


async def test_a_hundred_lost_connections_cost_no_message_and_double_none(account, clock):
    seen: list[str] = []
    for number in range(100):
        clock.advance(61)  # it held for a minute, so the next attempt comes soon
        account.gateway.current.cut()
        account.gateway.current = None
        await account.gateway.says(account.gateway.event("20001", f"第 {number} 句"))
        await _reconnected(account, clock, number + 1)
        seen.append((await account.listener.next()).text)
    assert seen == [f"第 {number} 句" for number in range(100)]


async def test_pings_go_out_and_a_deaf_gateway_is_left(account, clock):
    connection = account.gateway.current
    await connection.was_pinged()  # at the start
    for _ in range(3):
        await _beaten(clock)
        await connection.was_pinged()
        await account.says("王老师", "我在")  # behind the answer
        await account.listener.next()
    account.gateway.answers_pings = False
    for _ in range(3):
        await _beaten(clock)
    assert not connection.is_over.is_set()
    clock.advance(10)
    async with asyncio.timeout(10):
        await connection.is_over.wait()


async def _beaten(clock) -> None:
    before = len(clock.lengths)
    clock.advance(10)
    await clock.slept(before + 1)


async def test_a_wrong_token_is_said_and_not_told(satori, listen, clock):
    adapter, _ = await satori(token="wrong-s3cret")
    with capture_logs() as logs:
        listen(adapter)
        await clock.slept(1, at_least=timedelta(seconds=30))
    [entry] = [entry for entry in logs if entry["action"] == "connection_refused"]
    assert "token" in entry["why"]
    assert "wrong-s3cret" not in str(logs)
    assert not adapter.is_connected
    with pytest.raises(DeliveryFailed) as failed:
        await adapter.send(say("有人吗"))
    assert failed.value.retry_after


async def test_an_account_that_the_gateway_lacks_is_named(satori, listen, clock):
    adapter, _ = await satori(login="x:bot2")
    with capture_logs() as logs:
        listen(adapter)
        await clock.slept(1, at_least=timedelta(seconds=30))
    assert any("x:bot2" in str(entry.get("why")) for entry in logs)


async def test_frames_that_are_none_cost_no_connection(account):
    socket = account.gateway.current.socket
    for text in (
        "{",
        "[]",
        "x" * (1 << 21),
        '{"op":"0"}',
        '{"op":0}',
        '{"op":0,"body":7}',
        '{"op":5,"body":{}}',
        '{"op":99}',
    ):
        await socket.send_str(text)
    await socket.send_bytes(b"\x00")
    await account.says("王老师", "我在")
    assert (await account.listener.next()).text == "我在"


async def test_what_others_accounts_hear_and_the_bot_says_is_no_input(account):
    other = account.gateway.event("20001", "别的帐号")
    other["login"]["user"] = {"id": "bot2"}
    await account.gateway.says(other)
    await account.gateway.says(account.gateway.event("bot1", "我自己"))
    await account.gateway.says(account.gateway.event("20001", "x", type="guild-member-added"))
    await account.says("王老师", "我在")
    assert (await account.listener.next()).text == "我在"


async def test_what_was_taken_back_is_noticed(account):
    await account.gateway.says(account.gateway.event("20001", "", type="message-deleted"))
    notice = await account.listener.next_notice()
    assert (notice.what, notice.room) == (What.RECALLED, GROUP)


# --- Going out ----------------------------------------------------------------------------------------------------


async def test_a_message_is_changed_and_taken_back(account):
    number = await account.adapter.send(say("已建单 1001"))
    assert (await account.gateway.next_posted()).id == number
    assert await account.adapter.send(say("1001 由老张负责", edits=number)) == number
    changed = await account.gateway.next_posted()
    assert (changed.is_edit, changed.id, changed.text) == (True, number, "1001 由老张负责")
    await account.adapter.recall(GROUP, number)
    assert account.gateway.deleted == [number]


async def test_a_channel_is_made_for_a_person_once(account):
    for text in ("一", "二"):
        await account.adapter.send(say(text, "satori:private:u9"))
        assert (await account.gateway.next_posted()).channel == "dm-u9"
    assert account.gateway.channels == ["u9"]


async def test_whoever_wrote_alone_is_answered_in_that_channel(account):
    await account.gateway.says(account.gateway.event("u7", "在吗", channel="dm-77"))
    message = await account.listener.next()
    assert message.room == "satori:private:u7"
    await account.adapter.send(say("在", message.room))
    assert (await account.gateway.next_posted()).channel == "dm-77"
    assert account.gateway.channels == []


@pytest.mark.parametrize(
    ("answer", "retry_after", "is_unknown"),
    [
        (401, timedelta(minutes=1), False),
        (403, None, False),
        (404, None, False),
        (429, timedelta(seconds=5), False),
        (500, timedelta(seconds=5), False),
        ("hang up", timedelta(seconds=5), True),
        ("<html>", timedelta(seconds=5), False),
    ],
)
async def test_a_refusal_says_what_will_help(account, answer, retry_after, is_unknown):
    account.gateway.answers = [answer]
    with pytest.raises(DeliveryFailed) as failed:
        await account.adapter.send(say("一"))
    assert (failed.value.retry_after, failed.value.is_unknown) == (retry_after, is_unknown)
    assert TOKEN not in failed.value.reason


async def test_a_long_text_arrives_in_parts(account):
    text = "第一句话。" * 700
    await account.adapter.send(say(text))
    parts = [(await account.gateway.next_posted()).text for _ in range(2)]
    assert "".join(parts) == text
