"""A file of named sections that is read whole or not at all: what was cut off, changed or written by another version is refused."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator

import msgspec

_MAGIC = b"shouwen index 1\n"
_DIGEST_BYTES, _LENGTH_BYTES = 32, 8
_READ, _WRITTEN = 1 << 20, 1 << 17

Part = tuple[str, bytes]  # a section and what comes next of it; the parts of a section follow each other


class Unusable(Exception):
    """It is not what it should be; the text says why, in a few words."""


class _Contents(msgspec.Struct, frozen=True):
    """What stands at the end of the file."""

    made_by: str  # which program and which machine's order of bytes: of another one nothing is believed
    sections: dict[str, tuple[int, int]]  # begin and length


def sealed(parts: Iterable[Part], made_by: str) -> Iterator[bytes]:
    """Yield the file of some parts, bit by bit, so that long work can be cut; without the last bit nobody can read it."""
    seal = hashlib.blake2b(_MAGIC, digest_size=_DIGEST_BYTES)
    yield _MAGIC
    place = len(_MAGIC)
    sections: dict[str, tuple[int, int]] = {}
    for name, body in parts:
        begin, length = sections.get(name, (place, 0))
        sections[name] = begin, length + len(body)
        place += len(body)
        if not body:
            yield b""  # long work goes on, with nothing to write
        for start in range(0, len(body), _WRITTEN):
            some = body[start : start + _WRITTEN]
            seal.update(some)
            yield some
    contents = msgspec.json.encode(_Contents(f"{made_by} {sys.byteorder}", sections))
    contents += len(contents).to_bytes(_LENGTH_BYTES, "little")
    seal.update(contents)
    yield contents
    yield seal.digest()


def sections_of(body: memoryview, made_by: str) -> dict[str, memoryview]:
    """Return the sections of a file.

    Raises:
        Unusable: It was cut off or changed, or another program wrote it.
    """
    sealed = len(body) - _DIGEST_BYTES
    if sealed < len(_MAGIC) + _LENGTH_BYTES or bytes(body[: len(_MAGIC)]) != _MAGIC:
        raise Unusable("not such a file")
    seal = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    for start in range(0, sealed, _READ):
        seal.update(body[start : min(start + _READ, sealed)])
    if seal.digest() != bytes(body[sealed:]):
        raise Unusable("damaged")
    end = sealed - _LENGTH_BYTES
    contents = bytes(body[end - int.from_bytes(body[end:sealed], "little") : end])
    try:
        found = msgspec.json.decode(contents, type=_Contents)
    except msgspec.DecodeError as error:
        raise Unusable("damaged") from error
    if found.made_by != f"{made_by} {sys.byteorder}":
        raise Unusable("made by another version")
    return {name: body[begin : begin + length] for name, (begin, length) in found.sections.items()}
