"""The scripts that run inside the Redis server, each with the hash under which the server knows it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Script:
    """One file of `lua/`."""

    source: bytes
    sha: str


@cache
def script(name: str) -> Script:
    """Return the script of a name."""
    source = files("bot.store").joinpath("lua", f"{name}.lua").read_bytes()
    return Script(source, hashlib.sha1(source, usedforsecurity=False).hexdigest())
