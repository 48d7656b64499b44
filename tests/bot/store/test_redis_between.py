"""What becomes of a change on Redis when somebody else was there between its steps, or when one of them is sent twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from msgspec.structs import replace

from bot.lessons import Lesson
from bot.store.contract import Failure, Link
from bot.store.faults import AlreadySeen, Conflict
from bot.store.instants import milliseconds
from bot.store.knowledge_contract import Uses
from bot.store.messages import Delivered, Delivery
from bot.store.portable import Part
from bot.store.redis.servers import Servers
from bot.tickets.kinds import Status, SurveyState
from bot.tickets.model import Survey
from tests.bot.store.conftest import AT
from tests.redis_servers import Server

pytestmark = pytest.mark.asyncio
LONG_AFTER = AT + timedelta(days=40)
Meets = Callable[[], Awaitable[None]]


class Meanwhile:
    """The servers as a worker sees them; before a script runs for the first time something else happens, and answers are noted."""

    def __init__(self, servers: Servers, script: str, mode: str = "", happens: Meets | None = None) -> None:
        self._servers = servers
        self._before = (script, mode)
        self._happens = happens
        self.locked = asyncio.Event()

    async def written(self, shard: int, name: str, *values: Any) -> Any:
        if self._happens and (name, values[0] if self._before[1] else "") == self._before:
            happens, self._happens = self._happens, None
            await happens()
        answer = await self._servers.written(shard, name, *values)
        if answer[0] == b"LOCKED":
            self.locked.set()
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._servers, name)


class Twice:
    """The servers behind a network that brings everything that is written twice; only the second answer arrives."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    async def written(self, shard: int, name: str, *values: Any) -> Any:
        await self._servers.written(shard, name, *values)
        return await self._servers.written(shard, name, *values)

    def sent(self, shard: int, name: str, *values: Any) -> asyncio.Future[Any]:
        self._servers.sent(shard, name, *values)
        return self._servers.sent(shard, name, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._servers, name)


def closed(build, number):
    """Return a ticket that was closed right away, about which its requester was asked."""
    asked = Survey(state=SurveyState.ASKED, asked_at=AT)
    return build.opened(
        number, status=Status.CLOSED, closed_at=AT, survey=asked, address=build.room, account="qq:1"
    )


class Dying:
    """The servers as a worker sees them that dies before a step of a change."""

    def __init__(self, servers: Servers, mode: str) -> None:
        self._servers = servers
        self._mode = mode

    async def written(self, shard: int, name: str, *values: Any) -> Any:
        if values[0] == self._mode:
            raise asyncio.CancelledError
        return await self._servers.written(shard, name, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._servers, name)


class Noting:
    """The servers as a worker sees them; each step of that name is noted, to be sent once more."""

    def __init__(self, servers: Any, mode: str) -> None:
        self._servers = servers
        self._mode = mode
        self.steps: list[tuple[Any, ...]] = []

    async def written(self, shard: int, name: str, *values: Any) -> Any:
        if values[0] == self._mode:
            self.steps.append((shard, name, *values))
        return await self._servers.written(shard, name, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._servers, name)


