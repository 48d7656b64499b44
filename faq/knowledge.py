"""The knowledge base: entries, the questions they answer, and what to do about what was found."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from faq.entries import Comparison, Entry, Measured
from faq.features import compared, reading, spelled
from faq.index import Index
from faq.rank import LEAST_SHARED, ranked
from faq.sentences import Sentences
from faq.text import fold, plain
from faq.wording import canonical

__all__ = ["Answer", "Entry", "Hit", "KnowledgeBase", "Nothing", "Suggest", "Verdict", "judge"]

# Hits below this are not worth showing to anybody, not even in an explanation.
_NOTHING = 0.02
# The best hit must have at least this many times the odds of a different answer to be given alone.
_CLEARLY_AHEAD = 2.0
_AT_MOST = 3
# Longer texts are read up to here: nobody asks a question in so many characters, and cost must stay bounded.
_READ = 300
_LETTERS = re.compile("[a-z]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that may answer a text."""

    entry: Entry
    score: float  # probability that it does
    phrase: str  # the question or alias that is most like the text
    sentence: float | None = None  # how like the whole sentences are, None without the extra `semantic`


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


Verdict = Answer | Suggest | Nothing


@dataclass(frozen=True, slots=True)
class _Phrase:
    entry: Entry
    wording: str  # as written
    text: str  # canonical


class KnowledgeBase:
    """Entries that can be asked, changed one at a time."""

    def __init__(self, entries: Iterable[Entry] = (), *, sentences: Sentences | None = None) -> None:
        self.sentences = sentences  # None: without the extra `semantic`
        self._entries: dict[str, Entry] = {}
        self._phrases: list[_Phrase | None] = []  # by number; None: taken out
        self._first: dict[str, int] = {}  # of each entry with phrasings, whose numbers follow each other
        self._index = Index()
        self._own = 0  # entries that are for one customer only
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
        self._own += entry.customer is not None
        if not entry.is_enabled:
            return
        wordings: dict[str, str] = {}
        for wording in (entry.question, *entry.aliases):
            if text := canonical(fold(plain(wording))):
                wordings.setdefault(text, wording)
        if wordings:
            self._first[entry.id] = len(self._phrases)
        for text, wording in wordings.items():
            number = len(self._phrases)
            text = wording if wording == text else text  # one object for both
            self._phrases.append(_Phrase(entry, wording, text))
            self._index.add(number, text)
            if self.sentences is not None:
                self.sentences.put(number, text)

    def remove(self, id_: str) -> None:
        """Take an entry out; nothing happens when there is none."""
        entry = self._entries.pop(id_, None)
        self._own -= entry is not None and entry.customer is not None
        number = self._first.pop(id_, len(self._phrases))
        while number < len(self._phrases) and (phrase := self._phrases[number]) and phrase.entry is entry:
            self._phrases[number] = None
            self._index.remove(number)
            if self.sentences is not None:
                self.sentences.remove(number)
            number += 1

    def _phrase(self, number: int) -> _Phrase:
        phrase = self._phrases[number]
        if phrase is None:
            raise KeyError(number)
        return phrase

    def match(self, text: str, *, customer: str | None = None, limit: int = 3) -> list[Hit]:
        """Return the entries that may answer a text, best first, each once.

        Only entries for everybody and for `customer` are found. Where both have the same wording, the customer's own
        entry takes the place of the general one.
        """
        found = self.compare(text, customer=customer)
        own = {each.text for each in found if each.entry.customer is not None}
        ranked = [each for each in found if each.entry.customer is not None or each.text not in own]
        return [
            Hit(each.entry, each.score, each.wording, each.sentence)
            for each in ranked[:limit]
            if each.score >= _NOTHING
        ]

    def most_telling(self, text: str) -> str:
        """Return the rarest piece of a canonical text that stands in it as it is; empty for an empty text."""
        pieces = ((weight, piece) for piece, weight in self._index.weigh(text).items() if piece in text)
        return max(pieces, default=(0.0, ""))[1]

    def hear(self, text: str, vector: Any = None) -> None:
        """Hold a text against the phrasings before it is matched, by its meaning: long work, for a thread.

        `vector` is the meaning of what `asked` returns, where somebody else has worked it out.
        """
        asked_text = self.asked(text)
        if self.sentences is not None and asked_text:
            if vector is not None:
                self.sentences.learn(asked_text, vector)
            self.sentences.hear(asked_text)

    def asked(self, text: str) -> str:
        """Return a text as it is compared with this knowledge base: its `wording`, with what was meant where it is misspelt."""
        return self._read(text)[0]

    def _read(self, text: str) -> tuple[str, Collection[str]]:
        """Return a text as it is compared, and the words in it that were written otherwise."""
        read = wording(text)
        meant = self._index.meant(read)
        if not meant:
            return read, ()
        return canonical(_LETTERS.sub(lambda run: meant.get(run[0], run[0]), read)), meant.values()

    def measure(self, text: str, *, customer: str | None = None) -> list[Measured]:
        """Return the features of the phrasings most like a text, in the order of the first estimate."""
        asked_text, meant = self._read(text)
        wanted = self._index.wanted(asked_text)
        admits = self._admits(customer) if self._own else None
        numbers = [number for _, number in self._index.candidates(wanted, least=LEAST_SHARED, admits=admits)]
        like = None
        if asked_text and self.sentences is not None and self.sentences.can_ask(asked_text):
            nearest, like = self.sentences.nearest(asked_text)
            known = set(numbers)
            numbers += [n for n in nearest if n not in known and (admits is None or admits(n))]
        if not numbers:
            return []
        asked = reading(asked_text)
        weights = wanted.weights
        total = self._index.summed(weights)
        found = []
        for number in numbers:
            phrase = self._phrase(number)
            read = reading(phrase.text)
            rewritten = spelled(asked, read, meant) if meant else None
            if rewritten is None:
                shares = self._index.coverage(weights, total, number)
            else:
                known_pieces = self._index.weigh(rewritten.text)
                shares = self._index.coverage(known_pieces, self._index.summed(known_pieces), number)
            features = compared(rewritten or asked, read, shares, self._index.weight_of)
            found.append(
                Measured(
                    phrase.entry,
                    phrase.wording,
                    phrase.text,
                    features,
                    None if like is None else like(number),
                )
            )
        return found

    def compare(self, text: str, *, customer: str | None = None) -> list[Comparison]:
        """Return how the entries most like a text compare with it, best first: the reasons behind `match`."""
        return ranked(self.measure(text, customer=customer))

    def _admits(self, customer: str | None) -> Callable[[int], bool]:
        return lambda number: self._phrase(number).entry.customer in (None, customer)


def wording(text: str) -> str:
    """Return a text as it is compared: in one form, without greetings, and no longer than anybody asks."""
    return canonical(fold(plain(text[:_READ])))


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
