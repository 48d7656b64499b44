"""The end of a ticket: resolved, confirmed, and opened again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NoReturn

from bot.asks import Result
from bot.tickets import events as e
from bot.tickets import joint_events as je
from bot.tickets import steps as s
from bot.tickets import timing
from bot.tickets.errors import N_, Incomplete, NotTheirs, Phrase, TicketError, TooOld
from bot.tickets.kinds import ClockKind, Closing, Kind, Status
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from bot.tickets.surveys import first_question
from scheduler.calendar import add_working_time

ASKS_HOW_IT_WENT = N_("{number} 是升级单，做完回“升级完成 {number}”，不顺利回“升级回退 {number} 原因”。")


def resolved(ticket: Ticket, step: s.Resolve, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return the resolution; staff who neither own nor assist the ticket are sent to the owner."""
    by = step.by
    if ticket.kind is Kind.CALLBACK:
        raise TicketError(
            "{number} 是回访单，打完电话回“回访 {number} 结果”。", number=ticket.subject or ticket.number
        )
    if ticket.kind is Kind.INSPECTION:
        raise TicketError("{number} 是巡检单，做完回“巡检 {number} 完成 结果”。", number=ticket.number)
    if ticket.kind is Kind.MAINTENANCE:
        raise TicketError(ASKS_HOW_IT_WENT, number=ticket.number)
    if not rules.role(by).is_staff:
        raise NotTheirs(
            "{number} 由工程师来处理；已经好了的话，回“撤单 {number}”就行。", number=ticket.number
        )
    is_theirs = by == (ticket.owner or by) or by in ticket.helpers or rules.role(by).is_manager
    if not is_theirs:
        raise NotTheirs(
            "{number} 由 {owner} 负责，请 {owner} 来解决，或先回“协助 {number}”。",
            number=ticket.number,
            owner=ticket.owner,
        )
    fields = {N_("原因"): step.cause, N_("方法"): step.method, N_("预防"): step.prevention}
    missing = [Phrase(name) for name, text in fields.items() if not text.strip()]
    needs_all = not ticket.kind.ends_in_one_word
    if missing and (needs_all or len(missing) == len(fields)):
        known = Result(ticket=ticket.number, cause=step.cause, method=step.method, prevention=step.prevention)
        raise Incomplete(
            "{number} 还差{missing}。直接写就行，例：{example}",
            known,
            number=ticket.number,
            missing=tuple(missing),
            example=Phrase(_example(step)),
        )
    if not ticket.kind.ends_in_one_word and rules.causes and not kind_of(step.cause, rules.causes):
        known = Result(
            ticket=ticket.number, method=step.method, prevention=step.prevention, because=step.cause
        )
        raise Incomplete(
            "{number} 的原因是哪一类：{causes}？直接写就行，例：{example}",
            known,
            number=ticket.number,
            causes=rules.causes,
            example=rules.causes[0],
        )
    solution = e.Resolved(
        by=by,
        cause=step.cause.strip(),
        method=step.method.strip(),
        prevention=step.prevention.strip(),
        late=timing.lateness(ticket, ClockKind.RESOLVE, rules, now),
        check_at=add_working_time(rules.calendars[rules.check_calendar], now, rules.check_again_after),
        close_at=now + rules.close_after,
    )
    # Nobody but staff waits for what is internal.
    is_internal = ticket.kind is Kind.IMPROVEMENT
    return [solution, e.Closed(closing=Closing.DONE, by=by)] if is_internal else [solution]


def kind_of(cause: str, kinds: Sequence[str]) -> str:
    """Return the kind of cause that is named in a text first; "" where none is."""
    named = [kind for kind in kinds if kind in cause]
    return min(named, key=cause.index, default="")


def _example(step: s.Resolve) -> str:
    """Return how what is still missing may be told, as it would be in a chat."""
    if step.cause and step.method:
        return N_("以后别热插拔；没有就回“无”")
    if step.method:
        return N_("主板损坏，以后别热插拔")
    return N_("换了主板，以后别热插拔") if step.cause else N_("主板损坏，换了主板，以后别热插拔")


def checked(ticket: Ticket, step: s.Confirm, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return the confirmation, and the question for a rating if now is the time for it."""
    if not rules.may_answer(ticket, step.by) and ticket.has_reported(step.by):
        return [] if ticket.status is Status.OPEN else [je.Vouched(by=step.by)]
    if not rules.may_answer(ticket, step.by):
        raise NotTheirs("{number} 请 {requester} 来确认。", number=ticket.number, requester=ticket.requester)
    if ticket.status is Status.CLOSED:
        raise TicketError("{number} 已经关闭了（{time}）。", number=ticket.number, time=ticket.closed_at)
    if ticket.status is not Status.SOLVED:
        raise TicketError("{number} 还在处理，好了我会在这里告诉您。", number=ticket.number)
    return [
        e.Closed(closing=Closing.CONFIRMED, by=step.by),
        *first_question(ticket, step.surveyed_at, now, rules),
    ]


def _say_that_it_is_open(ticket: Ticket) -> NoReturn:
    if ticket.owner is None:
        raise TicketError("{number} 还没关，等人接单，不用重开。", number=ticket.number)
    raise TicketError("{number} 还没关，{owner} 处理中，不用重开。", number=ticket.number, owner=ticket.owner)


def reopened(ticket: Ticket, step: s.Reopen, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return the reopening inside the window.

    Raises:
        TooOld: The window is over.
    """
    if ticket.closing is Closing.MERGED:
        raise TicketError("{number} 已并入 {into}。", number=ticket.number, into=ticket.follows)
    if not rules.speaks_for(ticket, step.by) and not rules.role(step.by).is_staff:
        raise NotTheirs(
            "{number} 是 {requester} 报的；您的问题可以直接说“报障 …”。",
            number=ticket.number,
            requester=ticket.requester,
        )
    if ticket.status is Status.OPEN:
        if rules.role(step.by).is_staff:
            _say_that_it_is_open(ticket)
        return [e.Supplemented(by=step.by, text=step.text)]
    is_over = ticket.closed_at is not None and now - ticket.closed_at > rules.reopen_within
    if is_over or ticket.kind.is_planned:  # what goes wrong after planned work is a new case
        raise TooOld("{number} 已关闭超过 {within}。", number=ticket.number, within=rules.reopen_within)
    return [e.Reopened(by=step.by, text=step.text)]
