"""What any phrasing at all has of a text, seen before one is looked for."""

from __future__ import annotations

from operator import add

import msgspec

from faq.grams import ALL_CHINESE, CHINESE, letters_and_others
from faq.index import LETTER, Index, share


class Glance(msgspec.Struct, frozen=True):
    """What a whole collection has of a text at most: the share of its letters' weight, and how many of its characters."""

    letters: float
    characters: int


class Look(msgspec.Struct, frozen=True):
    """What some phrasing or other has of a text: the share of its letters' weight that is not Chinese, and that of each Chinese one;
    how often each of these is there; the share of all pieces; and how many characters are not Chinese."""

    others: float
    shares: list[float]
    counts: dict[str, int]
    pieces: float
    strange: int


def glance(index: Index, text: str) -> Glance:
    """Return what any phrasing has of a canonical text at most, for much less than looking it up costs."""
    if not ALL_CHINESE.fullmatch(text):
        return _glance(index, text)
    letters = set(text)
    letters.discard(" ")
    missing = letters.difference(index.shelf.postings)
    weigh = index.letters.__getitem__
    all_ = sum(map(weigh, letters))
    known = all_ - sum(map(weigh, missing))
    return Glance(share(known, all_), len(text) - sum(map(text.count, missing)))


def _glance(index: Index, text: str) -> Glance:
    """Return what `glance` does of a text with letters that are not Chinese; those of its words are all taken to be known."""
    factors, rarity = letters_and_others(text)[0], index.rarity
    missing = [piece for piece in factors if piece not in index.shelf.postings]
    all_ = sum([factor * rarity(piece) for piece, factor in factors.items()])
    known = all_ - index.rarest * sum([factors[piece] for piece in missing])
    strange = [piece for piece in missing if CHINESE.match(piece)]
    return Glance(share(known, all_), len(text) - sum(map(text.count, strange)))


def share_of_pieces(index: Index, text: str) -> float:
    """Return the share of a canonical text's pieces that some phrasing or other has; 1 where it is not Chinese alone."""
    if not ALL_CHINESE.fullmatch(text):
        return 1.0
    letters, pairs = set(text.replace(" ", "")), set[str]()
    for run in text.split(" "):
        pairs.update(map(add, run, run[1:]))
    no_letters, no_pairs = letters.difference(index.shelf.postings), pairs.difference(index.shelf.postings)
    rarity = index.rarities.__getitem__
    known = LETTER * sum(map(rarity, letters - no_letters)) + sum(map(rarity, pairs - no_pairs))
    return share(known, known + index.rarest * (LETTER * len(no_letters) + len(no_pairs)))


def look(index: Index, text: str) -> Look:
    """Return what some phrasing or other has of a canonical text, character by character."""
    if not ALL_CHINESE.fullmatch(text):
        return _look(index, text)
    letters = set(text)
    letters.discard(" ")
    weigh = index.letters.__getitem__
    whole = sum(map(weigh, letters))
    known = letters.difference(letters.difference(index.shelf.postings))
    return Look(
        0.0,
        [weigh(character) / whole for character in known],
        {character: text.count(character) for character in known},
        share_of_pieces(index, text),
        text.count(" "),
    )


def _look(index: Index, text: str) -> Look:
    """Return what `look` does of a text with letters that are not Chinese."""
    found = index.weighed_known(text)
    whole = found.sum.letters or 1.0
    known = [adds for _, _, adds in (*found.characters, *found.others)] + [adds for _, adds in found.pairs]
    return Look(
        sum([weighs for _, weighs, _ in found.others]) / whole,
        [weighs / whole for _, weighs, _ in found.characters],
        {character: text.count(character) for character, _, _ in found.characters},
        share(sum(known), found.sum.pieces),
        len(text) - sum(map(text.count, set(filter(CHINESE.match, text)))),
    )
