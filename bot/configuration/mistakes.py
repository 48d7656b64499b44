"""What is wrong in a configuration: key, found, expected and line, in words for whoever has to mend it."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, time
from enum import Enum

import msgspec

from bot.configuration.lines import Place, line_of
from scheduler.mistaken import in_english

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_PASSWORD = re.compile(r":.*@", re.DOTALL)
_LONGEST_SHOWN = 60
# In a block of an adapter anything else may be a secret, or be meant to be one.
_SHOWN_OF_ADAPTERS = frozenset({"name", "type", "mode"})
_HIDDEN = '"***"'
_MOST_CHOICES = 20


class Wording(msgspec.Struct, frozen=True):
    """The same sentence for Chinese and for English readers."""

    zh: str
    en: str

    def of(self, language: str) -> str:
        """Return the sentence in a language."""
        return self.zh if language == "zh" else self.en


def complaint(fault: Exception) -> Wording:
    """Return what a parser complains of."""
    return Wording(str(fault), in_english(fault))


class Mistake(msgspec.Struct, frozen=True):
    """One thing to mend. `found` is empty when there is nothing to show; `line` is None when nothing could be read."""

    key: str
    found: str
    expected: str
    line: int | None
    expected_en: str = ""
    is_of_file: bool = False  # `key` is the file's name, and `found` what the line says

    def text(self, language: str = "zh") -> str:
        """Return one line for the terminal."""
        found = f"{' ' if self.is_of_file else ' = '}{self.found}" if self.found else ""
        if language == "en":
            where = f"line {self.line}: " if self.line else ""
            return f"{where}{self.key}{found}: {self.expected_en or self.expected}"
        where = f"第 {self.line} 行 " if self.line else ""
        return f"{where}{self.key}{found}：{self.expected}"


class ConfigurationFaults(Exception):
    """A configuration cannot be used; `mistakes` are all that were found, from top to bottom."""

    def __init__(self, mistakes: tuple[Mistake, ...], language: str = "zh") -> None:
        super().__init__(mistakes)
        self.mistakes = mistakes
        self.language = language  # what the file itself asks for, if that much could be read

    def lines(self, language: str = "") -> list[str]:
        """Return one line for each mistake, by default in the language of the file."""
        return [mistake.text(language or self.language) for mistake in self.mistakes]

    def __str__(self) -> str:
        return "\n".join(self.lines())


class SecretName(msgspec.Struct, frozen=True):
    """Stands for a secret by the name of where it should be, which may be shown."""

    name: str


class Nothing(Enum):
    """Stands for a value that cannot be shown."""

    ABSENT = "absent"  # it is missing
    UNSHOWN = "unshown"  # nobody knows what it is, so it may be a secret in the wrong place


ABSENT = Nothing.ABSENT
UNSHOWN = Nothing.UNSHOWN


class Mistakes:
    """Collects what is wrong while a configuration is read, so that all of it can be said at once."""

    def __init__(self, lines: Mapping[Place, int]) -> None:
        self._lines = lines
        self._found: list[Mistake] = []
        self._places: list[Place] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, place: Place, found: object, expected: Wording | str) -> None:
        """Note a mistake; a plain `expected` is the message of a parser and serves for all readers."""
        if isinstance(expected, str):
            expected = Wording(expected, expected)
        if found is ABSENT:
            expected = Wording(f"没有写，{expected.zh}", f"missing, {expected.en}")
        line = line_of(self._lines, place)
        self._places.append(place)
        self._found.append(Mistake(key_of(place), _shown(place, found), expected.zh, line, expected.en))

    def is_at(self, place: Place) -> bool:
        """True when this place or a table around it is wrong, so that no more needs to be said about it."""
        return any(place[: len(noted)] == noted for noted in self._places)

    def is_within(self, place: Place) -> bool:
        """True when something in the table at this place is wrong, so that nothing can be made of it."""
        return any(noted[: len(place)] == place for noted in self._places)

    def in_order(self) -> tuple[Mistake, ...]:
        """Return all mistakes from the top of the file to its end."""
        return tuple(sorted(self._found, key=lambda mistake: mistake.line or 0))


def key_of(place: Place) -> str:
    """Return a place as people write it: `people[0].role`; positions count from 0."""
    parts: list[str] = []
    for part in place:
        if isinstance(part, int):
            parts.append(f"[{part}]")
        else:
            parts.append("." * bool(parts) + _key(part))
    return "".join(parts)


def nearest(written: str, known: Iterable[str], missing: Wording) -> Wording:
    """Return `missing` with the known word nearest to what was written, or with all known words when none is near."""
    words = sorted({word for word in known if word})
    folded = {word.lower(): word for word in reversed(words)}
    near = difflib.get_close_matches(written.lower(), folded, n=1)
    if near:
        word = folded[near[0]]
        return Wording(f"{missing.zh}，您是不是要写 {word}？", f"{missing.en}, did you mean {word}?")
    if not words:
        return missing
    if len(words) > _MOST_CHOICES:
        words = [*words[:_MOST_CHOICES], "…"]
    return Wording(
        f"{missing.zh}，可以写 {'、'.join(words)}", f"{missing.en}, choose from {', '.join(words)}"
    )


def _shown(place: Place, found: object) -> str:
    if isinstance(found, Nothing):
        return ""
    if isinstance(found, SecretName):
        return _quoted(found.name)
    # The block itself is not shown either: it holds the secrets.
    if place[:1] == ("adapters",) and (len(place) < 3 or place[2] not in _SHOWN_OF_ADAPTERS):
        return _HIDDEN
    if place == ("store", "url"):
        found = _PASSWORD.sub(":***@", str(found))
    shown = _written(found)
    return shown if len(shown) <= _LONGEST_SHOWN else shown[: _LONGEST_SHOWN - 1] + "…"


def _written(value: object) -> str:
    """Return a value as TOML writes it, as far as a reader needs it to recognise it."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _quoted(value)
        case date() | time():
            return value.isoformat()
        case dict():
            return "{…}" if value else "{}"
        case list() | tuple():
            return "[" + ", ".join(_written(item) for item in value) + "]"
        case _:
            return str(value)


def _key(text: str) -> str:
    return text if _BARE_KEY.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
