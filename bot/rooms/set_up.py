"""What was set up in chat: rooms, customers and accounts that the configuration file does not mention; pure.

There is one rule: the file wins. Chat can only add what the file is silent about, and what the file says later takes its place.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from bot.config import Config, Customer, Person, Room
from bot.rooms.directory import private_chat
from bot.store.contract import Kept
from bot.tickets.rules import Role
from scheduler.rota import Rota

_PRIVATELY = "private-"  # + id of the customer
_CONTACT = "contact-"  # + what stands for the account
ROOM, CUSTOMER, ACCOUNT, CONTACT = "room:", "customer:", "account:", "contact:"
SILENT = "silent:"  # + address of a room
ALL = (ROOM, CUSTOMER, ACCOUNT, CONTACT, SILENT)
STRANGER = "stranger:"  # + account of somebody who wrote privately and is nobody's contact
CURRENT = "setup:"  # + where it was told: the address of the group that is being set up there
_A_WEEK = timedelta(days=7)
_A_MONDAY = datetime(2024, 1, 1, tzinfo=UTC)


class RoomNote(msgspec.Struct, frozen=True, kw_only=True):
    """A group that was set up in chat, or could be. `customer` is empty until it is bound."""

    name: str
    customer: str = ""
    duty: str = ""  # id of the duty room that was told of it
    engineers: tuple[str, ...] = ()  # ids of people, who take weekly turns


class CustomerNote(msgspec.Struct, frozen=True, kw_only=True):
    """A customer that was named in chat."""

    name: str
    policy: str = ""


class AccountNote(msgspec.Struct, frozen=True, kw_only=True):
    """An account that somebody has shown to be theirs, and the room in which they did."""

    person: str
    room: str = ""


class ContactNote(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom a manager made a contact of a customer, by the one account they wrote with."""

    name: str
    customer: str


