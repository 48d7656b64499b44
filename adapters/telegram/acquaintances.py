"""People by their Telegram usernames, as far as they have spoken, and groups that got another id."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import structlog

from adapters.contract import Incoming, RoomKind, Surroundings
from adapters.telegram.addresses import Place
from adapters.telegram.wire import Moved

_log = structlog.get_logger(__name__)

_MOST_PEOPLE: Final = 10_000
_MOST_GROUPS: Final = 1000


class Acquaintances:
    """Filled while the bot listens; known people keep the names of the configuration."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.people = {person.account: person.name for person in surroundings.people}
        self.usernames: OrderedDict[str, tuple[str, str]] = OrderedDict()
        self.homes: dict[int, int] = {}  # a supergroup to the group it was, where only that is configured
        self._moved: dict[int, int] = {}
        self._name = surroundings.name
        self._rooms = {room.address: room.name for room in surroundings.rooms}
        self._log = _log.bind(adapter=surroundings.name)

    def met(self, username: str, message: Incoming) -> None:
        """Remember whose username this is; it may have been somebody else's."""
        if not username:
            return
        self.usernames[username] = (message.sender, message.sender_name)
        self.usernames.move_to_end(username)
        if len(self.usernames) > _MOST_PEOPLE:
            self.usernames.popitem(last=False)

    def moved(self, move: Moved) -> None:
        """Use the new id of a group from now on, and say loudly what to write into the configuration."""
        if self._moved.get(move.old) == move.new or move.old == move.new or len(self._moved) >= _MOST_GROUPS:
            return
        self._moved[move.old] = move.new
        old, new = (Place(RoomKind.GROUP, chat).address(self._name) for chat in (move.old, move.new))
        if old in self._rooms and new not in self._rooms:
            self.homes[move.new] = move.old
        self._log.error(
            f"group became a supergroup: write address = {new!r} into the configuration",
            action="telegram_group_moved",
            room=self._rooms.get(old, ""),
            old=old,
            new=new,
        )

    def chat_now(self, chat: int) -> int:
        """Return the id under which a chat is reached today."""
        return self._moved.get(chat, chat)
