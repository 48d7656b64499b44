"""What can be asked of a ticket that several people have reported."""

from __future__ import annotations

import msgspec

from bot.tickets.model import Party


class Join(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody else of the same room reports the same; the fields are those of `Joined`."""

    by: Party
    account: str
    address: str
    room: str
    customer: str
    text: str
    is_told: bool
    language: str = ""  # as in `Reporter`
    is_report: bool = False
