"""What was heard: a platform's message with everything the bot knows about its sender and its room."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace

from adapters.contract import Incoming, RoomKind
from bot.config import Room
from bot.meaning.said_secrets import without_said_secrets
from bot.origin import Origin
from bot.rooms.directory import Directory
from bot.store.contract import ClosedAsk
from bot.tickets.model import Party
from bot.tickets.rules import Role

_LONGEST = 4000
_TURNS: Final = re.compile(
    "[\u202a-\u202e\u2066-\u2069]"
)  # turn the direction of all that follows on a line, also of our own words
_GAPS: Final = re.compile(
    r"(\s)\s{40,}"
)  # say nothing, and what looks for words would look at every place in them


class Hearing(msgspec.Struct, frozen=True, kw_only=True):
    """One message in its context. `customer_room` is the room whose contract applies; None when no contract does."""

    text: str
    origin: Origin
    is_addressed: bool
    is_private: bool
    mentions: tuple[str, ...]  # accounts of people other than the bot
    quotes: str | None
    customer_room: Room | None
    is_for_staff: bool  # the duty room, or a private chat of staff

    @property
    def by(self) -> Party:
        """Who said it."""
        return self.origin.by

    @property
    def role(self) -> Role:
        """What they may do."""
        return self.origin.role

    @property
    def now(self) -> datetime:
        """When it was heard."""
        return self.origin.now

    @property
    def customer(self) -> str:
        """The id of the customer whose knowledge applies, empty for none."""
        return self.customer_room.customer or "" if self.customer_room else ""


def heard(
    incoming: Incoming, directory: Directory, now: datetime, language: str, *, is_stranger: bool = False
) -> Hearing | None:
    """Return the message in its context, or None when it was said in a group that the configuration does not know.

    `is_stranger`: in such a group, too.
    """
    room = directory.room_at(incoming.room)
    is_private = incoming.room_kind is RoomKind.PRIVATE
    if room is None and not is_private and not is_stranger:
        return None
    by = directory.party(incoming.sender, incoming.sender_name)
    person = directory.person(incoming.sender)
    role = person.role if person else Role.CUSTOMER
    customer_room = room if room is not None and room.kind == "customer" else None
    if customer_room is None and is_private and person is not None and person.customer:
        customer_room = next(iter(directory.rooms_of(person.customer)), None)
    origin = Origin(
        now=now,
        by=by,
        role=role,
        account=incoming.sender,
        address=incoming.room,
        message=incoming.message_id,
        room=room,
        language=(room.language if room else customer_room.language if customer_room else "") or language,
    )
    text = _plain((incoming.command or incoming.text)[:_LONGEST])
    if not (role.is_staff or is_private):  # where others read it; privately it is the way for it to be told
        text = without_said_secrets(text)
    return Hearing(
        text=text,
        origin=origin,
        is_addressed=incoming.is_addressed or incoming.command is not None or is_private,
        is_private=is_private,
        mentions=tuple(mention.account for mention in incoming.mentions),
        quotes=incoming.quotes,
        customer_room=customer_room,
        is_for_staff=role.is_staff and (is_private or (room is not None and room.kind == "duty")),
    )


def closing(hearing: Hearing, *closed: ClosedAsk) -> Hearing:
    """Return the hearing with questions that it answers."""
    if not closed:
        return hearing
    origin = replace(hearing.origin, closed_asks=(*hearing.origin.closed_asks, *closed))
    return replace(hearing, origin=origin)


def part_of(hearing: Hearing, part: int) -> Hearing:
    """Return what was heard as one of several things that it brings about, before the whole is done with."""
    within = hearing.origin.part
    return replace(hearing, origin=replace(hearing.origin, part=f"{within}.{part}" if within else f"{part}"))


def bringing(hearing: Hearing, what: str) -> Hearing:
    """Return the hearing with what came with its words, or in place of them."""
    return replace(hearing, origin=replace(hearing.origin, brings=what))


def restated(hearing: Hearing, text: str) -> Hearing:
    """Return the hearing as if another text had been said."""
    return replace(hearing, text=text, quotes=None)


def _plain(text: str) -> str:
    text = _TURNS.sub("", text)
    return (_GAPS.sub(r"\1", text) if len(text) > 40 else text).strip()
