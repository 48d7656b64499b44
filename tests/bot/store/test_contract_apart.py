"""What every store keeps apart: people, rooms, questions and surveys beside each other, where a shortcut would take one for the other."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from bot.asks import Check
from bot.tickets.kinds import SurveyState
from bot.tickets.model import Survey

pytestmark = pytest.mark.asyncio

MINUTE = timedelta(minutes=1)
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
    again = msgspec.structs.replace(first, asked_at=build.at + MINUTE)
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
