"""Where whoever sets up rooms and people is told of something that is still to be set up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.drafts import Draft, Drafts
from bot.rooms.living import Living
from bot.tickets.messages import Message, Place
from bot.tickets.model import Party
from bot.tickets.speaker import Speaker


def places(living: Living, *, but: str = "") -> list[tuple[str, str]]:
    """Return addresses with their languages: the first duty room that is not `but`, or where there is none the managers privately."""
    config = living.config
    rooms = (room for room in config.rooms if room.kind == "duty" and room.address != but)
    duty = next(rooms, None)
    if duty is not None:
        return [(duty.address, duty.language)]
    admins = [Party(person.id, person.name) for person in config.people if person.role.is_manager]
    addresses = [living.directory.private_address(party, "") for party in admins]
    return [(address, config.bot.language) for address in addresses if address]


def news(
    living: Living, drafts: Drafts, key: str, now: datetime, told: Callable[[Speaker], str], *, but: str = ""
) -> list[Draft]:
    """Return what is `told` in each of those places, in its language; the keys of the messages begin with `key`."""
    return [
        drafts.notice(
            Message(to=Place.DUTY, text=told(drafts.speaker(language, now))), place, f"{key}.{index}", now
        )
        for index, (place, language) in enumerate(places(living, but=but))
    ]
