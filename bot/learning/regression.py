"""The regression file of an installation: its questions are tried again after every change of knowledge."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import structlog

from bot.knowledge import Knowledge
from faq import checks
from faq.formats import UnreadableFile
from scheduler.loop import Clock


class Regression:
    """Tries the questions in slices between other work and keeps the latest outcomes."""

    def __init__(self, file: Path | None, knowledge: Knowledge, clock: Clock) -> None:
        self.file = file
        self._knowledge = knowledge
        self._clock = clock
        self._tried_at: tuple[int, date] | None = None  # version of the knowledge, and on which day
        self._log = structlog.get_logger("knowledge")
        self.outcomes: tuple[checks.Outcome, ...] = ()
        self.faulty: tuple[checks.FaultyLine, ...] = ()

    @property
    def missed(self) -> list[checks.Outcome]:
        """The questions that are not answered as expected."""
        return [each for each in self.outcomes if not each.is_met]

    async def follow(self) -> None:
        """Try all questions if the knowledge was changed since they were tried last, or another day has begun; call it as often as you like."""
        tried_at = self._knowledge.version, self._knowledge.day
        if self.file is None or tried_at == self._tried_at:
            return
        self._tried_at = tried_at
        try:
            found = checks.read(await asyncio.to_thread(self.file.read_bytes))
        except (OSError, UnreadableFile) as fault:
            self._log.error(
                "the regression file cannot be read", action="regression_unreadable", reason=str(fault)
            )
            return
        now = self._clock.now()
        outcomes: list[checks.Outcome] = []
        expectations = [each for each in found if isinstance(each, tuple)]
        knowledge = self._knowledge
        for each in expectations:
            await knowledge.hear(each[1].text)
            outcomes += checks.tried([each], lambda t, c: knowledge.find(t, c, now), knowledge.judge)
            await asyncio.sleep(0)  # one question at a time: the chat goes on in between
        self.outcomes = tuple(outcomes)
        self.faulty = tuple(each for each in found if isinstance(each, checks.FaultyLine))
        if self.missed:
            lines = [each.line for each in self.missed]
            self._log.warning(
                "questions are not answered as expected", action="regression_missed", lines=lines
            )
