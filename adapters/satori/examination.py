"""Whether a gateway takes us, has the account, and knows the rooms, in words for whoever sets it up."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import aiohttp
from aiohttp import WSMsgType
from yarl import URL

from adapters.clock_check import compared
from adapters.contract import DeliveryFailed, Finding, KnownRoom
from adapters.dialling import NotConnected, dialled
from adapters.json_frames import Unreadable
from adapters.satori import frames, wire
from adapters.satori.api import Api
from adapters.satori.frames import Op
from adapters.satori.settings import Settings
from adapters.sessions import faithful
from adapters.wording import say, words_of

_PATIENCE: Final = 10.0  # seconds
_ONLINE: Final = 1


def events_at(url: str) -> str:
    """Return where a gateway tells its events."""
    base = URL(url)
    return str(base.with_scheme("wss" if base.scheme == "https" else "ws") / "v1/events")


async def look(
    settings: Settings, api: Api, rooms: Sequence[KnownRoom], now: datetime, adapter: str
) -> list[Finding]:
    """Log in beside whoever is logged in, a gateway takes many; then ask for the rooms, and compare the clocks."""
    subject, server = say("网关"), URL(settings.url).origin()
    try:
        async with asyncio.timeout(_PATIENCE), faithful() as session:
            found = await _logins(session, settings)
    except (NotConnected, TimeoutError) as error:
        why = words_of(error) or say("没有回答")
        says = say("连不上 {server}（{why}）。请核对 url 和网络。", server=server, why=why)
        return [Finding(subject, False, says)]
    if found is None:
        return [Finding(subject, False, say("网关没有接受登录。请核对 token。"))]
    names = {f"{login.platform}:{login.user}": login for login in found}
    login = names.get(settings.login) if settings.login else next(iter(found), None)
    if login is None:
        here = tuple(names) or say("没有")
        says = say("网关的帐号：{accounts}。请在网关登录，或核对 login。", accounts=here)
        return [Finding(subject, False, says)]
    account = f"{login.platform}:{login.user}"
    if login.status not in (None, _ONLINE):
        says = say("{account} 不在线：请在网关重新登录这个帐号。", account=account)
        return [Finding(subject, False, says)]
    groups = [await _room(api, login, room, adapter) for room in rooms if ":group:" in room.address]
    well = Finding(subject, True, say("帐号 {account}", account=account))
    return [well, *[each for each in groups if each], *compared(api.server_time, now, say("Satori 网关"))]


async def _room(api: Api, login: wire.Login, room: KnownRoom, adapter: str) -> Finding | None:
    """Say whether the account is in a room; nothing where the gateway has no way to ask, or does not answer."""
    if "channel.get" not in login.features:
        return None
    subject = say("群 {name}", name=room.name)
    try:
        _, number = wire.place(room.address, adapter)
        await api.call("channel.get", login, {"channel_id": number})
    except DeliveryFailed as failed:
        if failed.retry_after is not None:
            return None
        says = say("{why}。请把帐号拉进群，并核对 address。", why=failed.reason)
        return Finding(subject, False, says)
    return Finding(subject, True, say("在群里"))


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
