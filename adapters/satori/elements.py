"""The markup of Satori: text with elements such as `<at id="1"/>`, read without believing it, and written; pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

_TAG: Final = re.compile(
    r"<(?P<closes>/)?(?P<name>[A-Za-z][\w:.-]*)(?P<attributes>(?:\s+[\w:@.-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'))?)*)\s*(?P<is_empty>/)?>"
)
_ATTRIBUTE: Final = re.compile(r"([\w:@.-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'))?")


class Text(msgspec.Struct, frozen=True):
    """Words between elements."""

    words: str


class Opens(msgspec.Struct, frozen=True):
    """The beginning of an element, or all of one without content."""

    name: str
    attributes: Mapping[str, str] = msgspec.field(default_factory=dict)
    is_empty: bool = False


class Closes(msgspec.Struct, frozen=True):
    """The end of an element."""

    name: str


def read(content: str) -> Iterator[Text | Opens | Closes]:
    """Yield what stands in a content, in order; what is no element is text, so nothing can go wrong."""
    position = 0
    for tag in _TAG.finditer(content):
        if tag.start() > position:
            yield Text(html.unescape(content[position : tag.start()]))
        position = tag.end()
        if tag["closes"]:
            yield Closes(tag["name"])
        else:
            attributes = {
                name: html.unescape(double or single)
                for name, double, single in _ATTRIBUTE.findall(tag["attributes"] or "")
            }
            yield Opens(tag["name"], attributes, bool(tag["is_empty"]))
    if position < len(content):
        yield Text(html.unescape(content[position:]))


def escaped(text: str) -> str:
    """Return the content that shows a text as it stands; lines are broken by elements, since white space may be folded."""
    return html.escape(text, quote=True).replace("\n", "<br/>")


def element(name: str, attributes: Mapping[str, str]) -> str:
    """Return an element without content."""
    written = "".join(f' {key}="{html.escape(value, quote=True)}"' for key, value in attributes.items())
    return f"<{name}{written}/>"
