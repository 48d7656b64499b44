"""Work at the customer's: on the way, gone without a solution, not come at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.tickets import site_events as se
from bot.tickets import site_steps as ss
from bot.tickets import steps as s
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.kinds import ClockKind
from bot.tickets.rules import Rules


def test_whoever_leaves_unsolved_says_why_what_is_planned_and_when(open_case: Any) -> None:
    case = open_case()
    tomorrow = case.now + timedelta(days=1)
    for step in (
        ss.LeaveSite(case.zhang, "", "已报备件", tomorrow),
        ss.LeaveSite(case.zhang, "主板坏", "", tomorrow),
        ss.LeaveSite(case.zhang, "主板坏", "已报备件", None),
        ss.LeaveSite(case.zhang, "主板坏", "已报备件", case.now),
    ):
        with pytest.raises(TicketError, match="原因、打算和下次时间"):
            case.does(step)
    case.does(ss.LeaveSite(case.zhang, "主板坏", "已报备件", tomorrow))
    assert case.clock(ClockKind.PROMISE).due_at == tomorrow


def test_a_customer_who_waits_in_vain_is_heard_and_staff_is_told_to_call(open_case: Any) -> None:
    case = open_case()
    (event,) = case.does(ss.MissSomebody(case.requester))
    assert isinstance(event, se.NobodyCame)
    with pytest.raises(NotTheirs):
        case.does(ss.MissSomebody(case.zhang))


def test_nobody_is_sent_where_the_contract_has_no_visits(rules: Rules, open_case: Any) -> None:
    policy = rules.policies["edu"]
    levels = tuple(replace(level, stages=("chat", "phone", "remote")) for level in policy.levels)
    case = open_case(rules=replace(rules, policies={"edu": replace(policy, levels=levels)}))
    with pytest.raises(TicketError, match="不含上门"):
        case.does(s.Dispatch(case.zhang, case.li, ""))


def test_whoever_was_sent_may_solve_it(open_case: Any) -> None:
    case = open_case()
    case.does(s.Dispatch(case.zhang, case.li, ""))
    assert (case.ticket.owner, case.ticket.helpers) == (case.zhang, (case.li,))
    case.resolve(case.li)


def test_the_report_of_a_day_is_words_of_staff(open_case: Any) -> None:
    case = open_case()
    with pytest.raises(TicketError, match="进展"):
        case.does(ss.ReportDay(case.zhang, ""))
    case.does(ss.ReportDay(case.zhang, "备机已接管"))
    assert "day_reported" in case.ticket.happened
