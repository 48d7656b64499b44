"""Pauses: why work stands still, who is reminded meanwhile, and what sets it going again."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets.errors import N_, NotTheirs, TicketError
from bot.tickets.kinds import Closing, Status, Telling, WaitsFor
from bot.tickets.model import Ticket, Waiting
from bot.tickets.rules import Rules
from scheduler.targets import NthWorkingDay, due

REASONS = {
    WaitsFor.CUSTOMER: N_("等客户"),
    WaitsFor.THIRD_PARTY: N_("等第三方"),
    WaitsFor.PARTS: N_("等备件"),
}
_MORNING = time(10)
# On the next working day, and two later; after two more a customer who says nothing no longer needs it.
_REMINDED_ON = (1, 3)
_CLOSED_ON = 5
_SAID_ONCE = timedelta(hours=12)  # that it works


def paused(ticket: Ticket, step: s.Pause, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return the pause. Whoever asks the customer for something has also said a word to them."""
    number, reason, need = ticket.number, step.reason, step.need.strip()
    if not need and reason is WaitsFor.CUSTOMER:
        raise TicketError("请写明要客户给什么，例：暂停 {number} 等客户 需要提供设备序列号", number=number)
    if not need and step.next_check is None:
        raise TicketError(
            "请写明在等什么、什么时候再看，例：暂停 {number} 等备件 明天10点 主板到货", number=number
        )
    waiting = ticket.waiting
    if reason is WaitsFor.CUSTOMER:
        if waiting is not None and waiting.reason is reason and waiting.need == need:
            raise TicketError("{number} 已经在等客户了：{need}。", number=number, need=need)
        return [e.Paused(by=step.by, reason=reason, need=need, next_at=in_days(1, now, rules))]
    if step.next_check is None:
        raise TicketError(
            "请写明什么时候再看，例：暂停 {number} 等备件 明天10点 {need}", number=number, need=need
        )
    if step.next_check <= now:
        raise TicketError("{time} 已经过了，请写以后的时间。", number=number, time=step.next_check)
    return [e.Paused(by=step.by, reason=reason, need=need, next_at=step.next_check)]


def resumed(ticket: Ticket, step: s.Resume, rules: Rules) -> list[e.AnyEvent]:
    """Return that work goes on; what was not paused needs no word."""
    if not rules.role(step.by).is_staff:
        raise NotTheirs("{number} 由工程师来继续；要补充的直接说就行。", number=ticket.number)
    if ticket.waiting is None:
        raise TicketError("{number} 没有暂停，时限照常在走。", number=ticket.number)
    return [e.Resumed(by=step.by)]


def supplemented(ticket: Ticket, step: s.Supplement, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return what was added; where the ticket waited for it, work goes on."""
    added = e.Supplemented(by=step.by, text=step.text, telling=_news(ticket, step, now), at=step.at)
    waiting = ticket.waiting
    is_awaited = waiting is not None and waiting.reason is WaitsFor.CUSTOMER and not step.is_promise
    return [added, e.Resumed(by=step.by)] if is_awaited and rules.speaks_for(ticket, step.by) else [added]


def _news(ticket: Ticket, step: s.Supplement, now: datetime) -> Telling | None:
    """Return what the owner must read of it; that it works once in a while, and where somebody has it in hand."""
    if step.telling is Telling.WORKS:
        known = ticket.happened.get("works", ())
        is_news = ticket.owner is not None and (not known or now - known[-1] > _SAID_ONCE)
        return step.telling if is_news else None
    return step.telling if ticket.status is Status.OPEN else None


def waited(waiting: Waiting, now: datetime, rules: Rules) -> e.PauseReminded | e.Closed:
    """Return what the next look at a pause does: remind, or close what the customer has left alone."""
    if waiting.reason is not WaitsFor.CUSTOMER:
        return e.PauseReminded(next_at=in_days(1, now, rules))  # until the owner says how it stands
    if waiting.reminded >= len(_REMINDED_ON):
        return e.Closed(closing=Closing.SILENCE)
    day = (*_REMINDED_ON, _CLOSED_ON)[waiting.reminded + 1]
    planned = in_days(day, waiting.since, rules)
    # After a downtime nobody is reminded twice in a row.
    return e.PauseReminded(next_at=planned if planned > now else in_days(1, now, rules))


def in_days(count: int, since: datetime, rules: Rules) -> datetime:
    """Return the morning of the n-th working day after an instant."""
    calendar = rules.calendars[rules.check_calendar]
    found = due(NthWorkingDay(count, _MORNING), calendar, since)
    if found is None:
        raise AssertionError("without pauses a day is always reached")
    return found
