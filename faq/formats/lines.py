"""JSON: one entry a line, for programs and for the matching benchmark; or one list of entries, which is only read."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable

import msgspec

from faq.entries import Entry
from faq.formats.encodings import decode
from faq.formats.headings import field_of
from faq.formats.rows import OTHERS, SEVERAL, Draft, Fault, Read, UnreadableFile, split

_LIST = re.compile(r"\s*\[\s*\{")
_Value = str | int | bool | tuple[str, ...] | None


def parse(data: bytes) -> list[Read]:
    """Return the rows of a file with one JSON object a line; keys are column names, English or Chinese.

    Raises:
        UnreadableFile: It is not a text.
    """
    text = decode(data)
    if _LIST.match(text):
        return _of_list(text)
    return [_row(line, text) for line, text in enumerate(io.StringIO(text, newline="\n"), 1) if text.strip()]


def _of_list(text: str) -> list[Read]:
    """Return the rows of one JSON list of objects, as programs export it; the number of an object stands for its line."""
    try:
        objects = msgspec.json.decode(text, type=list[msgspec.Raw])
    except msgspec.DecodeError as error:
        raise UnreadableFile(
            f"这个文件以 [ 开头，却不是完整的 JSON 列表（{error}）。",
            f"The file begins with [ and is no whole JSON list ({error}).",
        ) from error
    return [_row(number, bytes(each).decode()) for number, each in enumerate(objects, 1)]


def _row(line: int, text: str) -> Draft | Fault:
    try:
        members = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        values = {
            field: msgspec.json.decode(member, type=_Value)
            for key, member in members.items()
            if (field := field_of(key)) is not None
        }
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        return Fault(
            line,
            "不是一行 JSON",
            f'{{"question": "…", "answer": "…", "aliases": ["…"]}}（{error}）',
            "no line of JSON",
            f'{{"question": "…", "answer": "…", "aliases": ["…"]}} ({error})',
        )
    return Draft(
        line=line,
        question=_text(values.get("question")),
        answer=_text(values.get("answer")),
        id=_text(values.get("id")),
        aliases=_several(values.get("aliases")),
        tags=_several(values.get("tags")),
        category=_optional(values.get("category")),
        customer=_optional(values.get("customer")),
        is_enabled=_optional(values.get("is_enabled")),
        others={
            name: _several(values[name]) or () if name in SEVERAL else _text(values[name])
            for name in OTHERS
            if name in values
        },
    )


def _text(value: _Value) -> str:
    return _optional(value) or ""


def _optional(value: _Value) -> str | None:
    return "\n".join(value) if isinstance(value, tuple) else None if value is None else str(value)


def _several(value: _Value) -> tuple[str, ...] | None:
    if value is None:
        return None
    return value if isinstance(value, tuple) else split(_text(value))


def dump(entries: Iterable[Entry]) -> bytes:
    """Return one JSON object a line."""
    return b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
