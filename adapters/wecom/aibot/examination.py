"""Whether an intelligent robot is set up well, in words for whoever sets it up."""

from __future__ import annotations

import asyncio
from typing import Final

import aiohttp
from yarl import URL

from adapters.contract import Finding
from adapters.wecom.aibot.settings import Settings

_PATIENCE: Final = 10.0  # seconds


async def look(settings: Settings, *, is_connected: bool) -> Finding:
    """Open a connection without logging in: a login would throw out the robot that is running."""
    if is_connected:
        return Finding("长连接", True, "已登录")
    server = URL(settings.url).origin()
    try:
        async with (
            asyncio.timeout(_PATIENCE),
            aiohttp.ClientSession() as session,
            session.ws_connect(settings.url),
        ):
            return Finding(
                "长连接", True, f"{server} 可以连上；Bot ID 和 Secret 在运行时核对，看日志 wecom_connected"
            )
    except (aiohttp.ClientError, OSError) as error:  # a time-out is an OSError
        return Finding("长连接", False, f"连不上 {server}（{type(error).__name__}）。请核对 url 和网络。")
