"""How fast a report becomes a durable ticket and an answer, and a claim a durable owner and a reply, over a real OneBot WebSocket."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from aiohttp import web

from benchmarks.example import write_config
from benchmarks.load import BOT, Load, Outcome, customers, engineers, report
from benchmarks.program import ROOT, running, the_bot
from benchmarks.table import Row, more_by, ratio_of

IN_FLIGHT = 64
ROUNDS = 7
REPORTS = 640
ALONE = 80
COMMANDS = 30
FIRST_TICKET = 1001
_HEADERS = {"X-Self-ID": str(BOT), "X-Client-Role": "Universal"}


def run() -> list[Row]:
    """Measure; takes about half a minute."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measured(Path(folder)))


@dataclass(frozen=True, slots=True)
class _Compared:
    """The rounds of the bot and of the bare peer, with many reports in flight and one at a time."""

    ours: list[Outcome]
    peer: list[Outcome]
    ours_alone: list[Outcome]
    peer_alone: list[Outcome]


async def _measured(folder: Path) -> list[Row]:
    alone = await _compared(folder / "alone", has_duty=False)
    duty = await _compared(folder / "duty", has_duty=True)
    rate = _middle(alone.ours)
    one, many = await _nonebot("报障", 1), await _nonebot("报障", COMMANDS)
    claims = await _claims(folder / "claims")
    return [
        Row(
            f"OneBot report → durable ticket → answer, {IN_FLIGHT} in flight",
            rate,
            _middle(alone.peer),
            "messages/s",
            ratio_of(0.65),
            "aiohttp handler on asyncio, same commit",
        ),
        Row(
            "… one at a time, p50",
            _middle_wait(alone.ours_alone),
            _middle_wait(alone.peer_alone),
            "ms",
            more_by(2),
            "aiohttp handler on asyncio, same commit",
        ),
        Row(
            f"… with the notice to the duty room, {IN_FLIGHT} in flight",
            _middle(duty.ours),
            _middle(duty.peer),
            "reports/s",
            None,
            "aiohttp handler on asyncio, same commit, two messages",
        ),
        Row(
            "… with the notice, one at a time, p50",
            _middle_wait(duty.ours_alone),
            _middle_wait(duty.peer_alone),
            "ms",
            more_by(2),
            "aiohttp handler on asyncio, same commit, two messages",
        ),
        Row("… beside NoneBot2 with 1 command", rate, one, "messages/s", None, "NoneBot2, saves nothing"),
        Row(
            f"… beside NoneBot2 with {COMMANDS} commands",
            rate,
            many,
            "messages/s",
            ratio_of(10),
            "NoneBot2, saves nothing",
        ),
        Row(
            f"OneBot command → durable claim → reply, {IN_FLIGHT} in flight",
            _middle(claims.ours),
            _middle(claims.peer),
            "claims/s",
            ratio_of(0.7),
            "aiohttp handler on asyncio, same commit, two messages",
        ),
        Row(
            "… one at a time, p50",
            _middle_wait(claims.ours_alone),
            _middle_wait(claims.peer_alone),
            "ms",
            None,
            "aiohttp handler on asyncio, same commit, two messages",
        ),
        Row(
            "… beside NoneBot2 with 1 command",
            _middle(claims.ours),
            await _nonebot("接单", 1),
            "claims/s",
            None,
            "NoneBot2, saves nothing, one message",
        ),
    ]


async def _compared(folder: Path, *, has_duty: bool) -> _Compared:
    await asyncio.to_thread(folder.mkdir)
    found = _Compared([], [], [], [])
    bare = ["-m", "benchmarks.contestants", "bare", str(folder), "duty" if has_duty else "alone"]
    config = write_config(folder, has_duty=has_duty)
    with running(the_bot(config)) as (_, bot_at), running(bare) as (_, bare_at):
        async with connected(bot_at) as to_bot, connected(bare_at) as to_bare:
            for load in (to_bot, to_bare):  # what is only slow the first time
                await load.round(IN_FLIGHT, 8, report)
            for _ in range(ROUNDS):  # in turns, so that a slow moment of the machine hits both
                found.ours.append(await to_bot.round(REPORTS, IN_FLIGHT, report))
                found.peer.append(await to_bare.round(REPORTS, IN_FLIGHT, report))
                for load, alone in ((to_bot, found.ours_alone), (to_bare, found.peer_alone)):
                    await load.settle()  # else one at a time would wait behind the notices of many at once
                    alone.append(await load.round(ALONE, 1, report))
    return found


async def _claims(folder: Path) -> _Compared:
    """Let engineers in eight duty rooms claim what was reported; every ticket is claimed once."""
    await asyncio.to_thread(folder.mkdir)
    found = _Compared([], [], [], [])
    bare = ["-m", "benchmarks.contestants", "bare", str(folder), "duty"]
    config = write_config(folder, has_many=True)
    numbers = itertools.count(FIRST_TICKET)
    with running(the_bot(config)) as (_, bot_at), running(bare) as (_, bare_at):
        async with connected(bot_at) as to_bot, connected(bare_at) as to_bare:
            for _ in range(ROUNDS):
                for count, in_flight, ours, peer in (
                    (REPORTS, IN_FLIGHT, found.ours, found.peer),
                    (ALONE, 1, found.ours_alone, found.peer_alone),
                ):
                    claimed = list(itertools.islice(numbers, count))
                    for load, outcomes in ((to_bot, ours), (to_bare, peer)):
                        await load.round(count, IN_FLIGHT, report)
                        await load.settle()
                        words = [f"接单 {number}" for number in claimed]
                        who = engineers(load.opened)
                        outcomes.append(await load.round(count, in_flight, words.__getitem__, who))
    return found


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Load]:
    """Connect as QQ to `/hooks/qq` of a program."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{address}/hooks/qq", headers=_HEADERS, compress=0) as socket,
    ):
        load = Load(socket)
        yield load
        await load.close()


async def _nonebot(command: str, count: int) -> float:
    """Return how many messages NoneBot2, with so many commands, answers a second; it connects to us, because its aiohttp driver only dials."""
    connection: asyncio.Future[web.WebSocketResponse] = asyncio.get_running_loop().create_future()
    over = asyncio.Event()

    async def handle(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        connection.set_result(socket)
        await over.wait()
        return socket

    app = web.Application()
    app.router.add_get("/", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"ws://127.0.0.1:{runner.addresses[0][1]}/"
    arguments = ["-m", "benchmarks.contestants", "nonebot", url, command, str(count)]
    # It logs at the start whatever it is told, and every closed connection with a traceback.
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(30):
            socket = await connection
        # As the standard wants it: NoneBot2 learns from this event whose connection it is.
        lifecycle = {"time": 1, "self_id": BOT, "post_type": "meta_event", "meta_event_type": "lifecycle"}
        await socket.send_json({**lifecycle, "sub_type": "connect"})
        load = Load(socket)
        words, who = ("报障 {}", customers) if command == "报障" else ("接单 {}", engineers({}))
        await load.round(8, 8, words.format, who)
        outcome = statistics.median(
            [(await load.round(IN_FLIGHT * 2, IN_FLIGHT, words.format, who)).per_second for _ in range(3)]
        )
        await load.close()
        return outcome
    finally:
        over.set()
        process.terminate()
        await process.wait()
        await runner.cleanup()


def _middle(outcomes: list[Outcome]) -> float:
    return statistics.median(outcome.per_second for outcome in outcomes)


def _middle_wait(outcomes: list[Outcome]) -> float:
    return statistics.median(outcome.p50_ms for outcome in outcomes)
