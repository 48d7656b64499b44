"""The contract office: tells whoever looks after contracts that one ends, once for each of the days configured.

What was said about a contract is kept in the store under the customer, so it goes down the road of everything else: load, decide, save, send.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from bot.desk import Desk
from bot.drafts import Draft
from bot.records import contracts
from bot.records.contracts import Said, Word
from bot.store.contract import Kept, Store
from bot.tickets.rules import Rules
from bot.watch.contract_keepers import ContractKeepers

_KEPT = "contract."


class ContractOffice:
    """One per process. `tick` belongs to every tick of the bot, `next_at` to the question when to wake."""

    def __init__(self, *, store: Store, desk: Desk, keepers: ContractKeepers, rules: Rules) -> None:
        self._store = store
        self._desk = desk
        self._keepers = keepers
        self._rules = rules
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
        return self._keepers.told(
            [each.customer for each in ends], lambda speaker: contracts.notice(ends, speaker), key, now
        )
