"""Who may speak in the simulator: the people of the configuration, and visitors who typed a name."""

from __future__ import annotations

from collections.abc import Iterable

from adapters.addressing import mentioned
from adapters.contract import KnownPerson, Mention
from adapters.web.refusals import Reason, Refused

VISITOR = "visitor"  # the role of somebody who is not in the configuration
LONGEST_NAME = 40
MOST_VISITORS = 200


class People:
    """Everybody who may speak. The account of a visitor is the adapter's name and the name they typed."""

    def __init__(self, adapter: str, known: Iterable[KnownPerson]) -> None:
        self._prefix = f"{adapter}:"
        self._known = {person.account: person for person in known}
        self._by_name = {person.name: person for person in reversed(self._known.values())}
        self._visitors: dict[str, KnownPerson] = {}

    def all(self) -> list[KnownPerson]:
        """Return the people of the configuration, then the visitors in the order they came."""
        return [*self._known.values(), *self._visitors.values()]

    def is_here(self, account: str) -> bool:
        """Say whether an account is of the configuration or spoke here; nobody else can be called."""
        return account in self._known or account in self._visitors

    def find(self, account: str) -> KnownPerson:
        """Return who has an account; any well-formed name that nobody has is a visitor.

        A visitor who types the name of a known person is that person: two people of one name could not be told apart.

        Raises:
            Refused: It is no account of this adapter, or not fit to be a name.
        """
        if person := self._known.get(account):
            return person
        name = account.removeprefix(self._prefix)
        if name == account or not is_name(name):
            raise Refused(Reason.UNKNOWN_PERSON)
        return self._by_name.get(name) or KnownPerson(account=account, name=name, role=VISITOR)

    def welcome(self, person: KnownPerson) -> bool:
        """Remember a visitor, forgetting the oldest beyond `MOST_VISITORS`; return whether they are new here."""
        if self.is_here(person.account):
            return False
        if len(self._visitors) >= MOST_VISITORS:
            del self._visitors[next(iter(self._visitors))]
        self._visitors[person.account] = person
        return True

    def mentioned(self, text: str) -> tuple[str, tuple[Mention, ...]]:
        """Return a text with every call of a person written as `@` and the name, and whom it calls."""
        mentions = mentioned(text, self.all())
        for mention in mentions:
            text = text.replace(f"＠{mention.name}", f"@{mention.name}")
        return text, mentions


def is_name(text: str) -> bool:
    """Say whether a text is fit to be a visitor's name and the last part of an address."""
    return (
        0 < len(text) <= LONGEST_NAME
        and text == text.strip()
        and text.isprintable()
        and not set(text) & {":", "@", "＠"}
    )
