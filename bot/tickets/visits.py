"""Visits by appointment: times that are offered to the customer, and the one they choose."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from bot.asks import Times
from bot.tickets import events as e
from bot.tickets import visit_events as ve
from bot.tickets import visit_steps as vs
from bot.tickets.agreeing import beside_the_others
from bot.tickets.errors import N_, NotTheirs, Phrase, TicketError
from bot.tickets.introducing import introduced, pictured
from bot.tickets.kinds import ClockKind, Kind, Status
from bot.tickets.maintenance import hours_of
from bot.tickets.messages import Button, Message, Place
from bot.tickets.model import Appointment, Party, Promise, Ticket
from bot.tickets.ownership import be_colleague
from bot.tickets.planned_changes import VISIT
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker, clock_of
from bot.tickets.visiting_hours import free_times, is_away, is_free, is_open, work_window
from bot.tickets.voices import Voices, title
from scheduler.calendar import Window
from scheduler.written_clocks import WrittenClock

_REMINDED_BEFORE = timedelta(minutes=30)
_MOST = 4  # times in one question


def offered_with(
    dispatched: e.Dispatched, ticket: Ticket, taken: tuple[datetime, ...], now: datetime, rules: Rules
) -> list[e.AnyEvent]:
    """Return the question that comes with sending somebody; none where the contract says by when they are there anyway."""
    policy = rules.policies.get(ticket.policy)
    level = policy.level(ticket.level) if policy else None
    is_urgent = ticket.is_urgent or (level is not None and level.is_urgent)
    is_promised = any(each.kind is ClockKind.ARRIVE for each in ticket.promises if each.id != VISIT)
    is_asked_otherwise = is_urgent or is_promised or ticket.kind.is_planned
    if not rules.visits.is_offered or is_asked_otherwise or not ticket.address:
        return []
    times = free_times(ticket, dispatched.to, taken, now, rules)
    return [ve.VisitOffered(by=dispatched.by, who=dispatched.to, times=times)] if times else []


def decided(ticket: Ticket, step: vs.VisitStep, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return what a step leads to.

    Raises:
        TicketError: It is not for this person, or nobody can come then.
    """
    if ticket.status is not Status.OPEN:
        raise TicketError("{number} 已经处理完了；没解决请回“重开 {number}”。", number=ticket.number)
    match step:
        case vs.OfferVisit():
            return [_offered(ticket, step, now, rules)]
        case vs.PickVisit():
            return [_picked(ticket, step, now, rules)]
        case _:
            assert_never(step)


def who_comes(ticket: Ticket) -> Party | None:
    """Return who is expected at the customer's: whoever was offered or agreed on before, else the owner."""
    offered = ticket.visit.who if ticket.visit is not None else None
    agreed = ticket.appointment.who if ticket.appointment is not None else None
    return offered or agreed or ticket.owner


def _offered(ticket: Ticket, step: vs.OfferVisit, now: datetime, rules: Rules) -> ve.VisitEvent:
    number = ticket.number
    if not rules.role(step.by).is_staff:
        raise NotTheirs("{number} 由工程师来约；有方便的时间直接写给我就行。", number=number)
    if ticket.kind.is_planned or ticket.kind is Kind.CALLBACK:
        raise TicketError("{number} 不用约上门。", number=number)
    who = step.who or who_comes(ticket) or step.by
    be_colleague(who, number, rules)
    if any(at <= now for at in step.times):
        raise TicketError("{time} 已经过了，请写以后的时间。", number=number, time=min(step.times))
    for at in step.times:
        _be_free(ticket, who, step.taken, at, now, rules)
    times = step.times[:_MOST] or free_times(ticket, who, step.taken, now, rules)
    if not times:
        raise TicketError(
            "{who} 近三周没有能上门的时间，请写明时间或换人，例：约 {number} 明天10点 @同事",
            who=who,
            number=number,
        )
    wished = step.wished
    if wished is not None and times == (wished.at,) and rules.may_answer(ticket, wished.by):
        return _agreement(ticket, wished.by, wished.message, wished.at, who, now)
    return ve.VisitOffered(by=step.by, who=who, times=times)


def _picked(ticket: Ticket, step: vs.PickVisit, now: datetime, rules: Rules) -> ve.VisitAgreed:
    visit, number = ticket.visit, ticket.number
    if not rules.may_answer(ticket, step.by):
        raise NotTheirs("{number} 请 {requester} 来定。", number=number, requester=ticket.requester)
    if visit is None:
        raise TicketError("{number} 现在没有等您选的时间；要改请回“改期”。", number=number)
    if step.at <= now:
        raise TicketError("{time} 已经过了，请写以后的时间。", number=number, time=step.at)
    _be_free(ticket, visit.who, step.taken, step.at, now, rules)
    return _agreement(ticket, step.by, step.message, step.at, visit.who, now)


