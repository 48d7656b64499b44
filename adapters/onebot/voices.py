"""Which accounts are connected, each with its newest links, and which of them speaks in which room."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from adapters.contract import RoomKind, Timekeeper
from adapters.onebot.admission import Role
from adapters.onebot.link import Link

_MOST_ROOMS: Final = 20_000
_ALONE: Final = f":{RoomKind.PRIVATE}:"


def is_alone(room: str) -> bool:
    """Say whether one person talks to one account there."""
    return _ALONE in room


class Voices:
    """Links by account and role. A room in which several of our accounts are is heard, and answered, by one of them."""

    def __init__(self) -> None:
        self._links: dict[tuple[str, Role], Link] = {}
        self._homes: OrderedDict[str, str] = OrderedDict()  # room to account, the latest last
        self._has_come = asyncio.Event()  # a new one for everybody who connects

    def join(self, account: str, role: Role, link: Link) -> Link | None:
        """Let the newest link count, and return the one that it replaces."""
        older = self._links.get((account, role))
        self._links[account, role] = link
        self.wake()
        return older

    def leave(self, account: str, role: Role, link: Link) -> None:
        """Forget a link that has ended, but not a newer one that has taken its place."""
        if self._links.get((account, role)) is link:
            del self._links[account, role]

    def wake(self) -> None:
        """Let everybody look again who waits for a connection."""
        self._has_come.set()
        self._has_come = asyncio.Event()

    @property
    def links(self) -> tuple[Link, ...]:
        """All links that have not ended."""
        return tuple(self._links.values())

    @property
    def accounts(self) -> tuple[str, ...]:
        """Accounts with a connection, which QQ has not thrown out."""
        return tuple(account for account in self.connected if self._is_logged_in(account))

    @property
    def connected(self) -> tuple[str, ...]:
        """Accounts with a connection, also those that QQ has thrown out."""
        return tuple(dict.fromkeys(account for (account, _), link in self._links.items() if link.is_open))

    def _is_logged_in(self, account: str) -> bool:
        # Heartbeats come with events, calls may go over a link of their own.
        return all(link.is_logged_in for (name, _), link in self._links.items() if name == account)

    def rooms_of(self, account: str, most: int) -> tuple[str, ...]:
        """Return the rooms in which an account was heard lately."""
        return tuple([room for room in reversed(self._homes) if self._homes[room] == account][:most])

    def hears(self, room: str, account: str) -> bool:
        """Say whether it is this account that hears a room for us.

        In a group whoever is heard first there does while it is connected. Alone, people talk to one account or another: to each of
        them they say something else, and the latest answers.
        """
        home = self._homes.get(room)
        if is_alone(room) or home is None or (home != account and home not in self.accounts):
            self._homes[room] = home = account
            if len(self._homes) > _MOST_ROOMS:
                self._homes.popitem(last=False)
        return home == account

    def may_hear(self, room: str, account: str) -> bool:
        """Say whether an account hears a room, or would if it was heard there first."""
        home = self._homes.get(room)
        return home is None or home == account or home not in self.accounts

    def settle(self, rooms: Iterable[str], account: str) -> None:
        """Note in which rooms an account is, and whom it knows, where nobody else hears for us."""
        for room in rooms:
            if self.may_hear(room, account):
                self.hears(room, account)

    def caller(self, account: str) -> Link | None:
        """Return the link that takes calls for an account."""
        for role in (Role.UNIVERSAL, Role.API):
            link = self._links.get((account, role))
            if link is not None and link.is_open:
                return link
        return None

    def caller_for(self, room: str) -> Link | None:
        """Return the link through which a room is spoken to, or None while there is none."""
        home = self._homes.get(room)
        if home is not None and self._is_logged_in(home) and (link := self.caller(home)) is not None:
            return link
        callers = [link for account in self.accounts if (link := self.caller(account)) is not None]
        # One account alone may have come in the place of another; of several it must be known who is in the room.
        return callers[0] if len(callers) == 1 else None

    async def caller_soon(self, room: str, clock: Timekeeper, within: timedelta) -> Link | None:
        """Return the link for a room as soon as somebody connects, or None when nobody does in this time."""
        tasks = (
            asyncio.create_task(self._has_come.wait()),
            asyncio.create_task(clock.sleep(within)),
        )
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
        return self.caller_for(room)
