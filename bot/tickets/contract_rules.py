"""How the end of contracts is watched: when a word is said ahead, to whom, and how long somebody may take to decide afterwards."""

from __future__ import annotations

import unicodedata
from datetime import time, timedelta

import msgspec

from scheduler.validity import NOTICE_DAYS


class Scope(msgspec.Struct, frozen=True):
    """What a contract is about, in the words of reports: what it `covers`, and what it certainly does not."""

    covers: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()

    def excluded_in(self, text: str) -> str:
        """Return what a report names that the contract excludes; empty where it names something covered as well."""
        said = _folded(text)
        if any(_folded(word) in said for word in self.covers):
            return ""
        return next((word for word in self.excludes if _folded(word) in said), "")


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


class ContractRules(msgspec.Struct, frozen=True, kw_only=True):
    """`tell` are roles or ids of people; `decide_within` is working time of `calendar`, whose working days notices keep to."""

    notice_days: tuple[int, ...] = NOTICE_DAYS
    at: time = time(9)
    tell: tuple[str, ...] = ("manager",)
    calendar: str = "always"
    decide_within: timedelta = timedelta(hours=8)
