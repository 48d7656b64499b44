"""Plans at the start of the program: workers that start at the same moment open one ticket for the first time of a plan."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.store.contract import Store
from bot.tickets.kinds import Kind
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


@pytest.mark.asyncio
async def test_workers_that_start_at_once_open_one_ticket_for_a_plan(offices: Any) -> None:
    known: Office = await offices()
    calendar = known.bot.rules.calendars["always"]
    plan = PlanRules(
        id="monthly",
        customer="yucai",
        room="yucai",
        address=next(room.address for room in known.bot.config.rooms if room.id == "yucai"),
        name="{month} 月巡检",
        recurrence=Plan("monthly", "30 17 28 * *", calendar),
        owner="",
        ahead=timedelta(days=3),
        takes=None,
        hazard_days=5,
        ladder="planned",
    )
    config = replace(known.bot.config, plans={"monthly": plan})
    meeting = asyncio.Barrier(_WORKERS)
    workers: list[Office] = await asyncio.gather(
        *(offices(lambda store: _Together(store, meeting), other=config) for _ in range(_WORKERS))
    )
    found = [each for each in await known.store.open_tickets() if each.kind is Kind.INSPECTION]
    assert len(found) == 1
    (ticket,) = found
    assert ticket.announce_at is not None

    known.clock.move_to(ticket.announce_at)
    for worker in workers * 2:
        await worker.tick()
    told = [text for text in known.said(DUTY) if "3 月巡检" in text]
    assert len(told) == 1  # one word for all of them, and one ticket of the time after
    following = [each for each in await known.store.open_tickets() if each.kind is Kind.INSPECTION]
    assert sorted(each.announce_at is None for each in following) == [False, True]
