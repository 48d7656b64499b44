"""Who is who and which room is which: addresses and accounts of platforms, looked up in the configuration."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from bot import names
from bot.config import Config, Person, Room
from bot.tickets.model import Party

_SHORTEST = 2  # of the beginning of a name that stands for it
_MOST_WORDS = 6  # in the name of a customer


class Directory:
    """Look-ups by address, account, name and id. People the configuration does not know are their account."""

    def __init__(self, config: Config, local: Collection[str] = ()) -> None:
        """Know a configuration; `local` are adapters whose people have another account in every room."""
        self._local = frozenset(local)
        self.learn(config, {})

    def learn(self, config: Config, bound: Mapping[str, str]) -> None:
        """Know another configuration; `bound` says in which room an account was shown to be somebody's."""
        self._config = config
        self._bound = bound
        self._rooms = {room.address: room for room in config.rooms}
        self._rooms_by_id = {room.id: room for room in config.rooms}
        self._people = {account: person for person in config.people for account in person.accounts}
        self._people_by_id = {person.id: person for person in config.people}
        self._policies = {customer.id: customer.policy for customer in reversed(config.customers)}
        self._staff_names = frozenset(
            names.key(person.name) for person in config.people if person.role.is_staff
        )
        self._names = sorted(
            ((person.name, person) for person in config.people), key=lambda pair: -len(pair[0])
        )

    def room_at(self, address: str) -> Room | None:
        """Return the configured room at a platform's address, or None."""
        return self._rooms.get(address)

    def language_at(self, address: str) -> str:
        """Return the language of the room at a platform's address; a private chat has the bot's."""
        room = self._rooms.get(address)
        return room.language if room else self._config.bot.language

    def room(self, room_id: str) -> Room | None:
        """Return the room with this id, or None."""
        return self._rooms_by_id.get(room_id)

    def fallback_of(self, address: str) -> str | None:
        """Return the address of the room where it is said what the platform forbids at this one, or None."""
        room = self._rooms.get(address)
        other = self._rooms_by_id.get(room.fallback) if room and room.fallback else None
        return other.address if other else None

    def rooms_of(self, customer: str) -> tuple[Room, ...]:
        """Return the rooms of a customer, in the order of the configuration."""
        return tuple(
            room for room in self._config.rooms if room.customer == customer and room.kind == "customer"
        )

    def customer_rooms(self) -> tuple[Room, ...]:
        """Return the rooms of all customers, those that were set up in chat too."""
        return tuple(room for room in self._config.rooms if room.kind == "customer")

    def duty_rooms(self) -> tuple[Room, ...]:
        """Return the rooms where staff work, in the order of the configuration."""
        return tuple(room for room in self._config.rooms if room.kind == "duty")

    def room_named(self, word: str) -> Room | None:
        """Return the customer room with this name, or of the customer with this name or id; None when there is none."""
        for room in self._config.rooms:
            if room.kind == "customer" and word in (room.name, room.id):
                return room
        for customer in self._config.customers:
            if word in (customer.name, customer.id):
                return next(iter(self.rooms_of(customer.id)), None)
        # 育才 is enough where only one customer's name begins so.
        short = [
            each for each in self._config.customers if len(word) >= _SHORTEST and each.name.startswith(word)
        ]
        return next(iter(self.rooms_of(short[0].id)), None) if len(short) == 1 else None

    def room_at_start(self, text: str) -> tuple[Room | None, str]:
        """Return the customer room that a text begins with the name of, and the rest; names may have several words."""
        words = text.split()
        for count in range(min(_MOST_WORDS, len(words)), 0, -1):
            room = self.room_named(" ".join(words[:count]))
            if room is not None:
                return room, text.split(maxsplit=count)[count].strip() if len(words) > count else ""
        return None, text.strip()

    def policy_of(self, customer: str) -> str:
        """Return the id of a customer's policy, empty for a customer without one."""
        return self._policies.get(customer, "")

    def person(self, account: str) -> Person | None:
        """Return the configured person behind an account, or None."""
        return self._people.get(account)

    def party(self, account: str, name: str) -> Party:
        """Return how the archive names whoever uses an account; nobody can call themselves like one of the staff."""
        person = self._people.get(account)
        if person is not None:
            return Party(person.id, person.name)
        return Party(account, names.of_stranger(name, account, self._staff_names))

    def called_at_start(self, text: str, accounts: Iterable[str]) -> tuple[Party, str] | None:
        """Return the person named at the start of a text (`@老张 …` or `老张 …`, or the first of `accounts`), and the rest."""
        text = text.lstrip().removeprefix("给").lstrip()  # 转交 1024 给 @老张
        plain = text.removeprefix("@").removeprefix("＠")
        for name, person in self._names:
            if plain.startswith(name):
                return Party(person.id, person.name), plain[len(name) :].lstrip(" ,，:：")
        for account in accounts:
            called = self._people.get(account)
            if called is not None and text.startswith(("@", "＠")):
                rest = text.split(maxsplit=1)
                return Party(called.id, called.name), rest[1] if len(rest) > 1 else ""
        return None

    def account(self, party: Party, adapter: str, room: str = "") -> str | None:
        """Return the account of somebody on one adapter, or None; that of a room where a platform gives one for each."""
        person = self._people_by_id.get(party.id)
        if person is None:
            return party.id if party.id.startswith(f"{adapter}:") else None
        theirs = [account for account in person.accounts if account.startswith(f"{adapter}:")]
        return min(theirs, key=lambda account: self._distance(account, room), default=None)

    def private_address(self, party: Party, preferred: str) -> str | None:
        """Return where to write to somebody privately, on the preferred adapter if they have an account there."""
        person = self._people_by_id.get(party.id)
        if person is None:
            account = self.account(party, preferred)
            return private_chat(account) if account else None
        # What is theirs in one group only may be nobody's outside of it.
        outside = [
            private_chat(each) for each in person.accounts if ":group:" not in self._bound.get(each, "")
        ]
        there = [each for each in outside if each.startswith(f"{preferred}:")]
        if not there and outside:
            there = [each for each in outside if each.partition(":")[0] == outside[0].partition(":")[0]]
        return min(there, key=lambda address: not self._is_shown_at(address), default=None)

    def is_local(self, account: str) -> bool:
        """Say whether an account may be somebody's in one room only."""
        return account.partition(":")[0] in self._local

    def _distance(self, account: str, room: str) -> int:
        bound = self._bound.get(account, "")
        if bound == room:
            return 0 if self.is_local(account) else 1
        return 1 if not bound else 2

    def _is_shown_at(self, address: str) -> bool:
        """Say whether a private chat is known to be somebody's where what the file names may be good in a group only."""
        return self.is_local(address) and address in self._bound.values()


def private_chat(account: str) -> str:
    """Return the address at which the bot speaks to an account alone."""
    adapter, _, user = account.partition(":")
    return f"{adapter}:private:{user}"
