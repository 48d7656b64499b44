"""The knowledge base as the running bot has it: loaded from the store, matched in memory."""

from __future__ import annotations

from dataclasses import dataclass

from bot.store.contract import Store
from faq.knowledge import Entry, Hit, KnowledgeBase, Verdict, judge


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which probability on an entry is given as the answer, or offered as a candidate."""

    answer_at: float
    suggest_at: float


class Knowledge:
    """Answers questions from the entries of the store. `load` reads them anew."""

    def __init__(self, store: Store, thresholds: Thresholds) -> None:
        self._store = store
        self._thresholds = thresholds
        self._base = KnowledgeBase()

    async def load(self) -> int:
        """Read all entries and return how many there are."""
        self._base = KnowledgeBase(await self._store.entries())
        return len(self._base)

    def entry(self, id_: str) -> Entry | None:
        """Return an entry that is enabled, or None."""
        entry = self._base.get(id_)
        return entry if entry is not None and entry.is_enabled else None

    def find(self, text: str, customer: str) -> list[Hit]:
        """Return the entries that may answer a text for a customer, best first."""
        return self._base.match(text, customer=customer or None)

    def judge(self, hits: list[Hit]) -> Verdict:
        """Return whether to answer, to offer candidates, or neither."""
        return judge(hits, answer_at=self._thresholds.answer_at, suggest_at=self._thresholds.suggest_at)
