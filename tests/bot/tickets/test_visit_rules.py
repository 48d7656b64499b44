"""Visits by appointment: which times are offered, which are agreed on, and what is owed from then on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.tickets import planned_steps as ps
from bot.tickets import steps as s
from bot.tickets import visit_events as ve
from bot.tickets import visit_steps as vs
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.kinds import ClockKind, Kind
from bot.tickets.rules import Rules
from bot.tickets.visit_rules import VisitRules
from bot.tickets.visiting_hours import free_times, is_free
from scheduler.calendar import parse_window
from scheduler.rota import Leave
from scheduler.work_windows import WorkWindows
from tests.bot.tickets.conftest import HOUR, MONDAY, ZONE, Case


@pytest.fixture
def desk(rules: Rules) -> Rules:
    """Visits on working days from 8 to 18 o'clock, two hours from now at the soonest."""
    return replace(rules, visits=VisitRules(calendar="workday", lead=2 * HOUR))


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE)


def test_the_next_free_times_of_two_days_are_offered(desk: Rules, open_case: Any) -> None:
    case = open_case(rules=desk)
    (*_, sent, offered) = case.does(s.Dispatch(case.zhang, case.li, ""))
    assert isinstance(offered, ve.VisitOffered)
    assert (offered.who, offered.times) == (sent.to, (local(9, 12), local(10, 8)))


def test_on_friday_evening_monday_and_tuesday_are_offered(desk: Rules, open_case: Any) -> None:
    case = open_case(rules=desk)
    assert free_times(case.ticket, case.li, (), local(13, 17), desk) == (local(16, 8), local(17, 8))


def test_nobody_is_offered_who_is_on_leave_or_elsewhere(desk: Rules, open_case: Any) -> None:
    case = open_case(rules=desk)
    taken = (local(9, 12, 30),)
    assert free_times(case.ticket, case.li, taken, MONDAY, desk)[0] == local(9, 13, 30)
    rota = replace(desk.rotas["first"], leaves=(Leave("li", local(9, 0), local(11, 0)),))
    away = replace(desk, rotas={"first": rota})
    assert free_times(case.ticket, case.li, (), MONDAY, away) == (local(11, 8), local(12, 8))


def test_quiet_hours_of_a_room_are_not_offered(desk: Rules, open_case: Any) -> None:
    room = replace(desk.rooms["yucai"], quiet=parse_window("08:00-11:30"))
    case = open_case(rules=replace(desk, rooms={"yucai": room}))
    assert free_times(case.ticket, case.li, (), local(9, 20), case.rules)[0] == local(10, 11, 30)


def test_the_hours_of_the_contract_come_first(desk: Rules, open_case: Any) -> None:
    window = WorkWindows(desk.calendars["workday"], (parse_window("22:30-06:00"),))
    policy = replace(desk.policies["edu"], work_window=window)
    case = open_case(rules=replace(desk, policies={"edu": policy}))
    assert free_times(case.ticket, case.li, (), MONDAY, case.rules) == (local(9, 22, 30), local(14, 9))


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_offered_is_free_and_in_the_future(desk: Rules, open_case: Any, data: st.DataObject) -> None:
    case = open_case(rules=desk)
    now = MONDAY + timedelta(minutes=data.draw(st.integers(0, 20_000)))
    minutes = data.draw(st.lists(st.integers(0, 4000), max_size=4))
    elsewhere = tuple(now + timedelta(minutes=each) for each in minutes)
    found = free_times(case.ticket, case.li, elsewhere, now, desk)
    assert len({at.astimezone(ZONE).date() for at in found}) == 2
    for at in found:
        assert at >= now + desk.visits.lead
        assert is_free(case.ticket, case.li, elsewhere, at, desk)


