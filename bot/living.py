"""The configuration as it is now: that of the file, with what was set up in chat while the bot ran."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from msgspec.structs import replace

from bot.config import Config, rules_of
from bot.directory import Directory
from bot.set_up import ALL, SetUp, overlaid, read
from bot.store.contract import Store
from bot.tickets.rules import RoomRules, Rules


class Living:
    """Holds directory and rules that everybody shares, and brings both up to date together when something is set up."""

    def __init__(self, config: Config, store: Store, local: Collection[str] = ()) -> None:
        """`local`: adapters whose people have another account in every room."""
        self.file = config
        self.config = config
        self.set_up = SetUp({}, {}, {})
        self.directory = Directory(config, local)
        rules = rules_of(config)
        self._rooms: dict[str, RoomRules] = dict(rules.rooms)
        self._customers = dict(rules.customers)
        self._rotas = dict(rules.rotas)
        self._roles, self._belongs = dict(rules.roles), dict(rules.belongs)
        self.rules: Rules = replace(
            rules,
            rooms=self._rooms,
            customers=self._customers,
            rotas=self._rotas,
            roles=self._roles,
            belongs=self._belongs,
        )
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
        _become(self._rooms, rules.rooms)
        _become(self._customers, rules.customers)
        _become(self._rotas, rules.rotas)
        _become(self._roles, rules.roles)
        _become(self._belongs, rules.belongs)


def _become(ours: dict[str, Any], theirs: Mapping[str, Any]) -> None:
    for key in ours.keys() - theirs.keys():
        del ours[key]
    ours.update(theirs)