class StrangerNote(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody the duty room was told of, and when, in milliseconds of UTC."""

    name: str
    at: int


class SilentNote(msgspec.Struct, frozen=True, kw_only=True):
    """Until when only whoever calls the bot is answered in a room."""

    until: datetime


T = TypeVar("T", RoomNote, CustomerNote, AccountNote, ContactNote, SilentNote)


class SetUp(msgspec.Struct, frozen=True):
    """All notes: rooms and silences by address, customers by id, accounts and contacts by account."""

    rooms: Mapping[str, RoomNote]
    customers: Mapping[str, CustomerNote]
    accounts: Mapping[str, AccountNote]
    contacts: Mapping[str, ContactNote] = {}
    silent: Mapping[str, SilentNote] = {}


def read(kept: Mapping[str, str]) -> SetUp:
    """Return what a store remembers of what was set up."""

    def those(prefix: str, kind: type[T]) -> dict[str, T]:
        return {
            key.removeprefix(prefix): msgspec.json.decode(value, type=kind)
            for key, value in kept.items()
            if key.startswith(prefix)
        }

    return SetUp(
        those(ROOM, RoomNote),
        those(CUSTOMER, CustomerNote),
        those(ACCOUNT, AccountNote),
        those(CONTACT, ContactNote),
        those(SILENT, SilentNote),
    )


def noted(key: str, note: msgspec.Struct) -> Kept:
    """Return what keeps a note."""
    return Kept(key, msgspec.json.encode(note).decode())


def accounts_of(people: Iterable[Person]) -> frozenset[str]:
    """Return every account of some people."""
    return frozenset(account for person in people for account in person.accounts)


def room_id(address: str) -> str:
    """Return the id of a room that was set up in chat: the same at every start."""
    return f"chat-{_short(address)}"


def customer_id(name: str) -> str:
    """Return the id of a customer that was named in chat."""
    return f"chat-{_short(name)}"


def overlaid(config: Config, set_up: SetUp) -> Config:
    """Return the configuration with what was set up in chat, wherever the file is silent."""
    customers = (*config.customers, *_customers(config, set_up))
    known = {customer.id: customer for customer in customers}
    of_file = accounts_of(config.people)
    people = tuple(_with_accounts(person, set_up, of_file) for person in config.people)
    people += tuple(_contacts(people, set_up, known))
    rooms = tuple(_rooms(config, set_up, known))
    rooms += tuple(_privately(config, people, (*config.rooms, *rooms), customers))
    rotas = {room.on_call: _rota(room.on_call, set_up, config) for room in rooms if room.on_call == room.id}
    return dataclasses.replace(
        config,
        customers=customers,
        people=people,
        rooms=tuple(_silenced(room, set_up) for room in (*config.rooms, *rooms)),
        rotas={**config.rotas, **rotas},
    )


def _silenced(room: Room, set_up: SetUp) -> Room:
    note = set_up.silent.get(room.address)
    return replace(room, silent_until=note.until) if note is not None else room


def is_private(room: Room) -> bool:
    """Say whether a room stands for a customer without one: WeChat, for example, has no groups to set up."""
    return room.id.startswith(_PRIVATELY)


def contradictions(config: Config, set_up: SetUp) -> list[tuple[str, str]]:
    """Return what was set up in chat and counts no more, because the file speaks of it, with where it does."""
    addresses = {room.address: room.name for room in config.rooms}
    accounts = {account: person.name for person in config.people for account in person.accounts}
    found = [
        (address, addresses[address])
        for address, note in set_up.rooms.items()
        if address in addresses and note.customer
    ]
    noted = (*set_up.accounts, *set_up.contacts)
    found += [(account, accounts[account]) for account in noted if account in accounts]
    return found


def _customers(config: Config, set_up: SetUp) -> Iterator[Customer]:
    names = {customer.name for customer in config.customers}
    for id_, note in set_up.customers.items():
        if note.name not in names:
            yield Customer(id_, note.name, note.policy if note.policy in config.policies else "")


def _rooms(config: Config, set_up: SetUp, customers: Mapping[str, Customer]) -> Iterator[Room]:
    taken = {room.address for room in config.rooms}
    duty_rooms = {room.id: room for room in config.rooms if room.kind == "duty"}
    for address, note in set_up.rooms.items():
        customer = customers.get(note.customer)
        if address in taken or customer is None or not customer.policy:
            continue
        duty = note.duty if note.duty in duty_rooms else next(iter(duty_rooms), "")
        beside = next((room for room in config.rooms if room.duty == duty and room.on_call), None)
        people = {person.id for person in config.people}
        engineers = [person for person in note.engineers if person in people]
        yield Room(
            id=room_id(address),
            name=note.name,
            address=address,
            kind="customer",
            customer=customer.id,
            duty=duty,
            on_call=room_id(address) if engineers else (beside.on_call if beside else ""),
            language=config.bot.language,
        )


def _privately(
    config: Config, people: Sequence[Person], rooms: Sequence[Room], customers: Sequence[Customer]
) -> Iterator[Room]:
    """Yield a room for every customer who has none and whose people can be met one by one: what they report is theirs all the same."""
    housed = {room.customer for room in rooms}
    taken = {room.address for room in rooms}
    duty = next((room.id for room in rooms if room.kind == "duty"), "")
    on_calls = (*(room.on_call for room in rooms if room.duty == duty), *config.rotas)
    for customer in customers:
        accounts = (account for each in people if each.customer == customer.id for account in each.accounts)
        addresses = map(private_chat, accounts)
        address = next((each for each in addresses if each not in taken), None)
        if customer.id in housed or not customer.policy or address is None:
            continue
        yield Room(
            id=f"{_PRIVATELY}{customer.id}",
            name=customer.name,
            address=address,
            kind="customer",
            customer=customer.id,
            duty=duty,
            on_call=next(filter(None, on_calls), ""),
            language=config.bot.language,
        )


def _rota(id_: str, set_up: SetUp, config: Config) -> Rota:
    note = next(note for address, note in set_up.rooms.items() if room_id(address) == id_)
    starts = _A_MONDAY.astimezone(config.bot.zone).replace(hour=8)
    return Rota(id=id_, members=note.engineers, zone=config.bot.zone, shift=_A_WEEK, starts=starts)


def _with_accounts(person: Person, set_up: SetUp, taken: AbstractSet[str]) -> Person:
    more = tuple(
        account
        for account, note in set_up.accounts.items()
        if note.person == person.id and account not in taken
    )
    return replace(person, accounts=(*person.accounts, *more)) if more else person


def _contacts(people: Sequence[Person], set_up: SetUp, customers: Mapping[str, Customer]) -> Iterator[Person]:
    taken = accounts_of(people)
    for account, note in set_up.contacts.items():
        if account not in taken and note.customer in customers:
            yield Person(f"{_CONTACT}{_short(account)}", note.name, Role.CONTACT, (account,), note.customer)


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=5).hexdigest()
