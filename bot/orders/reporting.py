"""What managers ask for in figures: 日报, 周报, 这周超时几个."""

from __future__ import annotations

from bot.conversation.aside import AnswersAside
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.meaning.sentences import FIGURES
from bot.records.figuring import Figuring
from bot.records.spans import span_of
from bot.tickets.errors import N_
from bot.tickets.messages import Message, Place
from bot.tickets.papers import Attached
from bot.tickets.rules import Rules

_REPORTS = frozenset({"日报", "周报", "月报", "daily report", "weekly report", "monthly report"})


class Reporting(AnswersAside):
    """Answers managers who ask for figures. `asked` returns False for anything else."""

    def __init__(self, *, desk: Desk, drafts: Drafts, figuring: Figuring, rules: Rules) -> None:
        super().__init__(desk, drafts)
        self._rules = rules
        self._figuring = figuring

    async def asked(self, hearing: Hearing) -> bool:
        """Say the figures of the day, week or month that is asked about: to managers among staff, in one message.

        Other staff read whom to ask, where what they want can be nothing else.
        """
        found = FIGURES.fullmatch(hearing.text.strip())
        if found is None:
            return False
        speaker = self._speak(hearing)
        if not hearing.role.is_manager:
            if (what := found["what"] or f"{found['every']} report") in _REPORTS:
                await self._say(hearing, N_("“{what}”请 {who} 来说。"), what=what, who=self._rules.managers())
                return True
            return False
        span = span_of(found, speaker.today)
        came_to = await self._figuring.of(span, hearing.now)
        file: Attached | None = None
        if came_to.summary.is_empty:
            text = speaker.say(
                "📊 {name}：没有新单，没有关单，也没有超时。现在办 {count}。",
                name=span.called(speaker),
                count=came_to.summary.in_hand,
            )
        else:
            text = await self._figuring.told(came_to, speaker)
            # Who is unhappy with whom stands in it, and a duty room is read by all of the staff.
            is_wanted = hearing.is_private and not span.is_day
            file = await self._figuring.paper(came_to, speaker) if is_wanted else None
        await self._desk.answer([Message(to=Place.ASIDE, text=text, file=file)], hearing.origin)
        return True