def _agreement(
    ticket: Ticket, by: Party, consent: str, at: datetime, who: Party, now: datetime
) -> ve.VisitAgreed:
    arrival = next((each for each in ticket.promises if each.kind is ClockKind.ARRIVE), None)
    promise = _arrival(ticket) if arrival is None else None
    near = at - _REMINDED_BEFORE
    appointment = Appointment(at=at, who=who, remind_at=near if near > now else None)
    clock = VISIT if arrival is None else arrival.id
    return ve.VisitAgreed(by=by, consent=consent, appointment=appointment, clock=clock, promise=promise)


def _be_free(
    ticket: Ticket, who: Party, taken: tuple[datetime, ...], at: datetime, now: datetime, rules: Rules
) -> None:
    """Refuse a time at which nobody may come, or this person cannot; others that work are named."""
    if is_free(ticket, who, taken, at, rules):
        return
    if not is_open(ticket, at, rules):
        why = Phrase(N_("不能上门（{hours}）"), {"hours": _hours(ticket, rules)})
    elif is_away(who, at, rules):
        why = Phrase(N_("{who} 不在"), {"who": who})
    else:
        why = Phrase(N_("{who} 在别处上门"), {"who": who})
    raise TicketError(
        "{number} {time} {why}。可以：{times}，或写别的时间。",
        number=ticket.number, time=at, why=why, times=free_times(ticket, who, taken, now, rules) or "–",
    )  # fmt: skip


def _hours(ticket: Ticket, rules: Rules) -> Phrase:
    window = work_window(ticket, rules)
    if window is not None:
        hours = hours_of(window)
        template = (
            N_("合同只允许 {hours} 或非工作日") if window.non_working_days else N_("合同只允许 {hours}")
        )
        return Phrase(template, {"hours": hours}) if hours else Phrase(N_("合同只允许非工作日"))
    return Phrase(N_("可上门时间是工作日 {hours}"), {"hours": _clock(rules.visits.hours)})


def _clock(window: Window) -> str:
    return "–".join(map(clock_of, (window.opens, window.closes)))


def _arrival(ticket: Ticket) -> Promise:
    """Return a clock for an arrival that only the appointment promises."""
    return beside_the_others(ticket, ClockKind.ARRIVE, WrittenClock(kind="arrive", id=VISIT, agreed=True))


def noticed(
    event: ve.VisitEvent, after: Ticket, events: list[e.AnyEvent], voices: Voices, rules: Rules
) -> list[Message]:
    """Return what the customer and the duty room read."""
    match event:
        case ve.VisitOffered():
            return [_asked(event, after, voices.customer), *_told_inside(event, after, events, voices.duty)]
        case ve.VisitAgreed(appointment=appointment):
            return _agreed(appointment, after, voices, rules)
        case _:
            assert_never(event)


def _asked(event: ve.VisitOffered, after: Ticket, speaker: Speaker) -> Message:
    """Return the question, with the times by number; one time alone is a question for yes."""
    values: dict[str, object] = {"who": after.requester, "number": after.number, "to": event.who}
    about = Times(ticket=after.number, times=event.times)
    if len(event.times) == 1:
        text = speaker.say(
            "@{who} {number} {to} 想约 {time} 上门。同意请回 1，不方便请直接写时间。",
            time=event.times[0],
            **values,
        )
    else:
        listed = speaker.say("　").join(
            f"{index} {speaker.time(at)}" for index, at in enumerate(event.times, 1)
        )
        text = speaker.say(
            "{number} 安排 {to} 上门。@{who} 哪个时间方便？\n{listed}　{last} 其他时间（直接写）",
            listed=listed,
            last=len(event.times) + 1,
            **values,
        )
    buttons = tuple(Button(speaker.time(at), f"{index}") for index, at in enumerate(event.times, 1))
    return Message(to=Place.CUSTOMER, text=text, mentions=(after.requester,), buttons=buttons, about=about)


def _told_inside(
    event: ve.VisitOffered, after: Ticket, events: list[e.AnyEvent], speaker: Speaker
) -> list[Message]:
    if any(isinstance(other, e.Dispatched) for other in events):
        return []  # told together with who was sent
    text = speaker.say(
        "📅 {number} 已请客户选上门时间（{who}）：{times}。",
        number=after.number,
        who=event.who,
        times=event.times,
    )
    return [Message(to=Place.DUTY, text=text)]


def _agreed(appointment: Appointment, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    number, who, at = after.number, appointment.who or "", appointment.at
    customer = voices.customer
    told = customer.say(
        "已约 {time}，{number} 到场工程师：{who}。不方便请回“改期”。",
        time=at,
        number=number,
        who=introduced(appointment.who, customer, rules) if appointment.who else "",
    )
    told += pictured(appointment.who, customer, rules) if appointment.who else ""
    called = (appointment.who,) if appointment.who else ()
    duty = voices.duty.say(
        "📅 @{who} {number} 客户约在 {time} 上门（{customer}｜{title}）。",
        who=who, number=number, time=at, customer=rules.customers.get(after.customer) or after.room, title=title(after),
    )  # fmt: skip
    return [Message(to=Place.CUSTOMER, text=told), Message(to=Place.DUTY, text=duty, mentions=called)]
