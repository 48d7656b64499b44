"""The configuration as it is now: that of the file, with what was set up in chat while the bot ran."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from msgspec.structs import replace

from bot.config import Config, rules_of
from bot.rooms.directory import Directory
from bot.rooms.set_up import ALL, SetUp, overlaid, read
from bot.store.contract import Store
from bot.tickets.rules import Rules

_CHANGING = ("rooms", "customers", "rotas", "roles", "belongs")  # of the rules, what is set up in chat, too


class Living:
    """Holds directory and rules that everybody shares, and brings both up to date together when something is set up."""

    def __init__(self, config: Config, store: Store, local: Collection[str] = ()) -> None:
        """`local`: adapters whose people have another account in every room."""
        self.file = config
        self.config = config
        self.set_up = SetUp({}, {}, {})
        self.directory = Directory(config, local)
        rules = rules_of(config)
        self._changing: dict[str, dict[str, Any]] = {name: dict(getattr(rules, name)) for name in _CHANGING}
        self.rules: Rules = replace(rules, **self._changing)
        self._store = store

    async def load(self) -> None:
        """Read what is set up."""
        kept: dict[str, str] = {}
        for prefix in ALL:
            kept |= await self._store.kept(prefix)
        self.set_up = read(kept)
        self.config = overlaid(self.file, self.set_up)
        rules = rules_of(self.config)
        bound = {account: note.room for account, note in self.set_up.accounts.items()}
        self.directory.learn(self.config, bound)
        for name, ours in self._changing.items():
            _become(ours, getattr(rules, name))


def _become(ours: dict[str, Any], theirs: Mapping[str, Any]) -> None:
    for key in ours.keys() - theirs.keys():
        del ours[key]
    ours.update(theirs)
