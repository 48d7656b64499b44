"""What engineers come to with a ticket: which promise each keeps, which it begins, and what the customer reads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.kinds import ClockKind, Milestone
from bot.tickets.model import Promise
from bot.tickets.rules import Rules
from scheduler.standing import Phase
from scheduler.written_clocks import WrittenClock

HOUR = timedelta(hours=1)


def written(kind: str, from_: str = "reported") -> Promise:
    clock = WrittenClock(kind=kind, within="4h", from_=from_)
    return Promise(kind=ClockKind(kind), calendar="always", ladder="standard", clock=clock)


@pytest.fixture
def promised(rules: Rules) -> Rules:
    policy = rules.policies["edu"]
    promises = (
        written("workaround"), written("repair", "received"), written("replace", "replacement_ordered")
    )  # fmt: skip
    last = replace(policy.levels[-1], promises=promises)
    return replace(rules, policies={"edu": replace(policy, levels=(*policy.levels[:-1], last))})


@pytest.mark.parametrize(
    ("begins", "what", "kind"),
    [
        (None, Milestone.WORKED_AROUND, ClockKind.WORKAROUND),
        (Milestone.RECEIVED, Milestone.RETURNED, ClockKind.REPAIR),
        (Milestone.ORDERED, Milestone.REPLACED, ClockKind.REPLACE),
    ],
)
@pytest.mark.parametrize(("hours", "late"), [(1, 0), (5, 1)])
def test_each_keeps_its_promise_or_is_late(
    promised: Rules,
    open_case: Any,
    begins: Milestone | None,
    what: Milestone,
    kind: ClockKind,
    hours: int,
    late: int,
) -> None:
    case = open_case(rules=promised, level="3")
    if begins is not None:
        assert case.clock(kind).due_at is None
        case.does(s.Reach(case.zhang, begins, ""))
        assert case.clock(kind).due_at == case.now + 4 * HOUR
    case.waits(hours * HOUR)
    *_, reached = case.does(s.Reach(case.zhang, what, "先直连"))
    assert (reached.what, reached.late) == (what, late * HOUR)
    assert case.clock(kind).state.phase is (Phase.BREACHED if late else Phase.MET)


def test_it_is_a_word_to_the_customer_and_for_staff_alone(promised: Rules, open_case: Any) -> None:
    case = open_case(rules=promised, level="3")
    with pytest.raises(NotTheirs):
        case.does(s.Reach(case.requester, Milestone.RECEIVED, ""))
    claimed, _ = case.does(s.Reach(case.zhang, Milestone.RECEIVED, ""))
    assert (case.ticket.owner, case.ticket.last_said_at) == (case.zhang, case.now)
    assert type(claimed) is e.Claimed
    case.resolve()
    with pytest.raises(TicketError):
        case.does(s.Reach(case.zhang, Milestone.RETURNED, ""))
