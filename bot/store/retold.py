"""A ticket held against its own archive: what it says besides what its records tell."""

from __future__ import annotations

from typing import Final

from bot.store.bodies import record_from
from bot.store.portable import KeptTicket
from bot.tickets.archive import folded
from bot.tickets.errors import N_
from bot.tickets.model import Ticket

# What records have told in the same way since the first version; how a program reckons with it may change.
_TOLD: Final = {
    "requester": N_("提出人"),
    "text": N_("问题"),
    "opened_at": N_("提出时间"),
    "owner": N_("负责人"),
    "assets": N_("设备"),
    "excuse": N_("不可抗力"),
    "resolution": N_("处理结果"),
    "solved_at": N_("解决时间"),
    "closed_at": N_("关单时间"),
    "closing": N_("怎么关的"),
    "rating": N_("评分"),
}


def altered(kept: KeptTicket) -> tuple[str, ...]:
    """Return the names of what stands in a ticket and not in its records, whose chain holds; empty where nothing can be told."""
    try:
        told = folded(record_from(sheet.body.encode(), sheet.hash) for sheet in kept.sheets)
    except ValueError:  # of a newer program, or without an opening
        return ()
    return tuple(name for field, name in _TOLD.items() if _said(kept.ticket, field) != _said(told, field))


def _said(ticket: Ticket, field: str) -> object:
    if field == "rating":
        return (ticket.survey.speed, ticket.survey.quality) if ticket.survey else (None, None)
    return getattr(ticket, field)
