"""The questions that a text may answer: the person's own, those whose tickets still wait, and none that is of another ticket."""

from __future__ import annotations

from typing import assert_never

from bot.asks import Agree, Ask, Check, Describe, Needed, Rating, Remote, Result, Times
from bot.conversation.meanings import may_be_answered, may_check, words_wanted_of
from bot.hearing import Hearing
from bot.meaning.leading_numbers import number_first
from bot.store.contract import Store
from bot.tickets import remote
from bot.tickets.coverage import is_undecided
from bot.tickets.kinds import Status, SurveyState, WaitsFor

_OF_A_TICKET = (Check, Agree, Remote, Times, Needed, Rating)
# A score may still follow a remark.
_RATABLE = (SurveyState.ASKED, SurveyState.REMINDED, SurveyState.COMMENTED)


class OpenQuestions:
    """Reads what the bot has asked and nobody has answered."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, hearing: Hearing, quoted: Ask | None) -> list[Ask]:
        """Return the questions this text may answer, newest first: the quoted one alone, or the person's own."""
        if quoted is not None:
            return [quoted] if may_be_answered(quoted) else []
        asks = await self._store.open_asks(hearing.origin.address, hearing.origin.account, hearing.now)
        asks = [ask for ask in asks if await self._makes_sense(ask)]
        number = number_first(hearing.text) if asks else None
        ticket = await self._store.ticket(number) if number is not None else None
        if ticket is None:
            return asks
        named = {ticket.number, ticket.follows}
        # 1002 换了根线 is no result of 1001, and its customer is not to read it.
        return [ask for ask in asks if not named.isdisjoint(words_wanted_of(ask) or named)]

    async def _makes_sense(self, ask: Ask) -> bool:
        """Say whether the ticket of a question still waits for its answer."""
        about = ask.about
        if isinstance(about, Result):
            lacking = [await self._store.ticket(each) for each in about.tickets]
            return any(each is not None and each.status is Status.OPEN for each in lacking)
        if isinstance(about, Describe):  # whoever has reported it meanwhile is not asked any more
            own = await self._store.tickets_of(ask.person)
            return not any(each.opened_at > ask.asked_at for each in own)
        if not isinstance(about, _OF_A_TICKET):
            return True
        ticket = await self._store.ticket(about.ticket)
        if ticket is None:
            return False
        match about:
            case Check():
                return may_check(ticket, ask.person)
            case Agree():
                return ticket.proposal is not None or is_undecided(ticket)
            case Remote():
                return ticket.status is Status.OPEN and remote.is_asked(ticket)
            case Times(times=times):
                return ticket.visit is not None and ticket.visit.times == times
            case Needed():
                return ticket.waiting is not None and ticket.waiting.reason is WaitsFor.CUSTOMER
            case Rating():
                return ticket.survey is not None and ticket.survey.state in _RATABLE
            case _:
                assert_never(about)
