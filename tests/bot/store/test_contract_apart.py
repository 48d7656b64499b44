"""What every store keeps apart: people, rooms, questions and surveys beside each other, where a shortcut would take one for the other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.asks import Check
from bot.lessons import Picked
from bot.store.contract import Link
from bot.store.knowledge_contract import KnowledgeMoved
from bot.store.messages import Delivered, Delivery
from bot.tickets.kinds import SurveyState
from bot.tickets.model import Survey

pytestmark = pytest.mark.asyncio

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
OTHER_ROOM, OTHER_PERSON = "qq:group:2", "qq:20002"


def ids(asks):
    return [ask.id for ask in asks]


async def test_people_who_were_all_asked_something_hear_of_their_own_questions_only(store, build):
    ends = build.at + 10 * MINUTE
    asks = (
        build.ask("mine"),
        build.ask("mine-over", expires_at=ends - MINUTE),
        build.ask("mine-there", room=OTHER_ROOM),
        build.ask("theirs", person=OTHER_PERSON),
    )
    await store.commit(build.change(asks=asks))
    still = ends - timedelta(milliseconds=1)
    assert ids(await store.open_asks(build.room, build.person, still)) == ["mine"]
    assert ids(await store.open_asks(OTHER_ROOM, build.person, still)) == ["mine-there"]
    assert ids(await store.open_asks(build.room, OTHER_PERSON, still)) == ["theirs"]
    assert ids(await store.open_asks(build.room, build.person, ends - MINUTE)) == ["mine"]


async def test_who_was_asked_twice_is_remembered_until_the_last_of_it_ends(store, build, reopened):
    asks = (build.ask("short", expires_at=build.at + MINUTE), build.ask("long"), build.ask("answered"))
    await store.commit(build.change(asks=asks))
    again = await reopened()
    assert ids(await again.open_asks(build.room, build.person, build.at + MINUTE)) == ["answered", "long"]


async def test_a_question_put_anew_is_no_longer_what_it_was(store, build):
    await store.commit(build.change(asks=(build.ask("a1", outgoing="o1"), build.ask("a2"))))
    anew = build.ask("a1", outgoing="o2", about=Check(ticket=1001), asked_at=build.at + MINUTE)
    await store.commit(build.change(asks=(anew,)))
    assert ids(await store.open_asks(build.room, build.person, build.at)) == ["a1", "a2"]
    assert await store.ask_of("o1") is None
    assert await store.ask_of("o2") == anew
    assert ids(await store.answers_since(build.room, build.at)) == ["a2"]
    back = build.ask("a1", asked_at=build.at - MINUTE)
    await store.commit(build.change(asks=(back,)))
    assert ids(await store.open_asks(build.room, build.person, build.at)) == ["a2", "a1"]
    assert ids(await store.answers_since(build.room, build.at - MINUTE)) == ["a2", "a1"]


async def test_of_two_questions_of_one_message_the_later_counts(store, build):
    await store.commit(build.change(asks=(build.ask("a1", outgoing="o1"), build.ask("a2", outgoing="o1"))))
    assert (await store.ask_of("o1")).id == "a2"


async def test_a_survey_asked_later_counts_from_then_on(store, build):
    opened = build.opened(1001)
    await store.commit(build.change(tickets=(opened,)))
    first = Survey(state=SurveyState.ASKED, asked_at=build.at)
    asked = build.noted(opened.ticket, survey=first)
    await store.commit(build.change(tickets=(asked,)))
    assert await store.surveyed_at(build.person) == build.at
    again = replace(first, asked_at=build.at + MINUTE)
    await store.commit(build.change(tickets=(build.noted(asked.ticket, survey=again),)))
    assert await store.surveyed_at(build.person) == build.at + MINUTE


async def test_numbers_go_on_above_the_highest_of_many_after_a_restart(store, build, reopened):
    await store.commit(build.change(tickets=tuple(build.opened(number) for number in (1001, 1003, 1002))))
    assert await (await reopened()).next_number(1001) == 1004


async def test_a_ticket_stays_in_the_room_and_with_the_person_it_was_opened_for(store, build):
    opened = build.opened(1001, subject=999)
    await store.commit(build.change(tickets=(opened,)))
    await store.commit(build.change(tickets=(build.noted(opened.ticket),)))
    for found in (
        await store.open_tickets(room="yucai"),
        await store.tickets_of(build.person),
        await store.about(999),
    ):
        assert [(each.number, each.version) for each in found] == [(1001, 2)]


async def test_numbers_stay_above_the_highest_when_a_lower_one_is_saved_later(store, build, reopened):
    for number in (1003, 1002):
        await store.commit(build.change(tickets=(build.opened(number),)))
    assert await store.next_number(1001) == 1004
    assert await (await reopened()).next_number(1) >= 1004


async def test_of_two_messages_with_one_place_on_the_platform_the_later_is_found_whichever_arrived_last(
    store, build
):
    old, new = build.message("o1", ticket=1001), build.message("o2", ticket=1002, created_at=build.at + DAY)
    await store.commit(build.change(outgoing=(old, new)))
    for message in (new, old):
        await store.note_delivered([Delivered(message.key, "p1")])
    assert await store.link(build.room, "p1") == Link(build.room, "p1", 1002, "o2")
    await store.tidy(build.at + 90 * DAY + MINUTE)
    assert await store.outgoing("o1") is None
    assert await store.link(build.room, "p1") == Link(build.room, "p1", 1002, "o2")
    await store.tidy(build.at + 92 * DAY)
    assert await store.link(build.room, "p1") is None
    assert await store.said_about(1002) == []


async def test_of_two_messages_with_one_place_on_the_platform_the_later_may_be_forgotten_first(store, build):
    messages = (build.message("o1", created_at=build.at + DAY), build.message("o2"))
    await store.commit(build.change(outgoing=messages))
    await store.note_delivered([Delivered("o1", "p1"), Delivered("o2", "p1")])
    for days, left in ((90, [True, False]), (92, [False, False])):
        await store.tidy(build.at + days * DAY + MINUTE)
        assert [await store.outgoing(key) is not None for key in ("o1", "o2")] == left


async def test_a_question_that_is_forgotten_takes_none_with_it(store, build):
    late = build.at + DAY
    asks = (
        build.ask("a1", outgoing="o1"),
        build.ask("a2", outgoing="o1", asked_at=late, expires_at=late + MINUTE),
    )
    await store.commit(build.change(asks=asks))
    await store.tidy(build.at + 90 * DAY + 20 * MINUTE)
    assert (await store.ask_of("o1")).id == "a2"
    assert ids(await store.answers_since(build.room, build.at)) == ["a2"]


async def test_a_lesson_is_found_among_its_own_kind_and_not_after_it_was_forgotten(store, build):
    picked = build.lesson("l1", matter=Picked(entry="K-001", wording="打印不出来", picked=2))
    await store.learn(build.learning(lessons=(build.lesson("l1"), build.lesson("l2"))))
    await store.learn(build.learning(lessons=(picked,)))
    assert ids(await store.lessons("Missed")) == ["l2"]
    assert await store.lessons("Picked") == [picked]
    await store.tidy(build.at + 90 * DAY + MINUTE)
    assert await store.lessons("Missed") == await store.lessons("Picked") == []


async def test_what_is_learned_beside_entries_is_saved_whatever_their_version(store, build):
    await store.learn(build.learning(entries=(build.entry("K-001"),)))
    await store.learn(build.learning(lessons=(build.lesson("l1"),), expected=0))
    assert ids(await store.lessons("Missed")) == ["l1"]
    with pytest.raises(KnowledgeMoved):
        await store.learn(build.learning(removed=("K-001",), expected=0))
    assert await store.entries() == [build.entry("K-001")]


async def test_changes_of_entries_come_in_their_order(store, build):
    await store.learn(build.learning(entries=(build.entry("K-002"),)))
    await store.learn(build.learning(entries=(build.entry("K-001"),)))
    await store.learn(build.learning(removed=("K-002",)))
    found = await store.entry_changes(1)
    assert [(each.version, each.id, each.entry is None) for each in found] == [
        (2, "K-001", False),
        (3, "K-002", True),
    ]


async def test_a_dead_letter_goes_another_way_with_everything_that_is_said_of_it(store, build):
    message = build.message("o1", ticket=1001)
    await store.commit(build.change(outgoing=(message,)))
    await store.update_outgoing([replace(message, state=Delivery.DEAD, reason="禁言", attempts=5)])
    anew = replace(message, adapter="tg", room="tg:private:7", text="（重发）话", attempts=1)
    assert await store.update_dead([anew]) == ["o1"]
    (waiting,) = await store.waiting("tg")
    assert replace(waiting, position=0) == anew
    assert await store.waiting("qq") == await store.dead_letters() == []
    await store.note_delivered([Delivered("o1", "p1")])
    assert await store.link("tg:private:7", "p1") == Link("tg:private:7", "p1", 1001, "o1")
    assert await store.update_dead([anew]) == []
    assert (await store.outgoing("o1")).state is Delivery.SENT


async def test_two_messages_of_one_key_in_one_change_are_refused_with_all_of_it(store, build):
    with pytest.raises(ValueError, match="key"):
        await store.commit(build.change(seen="m1", outgoing=(build.message("o1"), build.message("o1"))))
    assert not await store.is_seen("m1")
    assert await store.waiting("qq") == []
