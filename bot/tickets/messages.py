"""What the bot wants said: to whom, in which words, and which question the words ask."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum

import msgspec

from bot.asks import AnyAbout
from bot.tickets.model import Party
from bot.tickets.papers import Attached


class Place(Enum):
    """A room as the rules know it."""

    ASKER = "asker"  # where the step was asked for, as an answer to it
    ASIDE = "aside"  # the same, but in the duty room when staff asked before a customer
    CUSTOMER = "customer"  # the room the ticket came from
    DUTY = "duty"  # where engineers work on it


class Button(msgspec.Struct, frozen=True):
    """A short cut for a command that could also be typed."""

    label: str
    command: str


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one place. `to` a person means privately, or in the duty room where that is impossible.

    `about` is asked of `asked`; `useful_for` is how long it is worth delivering late.
    `is_alert` messages of one moment to one room are joined into a single list. `is_card` marks the message that later
    changes of the ticket may edit.
    """

    to: Place | Party
    text: str
    mentions: tuple[Party, ...] = ()
    buttons: tuple[Button, ...] = ()
    about: AnyAbout | None = None
    also_asked: tuple[str, ...] = ()  # accounts that may answer it besides whom it is asked of
    ticket: int | None = None  # the one it speaks of, where it changes none: quoting it means that ticket
    useful_for: timedelta | None = None
    is_alert: bool = False
    heading: str = ""  # template that counts what stands in a list of such messages, however short it is
    footing: str = ""  # what stands below such a list, of its first message
    is_card: bool = False
    pictures: tuple[str, ...] = ()  # addresses, shown where the platform can
    file: Attached | None = None  # comes behind the text
