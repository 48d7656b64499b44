"""The configuration as it is now: that of the file, read again when somebody asks, with what was set up in chat while the bot ran."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from msgspec.structs import replace

from bot.config import Config, rules_of
from bot.rooms.directory import Directory
from bot.rooms.set_up import ALL, SetUp, overlaid, read
from bot.store.contract import Store
from bot.tickets.rules import Rules

# Of the rules, what is set up in chat or read again with the file; everybody shares these very dicts.
_CHANGING = (
    "policies", "calendars", "ladders", "rotas", "rooms", "staff", "roles", "customers", "skills", "phones", "cards", "belongs", "contracts",
    "validities", "scopes", "plans",
)  # fmt: skip


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
        self._unreachable = set(rules.unreachable)
        self.rules: Rules = replace(rules, **self._changing, unreachable=self._unreachable)
        self._store = store

    async def load(self) -> None:
        """Read what is set up."""
        self._become(self.file, await self._kept())

    async def take(self, file: Config) -> None:
        """Go by another file from now on; what is set up in chat lies over it as it did over the one before."""
        self._become(file, await self._kept())

    async def _kept(self) -> SetUp:
        kept: dict[str, str] = {}
        for prefix in ALL:
            kept |= await self._store.kept(prefix)
        return read(kept)

    def _become(self, file: Config, set_up: SetUp) -> None:
        """Change everything together, between two messages."""
        self.file, self.set_up = file, set_up
        self.config = overlaid(file, set_up)
        rules = rules_of(self.config)
        bound = {account: note.room for account, note in set_up.accounts.items()}
        self.directory.learn(self.config, bound)
        for name, ours in self._changing.items():
            _become(ours, getattr(rules, name))
        self._unreachable.clear()
        self._unreachable |= rules.unreachable


def _become(ours: dict[str, Any], theirs: Mapping[str, Any]) -> None:
    if list(ours) != list(theirs):  # people are told in the order of the file
        ours.clear()
    ours.update(theirs)
