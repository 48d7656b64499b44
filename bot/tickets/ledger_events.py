"""What is noted on a ticket for promises about many tickets together."""

from __future__ import annotations

from bot.tickets.event import Event
from bot.tickets.model import Party


class AssetNamed(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Which device it is about. `earlier` are the tickets about the same; `demand` is what the contract asks for now."""

    by: Party
    serial: str
    earlier: tuple[int, ...] = ()
    demand: str = ""


class Excused(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """It does not count for what the contract limits, and why; an empty reason takes that back."""

    by: Party
    reason: str
    evidence: str


LedgerEvent = AssetNamed | Excused
