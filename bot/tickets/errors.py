"""Refusals: what a step may not do, said so that the asker knows what works instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import structs

from bot.asks import Rest, Result


def N_(template: str) -> str:  # noqa: N802 - the name that gettext tools look for
    """Mark a text for translation where it is translated later."""
    return template


class Phrase(msgspec.Struct, frozen=True):
    """A text inside another text, said in the language of whoever reads both."""

    template: str
    values: Mapping[str, object] = msgspec.field(default_factory=dict)


class TicketError(Exception):
    """A step the rules refuse. `template` is a text for `Speaker`, `values` what it names."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template)
        self.template = template
        self.values = values


class Incomplete(TicketError):
    """Something is missing, and may follow by itself: what is said next answers `about`."""

    def __init__(self, template: str, about: Result | Rest, **values: object) -> None:
        super().__init__(template, **values)
        self.about = about


def which_of(numbers: Sequence[int]) -> TicketError:
    """Return the refusal of one result for several tickets that had not the same."""
    shown = tuple(f"{each}" for each in numbers)
    return TicketError(
        "是哪一单？请带上单号：{numbers}。例：{name} {first}",
        numbers=shown,
        name=Phrase(N_("解决")),
        first=shown[0],
    )


def in_one(lacking: Sequence[Incomplete]) -> Incomplete:
    """Return what several tickets lack alike as one refusal: what is said next holds for all of them."""
    first = lacking[0]
    if len(lacking) == 1:
        return first
    numbers = tuple(error.values["number"] for error in lacking)
    match first.about:
        case Result() as about:
            said: Result | Rest = structs.replace(about, others=numbers[1:])
        case Rest(command=command):
            word, _, rest = command.split(" ", 2)
            said = Rest(command=" ".join((word, *map(str, numbers), rest)))
    return Incomplete(first.template, said, **{**first.values, "number": numbers})


class AlreadyOwned(TicketError):
    """Somebody else was first."""


class TooOld(TicketError):
    """Closed too long ago to be opened again: a new, linked ticket is the way."""


class NotTheirs(TicketError):
    """The step belongs to somebody else: the requester, the owner or a manager."""
