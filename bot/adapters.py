"""Adapters as the configuration asks for them, with what each may know of rooms and people."""

from __future__ import annotations

from adapters.contract import Adapter, KnownPerson, KnownRoom, Surroundings, Timekeeper, TimeTravel
from adapters.registry import create
from bot.config import AdapterConfig, Config


def made(each: AdapterConfig, config: Config, clock: Timekeeper, travel: TimeTravel | None) -> Adapter:
    """Return the adapter of one block of the configuration; it connects only when it is read.

    Raises:
        UnknownAdapter, BrokenAdapter: Nobody offers the type, or not properly.
    """
    prefix = f"{each.name}:"
    surroundings = Surroundings(
        name=each.name,
        bot_name=config.bot.name,
        clock=clock,
        language=config.bot.language,
        rooms=tuple(
            KnownRoom(room.address, room.name) for room in config.rooms if room.address.startswith(prefix)
        ),
        people=tuple(
            KnownPerson(account, person.name, person.role)
            for person in config.people
            for account in person.accounts
            if account.startswith(prefix)
        ),
        travel=travel if each.type == "web" else None,
        zone=config.bot.zone,
    )
    return create(each.type, each.settings, surroundings)
