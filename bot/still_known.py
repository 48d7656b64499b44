"""What open tickets were promised by: a configuration that no longer has it starts no bot."""

from __future__ import annotations

from collections import defaultdict

from bot.store.contract import Store
from bot.store.faults import StoreFault
from bot.tickets.clockwork import calendars_of
from bot.tickets.errors import N_
from bot.tickets.rules import Rules

_MOST_TICKETS = 1000  # the oldest; a start must not take longer with every ticket
_NAMED = 5


async def refuse_forgotten_calendars(store: Store, rules: Rules) -> None:
    """Refuse rules that lack a calendar by which the clocks of an open ticket go.

    Raises:
        StoreFault: One is missing; the text names it and the tickets.
    """
    missing: dict[str, list[int]] = defaultdict(list)
    for ticket in await store.open_tickets(limit=_MOST_TICKETS):
        for name in calendars_of(ticket.promises):
            if name not in rules.calendars:
                missing[name].append(ticket.number)
    for name, numbers in missing.items():
        raise StoreFault(
            N_(
                "配置里没有日历 {name} 了，但 {count} 张没关的单按它算时限（{numbers}）；请把它加回来，单关了再去掉。"
            ),
            name=name,
            count=len(numbers),
            numbers=", ".join(map(str, numbers[:_NAMED])) + (" …" if len(numbers) > _NAMED else ""),
        )
