"""What happens around a ticket without a word: its people take words back, leave the group, and return."""

from __future__ import annotations

from bot.tickets.event import Event
from bot.tickets.model import Party


class TakenBack(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Somebody took a message of theirs back; `is_report`: the one that opened the ticket."""

    by: Party
    is_report: bool = False


class RequesterGone(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party


class RequesterBack(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party


PresenceEvent = TakenBack | RequesterGone | RequesterBack
