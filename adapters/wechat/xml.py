"""The flat XML of WeChat and WeCom callbacks, read without anything that XML can do beyond elements and text; pure."""

from __future__ import annotations

from typing import Final, Never
from xml.parsers import expat

from adapters.admission import Refused

_DEEPEST: Final = 8
_MOST_ELEMENTS: Final = 500


class Unreadable(Exception):
    """A document is not the XML of a callback."""


def fields(document: bytes) -> dict[str, str]:
    """Return name and text of every element directly below the root; the first of a name counts.

    Raises:
        Unreadable: Not well-formed UTF-8 XML, or with a document type, an entity, or an absurd shape.
    """
    reading = _Reading()
    # UTF-8 whatever the document says of itself: nothing else is sent.
    parser = expat.ParserCreate(encoding="utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reading.refuse
    parser.EntityDeclHandler = reading.refuse
    parser.ExternalEntityRefHandler = reading.refuse
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    try:
        parser.Parse(document, True)
    except (expat.ExpatError, ValueError) as error:
        raise Unreadable(f"not well-formed: {error}") from error
    return reading.found


def sealed_in(body: bytes) -> str:
    """Return the sealed text in the body of a callback.

    Raises:
        Refused: There is none.
    """
    try:
        sealed = fields(body).get("Encrypt", "")
    except Unreadable as error:
        raise Refused(400, str(error)) from error
    if not sealed:
        raise Refused(400, "nothing is encrypted in it")
    return sealed.strip()


class _Reading:
    __slots__ = ("_count", "_path", "_text", "found")

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._path: list[str] = []
        self._text: list[str] = []
        self._count = 0

    def start(self, name: str, _: object) -> None:
        self._path.append(name)
        self._count += 1
        if len(self._path) > _DEEPEST or self._count > _MOST_ELEMENTS:
            raise Unreadable("too many elements")
        if len(self._path) == 2:
            self._text.clear()

    def end(self, name: str) -> None:
        if len(self._path) == 2:
            self.found.setdefault(name, "".join(self._text))
        self._path.pop()

    def text(self, words: str) -> None:
        if len(self._path) == 2:
            self._text.append(words)

    @staticmethod
    def refuse(*_: object) -> Never:
        raise Unreadable("document types and entities are refused")
