"""One answer with the questions it answers, and what is known of it once a text was held against it."""

from __future__ import annotations

from datetime import date, datetime

import msgspec


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):  # there are many, and in no cycle
    """One answer with the questions it answers."""

    id: str  # "K-037"
    question: str
    aliases: tuple[str, ...] = ()
    answer: str
    customer: str | None = None  # id of the only customer it is for; None: for all
    category: str = ""
    tags: tuple[str, ...] = ()
    is_enabled: bool = True
    pictures: tuple[str, ...] = ()  # addresses, shown with the answer where a platform can
    links: tuple[str, ...] = ()  # "图文 https://…": a name, if any, then the address
    valid_from: date | None = None  # both days included, in the bot's zone
    valid_until: date | None = None
    review_on: date | None = None  # when somebody should look whether it is still true
    owner: str = ""  # id of whoever answers for it
    changed_by: str = ""  # name of who gave it this form, and why; the store keeps the forms before
    changed_at: datetime | None = None
    reason: str = ""

    def holds_on(self, day: date) -> bool:
        """Say whether it is in use on a day."""
        begins, ends = self.valid_from, self.valid_until
        return self.is_enabled and (begins is None or begins <= day) and (ends is None or day <= ends)


class Measured(msgspec.Struct, frozen=True):
    """One phrasing held against a text."""

    entry: Entry
    wording: str  # as written
    text: str  # canonical
    features: tuple[float, ...]  # as named by `faq.features.NAMES`, and with the extra by `LEFT_OVER` as well
    sentence: float | None = None  # likeness of the whole sentences, None without the extra `semantic`
    behind: float = (
        0.0  # evidence its entry lacks, for the phrasings of another say more together (`faq.together`)
    )


class Comparison(msgspec.Struct, frozen=True):
    """One entry held against a text, by the phrasing that is most like it."""

    entry: Entry
    wording: str  # as written
    text: str  # canonical
    features: tuple[float, ...]  # of that phrasing
    evidence: float  # logit over all its phrasings
    score: float  # probability that it answers the text
    sentence: float | None = None  # likeness of the whole sentences, None without the extra `semantic`
    behind: float = 0.0  # of the evidence, as in `Measured`
