"""Plans at the start of the program: one ticket for the next time, whoever starts at the same moment and whatever was changed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.store.contract import Store
from bot.tickets.kinds import Closing, Kind, Status
from bot.tickets.model import Ticket
from bot.tickets.planned import fixed_at
from bot.tickets.planned_changes import DUE
from bot.tickets.planned_rules import PlanRules
from scheduler.plans import Plan
from tests.bot.office import DUTY, Office

_WORKERS = 3


class _Together:
    """A store whose readers of a plan's tickets wait for each other: nobody has written when the last one has read."""

    def __init__(self, store: Store, meeting: asyncio.Barrier) -> None:
        self._store = store
        self._meeting = meeting

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def tickets_of(self, account: str, *, limit: int = 50) -> Any:
        found = await self._store.tickets_of(account, limit=limit)
        await self._meeting.wait()
        return found


def _monthly(known: Office, day: int = 28) -> PlanRules:
    return PlanRules(
        id="monthly",
        customer="yucai",
        room="yucai",
        address=next(room.address for room in known.bot.config.rooms if room.id == "yucai"),
        name="{month} 月巡检",
        recurrence=Plan("monthly", f"30 17 {day} * *", known.bot.rules.calendars["always"]),
        owner="",
        ahead=timedelta(days=3),
        takes=None,
        hazard_days=5,
        ladder="planned",
    )


async def _inspections(known: Office) -> list[Ticket]:
    return [each for each in await known.store.open_tickets() if each.kind is Kind.INSPECTION]


@pytest.mark.asyncio
async def test_a_plan_that_was_changed_has_the_ticket_of_its_new_time_and_no_other(offices: Any) -> None:
    known: Office = await offices()

    async def started(day: int) -> list[Ticket]:
        await offices(other=replace(known.bot.config, plans={"monthly": _monthly(known, day)}))
        return await _inspections(known)

    (first,) = await started(28)
    assert await started(28) == [first]
    (second,) = await started(25)
    due = fixed_at(first, DUE)
    assert due is not None
    assert fixed_at(second, DUE) == due - timedelta(days=3)
    dropped = await known.store.ticket(first.number)
    assert dropped is not None
    assert (dropped.status, dropped.closing) == (Status.CLOSED, Closing.WITHDRAWN)
    assert known.said(DUTY) == []  # of what nobody knew, nobody is told


@pytest.mark.asyncio
async def test_workers_that_start_at_once_open_one_ticket_for_a_plan(offices: Any) -> None:
    known: Office = await offices()
    config = replace(known.bot.config, plans={"monthly": _monthly(known)})
    meeting = asyncio.Barrier(_WORKERS)
    workers: list[Office] = await asyncio.gather(
        *(offices(lambda store: _Together(store, meeting), other=config) for _ in range(_WORKERS))
    )
    (ticket,) = await _inspections(known)
    assert ticket.announce_at is not None

    known.clock.move_to(ticket.announce_at)
    for worker in workers * 2:
        await worker.tick()
    told = [text for text in known.said(DUTY) if "3 月巡检" in text]
    assert len(told) == 1  # one word for all of them, and one ticket of the time after
    assert sorted(each.announce_at is None for each in await _inspections(known)) == [False, True]
