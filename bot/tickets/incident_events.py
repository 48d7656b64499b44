"""What happens in a major incident, and when experts are consulted."""

from __future__ import annotations

from datetime import datetime

from bot.tickets.event import Event
from bot.tickets.model import Party


class Ticked(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Steps of the runbook were done."""

    by: Party
    steps: tuple[int, ...]


class ReportAsked(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Whoever commands was asked for the report of the day, which is due at `due_at`."""

    due_at: datetime


class ConsultCalled(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    text: str
    invited: tuple[Party, ...]


class ConsultConcluded(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    text: str


class HelpSought(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Who knows the field was asked to help; the leaders where nobody is said to know it (`is_known` is False)."""

    by: Party
    text: str
    invited: tuple[Party, ...]
    is_known: bool = True


IncidentEvent = Ticked | ReportAsked | ConsultCalled | ConsultConcluded | HelpSought
