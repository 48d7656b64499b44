"""Questions an installation wants answered in a certain way, tried again after every change of knowledge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from faq.formats.encodings import decode
from faq.knowledge import Answer, Hit, Suggest, Verdict


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the file: a text, who asks, and the entry that shall answer; None: nothing shall."""

    text: str
    entry: str | None = None
    customer: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """How one expectation was met."""

    line: int
    expected: Expected
    got: str  # id of the entry that answers, empty for none
    candidates: tuple[str, ...]
    is_met: bool


class FaultyLine(msgspec.Struct, frozen=True):
    """A line of the file that cannot be read."""

    line: int
    why: str


def read(data: bytes) -> list[tuple[int, Expected] | FaultyLine]:
    """Return the expectations of a file with one JSON object a line: `{"text": "…", "entry": "K-037", "customer": "yucai"}`."""
    return list(_read(decode(data)))


def _read(text: str) -> Iterator[tuple[int, Expected] | FaultyLine]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            yield number, msgspec.json.decode(line, type=Expected)
        except msgspec.DecodeError as error:
            yield FaultyLine(number, str(error))


def tried(
    expectations: Iterable[tuple[int, Expected]],
    find: Callable[[str, str], list[Hit]],
    judge: Callable[[list[Hit]], Verdict],
) -> Iterator[Outcome]:
    """Yield how each expectation is met; one at a time, so that a caller may do something else in between.

    An entry that is offered first among candidates is no answer, but it meets an expectation: the asker gets it by number.
    """
    for line, expected in expectations:
        verdict = judge(find(expected.text, expected.customer))
        got = verdict.hit.entry.id if isinstance(verdict, Answer) else ""
        candidates = tuple(hit.entry.id for hit in verdict.hits) if isinstance(verdict, Suggest) else ()
        is_met = not got if expected.entry is None else expected.entry in (got, *candidates[:1])
        yield Outcome(line, expected, got, candidates, is_met)
