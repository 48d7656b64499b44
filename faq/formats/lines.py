"""JSON lines: one entry a line, for programs and for the matching benchmark."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from faq.formats.encodings import decode
from faq.formats.rows import Draft, Fault, field_of, split
from faq.knowledge import Entry


def parse(data: bytes) -> list[Draft | Fault]:
    """Return the rows of a file with one JSON object a line; keys are column names, English or Chinese.

    Raises:
        UnreadableFile: It is not a text.
    """
    return [_row(line, text) for line, text in enumerate(decode(data).split("\n"), 1) if text.strip()]


def _row(line: int, text: str) -> Draft | Fault:
    try:
        members = msgspec.json.decode(text, type=dict[str, str | int | bool | tuple[str, ...] | None])
    except msgspec.DecodeError as error:
        return Fault(line, f"不是一行 JSON（{error}）", '{"question": "…", "answer": "…", "aliases": ["…"]}')
    values = {
        field: value for key, value in members.items() if (field := field_of(key)) and value is not None
    }
    return Draft(
        line=line,
        question=_text(values.get("question", "")),
        answer=_text(values.get("answer", "")),
        id=_text(values.get("id", "")),
        aliases=_several(values.get("aliases")),
        tags=_several(values.get("tags")),
        category=_optional(values.get("category")),
        customer=_optional(values.get("customer")),
        is_enabled=_optional(values.get("is_enabled")),
    )


def _text(value: str | int | bool | tuple[str, ...]) -> str:
    return "\n".join(value) if isinstance(value, tuple) else str(value)


def _optional(value: str | int | bool | tuple[str, ...] | None) -> str | None:
    return None if value is None else _text(value)


def _several(value: str | int | bool | tuple[str, ...] | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    return value if isinstance(value, tuple) else split(_text(value))


def dump(entries: Iterable[Entry]) -> bytes:
    """Return one JSON object a line."""
    return b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
