"""One answer with the questions it answers, and what is known of it once a text was held against it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec


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
class Measured:
    """One phrasing held against a text."""

    entry: Entry
    wording: str  # as written
    text: str  # canonical
    features: tuple[float, ...]  # as named by `faq.features.NAMES`


@dataclass(frozen=True, slots=True)
class Comparison:
    """One entry held against a text, by the phrasing that is most like it."""

    entry: Entry
    wording: str  # as written
    text: str  # canonical
    features: tuple[float, ...]  # of that phrasing
    evidence: float  # logit over all its phrasings
    score: float  # probability that it answers the text
