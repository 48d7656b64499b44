"""The desk on a real store, with many people at once: one effect each, one owner, and nothing lost."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from bot.store.contract import Change, Saved, Store
from bot.store.faults import Conflict
from bot.tickets import events as e
from bot.tickets import timing
from bot.tickets.kinds import ClockKind, Status, SurveyState
from bot.tickets.model import Ticket
from tests.bot.office import CUSTOMER, DUTY, ENGINEERS, MINUTE, START, Office


class Overtaken:
    """A store where somebody else is faster, so many times."""

    def __init__(self, store: Store, times: int) -> None:
        self._store = store
        self.times = times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def commit(self, change: Change) -> None:
        if self.times and change.tickets:
            self.times -= 1
            raise Conflict(change.tickets[0].ticket.number)
        await self._store.commit(change)


def _winner(ticket: Ticket) -> str:
    assert ticket.owner is not None
    return ticket.owner.name


@pytest.mark.asyncio
async def test_of_fifty_engineers_one_gets_the_ticket_and_every_other_hears_who(reported: Office) -> None:
    await asyncio.gather(*(reported.hear(DUTY, name, "接单 1001") for name in ENGINEERS))
    ticket = await reported.ticket()
    winner = _winner(ticket)
    said = reported.said(DUTY)
    assert len(said) == 50
    assert said.count(f"1001 由 {winner} 接单（10:00）。") == 1
    refused = [
        text for text in said if text.startswith(f"1001 由 {winner} 接单（10:00）。") and "已有人了" in text
    ]
    assert sorted(text.split("。")[1].split("，")[0] for text in refused) == sorted(set(ENGINEERS) - {winner})
    assert [type(event) for event in await reported.events()] == [e.Opened, e.Claimed]
    assert len(reported.said(CUSTOMER)) == 1


@pytest.mark.asyncio
async def test_two_bots_on_one_store_agree_about_the_owner(offices: Any) -> None:
    one, two = await offices(), await offices()
    await one.hear(CUSTOMER, "王老师", "报障 投影黑屏")
    one.said(DUTY)
    await asyncio.gather(
        *((one if index % 2 else two).hear(DUTY, name, "接单 1001") for index, name in enumerate(ENGINEERS))
    )
    winner = _winner(await one.ticket())
    assert await two.ticket() == await one.ticket()
    said = one.said(DUTY)
    assert len(said) == 50
    assert all(text.startswith(f"1001 由 {winner} 接单") for text in said)
    assert [type(event) for event in await one.events()] == [e.Opened, e.Claimed]


@pytest.mark.asyncio
async def test_a_number_that_somebody_has_is_not_the_end_of_a_report(offices: Any) -> None:
    """As a server gives one that came back without its last second."""
    known: Office = await offices()
    store = Overtaken(known.store, 2)
    office: Office = await offices(lambda _: store)
    await office.hear(CUSTOMER, "王老师", "报障 投影黑屏", times=2)
    assert [ticket.number for ticket in await office.store.open_tickets()] == [1003]
    [told] = office.said(CUSTOMER)
    assert told.startswith("已建单 1003")


@pytest.mark.asyncio
async def test_a_report_that_is_delivered_five_times_at_once_opens_one_ticket(office: Office) -> None:
    await office.hear(CUSTOMER, "王老师", "报障 投影黑屏", times=5)
    assert len(await office.store.open_tickets()) == 1
    assert (len(office.said(CUSTOMER)), len(office.said(DUTY))) == (1, 1)


@pytest.mark.asyncio
async def test_every_step_that_is_delivered_five_times_at_once_happens_once(reported: Office) -> None:
    first, duty = ENGINEERS[0], DUTY
    for room, person, text, customer_hears, duty_hears in [
        (duty, first, "接单 1001", 1, 1),
        (duty, first, "接单 1001", 0, 1),  # refused: it is theirs
        (duty, first, f"转交 1001 @{ENGINEERS[1]} 懂矩阵", 0, 1),
        (duty, ENGINEERS[1], "接受 1001", 1, 1),
        (CUSTOMER, "王老师", "补充 1001 在三楼", 0, 0),
        (duty, ENGINEERS[1], "更新 1001 正在换线", 1, 0),
        (duty, ENGINEERS[1], "解决 1001 原因:主板坏 方法:更换 预防:勿热插拔", 1, 0),
        (CUSTOMER, "王老师", "1", 1, 0),
    ]:
        version = (await reported.ticket()).version
        await reported.hear(room, person, text, times=5)
        heard = len(reported.said(CUSTOMER)), len(reported.said(DUTY))
        assert heard == (customer_hears, duty_hears), text
        assert (await reported.ticket()).version - version <= 3, text
    assert (await reported.ticket()).status is Status.CLOSED
    counted = [type(event) for event in await reported.events()]
    for kind in (e.Claimed, e.HandOverOffered, e.HandedOver, e.Supplemented, e.Updated, e.Resolved, e.Closed):
        assert counted.count(kind) == 1, kind


@pytest.mark.asyncio
async def test_a_low_rating_that_is_delivered_five_times_at_once_owes_one_call(reported: Office) -> None:
    await reported.hear(DUTY, ENGINEERS[0], "解决 1001 原因:主板坏 方法:更换 预防:勿热插拔")
    await reported.hear(CUSTOMER, "王老师", "1")
    await reported.hear(CUSTOMER, "王老师", "1 2 等太久了", times=5)
    survey = (await reported.ticket()).survey
    assert survey is not None
    assert (survey.state, survey.speed, survey.quality) == (SurveyState.RATED, 1, 2)
    (callback,) = await reported.store.about(1001)
    assert callback == await reported.ticket(callback.number)
    assert _winner(callback) == "陈经理"


@pytest.mark.asyncio
async def test_a_tick_and_a_claim_at_the_same_instant_both_happen(reported: Office) -> None:
    reported.clock.move_to(START + 10 * MINUTE)
    await asyncio.gather(reported.tick(), reported.hear(DUTY, ENGINEERS[5], "接单 1001"))
    ticket = await reported.ticket()
    assert _winner(ticket) == ENGINEERS[5]
    await reported.tick()  # the metronome comes again for what it lost to the claim
    kinds = [type(event) for event in await reported.events()]
    assert sorted(kind.__name__ for kind in kinds[1:]) == ["Claimed", "Escalated"]
    assert await reported.store.due_at(1001) == START + 20 * MINUTE


@pytest.mark.asyncio
async def test_two_ticks_at_once_tell_a_rung_once(offices: Any) -> None:
    one, two = await offices(), await offices()
    await one.hear(CUSTOMER, "王老师", "报障 投影黑屏")
    one.said(DUTY)
    one.clock.move_to(START + 10 * MINUTE)
    await asyncio.gather(*(each.tick() for each in (one, two, one, two)))
    assert len(one.said(DUTY)) == 1
    assert [type(event) for event in await one.events()] == [e.Opened, e.Escalated]


@pytest.mark.asyncio
async def test_several_due_tickets_are_told_of_in_one_message(office: Office) -> None:
    for number in range(5):
        await office.hear(CUSTOMER, "王老师", f"报障 第 {number} 间教室投影黑屏")
    office.said(DUTY)
    office.clock.move_to(START + 10 * MINUTE)
    await office.tick()
    (said,) = office.said(DUTY)
    assert [line.split()[1] for line in said.splitlines()] == ["1001", "1002", "1003", "1004", "1005"]
    await office.tick()
    assert office.said(DUTY) == []


@pytest.mark.asyncio
async def test_a_ticket_whose_rules_are_broken_does_not_stop_the_others(office: Office) -> None:
    for number in range(3):
        await office.hear(CUSTOMER, "王老师", f"报障 第 {number} 间教室投影黑屏")
    office.said(DUTY)
    broken = await office.ticket(1002)
    promises = tuple(replace(promise, calendar="gone") for promise in broken.promises)
    await _saved_as(office, replace(broken, promises=promises), START + MINUTE)
    office.clock.move_to(START + 10 * MINUTE)
    with capture_logs() as logs:
        await office.tick()
    assert [(log["ticket"], log["log_level"]) for log in logs if log.get("action") == "tick_failed"] == [
        (1002, "error")
    ]
    said = "\n".join(office.said(DUTY))
    assert "1001" in said
    assert "1003" in said
    assert "1002" not in said
    assert await office.store.due_at(1002) == START + MINUTE  # still owed: the next tick tries again
    assert await office.store.due_at(1003) == START + 20 * MINUTE


async def _saved_as(office: Office, ticket: Ticket, due_at: datetime) -> None:
    saved = Saved(ticket=ticket, expected_version=ticket.version, records=(), next_due_at=due_at)
    await office.store.commit(Change(at=office.clock.now(), tickets=(saved,)))


@pytest.mark.asyncio
async def test_a_due_ticket_without_event_is_saved_with_its_later_deadline(reported: Office) -> None:
    await _saved_as(reported, await reported.ticket(), START)
    await reported.tick()
    assert await reported.store.due_at(1001) == START + 10 * MINUTE
    assert [type(event) for event in await reported.events()] == [e.Opened]
    assert reported.said(DUTY) == []


@pytest.mark.asyncio
async def test_a_step_that_was_overtaken_is_decided_again(offices: Any) -> None:
    slow: list[Overtaken] = []

    def overtaken(store: Store) -> Overtaken:
        slow.append(Overtaken(store, 0))
        return slow[0]

    office = await offices(overtaken)
    await office.hear(CUSTOMER, "王老师", "报障 投影黑屏")
    office.said(DUTY)
    slow[0].times = 7
    await office.hear(DUTY, ENGINEERS[0], "接单 1001")
    assert slow[0].times == 0
    assert _winner(await office.ticket()) == ENGINEERS[0]
    assert office.said(DUTY) == [f"1001 由 {ENGINEERS[0]} 接单（10:00）。"]


@pytest.mark.asyncio
async def test_a_tick_that_was_overtaken_takes_its_tickets_one_by_one(offices: Any) -> None:
    slow: list[Overtaken] = []

    def overtaken(store: Store) -> Overtaken:
        slow.append(Overtaken(store, 0))
        return slow[0]

    office = await offices(overtaken)
    for number in range(2):
        await office.hear(CUSTOMER, "王老师", f"报障 第 {number} 间教室投影黑屏")
    office.said(DUTY)
    slow[0].times = 1
    office.clock.move_to(START + 10 * MINUTE)
    await office.tick()
    assert [text.split()[1] for text in office.said(DUTY)] == ["1001", "1002"]


class OvertakenOnce(Overtaken):
    """A store where somebody else is faster with one ticket, once."""

    def __init__(self, store: Store, number: int) -> None:
        super().__init__(store, 1)
        self._number = number

    async def commit(self, change: Change) -> None:
        if (
            self.times
            and len(change.tickets) > 1
            and self._number in [s.ticket.number for s in change.tickets]
        ):
            self.times = 0
            raise Conflict(self._number)
        await self._store.commit(change)


class FailsUpTo(Overtaken):
    """A store at which the program fails with every ticket up to one."""

    def __init__(self, store: Store, last: int) -> None:
        super().__init__(store, 0)
        self._last = last
        self.tried: list[int] = []

    async def commit(self, change: Change) -> None:
        poisoned = [
            s.ticket.number for s in change.tickets if s.ticket.version > 1 and s.ticket.number <= self._last
        ]
        if poisoned:
            self.tried += poisoned if len(change.tickets) == 1 else []
            raise KeyError("no such calendar")
        await self._store.commit(change)


@pytest.mark.asyncio
async def test_deadlines_that_fail_hold_up_none_behind_them(offices: Any) -> None:
    office = await offices(lambda store: FailsUpTo(store, 1205))
    await asyncio.gather(
        *(office.hear(CUSTOMER, f"老师{number}", f"报障 第 {number} 间教室投影黑屏") for number in range(210))
    )
    office.clock.move_to(START + 10 * MINUTE)
    with capture_logs():  # printed tracebacks take longer than all the rest
        await office.tick()
        await office.tick()
    escalated = [e.Opened, e.Escalated]
    for number in range(1206, 1211):
        assert [type(event) for event in await office.events(number)][:2] == escalated
    assert [type(event) for event in await office.events(1205)] == [e.Opened]
    assert office.store.tried == list(range(1001, 1206))  # once each: they step back
    assert len(await office.store.failures(limit=300)) == 205


@pytest.mark.asyncio
@pytest.mark.parametrize("overtaken", [1100, 0])
async def test_a_storm_of_due_tickets_is_served_in_order_each_once(offices: Any, overtaken: int) -> None:
    office = await offices(lambda store: OvertakenOnce(store, overtaken))
    await asyncio.gather(
        *(office.hear(CUSTOMER, f"老师{number}", f"报障 第 {number} 间教室投影黑屏") for number in range(210))
    )
    office.said(DUTY)
    office.clock.move_to(START + 10 * MINUTE)
    await office.tick()
    numbers = range(1001, 1211)
    kinds = [[type(event) for event in await office.events(number)] for number in numbers]
    assert {tuple(each) for each in kinds} <= {
        (e.Opened, e.Escalated),
        (e.Opened, e.Escalated, e.NoticeGathered),
    }
    assert [await office.store.due_at(number) for number in numbers] == [START + 20 * MINUTE] * 210
    named = [int(line.split()[1]) for text in office.said(DUTY) for line in text.splitlines() if "⏳" in line]
    assert len(named) == len(set(named))
    assert [each for each in named if each != overtaken] == sorted(set(named) - {overtaken})


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("room", "person", "text"),
    [
        (DUTY, ENGINEERS[1], "接单 1001"),
        (DUTY, ENGINEERS[1], f"转交 1001 @{ENGINEERS[2]}"),
        (DUTY, ENGINEERS[1], "接受 1001"),
        (DUTY, ENGINEERS[1], f"改派 1001 @{ENGINEERS[1]} 我来"),
        (DUTY, ENGINEERS[1], "解决 1001 原因:a 方法:b 预防:c"),
        (DUTY, ENGINEERS[0], "解决 1001 原因:主板坏"),
        (DUTY, ENGINEERS[0], "改级 1001 九级 没有这个级别"),
        (DUTY, ENGINEERS[0], "撤销 1001"),
        (DUTY, "陈经理", f"改派 1001 @{ENGINEERS[1]}"),
        (CUSTOMER, "路人", "撤单 1001"),
    ],
)
async def test_a_refused_step_changes_nothing_and_is_answered(
    reported: Office, room: str, person: str, text: str
) -> None:
    await reported.hear(DUTY, ENGINEERS[0], "接单 1001")
    reported.said(DUTY)
    reported.said(CUSTOMER)
    before, due_at = await reported.ticket(), await reported.store.due_at(1001)
    await reported.hear(room, person, text, times=2)
    assert len(reported.said(room)) == 1
    assert await reported.ticket() == before
    assert await reported.store.due_at(1001) == due_at


@pytest.mark.asyncio
async def test_the_first_of_two_racing_words_is_the_first_response(reported: Office) -> None:
    words = [(ENGINEERS[0], "1001 我来看"), (ENGINEERS[1], "1001 我也看到了")]
    await asyncio.gather(*(reported.hear(CUSTOMER, name, text) for name, text in words))
    ticket = await reported.ticket()
    kinds = [type(event) for event in await reported.events()]
    assert kinds == [e.Opened, e.Claimed, e.Responded, e.Said]
    respond = timing.clock(ticket, ClockKind.RESPOND, reported.bot.rules)
    assert respond is not None
    assert respond.met_at == START


@pytest.mark.asyncio
async def test_what_another_process_has_handled_is_refused_by_the_commit_and_nothing_is_said(
    offices: Any,
) -> None:
    one, two = await offices(), await offices()
    await one.hear(CUSTOMER, "王老师", "报障 投影黑屏")
    first, second = ENGINEERS[:2]
    again = []
    for room, person, text in [
        (DUTY, first, "接单 1001"),
        (DUTY, second, "接单 1001"),  # refused
        (DUTY, first, "备注 1001 换了线"),
        (DUTY, first, f"转交 1001 @{second} 懂矩阵"),
        (DUTY, second, "接受 1001"),
        (CUSTOMER, "王老师", "补充 1001 在三楼"),
        (CUSTOMER, "王老师", "催单 1001"),
        (DUTY, second, "解决 1001 原因：线松 处理：重插 预防：巡检"),
        (CUSTOMER, "王老师", "进度 1001"),
        (CUSTOMER, "王老师", "重开 1001 又黑屏"),
        (DUTY, second, "撤销 1001"),
    ]:
        heard = one.chat.heard(room, person, text)
        await one.bot.reception.receive(heard)
        again.append(heard)
        await one.bot.outbox.drain()
        if len(again) % 3 == 0:  # at once, and when more has happened since
            await two.bot.reception.receive(heard)
    events, said = await one.events(), len(one.chat.said)
    for heard in again:
        await two.bot.reception.receive(heard)
    await two.bot.outbox.drain()
    assert (await one.events(), len(one.chat.said)) == (events, said)
