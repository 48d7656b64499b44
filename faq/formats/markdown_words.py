"""What Markdown of others says without its markup: chats would show the stars and brackets as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from faq.formats.rows import Draft, Read, pictures_left_out

_ADDRESS: Final = r"\(\s*<?(?P<address>[^\s()<>]+)>?(?:\s+[\"'][^\"'\n]*[\"'])?\s*\)"
_IMAGE: Final = re.compile(rf"!\[[^\]\n]*\]{_ADDRESS}")
_LINK: Final = re.compile(rf"\[(?P<words>[^\]\n]+)\]{_ADDRESS}")
_BOLD: Final = re.compile(r"(?P<sign>\*\*|__)(?=\S)(?P<words>[^*_\n]+)(?<=\S)(?P=sign)")
_GAP: Final = re.compile(r"\n{3,}")
_FENCE: Final = re.compile(r"\s*(?:```|~~~)")
_WEB: Final = ("http://", "https://")


def without_markup(rows: Iterable[Read]) -> Iterator[Read]:
    """Yield rows as they are said: pictures become the entry's, a link stands behind its words; what is left out is told."""
    left_out = 0
    for row in rows:
        if not isinstance(row, Draft):
            yield row
            continue
        pictures: list[str] = []
        answer = "\n".join(_said(row.answer.split("\n"), pictures))
        answer = _GAP.sub("\n\n", answer) if pictures else answer  # where they stood
        shown = [each for each in pictures if each.startswith(_WEB)]
        left_out += len(pictures) - len(shown)
        others = dict(row.others)
        if shown:
            others["pictures"] = (*others.get("pictures", ()), *shown)
        yield replace(row, question=_plain(row.question), answer=answer, others=others)
    if left_out:
        yield pictures_left_out(left_out)


def _said(lines: Iterable[str], pictures: list[str]) -> Iterator[str]:
    """Yield the lines of an answer, and note the addresses of the pictures in it; a piece of program stays as it is."""
    is_program = False
    for line in lines:
        if _FENCE.match(line):
            is_program = not is_program
        elif not is_program and _IMAGE.search(line):
            pictures += (found["address"] for found in _IMAGE.finditer(line))
            line = _IMAGE.sub("", line).rstrip()
            if not line:
                continue
        yield line if is_program else _plain(line)


def _plain(line: str) -> str:
    return _BOLD.sub(lambda found: found["words"], _LINK.sub(_linked, line))


def _linked(found: re.Match[str]) -> str:
    words, address = found["words"], found["address"]
    if not address.startswith(_WEB):
        return words
    return address if words == address else f"{words}（{address}）"
