"""Two workers serve one desk on Redis, Valkey or a cluster; each is killed in turn under load, and nobody is forgotten or told twice unmarked."""

from __future__ import annotations

import asyncio
import random

import pytest
import pytest_asyncio
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
    figures,
    free_port,
)
from tests.redis_servers import Cluster, Server

pytestmark = pytest.mark.asyncio
KILLS = {False: 1, True: 5}  # a round
MOVES = {False: 1, True: 5}
LEASE = "shouwen:{0}:lease:qq"


@pytest.fixture
def server(kind, started) -> Server | Cluster:
    return started(kind, "--appendfsync", "always")


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
        for bot in self.bots:
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


@pytest_asyncio.fixture
async def workers(tmp_path, server):
    made = Workers(tmp_path, server.url)
    try:
        await made.start()
        yield made
    finally:
        await made.kill()


async def under_load(qq: QQ, chance: random.Random) -> None:
    """Let people speak until so many messages were shown that the round ends, or everybody has been answered."""
    qq.frames_left = chance.randint(1, REPORTS_A_LIFE)
    await qq.delivers_again()
    for _ in range(REPORTS_A_LIFE):
        await qq.until(lambda: len(qq.unanswered()) < AT_ONCE or qq.frames_left <= 0)
        if qq.frames_left <= 0:
            break
        await qq.reports_something()
    await qq.until(lambda: qq.frames_left <= 0 or qq.is_settled())


async def finished(workers: Workers, qq: QQ, server: Server | Cluster) -> None:
    """Let everybody be answered, end both workers in good order, and check all that was shown and saved."""
    qq.frames_left = None
    _, hearing = await workers.connect(qq)
    await qq.delivers_again()
    await qq.until(qq.is_settled)
    await workers.end()
    await hearing
    check_shown(qq)
    await check_saved(qq, server.url)
    for log in workers.logs:
        assert "Traceback" not in log.read_text(encoding="utf-8")


@pytest.mark.fault("worker")
@pytest.mark.on(redis=(1, 60), valkey=(0, 8), cluster=(0, 8))
async def test_workers_are_killed_in_turn(workers, server, kind, seed, round_, is_long, held):
    chance = random.Random(seed)
    qq = QQ(chance)
    for _ in range(KILLS[is_long]):
        index, hearing = await workers.connect(qq)
        await under_load(qq, chance)
        await workers.bots[index].kill()
        await hearing
        server.ask("DEL", LEASE)  # as if ten seconds had passed; that they pass is another row of the table
        await workers.bots[index].start()
        await workers.bots[index].ready()
    await finished(workers, qq, server)
    held(KILLS[is_long], **figures(qq))


@pytest.mark.fault("lease")
@pytest.mark.on(redis=(1, 4), valkey=(0, 1), cluster=(0, 1))
async def test_the_connection_of_a_dead_worker_moves_to_the_other(
    workers, server, kind, seed, round_, is_long, held
):
    """The dead one stays dead until the other has its connection, by the lease alone."""
    chance, moved = random.Random(seed), []
    qq, loop = QQ(chance), asyncio.get_running_loop()
    index, hearing = await workers.connect(qq)
    for _ in range(MOVES[is_long]):
        await under_load(qq, chance)
        await workers.bots[index].kill()
        died, qq.frames_left = loop.time(), None
        await hearing
        if not is_long:
            server.ask("PEXPIRE", LEASE, 500)  # nine and a half of its ten seconds are over
        other, hearing = await workers.connect(qq)
        assert other != index
        moved.append(loop.time() - died)
        await workers.bots[index].start()
        await workers.bots[index].ready()
        index = other
    await qq.socket.close()
    await hearing
    await finished(workers, qq, server)
    assert max(moved) <= 15
    held(len(moved), most_seconds_to_move=max(moved), reports=len(qq.reports))


@pytest.mark.fault("rolling")
@pytest.mark.on(redis=(1, 5), valkey=(0, 1), cluster=(0, 1))
async def test_workers_are_restarted_one_after_the_other(workers, server, kind, seed, round_, is_long, held):
    """A rolling restart under load: whoever ends gives everything back at once, and not a message is marked as sent again."""
    qq, restarts = QQ(random.Random(seed)), 4 if is_long else 1
    for _ in range(restarts):
        index, hearing = await workers.connect(qq)
        await qq.delivers_again()
        for _ in range(12):
            await qq.reports_something()
        await qq.until(lambda: len(qq.unanswered()) < AT_ONCE // 2)  # the others are on their way
        assert await workers.bots[index].end() == 0
        await hearing
        other, hearing = await workers.connect(qq)
        assert other != index
        await qq.delivers_again()
        await qq.reports_something()
        await qq.until(qq.is_settled)
        await workers.bots[index].start()
        await workers.bots[index].ready()
        await qq.socket.close()
        await hearing
    await finished(workers, qq, server)
    assert not any(shown.text.startswith(RESENT) for shown in qq.shown)
    held(restarts, reports=len(qq.reports), shown=len(qq.shown))
