"""Who looks after the knowledge: whose word makes an answer public, and whether anybody wants to be told of lessons."""

from __future__ import annotations

import msgspec

from bot.config import Config
from bot.tickets.model import Party
from bot.tickets.rules import Role


class Keepers(msgspec.Struct, frozen=True):
    """The knowledge managers. Where the configuration names none, managers decide, and nothing is proposed unasked."""

    people: tuple[Party, ...]
    are_named: bool

    def has(self, by: Party, role: Role) -> bool:
        """Say whether somebody may decide what is answered."""
        return by in self.people or role in (Role.KNOWLEDGE, Role.ADMIN)


def keepers_of(config: Config) -> Keepers:
    """Return those named in `[faq] managers` and whoever has the role, else the managers."""
    named = tuple(
        Party(person.id, person.name)
        for person in config.people
        if person.id in config.faq.managers or person.role is Role.KNOWLEDGE
    )
    managers = tuple(Party(person.id, person.name) for person in config.people if person.role is Role.MANAGER)
    return Keepers(named or managers, bool(named))
