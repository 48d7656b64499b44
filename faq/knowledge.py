"""The knowledge base: entries, the questions they answer, and what to do about what was found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count

import msgspec

from faq.index import Index
from faq.rank import LEAST_SHARED, Likeness, likeness, probability
from faq.text import fold
from faq.wording import Conflict, Sense, canonical, conflict_between, sense

# Hits below this are not worth showing to anybody, not even in an explanation.
_NOTHING = 0.02
# The best hit must have at least this many times the odds of a different answer to be given alone.
_CLEARLY_AHEAD = 2.0
_AT_MOST = 3
# Longer texts are read up to here: nobody asks a question in so many characters, and cost must stay bounded.
_READ = 300


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One answer with the questions it answers."""

    id: str  # "K-037"
    question: str
    aliases: tuple[str, ...] = ()
    answer: str
    customer: str | None = None  # id of the only customer it is for; None: for all
    category: str = ""
    tags: tuple[str, ...] = ()
    is_enabled: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that may answer a text."""

    entry: Entry
    score: float  # probability that it does
    phrase: str  # the question or alias that is most like the text


@dataclass(frozen=True, slots=True)
class Answer:
    """Sure enough to answer."""

    hit: Hit


@dataclass(frozen=True, slots=True)
class Suggest:
    """Not sure: one to three candidates, best first."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Nothing:
    """No entry answers it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One phrasing held against a text."""

    entry: Entry
    wording: str  # as written
    text: str  # canonical
    alike: Likeness
    conflict: Conflict
    score: float

    @property
    def rank(self) -> tuple[float, str]:
        """Return what sorts the better one first, whatever the order of adding was."""
        return -self.score, self.text


Verdict = Answer | Suggest | Nothing


@dataclass(frozen=True, slots=True)
class _Phrase:
    entry: Entry
    wording: str  # as written
    text: str  # canonical
    sense: Sense


class KnowledgeBase:
    """Entries that can be asked, changed one at a time."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries: dict[str, Entry] = {}
        self._phrases: dict[int, _Phrase] = {}
        self._numbers: dict[str, tuple[int, ...]] = {}
        self._index = Index()
        self._next = count()
        for entry in entries:
            self.put(entry)

    def __len__(self) -> int:
        return len(self._entries)

    def entries(self) -> list[Entry]:
        """Return all entries by id, disabled ones too."""
        return [self._entries[id_] for id_ in sorted(self._entries)]

    def get(self, id_: str) -> Entry | None:
        """Return an entry, or None when there is none of that id."""
        return self._entries.get(id_)

    def put(self, entry: Entry) -> None:
        """Add an entry, or replace the one of the same id."""
        self.remove(entry.id)
        self._entries[entry.id] = entry
        if not entry.is_enabled:
            return
        wordings: dict[str, str] = {}
        for wording in (entry.question, *entry.aliases):
            if text := canonical(fold(wording)):
                wordings.setdefault(text, wording)
        numbers = []
        for text, wording in wordings.items():
            number = next(self._next)
            self._phrases[number] = _Phrase(entry, wording, text, sense(text))
            self._index.add(number, text, entry.id)
            numbers.append(number)
        self._numbers[entry.id] = tuple(numbers)

    def remove(self, id_: str) -> None:
        """Take an entry out; nothing happens when there is none."""
        self._entries.pop(id_, None)
        for number in self._numbers.pop(id_, ()):
            del self._phrases[number]
            self._index.remove(number)

    def match(self, text: str, *, customer: str | None = None, limit: int = 3) -> list[Hit]:
        """Return the entries that may answer a text, best first, each once.

        Only entries for everybody and for `customer` are found. Where both have the same wording, the customer's own
        entry takes the place of the general one.
        """
        best: dict[str, Comparison] = {}
        for found in self.compare(text, customer=customer):
            before = best.get(found.entry.id)
            if found.score >= _NOTHING and (before is None or found.rank < before.rank):
                best[found.entry.id] = found
        own = {found.text for found in best.values() if found.entry.customer is not None}
        ranked = sorted(
            (found for found in best.values() if found.entry.customer is not None or found.text not in own),
            key=lambda found: (-found.score, found.entry.id),
        )
        return [Hit(found.entry, found.score, found.wording) for found in ranked[:limit]]

    def most_telling(self, text: str) -> str:
        """Return the rarest piece of a canonical text that stands in it as it is; empty for an empty text."""
        pieces = ((weight, piece) for piece, weight in self._index.weigh(text).items() if piece in text)
        return max(pieces, default=(0.0, ""))[1]

    def compare(self, text: str, *, customer: str | None = None) -> list[Comparison]:
        """Return how the phrasings most like a text compare with it, in no order: the reasons behind `match`."""
        asked = canonical(fold(text[:_READ]))
        weights = self._index.weigh(asked)
        numbers = self._index.candidates(
            weights,
            least=LEAST_SHARED,
            admits=lambda number: self._phrases[number].entry.customer in (None, customer),
        )
        if not numbers:
            return []
        meant = sense(asked)
        found = []
        for number in numbers:
            phrase = self._phrases[number]
            alike = likeness(asked, phrase.text, self._index.coverage(weights, number))
            conflict = conflict_between(meant, phrase.sense)
            found.append(
                Comparison(
                    phrase.entry, phrase.wording, phrase.text, alike, conflict, probability(alike, conflict)
                )
            )
        return found


def judge(hits: Sequence[Hit], *, answer_at: float, suggest_at: float) -> Verdict:
    """Return what to do about hits that are sorted best first.

    An answer must reach `answer_at` and be clearly ahead of the next hit that says something else.
    """
    likely = [hit for hit in hits if hit.score >= suggest_at]
    if not likely:
        return Nothing()
    best = likely[0]
    rival = next((hit for hit in hits if hit.entry.answer != best.entry.answer), None)
    if best.score >= answer_at and (rival is None or _odds(best) >= _CLEARLY_AHEAD * _odds(rival)):
        return Answer(best)
    return Suggest(tuple(likely[:_AT_MOST]))


def _odds(hit: Hit) -> float:
    return hit.score / max(1 - hit.score, 1e-9)