def test_the_choice_is_consent_and_the_arrival_is_owed_then(desk: Rules, open_case: Any) -> None:
    case = open_case(rules=desk)
    case.does(s.Dispatch(case.zhang, case.li, ""))
    with pytest.raises(NotTheirs):
        case.does(vs.PickVisit(case.stranger, local(9, 12), "m1"))
    case.does(vs.PickVisit(case.contact, local(9, 12), "m2"))
    arrival = case.clock(ClockKind.ARRIVE)
    assert (arrival.due_at, arrival.state.agreement.consent) == (local(9, 12), "m2")
    with pytest.raises(TicketError, match="没有等您选的时间"):
        case.does(vs.PickVisit(case.contact, local(10, 8), "m3"))
    case.waits(2 * HOUR).does(s.Arrive(case.li))
    assert case.ticket.appointment is None
    assert case.clock(ClockKind.ARRIVE).met_at == case.now


def test_who_moves_it_owes_no_arrival_until_another_time_is_agreed(desk: Rules, open_case: Any) -> None:
    case = open_case(rules=desk)
    case.does(s.Dispatch(case.zhang, case.li, ""))
    case.does(vs.PickVisit(case.requester, local(9, 12), "m1"))
    case.does(ps.AskOtherTime(case.requester, "有考试"))
    assert case.clock(ClockKind.ARRIVE).due_at is None
    (offered,) = case.does(vs.OfferVisit(case.zhang, None, (local(10, 9),)))
    assert offered.who == case.li  # whoever was to come
    case.does(vs.PickVisit(case.requester, local(10, 9), "m2"))
    assert case.clock(ClockKind.ARRIVE).due_at == local(10, 9)


@pytest.mark.parametrize(
    "opened", [{"level": "1"}, {"is_urgent": True}], ids=["urgent level", "urgent words"]
)
def test_in_an_emergency_nobody_is_asked(desk: Rules, open_case: Any, opened: dict[str, Any]) -> None:
    case = open_case(rules=desk, **opened)
    assert not [
        each for each in case.does(s.Dispatch(case.zhang, case.li, "")) if isinstance(each, ve.VisitOffered)
    ]


def test_times_that_do_not_work_are_refused(desk: Rules, open_case: Any) -> None:
    case = open_case(rules=desk)
    for at, taken in ((local(9, 19), ()), (local(14, 10), ()), (local(10, 8), (local(10, 8, 30),))):
        with pytest.raises(TicketError, match="可以："):
            case.does(vs.OfferVisit(case.zhang, case.li, (at,), taken))
    with pytest.raises(TicketError, match="已经过了"):
        case.does(vs.OfferVisit(case.zhang, case.li, (local(9, 9),)))
    with pytest.raises(NotTheirs):
        case.does(vs.OfferVisit(case.requester))


def test_nobody_visits_where_there_is_nothing_to_repair_or_nobody_has_time(
    desk: Rules, open_case: Any
) -> None:
    for kind in (Kind.CALLBACK, Kind.INSPECTION):
        with pytest.raises(TicketError, match="不用约上门"):
            open_case(rules=desk, kind=kind).does(vs.OfferVisit(Case.zhang, Case.li))
    away = Leave("li", local(1, 0), local(30, 0))
    rota = msgspec.structs.replace(desk.rotas["first"], leaves=(away,))
    case = open_case(rules=replace(desk, rotas={"first": rota}))
    with pytest.raises(TicketError, match="近三周没有能上门的时间"):
        case.does(vs.OfferVisit(case.zhang, case.li))


def test_no_more_than_four_times_are_asked_about(desk: Rules, open_case: Any) -> None:
    times = tuple(local(day, 10) for day in (10, 11, 12, 13, 16))
    (*_, offered) = open_case(rules=desk).does(vs.OfferVisit(Case.zhang, Case.li, times))
    assert offered.times == times[:4]


def test_sent_to_a_place_nobody_can_be_asked_in_no_time_is_offered(desk: Rules, open_case: Any) -> None:
    offered = [
        [
            type(each)
            for each in open_case(rules=desk, address=address).does(s.Dispatch(Case.zhang, Case.li, ""))
        ]
        for address in ("qq:group:1", "")
    ]
    assert [ve.VisitOffered in each for each in offered] == [True, False]
