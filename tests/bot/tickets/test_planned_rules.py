"""Planned work: when it is spoken of, when it may be done, and that no time of a plan is lost or doubled."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.orders.planned_work import findings
from bot.tickets import events as e
from bot.tickets import planned_events as p
from bot.tickets import planned_steps as ps
from bot.tickets import steps as s
from bot.tickets.errors import NotTheirs, TicketError, TooOld
from bot.tickets.kinds import Closing, Kind, Status
from bot.tickets.maintenance import Refusal, Schedule, scheduled
from bot.tickets.model import Appointment
from bot.tickets.planned import fixed_at, following, opening_of
from bot.tickets.planned_changes import DUE
from bot.tickets.planned_rules import LADDERS, MaintenanceRules, PlanRules, titled
from bot.tickets.rules import Policy, Rules
from scheduler.calendar import Calendar, always, parse_weekly, parse_window
from scheduler.plans import Moves, Plan, planned_between
from scheduler.work_windows import WorkWindows, is_allowed

ZONE = ZoneInfo("Asia/Shanghai")
WORKDAY = Calendar("workday", ZONE, parse_weekly({"mon-fri": ["09:00-17:00"]}), None, {})
NIGHT = Policy("edu", "夜间", (), "", work_window=WorkWindows(WORKDAY, (parse_window("22:30-06:00"),)))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def plan_rules(
    cron: str = "0 17 28 * *", calendar: Calendar = WORKDAY, moves: Moves = Moves.PREVIOUS
) -> PlanRules:
    return PlanRules(
        id="monthly", customer="yucai", room="yucai", address="qq:group:1", name="{month} 月巡检",
        recurrence=Plan("monthly", cron, calendar, moves), owner="li", ahead=timedelta(days=3), takes=None,
        hazard_days=5, ladder="planned",
    )  # fmt: skip


@pytest.fixture
def planned(rules: Rules) -> Rules:
    return replace(rules, plans={"monthly": plan_rules()}, ladders={**LADDERS, **rules.ladders})


@pytest.fixture
def inspection(planned: Rules, open_case: Any) -> Any:
    """The inspection of March, opened on 9 March; due on Friday the 27th, since the 28th is a Saturday."""
    step = opening_of(planned.plans["monthly"], at("2026-03-09 10:00"), planned)
    assert step is not None
    names = ("kind", "requester", "account", "text", "owner", "plan", "due_at", "announce_at")
    return open_case(rules=planned, policy="", level=None, **{name: getattr(step, name) for name in names})


def test_an_inspection_is_due_by_the_calendar_and_spoken_of_some_days_ahead(inspection: Any) -> None:
    assert fixed_at(inspection.ticket, DUE) == at("2026-03-27 17:00")
    assert inspection.ticket.text == "3 月巡检"
    assert inspection.deadline == at("2026-03-24 09:00")
    (announced,) = inspection.waits(inspection.deadline - inspection.now).looks()
    assert isinstance(announced, p.Announced)


def test_what_is_spoken_of_on_a_day_off_is_spoken_of_on_the_day_before() -> None:
    plan = plan_rules("0 17 * * tue", moves=Moves.KEEP)
    due = plan.next_due(at("2026-03-09 10:00"))
    assert due == at("2026-03-10 17:00")
    assert plan.announced_at(due) == at("2026-03-06 09:00")  # three days ahead is a Saturday


def test_a_plan_may_be_named_after_its_quarter() -> None:
    names = [titled("{year} 年第 {quarter} 季度巡检", datetime(2026, month, 28)) for month in range(1, 13)]  # noqa: DTZ001
    assert names == [f"2026 年第 {quarter} 季度巡检" for quarter in (1, 2, 3, 4) for _ in range(3)]


def test_the_next_time_follows_from_the_announcement_of_this_one(inspection: Any, planned: Rules) -> None:
    step = following(inspection.ticket, planned)
    assert step is not None
    assert step.due_at == at("2026-04-28 17:00")
    assert step.text == "4 月巡检"


@given(st.integers(1, 28), st.integers(0, 400), st.integers(0, 300))
@settings(max_examples=60, deadline=None)
def test_a_chain_of_times_is_the_calendar_whenever_one_looks(day: int, start: int, length: int) -> None:
    plan = plan_rules(f"0 17 {day} * *")
    begin = at("2026-01-01 00:00") + timedelta(days=start)
    chain, due = [], plan.next_due(begin)
    while due is not None and due <= begin + timedelta(days=length):
        chain.append(due)
        due = plan.next_due(due)
    assert chain == [
        each.at for each in planned_between(plan.recurrence, begin, begin + timedelta(days=length))
    ]


def test_a_plan_that_is_over_comes_no_more() -> None:
    plan = plan_rules()
    over = replace(plan, recurrence=replace(plan.recurrence, until=date(2026, 3, 1)))
    assert plan.next_due(at("2026-03-09 10:00")) == at("2026-03-27 17:00")
    assert over.next_due(at("2026-03-09 10:00")) is None


def test_an_inspection_of_a_plan_that_is_no_more_ends_unheard(inspection: Any, planned: Rules) -> None:
    inspection.rules = replace(planned, plans={})
    inspection.lives(timedelta(days=30))
    assert inspection.ticket.closing is Closing.WITHDRAWN
    assert not any(isinstance(each.event, p.Announced | e.Escalated) for each in inspection.records)


def test_an_appointment_is_reminded_of_an_hour_before(inspection: Any) -> None:
    inspection.lives(timedelta(days=15))
    inspection.does(ps.Appoint(inspection.li, at("2026-03-26 15:00")))
    happened = inspection.lives(timedelta(days=2, hours=5))
    assert [(when, type(event)) for when, event in happened] == [(at("2026-03-26 14:00"), p.AppointmentNear)]


def test_an_appointment_in_the_past_or_after_the_due_day_is_refused(inspection: Any) -> None:
    inspection.lives(timedelta(days=15))
    with pytest.raises(TicketError, match="已经过了"):
        inspection.does(ps.Appoint(inspection.li, at("2026-03-20 15:00")))
    with pytest.raises(TicketError, match="到期"):
        inspection.does(ps.Appoint(inspection.li, at("2026-03-30 15:00")))
    inspection.does(ps.Appoint(inspection.manager, at("2026-03-30 15:00")))
    assert inspection.ticket.appointment.who == inspection.li


def test_the_customer_may_ask_for_another_time_and_staff_names_one(inspection: Any) -> None:
    inspection.lives(timedelta(days=15))
    with pytest.raises(TicketError, match="没有约好"):
        inspection.does(ps.AskOtherTime(inspection.contact, ""))
    inspection.does(ps.Appoint(inspection.li, at("2026-03-26 15:00")))
    with pytest.raises(NotTheirs):
        inspection.does(ps.AskOtherTime(inspection.li, ""))
    (wanted,) = inspection.does(ps.AskOtherTime(inspection.contact, "公开课"))
    assert (wanted.at, inspection.ticket.appointment) == (at("2026-03-26 15:00"), None)


def test_what_an_inspection_brings_keeps_its_promise_and_is_over(inspection: Any) -> None:
    inspection.lives(timedelta(days=15))
    done, closed = inspection.does(ps.Inspect(inspection.li, "全部正常"))
    assert (done.late, closed.closing) == (timedelta(), Closing.DONE)
    assert inspection.clocks[0].met_at == inspection.now
    assert inspection.deadline is None
    with pytest.raises(TooOld):
        inspection.does(s.Reopen(inspection.contact, "又坏了"))


def test_an_inspection_that_is_late_says_by_how_much(inspection: Any) -> None:
    inspection.waits(at("2026-03-27 19:00") - inspection.now)
    assert inspection.does(ps.Inspect(inspection.li, "全部正常"))[0].late == timedelta(hours=2)


def test_an_inspection_is_not_solved_like_a_fault(inspection: Any) -> None:
    with pytest.raises(TicketError, match="巡检单"):
        inspection.resolve()
    with pytest.raises(TicketError, match="不是升级单"):
        inspection.does(ps.Finish(inspection.li, ""))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("全部正常", ()),
        ("一切正常。", ()),
        ("未发现异常", ()),
        ("无问题", ()),
        ("正常", ()),
        ("all fine", ()),
        ("服务器磁盘82% 其余正常", ("服务器磁盘82%",)),
        ("投影灯泡老化；二楼交换机告警", ("投影灯泡老化", "二楼交换机告警")),
        ("磁盘 82%；其余都正常", ("磁盘 82%",)),
        ("disk at 82 %; rest is fine", ("disk at 82 %",)),
        ("交换机正常；磁盘 90%", ("磁盘 90%",)),
        ("磁盘 90%，交换机正常，其余正常", ("磁盘 90%",)),
        ("磁盘 90%，建议清理", ("磁盘 90%，建议清理",)),
        ("UPS 不正常", ("UPS 不正常",)),
        ("", ()),
        ("；".join(map(str, range(12))), (*map(str, range(8)), "8；9；10；11")),
    ],
)
def test_findings_are_told_from_what_is_fine(text: str, found: tuple[str, ...]) -> None:
    assert findings(text) == found


def _schedule(
    begins: str, ends: str, now: str, policy: Policy | None = NIGHT, quiet: str = ""
) -> Schedule | Refusal:
    window = parse_window(quiet) if quiet else None
    rules = Rules(ZONE, {}, {"always": always(ZONE)}, {}, {}, {}, {}, {}, {}, maintenance=MaintenanceRules())
    return scheduled(at(begins), at(ends), policy=policy, quiet=window, now=at(now), rules=rules)


def test_work_in_the_allowed_hours_is_told_a_day_ahead_but_not_at_night() -> None:
    plan = _schedule("2026-06-15 22:30", "2026-06-15 23:30", "2026-06-12 09:00")
    assert plan == Schedule(
        at("2026-06-15 22:30"), at("2026-06-15 23:30"), at("2026-06-14 21:30"), at("2026-06-15 18:00"), at("2026-06-16 06:00")
    )  # fmt: skip


def test_work_outside_the_allowed_hours_is_refused_with_a_night_and_a_free_day() -> None:
    refusal = _schedule("2026-06-15 20:00", "2026-06-15 21:00", "2026-06-12 09:00")
    assert isinstance(refusal, Refusal)
    assert refusal.is_outside
    assert [(each.start, each.end) for each in refusal.proposals] == [
        (at("2026-06-15 22:30"), at("2026-06-15 23:30")),
        (at("2026-06-20 09:00"), at("2026-06-20 10:00")),
    ]


def test_work_that_nobody_could_be_told_of_in_time_is_refused() -> None:
    refusal = _schedule("2026-06-13 03:00", "2026-06-13 04:00", "2026-06-12 09:00")
    assert isinstance(refusal, Refusal)
    assert not refusal.is_outside
    assert refusal.proposals[0].start == at("2026-06-13 09:00")  # a Saturday
    without = _schedule("2026-06-13 03:00", "2026-06-13 04:00", "2026-06-12 09:10", policy=None)
    assert isinstance(without, Refusal)
    assert without.proposals[0].start == at("2026-06-13 10:00")


def test_early_work_may_be_moved_until_the_evening_before() -> None:
    plan = _schedule("2026-06-20 09:00", "2026-06-20 10:00", "2026-06-12 09:00")
    assert isinstance(plan, Schedule)
    assert plan.movable_until == at("2026-06-19 18:00")


def test_a_room_with_quiet_hours_is_told_before_them() -> None:
    plan = _schedule("2026-06-15 22:30", "2026-06-15 23:30", "2026-06-12 09:00", quiet="20:00-08:00")
    assert isinstance(plan, Schedule)
    assert plan.announce_at == at("2026-06-14 19:30")


@given(st.integers(0, 24 * 4 * 20), st.integers(1, 16), st.integers(0, 24 * 4 * 10))
@settings(max_examples=150, deadline=None)
def test_what_is_proposed_is_accepted_when_it_is_asked_for(start: int, quarters: int, now: int) -> None:
    asked_at = at("2026-06-01 00:00") + timedelta(minutes=15 * now)
    begins = asked_at + timedelta(minutes=15 * start)
    length = timedelta(minutes=15 * quarters)
    rules = Rules(ZONE, {}, {"always": always(ZONE)}, {}, {}, {}, {}, {}, {})

    def plan(begin: datetime) -> Schedule | Refusal:
        return scheduled(begin, begin + length, policy=NIGHT, quiet=None, now=asked_at, rules=rules)

    found = plan(begins)
    if isinstance(found, Refusal):
        assert found.proposals
        for proposal in found.proposals:
            again = plan(proposal.start)
            assert isinstance(again, Schedule)
            found = again
    assert isinstance(found, Schedule)
    assert NIGHT.work_window is not None
    assert is_allowed(NIGHT.work_window, found.at, found.until)
    assert time(8) <= found.announce_at.astimezone(ZONE).time() <= time(22)
    assert found.announce_at <= found.at - timedelta(hours=24) or found.announce_at == asked_at
    assert found.movable_until < found.at
    assert found.latest_at is None or found.latest_at > found.until


@pytest.fixture
def upgrade(planned: Rules, open_case: Any) -> Any:
    """An upgrade in the night of 11 March, which must be undone by six."""
    appointment = Appointment(
        at=at("2026-03-11 22:30"), until=at("2026-03-11 23:30"), movable_until=at("2026-03-11 18:00"), remind_at=at("2026-03-11 22:30")
    )  # fmt: skip
    return open_case(
        rules=planned, kind=Kind.MAINTENANCE, policy="", level=None, text="平台3.3", owner=planned.staff["li"],
        due_at=at("2026-03-11 23:30"), latest_at=at("2026-03-12 06:00"), announce_at=at("2026-03-10 21:30"), appointment=appointment,
    )  # fmt: skip


def test_an_upgrade_is_announced_begun_and_missed(upgrade: Any) -> None:
    happened = upgrade.lives(timedelta(days=3))
    assert [(when, type(event).__name__, getattr(event, "clock", "")) for when, event in happened][:5] == [
        (at("2026-03-10 21:30"), "Announced", ""),
        (at("2026-03-11 22:30"), "AppointmentNear", ""),
        (at("2026-03-11 23:30"), "Escalated", "resolve"),
        (at("2026-03-12 05:30"), "Escalated", "rollback"),
        (at("2026-03-12 06:00"), "Escalated", "rollback"),
    ]


def test_an_upgrade_that_is_done_owes_nothing(upgrade: Any) -> None:
    upgrade.lives(at("2026-03-11 23:20") - upgrade.now)
    done, _ = upgrade.does(ps.Finish(upgrade.li, ""))
    assert (done.late, done.tell_at, upgrade.ticket.status) == (timedelta(), None, Status.CLOSED)
    assert upgrade.deadline is None


def test_an_upgrade_ends_only_after_it_began_and_a_failure_has_a_reason(upgrade: Any) -> None:
    with pytest.raises(TicketError, match="还没开始"):
        upgrade.does(ps.Finish(upgrade.li, ""))
    upgrade.lives(at("2026-03-12 01:00") - upgrade.now)
    with pytest.raises(TicketError, match="原因"):
        upgrade.does(ps.RollBack(upgrade.li, " "))
    undone, _ = upgrade.does(ps.RollBack(upgrade.li, "校验没通过"))
    assert undone.late == timedelta(hours=1, minutes=30)


def test_in_quiet_hours_the_customer_hears_of_the_end_in_the_morning(upgrade: Any, planned: Rules) -> None:
    quiet = replace(planned.rooms["yucai"], quiet=parse_window("21:00-07:00"))
    upgrade.rules = replace(planned, rooms={**planned.rooms, "yucai": quiet})
    upgrade.lives(at("2026-03-11 23:20") - upgrade.now)
    upgrade.does(ps.Finish(upgrade.li, ""))
    assert upgrade.deadline == at("2026-03-12 07:00")
    assert [(when, type(event)) for when, event in upgrade.lives(timedelta(days=1))] == [
        (at("2026-03-12 07:00"), p.Announced)
    ]


def test_an_upgrade_may_be_moved_until_its_hour_and_is_off_then(upgrade: Any) -> None:
    with pytest.raises(TicketError, match="没有约好"):
        upgrade.does(ps.AskOtherTime(upgrade.contact, ""))  # nobody was told yet
    upgrade.lives(at("2026-03-11 10:00") - upgrade.now)
    wanted, closed = upgrade.does(ps.AskOtherTime(upgrade.contact, "考试"))
    assert (wanted.is_late, closed.closing) == (False, Closing.WITHDRAWN)
    assert upgrade.deadline is None


def test_too_late_a_wish_for_another_time_is_passed_on(upgrade: Any) -> None:
    upgrade.lives(at("2026-03-11 18:00") - upgrade.now)
    (wanted,) = upgrade.does(ps.AskOtherTime(upgrade.contact, ""))
    assert wanted.is_late
    assert upgrade.ticket.appointment is not None


def test_an_upgrade_that_is_called_off_before_its_day_says_nothing_later(upgrade: Any) -> None:
    upgrade.does(s.Withdraw(upgrade.li))
    assert upgrade.lives(timedelta(days=5)) == []
