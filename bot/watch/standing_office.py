"""The standing office: tells whoever looks after contracts on the next working morning that a share is missed, or a number has grown.

What was told of a customer is kept in the store, so that each change is told once, whichever process looks.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec.structs import replace

from bot.desk import Desk
from bot.records.ledgers import CustomerStandings, Ledgers
from bot.records.standing_news import Told, as_told, notice, worse
from bot.store.contract import Kept, Store
from bot.tickets.rules import Rules
from bot.watch.contract_keepers import ContractKeepers
from scheduler.workdays import instant_on, local_day, working_day_from

_KEPT: Final = "standing."
_LATE: Final = timedelta(hours=3)  # after a longer absence the next morning is soon enough
_DAY: Final = timedelta(days=1)
_decoder: Final = msgspec.json.Decoder(dict[str, Told])


class StandingOffice:
    """One per process. `tick` belongs to every tick of the bot, `next_at` to the question when to wake."""

    def __init__(
        self, *, store: Store, desk: Desk, ledgers: Ledgers, keepers: ContractKeepers, rules: Rules
    ) -> None:
        self._store = store
        self._desk = desk
        self._ledgers = ledgers
        self._keepers = keepers
        self._rules = rules
        self._looked_at: datetime | None = None

    def next_at(self, now: datetime) -> datetime | None:
        """Return when it looks next; None where no contract promises anything of the kind."""
        if not any(each.ratios or each.quotas for each in self._rules.policies.values()):
            return None
        calendar = self._rules.calendars[self._rules.contract_rules.calendar]
        today = local_day(calendar, now)

        def morning_from(day: int) -> datetime:
            of = working_day_from(calendar, today + day * _DAY)
            return instant_on(calendar.zone, of, self._rules.contract_rules.at)

        at = morning_from(0)
        return at if at != self._looked_at and now - at <= _LATE else morning_from(1)

    async def tick(self, now: datetime) -> None:
        """Look once a morning; what the store refused is looked at with the next tick."""
        at = self.next_at(now)
        if at is None or at > now:
            return
        found = await self._ledgers.of((), now)
        kept = await self._store.kept(_KEPT)
        before = {name.removeprefix(_KEPT): _decoder.decode(value) for name, value in kept.items()}
        changed = [each for each in found if as_told(each.standings) != before.get(each.customer, {})]
        if changed:
            await self._tell(changed, before, f"standing|{at.isoformat()}", now)
        self._looked_at = at

    async def _tell(
        self,
        changed: list[CustomerStandings],
        before: dict[str, dict[str, Told]],
        key: str,
        now: datetime,
    ) -> None:
        """Say what is worse, all customers in one message a person; what is better is only remembered."""
        kept = tuple(
            Kept(f"{_KEPT}{each.customer}", msgspec.json.encode(as_told(each.standings)).decode())
            for each in changed
        )
        news = [
            replace(each, standings=tuple(found))
            for each in changed
            if (found := worse(each.standings, before.get(each.customer, {})))
        ]
        customers = [each.customer for each in news]
        drafts = (
            self._keepers.told(customers, lambda speaker: notice(news, speaker), key, now) if news else []
        )
        # Of several processes that look at the same instant, one says it.
        await self._desk.note(kept, drafts, now, key)