class TestLongClosed:
    """All in one room, so in one shard and one box."""

    @pytest_asyncio.fixture
    async def tickets(self, one, build):
        saved = [closed(build, number) for number in range(1, 6)]
        await one.commit(build.change(tickets=tuple(saved)))
        return [each.ticket for each in saved]

    @pytest.mark.parametrize("what", ["written to", "given a deadline", "open again"])
    async def test_one_that_somebody_needs_meanwhile_stays_where_it_is(
        self, one, other, build, tickets, what
    ):
        first, *others = tickets
        change = {
            "written to": build.noted(first),
            "given a deadline": build.goes_on(first, due=AT),
            "open again": build.goes_on(first, status=Status.OPEN),
        }[what]

        async def happens() -> None:
            await other.commit(build.change(tickets=(change,)))

        one._boxes._servers = Meanwhile(one._servers, "box", happens=happens)
        shard = await one._shards.of_number(1)
        await one.tidy(LONG_AFTER)
        assert await one._servers.ask(shard, "EXISTS", "t:1") == 1
        assert await one.ticket(1) == change.ticket
        assert len(await one.records(1)) == change.ticket.version
        assert await one.due_at(1) == change.next_due_at
        await one.tidy(LONG_AFTER)
        assert [await one.ticket(each.number) for each in others] == others

    async def test_one_that_is_being_changed_stays_where_it_is(self, one, build, tickets):
        shard = await one._shards.of_number(1)
        await one._servers.ask(shard, "HSET", "locks", "t1", b"somebody's")
        await one.tidy(LONG_AFTER)
        assert await one._servers.ask(shard, "EXISTS", "t:1") == 1
        await one._servers.ask(shard, "DEL", "locks")
        await one.tidy(LONG_AFTER)
        assert [await one._servers.ask(shard, "EXISTS", key) for key in ("t:1", "box:0")] == [0, 1]
        assert [kept.surveyed_at for _, kept in await one.export(Part.TICKETS)] == [AT] * 5
        assert [await one.ticket(each.number) for each in tickets] == tickets

    async def test_one_that_is_still_due_keeps_no_other_from_its_box(self, one, build, tickets):
        due = build.noted(tickets[0], due=AT)
        await one.commit(build.change(tickets=(due,)))
        await one.tidy(LONG_AFTER)
        _, inside = await one._boxes._box(await one._shards.of_number(1), 0)
        assert [each.number for each in inside] == [2, 3, 4, 5]
        assert [found.ticket for found in await one.due(AT)] == [due.ticket]

    async def test_workers_that_tidy_together_lose_none(self, one, other, build, tickets):
        late = closed(build, 6)

        async def happens() -> None:
            await other.tidy(LONG_AFTER)
            await other.commit(build.change(tickets=(late,)))
            await other.tidy(LONG_AFTER)

        one._boxes._servers = Meanwhile(one._servers, "box", happens=happens)
        await one.tidy(LONG_AFTER)
        kept = [*tickets, late.ticket]
        assert [await one.ticket(each.number) for each in kept] == kept

    async def test_one_that_was_opened_again_keeps_no_other_from_its_box(self, one, build, tickets):
        opened = build.noted(tickets[0], status=Status.OPEN, closed_at=None)
        await one.commit(build.change(tickets=(opened,)))
        await one.tidy(LONG_AFTER)
        _, inside = await one._boxes._box(await one._shards.of_number(1), 0)
        assert [each.number for each in inside] == [2, 3, 4, 5]

    async def test_one_that_is_taken_out_while_others_are_put_in_lies_in_one_place(
        self, one, other, build, tickets
    ):
        await one.tidy(LONG_AFTER)
        late = closed(build, 6)
        await one.commit(build.change(tickets=(late,)))

        async def happens() -> None:
            await other.commit(build.change(tickets=(build.noted(tickets[0]),)))

        one._boxes._servers = Meanwhile(one._servers, "box", happens=happens)
        shard = await one._shards.of_number(1)
        for in_box in ([2, 3, 4, 5], [1, 2, 3, 4, 5, 6]):
            await one.tidy(LONG_AFTER)
            _, inside = await one._boxes._box(shard, 0)
            assert [each.number for each in inside] == in_box
            assert (await one.ticket(1)).version == 2
            assert await one.ticket(6) == late.ticket

    async def test_two_that_are_taken_out_together_are_both_there(self, one, other, build, tickets):
        await one.tidy(LONG_AFTER)
        first, second, *rest = tickets
        shard = await one._shards.of_number(1)
        assert await one._servers.ask(shard, "EXISTS", "surveys") == 0

        async def happens() -> None:
            await other.commit(build.change(tickets=(build.noted(second),)))

        one._boxes._servers = Meanwhile(one._servers, "unbox", happens=happens)
        await one.commit(build.change(tickets=(build.noted(first),)))
        assert [(await one.ticket(number)).version for number in (1, 2)] == [2, 2]
        assert [len(await one.records(number)) for number in (1, 2)] == [2, 2]
        _, inside = await one._boxes._box(shard, 0)
        assert [each.number for each in inside] == [3, 4, 5]
        assert [await one.ticket(each.number) for each in rest] == rest
        assert await one.surveyed_at("qq:1") == AT
        await one.tidy(LONG_AFTER)
        assert [(await one.ticket(number)).version for number in (1, 2)] == [2, 2]


