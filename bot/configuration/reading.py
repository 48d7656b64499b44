"""How a table of the file becomes a struct, with a mistake noted for every key that does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from bot.configuration.lines import Place
from bot.configuration.mistakes import ABSENT, UNSHOWN, Mistakes, Wording, nearest
from bot.configuration.settings import Section
from scheduler.written_clocks import WrittenTarget
from scheduler.written_ledgers import Written

S = TypeVar("S", bound=Section | WrittenTarget | Written)

_TABLE = Wording("应为一节设置，即 [表] 或 { 键 = 值 }", "expected a table, [name] or { key = value }")
_LIST = Wording('应为列表，如 ["甲", "乙"]', 'expected a list such as ["a", "b"]')
_TABLES = Wording("应为若干节 [[表]]", "expected tables, [[name]]")
_WORDS: Mapping[object, Wording] = {
    str: Wording("应为带引号的文字", "expected a quoted text"),
    bool: Wording("应为 true 或 false", "expected true or false"),
    int: Wording("应为整数", "expected a whole number"),
    float: Wording("应为数字", "expected a number"),
    date: Wording("应为日期，如 2025-09-01", "expected a date such as 2025-09-01"),
    datetime: Wording('应为时刻，如 "2026-01-05 08:00"', 'expected a moment such as "2026-01-05 08:00"'),
}


def read_table(kind: type[S], found: object, place: Place, mistakes: Mistakes) -> S:
    """Return the struct that a table describes.

    What is wrong or missing is noted and replaced by its default, or by something empty, so that the rest can be
    checked as well; the result may be used only when no mistake was noted.
    """
    if not isinstance(found, dict):
        mistakes.add(place, found, _TABLE)
        return _empty_struct(kind)
    return kind(**check_keys(kind, found, place, mistakes))


def check_keys(
    kind: type[msgspec.Struct], found: Mapping[str, object], place: Place, mistakes: Mistakes
) -> dict[str, Any]:
    """Return the values of a table by the names of a struct's fields, without what is left to its default."""
    fields = _fields_of(kind)
    known = [field.encode_name for field in fields]
    for key in found:
        if key not in known:
            missing = Wording(f"没有 {key} 这个键", f"there is no key {key}")
            mistakes.add((*place, key), UNSHOWN, nearest(key, known, missing))
    values: dict[str, Any] = {}
    for field in fields:
        here = (*place, field.encode_name)
        if field.encode_name in found:
            otherwise = _empty(field.type) if field.required else _default(field)
            values[field.name] = _read(field.type, found[field.encode_name], here, mistakes, otherwise)
        elif field.required:
            mistakes.add(here, ABSENT, _expected(field.type))
            values[field.name] = _empty(field.type)
    return values


def _read(kind: Any, found: object, place: Place, mistakes: Mistakes, otherwise: object) -> Any:
    kind = _without_none(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, Section | WrittenTarget | Written):
        return read_table(kind, found, place, mistakes)
    if origin is dict and isinstance(found, dict):
        item = arguments[1]
        return {
            key: _read(item, value, (*place, key), mistakes, _empty(item)) for key, value in found.items()
        }
    if origin is tuple and arguments[1:] == (...,) and isinstance(found, list):
        item = arguments[0]
        return tuple(
            _read(item, value, (*place, index), mistakes, _empty(item)) for index, value in enumerate(found)
        )
    try:
        return msgspec.convert(_moment(kind, found), kind)
    except (msgspec.ValidationError, ValueError) as fault:
        # Structs of adapters may refuse what they are made of in words of their own.
        is_foreign = isinstance(found, dict) and _is_struct(kind)
        mistakes.add(place, found, str(fault) if is_foreign else _expected(kind))
        return otherwise


def _moment(kind: Any, found: object) -> object:
    """Return a moment written as text or as a bare date in the form that msgspec takes."""
    if kind is datetime and isinstance(found, str):
        return datetime.fromisoformat(found)
    if kind is datetime and type(found) is date:
        return datetime.combine(found, time())
    return found


def _without_none(kind: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        others = [argument for argument in get_args(kind) if argument is not type(None)]
        return others[0] if len(others) == 1 else kind
    return kind


def _expected(kind: Any) -> Wording:
    """Return what a value of a type looks like."""
    kind = _without_none(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if str in arguments and any(get_origin(argument) is tuple for argument in arguments):
        return _WORDS[str]  # one word, or a list of them
    if origin is Annotated:
        return _expected_of_annotated(arguments[0], arguments[1])
    if origin is Literal:
        return _one_of([str(word) for word in arguments if word])
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _one_of([str(member.value) for member in kind])
    if origin in (tuple, list, set, frozenset):
        return _TABLES if _is_table(arguments[0]) else _LIST
    if _is_table(kind):
        return _TABLE
    return _WORDS.get(kind) or Wording(f"应为 {kind}", f"expected {kind}")


def _is_table(kind: Any) -> bool:
    return get_origin(kind) is dict or _is_struct(kind)


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _expected_of_annotated(kind: Any, meta: object) -> Wording:
    plain = _expected(kind)
    if not isinstance(meta, msgspec.Meta):
        return plain
    if meta.extra and {"zh", "en"} <= meta.extra.keys():
        return Wording(meta.extra["zh"], meta.extra["en"])
    limits = [
        (meta.ge, "不小于", "at least"),
        (meta.gt, "大于", "more than"),
        (meta.le, "不大于", "at most"),
        (meta.lt, "小于", "less than"),
    ]
    return Wording(
        "，".join([plain.zh, *(f"{zh} {limit}" for limit, zh, _ in limits if limit is not None)]),
        ", ".join([plain.en, *(f"{en} {limit}" for limit, _, en in limits if limit is not None)]),
    )


@cache
def _fields_of(kind: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(kind)  # works out every annotation anew


def _one_of(words: list[str]) -> Wording:
    return Wording(f"应为 {' | '.join(words)}", f"expected {' | '.join(words)}")


def _default(field: msgspec.structs.FieldInfo) -> object:
    return field.default if field.default is not msgspec.NODEFAULT else field.default_factory()


def _empty(kind: Any) -> Any:
    """Return something of a type that later checks pass over."""
    kind = _without_none(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _empty(arguments[0])
    if origin is Literal:
        return arguments[0]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    if isinstance(kind, type) and issubclass(kind, Section | WrittenTarget | Written):
        return _empty_struct(kind)
    if kind is datetime:
        return datetime.min.replace(tzinfo=UTC)
    # Of what an adapter asks for only the mistakes count.
    return (origin or kind)() if (origin or kind) in (str, int, float, bool, tuple, dict, list) else None


def _empty_struct(kind: type[S]) -> S:
    struct: type[msgspec.Struct] = kind
    required = (field for field in _fields_of(struct) if field.required)
    return kind(**{field.name: _empty(field.type) for field in required})
