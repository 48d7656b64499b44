"""Work that is planned ahead: inspections that come back by the calendar, and announced work at the customer's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from bot.tickets import events as e
from bot.tickets import planned_events as p
from bot.tickets import planned_steps as ps
from bot.tickets import steps as s
from bot.tickets import timing
from bot.tickets.calling import list_again
from bot.tickets.errors import N_, NotTheirs, TicketError
from bot.tickets.kinds import ClockKind, Closing, Kind, Status
from bot.tickets.model import Appointment, Party, Promise, Ticket
from bot.tickets.ownership import be_colleague, manager_named
from bot.tickets.planned_changes import DUE, LATEST
from bot.tickets.planned_rules import PLANNED, PlanRules
from bot.tickets.rules import Rules
from scheduler.waking import open_until
from scheduler.written_clocks import WrittenClock

_REMINDED_BEFORE = timedelta(hours=1)
_REVIEWED_WITHIN = 3  # working days
ANNOUNCED = "announced"  # in what happened to a ticket: people know of it


def opening_of(plan: PlanRules, after: datetime, rules: Rules) -> s.Open | None:
    """Return the ticket of the next time a plan comes back; nobody is told of it before its day. None when it is over."""
    due_at = plan.next_due(after)
    if due_at is None:
        return None
    return s.Open(
        number=0,
        kind=Kind.INSPECTION,
        room=plan.room,
        customer=plan.customer,
        requester=Party(plan.account, rules.customers.get(plan.customer, plan.customer)),
        account=plan.account,
        address=plan.address,
        text=plan.title(due_at),
        owner=rules.staff.get(plan.owner),
        plan=plan.id,
        due_at=due_at,
        announce_at=plan.announced_at(due_at),
    )


def following(ticket: Ticket, rules: Rules) -> s.Open | None:
    """Return the ticket of the time after this one, or None."""
    plan, due_at = rules.plans.get(ticket.plan), fixed_at(ticket, DUE)
    return opening_of(plan, due_at, rules) if plan is not None and due_at is not None else None


def hazard_of(ticket: Ticket, by: Party, number: int, text: str) -> s.Open:
    """Return the ticket for something that an inspection found; whoever found it answers for it."""
    return s.Open(
        number=number,
        kind=Kind.HAZARD,
        room=ticket.room,
        customer=ticket.customer,
        requester=by,
        account="",
        address=ticket.address,
        text=text,
        by=by,
        subject=ticket.number,
        owner=ticket.owner or by,
        plan=ticket.plan,
    )


def promises_of(step: s.Open, rules: Rules) -> tuple[Promise, ...]:
    """Return what planned work promises."""
    if step.kind is Kind.MAINTENANCE:
        due = _fixed(DUE, "always", rules.maintenance.ladder)
        latest = _fixed(LATEST, "always", rules.maintenance.rollback_ladder)
        return (due, latest) if step.latest_at else (due,)
    if step.kind is Kind.CALLBACK:
        return (_fixed(DUE, rules.survey.callback_calendar, rules.survey.callback_ladder),)
    if step.kind is Kind.IMPROVEMENT and step.due_at is not None:
        return (_fixed(DUE, "always", PLANNED),)
    if step.kind is Kind.IMPROVEMENT:
        clock = WrittenClock(kind="resolve", working_days=_REVIEWED_WITHIN)
        return (Promise(kind=ClockKind.RESOLVE, calendar=rules.check_calendar, ladder=PLANNED, clock=clock),)
    plan = rules.plans.get(step.plan)
    if plan is None:
        return ()
    if step.kind is Kind.INSPECTION:
        return (_fixed(DUE, "always", plan.ladder),)
    clock = WrittenClock(kind="resolve", working_days=plan.hazard_days)
    return (Promise(kind=ClockKind.RESOLVE, calendar=plan.calendar.id, ladder=plan.ladder, clock=clock),)


def _fixed(name: str, calendar: str, ladder: str) -> Promise:
    own = "" if name == ClockKind.RESOLVE else name
    clock = WrittenClock(kind="resolve", id=own, agreed=True, consent=False)
    return Promise(kind=ClockKind.RESOLVE, calendar=calendar, ladder=ladder, clock=clock)


def fixed_at(ticket: Ticket, clock: str) -> datetime | None:
    """Return the instant by which planned work was to be done from the start."""
    return next((each.at for each in ticket.agreements if each.clock == clock), None)


def decided(ticket: Ticket, step: ps.PlannedStep, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return what a step leads to.

    Raises:
        TicketError: The rules refuse it.
    """
    match step:
        case ps.Appoint():
            return [_appointed(ticket, step, now, rules)]
        case ps.AskOtherTime():
            return _other_time(ticket, step, now, rules)
        case ps.Inspect(by=by, text=text, findings=findings):
            _be(Kind.INSPECTION, ticket, by, rules)
            if not text.strip():
                raise TicketError(
                    "请写上结果，例：巡检 {number} 完成 全部正常；发现问题就写：巡检 {number} 完成 服务器磁盘 82% 其余正常",
                    number=ticket.number,
                )
            late = timing.lateness(ticket, ClockKind.RESOLVE, rules, now)
            seen = p.Inspected(by=by, text=text.strip(), findings=findings, late=late)
            return [seen, e.Closed(closing=Closing.DONE, by=by)]
        case ps.Finish(by=by, text=text):
            late, tell_at = _ended(ticket, by, now, rules)
            done = p.Finished(by=by, text=text.strip(), late=late, tell_at=tell_at)
            return [done, e.Closed(closing=Closing.DONE, by=by)]
        case ps.RollBack(by=by, text=text):
            late, tell_at = _ended(ticket, by, now, rules)
            if not text.strip():
                raise TicketError("请写明原因，例：升级回退 {number} 数据库校验没通过", number=ticket.number)
            undone = p.RolledBack(by=by, text=text.strip(), late=late, tell_at=tell_at)
            return [undone, e.Closed(closing=Closing.DONE, by=by)]
        case ps.Hasten(reason=reason, due_at=due_at):
            is_sooner = ticket.status is Status.OPEN and due_at < (fixed_at(ticket, DUE) or due_at)
            return [p.CallHastened(reason=reason, due_at=due_at)] if is_sooner else []
        case ps.Drop():
            is_known = ticket.announce_at is None or ticket.status is not Status.OPEN
            return [] if is_known else [e.Closed(closing=Closing.WITHDRAWN)]
        case _:
            assert_never(step)


