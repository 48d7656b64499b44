"""Entries as people name them: K-102, k102, K-2, alone or before what they say of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from faq.entries import Entry

_ENTRY: Final = re.compile(r"([A-Za-z]{1,8})-?(\d{1,9})(?=$|[\s,，:：。])[\s,，:：。]*")


def named_at_start(text: str, stored: Callable[[str], Entry | None]) -> tuple[str, str] | None:
    """Return the id that a text begins with, as it is kept where there is such an entry, and what follows it; None: it names none."""
    said = text.strip()
    first, _, rest = said.partition(" ")
    if first and stored(first) is not None:
        return first, rest.strip()
    found = _ENTRY.match(said)
    if found is None:
        return None
    written, padded = (f"{found[1].upper()}-{digits}" for digits in (found[2], found[2].zfill(3)))
    return (padded if stored(written) is None else written), said[found.end() :]
