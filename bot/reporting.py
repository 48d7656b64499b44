"""What managers ask for in figures: 日报, 周报, 这周超时几个."""

from __future__ import annotations

from bot.aside import AnswersAside
from bot.desk import Desk
from bot.drafts import Drafts
from bot.figuring import Figuring
from bot.hearing import Hearing
from bot.sentences import FIGURES
from bot.spans import span_of


class Reporting(AnswersAside):
    """Answers managers who ask for figures. `asked` returns False for anything else."""

    def __init__(self, *, desk: Desk, drafts: Drafts, figuring: Figuring) -> None:
        super().__init__(desk, drafts)
        self._figuring = figuring

    async def asked(self, hearing: Hearing) -> bool:
        """Say the figures of the day, week or month that is asked about: to managers among staff, in one message."""
        found = FIGURES.fullmatch(hearing.text.strip()) if hearing.role.is_manager else None
        if found is None:
            return False
        speaker = self._speak(hearing)
        span = span_of(found, speaker.today)
        summary, open_tickets = await self._figuring.summary(span, hearing.now)
        if summary.is_empty:
            text = speaker.say(
                "📊 {name}：没有新单，没有关单，也没有超时。现在办 {count}。",
                name=span.called(speaker),
                count=summary.in_hand,
            )
        else:
            text = await self._figuring.told(span, summary, open_tickets, speaker)
        await self._tell(hearing, text)
        return True
