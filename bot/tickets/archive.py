"""Tickets from their archive: what the records of one ticket add up to."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from bot.tickets.events import Opened
from bot.tickets.evolve import born, evolve
from bot.tickets.model import Ticket
from bot.tickets.records import Record


def folded(records: Iterable[Record]) -> Ticket:
    """Return the ticket that its records make, oldest first; it equals the one that was saved with the last of them.

    Raises:
        ValueError: There are none, or they do not begin with the one opening.
    """
    ticket: Ticket | None = None
    for record in records:
        if ticket is not None:
            ticket = evolve(ticket, record.event, record.at)
        elif isinstance(record.event, Opened):
            ticket = born(record.event, record.at)
        else:
            raise ValueError(f"the archive of {record.number} does not begin with its opening")
        ticket = replace(ticket, head=record.hash)
    if ticket is None:
        raise ValueError("an empty archive makes no ticket")
    return ticket
