"""The scripts that run inside the Redis server, each with the hash under which the server knows it."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

import msgspec

# Scripts that write what lies in a shard begin with what they share.
_SHARING = {"box", "commit", "delivered", "learn", "put", "tidy", "unbox", "update"}


class Script(msgspec.Struct, frozen=True):
    """One file of `lua/`."""

    source: bytes
    sha: str


@cache
def script(name: str) -> Script:
    """Return the script of a name."""
    folder = files("bot.store.redis").joinpath("lua")
    source = folder.joinpath(f"{name}.lua").read_bytes()
    if name in _SHARING:
        source = folder.joinpath("shared.lua").read_bytes() + source
    return Script(source, hashlib.sha1(source, usedforsecurity=False).hexdigest())
