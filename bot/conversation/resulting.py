"""An owner who said that it works tells what helped, bit by bit, after the bot asked for what is missing."""

from __future__ import annotations

from bot.asks import Ask, Rest, Result
from bot.conversation.aside import AnswersAside
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing, closing, restated
from bot.meaning.leading_numbers import number_first, without_number
from bot.meaning.results import told
from bot.meaning.short_answers import only_promises
from bot.store.contract import ClosedAsk
from bot.talk import Talk, tells
from bot.tickets import steps as s
from bot.tickets.errors import which_of

_LONGEST_REST = 40  # characters


class Resulting(AnswersAside):
    """Solves tickets with what their owners say after the question."""

    def __init__(self, *, desk: Desk, drafts: Drafts, talk: Talk) -> None:
        super().__init__(desk, drafts)
        self._talk = talk

    def rest(self, hearing: Hearing, asks: list[Ask]) -> Hearing | None:
        """Return the command that lacked its last words, with these words; None when nothing lacked any, or this says else."""
        ask = next((ask for ask in asks if isinstance(ask.about, Rest)), None)
        number = number_first(hearing.text)
        said = without_number(number, hearing.text).strip() if number is not None else hearing.text.strip()
        is_meant = (
            len(said) <= _LONGEST_REST and tells(said) and not only_promises(said) and not hearing.mentions
        )
        if ask is None or not isinstance(ask.about, Rest) or not is_meant:
            return None
        if not self._talk.is_quiet(hearing, ask.asked_at) or self._talk.has_ordered(hearing, ask.asked_at):
            return None
        return restated(closing(hearing, ClosedAsk(ask.id, "told")), f"{ask.about.command} {said}")

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
        if result.others and await self._desk.is_handled(hearing.origin):
            return True  # what it lacked was asked for anew, and may be answered by other words only
        if result.others and any(str(each) in hearing.text for each in result.tickets):
            raise which_of(result.tickets)  # 1001是卡纸，1002换墨盒: no customer reads the number of another
        step = s.Resolve(hearing.by, result.whole_cause, result.method, result.prevention)
        whole = closing(hearing, ClosedAsk(ask.id, "told"))
        await self._on_each(
            whole, result.tickets, lambda heard, number: self._desk.take(number, step, heard.origin)
        )
        return True
