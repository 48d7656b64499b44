"""The contract office: tells whoever looks after contracts that one ends, once for each of the days configured.

What was said about a contract is kept in the store under the customer, so it goes down the road of everything else: load, decide, save, send.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from bot.desk import Desk
from bot.drafts import Draft, Drafts
from bot.records import contracts
from bot.records.contracts import Ending, Said, Word
from bot.rooms.directory import Directory
from bot.store.contract import Kept, Store
from bot.tickets.errors import N_
from bot.tickets.messages import Message, Place
from bot.tickets.model import Party
from bot.tickets.recipients import next_in_charge
from bot.tickets.rules import Role, Rules

_KEPT = "contract."
_ROLES = {"leader": Role.LEADER, "manager": Role.MANAGER, "director": Role.DIRECTOR}
_WHO = N_("@{who} ")


class ContractOffice:
    """One per process. `tick` belongs to every tick of the bot, `next_at` to the question when to wake."""

    def __init__(
        self, *, store: Store, desk: Desk, drafts: Drafts, directory: Directory, rules: Rules, language: str
    ) -> None:
        self._store = store
        self._desk = desk
        self._drafts = drafts
        self._directory = directory
        self._rules = rules
        self._language = language
        self._said: Mapping[str, Said] = {}
        self._due_at: datetime | None = None  # of the next word

    async def load(self) -> None:
        """Know what was said before, by this process or another."""
        found = await self._store.kept(_KEPT)
        self._said = {
            key.removeprefix(_KEPT): msgspec.json.decode(value, type=Said) for key, value in found.items()
        }
        self._look()

    def next_at(self, now: datetime) -> datetime | None:
        """Return when the next word is said, as far as is known; nobody is told at night, also not of what is late."""
        return contracts.said_at(self._due_at, self._rules, now) if self._due_at else None

    def _look(self) -> None:
        instants = (
            contracts.next_at(customer, self._said.get(customer), self._rules)
            for customer in self._rules.validities
        )
        self._due_at = min((at for at in instants if at is not None), default=None)

    async def tick(self, now: datetime) -> None:
        """Say what is due, all contracts of one moment in one message a person."""
        at = self.next_at(now)
        if at is None or at > now:
            return
        await self.load()
        found = [
            word
            for customer in self._rules.validities
            if (word := contracts.due(customer, self._said.get(customer), self._rules, now)) is not None
        ]
        if not found:
            return
        key = "contract." + ".".join(f"{each.customer}-{each.last}-{each.days_left}" for each in found)
        kept = tuple(
            Kept(f"{_KEPT}{each.customer}", msgspec.json.encode(each.said).decode()) for each in found
        )
        # Of several processes that see the same instant, one says it.
        await self._desk.note(kept, self._drafts_of(found, key, now), now, key)
        self._said = {**self._said, **{each.customer: each.said for each in found}}
        self._look()

    def _drafts_of(self, found: list[Word], key: str, now: datetime) -> list[Draft]:
        meant = {each.customer for each in found}
        ends = [each for each in contracts.endings(self._rules, now) if each.customer in meant]
        told = [(party, self._address(party, ends)) for party in self._people()]
        return [
            self._draft(party, address, fallback, ends, f"{key}.{index}", now)
            for index, (party, (address, fallback)) in enumerate(told)
            if address is not None
        ]

    def _draft(
        self, party: Party, address: str, fallback: str | None, ends: list[Ending], key: str, now: datetime
    ) -> Draft:
        is_private = address != fallback
        language = self._language if is_private else self._directory.language_at(address)
        speaker = self._drafts.speaker(language, now)
        text = contracts.notice(ends, speaker)
        if not is_private:
            text = speaker.say(_WHO, who=party) + text
        message = Message(to=Place.DUTY, text=text, mentions=() if is_private else (party,))
        return self._drafts.notice(message, address, key, now, fallback=fallback if is_private else None)

    def _people(self) -> tuple[Party, ...]:
        found: dict[Party, None] = {}
        for word in self._rules.contract_rules.tell:
            people = self._rules.with_role(_ROLES[word]) if word in _ROLES else (self._rules.staff[word],)
            found.update(dict.fromkeys(people))
        return tuple(found) or next_in_charge(self._rules)

    def _address(self, party: Party, ends: list[Ending]) -> tuple[str | None, str | None]:
        """Return where somebody reads it, and where else: privately, or in the duty room of one of the customers."""
        rooms = [room for each in ends for room in self._directory.rooms_of(each.customer)]
        duty = next((room for each in rooms if (room := self._directory.room(each.duty)) is not None), None)
        fallback = duty.address if duty else None
        adapter = (fallback or "").partition(":")[0]
        return self._directory.private_address(party, adapter) or fallback, fallback
