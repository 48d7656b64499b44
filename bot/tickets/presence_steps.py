"""What platforms tell of the people around a ticket."""

from __future__ import annotations

import msgspec

from bot.tickets.model import Party


class TakeBack(msgspec.Struct, frozen=True):
    """A message that belongs to the ticket was taken back by whoever wrote it. `is_all`: it was all they had told."""

    by: Party
    is_report: bool = False
    is_all: bool = False


class GoAway(msgspec.Struct, frozen=True):
    """Somebody left the group."""

    by: Party


class ComeBack(msgspec.Struct, frozen=True):
    """Somebody joined the group."""

    by: Party


PresenceStep = TakeBack | GoAway | ComeBack
