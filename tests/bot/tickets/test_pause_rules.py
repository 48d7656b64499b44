"""Pauses: what they stop, who is reminded meanwhile, and what sets a ticket going again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.evolve import evolve
from bot.tickets.kinds import ClockKind, Closing, Status, WaitsFor
from scheduler.standing import Phase

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def owned(case: Any) -> Any:
    case.waits(MINUTE).does(s.Say(case.zhang, "在看"))
    return case


def _waits_for_customer(case: Any) -> None:
    case.does(s.Pause(case.zhang, WaitsFor.CUSTOMER, "设备序列号"))


def test_what_is_missing_of_a_pause_is_asked_for(owned: Any) -> None:
    later = owned.now + HOUR
    for reason, need, at, says in (
        (WaitsFor.CUSTOMER, " ", None, "要客户给什么"),
        (WaitsFor.CUSTOMER, "", later, "要客户给什么"),
        (WaitsFor.PARTS, "", None, "在等什么、什么时候再看"),
        (WaitsFor.PARTS, "主板", None, "写明什么时候再看"),
        (WaitsFor.PARTS, "主板", owned.now, "已经过了"),
    ):
        with pytest.raises(TicketError, match=says):
            owned.does(s.Pause(owned.zhang, reason, need, at))
    (paused,) = owned.does(s.Pause(owned.zhang, WaitsFor.PARTS, "", later))  # the time says enough
    assert paused.next_at == later


def test_a_customer_is_reminded_on_two_mornings_and_then_no_longer_needs_it(owned: Any) -> None:
    _waits_for_customer(owned)  # on Monday; every day is a working day here
    happened = [(at, type(event)) for at, event in owned.lives(14 * DAY)]
    local = [(at.astimezone(owned.rules.zone).strftime("%a %H:%M"), each) for at, each in happened]
    assert local[:3] == [
        ("Tue 10:00", e.PauseReminded),
        ("Thu 10:00", e.PauseReminded),
        ("Sat 10:00", e.Closed),
    ]


def test_a_pause_leaves_a_promise_without_due_instant_and_tells_nobody(owned: Any) -> None:
    owned.waits(HOUR)
    _waits_for_customer(owned)
    resolve = owned.clock(ClockKind.RESOLVE)
    assert (resolve.state.phase, resolve.due_at) == (Phase.PAUSED, None)
    assert [event for _, event in owned.lives(20 * HOUR) if isinstance(event, e.Escalated)] == []


def test_what_was_left_before_a_pause_is_left_after_it(owned: Any) -> None:
    due = owned.clock(ClockKind.RESOLVE).due_at
    _waits_for_customer(owned)
    owned.waits(3 * HOUR).does(s.Supplement(owned.requester, "SN8812"))
    assert owned.clock(ClockKind.RESOLVE).due_at == due + 3 * HOUR


def test_each_pause_counts_for_its_own_length_only(owned: Any) -> None:
    due = owned.clock(ClockKind.RESOLVE).due_at
    for _ in range(2):
        _waits_for_customer(owned)
        owned.waits(HOUR).does(s.Supplement(owned.requester, "SN8812"))
        owned.waits(HOUR)
    assert owned.clock(ClockKind.RESOLVE).due_at == due + 2 * HOUR


def test_a_pause_is_the_first_response_and_claims(case: Any) -> None:
    events = case.waits(30 * MINUTE).does(s.Pause(case.zhang, WaitsFor.CUSTOMER, "序列号"))
    assert [type(event) for event in events] == [e.Claimed, e.Responded, e.Paused]
    assert events[1].late == 10 * MINUTE


def test_a_response_that_is_owed_anew_is_not_paused(owned: Any) -> None:
    owned.resolve()
    owned.waits(HOUR).does(s.Reopen(owned.requester, "又黑了"))
    paused = e.Paused(by=owned.zhang, reason=WaitsFor.PARTS, need="主板", next_at=owned.now + DAY)
    owned.ticket = evolve(owned.ticket, paused, owned.now)
    assert owned.clock(ClockKind.RESPOND).due_at == owned.now + 20 * MINUTE


@pytest.mark.parametrize("who", ["requester", "contact"])
def test_only_the_customers_own_people_resume_by_speaking(owned: Any, who: str) -> None:
    _waits_for_customer(owned)
    assert [type(event) for event in owned.does(s.Supplement(owned.stranger, "加油"))] == [e.Supplemented]
    assert owned.ticket.waiting is not None
    resumed = owned.does(s.Supplement(getattr(owned, who), "SN8812"))
    assert [type(event) for event in resumed] == [e.Supplemented, e.Resumed]
    assert owned.ticket.waiting is None


def test_a_word_of_the_customer_does_not_bring_the_parts(owned: Any) -> None:
    owned.does(s.Pause(owned.zhang, WaitsFor.PARTS, "主板", owned.now + DAY))
    assert [type(event) for event in owned.does(s.Supplement(owned.requester, "好"))] == [e.Supplemented]
    assert owned.ticket.waiting is not None


def test_the_customer_is_reminded_twice_and_then_the_ticket_is_closed(owned: Any) -> None:
    _waits_for_customer(owned)
    happened = owned.lives(10 * DAY)
    assert [type(event) for _, event in happened] == [e.PauseReminded, e.PauseReminded, e.Closed]
    assert happened[-1][1].closing is Closing.SILENCE
    owned.does(s.Reopen(owned.requester, "现在有了"))
    assert (owned.ticket.status, owned.ticket.waiting) == (Status.OPEN, None)


def test_after_a_downtime_the_customer_is_reminded_once_not_twice(owned: Any) -> None:
    _waits_for_customer(owned)
    assert [type(event) for event in owned.waits(4 * DAY).looks()] == [e.PauseReminded]
    assert owned.looks() == []


def test_parts_are_asked_after_at_the_named_time_and_every_day_from_then_on(owned: Any) -> None:
    owned.does(s.Pause(owned.zhang, WaitsFor.PARTS, "主板", owned.now + 3 * HOUR))
    assert owned.deadline == owned.now + 3 * HOUR
    told = [event for _, event in owned.lives(4 * DAY) if isinstance(event, e.PauseReminded)]
    assert len(told) == 5  # at the named time, then at ten on four mornings
    assert owned.ticket.status is Status.OPEN


@pytest.mark.parametrize("reason", [WaitsFor.PARTS, WaitsFor.THIRD_PARTY])
def test_waiting_for_others_needs_a_time_to_look_again(owned: Any, reason: WaitsFor) -> None:
    for at in (None, owned.now, owned.now - HOUR):
        with pytest.raises(TicketError):
            owned.does(s.Pause(owned.zhang, reason, "主板", at))


def test_the_same_pause_twice_is_refused_and_another_need_takes_its_place(owned: Any) -> None:
    _waits_for_customer(owned)
    with pytest.raises(TicketError, match="已经在等客户"):
        _waits_for_customer(owned)
    owned.waits(HOUR).does(s.Pause(owned.zhang, WaitsFor.CUSTOMER, "照片"))
    assert owned.ticket.waiting.need == "照片"
    assert [pause.end is None for pause in owned.ticket.pauses] == [False, True]


def test_the_same_pause_in_the_log_twice_counts_once(owned: Any) -> None:
    due = owned.clock(ClockKind.RESOLVE).due_at
    paused = e.Paused(by=owned.zhang, reason=WaitsFor.CUSTOMER, need="照片", next_at=owned.now + DAY)
    for event, length in ((paused, HOUR), (paused, HOUR), (e.Resumed(by=owned.zhang), HOUR), (e.Resumed(by=owned.zhang), HOUR)):  # fmt: skip
        owned.ticket = evolve(owned.ticket, event, owned.now)
        owned.waits(length)
    assert owned.clock(ClockKind.RESOLVE).due_at == due + 2 * HOUR


def test_only_staff_pause_and_resume_and_nothing_is_resumed_that_runs(owned: Any) -> None:
    with pytest.raises(NotTheirs):
        owned.does(s.Pause(owned.requester, WaitsFor.CUSTOMER, "等我"))
    with pytest.raises(TicketError, match="没有暂停"):
        owned.does(s.Resume(owned.zhang))
    _waits_for_customer(owned)
    with pytest.raises(NotTheirs):
        owned.does(s.Resume(owned.requester))


def test_a_solution_ends_a_pause(owned: Any) -> None:
    _waits_for_customer(owned)
    owned.waits(HOUR)
    owned.resolve()
    assert owned.ticket.waiting is None
    assert all(pause.end is not None for pause in owned.ticket.pauses)
