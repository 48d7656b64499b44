"""How a group is called to which the bot was just added: its notice does not say, the QQ side can be asked."""

from __future__ import annotations

from dataclasses import replace

from adapters.contract import Notice, What
from adapters.onebot.calls import Caller, NoSuchPower, ask
from adapters.values import word


def is_nameless(notice: Notice) -> bool:
    """Say whether a notice is worth asking for a name: whoever sets the group up would read a number."""
    return notice.what is What.BOT_ADDED and not notice.room_name


async def named(notice: Notice, caller: Caller | None, echo: str) -> Notice:
    """Return a notice with the name of its group, unchanged where nobody tells it soon."""
    if caller is None:
        return notice
    group = notice.room.rpartition(":")[2]
    number: int | str = int(group) if group.isascii() and group.isdecimal() else group
    try:
        found = await ask(caller, "get_group_info", echo, group_id=number, no_cache=True)
    except NoSuchPower:
        return notice
    return replace(notice, room_name=word(found, "group_name"))
