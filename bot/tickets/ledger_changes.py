"""What notes for promises about many tickets change in one."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from bot.tickets import ledger_events as le
from bot.tickets.model import Ticket


def changed(ticket: Ticket, event: le.LedgerEvent) -> Ticket:
    """Return the ticket with the note."""
    match event:
        case le.AssetNamed(serial=serial):
            return replace(ticket, assets=(*ticket.assets, serial))
        case le.Excused(reason=reason):
            return replace(ticket, excuse=reason)
        case _:
            assert_never(event)
