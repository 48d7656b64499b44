"""What happens to work that is planned ahead: inspections and work at the customer's that is announced."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.tickets.event import Event
from bot.tickets.model import Appointment, Finding, Party


class Announced(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """People were told of what was planned, or of how it ended where that had to wait for the morning."""


class Appointed(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Somebody comes at a certain time."""

    by: Party
    appointment: Appointment


class OtherTimeWanted(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The customer cannot at the time they were told. `is_late`: after the time until which they were asked to say so."""

    by: Party
    text: str
    at: datetime  # the time that does not suit them
    is_late: bool = False


class AppointmentNear(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The time has come, or comes soon."""


class Inspected(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    text: str
    findings: tuple[Finding, ...] = ()
    late: timedelta = timedelta()


class Finished(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The announced work is done. `tell_at` is set where the customer is not told before the morning."""

    by: Party
    text: str
    late: timedelta = timedelta()
    tell_at: datetime | None = None


class RolledBack(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The announced work did not succeed; everything is as it was before."""

    by: Party
    text: str
    late: timedelta = timedelta()
    tell_at: datetime | None = None


class CallListed(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """A call that is owed stood in the list of the day; the next one is at `next_at`."""

    next_at: datetime


class CallHastened(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """A call that is owed anyway has become more pressing, and why."""

    reason: str
    due_at: datetime


CallEvent = CallListed | CallHastened
PlannedEvent = Announced | Appointed | OtherTimeWanted | AppointmentNear | Inspected | Finished | RolledBack
