"""What is noted while people ask: how answers are used, which wordings were picked, and which questions nobody could answer.

Notes are saved after the answer itself. A crash in between loses a count and nothing that is owed to anybody.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from msgspec.structs import replace

from bot.learning.drafting import known_names
from bot.lessons import Lesson, Missed, Picked
from bot.meaning.masking import masked
from bot.store.contract import Store
from bot.store.knowledge_contract import Learning, Uses
from bot.tickets.rules import Rules
from faq.text import fold

_LONGEST = 200  # what is longer is no wording that somebody else would use


class Noting:
    """Writes lessons and uses into the store; no lesson holds a name that the configuration knows."""

    def __init__(self, store: Store, rules: Rules) -> None:
        self._store = store
        self._rules = rules

    async def given(self, entry: str, now: datetime) -> None:
        """Count that an entry was given as the answer."""
        await self._store.learn(Learning(at=now, uses=(Uses(entry=entry, given=1, latest_at=now),)))

    async def helped(self, entry: str, now: datetime) -> None:
        """Count that the asker said it works."""
        await self._store.learn(Learning(at=now, uses=(Uses(entry=entry, helped=1, latest_at=now),)))

    async def failed(self, entry: str, question: str, *, is_picked: bool, now: datetime) -> None:
        """Count that the answer did not help; the wording that it was picked for counts less then."""
        lessons = await self._picks(entry, question, now, failed=1) if is_picked else ()
        uses = (Uses(entry=entry, failed=1, latest_at=now),)
        await self._store.learn(Learning(at=now, lessons=lessons, uses=uses))

    async def picked(self, entry: str, question: str, now: datetime) -> None:
        """Note that somebody asked this and meant that entry."""
        if lessons := await self._picks(entry, question, now, picked=1):
            await self._store.learn(Learning(at=now, lessons=lessons))

    async def unpicked(self, entry: str, question: str, now: datetime) -> None:
        """Take back a pick that was corrected by another number."""
        if lessons := await self._picks(entry, question, now, picked=-1):
            await self._store.learn(Learning(at=now, lessons=lessons))

    async def missed(self, key: str, question: str, customer: str, room: str, now: datetime) -> None:
        """Note a question without an answer; `key` is that of the message, so that it counts once."""
        words = masked(" ".join(question.split()), known_names(self._rules))[:_LONGEST]
        if fold(words):
            matter = Missed(question=words, customer=customer, room=room)
            lesson = Lesson(id=f"missed|{key}", at=now, matter=matter)
            await self._store.learn(Learning(at=now, lessons=(lesson,)))

    async def _picks(
        self, entry: str, question: str, now: datetime, *, picked: int = 0, failed: int = 0
    ) -> tuple[Lesson, ...]:
        words = masked(" ".join(question.split()), known_names(self._rules))
        if not fold(words) or len(words) > _LONGEST:
            return ()
        id_ = f"picked|{entry}|{hashlib.sha256(fold(words).encode()).hexdigest()[:20]}"
        before = await self._store.lesson(id_)
        if before is not None and before.outcome:
            return ()  # decided already
        known = before.matter if before is not None and isinstance(before.matter, Picked) else None
        matter = known or Picked(entry=entry, wording=words)
        matter = replace(matter, picked=max(0, matter.picked + picked), failed=max(0, matter.failed + failed))
        return (Lesson(id=id_, at=now, matter=matter),)
