"""From where an update is read: the bot itself, and who is known to it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class View(msgspec.Struct, frozen=True):
    """What an adapter knows; the mappings may be filled while it is in use."""

    name: str  # of the adapter
    bot_name: str  # as people call it
    bot: int  # the bot's own id
    username: str  # the bot's own, without @
    people: Mapping[str, str]  # account to name
    usernames: Mapping[str, tuple[str, str]]  # of people who have spoken, in lower case: account and name
    homes: Mapping[int, int]  # a supergroup to the group it was, where only that is configured
