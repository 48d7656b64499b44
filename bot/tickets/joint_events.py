"""What happens when several people report the same."""

from __future__ import annotations

from bot.tickets.event import Event
from bot.tickets.model import Party, Reporter


class Joined(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Somebody else of the same room has the same trouble. `is_told`: they were told so, because they had asked."""

    by: Party
    account: str
    address: str
    room: str
    customer: str = ""
    text: str
    is_told: bool = False
    language: str = ""  # as in `Reporter`
    is_report: bool = False  # they wanted to open a ticket of their own


class Parted(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """A reporter has another trouble after all, or none any more. When it is the requester the next one takes their place."""

    by: Party


class Vouched(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """A further reporter says that it works for them."""

    by: Party


class Absorbed(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Other tickets are worked on together with this one from now on."""

    by: Party
    reporters: tuple[Reporter, ...]


class Released(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """A ticket that was merged into this one goes its own way again."""

    by: Party | None = None
    ticket: int


class Merged(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The ticket goes along with another one: of the same room it is over itself, of another room it has its own promises."""

    by: Party
    into: int
    is_over: bool = False
    is_part: bool = False


class Split(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The ticket goes its own way again."""

    by: Party | None = None
    was: int


JointEvent = Joined | Parted | Vouched | Absorbed | Released | Merged | Split
