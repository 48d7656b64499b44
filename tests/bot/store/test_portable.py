"""What every store promises about being copied, and about what the program failed at."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from hashlib import sha256

import msgspec
import pytest

from bot.asks import Check
from bot.lessons import Lesson, Missed
from bot.store.contract import ClosedAsk, Failure, Kept, Link
from bot.store.knowledge_contract import Uses
from bot.store.messages import Delivery
from bot.store.portable import KeptFile, Part, SeenKey, Sheet, first_broken
from bot.tickets.events import Claimed
from bot.tickets.kinds import Status, SurveyState
from bot.tickets.model import Party, Survey

pytestmark = pytest.mark.asyncio

MINUTE = timedelta(minutes=1)
CONTENT = bytes(range(256)) * 3  # of a file: any bytes


def failure(build, key, **fields):
    return Failure(
        **{"key": key, "at": build.at, "room": build.room, "text": "报障", "trace": "ValueError"} | fields
    )


async def read(store, part, limit=500):
    """Return all pieces of a part, page by page."""
    found, after = [], ""
    while placed := await store.export(part, after=after, limit=limit):
        assert len(placed) <= limit
        found.extend(piece for _, piece in placed)
        after = placed[-1][0]
    return found


async def read_all(store):
    return {part: await read(store, part) for part in Part}


async def filled(store, build):
    """Put something of every kind into a store."""
    surveyed = Survey(state=SurveyState.ASKED, asked_at=build.at)
    first = build.opened(1001, due=build.at + MINUTE, subject=999)
    second = build.opened(1002, survey=surveyed, status=Status.SOLVED)
    li = Party("li", "小李 “\\n” 🖨\n")
    messages = [build.message(key, ticket=1001) for key in ("o2", "o1", "o3")]
    await store.commit(
        build.change(
            seen=f"{build.room}|m1",
            tickets=(first, second),
            outgoing=tuple(messages),
            asks=(build.ask("b", outgoing="o1"), build.ask("a", about=Check(ticket=1001))),
            closed_asks=(ClosedAsk("a", "helpful"),),
            links=(Link(build.room, "m1", 1001), Link("qq:group:2", "m1", None, "o7")),
            kept=(Kept("b", "2"), Kept("a", "1"), Kept("copying:from", "elsewhere")),
        )
    )
    await store.commit(
        build.change(
            seen="m2",
            tickets=(build.goes_on(first.ticket, Claimed(by=li), owner=li, due=build.at + 2 * MINUTE),),
        )
    )
    forgotten = msgspec.structs.replace(second.ticket, survey=Survey(state=SurveyState.PLANNED))
    await store.commit(build.change(tickets=(build.noted(forgotten),)))
    await store.learn(
        build.learning(
            entries=(build.entry("K-002"), build.entry("K-001")),
            uses=(Uses(entry="K-001", given=3, helped=1, latest_at=build.at),),
            lessons=(Lesson(id="l1", at=build.at, matter=Missed(question="怎么投屏")),),
        )
    )
    await store.learn(build.learning(entries=(build.entry("K-002", "重新搜索"),), removed=("K-001",)))
    await store.update_outgoing([msgspec.structs.replace(messages[0], state=Delivery.SENT, platform_id="p1")])
    await store.note_failure(failure(build, "m9", ticket=1001, message="{}"))
    await store.keep_file(CONTENT, build.at)


def without_places(pieces):
    return {
        part: [msgspec.structs.replace(piece, position=0) for piece in found]
        if part is Part.OUTBOX
        else found
        for part, found in pieces.items()
    }


class TestExport:
    async def test_an_empty_store_has_no_pieces(self, store):
        assert await read_all(store) == {part: [] for part in Part}

    async def test_every_part_is_read_as_it_was_saved(self, store, build):
        await filled(store, build)
        found = await read_all(store)
        assert sorted(found[Part.SEEN], key=lambda seen: seen.key) == [
            SeenKey("m2", build.at),
            SeenKey(f"{build.room}|m1", build.at),
        ]
        assert sorted(found[Part.KEPT], key=lambda kept: kept.key) == [Kept("a", "1"), Kept("b", "2")]
        assert [(kept.id, kept.entry, len(kept.changes)) for kept in found[Part.ENTRIES]] == [
            ("K-001", None, 2),
            ("K-002", build.entry("K-002", "重新搜索"), 2),
        ]
        assert found[Part.USES] == await store.uses()
        assert found[Part.LESSONS] == await store.lessons("Missed")
        assert [(ask.id, ask.outcome) for ask in found[Part.ASKS]] == [("b", ""), ("a", "helpful")]
        assert {(link.room, link.message) for link in found[Part.LINKS]} >= {
            (build.room, "m1"),
            ("qq:group:2", "m1"),
        }
        assert [(message.key, message.state) for message in found[Part.OUTBOX]] == [
            ("o2", Delivery.SENT),
            ("o1", Delivery.QUEUED),
            ("o3", Delivery.QUEUED),
        ]
        assert found[Part.FILES] == [KeptFile(sha256(CONTENT).hexdigest(), build.at, CONTENT)]
        assert found[Part.FAILURES] == [failure(build, "m9", ticket=1001, message="{}")]
        first, second = found[Part.TICKETS]
        assert first.ticket == await store.ticket(1001)
        assert [first.next_due_at, second.next_due_at] == [build.at + 2 * MINUTE, None]
        assert [first.surveyed_at, second.surveyed_at] == [None, build.at]

    async def test_an_archive_is_its_bytes_in_an_unbroken_chain(self, store, build):
        await filled(store, build)
        tickets = await read(store, Part.TICKETS)
        for kept in tickets:
            assert first_broken(kept) is None
            assert [sheet.hash for sheet in kept.sheets] == [
                record.hash for record in await store.records(kept.ticket.number)
            ]
        changed = Sheet(tickets[0].sheets[1].body.replace("小李", "小王"), tickets[0].sheets[1].hash)
        assert first_broken(msgspec.structs.replace(tickets[0], sheets=(tickets[0].sheets[0], changed))) == 2
        assert first_broken(msgspec.structs.replace(tickets[0], sheets=tickets[0].sheets[:1])) == 2

    async def test_pages_of_any_size_hold_the_same(self, store, build):
        await filled(store, build)
        for part in Part:
            assert await read(store, part, 1) == await read(store, part, 2) == await read(store, part)

    async def test_a_store_that_goes_on_gives_everything_that_was_there_once(self, store, build):
        await asyncio.gather(
            *(
                store.commit(
                    build.change(seen=f"m{n}", tickets=(build.opened(n),), outgoing=(build.message(f"o{n}"),))
                )
                for n in range(1, 30)
            )
        )
        going_on = {n: build.noted(await store.ticket(n)) for n in range(1, 30)}
        for part in (Part.SEEN, Part.OUTBOX, Part.TICKETS):
            found, after = [], ""
            while placed := await store.export(part, after=after, limit=7):
                found.extend(piece for _, piece in placed)
                after = placed[-1][0]
                for _ in range(min(3, len(going_on))):
                    number, noted = going_on.popitem()
                    await store.commit(build.change(seen=f"n{number}", tickets=(noted,)))
            keys = [piece.ticket.number if part is Part.TICKETS else piece.key for piece in found]
            assert len(set(keys)) == len(keys)
            expected = (
                range(1, 30)
                if part is Part.TICKETS
                else [f"{'m' if part is Part.SEEN else 'o'}{n}" for n in range(1, 30)]
            )
            assert set(keys) >= set(expected)
            if part is Part.TICKETS:
                assert all(first_broken(kept) is None for kept in found)


class TestPutBack:
    """From every store into another one and back."""

    @pytest.fixture(params=["out of", "into"])
    def pair(self, request, store, other_store):
        """A store and the one its pieces are put into."""
        return (store, other_store) if request.param == "out of" else (other_store, store)

    async def test_a_copy_is_the_same_store(self, build, pair):
        source, target = pair
        await filled(source, build)
        exported = await read_all(source)
        for pieces in exported.values():
            await target.put_back(pieces)
        assert without_places(await read_all(target)) == without_places(exported)
        assert await target.records(1001) == await source.records(1001)
        assert [each.ticket.number for each in await target.due(build.at + 2 * MINUTE)] == [1001]
        assert await target.next_due_at() == build.at + 2 * MINUTE
        assert await target.surveyed_at(build.person) == build.at
        assert await target.about(999) == await source.about(999)
        assert [ticket.number for ticket in await target.open_tickets(room="yucai")] == [1001, 1002]
        assert [message.key for message in await target.waiting("qq")] == ["o1", "o3"]
        assert (await target.link(build.room, "p1")).ticket == 1001
        assert (await target.link(build.room, "m1")).ticket == 1001
        assert [ask.id for ask in await target.open_asks(build.room, build.person, build.at)] == ["b"]
        assert (await target.ask_of("o1")).id == "b"
        assert await target.is_seen("m2")
        assert await target.next_number(1) == 1003
        assert await target.kept("") == {"a": "1", "b": "2"}
        assert await target.entries() == [build.entry("K-002", "重新搜索")]
        assert await target.entry_history("K-001") == await source.entry_history("K-001")
        assert await target.knowledge_version() == await source.knowledge_version() == 2
        assert await target.entry_changes(1) == await source.entry_changes(1)
        assert await target.uses() == await source.uses()
        assert await target.lessons("Missed") == await source.lessons("Missed")

    async def test_putting_back_twice_changes_nothing(self, build, pair):
        source, target = pair
        await filled(source, build)
        exported = await read_all(source)
        for _ in range(2):
            for pieces in exported.values():
                await target.put_back(pieces)
        assert without_places(await read_all(target)) == without_places(exported)

    async def test_a_later_state_takes_the_place_of_an_earlier_one(self, build, pair):
        source, target = pair
        await filled(source, build)
        for part in Part:
            await target.put_back(await read(source, part))
        ticket = await source.ticket(1001)
        await source.commit(
            build.change(
                tickets=(build.noted(ticket, status=Status.CLOSED),), closed_asks=(ClosedAsk("b", "void"),)
            )
        )
        await source.update_outgoing(
            [msgspec.structs.replace(one, state=Delivery.DEAD) for one in await source.waiting("qq")]
        )
        exported = await read_all(source)
        for pieces in exported.values():
            await target.put_back(pieces)
        assert without_places(await read_all(target)) == without_places(exported)
        assert [found.number for found in await target.open_tickets()] == [1002]
        assert await target.next_due_at() is None
        assert await target.waiting("qq") == []
        assert len(await target.dead_letters()) == 2
        assert await target.open_asks(build.room, build.person, build.at) == []

    async def test_a_copy_goes_on_like_the_original(self, build, pair):
        source, target = pair
        await filled(source, build)
        for part in Part:
            await target.put_back(await read(source, part))
        ticket = await target.ticket(1001)
        await target.commit(
            build.change(seen="m3", tickets=(build.noted(ticket),), outgoing=(build.message("o9"),))
        )
        assert [message.key for message in await target.waiting("qq")] == ["o1", "o3", "o9"]
        assert all(first_broken(kept) is None for kept in await read(target, Part.TICKETS))


class TestFailures:
    async def test_they_come_newest_first_and_go(self, store, build):
        assert await store.failures() == []
        old, new = failure(build, "b"), failure(build, "a", at=build.at + MINUTE)
        for one in (new, old):
            await store.note_failure(one)
        assert await store.failures() == [new, old]
        assert await store.failures(limit=1) == [new]
        await store.forget_failure("a")
        await store.forget_failure("nobody")
        assert await store.failures() == [old]

    async def test_one_of_the_same_key_is_replaced(self, store, build):
        await store.note_failure(failure(build, "a"))
        again = failure(build, "a", at=build.at + MINUTE, attempts=2)
        await store.note_failure(again)
        assert await store.failures() == [again]

    async def test_old_ones_are_forgotten(self, store, build):
        await store.note_failure(failure(build, "a"))
        await store.tidy(build.at + timedelta(days=90))
        assert len(await store.failures()) == 1
        await store.tidy(build.at + timedelta(days=90, seconds=1))
        assert await store.failures() == []


async def test_a_tool_that_opens_a_store_is_no_worker(store):
    assert await store.workers() == []
