"""Pages that follow the store: what reaches a browser, when, and who is cut off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.dashboard.live import MOST_MISSED, PACE, STEADY, Live, Snapshot
from bot.dashboard.stream import event
from bot.store.faults import StoreFault
from bot.tickets.kinds import Kind
from bot.tickets.model import Party, Ticket

START = datetime(2026, 3, 6, 2, 0, tzinfo=UTC)


def snapshot(version: int, *, later: timedelta = timedelta()) -> Snapshot:
    ticket = Ticket(
        number=1, version=version, kind=Kind.FAULT, requester=Party("a", "王"), text="x", opened_at=START
    )
    return Snapshot(START + later, (ticket,), ())


class Source:
    """A store to read: tests say what is in it and wait until it was read."""

    def __init__(self) -> None:
        self.now = snapshot(1)
        self.fault: Exception | None = None
        self.reads = 0

    async def read(self) -> Snapshot:
        self.reads += 1
        if self.fault is not None:
            raise self.fault
        return self.now


class Beats:
    """A clock whose sleepers wake when the test lets a beat pass."""

    def __init__(self) -> None:
        self._asleep = asyncio.Event()
        self._beat = asyncio.Event()

    def now(self) -> datetime:
        return START

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, length: timedelta) -> None:
        assert length == PACE
        self._asleep.set()
        await self._beat.wait()
        self._beat.clear()

    async def read(self) -> None:
        """Wait until the store was read and the watcher sleeps."""
        await self._asleep.wait()
        self._asleep.clear()

    async def beat(self) -> None:
        self._beat.set()
        await self.read()


def follow(live: Live, cut: Callable[[], None] = lambda: None) -> Any:
    follower = live.join(cut)
    return follower, aiter(follower.snapshots())


@pytest.mark.asyncio
async def test_a_browser_is_told_of_changes_and_only_of_them() -> None:
    source, beats = Source(), Beats()
    live = Live(source.read, beats)
    _, snapshots = follow(live)
    await beats.read()
    assert await anext(snapshots) is source.now

    source.now = snapshot(1, later=PACE)
    await beats.beat()
    waiting = asyncio.ensure_future(anext(snapshots))
    await asyncio.sleep(0)
    assert not waiting.done()

    source.now = snapshot(2, later=2 * PACE)
    await beats.beat()
    assert await waiting is source.now
    live.end()


@pytest.mark.asyncio
async def test_a_browser_hears_every_quarter_minute_because_time_passes() -> None:
    source, beats = Source(), Beats()
    live = Live(source.read, beats)
    _, snapshots = follow(live)
    await beats.read()
    await anext(snapshots)

    source.now = snapshot(1, later=STEADY)
    await beats.beat()

    assert (await anext(snapshots)).now == START + STEADY
    live.end()


@pytest.mark.asyncio
async def test_many_browsers_share_one_reading_and_without_any_the_store_rests() -> None:
    source, beats = Source(), Beats()
    live = Live(source.read, beats)
    assert source.reads == 0
    (first, one), (second, two), (third, three) = (follow(live) for _ in range(3))
    await beats.read()
    assert [await anext(each) for each in (one, two, three)] == [source.now] * 3
    assert source.reads == 1

    for follower in (first, second, third):
        live.leave(follower)

    assert live.watched_by == 0
    fourth, four = follow(live)
    await beats.read()
    assert (await anext(four), source.reads) == (source.now, 2)
    live.leave(fourth)


@pytest.mark.asyncio
async def test_whoever_comes_later_sees_at_once_what_there_is() -> None:
    source, beats = Source(), Beats()
    live = Live(source.read, beats)
    _, first = follow(live)
    await beats.read()
    await anext(first)
    source.now = snapshot(1, later=PACE)
    await beats.beat()

    _, second = follow(live)

    assert await anext(second) is source.now
    live.end()


@pytest.mark.asyncio
async def test_a_browser_that_does_not_read_is_cut_off_and_one_that_skips_sees_the_latest() -> None:
    source, beats, cut = Source(), Beats(), []
    live = Live(source.read, beats)
    stuck, _ = follow(live, lambda: cut.append("stuck"))
    _, slow = follow(live, lambda: cut.append("slow"))
    await beats.read()
    for version in range(2, MOST_MISSED + 1):
        source.now = snapshot(version)
        await beats.beat()
    assert (await anext(slow)).tickets[0].version == MOST_MISSED
    assert cut == []

    source.now = snapshot(MOST_MISSED + 1)
    await beats.beat()

    assert cut == ["stuck"]
    assert [each async for each in stuck.snapshots()] == []
    assert live.watched_by == 1
    live.end()


@pytest.mark.asyncio
async def test_a_store_that_fails_for_a_while_does_not_end_the_following(
    capsys: pytest.CaptureFixture[str],
) -> None:
    source, beats = Source(), Beats()
    source.fault = StoreFault("数据库读不出来")
    live = Live(source.read, beats)
    _, snapshots = follow(live)
    await beats.read()
    assert "live_failed" in capsys.readouterr().out

    source.fault = None
    await beats.beat()

    assert await anext(snapshots) is source.now
    live.end()


@pytest.mark.asyncio
async def test_at_the_end_everybody_goes_home_also_who_comes_later() -> None:
    source, beats = Source(), Beats()
    live = Live(source.read, beats)
    early, _ = follow(live)

    live.end()

    late, _ = follow(live)
    assert [each async for each in early.snapshots()] == []
    assert [each async for each in late.snapshots()] == []


def test_an_event_has_a_line_for_every_line_of_its_data() -> None:
    assert event("main", "a\nb\r\nc\rd") == b"event: main\ndata: a\ndata: b\ndata: c\ndata: d\n\n"


def test_data_cannot_end_an_event() -> None:
    assert event("main", "\n\nevent: evil\n").count(b"\n\n") == 1


@asynccontextmanager
async def stream(stand: Any, path: str) -> AsyncIterator[AsyncIterator[tuple[str, str]]]:
    """Follow a page as a browser does: name and data of every event."""
    async with stand.client.get(path) as answer:
        assert answer.content_type == "text/event-stream"

        async def events() -> AsyncIterator[tuple[str, str]]:
            name, data = "", []
            async for raw in answer.content:
                line = raw.decode().rstrip("\n")
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    data.append(line.removeprefix("data: "))
                elif not line and name:
                    yield name, "\n".join(data)
                    name, data = "", []

        async with asyncio.timeout(20):  # a safeguard; tests end when the event has come
            yield events()


async def until(events: AsyncIterator[tuple[str, str]], name: str, text: str) -> str:
    async for found, data in events:
        if found == name and text in data:
            return data
    raise AssertionError(f"the stream ended without {text!r}")


@pytest.mark.asyncio
async def test_the_board_changes_in_front_of_a_browser(stand: Any) -> None:
    async with stream(stand, "/live/board") as events:
        await until(events, "main", "没有在办的单")

        await stand.say("<b>王老师</b>", "报障 打印机坏了")
        stand.clock.forward(PACE)
        assert "&lt;b&gt;王老师&lt;/b&gt;" in await until(events, "main", 'data-ticket="1001"')

        await stand.say("zhang", "接单 1001", room="duty")
        stand.clock.forward(PACE)
        await until(events, "main", "老张")

        stand.clock.forward(timedelta(minutes=31))
        await until(events, "main", "超时 1 分钟")


@pytest.mark.asyncio
async def test_a_filtered_board_stays_filtered(stand: Any) -> None:
    async with stream(stand, "/live/board?room=shiyan") as events:
        await until(events, "main", "这里没有单")
        await stand.say("王老师", "报障 打印机坏了")
        await stand.say("吴老师", "报障 投影不亮", room="shiyan")
        stand.clock.forward(PACE)

        board = await until(events, "main", 'data-ticket="1002"')

        assert "1001" not in board


@pytest.mark.asyncio
async def test_one_ticket_changes_in_front_of_a_browser(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机坏了")
    async with stream(stand, "/live/tickets/1001") as events:
        await until(events, "main", "打印机坏了")
        await stand.say("zhang", "接单 1001", room="duty")
        stand.clock.forward(PACE)
        await until(events, "main", "老张 接单")


@pytest.mark.asyncio
async def test_the_badge_and_the_letters_change_in_front_of_a_browser(stand: Any) -> None:
    from_platform = stand.chat.refused
    async with stream(stand, "/live/letters") as events:
        await until(events, "main", "都送到了")
        from_platform["web:group:duty"] = stand.refusal("被移出群")
        await stand.say("王老师", "报障 打印机坏了")
        stand.clock.forward(PACE)
        await until(events, "main", "被移出群")
        await until(events, "badge", "1")


@pytest.mark.asyncio
async def test_the_server_ends_although_a_browser_follows(stand: Any) -> None:
    async with stream(stand, "/live/board") as events:
        await anext(events)
        await asyncio.wait_for(stand.client.server.close(), 5)


@pytest.mark.asyncio
async def test_when_the_last_browser_has_gone_the_store_rests(stand: Any) -> None:
    async with stream(stand, "/live/board") as events:
        await anext(events)
        assert is_watched()

    async with asyncio.timeout(20):
        while is_watched():
            stand.clock.forward(STEADY)  # the next word to the browser finds out that it has gone
            await asyncio.sleep(0)


def is_watched() -> bool:
    return any("Live._watch" in repr(task.get_coro()) for task in asyncio.all_tasks())
