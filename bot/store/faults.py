"""What goes wrong when something is saved, and what a store says when it cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Mapping


class Conflict(Exception):
    """Somebody else saved the ticket first. Load it again and decide again."""

    def __init__(self, number: int) -> None:
        super().__init__(f"ticket {number} was changed meanwhile")
        self.number = number


class AlreadySeen(Exception):
    """The message that caused this change was handled before; nothing was saved."""

    def __init__(self, key: str) -> None:
        super().__init__(f"message {key} was handled before")
        self.key = key


class NotQueued(ValueError):
    """No message of this key is in the outbox."""

    def __init__(self, key: str) -> None:
        super().__init__(f"no message {key} in the outbox")
        self.key = key


class MovedAway(Exception):
    """A message is to be said through another adapter by now; nothing was saved."""

    def __init__(self, key: str) -> None:
        super().__init__(f"message {key} is another adapter's now")
        self.key = key


class LeaseLost(Exception):
    """Another process sends for this adapter now; nothing was saved."""

    def __init__(self, adapter: str) -> None:
        super().__init__(f"another process sends for {adapter} now")
        self.adapter = adapter


class StoreFault(Exception):
    """The store cannot be used. The text says in one sentence why and what to do.

    `template` is a text for `Speaker`, `values` what it names; as a string it speaks Chinese.
    """

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(worded(template, values))
        self.template = template
        self.values = values

    def said(self, translate: Callable[[str], str]) -> str:
        """Return the text in another language."""
        return worded(translate(self.template), self.values)


class StoreInUse(StoreFault):
    """Another process writes to the store."""


def worded(template: str, values: Mapping[str, object]) -> str:
    """Return a template with what it names; without values it is a text already, whatever braces are in it."""
    return template.format_map(values) if values else template
