"""Whether an application is set up well, in words for whoever sets it up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from adapters.clock_check import compared
from adapters.contract import DeliveryFailed, Finding, KnownRoom, RoomKind
from adapters.feishu.addresses import place
from adapters.feishu.api import Api


async def look(api: Api, rooms: Sequence[KnownRoom], now: datetime, adapter: str) -> list[Finding]:
    """Ask who the bot is and whether it is in its groups, and compare the clocks."""
    try:
        _, name = await api.me()
    except DeliveryFailed as failed:
        return [Finding("机器人", False, failed.reason), *compared(api.server_time, now, "飞书")]
    well = f"{name or '没有名称'}；事件和卡片回调的地址都填 /hooks/{adapter}"
    groups = [await _group(api, room, adapter) for room in rooms]
    return [Finding("机器人", True, well), *groups, *compared(api.server_time, now, "飞书")]


async def _group(api: Api, room: KnownRoom, adapter: str) -> Finding:
    try:
        kind, number = place(room.address, adapter)
        if kind is RoomKind.GROUP:
            await api.call("GET", f"im/v1/chats/{number}")
    except DeliveryFailed as failed:
        return Finding(room.name, False, f"{failed.reason}。请在群设置里添加这个机器人，并核对 chat_id")
    return Finding(room.name, True, "可以发言")
