"""Reports after the end of a contract: who decides, what is owed until then, and what counts from the decision."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.tickets import coverage_events as ce
from bot.tickets import coverage_steps as cs
from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets.contract_rules import Scope
from bot.tickets.coverage import ended_on
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.kinds import ClockKind, Closing, Kind, Status
from bot.tickets.model import Promise
from bot.tickets.rules import Level, Rules
from scheduler.validity import Validity
from scheduler.written_clocks import WrittenClock

ENDED = date(2026, 2, 28)


@pytest.fixture
def over(rules: Rules, open_case: Any) -> Any:
    """Return a ticket of a customer whose contract has ended; errors of the software stay free on its level."""
    policy = rules.policies["edu"]
    levels = tuple(replace(level, free_after_contract=("bug",)) for level in policy.levels)
    free = replace(rules, policies={"edu": replace(policy, levels=levels)})
    return open_case(rules=free, uncovered=ENDED)


def test_a_contract_runs_through_its_last_day_where_the_bot_is(rules: Rules, open_case: Any) -> None:
    now = open_case().now
    today = now.astimezone(rules.zone).date()
    runs = replace(rules, validities={"yucai": Validity(None, today)})
    assert ended_on("yucai", now, runs) is None
    assert ended_on("yucai", now + timedelta(days=1), runs) == today
    assert ended_on("shiyan", now, runs) is None


def test_until_somebody_decides_a_first_word_and_the_decision_are_owed_and_nothing_else(over: Any) -> None:
    assert {clock.kind for clock in over.clocks} == {ClockKind.RESPOND, ClockKind.ANSWER}
    assert not over.clock(ClockKind.ANSWER).is_running
    over.does(s.Say(over.zhang, "您好"))
    assert over.clock(ClockKind.ANSWER).is_running


@pytest.mark.parametrize("step", ["claim", "resolve", "dispatch"])
def test_nobody_works_on_it_before(over: Any, step: str) -> None:
    steps = {
        "claim": s.Claim(over.zhang),
        "resolve": s.Resolve(over.zhang, "a", "b", "c"),
        "dispatch": s.Dispatch(over.zhang, over.li, ""),
    }
    with pytest.raises(TicketError, match="先定"):
        over.does(steps[step])


def test_an_engineer_decides_only_about_what_stays_free(over: Any) -> None:
    with pytest.raises(TicketError, match="先定"):
        over.does(cs.Cover(over.zhang))
    with pytest.raises(TicketError, match="先定"):
        over.does(cs.Quote(over.zhang, "五百元"))
    (event,) = over.does(cs.Cover(over.zhang, "是 Bug"))
    assert event == ce.Covered(by=over.zhang, category="bug", promises=event.promises)


def test_the_promises_of_the_level_count_from_the_decision(over: Any) -> None:
    over.waits(timedelta(hours=3)).does(cs.Cover(over.manager))
    resolve = over.clock(ClockKind.RESOLVE)
    assert resolve.started_at == over.now
    assert over.clock(ClockKind.RESPOND).is_running  # as before: nobody has said a word yet
    over.does(s.Claim(over.zhang))
    with pytest.raises(TicketError, match="不用另外决定"):
        over.does(cs.Cover(over.manager))


def test_written_promises_count_from_the_decision_where_they_count_from_the_report(
    rules: Rules, open_case: Any
) -> None:
    starts: dict[str, tuple[str, ...] | str] = {
        "resolve": "reported",
        "diagnose": ("reported", "dispatched"),
        "arrive": "dispatched",
    }
    promises = tuple(
        Promise(
            kind=ClockKind(kind),
            calendar="always",
            ladder="standard",
            clock=WrittenClock(kind=kind, within="4h", from_=from_),
        )
        for kind, from_ in starts.items()
    )
    policy = rules.policies["edu"]
    levels = (Level("3", "三级", (), promises),)
    case = open_case(rules=replace(rules, policies={"edu": replace(policy, levels=levels)}), uncovered=ENDED)
    case.waits(timedelta(hours=3)).does(cs.Cover(case.manager))
    decided_at = case.now
    case.waits(timedelta(hours=1)).does(s.Dispatch(case.manager, case.li, ""))
    assert {kind: case.clock(ClockKind(kind)).state.started_at for kind in starts} == {
        "resolve": decided_at,
        "diagnose": decided_at,
        "arrive": case.now,
    }


def test_a_price_waits_for_the_yes_of_the_customer(over: Any) -> None:
    over.does(cs.Quote(over.manager, "五百元"))
    assert over.ticket.owner is None  # whoever names a price does not take the work
    with pytest.raises(NotTheirs):
        over.does(s.Consent(over.stranger, "m1"))
    over.does(s.Consent(over.requester, "m2"))
    assert over.ticket.waiting is None
    assert over.clock(ClockKind.RESOLVE).is_running


def test_without_a_yes_it_is_withdrawn_and_what_is_declined_is_closed(over: Any, open_case: Any) -> None:
    over.does(cs.Quote(over.manager, "五百元"))
    *_, closed = over.does(s.Consent(over.requester, "m2", is_given=False))
    assert closed == e.Closed(closing=Closing.WITHDRAWN, by=over.requester)
    other = open_case(rules=over.rules, uncovered=ENDED)
    with pytest.raises(TicketError, match="给客户的说明"):
        other.does(cs.TurnDown(other.manager, " "))
    other.does(cs.TurnDown(other.manager, "请联系原厂家"))
    assert (other.ticket.status, other.ticket.closing) == (Status.CLOSED, Closing.DECLINED)


def test_a_price_that_nobody_answers_is_reminded_of_and_then_let_go(over: Any) -> None:
    over.does(cs.Quote(over.manager, "五百元"))
    happened = [event for _, event in over.lives(timedelta(days=14))]
    assert [type(event).__name__ for event in happened] == ["PauseReminded", "PauseReminded", "Closed"]


def test_within_a_contract_there_is_nothing_to_decide(open_case: Any) -> None:
    case = open_case()
    for step in (cs.Cover(case.manager), cs.Quote(case.manager, "x"), cs.TurnDown(case.manager, "x")):
        with pytest.raises(TicketError, match="不用另外决定"):
            case.does(step)


def test_what_was_never_meant_stops_the_clocks_of_the_contract(open_case: Any) -> None:
    case = open_case()
    case.does(s.Claim(case.zhang))
    case.does(s.Say(case.zhang, "我看一下"))
    case.does(cs.PutOutside(case.li, "客户自己买的打印机"))
    assert {clock.kind for clock in case.clocks} == {ClockKind.RESPOND, ClockKind.ANSWER}
    assert case.clock(ClockKind.ANSWER).is_running
    with pytest.raises(TicketError, match="已经按合同外"):
        case.does(cs.PutOutside(case.li, "再一次"))
    with pytest.raises(TicketError, match="先定"):
        case.does(s.ChangeLevel(case.zhang, "3", "试试"))


def test_it_says_why_and_only_of_what_customers_report(open_case: Any) -> None:
    with pytest.raises(TicketError, match="请写明"):
        open_case().does(cs.PutOutside(open_case().zhang, " "))
    complaint = open_case(kind=Kind.COMPLAINT)
    with pytest.raises(TicketError, match="合同范围"):
        complaint.does(cs.PutOutside(complaint.zhang, "打印机"))


def test_taken_back_it_is_as_if_nothing_had_been_said(open_case: Any) -> None:
    case = open_case()
    before = case.ticket
    case.does(cs.PutOutside(case.zhang, "看错了"))
    case.does(s.Undo(case.zhang))
    assert (case.ticket.promises, case.ticket.coverage) == (before.promises, None)


def test_a_contract_excludes_only_what_it_names_and_nothing_that_it_covers() -> None:
    scope = Scope(covers=("一体机",), excludes=("打印机", "Own Printer"))
    assert scope.excluded_in("二楼 打 印 机 坏了") == "打印机"
    assert scope.excluded_in("our ｏｗｎ printer is broken") == "Own Printer"
    assert scope.excluded_in("一体机连不上打印机") == ""
    assert scope.excluded_in("投影黑屏") == ""
    assert Scope().excluded_in("打印机坏了") == ""


def test_what_was_said_to_be_outside_when_it_was_reported_is_decided_first(open_case: Any) -> None:
    case = open_case(outside="打印机")
    assert {clock.kind for clock in case.clocks} == {ClockKind.RESPOND, ClockKind.ANSWER}


def test_of_several_beginnings_only_the_report_becomes_the_decision(rules: Rules, open_case: Any) -> None:
    starts = [("reported", "dispatched"), ("dispatched", "arrived")]
    promises = tuple(
        Promise(
            kind=kind,
            calendar="always",
            ladder="standard",
            clock=WrittenClock(kind=kind.value, within="4h", from_=from_),
        )
        for kind, from_ in zip((ClockKind.RESOLVE, ClockKind.DIAGNOSE), starts, strict=True)
    )
    policy = rules.policies["edu"]
    levels = (Level("3", "三级", (), promises),)
    case = open_case(rules=replace(rules, policies={"edu": replace(policy, levels=levels)}), uncovered=ENDED)
    case.does(cs.Cover(case.manager))
    found = {each.kind: each.clock.from_ for each in case.ticket.promises if each.clock}
    assert found[ClockKind.RESOLVE] == ("accepted", "dispatched")
    assert found[ClockKind.DIAGNOSE] == ("dispatched", "arrived")
