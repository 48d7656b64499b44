"""Being on site: it keeps the promise to come, it is a word to the customer, and it stays true."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.kinds import ClockKind, StartsAt
from bot.tickets.rules import Rules

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def visit(rules: Rules, open_case: Any) -> Any:
    """A ticket with arrival in two hours, and a diagnosis an hour after that arrival."""
    policy = rules.policies["edu"]
    respond, _ = policy.level("3").promises
    arrive = msgspec.structs.replace(respond, kind=ClockKind.ARRIVE, within=2 * HOUR)
    diagnose = msgspec.structs.replace(respond, kind=ClockKind.DIAGNOSE, within=HOUR, start=StartsAt.ARRIVED)
    level = replace(policy.levels[0], id="4", promises=(respond, arrive, diagnose))
    return open_case(
        rules=replace(rules, policies={"edu": replace(policy, levels=(*policy.levels, level))}), level="4"
    )


def test_an_arrival_keeps_its_promise_and_starts_what_counts_from_it(visit: Any) -> None:
    visit.does(s.Say(visit.zhang, "我过来"))
    assert visit.waits(HOUR).does(s.Arrive(visit.zhang)) == [e.Arrived(by=visit.zhang)]
    assert visit.clock(ClockKind.ARRIVE).met_at == visit.now
    assert visit.clock(ClockKind.DIAGNOSE).started_at == visit.now


def test_a_late_arrival_records_how_late_it_is(visit: Any) -> None:
    visit.does(s.Say(visit.zhang, "我过来"))
    assert visit.waits(2 * HOUR + MINUTE).does(s.Arrive(visit.zhang)) == [
        e.Arrived(by=visit.zhang, late=MINUTE)
    ]


def test_who_comes_later_is_not_late(visit: Any) -> None:
    visit.does(s.Arrive(visit.zhang))
    first = visit.now
    assert visit.waits(3 * HOUR).does(s.Arrive(visit.li)) == [e.Arrived(by=visit.li)]
    assert visit.clock(ClockKind.ARRIVE).met_at == first


def test_whoever_stands_before_the_customer_has_taken_the_ticket_and_answered(visit: Any) -> None:
    arrived = visit.does(s.Arrive(visit.li))
    assert [type(event) for event in arrived] == [e.Claimed, e.Responded, e.Arrived]
    assert visit.ticket.owner == visit.li


def test_an_arrival_is_for_staff_and_for_open_tickets(visit: Any) -> None:
    with pytest.raises(NotTheirs):
        visit.does(s.Arrive(visit.requester))
    visit.resolve(visit.zhang)
    with pytest.raises(TicketError):
        visit.does(s.Arrive(visit.zhang))


@pytest.mark.parametrize("wait", [timedelta(), HOUR])
def test_after_a_reopening_the_arrival_stays_kept(visit: Any, wait: timedelta) -> None:
    visit.does(s.Arrive(visit.zhang))
    arrived_at = visit.now
    visit.waits(wait).resolve()
    visit.waits(HOUR).does(s.Reopen(visit.requester, "又黑"))
    assert visit.clock(ClockKind.ARRIVE).met_at == arrived_at


def test_nobody_arrives_by_solving_from_afar(visit: Any) -> None:
    due = visit.clock(ClockKind.ARRIVE).due_at
    visit.waits(HOUR).resolve(visit.zhang)
    assert visit.clock(ClockKind.ARRIVE).met_at is None
    visit.waits(5 * HOUR).does(s.Reopen(visit.requester, "又黑"))
    assert visit.clock(ClockKind.ARRIVE).due_at == due + 5 * HOUR


def test_a_promise_after_the_arrival_counts_from_it_in_another_level_too(visit: Any, rules: Rules) -> None:
    visit.waits(HOUR).does(s.Arrive(visit.zhang))
    arrived_at = visit.now
    policy = visit.rules.policies["edu"]
    from_arrival = msgspec.structs.replace(
        policy.level("3").promises[1], kind=ClockKind.WORKAROUND, start=StartsAt.ARRIVED
    )
    other = replace(policy.level("4"), id="5", promises=(*policy.level("4").promises, from_arrival))
    visit.rules = replace(visit.rules, policies={"edu": replace(policy, levels=(*policy.levels, other))})
    visit.waits(MINUTE).does(s.ChangeLevel(visit.zhang, "5", "要备件"))
    assert visit.clock(ClockKind.WORKAROUND).started_at == arrived_at