async def test_no_number_is_given_again_by_a_server_that_was_put_back(one, redis_server):
    assert [await one.next_number(1001) for _ in range(3)] == [1001, 1002, 1003]
    redis_server.ask("SET", "shouwen:{0}:number", 1001)
    assert [await one.next_number(1001) for _ in range(2)] == [1004, 1005]


async def test_messages_come_after_those_before_them_on_a_server_whose_clock_was_put_back(one, other, build):
    await one.commit(build.change(outgoing=(build.message("z"),)))
    shard = await one._shards.of_message("z")
    ahead = int(await one._servers.ask(shard, "GET", "position")) + 3_600_000_000  # of a clock an hour ahead
    await one._servers.ask(shard, "SET", "position", ahead)
    for keys in (("y", "x"), ("w",), ("v", "u")):
        await one.commit(build.change(outgoing=tuple(build.message(key) for key in keys)))
    first, *later = await other.waiting("qq")
    assert (first.key, [each.key for each in later]) == ("z", ["y", "x", "w", "v", "u"])
    assert int(await one._servers.ask(shard, "GET", "position")) == ahead + len(later)


class TestAcrossShards:
    """A change of two rooms: one of its tickets is decided about where the other one is not."""

    @pytest.fixture
    def url(self, redis_server: Server) -> str:
        redis_server.empty()
        return f"{redis_server.url}?shards=5"

    @pytest_asyncio.fixture
    async def pair(self, one, build):
        """Two tickets in different shards."""
        saved = [build.opened(number, address=f"qq:group:{number}") for number in range(1, 9)]
        await one.commit(build.change(tickets=tuple(saved)))
        homes = {each.ticket.number: await one._shards.of_number(each.ticket.number) for each in saved}
        first = saved[0].ticket
        second = next(each.ticket for each in saved if homes[each.ticket.number] != homes[1])
        return first, second

    async def none_is_locked(self, store) -> bool:
        found = [await store._servers.ask(shard, "EXISTS", "locks") for shard in range(5)]
        kept = [await store._servers.ask(shard, "KEYS", "p:*") for shard in range(5)]
        return not any(found) and not any(kept)

    async def let_locks_look_old(self, store) -> None:
        for shard in range(5):
            found = await store._servers.ask(shard, "HGETALL", "locks")
            for field, lock in zip(found[::2], found[1::2], strict=True):
                id_, deciding, since = msgspec.msgpack.decode(lock)
                aged = msgspec.msgpack.encode([id_, deciding, since - 4000])
                await store._servers.ask(shard, "HSET", "locks", field, aged)

    async def test_who_wants_what_is_being_changed_waits_for_what_comes_of_it(self, one, other, build, pair):
        first, second = pair
        seen = other._commits._servers = Meanwhile(other._servers, "none")
        key = f"qq:group:{second.number}|m1"  # lies where the second ticket does
        late: list[asyncio.Future[None]] = []

        async def happens() -> None:
            for change in (
                build.change(tickets=(build.noted(second, "后来的"),)),
                build.change(seen=key, outgoing=(build.message("o2"),)),
            ):
                seen.locked.clear()
                late.append(asyncio.ensure_future(other.commit(change)))
                async with asyncio.timeout(10):
                    await seen.locked.wait()

        one._commits._servers = Meanwhile(one._servers, "commit", "commit", happens)
        both = (build.noted(first, "先来的"), build.noted(second, "先来的"))
        async with asyncio.timeout(20):
            await one.commit(build.change(seen=key, tickets=both))
            outcomes = await asyncio.gather(*late, return_exceptions=True)
        assert [type(each) for each in outcomes] == [Conflict, AlreadySeen]
        assert (await one.records(second.number))[1].event.text == "先来的"
        assert await self.none_is_locked(one)

    @pytest.mark.parametrize(
        ("died_before", "versions", "said"), [("commit", [1, 2], "后来的"), ("apply", [2, 2], "先来的")]
    )
    async def test_what_a_worker_had_begun_that_died_is_ended_by_whoever_meets_it(
        self, one, other, build, pair, died_before, versions, said
    ):
        first, second = pair
        one._commits._servers = Dying(one._servers, died_before)
        key = f"qq:group:{second.number}|m1"
        both = (build.noted(first, "先来的"), build.noted(second, "先来的"))
        with pytest.raises(asyncio.CancelledError):
            await one.commit(build.change(seen=key, tickets=both))
        await self.let_locks_look_old(other)
        with suppress(Conflict):
            await other.commit(build.change(tickets=(build.noted(second, "后来的"),)))
        assert [(await other.ticket(each.number)).version for each in pair] == versions
        assert [each.event.text for each in await other.records(second.number)][1:] == [said]
        assert await other.is_seen(key) is (died_before == "apply")
        assert await self.none_is_locked(other)

    @pytest.mark.parametrize(("is_given_up", "answer"), [(False, b"OK"), (True, b"ABORTED")])
    async def test_a_step_that_arrives_when_all_is_over_locks_nothing(
        self, one, other, build, pair, is_given_up, answer
    ):
        servers = Dying(one._servers, "commit") if is_given_up else one._servers
        noting = one._commits._servers = Noting(servers, "prepare")
        both = tuple(build.noted(each, "先来的") for each in pair)
        with suppress(asyncio.CancelledError):
            await one.commit(build.change(tickets=both))
        await self.let_locks_look_old(other)
        if is_given_up:
            await other.commit(build.change(tickets=tuple(build.noted(each, "后来的") for each in pair)))
        assert await self.none_is_locked(other)
        said = [(await other.records(each.number))[1].event.text for each in pair]
        assert noting.steps
        for step in noting.steps:
            assert (await one._servers.written(*step))[0] == answer
        assert await self.none_is_locked(other)
        assert [(await other.ticket(each.number)).version for each in pair] == [2, 2]
        assert [(await other.records(each.number))[1].event.text for each in pair] == said

    async def test_a_change_that_was_given_up_by_another_is_not_saved_by_half_when_its_worker_goes_on(
        self, one, other, build, pair
    ):
        first, second = pair

        async def happens() -> None:
            await self.let_locks_look_old(other)
            await other.commit(build.change(tickets=(build.noted(second, "后来的"),)))

        one._commits._servers = Meanwhile(one._servers, "commit", "commit", happens)
        both = (build.noted(first, "先来的"), build.noted(second, "先来的"))
        with pytest.raises(Conflict):
            await one.commit(build.change(tickets=both))
        assert [(await one.ticket(each.number)).version for each in pair] == [1, 2]
        assert await self.none_is_locked(one)

    async def test_what_others_are_changing_keeps_nothing_else_from_being_looked_at(
        self, one, other, build, pair
    ):
        first, _ = pair
        key = f"{first.address}|m1"
        await one.commit(build.change(seen=key, tickets=(build.noted(first),)))
        for shard in range(5):
            await one._servers.ask(shard, "HSET", "locks", "t999", b"somebody's")
        with pytest.raises(Conflict):
            await other.commit(build.change(tickets=(build.noted(first, "晚了"),)))
        with pytest.raises(AlreadySeen):
            await other.commit(build.change(seen=key))
        await other.commit(build.change(seen=f"{first.address}|m2", outgoing=(build.message("o1"),)))
        assert [each.key for each in await one.waiting("qq")] == ["o1"]

    async def test_nothing_stays_locked_after_a_change_that_was_refused(self, one, other, build, pair):
        first, second = pair
        await other.commit(build.change(tickets=(build.noted(first),)))
        both = (build.noted(first, "晚了"), build.noted(second, "晚了"))
        with pytest.raises(Conflict):
            await one.commit(build.change(seen="qq:group:5|m1", tickets=both))
        assert await self.none_is_locked(one)
        await other.commit(build.change(seen="qq:group:5|m1", tickets=(build.noted(second),)))
        assert [(await one.ticket(each.number)).version for each in pair] == [2, 2]


