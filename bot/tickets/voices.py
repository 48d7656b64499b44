"""The voices in which a ticket is spoken of, and its name in one line."""

from __future__ import annotations

import msgspec

from bot.one_line import shortened
from bot.tickets.model import Ticket
from bot.tickets.speaker import Speaker


class Voices(msgspec.Struct, frozen=True):
    """The speakers of the two rooms a ticket lives in, and of the room where the step was asked for.

    `others` speak to further reporters there who read another language than its requester.
    """

    customer: Speaker
    duty: Speaker
    asker: Speaker
    others: tuple[Speaker, ...] = ()


def level_word(name: str) -> str:
    """Return the short name of a level: what stands before the dot of `一级·瘫痪`."""
    return name.split("·")[0].strip()


def title(ticket: Ticket, longest: int = 40) -> str:
    """Return the ticket's text on one line, shortened."""
    return shortened(ticket.text, longest)
