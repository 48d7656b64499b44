"""What all events of tickets have in common; `bot.tickets.events` has them all."""

from __future__ import annotations

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Base of all events; `AnyEvent` is the closed union."""
