"""Major incidents: who commands, how often the customer hears, and when it is over."""

from __future__ import annotations

from datetime import datetime

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets import timing
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.incidents import chosen_runbook, consulted_with, steps_of
from bot.tickets.kinds import ClockKind, Kind
from bot.tickets.messages import Message, Place
from bot.tickets.model import Party, Promise, Ticket
from bot.tickets.ownership import manager_named
from bot.tickets.planned_rules import DAY_REPORT, NEWS
from bot.tickets.rules import Role, Rules
from bot.tickets.voices import Voices
from scheduler.lengths import format_length
from scheduler.written_clocks import WrittenClock

_HEARTBEAT = "major"  # id of the clock that a policy without one gets


def declared(ticket: Ticket, step: s.DeclareMajor, rules: Rules) -> list[e.AnyEvent]:
    """Return the declaration; whoever declares commands. The owner stays owner."""
    if not rules.role(step.by).is_manager:
        raise NotTheirs("重大事件由 {manager} 来宣布。", manager=manager_named(rules), number=ticket.number)
    if ticket.commander is not None:
        raise TicketError("{number} 已经是重大事件，{by} 指挥。", number=ticket.number, by=ticket.commander)
    has_beat = any(
        each.kind is ClockKind.UPDATE and each.clock is not None and "major" in _starts(each.clock)
        for each in ticket.promises
    )
    declared = e.MajorDeclared(
        by=step.by,
        promise=None if has_beat else _heartbeat(rules),
        report=_day_report(ticket, rules),
        runbook=chosen_runbook(ticket, step.runbook, rules),
    )
    return [declared, *consulted_with(ticket, step.by, rules)]


def _day_report(ticket: Ticket, rules: Rules) -> Promise | None:
    """Return the report of each day, where the policy has none of its own."""
    at = rules.major_report
    if at is None or any(each.kind is ClockKind.REPORT for each in ticket.promises):
        return None
    clock = WrittenClock(
        kind="report", cron=f"{at.minute} {at.hour} * * *", from_="major", until=("recovered", "resolved")
    )
    return Promise(kind=ClockKind.REPORT, calendar="always", ladder=DAY_REPORT, clock=clock)


def _starts(clock: WrittenClock) -> tuple[str, ...]:
    return (clock.from_,) if isinstance(clock.from_, str) else clock.from_


def _heartbeat(rules: Rules) -> Promise:
    clock = WrittenClock(
        kind="update",
        id=_HEARTBEAT,
        every=format_length(rules.major_every),
        from_="major",
        until=("recovered", "resolved"),
    )
    return Promise(kind=ClockKind.UPDATE, calendar="always", ladder=rules.major_ladder or NEWS, clock=clock)


def recovered(ticket: Ticket, step: s.Recover) -> list[e.AnyEvent]:
    """Return the end of a major incident; the ticket goes on until it is solved."""
    if ticket.commander is None:
        raise TicketError("{number} 不是重大事件；修好了请回“解决 {number} …”。", number=ticket.number)
    return [e.Recovered(by=step.by, text=step.text.strip(), review=step.review, budget=step.budget)]


def announced(event: e.MajorDeclared, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    """Return what both rooms read when an incident is declared."""
    number, due = after.number, next_news(after, rules)
    first = (after.owner,) if after.owner else rules.on_call(after.room, voices.duty.now)
    told: tuple[Party, ...] = (*first, *rules.with_role(Role.LEADER), *rules.with_role(Role.DIRECTOR))
    called = tuple(party for party in dict.fromkeys(told) if party != event.by)
    duty = voices.duty.say("🚨 {number} 升为重大事件，指挥：{by}。", number=number, by=event.by)
    duty += " ".join(f"@{party.name}" for party in called)
    customer = voices.customer.say("{number} 已按重大事件处理，{by} 指挥", number=number, by=event.by)
    if due is not None:
        duty += voices.duty.say("\n下次更新 {time} 前：更新 {number} …", time=due, number=number)
        customer += voices.customer.say("，下次在此更新：{time}。", time=due)
    else:
        customer += voices.customer.say("。")
    if after.runbook is not None:
        duty += voices.duty.say(
            "\n预案 {id}《{name}》：{steps}。完成一步回“√1”",
            id=after.runbook.id, name=after.runbook.name, steps=steps_of(after.runbook, voices.duty),
        )  # fmt: skip
    if consulted_with(after, event.by, rules):
        duty += voices.duty.say("\n按合同专家会诊，结论回“会诊结论 {number} …”", number=number)
    return [
        Message(to=Place.DUTY, text=duty, mentions=called),
        Message(to=Place.CUSTOMER, text=customer),
    ]


def updated(event: e.Updated, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    """Return the news for the customer; in a major incident also when the next come."""
    text = voices.customer.say("{number} 进展：{text}", number=after.number, text=event.text)
    due = next_news(after, rules)
    if due is not None:
        text += "\n" + voices.customer.say("下次更新 {time} 前。", time=due)
    return [Message(to=Place.CUSTOMER, text=text)]


def over(event: e.Recovered, before: Ticket | None, after: Ticket, voices: Voices) -> list[Message]:
    """Return that the incident is over, and how long it lasted."""
    number = after.number
    told = voices.customer.say("{number} 已恢复", number=number)
    told += voices.customer.say("：{text}", text=event.text) if event.text else voices.customer.say("。")
    begun = before.happened.get("major", ()) if before is not None else ()
    duty = voices.duty.say("✅ {number} 恢复", number=number)
    duty += (
        voices.duty.say("，重大历时 {length}。", length=voices.duty.now - begun[-1])
        if begun
        else voices.duty.say("。")
    )
    if event.budget is not None:
        name, used, limit = event.budget
        duty += voices.duty.say(
            "\n{name} {used}/{limit} 次（不可抗力不计，若是请回“标记 {number} 不可抗力 证据”）。",
            name=name,
            used=used,
            limit=limit,
            number=number,
        )
    if event.review is not None:
        duty += voices.duty.say("\n复盘单 {review} 已建，3 个工作日内写完。", review=event.review)
    return [Message(to=Place.CUSTOMER, text=told), Message(to=Place.DUTY, text=duty)]


def review_of(ticket: Ticket, event: e.Recovered, commander: Party) -> s.Open:
    """Return the ticket in which an incident is looked back on, for whoever commanded."""
    return s.Open(
        number=event.review or 0,
        kind=Kind.IMPROVEMENT,
        room=ticket.room,
        customer=ticket.customer,
        requester=commander,
        account="",
        address="",  # internal: no customer reads of it
        text=ticket.text,
        by=commander,
        subject=ticket.number,
        owner=commander,
    )


def next_news(after: Ticket, rules: Rules) -> datetime | None:
    """Return by when the customer hears next of a major incident; None where nobody commands or nothing is owed."""
    if after.commander is None:
        return None
    found = timing.clock(after, ClockKind.UPDATE, rules)
    return found.due_at if found is not None and found.is_running else None
