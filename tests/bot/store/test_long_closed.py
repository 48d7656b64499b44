"""A ticket that was closed long ago is where it was, whole, and can be written to again, however a store keeps it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.store.faults import Conflict
from bot.store.portable import Part, first_broken
from bot.tickets.kinds import Status
from bot.tickets.records import first_break
from tests.bot.store.conftest import AT
from tests.redis_servers import Server

pytestmark = pytest.mark.asyncio
COUNT = 150  # more than two boxes of the store that has boxes
LONG_AFTER = AT + timedelta(days=40)


async def filled(store, build) -> dict[int, tuple]:
    """Save tickets of two people, each with three records; every tenth stays open. Return what can be read of them."""
    for number in range(1, COUNT + 1):
        opened = build.opened(
            number,
            account=f"qq:{20001 + number % 2}",
            address="qq:group:7",
            text=f"教室 {number} 的投影机不亮",
        )
        await store.commit(build.change(tickets=(opened,)))
        fields = {} if number % 10 == 0 else {"status": Status.CLOSED, "closed_at": AT + timedelta(seconds=3)}
        after = build.goes_on(opened.ticket, *[each.event for each in opened.records] * 2, **fields)
        await store.commit(build.change(tickets=(after,)))
    return await read(store)


async def read(store) -> dict[int, tuple]:
    found = {}
    for number in range(1, COUNT + 1):
        found[number] = (await store.ticket(number), await store.records(number))
    return found


async def exported(store) -> list:
    pieces, after = [], ""
    while page := await store.export(Part.TICKETS, after=after, limit=40):
        pieces.extend(piece for _, piece in page)
        after = page[-1][0]
    return pieces


async def test_everything_of_it_reads_as_before(store, build):
    before = await filled(store, build)
    pieces = await exported(store)
    await store.tidy(LONG_AFTER)
    assert await read(store) == before
    for _, records in before.values():
        assert first_break(records) is None
    assert await exported(store) == pieces
    assert all(first_broken(piece) is None for piece in pieces)
    newest = [ticket.number for ticket in await store.recent_tickets(limit=COUNT)]
    assert newest == list(range(COUNT, 0, -1))
    assert [ticket.number for ticket in await store.recent_tickets(limit=3, before=70)] == [69, 68, 67]
    assert [ticket.number for ticket in await store.tickets_of("qq:20002", limit=3)] == [149, 147, 145]
    assert len(await store.open_tickets(limit=COUNT)) == COUNT // 10
    assert len(await store.closed_since(AT)) == COUNT - COUNT // 10
    assert await store.ticket(COUNT + 1) is None
    assert await store.records(COUNT + 1) == []


async def test_it_can_be_written_to_again_and_only_in_the_version_it_has(store, build):
    before = await filled(store, build)
    await store.tidy(LONG_AFTER)
    ticket, records = before[65]
    with pytest.raises(Conflict):
        await store.commit(build.change(tickets=(build.noted(records and build.opened(65).ticket),)))
    reopened = build.goes_on(ticket, records[0].event, status=Status.OPEN, closed_at=None, due=AT)
    await store.commit(build.change(tickets=(reopened,)))
    again = await store.ticket(65)
    assert (again.status, again.version) == (Status.OPEN, 4)
    assert first_break(await store.records(65)) is None
    assert [each.ticket.number for each in await store.due(LONG_AFTER)] == [65]
    await store.tidy(LONG_AFTER)
    assert await store.ticket(65) == again
    closed = build.goes_on(again, records[0].event, status=Status.CLOSED, closed_at=AT)
    await store.commit(build.change(tickets=(closed,)))
    await store.tidy(LONG_AFTER)
    assert await store.ticket(65) == closed.ticket
    assert len(await store.records(65)) == 5
    assert (await read(store))[66] == before[66]


async def test_redis_needs_little_memory_for_it(redis_server: Server, build):
    from bot.store.registry import open_store

    redis_server.empty()
    store = await open_store(redis_server.url, AT)
    await filled(store, build)
    await store.tidy(AT + timedelta(days=20))
    assert redis_server.ask("EXISTS", "shouwen:{0}:box:1") == 0  # not closed for long enough
    full = sum(
        int(str(redis_server.ask("MEMORY", "USAGE", f"shouwen:{{0}}:{kind}:{n}")))
        for kind in "tr"
        for n in range(65, 70)
    )
    await store.tidy(LONG_AFTER)
    for kind in "tr":
        assert redis_server.ask("EXISTS", *(f"shouwen:{{0}}:{kind}:{n}" for n in range(65, 70))) == 0
        assert redis_server.ask("EXISTS", f"shouwen:{{0}}:{kind}:70") == 1  # it is open
    box = int(str(redis_server.ask("MEMORY", "USAGE", "shouwen:{0}:box:1")))
    assert box / 58 < full / 5 / 4
    assert redis_server.ask("ZCARD", "shouwen:{0}:closed") == 0
    await store.close()


async def test_an_archive_that_does_not_hold_is_not_touched(redis_server: Server, build):
    from bot.store.registry import open_store

    redis_server.empty()
    store = await open_store(redis_server.url, AT)
    await filled(store, build)
    redis_server.ask("LSET", "shouwen:{0}:r:7", 1, redis_server.ask("LINDEX", "shouwen:{0}:r:8", 1))
    await store.tidy(LONG_AFTER)
    assert redis_server.ask("EXISTS", "shouwen:{0}:t:7", "shouwen:{0}:t:8") == 1
    assert first_break(await store.records(7)) == 2
    await store.close()


async def test_redis_notes_once_when_tickets_of_earlier_versions_were_closed(redis_server: Server, build):
    from bot.store.registry import open_store

    redis_server.empty()
    store = await open_store(redis_server.url, AT)
    await filled(store, build)
    await store.tidy(LONG_AFTER)
    expected = await store.closed_since(AT)
    assert len(expected) == COUNT - COUNT // 10
    redis_server.ask("DEL", "shouwen:{0}:ended")
    assert await store.closed_since(AT) == expected
    assert redis_server.ask("ZCARD", "shouwen:{0}:ended") == len(expected)
    assert await store.closed_since(AT + timedelta(days=1)) == []
    await store.close()
