"""The auditor: what is saved as the next look at a ticket is what its clocks say, or is made so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from bot.clock import StillClock
from bot.store.contract import Change, Saved
from bot.tickets import events as e
from bot.tickets.model import Ticket
from bot.watch.auditor import Auditor
from tests.bot.office import CUSTOMER, ENGINEERS, MINUTE, START, Office

pytestmark = pytest.mark.asyncio


async def _saved_as(office: Office, ticket: Ticket, due_at: object) -> None:
    saved = Saved(ticket=ticket, expected_version=ticket.version, records=(), next_due_at=due_at)  # type: ignore[arg-type]
    await office.store.commit(Change(at=office.clock.now(), tickets=(saved,)))


async def test_what_is_right_is_left_alone(reported: Office) -> None:
    await reported.hear(CUSTOMER, "李老师", "报障 没有声音")
    audit = await reported.bot.auditor.round()
    assert (audit.checked, audit.repaired, audit.unserved, audit.failed) == (2, 0, 0, 0)
    assert [type(event) for event in await reported.events()] == [e.Opened]
    assert audit.finished_at == START


@pytest.mark.parametrize("wrong", [None, START + timedelta(days=3), START + 11 * MINUTE])
async def test_what_is_wrong_is_repaired_and_told_in_the_archive(reported: Office, wrong: object) -> None:
    await _saved_as(reported, await reported.ticket(), wrong)
    with capture_logs() as logs:
        audit = await reported.bot.auditor.round()
    assert (audit.checked, audit.repaired) == (1, 1)
    assert await reported.store.due_at(1001) == START + 10 * MINUTE
    assert (await reported.events())[-1] == e.Realigned(was=wrong, due_at=START + 10 * MINUTE)  # type: ignore[arg-type]
    assert [log["ticket"] for log in logs if log.get("action") == "deadline_repaired"] == [1001]
    assert (await reported.bot.auditor.round()).repaired == 1  # in all, and not once more
    await reported.ticket()  # the archive holds


async def test_what_is_due_belongs_to_the_tick_and_is_counted_when_nobody_serves_it(reported: Office) -> None:
    reported.clock.move_to(START + 10 * MINUTE)
    assert (await reported.bot.auditor.round()).unserved == 0
    reported.clock.move_to(START + 11 * MINUTE)
    audit = await reported.bot.auditor.round()
    assert (audit.unserved, audit.repaired) == (1, 0)
    await reported.tick()
    assert (await reported.bot.auditor.round()).unserved == 0


async def test_a_ticket_that_cannot_be_computed_hides_no_other(reported: Office) -> None:
    await reported.hear(CUSTOMER, "李老师", "报障 没有声音")
    ticket = await reported.ticket()
    promises = tuple(replace(promise, calendar="gone") for promise in ticket.promises)
    await _saved_as(reported, replace(ticket, promises=promises), START + MINUTE)
    await _saved_as(reported, await reported.ticket(1002), None)
    with capture_logs() as logs:
        audit = await reported.bot.auditor.round()
    assert (audit.checked, audit.failed, audit.repaired) == (2, 1, 1)
    assert [log["ticket"] for log in logs if log.get("action") == "audit_ticket_failed"] == [1001]


async def test_more_than_a_page_is_checked(office: Office) -> None:
    for number in range(60):
        await office.hear(CUSTOMER, f"老师{number}", f"报障 第 {number} 间教室没有声音")
    await _saved_as(office, await office.ticket(1060), None)
    audit = await office.bot.auditor.round()
    assert (audit.checked, audit.repaired) == (60, 1)


class Watch(StillClock):
    """A clock on which a third of a millisecond has passed whenever it is read, and that notes the rests."""

    def __init__(self) -> None:
        super().__init__(START)
        self._read = 0
        self.rests: list[timedelta] = []

    def monotonic(self) -> float:
        self._read += 1
        return self._read / 2_900

    async def sleep(self, length: timedelta) -> None:
        self.rests.append(length)


async def test_after_a_millisecond_everybody_else_has_a_turn_forty_times_as_long(office: Office) -> None:
    for number in range(30):
        await office.hear(CUSTOMER, f"老师{number}", f"报障 第 {number} 间教室没有声音")
    watch = Watch()
    auditor = Auditor(store=office.store, desk=office.bot.desk, rules=office.bot.rules, clock=watch)
    assert (await auditor.round()).checked == 30
    assert len(watch.rests) == 10
    assert min(watch.rests) >= timedelta(milliseconds=39)


@pytest.mark.parametrize("hours", [-24, -1, 1, 24])
async def test_a_clock_that_jumps_neither_repeats_nor_loses_a_rung(reported: Office, hours: int) -> None:
    reported.clock.move_to(START + 10 * MINUTE)
    await reported.tick()
    reported.clock.jump(timedelta(hours=hours))
    await reported.tick()
    await reported.hear(CUSTOMER, "李老师", "报障 没有声音")
    reported.clock.jump(timedelta(hours=-hours))
    await reported.tick()
    for _ in range(40):
        reported.clock.jump(MINUTE)
        await reported.tick()
    first, second = await reported.events(1001), await reported.events(1002)
    told = [each for each in first if isinstance(each, e.Escalated) and not each.is_repeat]
    of_response = [(each.rung, each.skipped) for each in told if each.clock == "respond"]
    assert of_response == [(0, ()), (1, ())]
    reached = {
        rung for each in second if isinstance(each, e.Escalated) for rung in (each.rung, *each.skipped)
    }
    assert reached == ({0, 1} if hours < 0 else set())  # opened in a future that has not come
    for number in (1001, 1002):
        await reported.ticket(number)
    await reported.hear(CUSTOMER, ENGINEERS[0], "我来看看 1001")
    ticket = await reported.ticket(1001)
    assert ticket.last_said_at is not None
    assert ticket.last_said_at >= max(ticket.told["respond"].rungs.values())
    assert (await reported.bot.auditor.round()).repaired == 0
