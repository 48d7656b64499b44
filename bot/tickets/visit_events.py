"""What is agreed about the time at which somebody comes to a customer."""

from __future__ import annotations

from datetime import datetime

from bot.tickets.event import Event
from bot.tickets.model import Appointment, Party, Promise


class VisitOffered(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The customer is asked which of some times suits them; any other may be written."""

    by: Party
    who: Party
    times: tuple[datetime, ...]


class VisitAgreed(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The customer chose; `consent` is the id of that message. `promise` is the clock of the arrival where the policy has none."""

    by: Party
    consent: str
    appointment: Appointment
    clock: str  # id of the clock that is due then
    promise: Promise | None = None


VisitEvent = VisitOffered | VisitAgreed
