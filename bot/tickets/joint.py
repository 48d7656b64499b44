"""Several people, one trouble: who joins a ticket and who leaves it, and what that changes."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from bot.tickets import clockwork
from bot.tickets import events as e
from bot.tickets import joint_events as je
from bot.tickets import joint_steps as js
from bot.tickets import steps as s
from bot.tickets.errors import TicketError
from bot.tickets.kinds import Closing, Status
from bot.tickets.model import Party, Reporter, Ticket

_FOLLOWING = (s.Claim, s.Assist, s.HandOver, s.Reassign, s.Resolve)  # done to the ticket it goes along with


def joined(ticket: Ticket, step: js.Join) -> list[e.AnyEvent]:
    """Return that somebody has the same trouble; what who is there already says is added.

    Raises:
        TicketError: The ticket is not open any more.
    """
    by = step.by
    if ticket.status is not Status.OPEN:
        raise TicketError("{number} 已处理。", number=ticket.number)
    if by == ticket.requester or ticket.has_reported(by):
        return [e.Supplemented(by=by, text=step.text)]
    return [
        je.Joined(
            by=by,
            account=step.account,
            address=step.address,
            room=step.room,
            customer=step.customer,
            text=step.text,
            language=step.language,
            is_told=step.is_told,
            is_report=step.is_report,
        )
    ]


def has_heir(ticket: Ticket, by: Party) -> bool:
    """Say whether the requester may leave because somebody else in the same room has the trouble too."""
    return by == ticket.requester and any(ticket.is_here(each) for each in ticket.reporters)


def be_leading(ticket: Ticket, step: s.Step) -> None:
    """Refuse what is done to the ticket that this one goes along with.

    Raises:
        TicketError: It names that ticket.
    """
    if ticket.follows is not None and isinstance(step, _FOLLOWING):
        raise TicketError(
            "{number} 已并入 {into}，请写 {into}；要分开回“拆分 {number}”。",
            number=ticket.number,
            into=ticket.follows,
        )


def changed(ticket: Ticket, event: je.JointEvent, at: datetime) -> Ticket:
    """Return the ticket after such an event."""
    match event:
        case je.Joined():
            joined = Reporter(
                party=event.by,
                account=event.account,
                address=event.address,
                room=event.room,
                customer=event.customer,
                text=event.text,
                at=at,
                language=event.language,
            )
            return replace(ticket, reporters=(*ticket.reporters, joined))
        case je.Parted(by=by):
            return _parted(ticket, by.id)
        case je.Vouched():
            return ticket
        case je.Absorbed(reporters=reporters):
            return replace(ticket, reporters=(*ticket.reporters, *reporters))
        case je.Released(ticket=number):
            return replace(
                ticket, reporters=tuple(each for each in ticket.reporters if each.number != number)
            )
        case je.Merged(into=into, is_over=is_over, is_part=is_part):
            merged = replace(ticket, follows=into, is_part=is_part, offer=None)
            return _over(merged, at) if is_over else merged
        case je.Split():
            return _split(ticket)
        case _:
            assert_never(event)


def _parted(ticket: Ticket, who: str) -> Ticket:
    if who != ticket.requester.id:
        return replace(ticket, reporters=tuple(each for each in ticket.reporters if each.party.id != who))
    # Only somebody who reads the answers where they are given; who had no ticket of their own comes first.
    here = [each for each in ticket.reporters if ticket.is_here(each)]
    heir = min(here, key=lambda each: each.number > 0)
    return replace(
        ticket,
        requester=heir.party,
        account=heir.account,
        language=heir.language,
        reporters=tuple(each for each in ticket.reporters if each is not heir),
    )


def _over(ticket: Ticket, at: datetime) -> Ticket:
    pauses = clockwork.resumed(ticket.pauses, at) if ticket.waiting else ticket.pauses
    return replace(
        ticket,
        status=Status.CLOSED,
        closing=Closing.MERGED,
        closed_at=at,
        waiting=None,
        pauses=pauses,
        proposal=None,
    )


def _split(ticket: Ticket) -> Ticket:
    alone = replace(ticket, follows=None, is_part=False)
    if ticket.closing is not Closing.MERGED:
        return alone
    return replace(alone, status=Status.OPEN, closing=None, closed_at=None)