async def test_what_is_written_twice_is_written_once(one, other, build):
    await one.hold("qq")
    for part in (one, one._commits, one._boxes):
        part._servers = Twice(part._servers)
    opened = [build.opened(number, address=f"qq:group:{number}") for number in range(1, 7)]
    messages = [build.message(f"o{number}") for number in range(3)]
    links = (Link(build.room, "m1", 1),)
    await one.commit(build.change(seen="m1", tickets=tuple(opened), outgoing=tuple(messages), links=links))
    await one.commit(build.change(tickets=(build.noted(opened[0].ticket),)))
    assert [len(await other.records(number)) for number in range(1, 7)] == [2, 1, 1, 1, 1, 1]
    assert [each.key for each in await other.waiting("qq")] == ["o0", "o1", "o2"]
    await one.note_delivered([Delivered("o0", "p0")])
    await one.update_outgoing([replace(messages[1], state=Delivery.DEAD)])
    assert [each.key for each in await other.waiting("qq")] == ["o2"]
    assert [each.key for each in await other.dead_letters()] == ["o1"]
    lesson = Lesson(id="l1", at=AT, matter=build.lesson("l1").matter)
    learning = build.learning(
        entries=(build.entry("K-1"),), lessons=(lesson,), uses=(Uses(entry="K-1", given=1),)
    )
    await one.learn(learning)
    assert await other.knowledge_version() == len(await other.entry_history("K-1")) == 1
    assert await other.uses() == [Uses(entry="K-1", given=1)]


