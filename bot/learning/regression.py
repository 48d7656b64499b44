"""The regression file of an installation: its questions are tried again after every change of knowledge."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

import structlog

from bot.knowledge.live import Knowledge
from faq import checks
from faq.formats import UnreadableFile
from scheduler.loop import Clock


class Tells(Protocol):
    """Whoever tells people what broke."""

    def may_tell(self, now: datetime) -> bool:
        """Say whether people may be told now."""
        ...

    async def tell(self, broken: Sequence[checks.Outcome], now: datetime) -> None:
        """Tell them."""
        ...


class Regression:
    """Tries the questions in slices between other work, keeps the latest outcomes, and has told what a change broke."""

    def __init__(self, file: Path | None, knowledge: Knowledge, clock: Clock, tells: Tells) -> None:
        self.file = file
        self._knowledge = knowledge
        self._clock = clock
        self._tells = tells
        self._tried_at: tuple[int, date] | None = None  # version of the knowledge, and on which day
        self._untold: dict[checks.Expected, checks.Outcome] = {}
        self._log = structlog.get_logger("knowledge")
        self.outcomes: tuple[checks.Outcome, ...] = ()
        self.faulty: tuple[checks.FaultyLine, ...] = ()
        self.unreadable = ""  # why the file could not be read

    @property
    def missed(self) -> list[checks.Outcome]:
        """The questions that are not answered as expected."""
        return [each for each in self.outcomes if not each.is_met]

    async def follow(self) -> None:
        """Try all questions if the knowledge was changed since they were tried last, or another day has begun; call it as often as you like."""
        tried_at = self._knowledge.version, self._knowledge.day
        if self.file is None:
            return
        if tried_at != self._tried_at:
            self._tried_at = tried_at
            await self._try_all(self.file)
        elif self._untold and self._tells.may_tell(self._clock.now()):
            await self._tells.tell(list(self._untold.values()), self._clock.now())
            self._untold = {}

    async def _try_all(self, file: Path) -> None:
        try:
            found = checks.read(await asyncio.to_thread(file.read_bytes))
        except (OSError, UnreadableFile) as fault:
            self.unreadable = str(fault)
            self._log.error(
                "the regression file cannot be read", action="regression_unreadable", reason=str(fault)
            )
            return
        self.unreadable = ""
        before = None if not self.outcomes else {each.expected for each in self.missed}
        self.outcomes = await self._outcomes([each for each in found if isinstance(each, tuple)])
        self.faulty = tuple(each for each in found if isinstance(each, checks.FaultyLine))
        if self.missed:
            lines = [each.line for each in self.missed]
            self._log.warning(
                "questions are not answered as expected", action="regression_missed", lines=lines
            )
        self._untold = {
            each.expected: each
            for each in self.missed
            # What was wrong when the program started stands on the page.
            if each.expected in self._untold or (before is not None and each.expected not in before)
        }

    async def _outcomes(
        self, expectations: Sequence[tuple[int, checks.Expected]]
    ) -> tuple[checks.Outcome, ...]:
        """Try one question at a time: the chat goes on in between."""
        now, knowledge = self._clock.now(), self._knowledge
        outcomes: list[checks.Outcome] = []
        for each in expectations:
            await knowledge.hear(each[1].text, each[1].customer)
            outcomes += checks.tried([each], lambda t, c: knowledge.find(t, c, now), knowledge.judge)
            await asyncio.sleep(0)
        return tuple(outcomes)
