"""What may be taken back, by whom, and for how long."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets.ending_changes import ARRIVED
from bot.tickets.errors import TicketError
from bot.tickets.kinds import Status
from bot.tickets.model import Ticket, Undoable
from bot.tickets.rules import Rules

_LATELY = timedelta(hours=1)  # an arrival this old may be what somebody wants to take back


def undone(ticket: Ticket, step: s.Undo, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return that an action is taken back.

    Raises:
        TicketError: There is none of theirs, or it is too late; with what works instead.
    """
    undo, by = ticket.undo, step.by
    if undo is not None and undo.word == ARRIVED:
        return _not_there(ticket, undo, step, now, rules)
    if undo is None or undo.by != by:
        arrived = ticket.happened.get("arrived", ())
        is_late = bool(arrived) and now - arrived[-1] < _LATELY
        if ticket.status is Status.OPEN and is_late and step.is_named:
            raise TicketError(
                "{number} 没有您可以撤销的操作（接单请用“转交”）。到场（{time}）记错了就回“更新 {number} 还没到现场，几点到”，客户会看到。",
                number=ticket.number,
                time=arrived[-1],
            )
        raise TicketError("{number} 没有您可以撤销的操作（接单请用“转交”）。", number=ticket.number)
    if now - undo.at > rules.undo_within:
        raise TicketError(
            "{number} 的操作在 {time}，超过 {within}就不能撤销了。",
            number=ticket.number,
            time=undo.at,
            within=rules.undo_within,
        )
    return [e.Undone(by=by, word=undo.word)]


def _not_there(ticket: Ticket, undo: Undoable, step: s.Undo, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return that somebody is not at the customer's after all: at any time, since it makes nobody's record better."""
    number, whose, by = ticket.number, undo.by, step.by
    if whose != by and not rules.role(by).is_manager:
        raise TicketError(
            "{number} 的到场是 {whose} 记的（{time}），没到的话请 {whose} 或经理回“撤销 {number}”。",
            number=number,
            whose=whose,
            time=undo.at,
        )
    if now - undo.at > rules.undo_within and not step.is_named:
        raise TicketError(
            "{number} 的到场记在 {time}。真没到就回“撤销 {number}”，我会告诉客户。",
            number=number,
            time=undo.at,
        )
    return [e.Undone(by=by, word=undo.word, of=whose if whose != by else None)]
