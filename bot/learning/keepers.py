"""Who looks after the knowledge: whose word makes an answer public, and whether anybody wants to be told of lessons."""

from __future__ import annotations

from bot.rooms.living import Living
from bot.tickets.model import Party
from bot.tickets.rules import Role


class Keepers:
    """The knowledge managers: those named in `[faq] managers` and whoever has the role.

    Where the configuration names none, managers decide, and nothing is proposed unasked.
    """

    def __init__(self, living: Living) -> None:
        self._living = living

    @property
    def people(self) -> tuple[Party, ...]:
        """Whoever decides what is answered, in the order of the configuration."""
        return self._named() or self._living.rules.with_role(Role.MANAGER)

    @property
    def are_named(self) -> bool:
        """True where somebody is there for the knowledge."""
        return bool(self._named())

    def has(self, by: Party, role: Role) -> bool:
        """Say whether somebody may decide what is answered."""
        return by in self.people or role in (Role.KNOWLEDGE, Role.ADMIN)

    def _named(self) -> tuple[Party, ...]:
        file = self._living.file
        return tuple(
            Party(person.id, person.name)
            for person in file.people
            if person.id in file.faq.managers or person.role is Role.KNOWLEDGE
        )
