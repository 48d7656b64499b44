"""What is asked about the time at which somebody comes to a customer."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.tickets.model import Party


class Wished(msgspec.Struct, frozen=True):
    """The customer has wished for a time by themselves, in the message with this id."""

    by: Party
    at: datetime
    message: str


class OfferVisit(msgspec.Struct, frozen=True):
    """约: ask the customer when somebody may come. Without `times` the next free ones are offered.

    `who` comes, or else whoever was sent, or the owner; `taken` is when they are elsewhere. The only time offered needs no second yes
    where it is what was `wished` last.
    """

    by: Party
    who: Party | None = None
    times: tuple[datetime, ...] = ()
    taken: tuple[datetime, ...] = ()
    wished: Wished | None = None


class PickVisit(msgspec.Struct, frozen=True):
    """The customer chooses a time, one that was offered or another, in the message with this id."""

    by: Party
    at: datetime
    message: str
    taken: tuple[datetime, ...] = ()


VisitStep = OfferVisit | PickVisit
