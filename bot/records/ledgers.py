"""Promises about many tickets together, computed from the tickets of the store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
from msgspec.structs import replace

from bot.config import Customer
from bot.tickets.kinds import Status
from bot.tickets.model import Ticket
from bot.tickets.rules import Policy, Rules
from bot.tickets.standings import Case, Standing, case_of, since, standings

_PAGE = 100


class Tickets(Protocol):
    """Where tickets are read from: a store, or a copy."""

    async def open_tickets(self) -> list[Ticket]: ...

    async def ticket(self, number: int) -> Ticket | None: ...

    async def closed_since(self, since: datetime) -> list[int]: ...

    async def recent_tickets(self, *, limit: int = 50, before: int | None = None) -> list[Ticket]: ...


class CustomerStandings(msgspec.Struct, frozen=True):
    """How everything stands that one customer was promised about their tickets together."""

    customer: str
    name: str
    standings: tuple[Standing, ...]
    outside: int = 0  # tickets that no contract covers, counted apart


class Ledgers:
    """Reads tickets through when it is asked; what came of a ticket that is closed is remembered."""

    def __init__(self, store: Tickets, customers: Callable[[], Iterable[Customer]], rules: Rules) -> None:
        """`customers` gives those of the configuration as it is when somebody asks."""
        self._store = store
        self._rules = rules
        self._customers = customers
        self._settled: dict[int, tuple[int, Case | None]] = {}  # with the version that it is of

    def forget(self) -> None:
        """Look anew at what was settled: policies have changed."""
        self._settled.clear()

    async def of(
        self, customers: Sequence[str], now: datetime, *, before: datetime | None = None
    ) -> list[CustomerStandings]:
        """Return the standings of these customers, or of all; without those who were promised nothing of the kind.

        In the period of now, or where `before` is past, in the last one before it and of what was opened until then.
        """
        known = {each.id: each for each in self._customers()}
        wanted = [known[each] for each in customers or known if each in known]
        policies = {each.id: self._policy_of(each) for each in wanted}
        kept = [policy for policy in policies.values() if policy is not None]
        if not kept:
            return []
        at = now if before is None else min(now, before - timedelta.resolution)
        cases = [case for case in await self._cases(kept, at, now) if case.at <= at]
        start = since(kept, self._rules, at)
        found: list[CustomerStandings] = []
        for each in wanted:
            policy = policies[each.id]
            if policy is not None:
                made = standings(each.id, policy, cases, at, self._rules)
                outside = sum(
                    case.is_outside and case.customer == each.id and (start is None or case.at >= start)
                    for case in cases
                )
                found.append(CustomerStandings(each.id, each.name, tuple(made), outside))
        return found

    async def same_asset(self, ticket: Ticket, serial: str, now: datetime) -> tuple[tuple[int, ...], str]:
        """Return the earlier tickets about a device, and what the contract asks for now that it failed once more."""
        policy = self._policy(ticket.customer)
        if policy is None:
            return (), ""
        cases = [each for each in await self._cases([policy], now, now) if each.customer == ticket.customer]
        earlier = tuple(
            sorted(each.number for each in cases if serial in each.assets and each.number != ticket.number)
        )
        with_this = [
            *(each for each in cases if each.number != ticket.number),
            _with(ticket, serial, self._rules, now),
        ]
        made = standings(ticket.customer, policy, [each for each in with_this if each], now, self._rules)
        broken = (each for each in made if each.subject == serial and not each.is_attained)
        demand = next((getattr(each.written, "then", "") or each.written.name for each in broken), "")
        return earlier, demand

    async def budget(self, ticket: Ticket, now: datetime) -> tuple[str, int, int] | None:
        """Return what a contract bears of such tickets in a period, and how many there were; None when it says nothing."""
        policy = self._policy(ticket.customer)
        quotas = (
            [each for each in policy.quotas if not each.per_asset and _is_of(each.levels, ticket)]
            if policy
            else []
        )
        if policy is None or not quotas:
            return None
        made = standings(ticket.customer, policy, await self._cases([policy], now, now), now, self._rules)
        found = next(each for each in made if each.written == quotas[0])
        return found.written.name, found.used, found.total

    def _policy(self, customer: str) -> Policy | None:
        return self._policy_of(next((each for each in self._customers() if each.id == customer), None))

    def _policy_of(self, customer: Customer | None) -> Policy | None:
        policy = self._rules.policies.get(customer.policy) if customer else None
        return policy if policy is not None and (policy.ratios or policy.quotas) else None

    async def _cases(self, policies: Sequence[Policy], at: datetime, now: datetime) -> list[Case]:
        """Return what counts in the periods of an instant: a ticket counts where it was opened, whenever it ended."""
        start, found, before = since(policies, self._rules, at), list[Case](), None
        while page := await self._store.recent_tickets(limit=_PAGE, before=before):
            found.extend(case for ticket in page if (case := self._case(ticket, now)) is not None)
            before = page[-1].number
            if start is not None and all(ticket.opened_at < start for ticket in page):
                break
            await asyncio.sleep(0)  # messages are answered meanwhile
        return found

    def _case(self, ticket: Ticket, now: datetime) -> Case | None:
        version, case = self._settled.get(ticket.number, (0, None))
        if version == ticket.version:
            return case
        case = case_of(ticket, self._rules, now)
        if ticket.status is Status.CLOSED:
            self._settled[ticket.number] = ticket.version, case
        return case


def _with(ticket: Ticket, serial: str, rules: Rules, now: datetime) -> Case | None:
    return case_of(replace(ticket, assets=(*ticket.assets, serial)), rules, now)


def _is_of(levels: tuple[str, ...], ticket: Ticket) -> bool:
    return not levels or ticket.level in levels
