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
from faq.formats.taken import NOTHING, Chosen, Samples, key

_LIST = re.compile(r"\s*\[\s*\{")
_Value = str | int | bool | tuple[str, ...] | None


def parse(data: bytes, chosen: Chosen = NOTHING) -> list[Read]:
    """Return the rows of a file with one JSON object a line; keys are column names, English or Chinese, or what was `chosen`.

    Raises:
        UnreadableFile: It is not a text.
    """
    text = decode(data)
    if _LIST.match(text):
        return _rows(_of_list(text), chosen)
    return _rows(
        ((line, text) for line, text in enumerate(io.StringIO(text, newline="\n"), 1) if text.strip()), chosen
    )


def _rows(objects: Iterable[tuple[int, str]], chosen: Chosen) -> list[Read]:
    """Return the rows of some objects, and what was taken for what."""
    keys, samples, found = _Keys(chosen), Samples(), list[Read]()
    for line, text in objects:
        row, cells = _row(line, text, keys)
        samples.see(cells)
        found.append(row)
    return [*samples.columns(list(keys.fields), list(keys.fields.values())), *found]


class _Keys:
    """The keys of the objects so far, in their order, and which field each is."""

    def __init__(self, chosen: Chosen) -> None:
        self._chosen = chosen
        self.fields: dict[str, str] = {}

    def field_of(self, name: str) -> str:
        """Return the field of a key, empty for none; one that somebody chose is no other's."""
        if name not in self.fields:
            own = self._chosen.get(key(name))
            given = (field_of(name) or "") if own is None else own
            is_free = own is not None or given not in self._chosen.values()
            self.fields[name] = given if is_free else ""
        return self.fields[name]


def _of_list(text: str) -> list[tuple[int, str]]:
    """Return the objects of one JSON list of objects, as programs export it; the number of an object stands for its line."""
    try:
        objects = msgspec.json.decode(text, type=list[msgspec.Raw])
    except msgspec.DecodeError as error:
        raise UnreadableFile(
            f"这个文件以 [ 开头，却不是完整的 JSON 列表（{error}）。",
            f"The file begins with [ and is no whole JSON list ({error}).",
        ) from error
    return [(number, bytes(each).decode()) for number, each in enumerate(objects, 1)]


def _row(line: int, text: str, keys: _Keys) -> tuple[Draft | Fault, list[str]]:
    """Return a row and what stands under each of the keys so far."""
    try:
        members = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        values: dict[str, _Value] = {}
        for name, member in members.items():
            if field := keys.field_of(name):
                value, before = msgspec.json.decode(member, type=_Value), values.get(field)
                values[field] = f"{_text(before)}\n{_text(value)}" if field == "answer" and before else value
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        fault = Fault(
            line,
            "不是一行 JSON",
            f'{{"question": "…", "answer": "…", "aliases": ["…"]}}（{error}）',
            "no line of JSON",
            f'{{"question": "…", "answer": "…", "aliases": ["…"]}} ({error})',
        )
        return fault, []
    row = Draft(
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
    return row, [_shown(members.get(name)) for name in keys.fields]


def _shown(member: msgspec.Raw | None) -> str:
    """Return the beginning of a value, as a sample of what stands under its key."""
    found = bytes(member).decode() if member is not None else ""
    return found.strip('"') if found.startswith('"') and "\\" not in found else found


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
