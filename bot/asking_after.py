"""People who ask the bot about their own ticket in their own words are told; nobody has to know a command."""

from __future__ import annotations

from bot.asks import Suggestion
from bot.commands import parse
from bot.desk import Desk
from bot.drafts import Drafts
from bot.finding import Finding
from bot.hearing import Hearing
from bot.orders import Orders
from bot.tickets.messages import Message, Place
from bot.tickets.model import Status, Ticket
from bot.vocabulary import Word
from bot.wishes import Wish, wish


class AskingAfter:
    """Turns a wish about one's own open ticket into the command that means the same."""

    def __init__(self, *, desk: Desk, drafts: Drafts, finding: Finding, orders: Orders) -> None:
        self._desk = desk
        self._drafts = drafts
        self._finding = finding
        self._orders = orders

    async def asked(self, hearing: Hearing) -> bool:
        """Answer a customer who asks the bot after their ticket; False when they ask something else, or have none."""
        wished = wish(hearing.text) if hearing.is_addressed and not hearing.role.is_staff else None
        own = await self._finding.mine(hearing) if wished is not None else []
        if not own:
            return False
        match wished:
            case Wish.HOW_FAR:
                is_one = len(own) == 1
                return await self._run(
                    hearing, f"/{Word.PROGRESS} {own[0].number}" if is_one else f"/{Word.MINE}"
                )
            case Wish.SOONER:
                return await self._run(hearing, f"/{Word.URGE}")
            case _:
                return await self._is_over(hearing, [each for each in own if each.status is Status.OPEN])

    async def _is_over(self, hearing: Hearing, own: list[Ticket]) -> bool:
        """Ask before a ticket is withdrawn that somebody seems to need no more."""
        if len(own) != 1:
            return await self._run(hearing, f"/{Word.WITHDRAW}")
        number = own[0].number
        say = self._drafts.speaker(hearing.origin.language, hearing.now).say
        text = say("{number} 不用处理了吗？回 1 撤单。", number=number)
        about = Suggestion(command=f"/{Word.WITHDRAW} {number}")
        await self._desk.answer(
            [Message(to=Place.ASKER, text=text, about=about, ticket=number)], hearing.origin
        )
        return True

    async def _run(self, hearing: Hearing, text: str) -> bool:
        command = parse(text)
        return command is not None and await self._orders.run(hearing, command, None)
