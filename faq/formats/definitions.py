"""Whether an XML document begins with definitions, which could make gigabytes of a few kilobytes; office programs write none."""

from __future__ import annotations

from contextlib import suppress
from typing import IO, Final
from xml.parsers import expat

_PIECE: Final = 4096  # bytes


def has_definitions(xml: IO[bytes]) -> bool:
    """Say whether there is a document type before the first element; it is asked of a parser, since bytes say it in another way for every encoding."""
    found: list[bool] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: found.append(True)
    parser.StartElementHandler = lambda *_: found.append(False)
    with suppress(expat.ExpatError):  # whoever reads it says so
        while not found and (piece := xml.read(_PIECE)):
            parser.Parse(piece, False)
    return found[:1] == [True]
