"""Whether an application is set up well, in words for whoever sets it up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from adapters.clock_check import compared
from adapters.contract import DeliveryFailed, Finding, KnownRoom, RoomKind
from adapters.feishu.addresses import place
from adapters.feishu.api import Api
from adapters.feishu.settings import Settings
from adapters.stream_addresses import Unsuitable
from adapters.values import part, word
from adapters.wording import say

_ALL: Final = "im:message.group_msg"
_SPEAK: Final = ("im:message:send_as_bot", "im:message")
_GRANTED: Final = 1


async def look(
    settings: Settings,
    api: Api,
    rooms: Sequence[KnownRoom],
    now: datetime,
    adapter: str,
    *,
    is_open: bool,  # the long connection of the running bot
) -> list[Finding]:
    """Ask who the bot is, what it may do and whether it is in its groups, and compare the clocks."""
    subject = say("机器人")
    try:
        _, name = await api.me()
    except DeliveryFailed as failed:
        return [Finding(subject, False, failed.reason), *compared(api.server_time, now, say("飞书"))]
    is_called = settings.mode == "callback"
    shown = name or say("没有名称")
    where = say(
        "{name}；事件和卡片回调的地址都填 https://你的域名/hooks/{adapter}", name=shown, adapter=adapter
    )
    return [
        Finding(subject, True, where if is_called else shown),
        _door(settings) if is_called else await _stream(api, is_open=is_open),
        *await _rights(api),
        *[await _group(api, room, adapter) for room in rooms],
        *compared(api.server_time, now, say("飞书")),
    ]


async def _stream(api: Api, *, is_open: bool) -> Finding:
    """Ask where to connect to without connecting: events go to one connection only, and that is the running bot's."""
    subject = say("长连接")
    if is_open:
        return Finding(subject, True, say("已登录"))
    try:
        await api.stream()
    except DeliveryFailed as failed:
        return Finding(subject, False, failed.reason)
    except Unsuitable as unsuitable:
        return Finding(subject, False, unsuitable.why)
    says = say("可以连上；请在“事件配置”和“回调配置”里都选“使用长连接接收”，先启动首问再保存")
    return Finding(subject, True, says)


def _door(settings: Settings) -> Finding:
    if settings.encrypt_key:
        return Finding(say("回调"), True, say("事件有签名并加密"))
    says = say("没有 encrypt_key：事件只靠 verification_token 认。请在“加密策略”里设一个，并写进配置")
    return Finding(say("回调"), True, says)


async def _rights(api: Api) -> list[Finding]:
    """Return what the application was granted; where Feishu does not tell there is nothing to say."""
    try:
        answer = part(await api.call("GET", "application/v6/scopes"), "data")
    except DeliveryFailed:
        return []
    granted = {
        word(each, "scope_name")
        for each in _listed(answer, "scopes")
        if part(each, "grant_status") == _GRANTED
    }
    if not granted:
        return []
    sees = _ALL in granted
    all_messages = say("看得到群里的所有消息")
    only_called = say("只看得到 @它 的消息；要全部，请开通 im:message.group_msg 并发布新版本")
    found = [Finding(say("看得到的消息"), sees, all_messages if sees else only_called)]
    if granted.isdisjoint(_SPEAK):
        cannot = say("不能发言：请开通 im:message:send_as_bot 并发布新版本")
        found.append(Finding(say("权限"), False, cannot))
    return found


def _listed(value: Any, key: str) -> list[Any]:
    found = part(value, key)
    return found if isinstance(found, list) else []


async def _group(api: Api, room: KnownRoom, adapter: str) -> Finding:
    subject = say("群 {name}", name=room.name)
    try:
        kind, number = place(room.address, adapter)
        if kind is RoomKind.PRIVATE:
            return Finding(subject, True, say("私聊"))
        await api.call("GET", f"im/v1/chats/{number}")
        member = part(await api.call("GET", f"im/v1/chats/{number}/members/is_in_chat"), "data")
    except DeliveryFailed as failed:
        says = say("{why}。请核对配置里的 chat_id", why=failed.reason)
        return Finding(subject, False, says)
    if part(member, "is_in_chat") is False:
        return Finding(subject, False, say("机器人不在群里：请在群设置里添加它"))
    return Finding(subject, True, say("可以发言"))
