"""The blocks of `[[adapters]]`: keys that every type has, and keys that each type says it has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from adapters.registry import BrokenAdapter, UnknownAdapter, known_types, settings_type
from adapters.wording import translated, words_of
from bot.configuration.lines import Place
from bot.configuration.mistakes import ABSENT, Mistakes, Wording, nearest
from bot.configuration.model import AdapterConfig
from bot.configuration.reading import check_keys
from bot.configuration.secrets import Secrets
from bot.texts import Texts

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_NAME_FORM = Wording(
    '应为字母、数字、"-"、"_" 组成的短名，地址里用', 'expected a short word of letters, digits, "-" and "_"'
)
_TYPE_FORM = Wording("应为适配器的类型", "expected a type of adapter")
_TAKEN = Wording("这个名字前面已经用过，应各不相同", "this name is taken already, each must be different")
_OWN_WORDS = re.compile(r"(\w+)(?:：|: )(.+)", re.DOTALL)


def adapters_of(
    blocks: Sequence[Mapping[str, object]], secrets: Secrets, mistakes: Mistakes
) -> tuple[AdapterConfig, ...]:
    """Return the adapters of the file with their secrets filled in."""
    made: list[AdapterConfig] = []
    for index, block in enumerate(blocks):
        place: Place = ("adapters", index)
        name, type_name = _name(block, place, mistakes), _type(block, place, mistakes)
        if name and any(name == other.name for other in made):
            mistakes.add((*place, "name"), name, _TAKEN)
        # The secrets first: only then can the adapter judge what they look like.
        settings = {
            key: secrets.resolve(value, (*place, key), mistakes)
            for key, value in block.items()
            if key not in ("name", "type")
        }
        if type_name and secrets.are_needed:
            _check_block(type_name, settings, place, mistakes)
        made.append(AdapterConfig(name, type_name, settings))
    return tuple(made)


def _name(block: Mapping[str, object], place: Place, mistakes: Mistakes) -> str:
    found = block.get("name", ABSENT)
    if isinstance(found, str) and _NAME.fullmatch(found):
        return found
    mistakes.add((*place, "name"), found, _NAME_FORM)
    return ""


def _type(block: Mapping[str, object], place: Place, mistakes: Mistakes) -> str:
    found = block.get("type", ABSENT)
    if isinstance(found, str) and found:
        return found
    mistakes.add((*place, "type"), found, nearest("", known_types(), _TYPE_FORM))
    return ""


def _check_block(type_name: str, settings: dict[str, object], place: Place, mistakes: Mistakes) -> None:
    try:
        kind = settings_type(type_name)
    except UnknownAdapter as fault:
        missing = Wording(f"没有 {type_name} 这种适配器", f"there is no adapter of type {type_name}")
        mistakes.add((*place, "type"), type_name, nearest(type_name, fault.known, missing))
        return
    except (BrokenAdapter, ImportError) as fault:
        mistakes.add((*place, "type"), type_name, str(fault))
        return
    check_keys(kind, settings, place, mistakes)
    if mistakes.is_within(place):
        return
    try:
        msgspec.convert(settings, kind)
    except msgspec.ValidationError as fault:
        own = fault.__cause__
        _add_own_words(
            words_of(own if isinstance(own, ValueError) else fault), settings, kind, place, mistakes
        )


def _add_own_words(
    message: str,
    settings: Mapping[str, object],
    kind: type[msgspec.Struct],
    place: Place,
    mistakes: Mistakes,
) -> None:
    """Note what an adapter says about its keys as a whole; `key：words` names the key that is meant."""
    english = translated(message, Texts().translator("en"))
    own, other = _OWN_WORDS.fullmatch(message), _OWN_WORDS.fullmatch(english)
    if own and own[1] in kind.__struct_encode_fields__:
        words = Wording(own[2], other[2] if other else english)
        mistakes.add((*place, own[1]), settings.get(own[1], ABSENT), words)
    else:
        mistakes.add(place, settings, Wording(str(message), english))
