"""An owner who said that it works tells what helped, bit by bit, after the bot asked for what is missing."""

from __future__ import annotations

from bot.asks import Ask, Result
from bot.desk import Desk
from bot.hearing import Hearing, closing
from bot.results import told
from bot.store.contract import ClosedAsk
from bot.talk import Talk
from bot.tickets import steps as s


class Resulting:
    """Solves tickets with what their owners say after the question."""

    def __init__(self, *, desk: Desk, talk: Talk) -> None:
        self._desk = desk
        self._talk = talk

    async def told(self, hearing: Hearing, asks: list[Ask]) -> bool:
        """Take a text as the rest of a result; False when nothing was asked, or it tells something else.

        Raises:
            TicketError: Something is missing still, and asked for.
        """
        ask = next((ask for ask in asks if isinstance(ask.about, Result)), None)
        if ask is None or not isinstance(ask.about, Result) or hearing.mentions:
            return False
        result = told(hearing.text, ask.about) if self._talk.is_quiet(hearing, ask.asked_at) else None
        if result is None:
            return False
        step = s.Resolve(hearing.by, result.cause, result.method, result.prevention)
        await self._desk.take(result.ticket, step, closing(hearing, ClosedAsk(ask.id, "told")).origin)
        return True
