"""The knowledge base: entries, the questions they answer, and what to do about what was found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from msgspec.structs import replace

from faq.asked import Asked
from faq.entries import Comparison, Entry, Measured
from faq.features import at_most, compared
from faq.foremost import estimate, foremost
from faq.glance import can_any
from faq.index import Coverage, Index
from faq.phrases import Phrases
from faq.rank import LEAST_SHARED, evidence, gather, least_spoken, most_likely, ranked
from faq.read_ahead import ReadAhead
from faq.reading import length, reading, spelled
from faq.search import CANDIDATES, Wanted
from faq.sentences import Sentences
from faq.text import fold, is_noise, plain
from faq.together import OF_ONE, WORTH, Around, behind, counts, shared
from faq.verdicts import Answer, Hit, Nothing, Suggest, Verdict, judge
from faq.wording import canonical

__all__ = ["Answer", "Entry", "Hit", "KnowledgeBase", "Nothing", "Suggest", "Verdict", "judge", "read_tables"]

# Hits below this are not worth showing to anybody, not even in an explanation.
_NOTHING = 0.02
# Longer texts are read up to here: nobody asks a question in so many characters, and cost must stay bounded.
_READ = 300
_LATELY = 16  # texts that were looked up ahead
_READ_LATELY = 256  # texts that were read: people say the same to each other again and again
_READ_AT_ONCE = 4  # phrasings, some hundred microseconds each
_WORTH_SIFTING = 6  # phrasings; to estimate what fewer say costs as much as it spares
_HEARD_IN_FULL = (
    8  # entries, the likeliest, of which all phrasings are held against a text, not only those found
)
_LETTERS = re.compile("[a-z]+")


LeftOut = range | tuple[int, ...]  # numbers of phrasings that are taken as if they were not there


class KnowledgeBase:
    """Entries that can be asked, changed one at a time."""

    def __init__(
        self,
        entries: Iterable[Entry] = (),
        *,
        sentences: Sentences | None = None,
        index: Index | None = None,
        phrases: Phrases | None = None,
    ) -> None:
        """Begin with entries; `index` and `phrases` are empty but where `taken_up` gives others."""
        self.sentences = sentences  # None: without the extra `semantic`
        self.changes = 0  # how often it was changed: whoever goes over it in slices sees that it is not the same any more
        self.phrases = phrases if phrases is not None else Phrases()
        self.index = index if index is not None else Index()
        self._readings = ReadAhead(self.index)
        # What was looked up ahead: after which change, and what `_looked_up` returns.
        self._lately: dict[tuple[str, str | None, LeftOut], tuple[int, Wanted, list[int]]] = {}
        # What `_read` returns, by text: whoever asks needs it several times, and others say the same.
        self._read_as: dict[str, tuple[int, tuple[str, Collection[str]]]] = {}  # after which change
        self._entries: dict[str, Entry] = {}
        self._counts: Counter[str | None] = Counter()  # entries in use, by whom they are for
        self._resting: set[str] = set()  # ids of those that stand in the index and are not found now
        self.asleep: set[int] = set()  # their phrasings
        for entry in entries:
            self.put(entry)

    @classmethod
    def taken_up(
        cls, entries: dict[str, Entry], index: Index, phrases: Phrases, *, sentences: Sentences | None = None
    ) -> KnowledgeBase:
        """Return a base of entries by id, most of which stand in an index and have their numbers; the others get theirs."""
        base = cls(sentences=sentences, index=index, phrases=phrases)
        base._entries = entries
        base._counts.update(entry.customer for entry in entries.values() if entry.is_enabled)
        if any(entry.customer is not None for entry in entries.values()):
            phrases.know_reserved()
        if sentences is not None:
            for number, entry in enumerate(phrases.entries):
                if entry is not None:
                    sentences.put(number, index.text(number), entry.id)
        for entry in [each for each in entries.values() if each.id not in phrases.firsts]:
            base.put(entry)
        return base

    def __len__(self) -> int:
        return len(self._entries)

    def count(self, customer: str | None) -> int:
        """Return how many entries are found for a customer."""
        own = self._counts[customer] if customer is not None else 0
        return self._counts[None] + own

    def entries(self) -> list[Entry]:
        """Return all entries by id, disabled ones too."""
        return [self._entries[id_] for id_ in sorted(self._entries)]

    def get(self, id_: str) -> Entry | None:
        """Return an entry, or None when there is none of that id."""
        return self._entries.get(id_)

    def put(self, entry: Entry) -> None:
        """Add an entry, or replace the one of the same id."""
        self.changes += 1
        self._take_out(entry.id)
        self._entries[entry.id] = entry
        self._counts[entry.customer] += entry.is_enabled
        for text, place in canonical_wordings(entry).items():
            number = self.phrases.add(entry, place)
            self.index.add(number, text)
            if self.sentences is not None:
                self.sentences.put(number, text, entry.id)

    def rest(self, ids: Iterable[str]) -> None:
        """Let entries not be found until they are woken, or put anew; they keep their place in the index."""
        for id_ in ids:
            entry = self._entries.get(id_)
            if entry is not None and entry.is_enabled and id_ not in self._resting:
                self.changes += 1
                self._resting.add(id_)
                self._counts[entry.customer] -= 1
                self.asleep.update(self.phrases.numbers(entry))

    def wake(self, ids: Iterable[str]) -> None:
        """Let entries that rest be found again, at no cost."""
        for id_ in ids:
            if id_ in self._resting:
                entry = self._entries[id_]
                self.changes += 1
                self._resting.discard(id_)
                self._counts[entry.customer] += 1
                self.asleep.difference_update(self.phrases.numbers(entry))

    def remove(self, id_: str) -> None:
        """Take an entry out; nothing happens when there is none."""
        self.changes += 1
        self._take_out(id_)

    def _take_out(self, id_: str) -> None:
        self.wake((id_,))
        entry = self._entries.pop(id_, None)
        if entry is None:
            return
        self._counts[entry.customer] -= entry.is_enabled
        for number in self.phrases.take_out(entry):
            self.index.remove(number)
            self._readings.forget(number)
            if self.sentences is not None:
                self.sentences.remove(number)

    def match(
        self, text: str, *, customer: str | None = None, limit: int = 3, at_least: float = 0.0
    ) -> list[Hit]:
        """Return the entries that may answer a text, best first, each once.

        Only entries for everybody and for `customer` are found. Where both have the same wording, the customer's own
        entry takes the place of the general one. Nothing comes back where no entry can be as likely as `at_least`, and
        that is seen at little cost: most of what people say to each other is like nothing that is known.
        """
        found = self.compare(text, customer=customer, at_least=at_least)
        own = {each.text for each in found if each.entry.customer is not None}
        ranked = [each for each in found if each.entry.customer is not None or each.text not in own]
        return [
            Hit(each.entry, each.score, each.wording, each.sentence)
            for each in ranked[:limit]
            if each.score >= _NOTHING
        ]

    def most_telling(self, text: str) -> str:
        """Return the rarest piece of a canonical text that stands in it as it is; empty for an empty text."""
        pieces = ((weight, piece) for piece, weight in self.index.weigh(text).items() if piece in text)
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
        known, changes = self._read_as.get(text), self.changes
        if known is not None and known[0] == changes:
            return known[1]
        read = self._read_anew(text)
        if len(self._read_as) >= _READ_LATELY:
            self._read_as.clear()
        if len(text) <= _READ:
            self._read_as[text] = changes, read
        return read

    def _read_anew(self, text: str) -> tuple[str, Collection[str]]:
        read = wording(text)
        meant = self.index.meant(read)
        if meant:
            read = canonical(_LETTERS.sub(lambda run: meant.get(run[0], run[0]), read))
        # By words alone a pair is found by its sound as it is, and to write it anew makes nothing better.
        return read if self.sentences is None else self.index.heard_right(read), meant.values()

    def looked_up(
        self,
        text: str,
        *,
        customer: str | None = None,
        at_least: float = 0.0,
        left_out: LeftOut = (),
        is_read: bool = True,
    ) -> Iterator[None]:
        """Find what may be like a text and read it, bit by bit, so that `match` and `measure` are quick afterwards."""
        asked_text, meant = self._read(text)
        yield
        if at_least > 0 and not meant and not self._can_be(asked_text, customer, at_least):
            return
        _, numbers = self._looked_up(asked_text, customer, left_out, is_kept=True)
        yield
        for place, number in enumerate(numbers if is_read else ()):
            self._readings.reading(number)
            self.index.total(number)
            if place % _READ_AT_ONCE == _READ_AT_ONCE - 1:
                yield

    def read_ahead(self) -> Iterator[None]:
        """Read the phrasings nobody has asked for yet, bit by bit, as far as there is room for them."""
        yield from self._readings.go_on()

    def _looked_up(
        self, asked_text: str, customer: str | None, left_out: LeftOut, *, is_kept: bool = False
    ) -> tuple[Wanted, list[int]]:
        """Return what is looked for to find a text as it is compared, and the numbers of what was found."""
        kept = self._lately.get((asked_text, customer, left_out))
        if kept is not None and kept[0] == self.changes:
            return kept[1], kept[2]
        wanted = self.index.wanted(asked_text)
        hidden = self._hidden(customer, left_out)
        numbers = [number for _, number in self.index.candidates(wanted, least=LEAST_SHARED, hidden=hidden)]
        if is_kept:
            if len(self._lately) >= _LATELY:
                self._lately.clear()
            self._lately[asked_text, customer, left_out] = self.changes, wanted, numbers
        return wanted, numbers

    def measure(
        self,
        text: str,
        *,
        customer: str | None = None,
        at_least: float = 0.0,
        left_out: LeftOut = (),
        is_brief: bool = False,
    ) -> list[Measured]:
        """Return the features of the phrasings most like a text, in the order of the first estimate; `at_least` as for `match`.

        Those `left_out` are taken as if they were not there. Where it is to be brief, what is very unlikely to matter is left away.
        """
        asked_text, meant = self._read(text)
        if at_least > 0 and not meant and not self._can_be(asked_text, customer, at_least):
            return []
        wanted, numbers = self._looked_up(asked_text, customer, left_out)
        like = None
        if asked_text and self.sentences is not None and self.sentences.can_ask(asked_text):
            nearest, like = self.sentences.nearest(asked_text, numbers)
            hidden = self._hidden(customer, left_out)
            numbers = numbers + [
                n for n in nearest if n not in numbers and not any(n in each for each in hidden)
            ]
        if not numbers:
            return []
        weighed = self.index.weighed(wanted.weights)
        all_shares = {number: self.index.coverage(weighed, number) for number in numbers}
        # Words that were misspelt are written anew for each phrasing, and what sentences mean is not bounded.
        is_bounded = at_least > 0 and not meant and like is None
        if is_bounded and self._most_likely(asked_text, all_shares, customer) < at_least:
            return []
        sentences = {number: like(number) for number in numbers} if like is not None else {}
        if is_brief and not meant and len(numbers) > _WORTH_SIFTING:
            numbers = self._foremost(asked_text, all_shares, sentences)
        weight = self.index.weights_of()
        asked, found = Asked(reading(asked_text), weight), []
        for number in numbers:
            read = self._readings.reading(number)
            rewritten = spelled(asked.reading, read, meant) if meant else None
            if rewritten is None:
                question, shares = asked, all_shares[number]
            else:
                question = Asked(rewritten, weight)
                shares = self.index.coverage(self.index.weighed(self.index.weigh(rewritten.text)), number)
            features = compared(question, read, shares, with_left_over=like is not None)
            found.append(
                Measured(
                    self.phrases.entry(number),
                    self.phrases.wording(number),
                    read.text,
                    features,
                    sentences.get(number),
                )
            )
        return self._together(asked_text, numbers, found, left_out, by_meaning=like is not None)

    def _together(
        self, text: str, numbers: Sequence[int], found: list[Measured], left_out: LeftOut, *, by_meaning: bool
    ) -> list[Measured]:
        """Return the phrasings found with what their entries lack, where these have several phrasings that speak together."""
        if not any(each.entry.aliases for each in found):
            return found  # a phrasing each: nothing is said together
        gathered = gather([(each, evidence(each)) for each in found])
        best = gathered[0][1]
        likely = [each.entry for each, total in gathered if total > best - WORTH]
        if len(likely) < 2:
            return found  # what lies so far behind does not come up any more
        owners = {number: each.entry.id for number, each in zip(numbers, found, strict=True)}
        for entry in likely[:_HEARD_IN_FULL]:
            known = self.phrases.numbers(entry)[:OF_ONE]
            owners |= {number: entry.id for number in known if number not in left_out}
        if not counts(owners.values()):
            return found
        around: Around | None = None
        if by_meaning and self.sentences is not None:
            around = self.sentences.around(text, list(owners))
        if around is None:
            around = shared(text, {n: self.index.text(n) for n in owners}, self.index.rarity)
        lacks = behind(owners, around)
        return [replace(each, behind=lacks[each.entry.id]) for each in found]

    def _foremost(
        self, text: str, shares: Mapping[int, Coverage], sentences: Mapping[int, float]
    ) -> list[int]:
        """Return the phrasings that are compared in full, of some with what each shares with a text and how like the whole sentences are."""
        phrasings = [(number, self.index.text(number)) for number in shares]
        best = foremost(
            [estimate(text, phrase, shares[n], sentences.get(n)) for n, phrase in phrasings],
            by_words=not sentences,
        )
        # What has the whole text in it is offered however little else speaks for it.
        return [n for place, (n, phrase) in enumerate(phrasings) if place in best or text in phrase]

    def _can_be(self, text: str, customer: str | None, at_least: float) -> bool:
        """Say whether an entry can be as likely, whatever phrasings are found: seen before any is looked for."""
        if self.sentences is not None and self.sentences.can_ask(text):
            return True  # what sentences mean is not bounded
        wordings = min(self.phrases.most, CANDIDATES)
        if not text or not wordings:
            return False
        least = least_spoken(at_least, length(text), wordings, self.count(customer))
        return can_any(self.index, text, least)

    def _most_likely(self, text: str, shares: Mapping[int, Coverage], customer: str | None) -> float:
        """Return a probability that no entry of some phrasings, each with what it shares with a text, goes beyond."""
        return most_likely(
            [at_most(text, self.index.text(number), each) for number, each in shares.items()],
            self.count(customer),
        )

    def compare(self, text: str, *, customer: str | None = None, at_least: float = 0.0) -> list[Comparison]:
        """Return how the entries most like a text compare with it, best first: the reasons behind `match`."""
        measured = self.measure(text, customer=customer, at_least=at_least, is_brief=True)
        return ranked(measured, self.count(customer)) if measured else []

    def _hidden(self, customer: str | None, left_out: LeftOut) -> list[AbstractSet[int]]:
        """Return the phrasings that may not be found: those of other customers, those that rest, and those left out."""
        reserved = self.phrases.reserved
        hidden: list[AbstractSet[int]] = [reserved[other] for other in reserved if other != customer]
        if self.asleep:
            hidden.append(self.asleep)
        return [*hidden, frozenset(left_out)] if left_out else hidden


def canonical_wordings(entry: Entry) -> dict[str, int]:
    """Return the texts an entry is found by, each once with the place of its wording; none while it is not in use."""
    found: dict[str, int] = {}
    for place, written in enumerate((entry.question, *entry.aliases) if entry.is_enabled else ()):
        if text := canonical(fold(plain(written))):
            found.setdefault(written if written == text else text, place)  # one object for both
    return found


def wording(text: str) -> str:
    """Return a text as it is compared: in one form, without greetings, and no longer than anybody asks; empty for a mere picture."""
    if text.lstrip().startswith("[") and is_noise(text[:_READ]):
        return ""
    return canonical(fold(plain(text[:_READ])))


def read_tables() -> None:
    """Read the tables of the language, by asking a small base something for which each is needed; for a thread."""
    known = KnowledgeBase([Entry(id="K-1", question="打印机怎么安装 install", answer="…")])
    known.match("请问打印機zenmeanzhuang instal")
