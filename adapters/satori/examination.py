"""Whether a gateway takes us and has the account, in words for whoever sets it up."""

from __future__ import annotations

import asyncio
from typing import Final

import aiohttp
from aiohttp import WSMsgType
from yarl import URL

from adapters.contract import Finding
from adapters.dialling import NotConnected, dialled
from adapters.json_frames import Unreadable
from adapters.satori import frames, wire
from adapters.satori.frames import Op
from adapters.satori.settings import Settings

_PATIENCE: Final = 10.0  # seconds


def events_at(url: str) -> str:
    """Return where a gateway tells its events."""
    base = URL(url)
    return str(base.with_scheme("wss" if base.scheme == "https" else "ws") / "v1/events")


async def look(settings: Settings, *, is_connected: bool) -> Finding:
    """Log in beside whoever is logged in; a gateway takes many."""
    if is_connected:
        return Finding("网关", True, "已连接")
    server = URL(settings.url).origin()
    try:
        async with asyncio.timeout(_PATIENCE), aiohttp.ClientSession() as session:
            found = await _logins(session, settings)
    except (NotConnected, TimeoutError) as error:
        return Finding("网关", False, f"连不上 {server}（{error or '没有回答'}）。请核对 url 和网络。")
    if found is None:
        return Finding("网关", False, "网关没有接受登录。请核对 token。")
    names = [f"{login.platform}:{login.user}" for login in found]
    if not names or settings.login not in ("", *names):
        return Finding(
            "网关", False, f"网关的帐号：{'、'.join(names) or '没有'}。请在网关登录，或核对 login。"
        )
    return Finding("网关", True, f"帐号 {settings.login or names[0]}")


async def _logins(session: aiohttp.ClientSession, settings: Settings) -> list[wire.Login] | None:
    async with await dialled(session, events_at(settings.url)) as socket:
        await socket.send_str(frames.identify(settings.token, None))
        async for message in socket:
            try:
                frame = frames.decode(message.data) if message.type is WSMsgType.TEXT else None
            except Unreadable:
                continue
            if frame is not None and frame.op == Op.READY:
                return wire.logins(frame.body)
    return None
