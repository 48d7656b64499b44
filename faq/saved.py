"""A knowledge base as a file, so that a large one is not cut into pieces again at every start.

What the file says is held against the entries as they are: it may be old, and whatever differs is done anew.
"""

from __future__ import annotations

import hashlib
import sys
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources

from faq.entries import Entry
from faq.index import Index
from faq.knowledge import KnowledgeBase
from faq.phrases import Phrases
from faq.saved_index import (
    AT_ONCE,
    BETWEEN,
    END,
    Sections,
    joined,
    numbers,
    packed_index,
    split,
    unpacked_index,
)
from faq.sections import Part, Unusable
from faq.sentences import Sentences

# Where more than this share is not as it was saved, making all of it anew is as quick and leaves no holes.
_MOST_STALE = 0.2


@cache
def made_by() -> str:
    """Return what tells the files of this program from those of others: a changed rule or table makes other pieces."""
    digest = hashlib.blake2b(digest_size=16)
    for folder in (resources.files("faq"), resources.files("faq").joinpath("data")):
        for each in sorted(folder.iterdir(), key=lambda file: file.name):
            if each.is_file() and not each.name.endswith((".pyc", ".bin")):
                digest.update(each.name.encode() + each.read_bytes())
    return f"{digest.hexdigest()} {sys.version_info[0]}.{sys.version_info[1]} {unicodedata.unidata_version}"


def is_full(base: KnowledgeBase) -> bool:
    """Say whether a base is not so full of holes, from what was taken out, that it is better made anew."""
    given, living = len(base.phrases), len(base.index)
    return given - living <= _MOST_STALE * given


def packed(base: KnowledgeBase) -> Iterator[Part]:
    """Yield what a base is made of, bit by bit; it must not be changed meanwhile (`changes` tells)."""
    yield from joined("ids", ("" if END in entry.id else entry.id for entry in _entries(base)))
    yield from joined("wordings", (_asked(entry) for entry in _entries(base)))
    # Most wordings are found as they are written.
    yield from joined("texts", _texts(base))
    firsts, counts = array("I"), array("H")
    for entry in _entries(base):
        given = base.phrases.numbers(entry)
        firsts.append(given.start)
        counts.append(len(given))
        if len(firsts) % AT_ONCE == 0:
            yield "firsts", b""
    for name, values in (("firsts", firsts), ("counts", counts), ("places", base.phrases.places)):
        yield name, values.tobytes()
    yield from packed_index(base.index)


def _texts(base: KnowledgeBase) -> Iterator[str]:
    """Yield what stands in the index under every number in use; nothing where that is the wording itself."""
    for entry in _entries(base):
        is_told = bool(_asked(entry))
        for number in base.phrases.numbers(entry):
            text = base.index.text(number)
            yield "" if is_told and text == base.phrases.wording(number) else text


def _entries(base: KnowledgeBase) -> Iterator[Entry]:
    """Yield every entry that has phrasings, in the order of their numbers."""
    last = None
    for entry in base.phrases.entries:
        if entry is not None and entry is not last:
            last = entry
            yield entry


def _asked(entry: Entry) -> str:
    """Return what an entry is found by, as one text; one that holds a separator is never the same as anything."""
    if not entry.aliases and END not in entry.question and BETWEEN not in entry.question:
        return entry.question
    whole = BETWEEN.join((entry.question, *entry.aliases))
    return "" if END in whole or whole.count(BETWEEN) != len(entry.aliases) else whole


def restored(
    saved: Sections, entries: Iterable[Entry], *, sentences: Sentences | None = None
) -> KnowledgeBase | None:
    """Return the knowledge base of entries with what was saved of it; None when so much is not as it was that it is better made anew.

    Raises:
        Unusable: The sections do not fit together.
    """
    now = {entry.id: entry for entry in entries}
    try:
        index = unpacked_index(saved)
        phrases, stale = _recognized(saved, now, index)
    except (LookupError, ValueError, StopIteration) as error:
        raise Unusable("incomplete") from error
    if len(stale) > _MOST_STALE * index.numbers:
        return None
    for number in stale:
        index.remove(number)
    return KnowledgeBase.taken_up(now, index, phrases, sentences=sentences)


def _recognized(saved: Sections, now: Mapping[str, Entry], index: Index) -> tuple[Phrases, list[int]]:
    """Return the old numbers of the entries that are asked as they were when saved, and the numbers of all others.

    Every number gets its text back. A loop over all phrasings: what is usual, one phrasing an entry, is short.
    """
    places = numbers("H", saved["places"])
    phrases, stale = Phrases(places), list[int]()
    entries, texts, firsts = phrases.entries, index.shelf.texts, phrases.firsts
    told = split(saved["texts"])
    for id_, asked, first, count in zip(
        split(saved["ids"]),
        split(saved["wordings"]),
        numbers("I", saved["firsts"]),
        numbers("H", saved["counts"]),
        strict=True,
    ):
        entry = now.get(id_)
        is_same = entry is not None and entry.is_enabled and _asked(entry) == asked and asked != ""
        if entry is not None and is_same and count == 1 and not places[first]:
            entries[first] = entry
            texts[first] = next(told) or entry.question
            firsts[entry.id] = first
            continue
        wordings = (entry.question, *entry.aliases) if entry is not None and is_same else asked.split(BETWEEN)
        for number in range(first, first + count):
            texts[number] = next(told) or wordings[places[number]]
        if entry is not None and is_same:
            phrases.put_back(entry, first, count)
        else:
            stale.extend(range(first, first + count))
    index.count()
    return phrases, stale
