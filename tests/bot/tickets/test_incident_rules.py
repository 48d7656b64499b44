"""Inside a major incident: which runbook it brings, what may be ticked, when a report is asked for, who consults."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.tickets import incident_events as ie
from bot.tickets import incident_steps as ins
from bot.tickets import site_steps as ss
from bot.tickets import steps as s
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.incident_rules import RunbookRules
from bot.tickets.kinds import ClockKind
from bot.tickets.planned_rules import LADDERS
from bot.tickets.rules import Rules
from tests.bot.tickets.conftest import HOUR, ZONE

BOOKS = (
    RunbookRules(id="R-1", name="投影", steps=("换灯泡", "重启"), keywords=("投影",), customers=("shiyan",)),
    RunbookRules(id="R-2", name="投影", steps=("换灯泡", "重启"), keywords=("投影",)),
    RunbookRules(id="R-3", name="别的", steps=("看一眼",)),
)


@pytest.fixture
def desk(rules: Rules) -> Rules:
    return replace(rules, runbooks=BOOKS, ladders={**LADDERS, **rules.ladders}, major_every=12 * HOUR)


@pytest.mark.parametrize(
    ("text", "named", "chosen"),
    [
        ("投影黑屏", "", "R-2"),
        ("没有网", "", "R-3"),
        ("投影黑屏", "r-1 快", "R-1"),
        ("投影黑屏", "R-9", "R-2"),
    ],
    ids=["by words", "for every incident", "named", "unknown name"],
)
def test_a_runbook_is_named_or_the_first_that_fits(
    desk: Rules, open_case: Any, text: str, named: str, chosen: str
) -> None:
    case = open_case(rules=desk, text=text)
    case.does(s.DeclareMajor(case.manager, named))
    assert case.ticket.runbook.id == chosen


def test_each_step_is_ticked_once_by_staff(desk: Rules, open_case: Any) -> None:
    case = open_case(rules=desk)
    with pytest.raises(TicketError, match="没有预案"):
        case.does(ins.Tick(case.zhang, (1,)))
    case.does(s.DeclareMajor(case.manager))
    with pytest.raises(NotTheirs):
        case.does(ins.Tick(case.requester, (1,)))
    case.does(ins.Tick(case.zhang, (1, 1)))
    with pytest.raises(TicketError, match="已完成"):
        case.does(ins.Tick(case.li, (1,)))
    with pytest.raises(TicketError, match="只有"):
        case.does(ins.Tick(case.li, (3,)))
    case.does(s.Undo(case.zhang))
    assert case.ticket.runbook.done == {}


def test_a_report_is_asked_for_half_an_hour_ahead_once_a_day(desk: Rules, open_case: Any) -> None:
    case = open_case(rules=desk)
    case.does(s.DeclareMajor(case.manager))
    asked = [at for at, event in case.lives(timedelta(hours=10)) if isinstance(event, ie.ReportAsked)]
    assert asked == [datetime(2026, 3, 9, 17, 30, tzinfo=ZONE)]
    case.does(ss.ReportDay(case.manager, "备机接管"))
    asked = [at for at, event in case.lives(timedelta(days=1)) if isinstance(event, ie.ReportAsked)]
    assert asked == [datetime(2026, 3, 10, 17, 30, tzinfo=ZONE)]


def test_where_none_is_wanted_or_the_incident_is_over_no_report_is_asked_for(
    desk: Rules, open_case: Any
) -> None:
    without = open_case(rules=replace(desk, major_report=None))
    without.does(s.DeclareMajor(without.manager))
    assert without.ticket.promise(ClockKind.REPORT) is None
    case = open_case(rules=replace(desk, major_report=time(18)))
    case.does(s.DeclareMajor(case.manager))
    case.does(s.Recover(case.manager, "好了"))
    assert not [event for _, event in case.lives(timedelta(days=2)) if isinstance(event, ie.ReportAsked)]


def test_experts_are_consulted_where_the_contract_says_so(desk: Rules, open_case: Any) -> None:
    policy = desk.policies["edu"]
    levels = tuple(replace(level, consult=True) for level in policy.levels)
    case = open_case(rules=replace(desk, policies={"edu": replace(policy, levels=levels)}))
    _, called = case.does(s.DeclareMajor(case.manager))
    assert called.invited == (case.leader,)
    (also,) = case.does(ins.Consult(case.zhang, "数据对不上", (case.li,)))
    assert also.invited == (case.li, case.leader, case.manager)
    with pytest.raises(TicketError, match="结论"):
        case.does(ins.Conclude(case.li, " "))
    case.does(ins.Conclude(case.li, "先回退"))
