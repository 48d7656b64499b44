"""Whoever looks after contracts: who that is, where they read about a customer, and in which language."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from bot.drafts import Draft, Drafts
from bot.rooms.directory import Directory
from bot.tickets.errors import N_
from bot.tickets.messages import Message, Place
from bot.tickets.model import Party
from bot.tickets.recipients import next_in_charge
from bot.tickets.rules import Role, Rules
from bot.tickets.speaker import Speaker

_ROLES = {"leader": Role.LEADER, "manager": Role.MANAGER, "director": Role.DIRECTOR}
_WHO = N_("@{who} ")


class ContractKeepers:
    """Drafts what they are told: privately, or where that cannot be in the duty room of one of the customers."""

    def __init__(self, drafts: Drafts, directory: Directory, rules: Rules, language: str) -> None:
        self._drafts = drafts
        self._directory = directory
        self._rules = rules
        self._language = language

    def told(
        self, customers: Collection[str], text: Callable[[Speaker], str], key: str, now: datetime
    ) -> list[Draft]:
        """Return a message for each of them that can be reached; `text` says it in a language."""
        found: list[Draft] = []
        for index, party in enumerate(self._people()):
            address, fallback = self._address(party, customers)
            if address is not None:
                found.append(self._draft(party, address, fallback, text, f"{key}.{index}", now))
        return found

    def _draft(
        self,
        party: Party,
        address: str,
        fallback: str | None,
        text: Callable[[Speaker], str],
        key: str,
        now: datetime,
    ) -> Draft:
        is_private = address != fallback
        language = self._language if is_private else self._directory.language_at(address)
        speaker = self._drafts.speaker(language, now)
        said = text(speaker)
        if not is_private:
            said = speaker.say(_WHO, who=party) + said
        message = Message(to=Place.DUTY, text=said, mentions=() if is_private else (party,))
        return self._drafts.notice(message, address, key, now, fallback=fallback if is_private else None)

    def _people(self) -> tuple[Party, ...]:
        found: dict[Party, None] = {}
        for word in self._rules.contract_rules.tell:
            people = self._rules.with_role(_ROLES[word]) if word in _ROLES else (self._rules.staff[word],)
            found.update(dict.fromkeys(people))
        return tuple(found) or next_in_charge(self._rules)

    def _address(self, party: Party, customers: Collection[str]) -> tuple[str | None, str | None]:
        """Return where somebody reads it, and where else."""
        rooms = [room for each in customers for room in self._directory.rooms_of(each)]
        duty = next((room for each in rooms if (room := self._directory.room(each.duty)) is not None), None)
        fallback = duty.address if duty else None
        adapter = (fallback or "").partition(":")[0]
        return self._directory.private_address(party, adapter) or fallback, fallback
