"""Answers to whoever gave an order or asked, out of the customers' hearing where they are staff."""

from __future__ import annotations

from bot.desk import Desk
from bot.drafts import Draft, Drafts
from bot.hearing import Hearing
from bot.tickets.messages import Message, Place
from bot.tickets.speaker import Speaker


class AnswersAside:
    """What all parts share that answer commands."""

    def __init__(self, desk: Desk, drafts: Drafts) -> None:
        self._desk = desk
        self._drafts = drafts

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
