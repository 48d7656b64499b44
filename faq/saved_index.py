"""An index as sections of a file: what is slow to make, laid out so that reading it is quick."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from faq.grams import CHINESE
from faq.index import Index
from faq.pinyin import heard_as
from faq.search import Shelf
from faq.sections import Part, Unusable

END, BETWEEN = "\0", "\1"  # stand in no canonical text and no piece
AT_ONCE = 500  # phrasings, less than a millisecond
_END = END.encode()
_READ, _JOINED = 1 << 20, 1 << 17  # bytes at once

Sections = Mapping[str, memoryview]


def joined(name: str, texts: Iterable[str]) -> Iterator[Part]:
    """Yield texts as parts of a section, each with its end."""
    left = iter(texts)
    while some := list(islice(left, AT_ONCE)):
        yield name, (END.join(some) + END).encode()


def split(section: memoryview) -> Iterator[str]:
    """Yield the texts of a section; never all of them are in memory."""
    begin = 0
    while begin < len(section):
        some = bytes(section[begin : begin + _READ])
        end = some.rfind(_END) + 1
        texts = some[:end].decode().split(END)
        texts.pop()
        if not end:
            raise Unusable("a text without an end")
        yield from texts
        begin += end


def numbers(code: str, section: memoryview) -> array[int]:
    """Return the numbers of a section; `code` is that of `array`."""
    found = array(code)
    found.frombytes(section)
    return found


def packed_index(index: Index) -> Iterator[Part]:
    """Yield what an index is made of."""
    shelf, postings = index.shelf, index.shelf.postings
    yield "sizes", shelf.sizes.tobytes()
    yield from joined("pieces", postings)
    # By which sound a piece is found: working it out again would take longer than reading it.
    yield from joined("sounds", (heard_as(piece) if CHINESE.match(piece) else "" for piece in postings))
    lengths = array("I", map(len, postings.values()))
    yield "lengths", lengths.tobytes()
    some: list[array[int]] = []
    size = 0
    for posting in postings.values():
        some.append(posting)
        size += len(posting) * posting.itemsize
        if size >= _JOINED or len(some) >= AT_ONCE:
            yield "postings", b"".join(some)
            some, size = [], 0
    yield "postings", b"".join(some)


def unpacked_index(saved: Sections) -> Index:
    """Return the index of which these are the sections, without its texts: `put_back` gives it those.

    Raises:
        KeyError, ValueError: They do not fit together.
    """
    shelf = Shelf()
    shelf.sizes.frombytes(saved["sizes"])
    shelf.texts = [None] * len(shelf.sizes)
    shelf.least_size = min(shelf.sizes, default=shelf.least_size)
    shelf.postings = dict(_postings(saved))
    spellings: dict[str, list[str]] = {}
    for heard, piece in zip(split(saved["sounds"]), shelf.postings, strict=True):
        if heard:
            spellings.setdefault(heard, []).append(piece)
    return Index(shelf, spellings)


def _postings(saved: Sections) -> Iterator[tuple[str, array[int]]]:
    body, begin = saved["postings"], 0
    for piece, length in zip(split(saved["pieces"]), numbers("I", saved["lengths"]), strict=True):
        posting = array("I")
        end = begin + length * posting.itemsize
        posting.frombytes(body[begin:end])
        begin = end
        yield piece, posting
