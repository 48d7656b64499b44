"""A store of every kind, and short ways to make what goes into it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from bot.asks import Answered, Ask
from bot.lessons import Lesson, Missed
from bot.store.contract import Change, Saved, Store
from bot.store.knowledge_contract import Learning
from bot.store.messages import Queued
from bot.store.portable import Portable
from bot.store.redis.start import open_redis
from bot.store.redis.store import RedisStore
from bot.store.registry import open_store
from bot.tickets.events import AnyEvent, Noted
from bot.tickets.kinds import Kind
from bot.tickets.model import Party, Ticket
from bot.tickets.records import Record, Source, sealed
from faq.knowledge import Entry
from tests.redis_servers import Cluster, Server

AT = datetime(2026, 3, 6, 8, 45, tzinfo=UTC)


class Builder:
    """Makes values with everything filled in that a test does not care about."""

    at = AT
    zhang = Party("zhang", "老张")
    room = "qq:group:123456"
    person = "qq:20001"

    def opened(self, number: int, *, due: datetime | None = None, **fields: Any) -> Saved:
        """Return a new ticket with its first record."""
        ticket = Ticket(
            **{
                "number": number,
                "version": 0,
                "kind": Kind.FAULT,
                "room": "yucai",
                "requester": Party("qq:20001", "王老师"),
                "account": self.person,
                "text": "打印机坏了",
                "opened_at": AT,
            }
            | fields
        )
        return self.goes_on(ticket, Noted(by=self.zhang, text="打印机坏了"), due=due)

    def goes_on(self, before: Ticket, *events: AnyEvent, due: datetime | None = None, **fields: Any) -> Saved:
        """Return a saved ticket after these events, with fields changed."""
        records: list[Record] = []
        head = before.head
        for seq, event in enumerate(events, before.version + 1):
            record = Record(
                number=before.number,
                seq=seq,
                at=AT + timedelta(seconds=seq),
                event=event,
                source=Source(f"m{seq}", "qq:10001", self.room),
            )
            records.append(sealed(record, head))
            head = records[-1].hash
        ticket = msgspec.structs.replace(
            before, **({"version": before.version + len(events), "head": head} | fields)
        )
        return Saved(ticket=ticket, expected_version=before.version, records=tuple(records), next_due_at=due)

    def noted(self, before: Ticket, text: str = "看过了", **more: Any) -> Saved:
        """Return a saved ticket after one more event."""
        return self.goes_on(before, Noted(by=self.zhang, text=text), **more)

    def message(self, key: str, **fields: Any) -> Queued:
        return Queued(
            **{"key": key, "adapter": "qq", "room": self.room, "text": f"话 {key}", "created_at": AT} | fields
        )

    def ask(self, ask_id: str, **fields: Any) -> Ask:
        return Ask(
            **{
                "id": ask_id,
                "room": self.room,
                "person": self.person,
                "about": Answered(question="打印不出来", entry="K-102"),
                "asked_at": AT,
                "expires_at": AT + timedelta(minutes=10),
            }
            | fields
        )

    def entry(self, entry_id: str, answer: str = "重启打印服务") -> Entry:
        return Entry(id=entry_id, question="打印机找不到", answer=answer)

    def lesson(self, lesson_id: str, **fields: Any) -> Lesson:
        matter = Missed(question="打印机怎么借", customer="yucai", room="yucai")
        return Lesson(**{"id": lesson_id, "at": AT, "matter": matter} | fields)

    def learning(self, **fields: Any) -> Learning:
        return Learning(**{"at": AT} | fields)

    def change(self, **fields: Any) -> Change:
        return Change(**{"at": AT} | fields)


@pytest.fixture
def build() -> Builder:
    return Builder()


@pytest.fixture(params=["sqlite", "redis", "valkey", "cluster"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store; another implementation adds its name here."""
    if request.param == "sqlite":
        return f"sqlite:{tmp_path / 'store.db'}"
    server: Server | Cluster = request.getfixturevalue(f"{request.param}_server")
    server.empty()
    return server.url


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from _running("redis", tmp_path_factory)


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from _running("valkey", tmp_path_factory)


@pytest.fixture(scope="session")
def cluster_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster("redis", tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.end()


def _running(kind: str, folders: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(kind, folders.mktemp(kind))
    yield server
    server.end()


@pytest_asyncio.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    store = await open_store(store_url, AT)
    yield store
    await store.close()


@pytest_asyncio.fixture
async def other_store(tmp_path: Path) -> AsyncIterator[Portable]:
    """A second, empty store: what is copied must look the same there."""
    store = await open_store(f"sqlite:{tmp_path / 'other.db'}", AT)
    yield store
    await store.close()


@pytest_asyncio.fixture
async def reopened(store: Store, store_url: str) -> AsyncIterator[Callable[[], Awaitable[Store]]]:
    """Ends the program, so to say, and gives the store as the next one finds it."""
    async with AsyncExitStack() as stack:

        async def again() -> Store:
            await store.close()
            opened = await open_store(store_url, AT)
            stack.push_async_callback(opened.close)
            return opened

        yield again


@pytest.fixture(params=["1", "5"], ids=["one shard", "five shards"])
def url(redis_server: Server, request: pytest.FixtureRequest) -> str:
    """Return the address of an empty server, used as one shard and as several."""
    redis_server.empty()
    return f"{redis_server.url}?shards={request.param}"


@pytest_asyncio.fixture
async def one(url: str) -> AsyncIterator[RedisStore]:
    """A worker."""
    store = await open_redis(url, AT)
    yield store
    await store.close()


@pytest_asyncio.fixture
async def other(url: str, one: RedisStore) -> AsyncIterator[RedisStore]:
    """Another worker at the same server."""
    store = await open_redis(url, AT)
    yield store
    await store.close()
