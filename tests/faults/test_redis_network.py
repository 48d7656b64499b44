"""The network to Redis, or Redis itself, fails in the middle of commits: whatever the outcome was is found out, never guessed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from itertools import repeat

import pytest
from structlog.testing import capture_logs

from bot.store.faults import AlreadySeen, Conflict, StoreFault
from bot.store.redis.line import SILENCE_SECONDS
from bot.store.redis.start import open_redis
from bot.store.redis.store import RedisStore
from bot.tickets.events import Noted
from bot.tickets.records import first_break
from tests.bot.store.conftest import AT, Builder
from tests.faults.conftest import start
from tests.faults.proxy import network
from tests.redis_servers import Cluster, Server

pytestmark = pytest.mark.asyncio
TICKETS, WRITERS = 4, 12
MINUTE = timedelta(minutes=1)
ALWAYS = ("--appendfsync", "always")


@pytest.fixture
def server(kind, started) -> Server | Cluster:
    return started(kind, *ALWAYS)


@asynccontextmanager
async def stores(url: str, count: int) -> AsyncIterator[list[RedisStore]]:
    opened = [await open_redis(url, AT) for _ in range(count)]
    try:
        yield opened
    finally:
        for store in opened:
            await store.close()


class Load:
    """Writers that note something on a few tickets, each note once, and count what they were told."""

    def __init__(self, stores: list[RedisStore], chance: random.Random, shards: int = 1) -> None:
        self.stores = stores
        self.chance = chance
        self.build = Builder()
        self.saved: list[tuple[int, str]] = []  # told to be saved
        self.unknown: list[tuple[int, str]] = []  # given up without an answer
        self.is_over = False
        self.more = asyncio.Event()
        self.rooms = [f"qq:group:{n}" for n in range(1, TICKETS + 1)]

    async def begin(self) -> None:
        for number, room in enumerate(self.rooms, 1):
            await self.stores[0].commit(self.build.change(tickets=(self.build.opened(number, address=room),)))

    async def write(self, writer: int, count: int) -> None:
        store = self.stores[writer % len(self.stores)]
        for n in range(count):
            if self.is_over:
                return
            await self._note(store, self.chance.randrange(TICKETS) + 1, f"w{writer}.{n}")

    async def _note(self, store: RedisStore, number: int, text: str) -> None:
        # Seen in another room than the ticket's, as a word of the duty room is.
        key = f"qq:group:900|{text}"
        while True:
            ticket = await store.ticket(number)
            assert ticket is not None
            change = self.build.change(
                seen=key,
                tickets=(self.build.noted(ticket, text),),
                outgoing=(self.build.message(text, ticket=number),),
            )
            try:
                await store.commit(change)
            except Conflict:
                continue
            except AlreadySeen:
                pytest.fail(f"{text} was refused as handled, but nobody said that it was saved")
            except StoreFault:
                self.unknown.append((number, text))
                return
            self.saved.append((number, text))
            self.more.set()
            return

    async def until(self, count: int) -> None:
        """Wait until so many notes are saved."""
        while len(self.saved) < count:
            self.more.clear()
            await self.more.wait()

    async def check(self) -> None:
        """Whatever was told to be saved is there once; of the rest nothing is there by half."""
        store = self.stores[0]
        found: list[tuple[int, str]] = []
        for number in range(1, TICKETS + 1):
            records = await store.records(number)
            ticket = await store.ticket(number)
            assert ticket is not None
            assert first_break(records) is None
            assert (len(records), records[-1].hash) == (ticket.version, ticket.head)
            found.extend((number, each.event.text) for each in records[1:] if isinstance(each.event, Noted))
        assert len(set(found)) == len(found)
        assert set(self.saved) <= set(found) <= set(self.saved) | set(self.unknown)
        waiting = {message.key for message in await store.waiting("qq", limit=100_000)}
        assert waiting == {text for _, text in found}
        for _, text in found:
            assert await store.is_seen(f"qq:group:900|{text}")


@pytest.mark.fault("cut")
@pytest.mark.on(redis=(1, 50), valkey=(0, 20), cluster=(1, 20))
async def test_answers_that_are_cut_off(server, kind, seed, round_, held):
    await cut(server, "", random.Random(seed), held)


@pytest.mark.fault("cut")
@pytest.mark.on(redis=(1, 50))
async def test_answers_that_are_cut_off_from_six_shards(server, kind, seed, round_, held):
    await cut(server, "?shards=6", random.Random(seed), held)


async def cut(server, settings, chance, held):
    async with network(server, chance) as between, stores(between.url + settings, 2) as opened:
        load = Load(opened, chance)
        await load.begin()
        between.cut(25)
        await asyncio.gather(*(load.write(writer, 12) for writer in range(WRITERS)))
        between.cut(0)
        await load.check()
    assert between.were_cut > 5
    assert not load.unknown
    held(cuts=between.were_cut, commits=len(load.saved))


@pytest.mark.fault("slow")
@pytest.mark.on(redis=(1, 50), valkey=(0, 20), cluster=(0, 20))
async def test_a_slow_network(server, kind, seed, round_, held):
    chance = random.Random(seed)
    async with network(server, chance) as between, stores(between.url, 2) as opened:
        load = Load(opened, chance)
        await load.begin()
        between.slow_down(0.02)
        await asyncio.gather(*(load.write(writer, 3) for writer in range(WRITERS)))
        await load.check()
    assert not load.unknown
    held(commits=len(load.saved))


@pytest.mark.fault("server")
@pytest.mark.on(redis=(1, 17), valkey=(0, 7), cluster=(0, 7))
async def test_a_server_that_is_killed_and_started_again(server, kind, seed, round_, held):
    chance, kills, back = random.Random(seed), 3, []
    loop = asyncio.get_running_loop()
    with capture_logs() as logs:
        async with stores(server.url, 2) as opened:
            load = Load(opened, chance)
            await load.begin()
            writing = asyncio.gather(*(load.write(writer, 10_000) for writer in range(WRITERS)))
            for _ in range(kills):
                target = len(load.saved) + chance.randint(5, 80)
                await load.until(target)
                node = chance.choice(server.nodes)
                node.kill()
                await asyncio.to_thread(node.start)
                up = loop.time()
                await asyncio.gather(*(store.due(AT) for store in opened))  # every shard is asked
                back.append(loop.time() - up)
            target = len(load.saved) + 50
            await load.until(target)
            load.is_over = True
            await writing
            await load.check()
    assert not load.unknown
    away = [log["seconds"] for log in logs if log.get("action") == "store_back"]
    lost = [log for log in logs if log.get("action") == "store_lost"]
    # Who finds the server away says so, and when it is over; a worker that asked nothing meanwhile may not have seen it.
    assert len(lost) == len(away) >= kills
    assert max(back) < 5
    held(kills, commits=len(load.saved), most_seconds_until_back=max(back), most_seconds_away=max(away))


@pytest.mark.fault("paused")
@pytest.mark.on(redis=(1, 5), valkey=(0, 1), cluster=(0, 1))
async def test_servers_that_pause(kind, tmp_path, seed, round_, is_long, held):
    """Longer than a worker waits for an answer, so that everything is asked again; the old questions are answered too.

    Ten servers, or clusters, side by side in the long round: nobody has anything to do while they pause.
    """
    chances = [random.Random(seed + n) for n in range(10 if is_long else 1)]
    length = 30.0 if is_long else 1.5
    async with AsyncExitStack() as stack:
        servers = []
        for n in range(len(chances)):
            servers.append(await asyncio.to_thread(start, kind, tmp_path / str(n), *ALWAYS))
            stack.callback(servers[-1].end)
        commits = await asyncio.gather(*map(paused, servers, chances, repeat(length)))
    held(len(commits), most_seconds_paused=length, commits=sum(commits))


async def paused(server: Server | Cluster, chance: random.Random, length: float) -> int:
    """Pause one server, or a node of a cluster, under load for so many seconds, and return how many notes were saved."""
    async with stores(server.url, 2) as opened:
        if length < SILENCE_SECONDS:
            for store in opened:
                await store._servers.close()
                store._servers._lines.clear()
                store._servers.silence_seconds = length / 3
        load = Load(opened, chance)
        await load.begin()
        writing = asyncio.gather(*(load.write(writer, 10_000) for writer in range(WRITERS)))
        await load.until(30)
        node = chance.choice(server.nodes)
        node.pause()
        await asyncio.sleep(length)
        node.go_on()
        target = len(load.saved) + 50
        await load.until(target)
        load.is_over = True
        await writing
        await load.check()
    assert not load.unknown
    return len(load.saved)


@pytest.mark.fault("half-way")
@pytest.mark.on(redis=(1, 1), valkey=(0, 1), cluster=(0, 1))
async def test_a_change_whose_worker_died_half_way_is_ended_by_whoever_meets_it(server, kind, round_, held):
    build = Builder()
    url = f"{server.url}?shards=6"
    async with stores(url, 2) as (one, other):
        tickets = [build.opened(n, address=f"qq:group:{n}") for n in range(1, 5)]
        await one.commit(build.change(tickets=tuple(tickets)))
        homes = {await one._shards.of_number(n) for n in range(1, 5)}
        assert len(homes) > 1
        written = one._servers.written

        async def dying(shard, name, mode, *values):
            if mode in ("commit", "apply"):
                raise asyncio.CancelledError
            return await written(shard, name, mode, *values)

        one._servers.written = dying
        noted = tuple(build.noted(each.ticket, "死") for each in tickets)
        with suppress(asyncio.CancelledError):
            await one.commit(build.change(tickets=noted))
        one._servers.written = written
        for each in tickets:
            _age_locks(server)
            await other.commit(build.change(tickets=(build.noted(each.ticket, "活"),)))
        for n in range(1, 5):
            records = await other.records(n)
            assert [record.event.text for record in records[1:]] == ["活"]
    held()


def _age_locks(server: Server | Cluster) -> None:
    """Let what stands prepared look old."""
    script = """
    for _, key in ipairs(redis.call('KEYS', 'shouwen:*:locks')) do
      local fields = redis.call('HGETALL', key)
      for i = 1, #fields, 2 do
        local lock = cmsgpack.unpack(fields[i + 1])
        lock[3] = 0
        redis.call('HSET', key, fields[i], cmsgpack.pack(lock))
      end
    end
    """
    for node in server.nodes:
        node.ask("EVAL", script, 0)
