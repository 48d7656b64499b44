"""Who and what is bound where: platforms, rooms, people, and whether the file says so or somebody in chat; pure."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from bot.config import Config, Person, Room
from bot.rooms.set_up import SetUp, accounts_of, is_private, overlaid


class BoundRoom(msgspec.Struct, frozen=True):
    """One group: what it is for, and since when it is known. `customer` is empty while nobody has bound it."""

    name: str
    address: str
    is_of_file: bool
    is_duty: bool
    customer: str
    policy: str
    on_call: tuple[str, ...]  # names

    @property
    def is_ready(self) -> bool:
        """True when reports can be made there."""
        return self.is_duty or bool(self.customer and self.policy)


class BoundPerson(msgspec.Struct, frozen=True):
    """One person and their accounts, each with whether the file names it."""

    name: str
    role: str
    accounts: tuple[tuple[str, bool], ...]


def rooms(file: Config, set_up: SetUp) -> list[BoundRoom]:
    """Return every room, those that wait to be bound last."""
    config = overlaid(file, set_up)
    of_file = {room.address for room in file.rooms}
    found = [
        _room(room, config, is_of_file=room.address in of_file)
        for room in config.rooms
        if not is_private(room)  # nobody set it up
    ]
    known = {room.address for room in config.rooms}
    waiting = [
        BoundRoom(note.name, address, False, False, _customer_name(note.customer, config), "", ())
        for address, note in set_up.rooms.items()
        if address not in known
    ]
    return [*found, *waiting]


def people(file: Config, set_up: SetUp) -> list[BoundPerson]:
    """Return every person of the file with the accounts that belong to them."""
    of_file = accounts_of(file.people)
    return [
        BoundPerson(person.name, person.role, tuple((each, each in of_file) for each in person.accounts))
        for person in overlaid(file, set_up).people
    ]


def by_chat(file: Config, set_up: SetUp) -> tuple[list[BoundRoom], list[tuple[str, str]]]:
    """Return rooms, and accounts with the names of their people, that only chat has set up."""
    accounts = [
        (account, person.name)
        for person in people(file, set_up)
        for account, is_of_file in person.accounts
        if not is_of_file
    ]
    return [room for room in rooms(file, set_up) if not room.is_of_file], accounts


def _room(room: Room, config: Config, *, is_of_file: bool) -> BoundRoom:
    customer = next((each for each in config.customers if each.id == room.customer), None)
    policy = config.policies.get(customer.policy) if customer else None
    rota = config.rotas.get(room.on_call)
    return BoundRoom(
        name=room.name,
        address=room.address,
        is_of_file=is_of_file,
        is_duty=room.kind == "duty",
        customer=customer.name if customer else "",
        policy=policy.name if policy else "",
        on_call=tuple(_names(rota.members if rota else (), config.people)),
    )


def _names(ids: tuple[str, ...], people: tuple[Person, ...]) -> Iterator[str]:
    named = {person.id: person.name for person in people}
    return (named[id_] for id_ in ids if id_ in named)


def _customer_name(id_: str, config: Config) -> str:
    return next((each.name for each in config.customers if each.id == id_), "")
