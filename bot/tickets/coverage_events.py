"""What becomes of a report that no contract covers."""

from __future__ import annotations

from bot.tickets.event import Event
from bot.tickets.model import Party, Promise


class Covered(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Help is given free of charge; `promises` are what is owed from now on, `category` what the contract keeps free."""

    by: Party
    category: str = ""
    promises: tuple[Promise, ...] = ()


class Quoted(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Help has a price, which the customer is told by phone; `text` is for the archive and the duty room."""

    by: Party
    text: str


class QuoteAnswered(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The customer agreed to pay, or did not; `consent` is the id of that message."""

    by: Party
    is_given: bool
    consent: str
    promises: tuple[Promise, ...] = ()


class TurnedDown(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: Party
    text: str


class FoundOutside(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """It is none of the contract's; `promises` are what is owed until somebody has decided, `text` is why."""

    by: Party
    text: str
    promises: tuple[Promise, ...] = ()


CoverageEvent = FoundOutside | Covered | Quoted | QuoteAnswered | TurnedDown
