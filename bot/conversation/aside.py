"""Answers to whoever gave an order or asked, out of the customers' hearing where they are staff."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from bot.desk import Desk
from bot.drafts import Draft, Drafts
from bot.hearing import Hearing, part_of
from bot.tickets.errors import Incomplete, TicketError, in_one
from bot.tickets.messages import Message, Place
from bot.tickets.speaker import Speaker


class AnswersAside:
    """What all parts share that answer commands."""

    def __init__(self, desk: Desk, drafts: Drafts) -> None:
        self._desk = desk
        self._drafts = drafts

    async def refuse(self, hearing: Hearing, error: TicketError) -> None:
        """Say why a step is refused, and what works instead; to staff not before the customer."""
        number = error.values.get("number")
        about = number if isinstance(number, int) else None
        text = self._speak(hearing).refuse(error)
        asked = error.about if isinstance(error, Incomplete) else None
        message = Message(to=Place.ASIDE, text=text, ticket=about, about=asked)
        await self._desk.answer([message], hearing.origin)

    async def _on_each(
        self, hearing: Hearing, numbers: Sequence[int], take: Callable[[Hearing, int], Awaitable[object]]
    ) -> None:
        """Do the same with all of some tickets: of several each is a commit of its own, and a refusal of one keeps nobody from the others.

        Raises:
            Incomplete: Something is missing; of all that lack it, it is asked for once.
        """
        if len(numbers) == 1:
            await take(hearing, numbers[0])
            return
        lacking: list[Incomplete] = []
        for part, number in enumerate(numbers, 1):
            heard = part_of(hearing, part)
            try:
                await take(heard, number)
            except Incomplete as error:
                lacking.append(error)
            except TicketError as refusal:
                await self.refuse(heard, refusal)
        if lacking:
            raise in_one(lacking)
        await self._desk.answer([], hearing.origin)  # a redelivery finds the whole handled

    def _speak(self, hearing: Hearing) -> Speaker:
        return self._drafts.speaker(hearing.origin.language, hearing.now)

    async def _tell(self, hearing: Hearing, text: str) -> None:
        await self._desk.answer([Message(to=Place.ASIDE, text=text)], hearing.origin)

    async def _say(self, hearing: Hearing, template: str, **values: object) -> None:
        await self._tell(hearing, self._speak(hearing).say(template, **values))


class NotesAside(AnswersAside):
    """Likewise of the parts that set something up: what they say is saved with what they keep."""

    def _aside(self, hearing: Hearing, text: str) -> Draft:
        return self._drafts.answer(Message(to=Place.ASIDE, text=text), hearing.origin)

    async def _tell(self, hearing: Hearing, text: str) -> None:
        await self._desk.note((), [self._aside(hearing, text)], hearing.now, hearing.origin.seen)
