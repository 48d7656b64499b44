"""What is refused whatever a step wants: a ticket that is over, and work that is not for this person."""

from __future__ import annotations

from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.kinds import Closing, Status
from bot.tickets.model import Party, Ticket
from bot.tickets.rules import Rules


def be_open(ticket: Ticket) -> None:
    """Refuse a ticket that is solved, closed or merged."""
    if ticket.closing is Closing.MERGED:
        raise TicketError("{number} 已并入 {into}。", number=ticket.number, into=ticket.follows)
    if ticket.status is Status.SOLVED:
        raise TicketError("{number} 已处理，正等客户确认；没解决请回“重开 {number}”。", number=ticket.number)
    if ticket.status is Status.CLOSED:
        raise TicketError(
            "{number} 已关闭（{time}）；没解决请回“重开 {number}”。",
            number=ticket.number,
            time=ticket.closed_at,
        )


def be_staff(by: Party, ticket: Ticket, rules: Rules) -> None:
    """Refuse what only staff may do to somebody who is none."""
    if not rules.role(by).is_staff:
        raise NotTheirs("{number} 由工程师来处理；想补充情况，直接引用我的消息说就行。", number=ticket.number)
