"""√: ticking off the steps of a runbook, in the duty room and without a number where one incident has one."""

from __future__ import annotations

import re
import unicodedata

from bot.commands import Command
from bot.conversation.finding import Finding
from bot.desk import Desk
from bot.hearing import Hearing
from bot.store.contract import Store
from bot.tickets.errors import TicketError
from bot.tickets.incident_steps import Tick

_TICKS = re.compile(
    r"(?:#?(?P<number>\d{3,9})(?=$|[\s:：,，])[\s:：,，]*)?(?P<steps>\d{1,2}(?:[\s,，、√✓✔]+\d{1,2})*)[。.!！\s]*"
)


class IncidentOrders:
    """Finds the incident that is meant."""

    def __init__(self, *, desk: Desk, store: Store, finding: Finding) -> None:
        self._desk = desk
        self._store = store
        self._finding = finding

    async def tick(self, hearing: Hearing, command: Command, quoted: int | None) -> bool:
        """Tick steps off; False when it is not meant so."""
        found = _TICKS.fullmatch(unicodedata.normalize("NFKC", command.rest))
        if found is None or not hearing.is_for_staff:
            return False
        number = int(found["number"]) if found["number"] else quoted or await self._only()
        if number is None:
            return False
        ticket = await self._finding.visible(hearing, number)
        steps = tuple(int(each) for each in re.findall(r"\d+", found["steps"]))
        await self._desk.take(ticket.number, Tick(hearing.by, steps), hearing.origin)
        return True

    async def _only(self) -> int | None:
        """Return the one incident with a runbook; None when there is none.

        Raises:
            TicketError: There are several.
        """
        found = [each for each in await self._store.open_tickets() if each.commander and each.runbook]
        if len(found) > 1:
            numbers = tuple(f"{each.number}" for each in found)
            raise TicketError("是哪一单？例：√ {first} 1（{numbers}）", first=numbers[0], numbers=numbers)
        return found[0].number if found else None