async def test_a_worker_that_saves_a_lower_number_lowers_none(one, other, build):
    await one.commit(build.change(tickets=(build.opened(1003),)))
    await other.commit(build.change(tickets=(build.opened(1002),)))
    assert await one.next_number(1001) == 1004
    assert [ticket.number for ticket in await one.open_tickets()] == [1002, 1003]


async def test_a_ticket_is_found_where_it_was_opened_first(one, other, build):
    opened = build.opened(1001, address="qq:group:1")
    await one.commit(build.change(tickets=(opened,)))
    rooms = [f"qq:group:{number}" for number in range(2, 99)]
    home = one._shards.of_room("qq:group:1")
    elsewhere = next((room for room in rooms if one._shards.of_room(room) != home), rooms[0])
    with pytest.raises(Conflict):
        await other.commit(build.change(tickets=(build.opened(1001, address=elsewhere),)))
    assert await other.ticket(1001) == opened.ticket
    assert await other.open_tickets() == [opened.ticket]


async def test_forgetting_goes_on_behind_what_stays(one, build):
    shard, before = one._shards.of_room(build.room), milliseconds(AT)
    old, young = AT - timedelta(milliseconds=1), AT
    kinds = (
        ("sent", old),
        ("queued", old),
        ("sent", old),
        ("sent", young),
        ("queued", young),
        ("dropped", old),
    )
    messages = [
        build.message(f"o{n}", state=Delivery(state), created_at=at) for n, (state, at) in enumerate(kinds)
    ]
    later = AT + timedelta(minutes=1)
    asks = [
        build.ask(f"a{n}", asked_at=at, expires_at=later if state == "queued" else old)
        for n, (state, at) in enumerate(kinds)
    ]
    await one.commit(build.change(outgoing=tuple(messages), asks=tuple(asks)))
    for what in ("outbox", "asks"):
        steps = [await one._servers.run(shard, "tidy", what, before, passed, 3) for passed in (0, 1, 3)]
        assert steps == [[2, 1, 1], [1, 2, 0], [0, 0, 0]]
        assert await one._servers.ask(shard, "HLEN", what) == 3
        assert await one._servers.ask(shard, "ZCARD", f"{what}-in-order") == 3


async def test_what_is_forgotten_leaves_nothing_behind(one, build, redis_server):
    known = set(redis_server.ask("KEYS", "*"))
    said = build.message("o1", ticket=1001, state=Delivery.SENT, platform_id="p1")
    asks = (build.ask("a1", outgoing="o1"),)
    await one.commit(build.change(seen="m1", outgoing=(said,), asks=asks))
    await one.learn(build.learning(lessons=(build.lesson("l1"),)))
    await one.note_failure(Failure(key="m1", at=AT))
    await one.keep_file(b"content", AT)
    await one.tidy(AT + timedelta(days=91))
    left = {
        key.rpartition(b"}:")[2].partition(b":")[0].decode()
        for key in set(redis_server.ask("KEYS", "*")) - known
    }
    assert left == {"position", "ask-position", "c"}  # what is never given twice, and that a change was made
