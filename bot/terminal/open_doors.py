"""Doors that were left open: adapters at whose address nobody has to prove who they are, and the clock that anybody may move."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from adapters.powers import MayBeOpen
from adapters.registry import settings_type
from bot.configuration.model import Config

_FOR_TRYING = frozenset({"web", "console"})


class OpenDoor(msgspec.Struct, frozen=True):
    """An adapter that takes everybody for its platform until a key is set."""

    adapter: str
    key: str


def open_doors(config: Config) -> Iterator[OpenDoor]:
    """Yield every such adapter of a configuration that was read without mistakes."""
    for each in config.adapters:
        settings: object = msgspec.convert(dict(each.settings), settings_type(each.type))
        if isinstance(settings, MayBeOpen):
            for key in settings.unproved():
                yield OpenDoor(each.name, key)


def has_open_clock(config: Config) -> bool:
    """Say whether whoever opens the pages may move the clock, without a login, of a bot that serves real platforms."""
    return config.web.time_travel and any(each.type not in _FOR_TRYING for each in config.adapters)
