"""Words for people, in Chinese, that remember how they were made, so that the program can say them in another language too; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec


def N_(template: str) -> str:  # noqa: N802 - the name that gettext tools look for
    """Mark a text for translation where it is said later."""
    return template


_BETWEEN = N_("、")


class Wording(str):
    """A text in Chinese with the template and the values it was made of.

    Values may be wordings themselves, and a tuple is a list of names.
    """

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, values: Mapping[str, object]) -> Wording:
        """Fill in a template."""
        filled = template.format_map({name: _shown(value) for name, value in values.items()})
        self = super().__new__(cls, filled if values else template)
        self.template, self.values = template, values
        return self


def say(template: str, **values: object) -> Wording:
    """Return a template of the catalogue with its values filled in."""
    return Wording(template, values)


def packed(text: str) -> str:
    """Return how a wording was made, to be kept; empty for somebody's own words."""
    return msgspec.json.encode(_made(text)).decode() if isinstance(text, Wording) else ""


def unpacked(kept: str) -> Wording | None:
    """Return the wording that was packed; None where nothing was, or nobody can read it."""
    try:
        found = _again(msgspec.json.decode(kept)) if kept else None
    except (msgspec.DecodeError, KeyError, ValueError, TypeError, IndexError):
        return None
    return found if isinstance(found, Wording) else None


def _made(value: object) -> object:
    match value:
        case Wording(template=template, values=values):
            return {"say": template, "with": {name: _made(each) for name, each in values.items()}}
        case tuple():
            return [_made(each) for each in value]
        case int():
            return value
        case _:
            return str(value)


def _again(value: Any) -> object:
    if isinstance(value, dict):
        return Wording(value["say"], {name: _again(each) for name, each in value["with"].items()})
    return tuple(_again(each) for each in value) if isinstance(value, list) else value


def words_of(error: Exception) -> str:
    """Return what an error says, still a wording where it was made of one; `str` would only give its Chinese."""
    return error.args[0] if error.args and isinstance(error.args[0], str) else str(error)


def translated(text: str, translate: Callable[[str], str]) -> str:
    """Return a text in another language; one that is no wording is somebody's own words and stays."""
    if not isinstance(text, Wording):
        return text
    said = translate(text.template)
    if not text.values:
        return said
    return said.format_map({name: _shown(value, translate) for name, value in text.values.items()})


def _shown(value: object, translate: Callable[[str], str] = str) -> object:
    if isinstance(value, tuple):
        return translate(_BETWEEN).join(str(_shown(each, translate)) for each in value)
    return translated(value, translate) if isinstance(value, str) else value


def either(*choices: str) -> str:
    """Return choices of which one is meant."""
    first, *others = choices
    for other in others:
        first = say("{one} 或 {other}", one=first, other=other)
    return first


def said_about(advice: str | None, words: str) -> str:
    """Return our own advice about a code of a platform, else what the platform says, else that it says nothing."""
    if advice is not None:
        return say(advice)
    return words[:200] or say("没有说原因")
