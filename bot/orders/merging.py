"""Commands about tickets that are one trouble: 合并 1034 1036 到 1033, 拆分 1034."""

from __future__ import annotations

import re

from bot.commands import Command
from bot.conversation.finding import Finding
from bot.desk import Desk
from bot.hearing import Hearing
from bot.tickets.errors import N_, NotTheirs, TicketError
from bot.vocabulary import Word

MERGING_WORDS = frozenset({Word.MERGE, Word.SPLIT})
_NUMBERS = re.compile(r"\d{1,9}")
_INTO = re.compile(r"^(?P<others>[\s\d,，、和#及and]*?)\s*(?:并?[到入至]|->|→|in ?to|to)\s*#?(?P<main>\d{1,9})\s*[。.!！]?\s*$", re.IGNORECASE)  # fmt: skip
_MOST = 20


class MergingOrders:
    """Runs 合并 and 拆分. `run` returns False when the word was ordinary speech."""

    def __init__(self, *, desk: Desk, finding: Finding) -> None:
        self._desk = desk
        self._finding = finding

    async def run(self, hearing: Hearing, command: Command, quoted: int | None) -> bool:
        """Do what a command asks for; False when it is not meant as one.

        Raises:
            TicketError: The numbers are missing, or the rules refuse it.
        """
        if not hearing.role.is_staff:
            if command.number is None and not command.is_marked:
                return False
            raise NotTheirs(N_("这一步由工程师来做；您可以回：进度、催单、补充、撤单。"))
        if command.word is Word.SPLIT:
            number = command.number if command.number is not None else quoted
            if number is None:
                return self._unclear(hearing, command, N_("请写明单号，例：拆分 1034"))
            await self._desk.split(number, hearing.origin)
            return True
        found = _INTO.match(command.rest)
        first = command.number if command.number is not None else quoted
        if found is None or first is None:
            return self._unclear(hearing, command, N_("请写明哪几单并到哪一单，例：合并 1034 1036 到 1033"))
        numbers = [first, *map(int, _NUMBERS.findall(found["others"]))]
        if len(numbers) > _MOST:
            raise TicketError(N_("一次最多合并 {count} 单。"), count=_MOST)
        await self._desk.merge(int(found["main"]), numbers, hearing.origin)
        return True

    def _unclear(self, hearing: Hearing, command: Command, template: str) -> bool:
        is_meant = command.number is not None or command.is_marked or hearing.is_addressed
        if not is_meant and (command.rest or not hearing.is_for_staff):
            return False  # `合并 单元格怎么弄` is speech
        raise TicketError(template)
