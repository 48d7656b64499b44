"""In which order every store lists what has the same instant or was saved in another order, page by page, and what stays just inside a limit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.store.contract import ClosedAsk, Failure, Kept, Link
from bot.store.knowledge_contract import EntryChange, Uses
from bot.store.messages import Delivery
from bot.store.portable import KeptEntry, Part

pytestmark = pytest.mark.asyncio

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
MOMENT = timedelta(milliseconds=1)


def ids(asks):
    return [ask.id for ask in asks]


def keys(messages):
    return [message.key for message in messages]


async def test_answers_come_newest_first_and_of_one_instant_the_one_saved_later(store, build):
    for name, minutes in (("second", 0), ("newest", 2), ("oldest", -1), ("first", 0)):
        ask = build.ask(name, asked_at=build.at + minutes * MINUTE)
        await store.commit(build.change(asks=(ask,)))
    order = ["newest", "first", "second", "oldest"]
    assert ids(await store.answers_since(build.room, build.at - DAY)) == order
    assert ids(await store.open_asks(build.room, build.person, build.at)) == order


async def test_what_is_kept_comes_by_its_name(store, build):
    await store.commit(build.change(kept=tuple(Kept(name, "1") for name in ("b", "c", "a", "B"))))
    assert list(await store.kept("")) == ["B", "a", "b", "c"]


async def test_failures_come_newest_first_and_one_that_happened_again_is_new(store, build):
    for key, at in (("a", build.at), ("c", build.at), ("b", build.at), ("old", build.at - MINUTE)):
        await store.note_failure(Failure(key=key, at=at))
    assert keys(await store.failures()) == ["c", "b", "a", "old"]
    assert keys(await store.failures(limit=3)) == ["c", "b", "a"]
    await store.note_failure(Failure(key="old", at=build.at + MINUTE, attempts=2))
    assert [(each.key, each.attempts) for each in await store.failures(limit=2)] == [("old", 2), ("c", 1)]
    await store.tidy(build.at + 90 * DAY)
    assert keys(await store.failures()) == ["old", "c", "b", "a"]
    await store.tidy(build.at + 90 * DAY + MOMENT)
    assert keys(await store.failures()) == ["old"]


async def test_lessons_of_one_instant_come_by_their_id(store, build):
    await store.learn(build.learning(lessons=tuple(build.lesson(name) for name in ("b", "c", "a"))))
    assert ids(await store.lessons("Missed")) == ["a", "b", "c"]


async def test_a_lesson_saved_again_stands_at_its_new_instant(store, build):
    moved, other = build.lesson("a", at=build.at + MINUTE), build.lesson("b")
    await store.learn(build.learning(lessons=(build.lesson("a"), other)))
    await store.learn(build.learning(lessons=(moved,)))
    assert await store.lessons("Missed") == [other, moved]
    assert await store.lessons("Missed", since=build.at + MINUTE) == [moved]


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 0, 1), (1, 0, 2)])
async def test_the_latest_use_counts_in_whatever_order_uses_are_saved(store, build, order):
    instants = (None, build.at, build.at + MINUTE)
    for each in order:
        await store.learn(build.learning(uses=(Uses(entry="K-001", given=1, latest_at=instants[each]),)))
    assert await store.uses() == [Uses(entry="K-001", given=3, latest_at=build.at + MINUTE)]


async def test_an_entry_that_is_removed_and_put_in_one_change_is_there(store, build):
    await store.learn(build.learning(entries=(build.entry("K-001"), build.entry("K-002"))))
    anew = build.entry("K-001", "换一台")
    await store.learn(build.learning(removed=("K-002", "K-001"), entries=(anew,)))
    assert await store.entries() == [anew]
    latest = {each.id: each.entry for each in await store.entry_changes(1)}
    assert latest == {"K-001": anew, "K-002": None}


async def test_changes_of_entries_that_were_put_back_come_by_their_version(store, build):
    def change(version, id_):
        return EntryChange(version=version, id=id_, at=build.at, entry=build.entry(id_, f"第 {version} 版"))

    pieces = [
        KeptEntry(
            id="K-001", entry=change(3, "K-001").entry, changes=(change(1, "K-001"), change(3, "K-001"))
        ),
        KeptEntry(id="K-002", entry=change(2, "K-002").entry, changes=(change(2, "K-002"),)),
    ]
    await store.put_back(pieces)
    assert [each.version for each in await store.entry_changes(1)] == [2, 3]
    assert await store.knowledge_version() == 3


async def test_a_message_moves_to_another_adapter_and_waits_there(store, build):
    await store.commit(build.change(outgoing=(build.message("o1"), build.message("o2"))))
    moved = replace(build.message("o1"), adapter="tg", room="tg:private:7")
    await store.update_outgoing([moved])
    assert keys(await store.waiting("tg")) == ["o1"]
    assert keys(await store.waiting("qq")) == ["o2"]


async def test_a_message_that_comes_delivered_is_linked_at_once(store, build):
    said = build.message("o1", ticket=1001, state=Delivery.SENT, platform_id="p1")
    await store.commit(build.change(outgoing=(said,)))
    assert await store.link(build.room, "p1") == Link(build.room, "p1", 1001, "o1")
    assert await store.waiting("qq") == []


async def test_what_is_just_young_enough_stays(store, build):
    now = build.at + 90 * DAY
    asks = (
        build.ask("just", outgoing="o1"),
        build.ask("old", outgoing="o2", asked_at=build.at - MINUTE, expires_at=build.at - MOMENT),
        build.ask("open", outgoing="o3", asked_at=build.at - MINUTE, expires_at=build.at),
        build.ask("young", outgoing="o4", asked_at=now),
    )
    messages = [build.message("just", state=Delivery.SENT)]
    messages.append(build.message("old", state=Delivery.DROPPED, created_at=build.at - MOMENT))
    closed = (ClosedAsk("just", "void"), ClosedAsk("young", "void"))
    await store.commit(build.change(asks=asks, closed_asks=closed, outgoing=tuple(messages)))
    await store.tidy(now)
    assert [bool(await store.ask_of(f"o{number}")) for number in range(1, 5)] == [True, False, True, True]
    assert [bool(await store.outgoing(key)) for key in ("just", "old")] == [True, False]


async def test_every_part_comes_in_pages_of_which_none_misses_or_repeats_a_piece(store, build):
    names = ("b", "e", "a", "d", "c")
    await store.commit(
        build.change(
            tickets=tuple(build.opened(1001 + number) for number in range(5)),
            outgoing=tuple(build.message(name, ticket=1001) for name in names),
            asks=tuple(build.ask(name) for name in names),
            links=tuple(Link(f"qq:group:{n % 2}", name, 1001) for n, name in enumerate(names)),
            kept=tuple(Kept(name, "1") for name in names),
        )
    )
    for name in names:
        await store.commit(build.change(seen=name))
        await store.note_failure(Failure(key=name, at=build.at))
        await store.keep_file(name.encode(), build.at)
    entries = tuple(build.entry(f"K-{name}") for name in names)
    lessons = tuple(build.lesson(name) for name in names)
    uses = tuple(Uses(entry=name, given=1) for name in names)
    await store.learn(build.learning(entries=entries, lessons=lessons, uses=uses))
    for part in Part:
        for limit in (2, 5):
            found, after = [], ""
            while page := await store.export(part, after=after, limit=limit):
                assert len(page) <= limit
                found.extend(place for place, _ in page)
                after = page[-1][0]
            assert len(found) == len(set(found)) == 5, (part, limit)


async def test_no_more_are_given_out_than_were_asked_for_also_behind_others(store, build):
    await store.commit(build.change(tickets=tuple(build.opened(n, due=build.at) for n in range(1, 6))))
    taken = [[each.ticket.number for each in await store.claim_due(build.at, limit=n)] for n in (1, 2, 9)]
    assert taken == [[1], [2, 3], [4, 5]]
