"""What only chat has set up, in lines for `shouwen check`."""

from __future__ import annotations

from bot.config import Config
from bot.rooms import bound
from bot.rooms.set_up import ALL, read
from bot.store.faults import StoreFault
from bot.store.registry import read_kept
from bot.terminal.command_line import Voice


async def set_up_in_chat(config: Config, voice: Voice) -> list[str]:
    """Return rooms and accounts that the file does not mention; nothing while there is no store yet."""
    try:
        kept = await read_kept(config.store_url, *ALL)
    except StoreFault as fault:
        return [voice.say("群里设置过什么看不到：{why}", why=fault.said(voice.translate))]
    rooms, accounts = bound.by_chat(config, read(kept))
    lines = [
        voice.say(
            "群里设置：{room}（{address}）→ {customer}",
            room=room.name,
            address=room.address,
            customer=room.customer,
        )
        if room.is_ready
        else voice.say("群里还没设好：{room}（{address}）", room=room.name, address=room.address)
        for room in rooms
    ]
    return lines + [
        voice.say("群里认的帐号：{account} → {person}", account=account, person=person)
        for account, person in accounts
    ]
