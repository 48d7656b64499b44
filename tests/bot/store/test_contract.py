"""What every store promises. A second implementation only adds its URL to `store_url` in conftest.py."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta, timezone
from hashlib import sha256

import msgspec
import pytest

from bot.asks import Check, Menu
from bot.lessons import Picked, Proposed
from bot.store.contract import ClosedAsk, Kept, Link
from bot.store.faults import AlreadySeen, Conflict
from bot.store.knowledge_contract import EntryChange, KnowledgeMoved, Uses
from bot.store.messages import Delivered, Delivery, QueuedButton, QueuedFile, QueuedMention
from bot.tickets.events import Claimed, Noted, Responded
from bot.tickets.kinds import Status, SurveyState
from bot.tickets.model import Party, Survey
from bot.tickets.records import Record, first_break, sealed
from faq.knowledge import Entry

pytestmark = pytest.mark.asyncio

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def numbers(tickets):
    return [getattr(each, "ticket", each).number for each in tickets]


def keys(messages):
    return [message.key for message in messages]


def ids(asks):
    return [ask.id for ask in asks]


async def save(store, build, *saved):
    await store.commit(build.change(tickets=saved))
    return [one.ticket for one in saved]


class TestTickets:
    async def test_a_ticket_comes_back_as_it_was_saved(self, store, build):
        (ticket,) = await save(store, build, build.opened(1001, due=build.at + MINUTE))
        assert await store.ticket(1001) == ticket
        assert await store.ticket(1002) is None

    async def test_the_second_of_two_changes_of_one_version_is_refused(self, store, build):
        (ticket,) = await save(store, build, build.opened(1001))
        li, zhang = Party("li", "小李"), Party("zhang", "老张")
        claims = [build.goes_on(ticket, Claimed(by=who), owner=who) for who in (li, zhang)]
        outcomes = await asyncio.gather(
            *(store.commit(build.change(tickets=(claim,))) for claim in claims), return_exceptions=True
        )
        refused = [outcome for outcome in outcomes if outcome is not None]
        assert [(type(outcome), outcome.number) for outcome in refused] == [(Conflict, 1001)]
        winner = claims[outcomes.index(None)]
        assert await store.ticket(1001) == winner.ticket
        assert (await store.records(1001))[1:] == list(winner.records)

    async def test_a_number_is_given_to_one_new_ticket_only(self, store, build):
        await save(store, build, build.opened(1001, text="第一张"))
        with pytest.raises(Conflict) as refused:
            await save(store, build, build.opened(1001, text="第二张"))
        assert refused.value.number == 1001
        assert (await store.ticket(1001)).text == "第一张"

    async def test_a_ticket_nobody_opened_cannot_be_changed(self, store, build):
        unknown = build.opened(1001).ticket
        with pytest.raises(Conflict):
            await save(store, build, build.noted(unknown))
        assert await store.records(1001) == []

    async def test_a_change_of_a_version_that_is_not_saved_yet_is_refused(self, store, build):
        (ticket,) = await save(store, build, build.opened(1001))
        skipped = build.noted(ticket).ticket
        with pytest.raises(Conflict):
            await save(store, build, build.noted(skipped))
        assert await store.ticket(1001) == ticket

    async def test_a_change_is_saved_whole_or_not_at_all(self, store, build):
        (first, second) = await save(store, build, build.opened(1001), build.opened(1002))
        await save(store, build, build.noted(second))
        change = build.change(
            seen="m9",
            tickets=(build.noted(first), build.opened(1003), build.noted(second)),
            outgoing=(build.message("o9"),),
            asks=(build.ask("a9"),),
            links=(Link(build.room, "m9", 1001),),
        )
        with pytest.raises(Conflict) as refused:
            await store.commit(change)
        assert refused.value.number == 1002
        assert await store.ticket(1001) == first
        assert len(await store.records(1001)) == 1
        assert await store.ticket(1003) is None
        assert not await store.is_seen("m9")
        assert await store.waiting("qq") == []
        assert await store.open_asks(build.room, build.person, build.at) == []
        assert await store.link(build.room, "m9") is None

    async def test_a_ticket_without_news_gets_its_new_deadline(self, store, build):
        (ticket,) = await save(store, build, build.opened(1001, due=build.at))
        await save(store, build, build.goes_on(ticket, due=build.at + MINUTE))
        assert await store.due_at(1001) == build.at + MINUTE
        assert await store.ticket(1001) == ticket

    async def test_one_change_may_hold_two_steps_of_a_ticket(self, store, build):
        first = build.opened(1001)
        second = build.noted(first.ticket)
        await save(store, build, first, second)
        assert await store.ticket(1001) == second.ticket
        assert await store.records(1001) == [*first.records, *second.records]

    @pytest.mark.parametrize(
        "wrong",
        [
            lambda saved: msgspec.structs.replace(saved, records=()),
            lambda saved: msgspec.structs.replace(saved, expected_version=0),
            lambda saved: msgspec.structs.replace(saved, records=saved.records * 2),
            lambda saved: msgspec.structs.replace(
                saved, records=(msgspec.structs.replace(saved.records[0], number=1002),)
            ),
            lambda saved: msgspec.structs.replace(
                saved, ticket=msgspec.structs.replace(saved.ticket, head="0" * 64)
            ),
        ],
        ids=["version", "expected", "sequence", "number", "head"],
    )
    async def test_records_that_would_break_the_archive_are_refused(self, store, build, wrong):
        (ticket,) = await save(store, build, build.opened(1001))
        with pytest.raises(ValueError, match="100"):
            await store.commit(build.change(seen="m1", tickets=(wrong(build.noted(ticket)),)))
        assert await store.ticket(1001) == ticket
        assert not await store.is_seen("m1")


class TestRecords:
    async def test_the_archive_holds_what_happened_in_an_unbroken_chain(self, store, build):
        opened = build.opened(1001)
        li = Party("li", "小李 “\\n” 🖨\n")
        later = build.goes_on(
            opened.ticket,
            Claimed(by=li),
            Responded(by=li, text="马上看", late=timedelta(minutes=2, microseconds=7)),
            Noted(by=li, text=""),
        )
        await save(store, build, opened)
        await save(store, build, later)
        archive = await store.records(1001)
        assert archive == [*opened.records, *later.records]
        assert first_break(archive) is None

    async def test_the_chain_holds_for_instants_of_other_zones_and_fractions(self, store, build):
        (ticket,) = await save(store, build, build.opened(1001))
        odd = build.at.astimezone(timezone(timedelta(hours=8))) + timedelta(microseconds=1234)
        record = sealed(
            Record(number=1001, seq=2, at=odd, event=Noted(by=build.zhang, text="x")), ticket.head
        )
        saved = msgspec.structs.replace(
            build.goes_on(ticket),
            ticket=msgspec.structs.replace(ticket, version=2, head=record.hash),
            records=(record,),
        )
        await save(store, build, saved)
        assert first_break(await store.records(1001)) is None

    async def test_an_unknown_ticket_has_no_archive(self, store):
        assert await store.records(7) == []


class TestNumbers:
    async def test_they_begin_with_the_first_and_are_given_once(self, store):
        assert [await store.next_number(1001) for _ in range(3)] == [1001, 1002, 1003]

    async def test_they_lie_above_every_saved_ticket(self, store, build):
        await save(store, build, build.opened(2000))
        assert await store.next_number(1001) == 2001

    async def test_a_higher_first_number_counts(self, store):
        assert await store.next_number(1001) == 1001
        assert await store.next_number(5000) == 5000
        assert await store.next_number(1001) == 5001

    async def test_they_go_on_after_a_restart(self, store, build, reopened):
        await save(store, build, build.opened(await store.next_number(1001)))
        assert await (await reopened()).next_number(1001) == 1002

    async def test_callers_at_the_same_time_get_different_ones(self, store):
        given = await asyncio.gather(*(store.next_number(1) for _ in range(50)))
        assert sorted(given) == list(range(1, 51))


class TestSeen:
    async def test_a_message_is_handled_once(self, store, build):
        await store.commit(build.change(seen="m1", outgoing=(build.message("o1"),)))
        assert await store.is_seen("m1")
        assert not await store.is_seen("m2")
        with pytest.raises(AlreadySeen) as refused:
            await store.commit(build.change(seen="m1", outgoing=(build.message("o2"),)))
        assert refused.value.key == "m1"
        assert keys(await store.waiting("qq")) == ["o1"]

    async def test_two_deliveries_at_once_are_one(self, store, build):
        outcomes = await asyncio.gather(
            *(store.commit(build.change(seen="m1", outgoing=(build.message(f"o{n}"),))) for n in range(4)),
            return_exceptions=True,
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadySeen"] * 3 + ["NoneType"]
        assert len(await store.waiting("qq")) == 1

    async def test_a_redelivery_is_no_conflict(self, store, build):
        opened = build.opened(1001)
        await store.commit(build.change(seen="m1", tickets=(opened,)))
        with pytest.raises(AlreadySeen):
            await store.commit(build.change(seen="m1", tickets=(opened,)))


class TestLists:
    async def test_open_tickets_come_by_number_of_one_room_or_of_all(self, store, build):
        await save(
            store,
            build,
            build.opened(1003),
            build.opened(1001, room="shiyan"),
            build.opened(1002, status=Status.CLOSED),
            build.opened(1004, status=Status.SOLVED),
        )
        assert numbers(await store.open_tickets()) == [1001, 1003, 1004]
        assert numbers(await store.open_tickets(room="yucai")) == [1003, 1004]
        assert numbers(await store.open_tickets(room="keins")) == []
        assert numbers(await store.open_tickets(limit=2)) == [1001, 1003]
        assert numbers(await store.open_tickets(room="yucai", limit=1)) == [1003]

    async def test_watched_tickets_come_in_pages_with_what_is_saved_for_them(self, store, build):
        due = build.at + MINUTE
        await save(
            store,
            build,
            build.opened(1003, due=due),
            build.opened(1001),
            build.opened(1002, status=Status.CLOSED, due=due),
            build.opened(1004, status=Status.SOLVED, due=due + MINUTE),
        )
        assert [(ticket.number, at) for ticket, at in await store.watched()] == [
            (1001, None),
            (1003, due),
            (1004, due + MINUTE),
        ]
        page = await store.watched(after=1001, limit=1)
        assert [(ticket.number, at) for ticket, at in page] == [(1003, due)]
        assert await store.watched(after=1004) == []

    async def test_a_ticket_leaves_and_enters_the_open_ones(self, store, build):
        (ticket,) = await save(store, build, build.opened(1001))
        (closed,) = await save(store, build, build.noted(ticket, status=Status.CLOSED))
        assert await store.open_tickets(room="yucai") == []
        await save(store, build, build.noted(closed, status=Status.OPEN))
        assert numbers(await store.open_tickets(room="yucai")) == [1001]

    async def test_what_a_requester_reported_lately_is_found_and_nothing_earlier(self, store, build):
        await save(
            store,
            build,
            build.opened(1001, opened_at=build.at - MINUTE),
            build.opened(1002),
            build.opened(1003, opened_at=build.at + MINUTE),
            build.opened(1004, account="qq:20002"),
        )
        said = "打印机坏了！"
        assert numbers(await store.same_reports(build.person, said, build.at)) == [1003, 1002]
        assert numbers(await store.same_reports(build.person, said, build.at - MINUTE)) == [1003, 1002, 1001]
        assert await store.same_reports(build.person, "投影仪坏了", build.at - MINUTE) == []
        assert await store.same_reports(build.person, said, build.at + DAY) == []
        assert await store.same_reports("qq:2", said, build.at - DAY) == []

    async def test_tickets_of_a_requester_come_newest_first(self, store, build):
        await save(
            store,
            build,
            build.opened(1001, status=Status.CLOSED),
            build.opened(1003),
            build.opened(1002, account="qq:20002"),
        )
        assert numbers(await store.tickets_of(build.person)) == [1003, 1001]
        assert numbers(await store.tickets_of(build.person, limit=1)) == [1003]
        assert await store.tickets_of("qq:2") == []

    async def test_tickets_about_a_ticket_come_by_number(self, store, build):
        await save(
            store,
            build,
            build.opened(1001),
            build.opened(1003, subject=1001),
            build.opened(1002, subject=1001, status=Status.CLOSED),
            build.opened(1004, subject=1002),
        )
        assert numbers(await store.about(1001)) == [1002, 1003]
        assert await store.about(1003) == []

    async def test_what_was_closed_is_found_by_when_and_not_by_when_it_was_opened(self, store, build):
        at = build.at
        closed = [at - DAY, at - timedelta(milliseconds=1), at, at + timedelta(milliseconds=500), at + DAY]
        await save(
            store,
            build,
            build.opened(1001),
            *(
                build.opened(1002 + place, status=Status.CLOSED, opened_at=at - 90 * DAY, closed_at=each)
                for place, each in enumerate(closed)
            ),
        )
        assert await store.closed_since(at) == [1004, 1005, 1006]
        again = build.goes_on(
            await store.ticket(1005), Noted(by=build.zhang, text="又坏了"), status=Status.OPEN, closed_at=None
        )
        await store.commit(build.change(tickets=(again,)))
        assert await store.closed_since(at) == [1004, 1006]
        assert await store.closed_since(at + 2 * DAY) == []
        ended = build.goes_on(
            again.ticket, Noted(by=build.zhang, text="好了"), status=Status.CLOSED, closed_at=at + 2 * DAY
        )
        await store.commit(build.change(tickets=(ended,)))
        assert await store.closed_since(at + 2 * DAY) == [1005]

    async def test_recent_tickets_come_highest_first_page_by_page(self, store, build):
        await save(store, build, *(build.opened(number, status=Status.CLOSED) for number in range(1, 6)))
        assert numbers(await store.recent_tickets(limit=2)) == [5, 4]
        assert numbers(await store.recent_tickets(limit=2, before=4)) == [3, 2]
        assert numbers(await store.recent_tickets(before=1)) == []


class TestDeadlines:
    async def test_due_tickets_come_earliest_first_then_by_number(self, store, build):
        at = build.at
        await save(
            store,
            build,
            build.opened(1004, due=at),
            build.opened(1001, due=at),
            build.opened(1003, due=at - MINUTE),
            build.opened(1002, due=at + timedelta(milliseconds=1)),
            build.opened(1005),
        )
        assert numbers(await store.due(at)) == [1003, 1001, 1004]
        assert numbers(await store.due(at, limit=2)) == [1003, 1001]
        assert numbers(await store.due(at - DAY)) == []
        assert [each.at for each in await store.claim_due(at)] == [at - MINUTE, at, at]
        assert await store.next_due_at() == at - MINUTE

    async def test_what_was_given_out_stands_behind_the_others_until_it_is_saved(self, store, build):
        at = build.at
        first, *_ = await save(store, build, *(build.opened(number, due=at) for number in (1001, 1002, 1003)))
        assert numbers(await store.claim_due(at, limit=2)) == [1001, 1002]
        assert numbers(await store.claim_due(at, limit=2)) == [1003]
        assert await store.claim_due(at) == []
        assert numbers(await store.due(at)) == [1001, 1002, 1003]
        await save(store, build, build.noted(first, due=at))
        assert numbers(await store.claim_due(at)) == [1001]

    async def test_one_whose_deadline_is_moved_while_it_is_given_out_is_free_at_its_new_one(
        self, store, build
    ):
        (ticket,) = await save(store, build, build.opened(1001, due=build.at))
        assert numbers(await store.claim_due(build.at)) == [1001]
        await save(store, build, build.noted(ticket, due=build.at + MINUTE))
        assert await store.claim_due(build.at) == []
        assert numbers(await store.claim_due(build.at + MINUTE)) == [1001]

    async def test_without_deadlines_there_is_no_next_one(self, store, build):
        assert await store.next_due_at() is None
        await save(store, build, build.opened(1001))
        assert await store.next_due_at() is None
        assert await store.due_at(1001) is None
        assert await store.due_at(1002) is None

    async def test_each_ticket_has_its_own(self, store, build):
        later = build.at + MINUTE
        await save(
            store, build, build.opened(1001, due=build.at), build.opened(1002, due=later), build.opened(1003)
        )
        assert [await store.due_at(number) for number in (1001, 1002, 1003)] == [build.at, later, None]

    async def test_a_deadline_moves_and_goes(self, store, build):
        (ticket,) = await save(store, build, build.opened(1001, due=build.at))
        (ticket,) = await save(store, build, build.noted(ticket, due=build.at + DAY))
        assert await store.next_due_at() == await store.due_at(1001) == build.at + DAY
        assert await store.due(build.at) == []
        await save(store, build, build.noted(ticket, due=None))
        assert await store.next_due_at() is None
        assert await store.due(build.at + 2 * DAY) == []

    async def test_the_next_deadline_is_never_told_before_it_is_reached(self, store, build):
        # Else whoever sleeps until then finds nothing to do, and sleeps until then again.
        due = build.at + timedelta(microseconds=1500)
        await save(store, build, build.opened(1001, due=due))
        told = await store.next_due_at()
        assert due <= told < due + timedelta(milliseconds=1)
        assert await store.due_at(1001) == told
        assert numbers(await store.due(told)) == [1001]
        assert await store.due(build.at + timedelta(milliseconds=1)) == []


class TestSurveys:
    async def test_the_last_survey_of_a_requester_is_known(self, store, build):
        assert await store.surveyed_at(build.person) is None
        asked = [Survey(state=SurveyState.ASKED, asked_at=build.at + day * DAY) for day in (2, 1)]
        planned = Survey(state=SurveyState.PLANNED, next_at=build.at + 5 * DAY)
        await save(
            store,
            build,
            build.opened(1001, survey=asked[0]),
            build.opened(1002, survey=asked[1]),
            build.opened(1003, survey=planned),
            build.opened(1004, account="qq:20002"),
        )
        assert await store.surveyed_at(build.person) == build.at + 2 * DAY
        assert await store.surveyed_at("qq:20002") is None

    async def test_it_stays_known_when_the_ticket_is_solved_anew(self, store, build):
        # Else a requester who reopened a ticket is asked twice a day.
        asked = Survey(state=SurveyState.ASKED, asked_at=build.at)
        (ticket,) = await save(store, build, build.opened(1001, survey=asked))
        await save(store, build, build.noted(ticket, survey=Survey(state=SurveyState.PLANNED)))
        assert await store.surveyed_at(build.person) == build.at


class TestLinks:
    async def test_a_message_leads_to_its_ticket(self, store, build):
        await store.commit(
            build.change(links=(Link(build.room, "m1", 1001), Link("qq:group:2", "m1", None, "o7")))
        )
        assert await store.link(build.room, "m1") == Link(build.room, "m1", 1001)
        assert await store.link("qq:group:2", "m1") == Link("qq:group:2", "m1", None, "o7")
        assert await store.link(build.room, "m2") is None

    async def test_the_latest_link_of_a_message_counts(self, store, build):
        for link in (
            Link(build.room, "m1", None, "o1"),
            Link(build.room, "m1", 1001),
            Link(build.room, "m1", 1002),
            Link(build.room, "m1", 1000),
        ):
            await store.commit(build.change(links=(link,)))
            assert await store.link(build.room, "m1") == link

    async def test_a_delivered_message_leads_to_its_ticket_and_itself(self, store, build):
        message = build.message("o1", ticket=1001)
        await store.commit(build.change(outgoing=(message,)))
        await store.update_outgoing([msgspec.structs.replace(message, state=Delivery.SENT, platform_id="p1")])
        assert await store.link(build.room, "p1") == Link(build.room, "p1", 1001, "o1")
        assert await store.link("qq:group:2", "p1") is None

    async def test_a_message_said_in_another_room_is_found_there(self, store, build):
        message = build.message("o1", fallback="tg:private:7")
        await store.commit(build.change(outgoing=(message,)))
        await store.update_outgoing(
            [
                msgspec.structs.replace(
                    message, state=Delivery.SENT, adapter="tg", room="tg:private:7", platform_id="p1"
                )
            ]
        )
        assert await store.link("tg:private:7", "p1") == Link("tg:private:7", "p1", None, "o1")
        assert await store.link(build.room, "p1") is None

    async def test_an_edited_message_leads_to_its_latest_text(self, store, build):
        messages = [build.message("o1", ticket=1001), build.message("o2", ticket=1001, edits="o1")]
        await store.commit(build.change(outgoing=tuple(messages)))
        await store.update_outgoing(
            [msgspec.structs.replace(one, state=Delivery.SENT, platform_id="p1") for one in messages]
        )
        assert await store.link(build.room, "p1") == Link(build.room, "p1", 1001, "o2")


class TestAsks:
    async def test_open_questions_come_newest_first(self, store, build):
        asks = (
            build.ask("a1", asked_at=build.at - MINUTE, about=Menu(question="打印", entries=("K-1", "K-2"))),
            build.ask("a3", about=Check(ticket=1001)),
            build.ask("a2", asked_at=build.at + MINUTE),
            build.ask("a4"),
        )
        await store.commit(build.change(asks=asks))
        found = await store.open_asks(build.room, build.person, build.at)
        assert ids(found) == ["a2", "a4", "a3", "a1"]
        assert sorted(found, key=lambda ask: ask.id) == sorted(asks, key=lambda ask: ask.id)

    async def test_they_belong_to_one_person_in_one_room(self, store, build):
        await store.commit(build.change(asks=(build.ask("a1"),)))
        assert await store.open_asks(build.room, "qq:20002", build.at) == []
        assert await store.open_asks("qq:group:2", build.person, build.at) == []

    async def test_they_expire(self, store, build):
        ask = build.ask("a1")
        await store.commit(build.change(asks=(ask,)))
        before = ask.expires_at - timedelta(milliseconds=1)
        assert ids(await store.open_asks(build.room, build.person, before)) == ["a1"]
        assert await store.open_asks(build.room, build.person, ask.expires_at) == []

    async def test_a_closed_one_is_not_open_and_keeps_what_came_of_it(self, store, build):
        await store.commit(build.change(asks=(build.ask("a1", outgoing="o1"), build.ask("a2"))))
        await store.commit(build.change(closed_asks=(ClosedAsk("a1", "helpful"), ClosedAsk("a0", "void"))))
        assert ids(await store.open_asks(build.room, build.person, build.at)) == ["a2"]
        assert await store.ask_of("o1") == build.ask("a1", outgoing="o1", outcome="helpful")

    async def test_one_put_again_replaces_the_earlier(self, store, build):
        later = build.ask("a1", expires_at=build.at + DAY)
        await store.commit(build.change(asks=(build.ask("a1"),)))
        await store.commit(build.change(asks=(later,)))
        assert await store.open_asks(build.room, build.person, build.at + MINUTE * 30) == [later]

    async def test_the_question_of_a_message_is_found_even_when_expired(self, store, build):
        ask = build.ask("a1", outgoing="o1")
        await store.commit(build.change(asks=(ask, build.ask("a2"))))
        assert await store.ask_of("o1") == ask
        assert await store.ask_of("o2") is None
        assert await store.ask_of("") is None

    async def test_answers_of_a_room_come_newest_first_closed_ones_included(self, store, build):
        at = build.at
        await store.commit(
            build.change(
                asks=(
                    build.ask("a1", asked_at=at - MINUTE),
                    build.ask("a2", asked_at=at, person="qq:20002"),
                    build.ask("a3", asked_at=at + MINUTE),
                    build.ask("a4", asked_at=at + MINUTE, about=Check(ticket=1001)),
                    build.ask("a5", asked_at=at + MINUTE, room="qq:group:2"),
                ),
                closed_asks=(ClosedAsk("a2", "helpful"),),
            )
        )
        found = await store.answers_since(build.room, at)
        assert [(ask.id, ask.outcome) for ask in found] == [("a3", ""), ("a2", "helpful")]


class TestKnowledge:
    async def test_entries_come_by_id_and_are_replaced_and_removed(self, store, build):
        assert await store.entries() == []
        await store.learn(
            build.learning(entries=(build.entry("K-002"), build.entry("K-001"), build.entry("K-003")))
        )
        newer = build.entry("K-002", "在“设置-设备”里重新搜索")
        await store.learn(build.learning(entries=(newer,), removed=("K-003", "K-999")))
        assert await store.entries() == [build.entry("K-001"), newer]

    async def test_everything_an_entry_holds_comes_back(self, store, build):
        full = Entry(
            id="K-001",
            question="打印机找不到",
            aliases=("打印机不见了", "🖨"),
            answer="① 重启\n② 重新搜索",
            customer="yucai",
            category="打印",
            tags=("新",),
            is_enabled=False,
            pictures=("https://example.org/a.png",),
            links=("图文 https://example.org/a",),
            valid_from=date(2026, 3, 1),
            valid_until=date(2026, 8, 31),
            review_on=date(2026, 7, 1),
            owner="zhang",
            changed_by="陈经理",
            changed_at=build.at,
            reason="新版客户端",
        )
        await store.learn(build.learning(entries=(full,)))
        assert await store.entries() == [full]

    async def test_every_form_of_an_entry_is_kept_with_its_version(self, store, build):
        assert await store.knowledge_version() == 0
        first, second = build.entry("K-001"), build.entry("K-001", "换一台")
        await store.learn(build.learning(entries=(first, build.entry("K-002"))))
        later = build.at + MINUTE
        await store.learn(build.learning(at=later, entries=(second,)))
        await store.learn(build.learning(at=later, removed=("K-001", "K-999")))
        assert await store.knowledge_version() == 3
        assert await store.entry_history("K-001") == [
            EntryChange(version=1, id="K-001", at=build.at, entry=first),
            EntryChange(version=2, id="K-001", at=later, entry=second),
            EntryChange(version=3, id="K-001", at=later, entry=None),
        ]
        assert await store.entry_history("K-999") == []

    async def test_what_changed_after_a_version_is_found(self, store, build):
        await store.learn(build.learning(entries=(build.entry("K-001"), build.entry("K-002"))))
        newer = build.entry("K-002", "换一台")
        await store.learn(build.learning(entries=(newer,)))
        await store.learn(build.learning(removed=("K-001",)))
        assert [(each.version, each.id, each.entry) for each in await store.entry_changes(1)] == [
            (2, "K-002", newer),
            (3, "K-001", None),
        ]
        assert await store.entry_changes(3) == []

    async def test_of_two_who_change_the_same_version_one_is_refused(self, store, build):
        await store.learn(build.learning(entries=(build.entry("K-001"),), expected=0))
        late = build.learning(
            entries=(build.entry("K-001", "换一台"),),
            lessons=(build.lesson("l1"),),
            uses=(Uses(entry="K-001", given=1),),
            expected=0,
        )
        with pytest.raises(KnowledgeMoved):
            await store.learn(late)
        assert await store.entries() == [build.entry("K-001")]
        assert await store.knowledge_version() == 1
        assert len(await store.entry_history("K-001")) == 1
        assert await store.lessons("Missed") == await store.uses() == []

    async def test_of_many_at_once_who_expect_the_same_version_one_wins(self, store, build):
        changes = [build.learning(entries=(build.entry("K-001", f"答 {n}"),), expected=0) for n in range(20)]
        outcomes = await asyncio.gather(*map(store.learn, changes), return_exceptions=True)
        assert sum(outcome is None for outcome in outcomes) == 1
        assert await store.knowledge_version() == 1

    async def test_uses_and_lessons_leave_the_version_alone(self, store, build):
        await store.learn(build.learning(lessons=(build.lesson("l1"),), uses=(Uses(entry="K-001", given=1),)))
        assert await store.knowledge_version() == 0

    async def test_uses_are_added_up_also_when_many_count_at_once(self, store, build):
        later = build.at + MINUTE
        counted = (
            Uses(entry="K-002", given=1, latest_at=later),
            Uses(entry="K-001", given=1, helped=1, latest_at=later),
            Uses(entry="K-002", failed=1, latest_at=build.at),
        )
        await asyncio.gather(*(store.learn(build.learning(uses=(each,))) for each in counted * 5))
        assert await store.uses() == [
            Uses(entry="K-001", given=5, helped=5, latest_at=later),
            Uses(entry="K-002", given=5, failed=5, latest_at=later),
        ]

    async def test_lessons_of_a_kind_come_oldest_first_until_somebody_decides(self, store, build):
        old, new = build.lesson("l2", at=build.at - MINUTE), build.lesson("l1")
        picked = build.lesson("l3", matter=Picked(entry="K-001", wording="打印不出来", picked=2))
        draft = Proposed(ticket=1026, question="黑屏", answer="换线", author=build.zhang, aliases=("没信号",))
        await store.learn(build.learning(lessons=(new, old, picked, build.lesson("l4", matter=draft))))
        assert await store.lessons("Missed") == [old, new]
        assert await store.lessons("Missed", since=build.at) == [new]
        assert await store.lessons("Picked") == [picked]
        assert (await store.lesson("l4")).matter == draft
        decided = msgspec.structs.replace(old, outcome="K-007")
        await store.learn(build.learning(lessons=(decided,)))
        assert await store.lessons("Missed") == [new]
        assert await store.lesson("l2") == decided
        assert await store.lesson("l9") is None


class TestKept:
    async def test_what_is_kept_under_names_with_a_beginning_is_listed_by_name(self, store, build):
        kept = (Kept("room:b", "2"), Kept("room:a", "1"), Kept("rooms", "0"), Kept("roo", "0"))
        await store.commit(build.change(kept=kept))
        assert await store.kept("room:") == {"room:a": "1", "room:b": "2"}
        assert await store.kept("") == {key.key: key.value for key in kept}

    async def test_another_value_replaces_and_an_empty_one_forgets(self, store, build):
        await store.commit(build.change(kept=(Kept("a", "1"), Kept("b", "1"))))
        await store.commit(build.change(kept=(Kept("a", "群 2"), Kept("b", ""), Kept("c", ""))))
        assert await store.kept("") == {"a": "群 2"}

    async def test_a_refused_change_keeps_nothing(self, store, build):
        await store.commit(build.change(seen="m"))
        with pytest.raises(AlreadySeen):
            await store.commit(build.change(seen="m", kept=(Kept("a", "1"),)))
        assert await store.kept("") == {}


class TestOutbox:
    async def test_messages_wait_in_the_order_of_commits(self, store, build):
        await store.commit(build.change(outgoing=(build.message("b"), build.message("a"))))
        await store.commit(
            build.change(outgoing=(build.message("x", adapter="tg", room="tg:group:1"), build.message("c")))
        )
        waiting = await store.waiting("qq")
        assert keys(waiting) == ["b", "a", "c"]
        assert keys(await store.waiting("qq", limit=2)) == ["b", "a"]
        assert keys(await store.waiting("tg")) == ["x"]
        assert await store.waiting("q") == []
        positions = [message.position for message in waiting]
        assert positions == sorted(set(positions))
        assert positions[0] > 0

    async def test_a_message_comes_back_as_it_was_saved(self, store, build):
        message = build.message(
            "o1",
            mentions=(QueuedMention("老张", "qq:10001"),),
            buttons=(QueuedButton("接单", "接单 1001"),),
            quotes="m1",
            edits="o0",
            fallback="tg:private:7",
            ticket=1001,
            useful_until=build.at + MINUTE,
            not_before=build.at,
        )
        await store.commit(build.change(outgoing=(message,)))
        found = await store.outgoing("o1")
        assert msgspec.structs.replace(found, position=0) == message
        assert await store.waiting("qq") == [found]
        assert await store.outgoing("o2") is None

    async def test_only_what_is_still_to_be_delivered_waits(self, store, build):
        messages = [build.message(state.value) for state in Delivery]
        await store.commit(build.change(outgoing=tuple(messages)))
        await store.update_outgoing(
            [msgspec.structs.replace(one, state=state) for one, state in zip(messages, Delivery, strict=True)]
        )
        assert keys(await store.waiting("qq")) == ["queued", "sending", "held"]

    async def test_an_update_keeps_the_place_and_everything_it_says(self, store, build):
        await store.commit(build.change(outgoing=(build.message("o1"), build.message("o2"))))
        first = (await store.waiting("qq"))[0]
        retried = msgspec.structs.replace(
            first, attempts=2, reason="429", is_unknown=True, not_before=build.at + MINUTE, position=99
        )
        await store.update_outgoing([retried])
        assert await store.waiting("qq") == [
            msgspec.structs.replace(retried, position=first.position),
            await store.outgoing("o2"),
        ]

    async def test_an_update_of_a_message_nobody_queued_is_refused_whole(self, store, build):
        message = build.message("o1")
        await store.commit(build.change(outgoing=(message,)))
        sent = msgspec.structs.replace(message, state=Delivery.SENT)
        with pytest.raises(ValueError, match="o9"):
            await store.update_outgoing([sent, build.message("o9")])
        assert keys(await store.waiting("qq")) == ["o1"]

    async def test_an_arrived_message_is_sent_and_linked_and_says_what_it_said(self, store, build):
        messages = tuple(build.message(f"o{number}", ticket=1001) for number in range(1, 100))
        await store.commit(build.change(outgoing=messages))
        (waiting, *_) = await store.waiting("qq")
        await store.note_delivered([Delivered(message.key, f"p{message.key}") for message in messages[:-1]])
        assert keys(await store.waiting("qq")) == ["o99"]
        assert await store.outgoing("o1") == msgspec.structs.replace(
            waiting, state=Delivery.SENT, platform_id="po1"
        )
        assert await store.link(build.room, "po98") == Link(build.room, "po98", 1001, "o98")

    async def test_nothing_is_noted_when_one_of_the_arrived_was_never_queued(self, store, build):
        await store.commit(build.change(outgoing=(build.message("o1"),)))
        with pytest.raises(ValueError, match="o9"):
            await store.note_delivered([Delivered("o1", "p1"), Delivered("o9", "p9")])
        assert keys(await store.waiting("qq")) == ["o1"]

    async def test_a_key_is_queued_once(self, store, build):
        await store.commit(build.change(outgoing=(build.message("o1"),)))
        with pytest.raises(ValueError, match="key"):
            await store.commit(build.change(seen="m2", outgoing=(build.message("o1", text="anders"),)))
        assert not await store.is_seen("m2")
        assert (await store.outgoing("o1")).text == "话 o1"

    async def test_dead_letters_come_newest_first(self, store, build):
        messages = [build.message(f"o{n}", adapter=adapter) for n, adapter in enumerate(("qq", "tg", "qq"))]
        await store.commit(build.change(outgoing=tuple(messages)))
        assert await store.dead_letters() == []
        await store.update_outgoing(
            [msgspec.structs.replace(one, state=Delivery.DEAD, reason="禁言") for one in messages[:2]]
        )
        assert keys(await store.dead_letters()) == ["o1", "o0"]
        assert keys(await store.dead_letters(limit=1)) == ["o1"]
        assert (await store.dead_letters())[0].reason == "禁言"

    async def test_of_two_who_decide_about_a_dead_letter_one_does(self, store, build):
        await store.commit(build.change(outgoing=(build.message("o1"), build.message("o2"))))
        dead = [msgspec.structs.replace(build.message(key), state=Delivery.DEAD) for key in ("o1", "o2")]
        await store.update_outgoing(dead)
        again = [msgspec.structs.replace(one, state=Delivery.QUEUED) for one in dead]
        gone = [msgspec.structs.replace(one, state=Delivery.DROPPED) for one in dead]
        assert await store.update_dead(again[:1]) == ["o1"]
        assert await store.update_dead(gone) == ["o2"]
        assert await store.update_dead(again) == []
        assert await store.update_dead([]) == []
        assert keys(await store.waiting("qq")) == ["o1"]
        assert (await store.outgoing("o2")).state is Delivery.DROPPED
        assert await store.dead_letters() == []

    async def test_many_who_decide_at_once_are_one(self, store, build):
        messages = [build.message(f"o{n}") for n in range(20)]
        await store.commit(build.change(outgoing=tuple(messages)))
        await store.update_outgoing([msgspec.structs.replace(one, state=Delivery.DEAD) for one in messages])
        answers = await asyncio.gather(*(store.update_dead(messages) for _ in range(5)))
        assert sorted(key for answer in answers for key in answer) == sorted(keys(messages))

    async def test_a_letter_that_died_again_and_may_have_arrived_is_not_tried_as_if_it_had_not(
        self, store, build
    ):
        """Whoever read it before would say it without the mark."""
        message = build.message("o1")
        await store.commit(build.change(outgoing=(message,)))
        unknown = msgspec.structs.replace(message, state=Delivery.DEAD, is_unknown=True)
        await store.update_outgoing([unknown])
        assert await store.update_dead([message]) == []
        assert await store.update_dead([msgspec.structs.replace(unknown, state=Delivery.QUEUED)]) == ["o1"]
        assert [one.is_unknown for one in await store.waiting("qq")] == [True]

    async def test_what_was_said_about_a_ticket_comes_oldest_first(self, store, build):
        messages = [
            build.message("b", ticket=1001),
            build.message("x", ticket=1002),
            build.message("a", ticket=1001),
        ]
        await store.commit(build.change(outgoing=tuple(messages)))
        await store.update_outgoing([msgspec.structs.replace(messages[0], state=Delivery.SENT)])
        assert keys(await store.said_about(1001)) == ["b", "a"]
        assert await store.said_about(7) == []


class TestRestart:
    async def test_everything_is_there_after_a_restart(self, store, build, reopened):
        opened = build.opened(
            1001, due=build.at, survey=Survey(state=SurveyState.ASKED, asked_at=build.at), subject=999
        )
        message = build.message("o1", ticket=1001)
        await store.commit(
            build.change(
                seen="m1",
                tickets=(opened,),
                outgoing=(message, build.message("o2")),
                asks=(build.ask("a1", outgoing="o1"), build.ask("a2")),
                closed_asks=(ClosedAsk("a2", "void"),),
                links=(Link(build.room, "m1", 1001),),
            )
        )
        await store.learn(
            build.learning(
                entries=(build.entry("K-001"),),
                lessons=(build.lesson("l1"),),
                uses=(Uses(entry="K-001", given=1),),
            )
        )
        await store.update_outgoing([msgspec.structs.replace(message, state=Delivery.SENT, platform_id="p1")])
        again = await reopened()
        assert await again.is_seen("m1")
        assert await again.ticket(1001) == opened.ticket
        assert await again.records(1001) == list(opened.records)
        assert await again.due(build.at) == [(opened.ticket, build.at)]
        assert await again.about(999) == [opened.ticket]
        assert await again.surveyed_at(build.person) == build.at
        assert keys(await again.waiting("qq")) == ["o2"]
        assert (await again.link(build.room, "p1")).outgoing == "o1"
        assert (await again.link(build.room, "m1")).ticket == 1001
        assert ids(await again.open_asks(build.room, build.person, build.at)) == ["a1"]
        assert await again.entries() == [build.entry("K-001")]
        assert await again.knowledge_version() == 1
        assert await again.uses() == [Uses(entry="K-001", given=1)]
        assert await again.lessons("Missed") == [build.lesson("l1")]
        await again.commit(build.change(outgoing=(build.message("o3"),)))
        assert keys(await again.waiting("qq")) == ["o2", "o3"]

    async def test_closing_saves_what_is_under_way(self, store, build, reopened):
        commits = [
            asyncio.ensure_future(store.commit(build.change(seen=f"m{n}", tickets=(build.opened(n),))))
            for n in range(1, 40)
        ]
        await asyncio.sleep(0)  # let them begin
        again = await reopened()
        await asyncio.gather(*commits)
        assert numbers(await again.open_tickets()) == list(range(1, 40))


class TestFiles:
    async def test_what_a_file_holds_is_kept_under_its_digest(self, store, build, reopened):
        content = bytes(range(256)) + b"\x00" * 100_000
        digest = await store.keep_file(content, build.at)
        assert digest == sha256(content).hexdigest()
        assert await store.keep_file(b"", build.at) != digest
        again = await reopened()
        assert await again.file(digest) == content
        assert await again.file("nothing") is None

    async def test_a_message_says_which_file_it_brings(self, store, build):
        file = QueuedFile("育才-6月巡检.xlsx", await store.keep_file(b"PK", build.at), 2)
        await store.commit(build.change(outgoing=(build.message("o1", file=file),)))
        (waiting,) = await store.waiting("qq")
        assert waiting.file == file
        await store.update_outgoing([msgspec.structs.replace(waiting, state=Delivery.DEAD)])
        assert [letter.file for letter in await store.dead_letters()] == [file]

    async def test_files_are_forgotten_after_thirty_days_unless_they_are_kept_again(self, store, build):
        old = await store.keep_file(b"old", build.at)
        renewed = await store.keep_file(b"renewed", build.at)
        await store.keep_file(b"renewed", build.at + DAY)
        await store.tidy(build.at + 30 * DAY)
        assert await store.file(old) == b"old"
        await store.tidy(build.at + 30 * DAY + MINUTE)
        assert [await store.file(each) for each in (old, renewed)] == [None, b"renewed"]


class TestTidy:
    async def test_old_seen_keys_are_forgotten_after_three_days(self, store, build):
        await store.commit(build.change(seen="old"))
        await store.commit(build.change(seen="new", at=build.at + timedelta(milliseconds=1)))
        await store.tidy(build.at + 3 * DAY)
        assert await store.is_seen("old")
        await store.tidy(build.at + 3 * DAY + timedelta(milliseconds=1))
        assert [await store.is_seen(key) for key in ("old", "new")] == [False, True]

    async def test_old_lessons_are_forgotten_after_ninety_days(self, store, build):
        await store.learn(
            build.learning(lessons=(build.lesson("l1"), build.lesson("l2", at=build.at + MINUTE)))
        )
        await store.tidy(build.at + 90 * DAY + MINUTE)
        assert await store.lesson("l1") is None
        assert await store.lesson("l2") is not None

    async def test_old_questions_are_forgotten_after_ninety_days(self, store, build):
        now = build.at + 91 * DAY
        await store.commit(
            build.change(
                asks=(
                    build.ask("expired", outgoing="o1"),
                    build.ask("open", outgoing="o2", expires_at=now + DAY),
                    build.ask("closed", outgoing="o3", expires_at=now + DAY),
                    build.ask("recent", outgoing="o4", asked_at=now, expires_at=now),
                ),
                closed_asks=(ClosedAsk("closed", "void"),),
            )
        )
        await store.tidy(now)
        assert [bool(await store.ask_of(key)) for key in ("o1", "o2", "o3", "o4")] == [
            False,
            True,
            False,
            True,
        ]

    async def test_old_delivered_messages_are_forgotten_the_others_stay(self, store, build):
        messages = [build.message(state.value, ticket=1001) for state in Delivery]
        recent = build.message("recent", state=Delivery.SENT, created_at=build.at + DAY)
        await store.commit(build.change(outgoing=(*messages, recent)))
        await store.update_outgoing(
            [msgspec.structs.replace(one, state=state) for one, state in zip(messages, Delivery, strict=True)]
        )
        await store.tidy(build.at + 90 * DAY + MINUTE)
        assert await store.outgoing("recent") is not None
        assert keys(await store.said_about(1001)) == ["queued", "sending", "held", "dead"]

    async def test_more_than_one_step_of_them_goes(self, store, build):
        await asyncio.gather(*(store.commit(build.change(seen=f"m{n}")) for n in range(1201)))
        await store.tidy(build.at + 4 * DAY)
        assert not any([await store.is_seen(f"m{n}") for n in range(1201)])

    async def test_a_place_in_the_outbox_is_never_given_twice(self, store, build, reopened):
        await store.commit(build.change(outgoing=(build.message("o1", state=Delivery.SENT),)))
        first = (await store.outgoing("o1")).position
        await store.tidy(build.at + 91 * DAY)
        again = await reopened()
        await again.commit(build.change(outgoing=(build.message("o2"),)))
        assert (await again.outgoing("o2")).position > first

    async def test_tickets_and_archives_stay(self, store, build):
        opened = build.opened(1001, status=Status.CLOSED)
        await save(store, build, opened)
        await store.tidy(build.at + 900 * DAY)
        assert await store.ticket(1001) == opened.ticket
        assert await store.records(1001) == list(opened.records)


class TestGivingUp:
    async def test_a_caller_that_gives_up_harms_nobody(self, store, build):
        given_up = asyncio.ensure_future(store.commit(build.change(seen="m1")))
        others = [asyncio.ensure_future(store.commit(build.change(seen=f"n{n}"))) for n in range(5)]
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.gather(*others)
        assert all([await store.is_seen(f"n{n}") for n in range(5)])

    async def test_reads_see_what_was_just_committed(self, store, build):
        (ticket,) = await save(store, build, build.opened(1001))
        for _ in range(20):
            (ticket,) = await save(store, build, build.noted(ticket))
            assert await store.ticket(1001) == ticket
            assert await store.open_tickets() == [ticket]
            assert len(await store.records(1001)) == ticket.version


class TestVectors:
    async def test_they_come_back_by_key_and_model(self, store):
        await store.keep_vectors("one", {"a": b"\x00\xff", "b": b"2"})
        assert await store.vectors("one", ["b", "a", "c"]) == {"a": b"\x00\xff", "b": b"2"}
        assert await store.vectors("one", []) == {}
        assert await store.vectors("other", ["a"]) == {}

    async def test_those_of_another_model_are_forgotten(self, store):
        await store.keep_vectors("one", {"a": b"1", "b": b"2"})
        await store.keep_vectors("other", {"a": b"3"})
        assert await store.vectors("one", ["a", "b"]) == {}
        assert await store.vectors("other", ["a", "b"]) == {"a": b"3"}

    @pytest.mark.parametrize("model", ["a model", "z model"])
    async def test_those_of_one_model_come_together_and_go_for_any_other(self, store, model):
        await store.keep_vectors("model", {"a": b"1"})
        await store.keep_vectors("model", {"b": b"2"})
        assert await store.vectors("model", ["a", "b"]) == {"a": b"1", "b": b"2"}
        await store.keep_vectors(model, {"c": b"3"})
        assert await store.vectors("model", ["a", "b"]) == {}

    async def test_a_vector_may_be_kept_again(self, store):
        await store.keep_vectors("one", {"a": b"1"})
        await store.keep_vectors("one", {"a": b"2"})
        assert await store.vectors("one", ["a"]) == {"a": b"2"}
