"""Matching many questions at once from files, and what the result is worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from faq.entries import Entry
from faq.evaluate import Asked, Coverage, Hits, answered, figures
from faq.knowledge import KnowledgeBase
from faq.sentences import Encode, Sentences
from faq.thresholds import USUAL, usual_or_own

_AT_MOST = 5
_Line = TypeVar("_Line", bound=msgspec.Struct)


class UnusableLine(Exception):
    """A line of a file is not what it should be; the text says which and why."""


class _KnownLine(msgspec.Struct, frozen=True):
    id: str
    question: str
    aliases: tuple[str, ...] = ()
    answer: str = ""


class _QueryLine(msgspec.Struct, frozen=True):
    id: str
    text: str


class _GoldLine(msgspec.Struct, frozen=True):
    id: str
    gold: tuple[str, ...]
    kind: str = ""


class _Prediction(msgspec.Struct, frozen=True):
    id: str
    hits: tuple[tuple[str, float], ...]


def match_files(kb: Path, queries: Path, out: Path, *, encode: Encode | None = None) -> None:
    """Write one prediction a line for every query, in their order; `encode` is that of the extra `semantic`.

    Raises:
        UnusableLine: A line is faulty; nothing is written then.
        OSError: A file cannot be read or written.
    """
    lines = [msgspec.json.encode(each) + b"\n" for each in _predictions(_base(kb, encode), queries)]
    out.write_bytes(b"".join(lines))


def evaluate_files(kb: Path, queries: Path, gold: Path, *, encode: Encode | None = None) -> list[str]:
    """Return the figures of matching the queries, a line each. `gold` has lines with `id` and `gold`, a list of entries.

    Raises:
        UnusableLine: A line is faulty.
        OSError: A file cannot be read.
    """
    base = _base(kb, encode)
    predicted = {each.id: each.hits for each in _predictions(base, queries)}
    asked = [Asked(line.id, frozenset(line.gold), line.kind) for line in _lines(gold, _GoldLine)]
    got = figures(asked, predicted)
    return [
        f"questions with an answer   {got.answerable}",
        f"questions without          {got.unanswerable}",
        f"top-1                      {got.top1:.1%}",
        f"recall@3                   {got.recall:.1%}",
        f"MRR                        {got.mrr:.3f}",
        f"AUROC                      {got.auroc:.3f}",
        f"coverage at 95 % precision {_told(got.at_95)}",
        f"coverage at 98 % precision {_told(got.at_98)}",
        f"calibration error          {got.calibration_error:.3f}",
        *_at_its_own(base, asked, predicted),
    ]


def _at_its_own(base: KnowledgeBase, asked: Sequence[Asked], predicted: Mapping[str, Hits]) -> list[str]:
    """Return what a bot with this knowledge base would answer, from the probability on that it finds for itself."""
    answer_at = usual_or_own(base, USUAL)
    got = answered(asked, predicted, answer_at)
    return [
        f"own threshold {answer_at:.2f}         precision {got.precision:.1%}, coverage {got.coverage:.1%}",
        *(
            f"  of {kind or 'those without an answer'} answered {share:.1%}"
            for kind, share in got.false_answers
        ),
    ]


def _told(coverage: Coverage) -> str:
    if coverage.threshold is None:
        return "0.0% (no threshold gives that precision)"
    return f"{coverage.share:.1%} (threshold {coverage.threshold:.3f})"


def _base(kb: Path, encode: Encode | None) -> KnowledgeBase:
    entries = [
        Entry(id=line.id, question=line.question, aliases=line.aliases, answer=line.answer)
        for line in _lines(kb, _KnownLine)
    ]
    base = KnowledgeBase(entries, sentences=Sentences(encode) if encode else None)
    while base.sentences is not None and base.sentences.work():
        pass
    return base


def _predictions(base: KnowledgeBase, queries: Path) -> Iterator[_Prediction]:
    for line in _lines(queries, _QueryLine):
        hits = base.match(line.text, limit=_AT_MOST)
        yield _Prediction(line.id, tuple((hit.entry.id, round(hit.score, 6)) for hit in hits))


def _lines(path: Path, type_: type[_Line]) -> Iterator[_Line]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    yield msgspec.json.decode(line.removeprefix(b"\xef\xbb\xbf"), type=type_)
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise UnusableLine(f"{path.name}, line {number}: {error}") from error
