"""SQL by name: how the statements of a `.sql` file are told apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

_NAME = re.compile(r"^-- (\w+) --$", re.MULTILINE)


def named_queries(text: str) -> Mapping[str, str]:
    """Return the statements of a file by the name in the line above each; what stands before the first name is ignored.

    Raises:
        ValueError: Two statements have the same name.
    """
    _, *parts = _NAME.split(text)
    names, statements = parts[::2], parts[1::2]
    queries = {name: statement.strip() for name, statement in zip(names, statements, strict=True)}
    if len(queries) != len(names):
        raise ValueError(f"a query is named twice among {', '.join(sorted(names))}")
    return MappingProxyType(queries)


def sqlite_queries() -> Mapping[str, str]:
    """Return the statements of the SQLite store."""
    return named_queries(files("bot.store.sqlite").joinpath("queries.sql").read_text(encoding="utf-8"))
