"""Storms: what is over the budget of a room or a person is gathered, never lost, and never what is urgent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from msgspec.structs import replace as changed

from bot.tickets.kinds import Status
from bot.tickets.messages import Message, Place
from bot.tickets.model import Told
from bot.tickets.rules import NoticeLimits
from bot.tickets.speaker import Speaker
from bot.tickets.storms import Alert, Load, judged, list_at, listed, told

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def alert(case: Any, number: int = 1024, *called: Any, level: str = "3") -> Alert:
    ticket = changed(case.ticket, number=number, level=level)
    return Alert(
        ticket, Message(to=Place.DUTY, text=str(number), mentions=called or (case.zhou,), is_alert=True)
    )


def limited(case: Any, per_room: int = 0, per_person: int = 0) -> Any:
    return replace(case.rules, notices=NoticeLimits(per_room, per_person))


def lived(case: Any, rules: Any, minutes: list[int]) -> tuple[list[int], list[int], Load]:
    """Return in which minutes a notice was said and in which one was gathered."""
    room, people, said, gathered = Load(), {}, [], []
    for minute in minutes:
        verdict = judged([alert(case)], room, people, rules, case.start + minute * MINUTE)
        room, people = verdict.room, dict(verdict.people)
        (said if verdict.said else gathered).append(minute)
        assert bool(verdict.said) != bool(verdict.gathered)
    return said, gathered, room


def test_so_many_go_at_once_then_one_for_each_part_of_an_hour(case: Any) -> None:
    said, gathered, _ = lived(case, limited(case, per_room=4), [0, 1, 2, 3, 4, 14, 15, 16, 30, 90])
    assert said == [0, 1, 2, 3, 15, 30, 90]
    assert gathered == [4, 14, 16]


def test_notices_of_one_moment_count_once(case: Any) -> None:
    rules = limited(case, per_room=1)
    alerts = [alert(case, number) for number in range(1, 9)]
    verdict = judged(alerts, Load(), {}, rules, case.start)
    assert len(verdict.said) == 8
    assert judged(alerts, verdict.room, {}, rules, case.start + MINUTE).said == ()


def test_what_is_urgent_is_said_whatever_was_said_before(case: Any) -> None:
    rules = limited(case, per_room=1, per_person=1)
    verdict = judged([alert(case)], Load(), {}, rules, case.start)
    again = judged(
        [alert(case, 1), alert(case, 2, level="1")], verdict.room, verdict.people, rules, case.start + MINUTE
    )
    assert [message.text for message in again.said] == ["2"]
    assert again.said[0].mentions == (case.zhou,)
    assert list(again.gathered) == [1]
    assert again.gathered[1].until == case.start + HOUR


def test_who_was_called_often_enough_is_named_and_not_called(case: Any) -> None:
    rules = limited(case, per_person=1)
    first = judged([alert(case)], Load(), {}, rules, case.start)
    both = judged(
        [alert(case, 5, case.zhou, case.leader)], first.room, first.people, rules, case.start + MINUTE
    )
    assert [message.mentions for message in both.said] == [(case.leader,)]
    alone = judged([alert(case, 6)], first.room, first.people, rules, case.start + MINUTE)
    assert alone.said == ()
    assert list(alone.gathered) == [6]


def test_without_limits_everything_is_said(case: Any) -> None:
    said, gathered, _ = lived(case, limited(case), list(range(200)))
    assert (len(said), gathered) == (200, [])


def test_a_clock_that_is_put_back_gathers_nothing(case: Any) -> None:
    rules = limited(case, per_room=1)
    verdict = judged([alert(case)], Load(), {}, rules, case.start)
    assert judged([alert(case)], verdict.room, {}, rules, case.start - 3 * HOUR).said


def test_the_list_names_what_is_still_open_and_what_is_late(case: Any) -> None:
    rules = limited(case, per_room=1)
    first = judged([alert(case, 1)], Load(), {}, rules, case.start)
    second = judged(
        [alert(case, 2), alert(case, 3, case.leader)], first.room, first.people, rules, case.start + MINUTE
    )
    load, at = second.room, case.start + HOUR
    assert list_at(load, rules.notices, case.start + MINUTE) == at
    speaker = Speaker(lambda text: text, rules.zone, at)
    known = {"respond": Told(case.start, {0: case.start})}
    tickets = [
        changed(case.ticket, number=2, status=Status.SOLVED, told=known),
        changed(case.ticket, number=3, told=known),
        changed(case.ticket, number=4),  # what its notice was about is done, and nothing else is due
    ]
    message = listed(load, tickets, speaker, rules)
    assert message is not None
    assert message.text == "📋 提醒较多，这一单晚说了些：3；已超时：3。回“待办”看时限。@Zhou @Leader"
    assert message.mentions == (case.zhou, case.leader)
    assert listed(load, tickets[:1], speaker, rules) is None
    after = told(load, rules.notices, at)
    assert list_at(after, rules.notices, at) is None
    assert not after.is_free(1, at + MINUTE)  # the list counts


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 600), min_size=1, max_size=80), st.integers(1, 12))
def test_every_notice_is_said_or_gathered_and_no_hour_holds_twice_the_budget(
    case: Any, minutes: list[int], budget: int
) -> None:
    said, gathered, room = lived(case, limited(case, per_room=budget), sorted(minutes))
    assert sorted([*said, *gathered]) == sorted(minutes)
    assert all(sum(first <= at < first + 60 for at in said) < 2 * budget for first in said)
    assert (room.gathered == ()) == (gathered == [])


def test_the_clock_of_a_load_is_a_number_of_instants(case: Any) -> None:
    at: datetime = case.start
    load = Load()
    for _ in range(5):
        load = load.taken(3, at)
    assert load.arrival == at + HOUR  # however much was said, nobody waits longer than an hour


def test_a_notice_that_calls_nobody_tires_nobody(case: Any) -> None:
    quiet = Alert(case.ticket, Message(to=Place.DUTY, text="1024", is_alert=True))
    verdict = judged([quiet], Load(), {}, limited(case, per_person=1), case.start)
    assert ([message.text for message in verdict.said], verdict.gathered) == (["1024"], {})
