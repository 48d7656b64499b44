"""Values as platforms write them: parts of JSON that may be anything, instants, ids for what came without one; pure."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, Final

_FAR_FUTURE: Final = 32_503_680_000  # the year 3000; beyond it a time is a mistake


def instant(value: Any, *, per_second: int = 1) -> datetime | None:
    """Return a time since 1970, a number or a text of digits, as UTC; None when it is none.

    `per_second` is 1000 where a platform counts milliseconds.
    """
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 15:
        value = int(value)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if is_number and 0 < value < _FAR_FUTURE * per_second:
        return datetime.fromtimestamp(value / per_second, UTC)
    return None


def derived_id(*stable: str) -> str:
    """Return an id made of what stays the same when a message without one is sent again."""
    digest = hashlib.blake2b("\0".join(stable).encode(errors="surrogatepass"), digest_size=8)
    return f"derived-{digest.hexdigest()}"


def part(value: Any, key: str) -> Any:
    """Return what an object holds under a key; None when it is no object or lacks it."""
    return value.get(key) if isinstance(value, dict) else None


def word(value: Any, key: str) -> str:
    """Return a text in an object, without spaces around it; empty when it is none."""
    found = part(value, key)
    return found.strip() if isinstance(found, str) else ""


def identity(value: Any) -> str:
    """Return an id as a text, whether it was written as one or as a number; empty when it is none."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text_of(value)


def text_of(value: Any) -> str:
    """Return a value that is a text, without spaces around it; empty for anything else."""
    return value.strip() if isinstance(value, str) else ""
