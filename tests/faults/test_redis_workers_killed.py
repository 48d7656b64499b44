"""Two workers serve one desk on one Redis; each is killed in turn under load, and nobody is forgotten or told twice unmarked."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from time import perf_counter

import pytest
from websockets.exceptions import InvalidStatus

from tests.faults.test_killed_under_load import (
    AT_ONCE,
    QQ,
    REPORTS_A_LIFE,
    RESENT,
    Bot,
    check_saved,
    check_shown,
    configured,
    free_port,
)
from tests.redis_servers import Server

pytestmark = pytest.mark.asyncio
KILLS = {False: 1, True: 5}
LEASE = "shouwen:{0}:lease:qq"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server("redis", tmp_path_factory.mktemp("workers"), "--appendfsync", "always")
    yield server
    server.end()


class Workers:
    """Two workers behind one address, as a load balancer makes it: whoever says 503 is passed over."""

    def __init__(self, tmp_path, url: str) -> None:
        self.ports = [free_port(), free_port()]
        self.bots = [
            Bot(configured(tmp_path, port, url), tmp_path / f"log-{port}.txt") for port in self.ports
        ]
        self.logs = [tmp_path / f"log-{port}.txt" for port in self.ports]

    async def start(self) -> None:
        for bot in self.bots:
            await bot.start()
            await bot.ready()

    async def connect(self, qq: QQ) -> tuple[int, asyncio.Task[None]]:
        """Return which worker took the connection."""
        async with asyncio.timeout(30):
            while True:
                for index, port in enumerate(self.ports):
                    try:
                        return index, await qq.connect(port)
                    except (InvalidStatus, OSError):
                        continue
                await asyncio.sleep(0.1)

    async def end(self) -> None:
        assert [await bot.end() for bot in self.bots] == [0, 0]

    async def kill(self) -> None:
        for bot in self.bots:
            if bot._process is not None and bot._process.returncode is None:
                await bot.kill()


async def test_workers_are_killed_in_turn(tmp_path, server, seed, round_, request, record_property):
    began, chance = perf_counter(), random.Random(seed)
    is_long = bool(request.config.getoption("--long", default=False))
    server.empty()
    qq, workers = QQ(chance), Workers(tmp_path, server.url)
    try:
        await workers.start()
        for kill in range(KILLS[is_long]):
            index, hearing = await workers.connect(qq)
            qq.frames_left = chance.randint(1, REPORTS_A_LIFE)
            await qq.delivers_again()
            for _ in range(REPORTS_A_LIFE):
                await qq.until(lambda: len(qq.unanswered()) < AT_ONCE or qq.frames_left <= 0)
                if qq.frames_left <= 0:
                    break
                await qq.reports_something()
            await qq.until(lambda: qq.frames_left <= 0 or qq.is_settled())
            victim = workers.bots[index]
            await victim.kill()
            await hearing
            if not is_long or kill % 2:
                server.ask("DEL", LEASE)  # as if ten seconds had passed
            await victim.start()
            await victim.ready()
        qq.frames_left = None
        _, hearing = await workers.connect(qq)
        await qq.delivers_again()
        await qq.until(qq.is_settled)
        await workers.end()
        await hearing
    finally:
        await workers.kill()
    check_shown(qq)
    await check_saved(qq, server.url)
    for log in workers.logs:
        assert "Traceback" not in log.read_text(encoding="utf-8")
    marked = sum(shown.text.startswith(RESENT) for shown in qq.shown)
    record_property(
        "what", f"{KILLS[is_long]} kills of one of two workers, {len(qq.reports)} reports, {marked} marked"
    )
    record_property("seconds", round(perf_counter() - began, 1))


async def test_workers_are_restarted_one_after_the_other(tmp_path, server, seed, request, record_property):
    """A rolling restart: whoever ends gives everything back at once, and not a message is marked as sent again."""
    began = perf_counter()
    times = 2 if request.config.getoption("--long", default=False) else 1
    server.empty()
    qq, workers = QQ(random.Random(seed)), Workers(tmp_path, server.url)
    try:
        await workers.start()
        for _ in range(times):
            index, hearing = await workers.connect(qq)
            for _ in range(8):
                await qq.reports_something()
            await qq.until(qq.is_settled)
            assert await workers.bots[index].end() == 0
            await hearing
            other, hearing = await workers.connect(qq)
            assert other != index
            await qq.reports_something()
            await qq.until(qq.is_settled)
            await workers.bots[index].start()
            await workers.bots[index].ready()
            await qq.socket.close()
            await hearing
        await workers.end()
    finally:
        await workers.kill()
    check_shown(qq)
    await check_saved(qq, server.url)
    assert not any(shown.text.startswith(RESENT) for shown in qq.shown)
    record_property("what", f"{times} restarts of whoever has the connection, {len(qq.reports)} reports")
    record_property("seconds", round(perf_counter() - began, 1))