def _appointed(ticket: Ticket, step: ps.Appoint, now: datetime, rules: Rules) -> p.Appointed:
    _be(Kind.INSPECTION, ticket, step.by, rules)
    if step.at <= now:
        raise TicketError("{time} 已经过了，请写以后的时间。", number=ticket.number, time=step.at)
    due_at = fixed_at(ticket, DUE)
    if due_at is not None and step.at > due_at > now and not rules.role(step.by).is_manager:
        raise TicketError(
            "{number} {time} 到期，请约在这之前；确实要晚，请 {manager} 来约。",
            number=ticket.number, time=due_at, manager=manager_named(rules),
        )  # fmt: skip
    if step.who is not None:
        be_colleague(step.who, ticket.number, rules)
    near = step.at - _REMINDED_BEFORE
    appointment = Appointment(
        at=step.at, who=step.who or ticket.owner or step.by, remind_at=near if near > now else None
    )
    return p.Appointed(by=step.by, appointment=appointment)


def _other_time(ticket: Ticket, step: ps.AskOtherTime, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    number, appointment = ticket.number, ticket.appointment
    if rules.role(step.by).is_staff:
        raise NotTheirs("改时间请直接回“约 {number} 6-27 15:00”，我来告诉客户。", number=number)
    if appointment is None or ticket.status is not Status.OPEN or ticket.announce_at is not None:
        raise TicketError("{number} 现在没有约好的时间。", number=number)
    is_late = now >= (appointment.movable_until or appointment.at)
    wanted = p.OtherTimeWanted(by=step.by, text=step.text.strip(), at=appointment.at, is_late=is_late)
    if ticket.kind is Kind.MAINTENANCE and not is_late:
        return [wanted, e.Closed(closing=Closing.WITHDRAWN, by=step.by)]
    return [wanted]


def _ended(ticket: Ticket, by: Party, now: datetime, rules: Rules) -> tuple[timedelta, datetime | None]:
    """Return how late announced work ends, and until when its room must not be told."""
    _be(Kind.MAINTENANCE, ticket, by, rules)
    begins = ticket.appointment.at if ticket.appointment else now
    if now < begins:
        raise TicketError(
            "{number} 定在 {time}，还没开始；不做了请回“撤单 {number}”。", number=ticket.number, time=begins
        )
    room = rules.rooms.get(ticket.room)
    tell_at = open_until(room.quiet, rules.zone, now) if room is not None and room.quiet else None
    due_at = fixed_at(ticket, DUE)
    return max(now - due_at, timedelta()) if due_at else timedelta(), tell_at


def _be(kind: Kind, ticket: Ticket, by: Party, rules: Rules) -> None:
    if not rules.role(by).is_staff:
        raise NotTheirs("{number} 由工程师来处理；时间不合适请回“改期”。", number=ticket.number)
    if ticket.kind is not kind:
        template = N_("{number} 不是巡检单。") if kind is Kind.INSPECTION else N_("{number} 不是升级单。")
        raise TicketError(template, number=ticket.number)
    if ticket.status is not Status.OPEN:
        raise TicketError("{number} 已经结束了（{time}）。", number=ticket.number, time=ticket.closed_at)


def next_planned(ticket: Ticket) -> tuple[datetime, ...]:
    """Return when planned work has something to say: that it comes, that it is near, or how it ended."""
    remind_at = ticket.appointment.remind_at if ticket.appointment else None
    near = remind_at if ticket.status is Status.OPEN else None
    return tuple(at for at in (ticket.announce_at, near) if at is not None)


def planned_in_time(ticket: Ticket, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return what the time brings to planned work; of a plan that is no more nobody hears."""
    found: list[e.AnyEvent] = []
    if ticket.announce_at is not None and ticket.announce_at <= now:
        if ticket.kind is Kind.CALLBACK:
            return [list_again(now, rules)]
        if ticket.kind is Kind.INSPECTION and ticket.plan not in rules.plans:
            return [e.Closed(closing=Closing.WITHDRAWN)]
        found.append(p.Announced())
    remind_at = ticket.appointment.remind_at if ticket.appointment else None
    if ticket.status is Status.OPEN and remind_at is not None and remind_at <= now:
        found.append(p.AppointmentNear())
    return found
