"""What is asked about a report that no contract covers: that it is none of the contract's, help all the same, a price, or no."""

from __future__ import annotations

import msgspec

from bot.tickets.model import Party


class Cover(msgspec.Struct, frozen=True):
    """协助: help free of charge; `category` is what the contract keeps free for ever, where that is the reason."""

    by: Party
    category: str = ""


class Quote(msgspec.Struct, frozen=True):
    """报价: help for a price that the customer must agree to; `text` stays inside."""

    by: Party
    text: str


class TurnDown(msgspec.Struct, frozen=True):
    """谢绝: no help; `text` is what the customer reads."""

    by: Party
    text: str


class PutOutside(msgspec.Struct, frozen=True):
    """范围外: a report within the time of the contract, but about something that is none of it; `text` stays inside."""

    by: Party
    text: str


CoverageStep = Cover | Quote | TurnDown | PutOutside
