"""Secrets that stand in the file only by name: in an environment variable or in a file of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from bot.configuration.lines import Place
from bot.configuration.mistakes import Mistakes, SecretName, Wording

# Ways in which other programs write it, and a colon as Chinese keyboards give it: taken as they stand they would be the secret.
_ALMOST = re.compile(
    r"\$\{(\w+)\}|%(\w+)%|env\s*[:：=]\s*(\w+)|(file)\s*[:：]\s*(\S.*)", re.IGNORECASE | re.ASCII
)


class Secrets(msgspec.Struct, frozen=True):
    """Where secrets come from. Where conversations are replayed nothing is contacted, so that none is needed."""

    environment: Mapping[str, str]
    folder: Path  # of the configuration file
    are_needed: bool = True

    def resolve(self, value: object, place: Place, mistakes: Mistakes) -> object:
        """Return a value with every `env:NAME` and `file:PATH` in it replaced by what it names."""
        match value:
            case str() if value.startswith("env:"):
                return self._from_environment(value.removeprefix("env:").strip(), place, mistakes)
            case str() if value.startswith("file:"):
                return self._from_file(value.removeprefix("file:").strip(), place, mistakes)
            case str() if self.are_needed and (almost := _ALMOST.fullmatch(value)):
                right = f"file:{almost[5]}" if almost[4] else f"env:{almost[1] or almost[2] or almost[3]}"
                mistakes.add(place, SecretName(value), Wording(f'应写成 "{right}"', f'expected "{right}"'))
                return ""
            case dict():
                return {key: self.resolve(item, (*place, key), mistakes) for key, item in value.items()}
            case list():
                return [self.resolve(item, (*place, index), mistakes) for index, item in enumerate(value)]
            case _:
                return value

    def _from_environment(self, name: str, place: Place, mistakes: Mistakes) -> str:
        # Files of variables that were written on Windows leave the end of the line in them.
        found = self.environment.get(name, "").strip()
        # An empty secret is one that somebody forgot to fill in.
        if not found and self.are_needed:
            expected = Wording(f"环境变量 {name} 没有设置", f"the environment variable {name} is not set")
            mistakes.add(place, SecretName(f"env:{name}"), expected)
        return found

    def _from_file(self, name: str, place: Place, mistakes: Mistakes) -> str:
        try:
            found = (self.folder / name).read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            found = ""
        if not found and self.are_needed:
            expected = Wording(f"文件 {name} 读不到或是空的", f"the file {name} cannot be read or is empty")
            mistakes.add(place, SecretName(f"file:{name}"), expected)
        return found
