"""The reminders of planned work before and after it is due."""

from __future__ import annotations

from datetime import timedelta

from bot.tickets import events as e
from bot.tickets.errors import N_
from bot.tickets.kinds import Kind
from bot.tickets.messages import Button, Message, Place
from bot.tickets.model import Ticket
from bot.tickets.planned_changes import LATEST
from bot.tickets.planned_words import customer_name, standing, what_of
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker

_USEFUL = timedelta(hours=12)
_JUST_DUE = timedelta(hours=1)


def overdue(event: e.Escalated, ticket: Ticket, speaker: Speaker, rules: Rules) -> Message:
    """Return the reminder of planned work before and after it is due."""
    called = tuple(dict.fromkeys((*((ticket.owner,) if ticket.owner else ()), *event.told)))
    late = speaker.now - event.due_at
    values: dict[str, object] = {
        "number": ticket.number,
        "customer": customer_name(ticket, rules),
        "title": what_of(ticket, speaker),
        "time": event.due_at,
        "late": late,
        "state": standing(ticket, speaker),
        "calls": " ".join(f"@{each.name}" for each in called),
    }
    text = speaker.say(_overdue_template(event, ticket, late), **values)
    return Message(
        to=Place.DUTY,
        text=text,
        mentions=called,
        buttons=(Button(speaker.say("收到"), f"收到 {ticket.number}"),),
        is_alert=True,
        useful_for=_USEFUL,
    )


def _overdue_template(event: e.Escalated, ticket: Ticket, late: timedelta) -> str:
    if ticket.kind is Kind.MAINTENANCE and event.clock == LATEST and late < timedelta():
        return N_(
            "⏳ {number} {customer} {title} 最晚 {time} 要恢复：做完回“升级完成 {number}”，不行就回“升级回退 {number} 原因” {calls}"
        )
    if ticket.kind is Kind.MAINTENANCE:
        return N_(
            "⚠️ {number} {customer} {title} 应在 {time} 恢复，还没有结果。回“升级完成 {number}”或“升级回退 {number} 原因” {calls}"
        )
    if late < timedelta():
        return N_("⏳ {number} {customer} {title} {time} 到期，{state}。{calls}")
    if late < _JUST_DUE:
        return N_("⚠️ {number} {customer} {title} 到期了，还没有完成（{state}）。{calls}")
    return N_("⚠️ {number} {customer} {title} 逾期 {late}（{state}）。{calls}")
